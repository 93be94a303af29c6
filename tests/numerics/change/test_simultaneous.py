"""Joint bands against cases with a known critical value, and by coverage."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sctoolkit.numerics.change.simultaneous import pointwise_level

DRAWS = 20_000
ERROR = 4 * np.sqrt(0.95 * 0.05 / DRAWS)  # four Monte-Carlo errors of the joint level


def orthogonal(k, n=60):
    """Influences without correlation: k columns of a Hadamard-like basis."""
    return np.linalg.qr(np.random.default_rng(k).normal(size=(n, k)))[0]


@pytest.mark.parametrize("k", [2, 5, 9])
def test_independent_averages_are_sidak(k):
    found = pointwise_level(orthogonal(k), 0.95, n_draws=DRAWS)
    assert found**k == pytest.approx(0.95, abs=ERROR)


def test_one_average_or_the_same_one_twice_is_the_pointwise_interval():
    one = np.random.default_rng(1).normal(size=(30, 1))
    assert pointwise_level(one, 0.9) == 0.9
    twice = np.column_stack([one, -2 * one, np.zeros(30), np.full(30, np.nan)])
    assert pointwise_level(twice, 0.9, n_draws=DRAWS) == pytest.approx(0.9, abs=ERROR * 2)


def test_two_correlated_averages_against_the_bivariate_normal():
    rho = 0.6
    base = orthogonal(2)
    pair = np.column_stack([base[:, 0], rho * base[:, 0] + np.sqrt(1 - rho**2) * base[:, 1]])
    critical = float(stats.norm.ppf(0.5 + pointwise_level(pair, 0.95, n_draws=DRAWS) / 2))
    box = stats.multivariate_normal(cov=[[1, rho], [rho, 1]])
    inside = box.cdf([critical, critical], lower_limit=[-critical, -critical])
    assert inside == pytest.approx(0.95, abs=ERROR)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 6))
def test_bounds_scale_and_order(seed, k):
    rng = np.random.default_rng(seed)
    parts = rng.normal(size=(15, k)) @ rng.normal(size=(k, k))
    found = pointwise_level(parts, 0.95, n_draws=200)
    assert 0.95 <= found <= 0.95 ** (1 / k)
    assert pointwise_level(parts * rng.uniform(0.1, 9, k), 0.95, n_draws=200) == pytest.approx(found)
    assert pointwise_level(parts, 0.95, n_draws=200, seed=1) == found

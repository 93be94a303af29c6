"""Omega hierarchical: its delta errors against differences of the whole map and the bootstrap, its resampled solutions
against the ones that are fitted alone."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sctoolkit.measurement.items.reliability import reliability
from sctoolkit.numerics.exploration.extraction import extract
from sctoolkit.numerics.exploration.extraction_stack import minres_stack
from sctoolkit.numerics.reliability.bootstrap import bca_interval, jackknife_frequencies, resampling_frequencies
from sctoolkit.numerics.reliability.hierarchical import hierarchical, hierarchical_draws, hierarchical_gradients

ORACLE = Path(__file__).parents[2] / "oracle"
TERMS = (
    "omega_hierarchical", "omega_total_groups", "explained_common_variance", "omega_hierarchical_bifactor",
)  # fmt: skip


@pytest.fixture(scope="module")
def nine():
    return pd.read_csv(ORACLE / "polychoric" / "ordinal.csv")[[f"y{j}" for j in range(1, 10)]]


@pytest.mark.parametrize("group_factors", [2, 3])
def test_gradient_is_the_derivative(nine, group_factors):
    """At correlations that the models fit exactly, where the expected information is the derivative."""
    base = extract(nine.corr().to_numpy(), group_factors, "minres").loadings
    implied = base @ base.T
    np.fill_diagonal(implied, 1.0)
    fit = hierarchical(implied, group_factors)
    gradients = hierarchical_gradients(fit, implied)
    step = 1e-4
    for i, j in ((0, 1), (2, 8)):
        moved = []
        for sign in (1.0, -1.0):
            r = implied.copy()
            r[i, j] = r[j, i] = implied[i, j] + sign * step
            moved.append(hierarchical(r, group_factors).estimates)
        for term in TERMS[:3]:  # the factor too many of the bifactor solution has no derivative at an exact fit
            slope = (moved[0][term] - moved[1][term]) / (2 * step)
            assert gradients[term][i, j] == pytest.approx(slope, abs=2e-3), (term, i, j)


@pytest.mark.slow
def test_delta_agrees_with_the_bootstrap(nine):
    delta = reliability(nine, ordered=False, group_factors=3).coefficients
    drawn = reliability(nine, ordered=False, group_factors=3, ci="bootstrap", seed=1, n_bootstrap=500).coefficients
    for term in TERMS:
        assert drawn[term].std_error == pytest.approx(delta[term].std_error, rel=0.2), term
        assert drawn[term].ci_low < drawn[term].estimate < drawn[term].ci_high


def test_one_pass_gives_every_interval(nine):
    found = reliability(nine, ordered=True, group_factors=2, ci="bca", seed=1, n_bootstrap=100).coefficients
    for term in (*TERMS[:3], "alpha", "alpha_standardised", "omega_total", "omega_categorical", "alpha_ordinal"):
        assert found[term].ci_low < found[term].ci_high, term
        assert "BCa bootstrap" in found[term].method
    assert found["omega_hierarchical"].role == "theoretical"


def test_draws_are_the_solutions_of_the_resamples(nine):
    """The stacked solutions against fitting every resample by itself."""
    rng = np.random.default_rng(3)
    fit = hierarchical(nine.corr().to_numpy(), 3)
    stack = np.stack([nine.iloc[rng.integers(0, 500, 500)].corr().to_numpy() for _ in range(3)])
    drawn = hierarchical_draws(fit, stack)
    for at, r in enumerate(stack):
        alone = hierarchical(r, 3).estimates
        for term in TERMS[:3]:
            assert drawn[term][at] == pytest.approx(alone[term], abs=1e-4)


def test_stacked_minres_equals_one_by_one(nine):
    rng = np.random.default_rng(3)
    stack = np.stack([nine.iloc[rng.integers(0, 500, 60)].corr().to_numpy() for _ in range(8)])
    stack = np.concatenate([stack, np.full((1, 9, 9), np.nan)])
    loadings, uniquenesses, found = minres_stack(stack, extract(nine.corr().to_numpy(), 3, "minres"))
    assert found.tolist() == [True] * 8 + [False]
    for at in range(8):
        one = extract(stack[at], 3, "minres")
        off = ~np.eye(9, dtype=bool)
        ours = float(np.sum((stack[at] - loadings[at] @ loadings[at].T)[off] ** 2))
        theirs = float(np.sum((stack[at] - one.loadings @ one.loadings.T)[off] ** 2))
        assert ours <= theirs + 1e-9
        if not one.heywood.any():  # a bound may have several solutions near it
            assert uniquenesses[at] == pytest.approx(one.uniquenesses, abs=1e-5)


def test_bca_by_hand():
    """Two of five draws below the estimate and no skewness: both ends move by twice Phi^-1(.4) = -.2533.

    Phi(-.5067 - 1.96) = .0068 and Phi(-.5067 + 1.96) = .9269 of draws 1..1000.
    """
    draws = np.arange(1.0, 1001.0)
    low, high = bca_interval(400.5, draws, np.array([0.0, 1.0]), 0.95)
    assert low == pytest.approx(1 + 999 * 0.006815, abs=0.05)
    assert high == pytest.approx(1 + 999 * 0.926914, abs=0.05)


def test_bca_acceleration_by_hand():
    """Jackknife values 1, 1, 4: u = 1, 1, -2, a = (1 + 1 - 8) / (6 * 6^1.5) = -.0680."""
    draws = np.arange(1.0, 1001.0)
    low, high = bca_interval(500.5, draws, np.array([1.0, 1.0, 4.0]), 0.95)
    from scipy.stats import norm

    shares = [norm.cdf(z / (1 + 6 / (6 * 6**1.5) * z)) for z in (-1.959964, 1.959964)]
    assert (low, high) == pytest.approx(tuple(1 + 999 * share for share in shares), abs=1e-3)


def test_whole_clusters_are_drawn():
    clusters = np.repeat([0, 1, 2, 3], 3)
    drawn = resampling_frequencies(12, 50, 1, clusters)
    assert np.all(drawn.reshape(50, 4, 3) == drawn.reshape(50, 4, 3)[:, :, :1])
    assert np.all(drawn.sum(axis=1) == 12)
    assert jackknife_frequencies(12, clusters).sum(axis=1).tolist() == [9.0] * 4
    assert jackknife_frequencies(450).shape == (200, 450)
    assert np.all(jackknife_frequencies(450).sum(axis=0) == 199)

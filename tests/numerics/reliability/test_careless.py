"""Indices of careless responding equal base R's; tolerance 1e-12 is rounding."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sctoolkit.errors import NotIdentifiedError
from sctoolkit.numerics.reliability import careless

ORACLE = Path(__file__).resolve().parents[2] / "oracle" / "careless"
ANSWERS = pd.read_csv(ORACLE / "answers.csv").to_numpy(dtype=float)
EXPECTED = pd.read_csv(ORACLE / "expected.csv")


def test_longest_run():
    np.testing.assert_array_equal(careless.longest_run(ANSWERS), EXPECTED["longest_run"])


def test_variability():
    np.testing.assert_allclose(careless.response_variability(ANSWERS), EXPECTED["variability"], rtol=1e-12, atol=1e-12)


def test_even_odd():
    scales = [ANSWERS[:, start : start + 3] for start in range(0, 12, 3)]
    np.testing.assert_allclose(careless.even_odd(scales), EXPECTED["even_odd"], rtol=1e-12, atol=1e-12)


def test_distance():
    squared, dof = careless.squared_distance(ANSWERS)
    np.testing.assert_allclose(squared, EXPECTED["squared_distance"], rtol=1e-10)
    np.testing.assert_array_equal(dof, EXPECTED["dof"])
    np.testing.assert_allclose(stats.chi2.sf(squared, dof), EXPECTED["p_value"], rtol=1e-9)


def test_distance_needs_a_covariance():
    with pytest.raises(NotIdentifiedError, match="complete rows"):
        careless.squared_distance(np.ones((2, 3)))
    with pytest.raises(NotIdentifiedError, match="determine each other"):
        careless.squared_distance(np.column_stack([np.arange(9.0), 2 * np.arange(9.0)]))


def test_most_alike_by_hand():
    answers = np.array([[1, 2, 3, 4], [1, 2, 3, 5], [4, 3, 2, 1], [2, 2, 2, 2], [1, 2, np.nan, np.nan]])
    alike = careless.most_alike(answers, least=3)
    np.testing.assert_allclose(alike, [0.75, 0.75, 0.0, np.nan, np.nan])


@given(st.lists(st.lists(st.sampled_from([1.0, 2.0, 3.0, np.nan]), min_size=5, max_size=5), min_size=2, max_size=12))
@settings(max_examples=60, deadline=None)
def test_most_alike_against_all_pairs(rows):
    answers = np.array(rows)
    expected = np.full(len(rows), np.nan)
    usable = [i for i, row in enumerate(answers) if np.isfinite(row).sum() >= 3 and len(set(row[np.isfinite(row)])) > 1]
    for i in usable:
        shares = []
        for j in usable:
            both = np.isfinite(answers[i]) & np.isfinite(answers[j])
            if i != j and both.sum() >= 3:
                shares.append((answers[i] == answers[j])[both].mean())
        if shares:
            expected[i] = max(shares)
    np.testing.assert_allclose(careless.most_alike(answers, least=3), expected, rtol=1e-6)


@pytest.mark.parametrize(("n", "k", "missing"), [(800, 40, 0.05), (300, 10, 0.05), (200, 5, 0.0)])
def test_chance_of_distance_is_uniform_for_careful_people(n, k, missing):
    # The share below .05 is binomial with n trials; over 20 samples its standard error is below .004.
    rng = np.random.default_rng(5)
    shares = []
    for _ in range(20):
        values = rng.standard_normal((n, 1)) * 0.7 + rng.standard_normal((n, k))
        values[rng.random(values.shape) < missing] = np.nan
        shares.append(np.nanmean(careless.chance_of_distance(values) < 0.05))
    assert np.mean(shares) == pytest.approx(0.05, abs=0.02)


def test_chance_of_distance_by_hand():
    # One item, three complete rows 0, 1, 2 (mean 1, variance 1): d2 = 1 for the ends, 1 * 3 / 4 is Beta(1/2, 1/2).
    chance = careless.chance_of_distance(np.array([[0.0], [1.0], [2.0]]))
    assert chance == pytest.approx([1 / 3, 1.0, 1 / 3], abs=1e-12)

"""Mantel-Haenszel tests and areas between curves against R and by hand."""

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sctoolkit.numerics.irt.dif_effects import curve_gap
from sctoolkit.numerics.irt.grm_curves import GradedItems
from sctoolkit.numerics.irt.grm_likelihood import Grid, normal_grid
from sctoolkit.numerics.irt.mantel import (
    cumulative_log_odds,
    generalized_mantel_haenszel,
    mantel_mean_scores,
    mean_difference,
    stratified_tables,
)

FOLDER = Path(__file__).parents[2] / "oracle" / "dif"
DATA = pd.read_csv(FOLDER / "simulated.csv")
EXPECTED = pd.read_csv(FOLDER / "expected.csv").set_index(["item", "quantity"])["value"]
GROUP = DATA["group"].to_numpy()
ITEMS = [f"q{j}" for j in range(1, 7)]
SCORE = DATA[ITEMS].sum(axis=1).to_numpy()


@pytest.mark.parametrize("item", ITEMS)
def test_mantel_haenszel_equals_r(item):
    answers = DATA[item].to_numpy()
    three = generalized_mantel_haenszel(stratified_tables(answers, GROUP, SCORE, 3))
    assert three.chi2 == pytest.approx(EXPECTED[item, "gmh_chi2"], rel=1e-9)
    assert three.dof == EXPECTED[item, "gmh_dof"]
    both = GROUP < 2
    tables = stratified_tables(answers[both], GROUP[both], SCORE[both], 2)
    assert generalized_mantel_haenszel(tables).chi2 == pytest.approx(EXPECTED[item, "gmh2_chi2"], rel=1e-9)
    if (item, "log_odds") in EXPECTED.index:
        assert cumulative_log_odds(tables) == pytest.approx(EXPECTED[item, "log_odds"], rel=1e-9)


def test_mean_score_test_has_the_moments_of_permutation():
    """All 10 x 6 ways to deal two strata out to two groups: mean and variance of the focal sum."""
    strata = [np.array([0.0, 1.0, 1.0, 2.0, 3.0]), np.array([0.0, 2.0, 2.0, 3.0])]
    focal = [2, 2]
    sums = [
        sum(values[list(chosen)].sum() for values, chosen in zip(strata, pick, strict=True))
        for pick in itertools.product(
            *[itertools.combinations(range(len(v)), f) for v, f in zip(strata, focal, strict=True)]
        )
    ]
    tables = np.zeros((2, 2, 4))
    for s, values in enumerate(strata):
        for place, value in enumerate(values):
            tables[s, int(place < focal[s]), int(value)] += 1.0
    observed = sum(values[:f].sum() for values, f in zip(strata, focal, strict=True))
    found = mantel_mean_scores(tables, np.arange(4.0))
    assert found.dof == 1
    assert found.chi2 == pytest.approx((observed - np.mean(sums)) ** 2 / np.var(sums), rel=1e-12)


def test_two_categories_make_both_tests_one():
    tables = stratified_tables(DATA["q3"].to_numpy()[GROUP < 2], GROUP[GROUP < 2], SCORE[GROUP < 2], 2)
    ours = mantel_mean_scores(tables, np.array([0.0, 1.0]))
    assert ours.chi2 == pytest.approx(generalized_mantel_haenszel(tables).chi2, rel=1e-10)


def test_mean_difference_by_hand():
    """Strata of 10 + 10 and 10 + 30 people with differences .2 and -.1 weigh .25 and .75."""
    tables = np.array([[[5.0, 5.0], [3.0, 7.0]], [[4.0, 6.0], [15.0, 15.0]]])
    assert mean_difference(tables, np.array([0.0, 1.0])).value == pytest.approx(0.25 * 0.2 - 0.75 * 0.1)


def test_empty_tables_are_undefined():
    assert generalized_mantel_haenszel(np.zeros((0, 2, 3))).dof == 0
    assert np.isnan(cumulative_log_odds(np.array([[[3.0, 0.0], [0.0, 3.0]]])))


def test_curve_gap_of_a_shifted_item():
    """A shift that is the same everywhere: signed = unsigned = SD times dMACS."""
    grid = Grid(np.array([-50.0, 50.0]), np.array([0.5, 0.5]))
    low = GradedItems(np.array([1e-6]), np.array([[0.0]]))
    high = GradedItems(np.array([1e-6]), np.array([[np.log(3.0)]]))
    gap = curve_gap(low, high, np.array([0.0, 1.0]), grid, pooled_sd=0.5)
    assert gap.signed == pytest.approx(0.25, abs=1e-4)
    assert gap.unsigned == pytest.approx(0.25, abs=1e-4)
    assert gap.dmacs == pytest.approx(0.5, abs=1e-4)
    crossing = curve_gap(
        GradedItems(np.array([0.5]), np.array([[0.0]])), GradedItems(np.array([2.0]), np.array([[0.0]])),
        np.array([0.0, 1.0]), normal_grid(), pooled_sd=0.5,
    )  # fmt: skip
    assert crossing.signed == pytest.approx(0.0, abs=1e-12)
    assert crossing.unsigned > 0.1

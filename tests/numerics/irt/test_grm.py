"""Graded response model: estimates, errors and scores against mirt and against direct maximisation in R."""

import csv
import tomllib
from pathlib import Path

import numpy as np
import pytest

from sctoolkit.numerics.irt.grm import fit_grm, parameter_vcov
from sctoolkit.numerics.irt.grm_curves import GradedItems, category_probabilities, log_category
from sctoolkit.numerics.irt.grm_information import expected_scores, item_information, marginal_reliability
from sctoolkit.numerics.irt.grm_layout import make_layout, pack
from sctoolkit.numerics.irt.grm_likelihood import (
    coded,
    complete_information,
    expectation,
    gradient,
    missing_information,
    normal_grid,
    pattern_scores,
)
from sctoolkit.numerics.irt.grm_scores import eap_scores, map_scores
from sctoolkit.numerics.irt.patterns import distinct_patterns

ORACLE = Path(__file__).parents[2] / "oracle" / "grm"
MIRT = tomllib.loads((ORACLE / "mirt.toml").read_text(encoding="utf-8"))
GRID = normal_grid()


def simulate(rng, n, slopes, intercepts, mean=0.0, sd=1.0):
    theta = rng.normal(mean, sd, n)
    chance = 1.0 / (1.0 + np.exp(-(slopes[None, :, None] * theta[:, None, None] + intercepts[None])))
    return (rng.random((n, len(slopes), 1)) < chance).sum(axis=2)


def classic(data_dir, name):
    table = np.loadtxt(data_dir / "ordinal_classics" / f"{name}.csv", delimiter=",", skiprows=1).astype(np.int64)
    return table - table.min(axis=0)


def table_of(fit, vector):
    return np.where(fit.columns >= 0, vector[fit.columns], np.nan)


@pytest.fixture(scope="module")
def simulated():
    with (ORACLE / "simulated.csv").open(encoding="utf-8") as file:
        rows = [[int(cell) if cell else -1 for cell in row] for row in list(csv.reader(file))[1:]]
    table = np.array(rows)
    return table[:, 1:], table[:, 0] - 1


@pytest.fixture(scope="module")
def expected():
    with (ORACLE / "expected.csv").open(encoding="utf-8") as file:
        return {row["quantity"]: row for row in csv.DictReader(file)}


def test_two_groups_with_missing_answers_equal_direct_maximisation(simulated, expected):
    """R integrates on 321 points and differentiates numerically: agreement 1e-5 in estimates and errors."""
    codes, group = simulated
    fit = fit_grm(codes, group=group)
    errors = np.sqrt(np.diag(parameter_vcov(fit)))
    assert fit.converged
    assert fit.loglik == pytest.approx(float(expected["loglik"]["value"]), abs=1e-5)
    ours = {"mean": fit.mean_columns[1], "sd": fit.sd_columns[1]}
    for item in range(5):
        ours[f"slope_{item + 1}"] = fit.columns[item, 0]
        ours |= {f"intercept_{item + 1}_{step}": fit.columns[item, step] for step in (1, 2, 3)}
    values = pack(make_layout(codes, group, fit.item_of, free_groups=True), fit.items, fit.group_means, fit.group_sds)
    for name, column in ours.items():
        assert values[column] == pytest.approx(float(expected[name]["value"]), abs=1e-5), name
        assert errors[column] == pytest.approx(float(expected[name]["std_error"]), abs=1e-5), name


def test_science_equals_mirt(data_dir):
    """mirt ends EM early on the steep third item: 1e-2 there, 3e-3 elsewhere, as its own tests allow."""
    codes = classic(data_dir, "science")
    fit, figures = fit_grm(codes), MIRT["science"]
    ours = np.column_stack([fit.items.slopes, fit.items.intercepts])
    theirs = np.array(figures["parameters"])
    assert fit.loglik == pytest.approx(figures["loglik"], abs=1e-3)
    others = [0, 1, 3]
    np.testing.assert_allclose(ours[others], theirs[others], atol=3e-3)
    np.testing.assert_allclose(ours[2], theirs[2], atol=2e-2)
    for kind, name in (("observed", "louis"), ("sandwich", "sandwich")):
        errors = table_of(fit, np.sqrt(np.diag(parameter_vcov(fit, kind))))
        np.testing.assert_allclose(errors[others], np.array(figures[name])[others], atol=1e-3)
        np.testing.assert_allclose(errors[2], np.array(figures[name])[2], atol=2e-2)


def test_lsat7_equals_mirt(data_dir):
    codes = classic(data_dir, "lsat7")
    fit, figures = fit_grm(codes), MIRT["lsat7"]
    errors = table_of(fit, np.sqrt(np.diag(parameter_vcov(fit))))
    assert fit.loglik == pytest.approx(figures["loglik"], abs=1e-3)
    np.testing.assert_allclose(fit.items.slopes, figures["slopes"], atol=2e-3)
    np.testing.assert_allclose(fit.items.intercepts[:, 0], figures["intercepts"], atol=2e-3)
    np.testing.assert_allclose(
        fit.items.slopes - 1.959964 * errors[:, 0], figures["richardson_slope_ci_low"], atol=2e-3
    )
    np.testing.assert_allclose(
        fit.items.intercepts[:, 0] - 1.959964 * errors[:, 1], figures["richardson_intercept_ci_low"], atol=2e-3
    )


@pytest.mark.parametrize("name", ["lsat7", "lsat6", "science"])
def test_scores_equal_mirt(data_dir, name):
    codes = classic(data_dir, name)
    items, figures = fit_grm(codes).items, MIRT[name]
    patterns = distinct_patterns(codes).codes
    first = len(figures["eap_first"])
    np.testing.assert_allclose(eap_scores(patterns[:first], items, GRID)[0], figures["eap_first"], atol=1e-2)
    if "map_first" in figures:
        np.testing.assert_allclose(map_scores(patterns[:first], items)[0], figures["map_first"], atol=1e-2)
    if name == "science":
        mean, sd = eap_scores(np.array([[0, 1, 2, 3]]), items, GRID)
        np.testing.assert_allclose([mean[0], sd[0]], figures["eap_1234"], atol=1e-3)


@pytest.fixture(scope="module")
def small():
    rng = np.random.default_rng(3)
    items = GradedItems(
        np.array([1.0, 1.5, -0.8]), np.array([[1.0, 0.0, -1.0], [2.0, -0.5, -np.inf], [1.5, 0.2, -2.0]])
    )
    chance = category_probabilities(items, rng.normal(size=200))
    codes = (chance.cumsum(axis=1) < rng.random((3, 1, 200))).sum(axis=1).T
    codes[rng.random(codes.shape) < 0.1] = -1
    found = distinct_patterns(codes)
    return items, coded(found.codes, found.counts, 4)


def test_derivatives_equal_differences(small):
    """Gradient, casewise scores and observed information against central differences of the log-likelihood."""
    items, data = small
    table = np.column_stack([items.slopes, items.intercepts])
    free = np.isfinite(table)
    step = 1e-5 * np.eye(free.sum())

    def at(values):
        moved = table.copy()
        moved[free] = values
        return GradedItems(moved[:, 0], moved[:, 1:])

    def loglik(values):
        return expectation(data, at(values), GRID).loglik

    def slope(values):
        return gradient(expectation(data, at(values), GRID), at(values), GRID)[free]

    here = table[free]
    numeric = np.array([(loglik(here + h) - loglik(here - h)) / 2e-5 for h in step])
    np.testing.assert_allclose(slope(here), numeric, atol=1e-6)
    summed = (pattern_scores(data, items, GRID) * data.counts[:, None, None]).sum(axis=0)[free]
    np.testing.assert_allclose(summed, numeric, atol=1e-6)
    curvature = -np.array([(slope(here + h) - slope(here - h)) / 2e-5 for h in step])
    blocks = complete_information(expectation(data, items, GRID), items, GRID)
    complete = np.zeros((12, 12))
    for j in range(3):
        complete[4 * j : 4 * j + 4, 4 * j : 4 * j + 4] = blocks[j]
    observed = complete - missing_information(data, items, GRID)
    keep = free.reshape(-1)
    np.testing.assert_allclose(observed[np.ix_(keep, keep)], curvature, atol=1e-6)


def test_information_is_minus_the_expected_second_difference(small):
    items, _ = small
    theta, step = np.linspace(-3.0, 3.0, 7), 1e-4
    logs = [log_category(items, theta + shift) for shift in (-step, 0.0, step)]
    with np.errstate(invalid="ignore"):
        second = (logs[0] - 2.0 * logs[1] + logs[2]) / step**2
    chance = np.exp(logs[1])
    by_hand = -np.where(chance > 0.0, chance * second, 0.0).sum(axis=1)
    np.testing.assert_allclose(item_information(items, theta), by_hand, atol=1e-6)


def test_far_tails_keep_their_relative_accuracy():
    """log P of the top category at theta = -60 is a (theta) + d exactly; a plain difference would give zero."""
    items = GradedItems(np.array([2.0]), np.array([[1.0, -1.0]]))
    assert log_category(items, np.array([-60.0]))[0, 2, 0] == pytest.approx(-121.0, rel=1e-12)
    assert log_category(items, np.array([60.0]))[0, 0, 0] == pytest.approx(-121.0, rel=1e-12)


def test_item_order_and_direction_do_not_matter():
    """Reordered items give the same fit; answers turned round turn theta round."""
    rng = np.random.default_rng(11)
    slopes = np.array([0.9, 1.3, 1.8, 1.1])
    intercepts = np.array([1.5, 0.0, -1.5]) + np.array([[0.3], [-0.4], [0.0], [0.8]])
    codes = simulate(rng, 600, slopes, intercepts)
    fit = fit_grm(codes)
    order = np.array([2, 0, 3, 1])
    moved = fit_grm(codes[:, order])
    assert moved.loglik == pytest.approx(fit.loglik, abs=1e-7)
    np.testing.assert_allclose(moved.items.slopes, fit.items.slopes[order], atol=1e-5)
    turned = fit_grm(3 - codes)
    assert turned.loglik == pytest.approx(fit.loglik, abs=1e-7)
    np.testing.assert_allclose(turned.items.slopes, fit.items.slopes, atol=1e-5)
    np.testing.assert_allclose(turned.items.intercepts, -fit.items.intercepts[:, ::-1], atol=1e-5)


def test_replicated_rows_halve_the_variance():
    rng = np.random.default_rng(12)
    codes = simulate(rng, 300, np.array([1.0, 1.5, 0.8]), np.array([[1.0, -1.0]] * 3))
    once, twice = fit_grm(codes), fit_grm(np.vstack([codes, codes]))
    assert twice.loglik == pytest.approx(2.0 * once.loglik, abs=1e-6)
    np.testing.assert_allclose(parameter_vcov(twice), parameter_vcov(once) / 2.0, rtol=1e-4)


def test_a_shifted_second_group_is_found():
    rng = np.random.default_rng(13)
    slopes = np.full(8, 1.4)
    intercepts = np.array([1.5, 0.0, -1.5]) + np.linspace(-1.0, 1.0, 8)[:, None]
    codes = np.vstack([simulate(rng, 2000, slopes, intercepts), simulate(rng, 2000, slopes, intercepts, 0.6, 1.3)])
    fit = fit_grm(codes, group=np.repeat([0, 1], 2000))
    errors = np.sqrt(np.diag(parameter_vcov(fit)))[[fit.mean_columns[1], fit.sd_columns[1]]]
    assert np.all(np.abs([fit.group_means[1] - 0.6, fit.group_sds[1] - 1.3]) < 3.5 * errors)


def test_reliability_and_expected_scores_by_hand():
    """One item of slope 2 at theta 0: information a^2 / 4; with two categories the expected score is the chance."""
    items = GradedItems(np.array([2.0]), np.array([[0.5]]))
    assert expected_scores(items, np.array([0.0]))[0, 0] == pytest.approx(1.0 / (1.0 + np.exp(-0.5)))
    flat = GradedItems(np.array([1e-9]), np.array([[0.0]]))
    assert marginal_reliability(flat, GRID) == pytest.approx(0.0, abs=1e-12)


def test_score_of_nobody_and_of_extreme_answers():
    """Without answers the prior comes back; extreme patterns stay finite under EAP and MAP."""
    items = GradedItems(np.array([2.0, 3.0]), np.array([[1.0, -1.0], [0.5, -0.5]]))
    codes = np.array([[-1, -1], [0, 0], [2, 2]])
    for mean, sd in (eap_scores(codes, items, GRID, 0.3, 1.2), map_scores(codes, items, 0.3, 1.2)):
        assert mean[0] == pytest.approx(0.3, abs=1e-6)
        assert sd[0] == pytest.approx(1.2, abs=1e-6)
        assert np.isfinite(mean).all()
        assert mean[1] < mean[0] < mean[2]


def test_long_rows_are_told_apart_too():
    """With 70 items the integer key would overflow; rows are then compared whole."""
    rng = np.random.default_rng(14)
    codes = rng.integers(-1, 4, size=(40, 70))
    found = distinct_patterns(np.vstack([codes, codes[::-1]]))
    assert found.counts.sum() == 80
    np.testing.assert_array_equal(found.codes[found.inverse], np.vstack([codes, codes[::-1]]))


@pytest.mark.slow
def test_standard_errors_cover():
    """500 samples of 400: 95% intervals of every parameter cover between 92% and 97.5% on average by kind."""
    rng = np.random.default_rng(15)
    slopes = np.array([0.9, 1.3, 1.8, 1.1, 1.5])
    intercepts = np.array([1.5, 0.0, -1.5]) + np.array([[0.3], [-0.4], [0.0], [0.8], [-0.2]])
    truth = np.column_stack([slopes, intercepts])
    inside = np.zeros((500, 5, 4))
    for run in range(500):
        fit = fit_grm(simulate(rng, 400, slopes, intercepts))
        ours = np.column_stack([fit.items.slopes, fit.items.intercepts])
        errors = table_of(fit, np.sqrt(np.diag(parameter_vcov(fit))))
        inside[run] = np.abs(ours - truth) < 1.959964 * errors
    coverage = inside.mean(axis=0)
    assert 0.92 < coverage[:, 0].mean() < 0.975
    assert 0.93 < coverage[:, 1:].mean() < 0.97

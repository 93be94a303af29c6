"""Kernels of model fitting: hand cases, identities and published values."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2, multivariate_normal, ncx2

from sctoolkit.numerics.structure.alignment import align, invariant_set
from sctoolkit.numerics.structure.dmacs import ItemParameters, expected_response, item_drift
from sctoolkit.numerics.structure.fit_indices import cfi, close_fit, rmsea, rmsea_interval, srmr, tli
from sctoolkit.numerics.structure.normal_patterns import (
    data_patterns,
    expected_information,
    log_likelihood,
    moment_gradient,
    moment_information,
    score_product,
)
from sctoolkit.numerics.structure.robust_tests import mean_adjusted, scaled_and_shifted, upper_tail
from sctoolkit.numerics.structure.sandwich import flat_directions, invert_information
from sctoolkit.numerics.structure.saturated_normal import saturated_moments
from sctoolkit.numerics.structure.scaled_difference import satorra_bentler_difference
from sctoolkit.numerics.structure.scoring_solver import minimise


@pytest.fixture
def holes() -> np.ndarray:
    rng = np.random.default_rng(0)
    data = rng.normal(size=(60, 4)) @ rng.normal(size=(4, 4))
    data[rng.random(data.shape) < 0.15] = np.nan
    return data


def packed(mu: np.ndarray, sigma: np.ndarray) -> np.ndarray:
    return np.concatenate([mu, np.diag(sigma), sigma[np.triu_indices(mu.size, 1)]])


def unpacked(point: np.ndarray, p: int) -> tuple[np.ndarray, np.ndarray]:
    sigma = np.diag(point[p : 2 * p])
    a, b = np.triu_indices(p, 1)
    sigma[a, b] = sigma[b, a] = point[2 * p :]
    return point[:p], sigma


def test_likelihood_of_incomplete_rows_is_the_sum_over_rows(holes: np.ndarray) -> None:
    mu, sigma = np.full(4, 0.1), np.eye(4) * 2 + 0.3
    by_hand = sum(
        multivariate_normal(mu[seen], sigma[np.ix_(seen, seen)]).logpdf(row[seen])
        for row in holes
        if (seen := ~np.isnan(row)).any()
    )
    assert log_likelihood(data_patterns(holes), mu, sigma) == pytest.approx(by_hand, rel=1e-12)


def test_gradient_and_information_equal_differences(holes: np.ndarray) -> None:
    patterns = data_patterns(holes)
    point = packed(np.full(4, 0.1), np.eye(4) * 2 + 0.3)
    steps = 1e-5 * np.eye(point.size)
    slope = [
        (log_likelihood(patterns, *unpacked(point + s, 4)) - log_likelihood(patterns, *unpacked(point - s, 4))) / 2e-5
        for s in steps
    ]
    assert moment_gradient(patterns, *unpacked(point, 4)) == pytest.approx(np.array(slope), abs=1e-6)
    bend = [
        (moment_gradient(patterns, *unpacked(point + s, 4)) - moment_gradient(patterns, *unpacked(point - s, 4)))
        / -2e-5
        for s in steps
    ]
    observed = moment_information(patterns, *unpacked(point, 4), observed=True)
    assert observed == pytest.approx(np.array(bend), abs=1e-5)
    expected = moment_information(patterns, *unpacked(point, 4), observed=False)
    through = expected_information(patterns, unpacked(point, 4)[1], np.eye(point.size))
    assert through == pytest.approx(expected, abs=1e-10)


def test_em_ends_where_the_gradient_is_zero(holes: np.ndarray) -> None:
    patterns = data_patterns(holes)
    mean, spread = saturated_moments(patterns, 4)
    assert np.abs(moment_gradient(patterns, mean, spread)).max() < 1e-5


def test_scores_sum_to_the_gradient_and_clusters_of_one_change_the_factor_alone(holes: np.ndarray) -> None:
    patterns = data_patterns(holes)
    mu, sigma = np.full(4, 0.1), np.eye(4) * 2 + 0.3
    plain = score_product(patterns, holes, mu, sigma)
    alone = score_product(patterns, holes, mu, sigma, clusters=np.arange(60))
    assert alone == pytest.approx(plain * 60 / 59, rel=1e-12)
    together = score_product(patterns, holes, mu, sigma, clusters=np.zeros(60, dtype=int))
    gradient = moment_gradient(patterns, mu, sigma)
    assert together == pytest.approx(np.outer(gradient, gradient), abs=1e-8)


def test_indices_by_hand() -> None:
    assert cfi(10.0, 5, 105.0, 10) == pytest.approx(1 - 5 / 95)
    assert tli(10.0, 5, 105.0, 10) == pytest.approx(1 - (5 / 5) / (95 / 10))
    assert rmsea(10.0, 5, 100) == pytest.approx(np.sqrt(5 / 500))
    assert rmsea(10.0, 5, 100, 2) == pytest.approx(np.sqrt(2 * 5 / 500))
    assert srmr(np.array([0.1, -0.1]), 2) == pytest.approx(0.1)
    assert cfi(3.0, 5, 105.0, 10) == 1.0
    assert np.isnan(upper_tail(3.0, 0))
    assert upper_tail(3.0, 2) == pytest.approx(chi2.sf(3.0, 2), rel=1e-12)


def test_interval_bounds_are_noncentral_quantiles() -> None:
    low, high = rmsea_interval(85.306, 24, 301)
    for bound, probability in ((low, 0.95), (high, 0.05)):
        assert ncx2.cdf(85.306, 24, bound**2 * 301 * 24) == pytest.approx(probability, abs=1e-8)
    assert rmsea_interval(3.0, 24, 301)[0] == 0.0
    assert close_fit(85.306, 24, 301) == pytest.approx(ncx2.sf(85.306, 24, 301 * 24 * 0.05**2), rel=1e-8)


def test_corrections_have_the_right_mean_and_variance() -> None:
    # a weighted sum of chi-squares: mean t1, variance 2 t2
    weights = np.array([2.0, 1.0, 0.5, 0.25])
    draws = np.random.default_rng(1).chisquare(1, size=(200_000, 4)) @ weights
    trace_1, trace_2 = weights.sum(), np.sum(weights**2)
    shifted = np.array([scaled_and_shifted(value, 4, trace_1, trace_2).chi2 for value in draws[:20_000]])
    assert shifted.mean() == pytest.approx(4.0, abs=0.1)
    assert shifted.var() == pytest.approx(8.0, rel=0.08)
    assert mean_adjusted(10.0, 4, trace_1).chi2 == pytest.approx(10.0 * 4 / trace_1)


def test_difference_of_mean_adjusted_statistics() -> None:
    test = satorra_bentler_difference(20.0, 10, 1.2, 32.0, 12, 1.3)
    assert test.chi2 == pytest.approx(12.0 / ((12 * 1.3 - 10 * 1.2) / 2))
    assert np.isnan(satorra_bentler_difference(20.0, 10, 2.0, 32.0, 12, 1.0).chi2)


def test_singular_information_is_seen_whatever_the_units() -> None:
    good = np.array([[1e8, 10.0], [10.0, 1e-4]])
    assert invert_information(good) @ good == pytest.approx(np.eye(2), abs=1e-8)
    flat = np.outer([1e4, 1e-3], [1e4, 1e-3])
    assert invert_information(flat) is None
    assert flat_directions(flat).shape[0] == 1


def test_solver_reaches_the_bottom_of_a_curved_valley() -> None:
    def value(z: np.ndarray) -> float:
        return float(100 * (z[1] - z[0] ** 2) ** 2 + (1 - z[0]) ** 2)

    def derivatives(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        slope = np.array([[-20 * z[0], 10.0], [-1.0, 0.0]])
        gap = np.array([10 * (z[1] - z[0] ** 2), 1 - z[0]])
        return 2 * slope.T @ gap, 2 * slope.T @ slope

    solution = minimise(value, derivatives, np.array([-1.2, 1.0]))
    assert solution.converged
    assert solution.z == pytest.approx([1.0, 1.0], abs=1e-6)


def test_dmacs_of_linear_items_has_a_closed_form() -> None:
    none = np.zeros(0)
    first, second = ItemParameters(0.8, 0.1, 0.5, none, none), ItemParameters(0.6, 0.4, 0.5, none, none)
    drift = item_drift(first, second, 0.3, 1.4, 1.1, 1.2)
    gap, tilt = 0.3, -0.2
    square = (gap + tilt * 0.3) ** 2 + tilt**2 * 1.4
    assert drift.dmacs == pytest.approx(np.sqrt(square) / 1.2, rel=1e-6)
    assert drift.bias == pytest.approx(gap + tilt * 0.3, rel=1e-6)
    assert drift.sdi == pytest.approx(drift.bias / 1.1)
    assert drift.udi >= abs(drift.sdi)


def test_expected_answer_of_an_ordered_item() -> None:
    item = ItemParameters(1.0, 0.0, 1.0, np.array([0.0]), np.array([1.0, 3.0]))
    assert expected_response(item, np.array([0.0, 50.0, -50.0])) == pytest.approx([2.0, 3.0, 1.0])


def test_alignment_recovers_means_and_spreads() -> None:
    # 8 groups, one loading and one intercept off in each (methods 3.18: errors .006 and .011)
    rng = np.random.default_rng(2)
    loadings, intercepts = rng.uniform(0.6, 1.2, 6), rng.normal(size=6) * 0.3
    mean = np.r_[0.0, rng.normal(size=7) * 0.5]
    sd = np.r_[1.0, rng.uniform(0.7, 1.4, 7)]
    own_loadings, own_intercepts = np.tile(loadings, (8, 1)), np.tile(intercepts, (8, 1))
    for group in range(8):
        own_loadings[group, group % 6] += 0.4
        own_intercepts[group, (group + 3) % 6] -= 0.5
    configural = own_loadings * sd[:, None]
    located = own_intercepts + mean[:, None] * own_loadings
    found = align(configural, located, np.arange(6), np.full(8, 500.0), n_starts=8, seed=3)
    assert np.abs(found.mean - mean).max() < 0.02
    assert np.abs(found.sd - sd).max() < 0.03
    member = invariant_set(found.loadings[:, 0], np.full(8, 0.03))
    assert np.flatnonzero(~member).tolist() == [0, 6]

"""Ordered answers: what a cumulative model must obey, and its refusals. Figures of R: tests/change/oracle_cases."""

import numpy as np
import pytest
from scipy.special import expit

from sctoolkit.errors import ConvergenceError, DataError
from sctoolkit.numerics.ordinal.cumulative_link import fit_cumulative
from sctoolkit.numerics.ordinal.cumulative_link_mixed import fit_cumulative_mixed


def answers(seed=0, n=400, clusters=20, spread=0.0):
    rng = np.random.default_rng(seed)
    x = np.column_stack([rng.integers(0, 2, n), rng.normal(size=n)]).astype(float)
    cluster = rng.integers(0, clusters, n)
    eta = x @ [0.8, -0.5] + spread * rng.normal(size=clusters)[cluster] + rng.logistic(size=n)
    return x, np.digitize(eta, [-1.0, 0.3, 1.5]), cluster


def test_reversed_answers_reverse_signs():
    x, codes, _ = answers()
    forth, back = fit_cumulative(x, codes, 4), fit_cumulative(x, 3 - codes, 4)
    np.testing.assert_allclose(forth.slopes, -back.slopes, rtol=1e-8)
    np.testing.assert_allclose(forth.thresholds, -back.thresholds[::-1], rtol=1e-8)
    np.testing.assert_allclose(forth.loglik, back.loglik, rtol=1e-12)


def test_two_categories_are_a_logistic_regression():
    x, codes, _ = answers()
    fit = fit_cumulative(x, (codes > 1).astype(int), 2)
    p = expit(x @ fit.slopes - fit.thresholds[0])
    design = np.column_stack([np.ones(len(x)), x])
    np.testing.assert_allclose(design.T @ ((codes > 1) - p), 0.0, atol=1e-7)


def test_scores_sum_to_zero_and_estimates_are_near_the_truth():
    x, codes, _ = answers(n=4000)
    fit = fit_cumulative(x, codes, 4)
    np.testing.assert_allclose(fit.scores.sum(axis=0), 0.0, atol=1e-6)
    np.testing.assert_allclose(fit.slopes, [0.8, -0.5], atol=4 * np.sqrt(np.diag(fit.vcov))[-1])


def test_without_predictors_thresholds_are_the_shares():
    _, codes, _ = answers()
    fit = fit_cumulative(np.empty((400, 0)), codes, 4)
    np.testing.assert_allclose(expit(fit.thresholds), np.cumsum(np.bincount(codes))[:-1] / 400, rtol=1e-9)


def test_random_intercepts_recover_their_spread():
    """True SD 1, 40 clusters: the estimate's own error is about .15."""
    x, codes, cluster = answers(3, n=1200, clusters=40, spread=1.0)
    fit = fit_cumulative_mixed(x, codes, 4, cluster, n_nodes=7)
    np.testing.assert_allclose(fit.sd, 1.0, atol=0.45)
    assert fit.loglik > fit_cumulative(x, codes, 4).loglik


def test_refusals():
    x = np.repeat([[0.0], [1.0]], 10, axis=0)
    with pytest.raises(ConvergenceError, match="separates"):
        fit_cumulative(x, np.repeat([0, 1], 10), 2)
    with pytest.raises(DataError, match="each of them used"):
        fit_cumulative(x, np.repeat([0, 2], 10), 3)

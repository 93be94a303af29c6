"""Hidden bias: the adjustments must be exact when the hidden factor is known."""

import numpy as np
import pytest

from sctoolkit.errors import NotIdentifiedError
from sctoolkit.numerics.change.hidden_bias import (
    benchmark,
    e_value,
    oster_delta,
    partial_r2,
    robustness_value,
    trend_breakdown,
)
from sctoolkit.numerics.linear.least_squares import fit_least_squares


def _partial(y, x, z):
    """Partial R^2 of z with y given x."""
    first, second = fit_least_squares(x, y), fit_least_squares(np.column_stack([x, z]), y)
    return 1 - (second.residuals**2).sum() / (first.residuals**2).sum()


def test_omitted_variable_bias_is_exact():
    """The bound's formula, fed with the true strengths of a left-out factor, returns the long regression."""
    rng = np.random.default_rng(1)
    n = 200
    x, z = np.column_stack([np.ones(n), rng.normal(size=n)]), rng.normal(size=n)
    d = 0.5 * z + x[:, 1] + rng.normal(size=n)
    y = d + 0.8 * z + x[:, 1] + rng.normal(size=n)
    short = fit_least_squares(np.column_stack([d, x]), y)
    long = fit_least_squares(np.column_stack([d, x, z]), y)
    r2_d, r2_y = _partial(d, x, z), _partial(y, np.column_stack([d, x]), z)
    error, dof = float(np.sqrt(short.sigma2 * short.bread[0, 0])), short.dof_resid
    bias = error * np.sqrt(dof) * np.sqrt(r2_y * r2_d / (1 - r2_d))
    np.testing.assert_allclose(short.coef[0] - bias, long.coef[0], rtol=1e-9)
    got = error * np.sqrt((1 - r2_y) / (1 - r2_d) * dof / (dof - 1))
    np.testing.assert_allclose(got, np.sqrt(long.sigma2 * long.bread[0, 0]), rtol=1e-9)


def test_robustness_value_is_its_definition():
    """A factor that explains RV of both sides takes the estimate to zero."""
    for t in (0.5, 2.0, 8.0, 60.0):
        rv = robustness_value(t, 100).to_zero
        np.testing.assert_allclose(np.sqrt(rv * rv / (1 - rv)) * np.sqrt(100), t, rtol=1e-9)


def test_robustness_value_of_the_interval_in_its_cases():
    assert robustness_value(1.0, 100).to_insignificance == 0.0
    assert 0 < robustness_value(3.0, 100).to_insignificance < robustness_value(3.0, 100).to_zero
    extreme = robustness_value(100.0, 50)  # beyond 1 / critical the other bound takes over
    assert 0.95 < extreme.to_insignificance < 1.0


def test_published_darfur_bound():
    """Cinelli and Hazlett: 1x female leaves .075 (se .022)."""
    row = benchmark(0.09731582, 0.02325654, 783, 0.00908, 0.10893)
    np.testing.assert_allclose([row.estimate, row.std_error], [0.0752, 0.0219], atol=2e-4)


def test_oster_delta_is_exact_in_a_known_population():
    """W1 seen, W2 hidden, orthogonal: delta = [cov(X, W2) / var(W2)] / [cov(X, W1) / var(W1)]."""
    v1, v2, c1, c2, beta = 1.0, 0.7, 0.5, 0.42, 1.3
    ve_x, ve_y = 1.0, 0.5
    vx = c1**2 / v1 + c2**2 / v2 + ve_x  # X = (c1/v1) W1 + (c2/v2) W2 + e
    cov = np.array([[vx, c1, c2], [c1, v1, 0], [c2, 0, v2]])
    weights = np.array([beta, 1.0, 1.0])
    vy = weights @ cov @ weights + ve_y
    cy = cov @ weights

    def r2(index):
        b = np.linalg.solve(cov[np.ix_(index, index)], cy[index])
        return b, b @ cy[index] / vy

    short, full, everything = r2([0]), r2([0, 1]), r2([0, 1, 2])
    tau = vx - c1**2 / v1
    delta = oster_delta(short[0][0], short[1], full[0][0], full[1], vx, tau, vy, r2_max=everything[1], target=beta)
    np.testing.assert_allclose(delta, (c2 / v2) / (c1 / v1), rtol=1e-9)


def test_trend_breakdown_by_hand():
    assert trend_breakdown(1.0, 0.25, 2.0, 0.5) == (2.0, 1.0)
    assert trend_breakdown(1.0, 1.0, 2.0, 0.5)[1] == 0.0


def test_small_identities():
    assert e_value(1.0) == 1.0
    np.testing.assert_allclose(e_value(0.5), e_value(2.0))
    np.testing.assert_allclose(partial_r2(3.0, 91), 9 / 100)
    with pytest.raises(NotIdentifiedError, match="above zero"):
        e_value(-1)
    with pytest.raises(NotIdentifiedError, match="part of treatment open"):
        benchmark(1, 1, 10, 0.6, 0.1)

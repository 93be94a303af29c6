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


def test_oster_delta_is_what_a_simulated_hidden_factor_has():
    """A hidden factor is made with a known proportional selection; from the data alone delta finds it again.

    Three seen covariates, unequal and correlated, move treatment and outcome in the same proportion; the hidden one is
    independent of them. Tolerance: three Monte-Carlo errors over 20 data sets of 4,000 rows.
    """
    rng = np.random.default_rng(7)
    true_delta, beta, found = 0.6, 0.8, []
    mix = np.array([[1.0, 0.4, 0.0], [0.0, 0.9, 0.3], [0.0, 0.0, 0.7]])
    for _ in range(20):
        seen = rng.normal(size=(4000, 3)) @ mix
        index = seen @ np.array([0.5, -0.3, 0.8])
        hidden = rng.normal(size=4000) * 0.9
        d = 0.7 * index + true_delta * 0.7 * hidden + rng.normal(size=4000)
        y = beta * d + index + hidden + rng.normal(size=4000)
        one = np.ones(4000)
        short = fit_least_squares(np.column_stack([d, one]), y)
        full = fit_least_squares(np.column_stack([d, one, seen]), y)
        everything = fit_least_squares(np.column_stack([d, one, seen, hidden]), y)
        side = fit_least_squares(np.column_stack([one, seen]), d)
        found.append(
            oster_delta(
                float(short.coef[0]), short.r_squared, float(full.coef[0]), full.r_squared, float(d.var()),
                float((side.residuals**2).mean()), float(y.var()), r2_max=everything.r_squared, target=beta,
            )
        )  # fmt: skip
    assert np.mean(found) == pytest.approx(true_delta, abs=3 * np.std(found) / np.sqrt(len(found)))
    assert np.std(found) < 0.1


def test_the_bias_that_delta_names_solves_the_cubic():
    """Proposition 2: at that delta and R^2 max, the effect's target is a root of the cubic in the bias."""
    b0, r0, b1, r1, v, tau, s2, r_max = 1.6, 0.35, 1.1, 0.52, 2.0, 1.4, 3.0, 0.676
    delta = oster_delta(b0, r0, b1, r1, v, tau, s2, r_max)
    cubic = [
        (delta - 1) * (tau * v - tau**2),
        tau * (b0 - b1) * v * (delta - 2),
        delta * (r_max - r1) * s2 * (v - tau) - (r1 - r0) * s2 * tau - v * tau * (b0 - b1) ** 2,
        (r_max - r1) * s2 * delta * (b0 - b1) * v,
    ]
    roots = np.roots(cubic)
    assert np.abs(roots - b1).min() == pytest.approx(0.0, abs=1e-9)  # the whole effect is bias


def test_small_identities():
    assert e_value(1.0) == 1.0
    np.testing.assert_allclose(e_value(0.5), e_value(2.0))
    np.testing.assert_allclose(partial_r2(3.0, 91), 9 / 100)
    with pytest.raises(NotIdentifiedError, match="above zero"):
        e_value(-1)
    with pytest.raises(NotIdentifiedError, match="part of treatment open"):
        benchmark(1, 1, 10, 0.6, 0.1)

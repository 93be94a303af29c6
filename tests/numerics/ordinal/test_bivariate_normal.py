"""Bivariate normal probabilities against scipy, closed forms and high-precision figures."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm

from sctoolkit.numerics.ordinal.bivariate_normal import (
    bivariate_normal_cdf,
    bivariate_normal_grid,
    bivariate_normal_pdf,
    density_derivatives,
    rare_rectangle,
)

POINT = st.floats(-4, 4)


@pytest.mark.parametrize("r", [-0.95, -0.4, 0.0, 0.3, 0.9])
@pytest.mark.parametrize(("h", "k"), [(0.0, 0.0), (0.0, 1.2), (-1.5, 0.7), (2.0, 2.0), (-2.0, -2.0), (0.5, 0.0)])
def test_equals_scipy(h, k, r):
    expected = multivariate_normal(cov=[[1, r], [r, 1]]).cdf([h, k])
    assert bivariate_normal_cdf(h, k, r) == pytest.approx(expected, abs=1e-6)  # scipy's own accuracy


def test_median_point_has_a_closed_form():
    r = np.linspace(-0.999, 0.999, 41)
    assert bivariate_normal_cdf(0.0, 0.0, r) == pytest.approx(0.25 + np.arcsin(r) / (2 * np.pi), abs=1e-15)


def test_grid_equals_the_general_function():
    rng = np.random.default_rng(1)
    h, k, r = np.sort(rng.standard_normal((6, 3))), np.sort(rng.standard_normal((6, 4))), rng.uniform(-0.99, 0.99, 6)
    h[0, 0], k[1, 3], h[2, 1] = -np.inf, np.inf, 0.0
    cdf, pdf = bivariate_normal_grid(h, k, r)
    corners = h[:, :, None], k[:, None, :], r[:, None, None]
    assert cdf == pytest.approx(bivariate_normal_cdf(*corners), abs=1e-15)
    assert pdf == pytest.approx(bivariate_normal_pdf(*corners), abs=1e-15)


def test_infinite_limits_and_perfect_correlation():
    assert bivariate_normal_cdf(np.inf, 0.3, 0.5) == norm.cdf(0.3)
    assert bivariate_normal_cdf(-np.inf, 0.3, 0.5) == 0.0
    assert bivariate_normal_cdf(np.inf, np.inf, 0.5) == 1.0
    assert bivariate_normal_cdf(0.3, 1.0, 1.0) == norm.cdf(0.3)
    assert bivariate_normal_cdf(0.3, 1.0, -1.0) == pytest.approx(norm.cdf(0.3) + norm.cdf(1.0) - 1)


@settings(deadline=None)
@given(POINT, POINT, st.floats(-0.99, 0.99))
def test_density_is_the_derivative_in_r(h, k, r):
    step = 1e-6
    slope = (bivariate_normal_cdf(h, k, r + step) - bivariate_normal_cdf(h, k, r - step)) / (2 * step)
    assert slope == pytest.approx(bivariate_normal_pdf(h, k, r), abs=2e-5)


@settings(deadline=None)
@given(POINT, POINT, st.floats(-0.999, 0.999))
def test_margins_add_up(h, k, r):
    both = bivariate_normal_cdf(h, k, r) + bivariate_normal_cdf(h, -k, -r)
    assert both == pytest.approx(norm.cdf(h), abs=1e-14)


def test_rare_rectangle_agrees_where_differences_are_accurate():
    corners = [np.array([value]) for value in (-0.5, 0.4, 0.2, 1.1)]
    for r in (-0.9, 0.0, 0.6, 0.99):
        a, b, c, d = (float(value[0]) for value in corners)
        plain = (
            bivariate_normal_cdf(b, d, r)
            - bivariate_normal_cdf(a, d, r)
            - bivariate_normal_cdf(b, c, r)
            + bivariate_normal_cdf(a, c, r)
        )
        assert rare_rectangle(*corners, np.array([r]))[0] == pytest.approx(plain, abs=1e-13)


@pytest.mark.parametrize(
    ("bounds", "r"),
    [((-np.inf, -1.5, 1.5, np.inf), 0.95), ((6.0, np.inf, 6.5, np.inf), 0.3), ((-3.0, -2.0, 2.0, 3.0), 0.9)],
)
def test_rare_rectangle_keeps_relative_accuracy(bounds, r):
    """Against adaptive quadrature of the same integral in many small panels (independent code path)."""
    from scipy.integrate import quad

    a, b, c, d = bounds
    s = np.sqrt(1 - r * r)

    def inner(x):
        low, high = (c - r * x) / s, (d - r * x) / s
        return norm.pdf(x) * ((norm.sf(low) - norm.sf(high)) if low > 0 else (norm.cdf(high) - norm.cdf(low)))

    edges = np.linspace(max(a, -12), min(b, 12), 200)
    expected = sum(quad(inner, left, right, epsabs=0, epsrel=1e-11)[0] for left, right in itertools.pairwise(edges))
    found = rare_rectangle(*(np.array([float(value)]) for value in bounds), np.array([r]))[0]
    assert 0 < expected < 1e-6
    assert found == pytest.approx(expected, rel=1e-8)


def test_derivatives_of_the_density_equal_central_differences() -> None:
    h, k = np.array([[-1.3, 0.2, 2.0]]), np.array([[-0.4, 1.1]])
    for r in (-0.9, -0.2, 0.0, 0.55, 0.95):
        at, step = np.array([r]), 1e-5
        density = bivariate_normal_grid(h, k, at)[1]
        first, second = density_derivatives(h, k, at, density)
        ahead, behind = (bivariate_normal_grid(h, k, at + sign * step)[1] for sign in (1.0, -1.0))
        assert first == pytest.approx((ahead - behind) / (2.0 * step), rel=1e-6, abs=1e-8)
        slopes = [density_derivatives(h, k, at + sign * step, part)[0] for sign, part in ((1.0, ahead), (-1.0, behind))]
        assert second == pytest.approx((slopes[0] - slopes[1]) / (2.0 * step), rel=1e-5, abs=1e-7)

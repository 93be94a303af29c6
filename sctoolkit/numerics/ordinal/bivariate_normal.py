"""The standard bivariate normal distribution: density, distribution function, rectangles.

Everything broadcasts. The distribution function goes through Owen's T, which is exact to rounding for every
correlation below one in size and needs no quadrature; a rectangle is a four-corner difference of it, and rectangles
too rare for a difference (below about 1e-10) are integrated without cancellation.

References
----------
Owen (1956), doi:10.1214/aoms/1177728074. Plackett (1954), doi:10.1093/biomet/41.3-4.351.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, owens_t

FloatArray = npt.NDArray[np.float64]

RARE = 1e-10
_ZERO = 1e-100  # a limit of exactly 0 is taken from the right
_FAR = 40.0
_SQRT_2PI = float(np.sqrt(2.0 * np.pi))
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(20)


def normal_pdf(x: npt.ArrayLike) -> FloatArray:
    """Standard normal density; 0 at infinity."""
    values = np.asarray(x, dtype=np.float64)
    return np.exp(-0.5 * values * values) / _SQRT_2PI


def bivariate_normal_pdf(h: npt.ArrayLike, k: npt.ArrayLike, r: npt.ArrayLike) -> FloatArray:
    """Density phi2(h, k; r), which is also the derivative of `bivariate_normal_cdf` in r (Plackett 1954).

    Parameters
    ----------
    h, k : array, broadcastable
        Points; infinities give density 0.
    r : array, broadcastable
        Correlations, below 1 in size.
    """
    x, y, rho = np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in (h, k, r)))
    finite = np.isfinite(x) & np.isfinite(y)
    x, y = np.where(finite, x, 0.0), np.where(finite, y, 0.0)
    tail = 1.0 - rho * rho
    density = np.exp(-0.5 * (x * x - 2.0 * rho * x * y + y * y) / tail) / (2.0 * np.pi * np.sqrt(tail))
    return np.where(finite, density, 0.0)


def bivariate_normal_cdf(h: npt.ArrayLike, k: npt.ArrayLike, r: npt.ArrayLike) -> FloatArray:
    """Probability P(X <= h, Y <= k) of two standard normals with correlation r.

    Parameters
    ----------
    h, k : array, broadcastable
        Upper limits; infinities are allowed.
    r : array, broadcastable
        Correlations from -1 to 1, the ends included.

    Notes
    -----
    With s = sqrt(1 - r^2) and T Owen's function,
    ``(Phi(h) + Phi(k)) / 2 - T(h, (k - r h) / (h s)) - T(k, (h - r k) / (k s)) - d`` where d is 0 if h
    and k have one sign and 1/2 otherwise (a limit of 0 is taken as a tiny positive number).

    Examples
    --------
    >>> float(bivariate_normal_cdf(0.0, 0.0, 0.5))
    0.3333...
    """
    x, y, rho = np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in (h, k, r)))
    finite = np.isfinite(x) & np.isfinite(y)
    inner = finite & (np.abs(rho) < 1.0)
    result = np.where(np.isposinf(x), ndtr(y), np.where(np.isposinf(y), ndtr(x), 0.0))
    result = np.where(finite & (rho >= 1.0), ndtr(np.minimum(x, y)), result)
    result = np.where(finite & (rho <= -1.0), np.maximum(ndtr(x) + ndtr(y) - 1.0, 0.0), result)
    if inner.any():
        result[inner] = _owen_cdf(x[inner], y[inner], rho[inner])
    return np.asarray(result)


def _owen_cdf(h: FloatArray, k: FloatArray, r: FloatArray) -> FloatArray:
    """Owen's formula at finite points with correlations inside (-1, 1)."""
    h = np.where(np.abs(h) < _ZERO, _ZERO, h)
    k = np.where(np.abs(k) < _ZERO, _ZERO, k)
    s = np.sqrt((1.0 - r) * (1.0 + r))
    shift = np.where((h > 0.0) == (k > 0.0), 0.0, 0.5)
    halves = 0.5 * (ndtr(h) + ndtr(k))
    return np.asarray(halves - owens_t(h, (k - r * h) / (h * s)) - owens_t(k, (h - r * k) / (k * s)) - shift)


def bivariate_normal_grid(h: FloatArray, k: FloatArray, r: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Distribution function and density at all combinations of the points of many pairs.

    Parameters
    ----------
    h : (n_pairs, a) array
        Points of the first variable; infinities count as 40 standard deviations.
    k : (n_pairs, b) array
        Points of the second.
    r : (n_pairs,) array
        Correlations inside (-1, 1).

    Returns
    -------
    tuple of (n_pairs, a, b) arrays
    """
    h, k = np.clip(h, -_FAR, _FAR), np.clip(k, -_FAR, _FAR)
    h, k = np.where(np.abs(h) < _ZERO, _ZERO, h), np.where(np.abs(k) < _ZERO, _ZERO, k)
    x, y, rho = h[:, :, None], k[:, None, :], r[:, None, None]
    s = np.sqrt((1.0 - rho) * (1.0 + rho))
    across, along = (y - rho * x) / s, (x - rho * y) / s
    cdf = 0.5 * (ndtr(x) + ndtr(y)) - owens_t(x, across / x) - owens_t(y, along / y)
    cdf -= np.where((x > 0.0) == (y > 0.0), 0.0, 0.5)
    pdf = np.exp(-0.5 * (x * x + across * across)) / (2.0 * np.pi * s)
    return np.asarray(cdf), np.asarray(pdf)


def density_derivatives(
    h: FloatArray, k: FloatArray, r: FloatArray, density: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """First and second derivative in r of the density of `bivariate_normal_grid`.

    Notes
    -----
    With ``s^2 = 1 - r^2``, ``u = (k - r h) / s`` and ``v = (h - r k) / s``, ``d log phi2 / dr = (r + u v) / s^2``, and
    ``du / dr = -v / s^2``, ``dv / dr = -u / s^2``.
    """
    x, y, rho = np.clip(h, -_FAR, _FAR)[:, :, None], np.clip(k, -_FAR, _FAR)[:, None, :], r[:, None, None]
    tail = (1.0 - rho) * (1.0 + rho)
    u, v = y - rho * x, x - rho * y
    slope = (rho + u * v / tail) / tail
    bend = (1.0 - (u * u + v * v) / (tail * tail) + 2.0 * rho * slope) / tail
    return density * slope, density * (slope * slope + bend)


def normal_interval(low: FloatArray, high: FloatArray) -> FloatArray:
    """Phi(high) - Phi(low) taken in the tail where it does not cancel."""
    upper = low > 0.0
    return np.asarray(np.where(upper, ndtr(-low) - ndtr(-high), ndtr(high) - ndtr(low)))


def rare_rectangle(
    x_low: FloatArray, x_high: FloatArray, y_low: FloatArray, y_high: FloatArray, r: FloatArray
) -> FloatArray:
    """Probability of rectangles with full relative accuracy, however small; one-dimensional arrays in and out.

    Integrates ``phi(x) [Phi((y_high - r x) / s) - Phi((y_low - r x) / s)]`` by composite Gauss-Legendre around the
    likeliest point of the rectangle, on the scale at which the integrand falls off there.
    """
    s = np.sqrt((1.0 - r) * (1.0 + r))
    x, y = _likeliest_point(x_low, x_high, y_low, y_high, r)
    slope = np.abs(x - r * y) / (s * s)
    reach = 40.0 * np.minimum(s, 1.0 / np.maximum(slope, 1e-300))
    left, right = np.maximum(x_low, x - reach), np.minimum(x_high, x + reach)
    panels = np.linspace(0.0, 1.0, 9)
    edges = np.concatenate(
        [x[:, None] + (left - x)[:, None] * panels[::-1] ** 2, x[:, None] + (right - x)[:, None] * panels[1:] ** 2],
        axis=1,
    )
    middle, half = 0.5 * (edges[:, 1:] + edges[:, :-1]), 0.5 * np.diff(edges, axis=1)
    points = middle[:, :, None] + half[:, :, None] * _NODES
    rho, scale = r[:, None, None], s[:, None, None]
    inner = normal_interval(
        (y_low[:, None, None] - rho * points) / scale, (y_high[:, None, None] - rho * points) / scale
    )
    return np.asarray(np.einsum("pqn,pq,n->p", normal_pdf(points) * inner, half, _WEIGHTS))


def _likeliest_point(
    x_low: FloatArray, x_high: FloatArray, y_low: FloatArray, y_high: FloatArray, r: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Point of highest density in each rectangle, by coordinate ascent."""
    x = np.clip(np.zeros_like(r), x_low, x_high)
    y = np.clip(r * x, y_low, y_high)
    for _ in range(60):
        x = np.clip(r * y, x_low, x_high)
        y = np.clip(r * x, y_low, y_high)
    return x, y

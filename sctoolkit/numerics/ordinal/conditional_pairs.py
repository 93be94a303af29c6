"""Second stage: the residual correlation of two items given covariates, with its casewise scores.

Three likelihoods: both items ordered (polychoric), one ordered (polyserial), none (normal). Each gives derivatives of
the logarithm in the correlation and in the standardised quantities of the two margins, which the margins turn into
scores of their own parameters.

References
----------
Muthen (1984), doi:10.1007/BF02294210; Olsson (1979), doi:10.1007/BF02296207; Olsson, Drasgow & Dorans (1982),
doi:10.1007/BF02294164.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from sctoolkit.numerics.ordinal.bivariate_normal import (
    RARE,
    bivariate_normal_cdf,
    bivariate_normal_pdf,
    normal_interval,
    normal_pdf,
    rare_rectangle,
)
from sctoolkit.numerics.ordinal.conditional_margins import ContinuousMargin, Margin, OrderedMargin

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

BOUND = 0.999


@dataclass(frozen=True, slots=True)
class PairScores:
    """Derivatives of a pair's casewise log-likelihood in r and in the quantities of the two margins, rows seen."""

    by_r: FloatArray
    first: tuple[FloatArray, ...]
    second: tuple[FloatArray, ...]


@dataclass(frozen=True, slots=True)
class PairFit:
    """Correlation and casewise influence (n,) on it, first-stage estimates included; 0 where unseen."""

    correlation: float
    influence: FloatArray
    at_bound: bool


def fit_pair(
    first: Margin, second: Margin, influence: tuple[FloatArray, FloatArray], weights: FloatArray
) -> PairFit | None:
    """Fit the correlation of two items by two-step maximum likelihood; None where no row has both.

    Parameters
    ----------
    first, second : OrderedMargin or ContinuousMargin
    influence : pair of (n, k) arrays
        From `sctoolkit.numerics.ordinal.conditional_margins.margin_influence`.
    weights : (n,) array
    """
    both = first.seen & second.seen
    if not both.any():
        return None
    if isinstance(first, ContinuousMargin) and isinstance(second, OrderedMargin):
        return fit_pair(second, first, influence[::-1], weights)
    scores = _likelihood(first, second, both)
    mass = weights[both]
    r, at_bound = _solve(lambda value: scores(value, False).by_r, mass)
    if at_bound:
        return PairFit(r, np.full(both.size, np.nan), True)
    found = scores(r, True)
    weighted = mass * found.by_r
    total = np.zeros(both.size)
    total[both] = found.by_r
    for margin, by, own in ((first, found.first, influence[0]), (second, found.second, influence[1])):
        spread = tuple(_spread(part, both) for part in by)
        total -= own @ (weighted @ margin.scores(spread)[both])
    return PairFit(r, total / float(weighted @ found.by_r), False)


def _spread(values: FloatArray, both: BoolArray) -> FloatArray:
    """Return values of the rows seen at their places among all rows."""
    out = np.zeros(both.size)
    out[both] = values
    return out


Scores = Callable[[float, bool], PairScores]


def _likelihood(first: Margin, second: Margin, both: BoolArray) -> Scores:
    """Return the scores of a pair as a function of r and of whether margins are wanted."""
    if isinstance(first, OrderedMargin) and isinstance(second, OrderedMargin):
        bounds = first.low[both], first.high[both], second.low[both], second.high[both]
        return lambda r, margins: polychoric_scores(*bounds, r, margins=margins)
    assert isinstance(second, ContinuousMargin)
    if isinstance(first, OrderedMargin):
        low, high, z = first.low[both], first.high[both], second.z[both]
        return lambda r, margins: polyserial_scores(low, high, z, r)
    a, b = first.z[both], second.z[both]
    return lambda r, margins: normal_scores(a, b, r)


def _solve(score: Callable[[float], FloatArray], weights: FloatArray) -> tuple[float, bool]:
    """Return the root of the summed score inside the bounds by secant steps in a bracket."""
    left, right, r = -BOUND, BOUND, 0.0
    rows = score(r)
    total, slope = float(weights @ rows), -float(weights @ rows**2)
    for _ in range(100):
        left, right = (r, right) if total > 0.0 else (left, r)
        target = r - total / slope if slope < 0.0 else left
        if not left < target < right:
            target = 0.5 * (left + right)
        if abs(target - r) < 1e-12:
            break
        rows = score(target)
        new = float(weights @ rows)
        slope = (new - total) / (target - r)
        r, total = target, new
        if abs(total) < 1e-13 * float(weights.sum()):
            break
    return (float(np.sign(r) * BOUND), True) if abs(r) >= BOUND - 1e-6 else (r, False)


def polychoric_scores(
    a_low: FloatArray, a_high: FloatArray, b_low: FloatArray, b_high: FloatArray, r: float, *, margins: bool = True
) -> PairScores:
    """Return casewise scores of two ordered items whose categories have the given bounds.

    Notes
    -----
    With P the rectangle probability: d log P / dr is the four-corner difference of the bivariate density over P;
    d log P / d a = phi(a) [Phi((b_high - r a) / s) - Phi((b_low - r a) / s)] / P, s = sqrt(1 - r^2).
    """
    p, density = np.zeros(a_low.size), np.zeros(a_low.size)
    for a, b, sign in ((a_high, b_high, 1.0), (a_low, b_high, -1.0), (a_high, b_low, -1.0), (a_low, b_low, 1.0)):
        below, slope = _corner(a, b, r)
        p += sign * below
        density += sign * slope
    rare = p < RARE
    if rare.any():
        bounds = a_low[rare], a_high[rare], b_low[rare], b_high[rare]
        p[rare] = np.maximum(rare_rectangle(*bounds, np.full(int(rare.sum()), r)), 1e-300)
    by_r = density / p
    if not margins:
        return PairScores(by_r, (), ())
    first = (-_edge(a_low, b_low, b_high, r) / p, _edge(a_high, b_low, b_high, r) / p)
    second = (-_edge(b_low, a_low, a_high, r) / p, _edge(b_high, a_low, a_high, r) / p)
    return PairScores(by_r, first, second)


def _corner(a: FloatArray, b: FloatArray, r: float) -> tuple[FloatArray, FloatArray]:
    """Return P(X <= a, Y <= b) and its derivative in r; only finite corners need the bivariate function."""
    inside = np.isfinite(a) & np.isfinite(b)
    below = np.where(np.isposinf(a), ndtr(b), np.where(np.isposinf(b), ndtr(a), 0.0))
    slope = np.zeros(a.size)
    rho = np.full(int(inside.sum()), r)
    below[inside] = bivariate_normal_cdf(a[inside], b[inside], rho)
    slope[inside] = bivariate_normal_pdf(a[inside], b[inside], rho)
    return below, slope


def _edge(at: FloatArray, low: FloatArray, high: FloatArray, r: float) -> FloatArray:
    """Return the derivative of a rectangle probability in one of its bounds."""
    s = np.sqrt((1.0 - r) * (1.0 + r))
    finite = np.isfinite(at)
    here = np.where(finite, at, 0.0)
    slice_ = ndtr((high - r * here) / s) - ndtr((low - r * here) / s)
    return np.where(finite, normal_pdf(here) * slice_, 0.0)


def polyserial_scores(low: FloatArray, high: FloatArray, z: FloatArray, r: float) -> PairScores:
    """Return casewise scores of an ordered item with bounds and a continuous one with standardised residual z.

    Notes
    -----
    Log-likelihood ``log phi(z) + log[Phi((high - r z) / s) - Phi((low - r z) / s)]``, s = sqrt(1 - r^2).
    """
    s = np.sqrt((1.0 - r) * (1.0 + r))
    below, above = (low - r * z) / s, (high - r * z) / s
    p = np.maximum(normal_interval(below, above), 1e-300)
    at_low, at_high = normal_pdf(below) / p, normal_pdf(above) / p
    low_0, high_0 = np.where(np.isfinite(low), low, 0.0), np.where(np.isfinite(high), high, 0.0)
    by_r = (at_high * (r * high_0 - z) - at_low * (r * low_0 - z)) / s**3
    by_z = -z - r / s * (at_high - at_low)
    return PairScores(by_r, (-at_low / s, at_high / s), (by_z,))


def normal_scores(a: FloatArray, b: FloatArray, r: float) -> PairScores:
    """Return casewise scores of two continuous items with standardised residuals a and b."""
    tail = (1.0 - r) * (1.0 + r)
    by_r = ((1.0 + r * r) * a * b - r * (a * a + b * b) + r * tail) / tail**2
    return PairScores(by_r, (-(a - r * b) / tail,), (-(b - r * a) / tail,))

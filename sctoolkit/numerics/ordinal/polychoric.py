"""Polychoric correlations of all pairs of items at once (two-step maximum likelihood).

Oracle: tests/oracle/polychoric.R (lavaan::lavCor, zero-cell rule included).

References
----------
Olsson (1979), doi:10.1007/BF02296207.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from sctoolkit.numerics.ordinal.bivariate_normal import RARE, bivariate_normal_grid, density_derivatives, rare_rectangle

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

BOUND = 0.999
_MAX_ITERATIONS = 100
_TOLERANCE = 1e-9
_CUBIC_TOLERANCE = 3e-5  # the next error is of the order of its third power


@dataclass(frozen=True, slots=True)
class Polychorics:
    """Correlations of pairs with what happened to each.

    ``correlations`` (n_pairs,); ``at_bound`` marks pairs whose answers are ordered so perfectly that the likelihood
    grows to the bound (the bound is returned: 1 in a two-by-two table, 0.999 in a larger one); ``corrected`` marks
    two-by-two tables with one empty cell, where half a person was moved; ``converged`` the pairs that ended well.
    """

    correlations: FloatArray
    at_bound: BoolArray
    corrected: BoolArray
    converged: BoolArray
    n_iterations: int


def cell_probabilities(first: FloatArray, second: FloatArray, r: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Probability of every cell and its derivative in r.

    Parameters
    ----------
    first, second : (n_pairs, k + 1) arrays
        Category bounds of the two items of each pair, from -inf to +inf.
    r : (n_pairs,) array
        Correlations inside (-1, 1).

    Returns
    -------
    tuple of (n_pairs, k, k) arrays
        Probabilities (0 in cells beyond the last category) and derivatives.
    """
    cumulative, density = _corners(first, second, r)
    return _corner_difference(cumulative), _corner_difference(density)


def _corners(first: FloatArray, second: FloatArray, r: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Distribution function and density at the corners of the cells."""
    n_pairs, k = len(r), first.shape[1]
    inner = first[:, 1:-1], second[:, 1:-1]
    cumulative, density = np.zeros((n_pairs, k, k)), np.zeros((n_pairs, k, k))
    cumulative[:, 1:-1, 1:-1], density[:, 1:-1, 1:-1] = bivariate_normal_grid(*inner, r)
    cumulative[:, 1:-1, -1], cumulative[:, -1, 1:-1] = ndtr(inner[0]), ndtr(inner[1])
    cumulative[:, -1, -1] = 1.0
    return cumulative, density


def _corner_difference(values: FloatArray) -> FloatArray:
    """Four-corner differences over the last two axes."""
    rows = values[:, 1:] - values[:, :-1]
    return np.asarray(rows[:, :, 1:] - rows[:, :, :-1])


def _observed_rare(first: FloatArray, second: FloatArray, r: FloatArray, pi: FloatArray, n: FloatArray) -> FloatArray:
    """Cell probabilities with the observed rare cells integrated rather than differenced."""
    pair, a, b = np.nonzero((pi < RARE) & (n > 0.0))
    if pair.size == 0:
        return pi
    exact = pi.copy()
    bounds = first[pair, a], first[pair, a + 1], second[pair, b], second[pair, b + 1]
    exact[pair, a, b] = np.maximum(rare_rectangle(*bounds, r[pair]), 1e-300)
    return exact


def score_ratios(
    first: FloatArray, second: FloatArray, r: FloatArray, tables: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Cell probabilities and derivative of their logarithm in r, 0 in cells that are rare and unobserved."""
    pi, slope = cell_probabilities(first, second, r)
    pi = _observed_rare(first, second, r, pi, tables)
    usable = (pi >= RARE) | (tables > 0.0)
    ratio = np.divide(slope, pi, out=np.zeros_like(pi), where=usable)
    return np.where(usable, pi, 0.0), ratio


def _likelihood_derivatives(
    first: FloatArray, second: FloatArray, r: FloatArray, tables: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """First three derivatives of the log-likelihood in r, and the expected information."""
    cumulative, density = _corners(first, second, r)
    pi = _observed_rare(first, second, r, _corner_difference(cumulative), tables)
    usable = (pi >= RARE) | (tables > 0.0)
    bent, turned = np.zeros_like(density), np.zeros_like(density)
    bent[:, 1:-1, 1:-1], turned[:, 1:-1, 1:-1] = density_derivatives(
        first[:, 1:-1], second[:, 1:-1], r, density[:, 1:-1, 1:-1]
    )
    one, two, three = (
        np.divide(_corner_difference(values), pi, out=np.zeros_like(pi), where=usable)
        for values in (density, bent, turned)
    )
    square = one * one
    score = np.einsum("pab,pab->p", tables, one)
    change = np.einsum("pab,pab->p", tables, two - square)
    bend = np.einsum("pab,pab->p", tables, three - 3.0 * one * two + 2.0 * one * square)
    information = tables.sum(axis=(1, 2)) * np.einsum("pab,pab->p", np.where(usable, pi, 0.0), square)
    return score, change, bend, information


def polychorics(tables: FloatArray, first: FloatArray, second: FloatArray) -> Polychorics:
    """Correlations of all pairs from their tables.

    Parameters
    ----------
    tables : (n_pairs, k, k) array
        Counts or sums of weights; cells beyond an item's last category are 0.
    first, second : (n_pairs, k + 1) arrays
        Category bounds of the two items, from univariate data, padded with +inf.

    Notes
    -----
    Maximises ``l(r) = sum n_ab log pi_ab(r)`` by Halley's steps ``-2 l1 l2 / (2 l2^2 - l1 l3)`` from its first three
    derivatives; the error falls with the third power, so that two or three of them suffice. Where l is not concave,
    Fisher's step ``l1 / (n sum D_ab^2 / pi_ab)`` takes their place, D_ab being the four-corner difference of the
    bivariate density. The sign of l1 keeps a bracket; a step that leaves it is halved into it. Zero cells follow
    lavaan: only in two-by-two tables half a person is moved so that margins stay as they are.
    """
    work, corrected, degenerate = _zero_cell_rule(tables, first, second)
    r = np.where(degenerate != 0.0, 0.0, _start(work, first, second))
    low, high = np.full(r.shape, -BOUND), np.full(r.shape, BOUND)
    active = np.flatnonzero(degenerate == 0.0)
    totals = work.sum(axis=(1, 2))
    empty = active[totals[active] <= 0.0]
    r[empty] = np.nan
    active = active[totals[active] > 0.0]
    iteration = 0
    while active.size and iteration < _MAX_ITERATIONS:
        iteration += 1
        at = r[active]
        score, change, bend, information = _likelihood_derivatives(first[active], second[active], at, work[active])
        low[active] = np.where(score > 0.0, at, low[active])
        high[active] = np.where(score < 0.0, at, high[active])
        scoring = np.divide(score, information, out=np.zeros_like(score), where=information > 0.0)
        below = 2.0 * change * change - score * bend
        concave = (change < 0.0) & (below > 0.0)
        target = at + np.divide(-2.0 * score * change, below, out=scoring, where=concave)
        outside = (target <= low[active]) | (target >= high[active])
        target = np.where(outside & (score != 0.0), 0.5 * (low[active] + high[active]), target)
        r[active] = target
        active = active[np.abs(target - at) > np.where(concave & ~outside, _CUBIC_TOLERANCE, _TOLERANCE)]
    converged = np.ones(r.shape, dtype=np.bool_)
    converged[active] = False
    converged[empty] = False
    with np.errstate(invalid="ignore"):
        at_bound = (np.abs(r) >= BOUND - 1e-7) | (degenerate != 0.0)
    r = np.where(at_bound, np.sign(r + degenerate) * BOUND, r)
    r = np.where(degenerate != 0.0, degenerate, r)
    return Polychorics(r, at_bound, corrected, converged, iteration)


def _start(tables: FloatArray, first: FloatArray, second: FloatArray) -> FloatArray:
    """Starting values: correlations of the category midpoints on the probability scale, pulled to the middle."""
    rows, columns = tables.sum(axis=2), tables.sum(axis=1)
    x, y = np.cumsum(rows, axis=1) - 0.5 * rows, np.cumsum(columns, axis=1) - 0.5 * columns
    total = np.maximum(rows.sum(axis=1, keepdims=True), 1e-300)
    x, y = x / total - 0.5, y / total - 0.5
    covariance = np.einsum("pab,pa,pb->p", tables, x, y)
    scale = np.sqrt(np.einsum("pa,pa->p", rows, x * x) * np.einsum("pb,pb->p", columns, y * y))
    return np.asarray(
        np.clip(1.1 * np.divide(covariance, scale, out=np.zeros_like(scale), where=scale > 0.0), -0.95, 0.95)
    )


def _zero_cell_rule(
    tables: FloatArray, first: FloatArray, second: FloatArray
) -> tuple[FloatArray, BoolArray, FloatArray]:
    """Tables after lavaan's rule, the pairs that it changed, and the sign of two-by-two tables with two empty cells."""
    work = tables.astype(np.float64, copy=True)
    corrected = np.zeros(len(tables), dtype=np.bool_)
    degenerate = np.zeros(len(tables))
    two = np.isinf(first[:, 2]) & np.isinf(second[:, 2])
    small = work[:, :2, :2]
    empty = (small == 0.0) & two[:, None, None]
    n_empty = empty.sum(axis=(1, 2))
    for pair in np.flatnonzero(n_empty == 1):
        a, b = np.argwhere(empty[pair])[0]
        sign = 1.0 if a == b else -1.0
        small[pair] += 0.5 * sign * np.array([[1.0, -1.0], [-1.0, 1.0]])
        corrected[pair] = True
    diagonal = small[:, 0, 0] + small[:, 1, 1] > 0.0
    crossed = small[:, 0, 1] + small[:, 1, 0] > 0.0
    degenerate[two & (n_empty >= 2) & diagonal & ~crossed] = 1.0
    degenerate[two & (n_empty >= 2) & crossed & ~diagonal] = -1.0
    return work, corrected, degenerate

"""Ordered probit regression with weights, in the numerically safe form that first-stage estimates need.

Oracle: tests/oracle/mixed_items.R (lavaan's conditional sample statistics).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from sctoolkit.errors import NotIdentifiedError
from sctoolkit.numerics.ordinal.bivariate_normal import normal_interval, normal_pdf

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_MAX_STEPS = 100


@dataclass(frozen=True, slots=True)
class ProbitRegression:
    """``P(answer <= c) = Phi(threshold_c - x'slope)``; bounds of every row's category, less ``x'slope``."""

    thresholds: FloatArray
    slopes: FloatArray
    low: FloatArray
    high: FloatArray


def probit_regression(codes: IntArray, x: FloatArray, n_categories: int, weights: FloatArray) -> ProbitRegression:
    """Fit an ordered answer by maximum likelihood.

    Parameters
    ----------
    codes : (n,) int array
        Categories 0, 1, ..., complete.
    x : (n, q) array
        Covariates, no column of ones; ``q`` may be 0.
    n_categories : int
    weights : (n,) array

    Raises
    ------
    NotIdentifiedError
        If a category is not used, or the covariates separate high from low answers.

    Notes
    -----
    Newton's method on a log-likelihood that is concave in thresholds and slopes (Burridge 1981).

    References
    ----------
    McKelvey & Zavoina (1975), doi:10.1080/0022250X.1975.9989847; Muthen (1984), doi:10.1007/BF02294210.

    Examples
    --------
    >>> x = np.array([[0.0], [0.0], [1.0], [1.0]])
    >>> probit_regression(np.array([0, 1, 0, 1]), x, 2, np.ones(4)).slopes.round(6).tolist()
    [0.0]
    """
    counts = np.bincount(codes, weights=weights, minlength=n_categories)
    if n_categories < 2 or bool(np.any(counts <= 0.0)):
        raise NotIdentifiedError(
            "Thresholds need at least 2 categories, each of them used.",
            where=f"Answers in each category, from the lowest: {', '.join(f'{count:g}' for count in counts)}.",
            hint="Leave a constant item out, and merge a category that nobody used with its neighbour.",
        )
    k = n_categories - 1
    start = np.concatenate([ndtri(np.cumsum(counts)[:-1] / counts.sum()), np.zeros(x.shape[1])])
    params = _ascended(start, codes, x, k, weights)
    if params is None:
        raise NotIdentifiedError(
            "An ordered item must not be told exactly by covariates, nor covariates by each other.",
            where="The probit regression of the item has no finite or no single solution.",
            hint="Leave out the covariate that separates high from low answers or that others determine, "
            "or merge rare categories.",
        )
    return ProbitRegression(params[:k], params[k:], *_bounds(params, codes, x, k))


def _ascended(params: FloatArray, codes: IntArray, x: FloatArray, k: int, weights: FloatArray) -> FloatArray | None:
    """Return the maximum of the likelihood by Newton steps, or None where it has no finite and single one."""
    value, rows, hessian = _moments(*_bounds(params, codes, x, k), codes, x, k, weights)
    for _ in range(_MAX_STEPS):
        gradient = weights @ rows
        step = np.linalg.lstsq(hessian, gradient, rcond=None)[0]
        if abs(gradient @ step) < 1e-14 * (1.0 + abs(value)):
            return params if _determined(hessian, x, k, weights) else None
        size = 1.0
        while size > 1e-8:
            trial = params - size * step
            if bool(np.all(np.diff(trial[:k]) > 0.0)):
                new = _moments(*_bounds(trial, codes, x, k), codes, x, k, weights)
                if new[0] >= value - 1e-12 * abs(value):
                    params, (value, rows, hessian) = trial, new
                    break
            size /= 2.0
    return None


def _determined(hessian: FloatArray, x: FloatArray, k: int, weights: FloatArray) -> bool:
    """Say whether every parameter is informed, per person and unit of its covariate, and none is told by others."""
    own = -np.diag(hessian)
    unit = weights.sum() * np.ones(own.size)
    unit[k:] = weights @ x**2
    if bool(np.any(own <= 1e-9 * unit)):
        return False
    scale = np.sqrt(own)
    return float(np.linalg.eigvalsh(-hessian / np.outer(scale, scale))[0]) > 1e-9


def _bounds(params: FloatArray, codes: IntArray, x: FloatArray, k: int) -> tuple[FloatArray, FloatArray]:
    """Return the bounds of every row's category, less the part that covariates predict."""
    edges = np.concatenate([[-np.inf], params[:k], [np.inf]])
    predicted = x @ params[k:]
    return edges[codes] - predicted, edges[codes + 1] - predicted


def probability_slopes(low: FloatArray, high: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the probability of an interval and the derivatives of its logarithm in both bounds."""
    probability = np.maximum(normal_interval(low, high), 1e-300)
    return probability, -normal_pdf(low) / probability, normal_pdf(high) / probability


def bound_scores(by_low: FloatArray, by_high: FloatArray, codes: IntArray, x: FloatArray, k: int) -> FloatArray:
    """Return derivatives in (thresholds, slopes), (n, k + q), from those in the bounds of every row's category."""
    padded = np.zeros((codes.size, k + 2))
    row = np.arange(codes.size)
    padded[row, codes] = by_low
    padded[row, codes + 1] = by_high
    return np.hstack([padded[:, 1 : k + 1], -(by_low + by_high)[:, None] * x])


def _moments(
    low: FloatArray, high: FloatArray, codes: IntArray, x: FloatArray, k: int, weights: FloatArray
) -> tuple[float, FloatArray, FloatArray]:
    """Return log-likelihood, scores by row and Hessian."""
    probability, by_low, by_high = probability_slopes(low, high)
    rows = bound_scores(by_low, by_high, codes, x, k)
    none = np.zeros(codes.size)
    at_low = bound_scores(np.ones(codes.size), none, codes, x, k)
    at_high = bound_scores(none, np.ones(codes.size), codes, x, k)
    curve_low = np.where(np.isfinite(low), -low, 0.0) * by_low
    curve_high = np.where(np.isfinite(high), -high, 0.0) * by_high
    hessian = at_low.T @ ((weights * curve_low)[:, None] * at_low)
    hessian += at_high.T @ ((weights * curve_high)[:, None] * at_high)
    hessian -= rows.T @ (weights[:, None] * rows)
    return float(weights @ np.log(probability)), rows, hessian

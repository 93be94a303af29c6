"""Sandwich variances and the traces that robust tests need, from Jacobians, weights and Gamma."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg.lapack import dpotrf, dpotri

from sctoolkit.numerics.structure.implied_jacobian import GroupSlope
from sctoolkit.numerics.structure.implied_moments import FloatArray
from sctoolkit.numerics.structure.robust_tests import independence_traces
from sctoolkit.numerics.structure.wls import GroupMoments, connected_parts, weigh


@dataclass(frozen=True, slots=True)
class Sandwich:
    """Parts of V = P M P / N with P the inverse of the bread.

    ``spread`` = P M P; ``condition`` is the reciprocal condition number of the bread scaled to a unit diagonal;
    ``trace_1`` = tr(U Gamma) and ``trace_2`` = tr((U Gamma)^2), U the residual weight of `robust_tests`.
    """

    bread_inverse: FloatArray
    meat: FloatArray
    spread: FloatArray
    condition: float
    trace_1: float
    trace_2: float

    def vcov(self, n: float) -> FloatArray:
        """Return the robust covariance of the estimates for the divisor ``n``."""
        return self.spread / n


def invert_information(information: FloatArray) -> FloatArray | None:
    """Return the inverse of an information matrix, or None when it is singular.

    Notes
    -----
    The matrix is scaled to a unit diagonal, and its reciprocal condition number compared with 1e-11, so that units do
    not decide. Parameters that share no information (of groups without equalities, free thresholds) are inverted apart.
    """
    scale = np.sqrt(np.diag(information))
    if scale.size == 0:
        return np.zeros((0, 0))
    if not np.all(np.isfinite(scale)) or np.any(scale <= 0.0):
        return None
    inverse = np.diag(scale**-2.0)
    several = np.flatnonzero(np.count_nonzero(information, axis=0) > 1)
    for part in connected_parts(information[np.ix_(several, several)] != 0.0):
        at = several[part]
        block = np.ix_(at, at)
        both = np.outer(scale[at], scale[at])
        factor, info = dpotrf(information[block] / both, lower=1)
        if info != 0:
            return None
        lower = dpotri(factor, lower=1)[0]
        inverse[block] = (np.tril(lower) + np.tril(lower, -1).T) / both
    return inverse if condition_of(information, inverse) >= 1e-11 else None


def condition_of(information: FloatArray, inverse: FloatArray) -> float:
    """Return the reciprocal condition number (1-norm) of an information matrix scaled to a unit diagonal."""
    scale = np.sqrt(np.diag(information))
    if scale.size == 0:
        return 1.0
    largest = (np.abs(information) @ (1.0 / scale) / scale).max()
    return float(1.0 / (largest * (np.abs(inverse) @ scale * scale).max()))


def flat_directions(information: FloatArray, tolerance: float = 1e-8) -> FloatArray:
    """Return the directions in which the information is (nearly) zero, one a row, scaled to unit diagonal.

    Returns
    -------
    (f, q) float array
        Empty when the parameters are identified at this point.
    """
    scale = np.sqrt(np.maximum(np.diag(information), 0.0))
    scale[scale == 0.0] = 1.0
    values, vectors = np.linalg.eigh(information / np.outer(scale, scale))
    return np.asarray(vectors[:, values < tolerance].T)


def wls_sandwich(slopes: Sequence[GroupSlope], groups: Sequence[GroupMoments], n_parameters: int) -> Sandwich | None:
    """Return the sandwich of a weighted least squares fit, or None when the model is not identified.

    Parameters
    ----------
    slopes : sequence of GroupSlope
        Jacobians of the moments.
    groups : sequence of GroupMoments
    n_parameters : int
        Free parameters of all groups together.

    Notes
    -----
    V = (D'WD)^-1 D'W Gamma W D (D'WD)^-1 / N with D stacked over groups, W the block diagonal of f_g W_g and Gamma that
    of Gamma_g / f_g, f_g = n_g / N. tr(U Gamma) and tr((U Gamma)^2) for U = W - W D (D'WD)^-1 D'W. Nothing is stacked:
    with P = (D'WD)^-1 and a group's L = D'W Gamma, M = L W D and C = L W L' in the parameters that it has,
    tr(U Gamma) = sum tr(W Gamma) - tr(P M) and tr((U Gamma)^2) = sum tr((W Gamma)^2) - 2 tr(P C) + tr(P M P M).

    References
    ----------
    Muthen, du Toit & Spisic (1997); Satorra & Bentler (1994).   Oracle: tests/oracle/cfa.R (lavaan).
    """
    n_total = sum(group.n for group in groups)
    bread, meat = np.zeros((n_parameters, n_parameters)), np.zeros((n_parameters, n_parameters))
    pieces = []
    trace_1 = trace_2 = 0.0
    for slope, group in zip(slopes, groups, strict=True):
        share, block = group.n / n_total, np.ix_(slope.columns, slope.columns)
        weighted = weigh(group.weight, slope.values)
        left = project(weighted, group.gamma)
        own_meat, cross = share * left @ weighted, share * left @ weigh(group.weight, left.T)
        bread[block] += share * weighted.T @ slope.values
        meat[block] += own_meat
        pieces.append((block, own_meat, cross))
        first, second = independence_traces(group.weight, group.gamma)
        trace_1, trace_2 = trace_1 + first, trace_2 + second
    inverse = invert_information(bread)
    if inverse is None:
        return None
    spread = np.zeros_like(bread)
    for slope, (_, own_meat, _) in zip(slopes, pieces, strict=True):
        rows = inverse[slope.columns]
        near = np.flatnonzero(rows.any(axis=0))
        spread[np.ix_(near, near)] += rows[:, near].T @ own_meat @ rows[:, near]
    for block, own_meat, cross in pieces:
        trace_1 -= float(np.sum(inverse[block] * own_meat))
        trace_2 += float(np.sum(spread[block] * own_meat) - 2.0 * np.sum(inverse[block] * cross))
    return Sandwich(inverse, meat, spread, condition_of(bread, inverse), trace_1, trace_2)


def project(weighted: FloatArray, gamma: FloatArray) -> FloatArray:
    """Return D'W Gamma; a parameter of one moment alone (a free threshold) only picks a row of Gamma."""
    alone = np.flatnonzero(np.count_nonzero(weighted, axis=0) == 1)
    several = np.setdiff1d(np.arange(weighted.shape[1]), alone, assume_unique=True)
    moment = np.argmax(weighted[:, alone] != 0.0, axis=0)
    left = np.empty((weighted.shape[1], gamma.shape[1]))
    left[alone] = weighted[moment, alone][:, None] * gamma[moment]
    left[several] = weighted[:, several].T @ gamma
    return left

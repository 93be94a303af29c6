"""Sandwich variances and the traces that robust tests need, from Jacobians, weights and Gamma."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg.lapack import dpocon, dpotrf, dpotri

from sctoolkit.numerics.structure.implied_moments import FloatArray
from sctoolkit.numerics.structure.wls import GroupMoments, weigh


@dataclass(frozen=True, slots=True)
class Sandwich:
    """Parts of V = P M P / N with P the inverse of the bread.

    ``trace_1`` = tr(U Gamma) and ``trace_2`` = tr((U Gamma)^2), U the residual weight of `robust_tests`.
    """

    bread_inverse: FloatArray
    meat: FloatArray
    trace_1: float
    trace_2: float

    def vcov(self, n: float) -> FloatArray:
        """Return the robust covariance of the estimates for the divisor ``n``."""
        return self.bread_inverse @ self.meat @ self.bread_inverse / n


def invert_information(information: FloatArray) -> FloatArray | None:
    """Return the inverse of an information matrix, or None when it is singular.

    Notes
    -----
    The matrix is scaled to a unit diagonal, and its reciprocal condition number compared with 1e-11, so that units do
    not decide.
    """
    scale = np.sqrt(np.diag(information))
    if scale.size == 0:
        return np.zeros((0, 0))
    if not np.all(np.isfinite(scale)) or np.any(scale <= 0.0):
        return None
    unit = information / np.outer(scale, scale)
    factor, info = dpotrf(unit, lower=1)
    if info != 0 or reciprocal_condition(unit, factor) < 1e-11:
        return None
    lower = dpotri(factor, lower=1)[0]
    inverse = np.tril(lower) + np.tril(lower, -1).T
    return np.asarray(inverse / np.outer(scale, scale))


def reciprocal_condition(matrix: FloatArray, factor: FloatArray | None = None) -> float:
    """Return the reciprocal condition number (1-norm) of a positive definite matrix; 0 where it is not."""
    if factor is None:
        factor, info = dpotrf(matrix, lower=1)
        if info != 0:
            return 0.0
    norm = float(np.abs(matrix).sum(axis=0).max())
    return float(dpocon(factor, norm, uplo="L")[0])


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


def wls_sandwich(slopes: Sequence[FloatArray], groups: Sequence[GroupMoments]) -> Sandwich | None:
    """Return the sandwich of a weighted least squares fit, or None when the model is not identified.

    Parameters
    ----------
    slopes : sequence of (m_g, q) float arrays
        Jacobians of the moments.
    groups : sequence of GroupMoments

    Notes
    -----
    V = (D'WD)^-1 D'W Gamma W D (D'WD)^-1 / N with D stacked over groups, W the block diagonal of f_g W_g and Gamma that
    of Gamma_g / f_g, f_g = n_g / N. tr(U Gamma) and tr((U Gamma)^2) for U = W - W D (D'WD)^-1 D'W.

    References
    ----------
    Muthen, du Toit & Spisic (1997); Satorra & Bentler (1994).   Oracle: tests/oracle/cfa_ordinal.R (lavaan).
    """
    n_total = sum(group.n for group in groups)
    size = slopes[0].shape[1]
    bread, meat, cross = np.zeros((size, size)), np.zeros((size, size)), np.zeros((size, size))
    trace_1 = trace_2 = 0.0
    for slope, group in zip(slopes, groups, strict=True):
        share = group.n / n_total
        own = np.flatnonzero(slope.any(axis=0))
        block, slope = np.ix_(own, own), slope[:, own]
        weighted = weigh(group.weight, slope)
        through = weigh(group.weight, group.gamma)
        bread[block] += share * weighted.T @ slope
        left = weighted.T @ group.gamma
        meat[block] += share * left @ weighted
        cross[block] += share * left @ weigh(group.weight, left.T)
        trace_1 += float(np.trace(through))
        trace_2 += float(np.sum(through * through.T))
    inverse = invert_information(bread)
    if inverse is None:
        return None
    inner = inverse @ meat
    trace_1 -= float(np.trace(inner))
    trace_2 += float(-2.0 * np.sum(inverse * cross) + np.sum(inner * inner.T))
    return Sandwich(inverse, meat, trace_1, trace_2)

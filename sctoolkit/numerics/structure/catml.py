"""Robust fit of ordinal models: the ML discrepancy at the DWLS estimates, corrected for what it expects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sctoolkit.numerics.structure.implied_jacobian import GroupSlope
from sctoolkit.numerics.structure.implied_moments import FloatArray
from sctoolkit.numerics.structure.sandwich import Sandwich
from sctoolkit.numerics.structure.wls import GroupMoments, weigh


@dataclass(frozen=True, slots=True)
class CatMl:
    """ML-type statistics and their scaling, of the model and of the baseline."""

    chi2: float
    scale: float
    chi2_base: float
    scale_base: float


def catml(
    implied: Sequence[FloatArray],
    observed: Sequence[FloatArray],
    slopes: Sequence[GroupSlope],
    groups: Sequence[GroupMoments],
    sandwich: Sandwich,
    dof: int,
    n_used: Sequence[float],
) -> CatMl | None:
    """Return the catML statistics, or None when a correlation matrix is not positive definite.

    Parameters
    ----------
    implied, observed : sequences of (p, p) float arrays
        Correlations of every group.
    slopes : sequence of GroupSlope
        Jacobians; correlations are the last rows.
    groups : sequence of GroupMoments
    sandwich : Sandwich
        Of `sctoolkit.numerics.structure.sandwich.wls_sandwich`.
    dof : int
    n_used : sequence of float
        Multiplier of each group's discrepancy.

    Notes
    -----
    T = sum n_g [log|Sigma| - log|R| + tr(R Sigma^-1) - p]; c = tr(M' w M Gamma) / df with w the normal-theory weight of
    the correlations and M = I - D (D'WD)^-1 D'W the residual map of the fit; the baseline has Sigma = I and M = I.

    References
    ----------
    Savalei (2021), doi:10.1080/00273171.2020.1717922.   Oracle: tests/oracle/cfa.R (lavaan).
    """
    n_total = sum(group.n for group in groups)
    chi2 = chi2_base = trace_base = 0.0
    dof_base, inverses = 0, []
    for sigma, r, group, n in zip(implied, observed, groups, n_used, strict=True):
        logdets = [np.linalg.slogdet(matrix) for matrix in (sigma, r)]
        if (
            min(float(sign) for sign, _ in logdets) <= 0
            or np.linalg.eigvalsh(r)[0] <= 0
            or np.linalg.eigvalsh(sigma)[0] <= 0
        ):
            return None
        inverse: FloatArray = np.asarray(np.linalg.inv(sigma), dtype=np.float64)
        chi2 += n * float(logdets[0][1] - logdets[1][1] + np.sum(r * inverse) - sigma.shape[0])
        chi2_base -= n * float(logdets[1][1])
        inverses.append(inverse)
        k = sigma.shape[0] * (sigma.shape[0] - 1) // 2
        dof_base += k
        trace_base += float(group.gamma.diagonal()[-k:].sum())
    trace = _residual_trace(inverses, slopes, groups, sandwich, n_total)
    scale = trace / dof if dof > 0 else 1.0
    return CatMl(chi2, scale, chi2_base, trace_base / dof_base)


def weighted_trace(inverse: FloatArray, gamma: FloatArray) -> float:
    """Return tr(w Gamma) with w_(ij),(kl) = S^ik S^jl + S^il S^jk, a first item of the pairs at a time."""
    a, b = np.triu_indices(inverse.shape[0], 1)
    by_first, by_second = inverse[:, a], inverse[:, b]
    total, start = 0.0, 0
    for i in range(inverse.shape[0] - 1):
        stop = start + inverse.shape[0] - 1 - i
        block = by_first[i] * by_second[i + 1 :] + by_second[i] * by_first[i + 1 :]
        total += float(np.vdot(block, gamma[start:stop]))
        start = stop
    return total


def weighted_pairs(inverse: FloatArray, pairs: FloatArray) -> FloatArray:
    """Return w times columns over pairs: each column is a symmetric matrix X with diagonal 0, and w X = S^-1 X S^-1."""
    p, q = inverse.shape[0], pairs.shape[1]
    a, b = np.triu_indices(p, 1)
    square = np.zeros((q, p, p))
    square[:, a, b] = square[:, b, a] = pairs.T
    return np.asarray((inverse @ square @ inverse)[:, a, b].T)


def _residual_trace(
    inverses: Sequence[FloatArray],
    slopes: Sequence[GroupSlope],
    groups: Sequence[GroupMoments],
    sandwich: Sandwich,
    n_total: float,
) -> float:
    """Return tr(M' w M Gamma) with stacked groups, w = f_g w_g and Gamma_g / f_g.

    With P = (D'WD)^-1, V = P D'W Gamma W D P and w of the correlations alone, whose rows of D are E, this is
    tr(w Gamma) - 2 tr(E' w Gamma W D P) + tr(E' w E V).
    """
    total = 0.0
    for inverse, slope, group in zip(inverses, slopes, groups, strict=True):
        share, k = group.n / n_total, inverse.shape[0] * (inverse.shape[0] - 1) // 2
        moving = np.flatnonzero(slope.values[-k:].any(axis=0))
        columns, rows = slope.columns[moving], slope.values[-k:, moving]
        heavy = weighted_pairs(inverse, rows)
        gain = weigh(group.weight, slope.values @ sandwich.bread_inverse[np.ix_(slope.columns, columns)])
        total += weighted_trace(inverse, group.gamma[-k:, -k:])
        total -= 2.0 * share * float(np.vdot(heavy, group.gamma[-k:] @ gain))
        total += share * float(np.vdot(rows.T @ heavy, sandwich.spread[np.ix_(columns, columns)]))
    return total

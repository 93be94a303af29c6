"""Robust fit of ordinal models: the ML discrepancy at the DWLS estimates, corrected for what it expects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

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
    slopes: Sequence[FloatArray],
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
    slopes : sequence of (m, q) float arrays
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
    Savalei (2021), doi:10.1080/00273171.2020.1717922.   Oracle: tests/oracle/cfa_ordinal.R (lavaan).
    """
    n_total = sum(group.n for group in groups)
    chi2 = chi2_base = trace_base = 0.0
    blocks: list[FloatArray] = []
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
        blocks.append(_weight(inverse))
        k = blocks[-1].shape[0]
        trace_base += float(np.trace(group.gamma[-k:, -k:]))
    trace = _residual_trace(blocks, slopes, groups, sandwich, n_total)
    dof_base = sum(block.shape[0] for block in blocks)
    scale = trace / dof if dof > 0 else 1.0
    return CatMl(chi2, scale, chi2_base, trace_base / dof_base)


def _weight(inverse: FloatArray) -> FloatArray:
    """Return w_(ij),(kl) = S^ik S^jl + S^il S^jk over pairs."""
    a, b = np.triu_indices(inverse.shape[0], 1)
    return inverse[np.ix_(a, a)] * inverse[np.ix_(b, b)] + inverse[np.ix_(a, b)] * inverse[np.ix_(b, a)]


def _residual_trace(
    blocks: Sequence[FloatArray],
    slopes: Sequence[FloatArray],
    groups: Sequence[GroupMoments],
    sandwich: Sandwich,
    n_total: float,
) -> float:
    """Return tr(M' w M Gamma) with stacked groups, w = f_g w_g and Gamma_g / f_g."""
    bread_inverse = sandwich.bread_inverse
    curve, first, second = np.zeros_like(bread_inverse), 0.0, 0.0
    for block, slope, group in zip(blocks, slopes, groups, strict=True):
        share, k = group.n / n_total, block.shape[0]
        own = np.flatnonzero(slope.any(axis=0))
        rows = slope[-k:, own]
        weighted = weigh(group.weight, slope[:, own])
        gamma_rows = group.gamma[-k:]
        first += float(np.sum(block * gamma_rows[:, -k:]))
        heavy = block @ rows
        second += share * float(np.sum(bread_inverse[np.ix_(own, own)] * (heavy.T @ (gamma_rows @ weighted))))
        curve[np.ix_(own, own)] += share * rows.T @ heavy
    return first - 2.0 * second + float(np.sum((bread_inverse @ curve @ bread_inverse) * sandwich.meat))

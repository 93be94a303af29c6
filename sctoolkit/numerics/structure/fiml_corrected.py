"""Robust fit with incomplete rows: the complete-data discrepancy at the FIML estimates, corrected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sctoolkit.numerics.structure.implied_jacobian import jacobian
from sctoolkit.numerics.structure.implied_moments import FloatArray, GroupModel, Layout, evaluate
from sctoolkit.numerics.structure.ml import NormalGroup
from sctoolkit.numerics.structure.normal_patterns import Pattern, moment_information, score_product


@dataclass(frozen=True, slots=True)
class CorrectedDiscrepancy:
    """N times the complete-data discrepancy and tr(U Gamma), its expectation when the model holds."""

    chi2: float
    trace: float


def corrected_discrepancy(
    models: Sequence[GroupModel],
    layouts: Sequence[Layout],
    groups: Sequence[NormalGroup],
    z: FloatArray,
    *,
    robust: bool,
) -> CorrectedDiscrepancy:
    """Return the discrepancy between EM moments and the model, and its trace.

    Parameters
    ----------
    models, layouts, groups : sequences of equal length
    z : (q,) float array
        FIML estimates.
    robust : bool
        Distribution-free rather than normal-theory covariance of the EM moments (MLR).

    Notes
    -----
    With V the complete-data normal weight and I the (observed) incomplete-data information, both at the EM moments;
    M = I_m - D (D'I D)^-1 D'I the residual map of the fit; Gamma the covariance of the EM moments:
    trace = tr(M' V M Gamma).

    References
    ----------
    Zhang & Savalei (2023), doi:10.1037/met0000445.   Oracle: tests/oracle/cfa.R (lavaan, `missing = "fiml"`).
    """
    total = sum(group.n for group in groups)
    chi2, first = 0.0, 0.0
    size = z.size
    bread, curve, spread = np.zeros((size, size)), np.zeros((size, size)), np.zeros((size, size))
    cross = np.zeros((size, size))
    for model, layout, group in zip(models, layouts, groups, strict=True):
        state = evaluate(model, z)
        share = group.n / total
        whole = Pattern(np.arange(group.mean.size), np.zeros(0, dtype=np.intp), group.n, group.mean, group.covariance)
        chi2 += _discrepancy(group, state.mu, state.sigma)
        weight = moment_information([whole], group.mean, group.covariance, observed=False) / group.n
        own = moment_information(group.patterns, group.mean, group.covariance, observed=True) / group.n
        gamma = np.linalg.inv(own)
        if robust:
            scores = score_product(
                group.patterns, group.data, group.mean, group.covariance, weights=group.weights, clusters=group.clusters
            )
            gamma = gamma @ (scores / group.n) @ gamma
        slope = jacobian(model, layout, state)
        pulled = own @ slope
        bread += share * slope.T @ pulled
        curve += share * slope.T @ weight @ slope
        spread += share * pulled.T @ gamma @ pulled
        cross += share * slope.T @ weight @ gamma @ pulled
        first += float(np.sum(weight * gamma))
    inverse = np.linalg.inv(bread)
    second = float(np.sum(inverse * cross.T))
    trace = first - 2.0 * second + float(np.sum((inverse @ curve @ inverse) * spread))
    return CorrectedDiscrepancy(chi2, trace)


def _discrepancy(group: NormalGroup, mu: FloatArray, sigma: FloatArray) -> float:
    """Return n times the complete-data ML discrepancy of the EM moments."""
    inverse = np.linalg.inv(sigma)
    gap = group.mean - mu
    logdet = np.linalg.slogdet(sigma)[1] - np.linalg.slogdet(group.covariance)[1]
    spread = float(np.sum(group.covariance * inverse)) - mu.size
    return float(group.n * (logdet + spread + gap @ inverse @ gap))

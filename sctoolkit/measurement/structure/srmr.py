"""Standardised root mean square residual, in the conventions of lavaan and Mplus."""

from __future__ import annotations

import numpy as np

from sctoolkit.measurement.structure.mixed_residuals import mixed_srmr_parts
from sctoolkit.measurement.structure.model_fit import ModelFit
from sctoolkit.numerics.structure import fit_indices
from sctoolkit.numerics.structure.implied_moments import FloatArray


def srmr(fit: ModelFit) -> float:
    """Return the SRMR; groups are weighted by size.

    Notes
    -----
    Ordered items: residual correlations over p (p + 1) / 2 (lavaan), or correlations and thresholds over
    p (p + 1) / 2 + thresholds (Mplus). Continuous items: residuals of covariances and means divided by sample
    standard deviations (lavaan), or differences of correlations, standardised means and relative variances (Mplus).
    Both kinds together or given covariates: `mixed_residuals`.
    """
    sizes = [group.n for group in fit.moments] or [group.n for group in fit.normal]
    total, value = sum(sizes), 0.0
    for index, n in enumerate(sizes):
        part = mixed_srmr_parts if fit.mixed else _ordinal if fit.ordered else _normal
        residuals, divisor = part(fit, index)
        value += n / total * fit_indices.srmr(residuals, divisor)
    return value


def _ordinal(fit: ModelFit, index: int) -> tuple[FloatArray, float]:
    """Return residuals and divisor of a group of ordered items."""
    layout, p = fit.layouts[index], len(fit.items)
    matrices = fit.matrices[index]
    a, b = layout.pair_a, layout.pair_b
    implied = matrices.sigma[a, b] / (matrices.sd[a] * matrices.sd[b])
    gap = fit.ordinal[index].correlation[a, b] - implied
    if fit.convention == "lavaan":
        return gap, p * (p + 1) / 2
    item = np.repeat(np.arange(p), [tau.size for tau in matrices.thresholds])
    located = (np.concatenate(matrices.thresholds) - matrices.mu[item]) / matrices.sd[item]
    shift = np.concatenate(fit.ordinal[index].thresholds) - located
    return np.concatenate([shift, gap]), p * (p + 1) / 2 + layout.n_locations


def _normal(fit: ModelFit, index: int) -> tuple[FloatArray, float]:
    """Return residuals and divisor of a group of continuous items."""
    group, matrices, p = fit.normal[index], fit.matrices[index], len(fit.items)
    a, b = np.triu_indices(p)
    sd = np.sqrt(np.diag(group.covariance))
    means = fit.table.mean_structure
    if fit.convention == "lavaan":
        gap = ((group.covariance - matrices.sigma) / np.outer(sd, sd))[a, b]
        shift = (group.mean - matrices.mu) / sd if means else np.zeros(0)
        return np.concatenate([gap, shift]), p * (p + 1) / 2 + (p if means else 0)
    own = np.sqrt(np.diag(matrices.sigma))
    gap = (group.covariance / np.outer(sd, sd) - matrices.sigma / np.outer(own, own))[a, b]
    relative = (sd**2 - own**2) / sd**2
    shift = group.mean / sd - matrices.mu / own if means else np.zeros(0)
    return np.concatenate([gap, relative, shift]), p * (p + 1) / 2 + (p if means else 0)

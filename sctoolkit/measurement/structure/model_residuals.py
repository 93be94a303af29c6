"""Implied moments and residuals as tables."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sctoolkit.measurement.structure.mixed_residuals import mixed_rows, response_correlations, response_scale
from sctoolkit.measurement.structure.model_fit import ModelFit
from sctoolkit.numerics.structure.implied_jacobian import jacobian
from sctoolkit.numerics.structure.implied_moments import FloatArray, evaluate


def implied_table(fit: ModelFit) -> pd.DataFrame:
    """Return implied and observed moments: columns ``group, item, with, moment, observed, implied``.

    For ordered items the moments are polychoric correlations and thresholds, for continuous ones covariances and means.
    Beside each other, or given covariates: thresholds, intercepts, slopes, variances, and covariances in units of the
    latent responses (polychoric and polyserial ones).
    """
    return pd.DataFrame([row for group in range(len(fit.groups)) for row in _rows(fit, group)])


def residual_table(fit: ModelFit) -> pd.DataFrame:
    """Return residual correlations with their standardised values, largest first.

    Returns
    -------
    DataFrame
        ``group, item, with, observed, implied, residual, z``: correlations (given covariates, where ordered items have
        them), and the residual over its standard error (nan where all items are continuous).
    """
    rows = []
    for group, label in enumerate(fit.groups):
        observed, implied = _correlations(fit, group)
        error = _residual_errors(fit, group) if fit.ordered else np.full_like(observed, np.nan)
        a, b = fit.layouts[group].pair_a, fit.layouts[group].pair_b
        for i, j in zip(a, b, strict=True):
            gap = float(observed[i, j] - implied[i, j])
            rows.append(
                {
                    "group": label,
                    "item": fit.items[i],
                    "with": fit.items[j],
                    "observed": float(observed[i, j]),
                    "implied": float(implied[i, j]),
                    "residual": gap,
                    "z": gap / float(error[i, j]),
                }
            )
    frame = pd.DataFrame(rows)
    order = np.argsort(-np.abs(frame["residual"].to_numpy()), kind="stable")
    return frame.iloc[order].reset_index(drop=True)


def _rows(fit: ModelFit, group: int) -> list[dict[str, object]]:
    """Return one row a moment of a group."""
    matrices, label = fit.matrices[group], fit.groups[group]
    if fit.mixed:
        return [_row(label, *row) for row in mixed_rows(fit, group)]
    found: list[dict[str, object]] = []
    if fit.ordered:
        observed, implied = _correlations(fit, group)
        for k, item in enumerate(fit.items):
            values = (matrices.thresholds[k] - matrices.mu[k]) / matrices.sd[k]
            pairs = zip(fit.ordinal[group].thresholds[k], values, strict=True)
            for number, (seen, expected) in enumerate(pairs, start=1):
                found.append(_row(label, item, f"t{number}", "threshold", seen, expected))
    else:
        observed, implied = fit.normal[group].covariance, matrices.sigma
        for k, item in enumerate(fit.items):
            mean = matrices.mu[k] if fit.table.mean_structure else fit.normal[group].mean[k]
            found.append(_row(label, item, "", "mean", fit.normal[group].mean[k], mean))
    kind = "correlation" if fit.ordered else "covariance"
    for i, first in enumerate(fit.items):
        for j in range(i + (1 if fit.ordered else 0), len(fit.items)):
            found.append(_row(label, first, fit.items[j], kind, observed[i, j], implied[i, j]))
    return found


def _row(group: str, item: str, other: str, moment: str, observed: float, implied: float) -> dict[str, object]:
    """Return one row of the table."""
    return {
        "group": group,
        "item": item,
        "with": other,
        "moment": moment,
        "observed": float(observed),
        "implied": float(implied),
    }


def _correlations(fit: ModelFit, group: int) -> tuple[FloatArray, FloatArray]:
    """Return observed and implied correlations."""
    if fit.mixed:
        return response_correlations(fit, group)
    sigma = fit.matrices[group].sigma
    sd = np.sqrt(np.diag(sigma))
    implied = np.asarray(sigma / np.outer(sd, sd))
    if fit.ordered:
        return fit.ordinal[group].correlation, implied
    spread = fit.normal[group].covariance
    own = np.sqrt(np.diag(spread))
    return np.asarray(spread / np.outer(own, own)), implied


def _residual_errors(fit: ModelFit, group: int) -> FloatArray:
    """Return standard errors of the residual correlations of a group.

    With M = I - D (D'WD)^-1 D'W, of this group's moments, the variance is M Gamma M' / n; the part through other
    groups (equalities) is added. Errors of covariances are divided by the observed standard deviations.
    """
    assert fit.sandwich is not None
    total = sum(part.n for part in fit.moments)
    own = fit.moments[group]
    slope = jacobian(fit.models[group], fit.layouts[group], evaluate(fit.models[group], fit.z))
    k = fit.layouts[group].pair_a.size
    weighted = own.weight[:, None] * slope if own.weight.ndim == 1 else own.weight @ slope
    rows = slope[-k:]
    pull = rows @ fit.sandwich.bread_inverse
    variance = np.diag(own.gamma)[-k:] / own.n
    variance = variance - 2.0 * np.sum(pull * (own.gamma[-k:] @ weighted), axis=1) / total
    variance = variance + np.sum((pull @ fit.sandwich.meat) * pull, axis=1) / total
    error = np.full((len(fit.items),) * 2, np.nan)
    a, b = fit.layouts[group].pair_a, fit.layouts[group].pair_b
    error[a, b] = np.sqrt(np.where(variance > 1e-12, variance, np.nan))
    return error / response_scale(fit, group) if fit.mixed else error

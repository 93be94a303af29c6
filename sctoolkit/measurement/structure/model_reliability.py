"""Reliability of the sum score of every factor under a fitted model."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.errors import NotIdentifiedError
from sctoolkit.measurement.structure.mixed_statistics import MixedGroup
from sctoolkit.measurement.structure.model_fit import ModelFit
from sctoolkit.numerics.reliability.omega_categorical import omega_categorical
from sctoolkit.numerics.structure.implied_moments import FloatArray
from sctoolkit.numerics.structure.ml import NormalGroup


def model_reliability(fit: ModelFit) -> pd.DataFrame:
    """Return omega of every factor's items and of all items, by group.

    Returns
    -------
    DataFrame
        ``group, scale, omega, omega_observed, n_items``. Ordered items: categorical omega (Green & Yang) of the sum of
        category numbers, with the model's and with the polychoric correlations in the denominator. Continuous items:
        common over total variance of the sum, total variance from the model or observed. A scale of ordered and
        continuous items has no row: a sum of category numbers and measurements has no reliability of its own.

    Raises
    ------
    NotIdentifiedError
        If no scale has a reliability, or covariates of ordered items are part of the model.

    Notes
    -----
    For a factor, the numerator holds what its own loadings make; for "all items" what all factors make. An item's
    residual covariances count as error.

    References
    ----------
    Green & Yang (2009), doi:10.1007/s11336-008-9099-3; McDonald (1999).   Oracle: tests/oracle/reliability.R.
    """
    if fit.table.variables.covariates:
        raise NotIdentifiedError(
            "Reliability must be that of people at large, and this model holds only given its covariates.",
            where=f"Covariates: {', '.join(f'`{name}`' for name in fit.table.variables.covariates)}.",
            hint="Fit the factors without covariates and ask that model.",
        )
    rows = []
    for group, label in enumerate(fit.groups):
        matrices = fit.matrices[group]
        loadings, phi = matrices.loadings, matrices.factor_covariance
        sets = [(name, np.flatnonzero(loadings[:, k]), np.array([k])) for k, name in enumerate(fit.latents)]
        measured = np.flatnonzero(np.abs(loadings).sum(axis=1))
        if len(fit.latents) > 1:
            sets.append(("all items", measured, np.arange(len(fit.latents))))
        for name, items, factors in sets:
            if items.size < 2 or _of_both_kinds(fit, items):
                continue
            part = loadings[np.ix_(items, factors)]
            common = part @ phi[np.ix_(factors, factors)] @ part.T
            model, observed = _omega(fit, group, items, common)
            rows.append(
                {"group": label, "scale": name, "omega": model, "omega_observed": observed, "n_items": items.size}
            )
    if fit.mixed and not rows:
        raise NotIdentifiedError(
            "A scale must have items of one kind, and every scale here mixes ordered with continuous ones.",
            hint="Fit a model whose factors have ordered items only, or continuous ones only.",
        )
    return pd.DataFrame(rows)


def _of_both_kinds(fit: ModelFit, items: npt.NDArray[np.intp]) -> bool:
    """Say whether some items are ordered and some continuous."""
    kinds = fit.models[0].ordered[items]
    return bool(kinds.any() and not kinds.all())


def _omega(fit: ModelFit, group: int, items: npt.NDArray[np.intp], common: FloatArray) -> tuple[float, float]:
    """Return omega with the model's and with the observed denominator."""
    matrices, at = fit.matrices[group], np.ix_(items, items)
    if not fit.models[group].ordered[items].any():
        sample = fit.ordinal[group] if fit.mixed else fit.normal[group]
        assert isinstance(sample, (MixedGroup, NormalGroup))
        spread = sample.covariance[at]
        return float(common.sum() / matrices.sigma[at].sum()), float(common.sum() / spread.sum())
    sd = matrices.sd[items]
    scale = np.outer(sd, sd)
    own = [(matrices.thresholds[k] - matrices.mu[k]) / matrices.sd[k] for k in items]
    widest = max(tau.size for tau in own)
    thresholds = np.full((items.size, widest), np.inf)
    for row, tau in zip(thresholds, own, strict=True):
        row[: tau.size] = tau
    steps = np.ones_like(thresholds)
    implied = matrices.sigma[at] / scale
    observed = fit.ordinal[group].correlation[at]
    return (
        omega_categorical(thresholds, steps, common / scale, implied),
        omega_categorical(thresholds, steps, common / scale, observed),
    )

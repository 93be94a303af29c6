"""Reliability of the sum score of every factor under a fitted model."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.measurement.structure.model_fit import ModelFit
from sctoolkit.numerics.reliability.omega_categorical import omega_categorical
from sctoolkit.numerics.structure.implied_moments import FloatArray


def model_reliability(fit: ModelFit) -> pd.DataFrame:
    """Return omega of every factor's items and of all items, by group.

    Returns
    -------
    DataFrame
        ``group, scale, omega, omega_observed, n_items``. Ordered items: categorical omega (Green & Yang) of the sum of
        category numbers, with the model's and with the polychoric correlations in the denominator. Continuous items:
        common over total variance of the sum, total variance from the model or observed.

    Notes
    -----
    For a factor, the numerator holds what its own loadings make; for "all items" what all factors make. An item's
    residual covariances count as error.

    References
    ----------
    Green & Yang (2009), doi:10.1007/s11336-008-9099-3; McDonald (1999).   Oracle: tests/oracle/reliability.R.
    """
    rows = []
    for group, label in enumerate(fit.groups):
        matrices = fit.matrices[group]
        loadings, phi = matrices.loadings, matrices.factor_covariance
        sets = [(name, np.flatnonzero(loadings[:, k]), np.array([k])) for k, name in enumerate(fit.latents)]
        measured = np.flatnonzero(np.abs(loadings).sum(axis=1))
        if len(fit.latents) > 1:
            sets.append(("all items", measured, np.arange(len(fit.latents))))
        for name, items, factors in sets:
            if items.size < 2:
                continue
            part = loadings[np.ix_(items, factors)]
            common = part @ phi[np.ix_(factors, factors)] @ part.T
            model, observed = _omega(fit, group, items, common)
            rows.append(
                {"group": label, "scale": name, "omega": model, "omega_observed": observed, "n_items": items.size}
            )
    return pd.DataFrame(rows)


def _omega(fit: ModelFit, group: int, items: npt.NDArray[np.intp], common: FloatArray) -> tuple[float, float]:
    """Return omega with the model's and with the observed denominator."""
    matrices, at = fit.matrices[group], np.ix_(items, items)
    if not fit.ordered:
        spread = fit.normal[group].covariance[at]
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

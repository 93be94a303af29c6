"""What a latent change score model says: moments of the change, and the change expected of the score."""

from __future__ import annotations

import numpy as np
from scipy.stats import norm

from sctoolkit.measurement.structure.model_fit import GroupMatrices, ModelFit, group_matrices
from sctoolkit.numerics.structure.dmacs import ItemParameters, expected_response, normal_quadrature
from sctoolkit.numerics.structure.implied_moments import FloatArray, evaluate


def latent_figures(fit: ModelFit, items: tuple[str, ...], waves: tuple[str, str], z: FloatArray) -> FloatArray:
    """Return mean, variance, correlation with the start, stability; change of the score, people's and items' part.

    Parameters
    ----------
    fit : ModelFit
        A (partially) scalar model of two waves with one latent variable each, in the order of the waves.
    items : tuple of str
        Names without wave.
    waves : tuple of two str
    z : (q,) float array
        Free parameters.

    Returns
    -------
    (7,) float array

    Notes
    -----
    With f2 = f1 + Delta: E(Delta) = kappa_2 - kappa_1, Var(Delta) = psi_11 + psi_22 - 2 psi_12, Cov(Delta, f1) = psi_12
    - psi_11; divided by sqrt(psi_11) and psi_11. The change expected of the mean item is the sum of what people's
    standing makes (items answered as at the first wave) and of what items make.
    """
    own = group_matrices(fit.models[0], evaluate(fit.models[0], z))
    mean, spread = own.factor_mean, own.factor_covariance
    sd = np.sqrt(spread[0, 0])
    variance = spread[0, 0] + spread[1, 1] - 2.0 * spread[0, 1]
    with np.errstate(invalid="ignore", divide="ignore"):
        with_start = (spread[0, 1] - spread[0, 0]) / (sd * np.sqrt(variance))
        stability = spread[0, 1] / (sd * np.sqrt(spread[1, 1]))
    people, drift = _score_parts(fit, own, items, waves)
    return np.array(
        [(mean[1] - mean[0]) / sd, variance / spread[0, 0], with_start, stability, people + drift, people, drift]
    )


def with_errors(
    fit: ModelFit, items: tuple[str, ...], waves: tuple[str, str], ci_level: float
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return figures with delta-method standard errors and both ends of their intervals, each (7,).

    Notes
    -----
    Intervals of the variance are formed on the log, those of correlations on Fisher's z, so that they stay in range.
    """
    value = latent_figures(fit, items, waves, fit.z)
    slope = np.empty((value.size, fit.z.size))
    for k in range(fit.z.size):
        step = np.zeros(fit.z.size)
        step[k] = 1e-5 * max(1.0, abs(float(fit.z[k])))
        ahead, behind = latent_figures(fit, items, waves, fit.z + step), latent_figures(fit, items, waves, fit.z - step)
        slope[:, k] = (ahead - behind) / (2.0 * step[k])
    error = np.sqrt(np.maximum(np.sum((slope @ fit.vcov) * slope, axis=1), 0.0))
    width = float(norm.ppf(0.5 + ci_level / 2.0))
    low, high = value - width * error, value + width * error
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = np.exp(width * error[1] / value[1])
        low[1], high[1] = (value[1] / factor, value[1] * factor) if value[1] > 0.0 else (np.nan, np.nan)
        for k in (2, 3):
            half = width * error[k] / (1.0 - value[k] ** 2)
            ends = np.tanh(np.arctanh(value[k]) + np.array([-half, half])) if abs(value[k]) < 1 else [np.nan, np.nan]
            low[k], high[k] = ends
    return value, error, low, high


def _score_parts(
    fit: ModelFit, own: GroupMatrices, items: tuple[str, ...], waves: tuple[str, str]
) -> tuple[float, float]:
    """Return what people and what items make of the change in the mean item."""
    start, start_weight = normal_quadrature(float(own.factor_mean[0]), float(own.factor_covariance[0, 0]))
    eta, weight = normal_quadrature(float(own.factor_mean[1]), float(own.factor_covariance[1, 1]))
    people = drift = 0.0
    for item in items:
        first, second = (_parameters(fit, own, f"{item}.{wave}", k) for k, wave in enumerate(waves))
        as_first = float(weight @ expected_response(first, eta))
        people += as_first - float(start_weight @ expected_response(first, start))
        drift += float(weight @ expected_response(second, eta)) - as_first
    return people / len(items), drift / len(items)


def _parameters(fit: ModelFit, own: GroupMatrices, column: str, factor: int) -> ItemParameters:
    """Return the parameters of an item at a wave."""
    at = fit.items.index(column)
    return ItemParameters(
        float(own.loadings[at, factor]),
        float(own.intercepts[at]),
        float(own.residuals[at, at]),
        own.thresholds[at],
        np.array(fit.data.categories.get(column, ()), dtype=np.float64),
    )

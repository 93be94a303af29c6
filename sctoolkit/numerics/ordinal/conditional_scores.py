"""Modes of factors given ordered answers, where every person has a normal prior of their own.

The prior holds what covariates and continuous items say; the ordered answers bound latent responses.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sctoolkit.numerics.ordinal.probit_regression import probability_slopes

FloatArray = npt.NDArray[np.float64]

_MAX_STEPS = 100


@dataclass(frozen=True, slots=True)
class ConditionalModes:
    """Modes (n, m) and inverse curvatures (n, m, m)."""

    scores: FloatArray
    covariance: FloatArray


def conditional_modes(
    low: FloatArray, high: FloatArray, slopes: FloatArray, centre: FloatArray, precision: FloatArray
) -> ConditionalModes:
    """Return the posterior mode of every person's factors.

    Parameters
    ----------
    low, high : (n, p) arrays
        Bounds of the standardised latent response, less its part that is not of the factors; infinite where unanswered.
    slopes : (p, m) array
        Loadings over residual standard deviations.
    centre : (n, m) array
        Means of the priors.
    precision : (n, m, m) array
        Their inverse covariances.

    Notes
    -----
    Maximises ``sum_j log[Phi(high_j - slope_j'eta) - Phi(low_j - slope_j'eta)] - (eta - c)' P (eta - c) / 2``, which is
    concave, by Newton steps held within two standard deviations of the prior.
    """
    eta = centre.copy()
    reach = 2.0 * np.sqrt(np.diagonal(np.linalg.inv(precision), axis1=1, axis2=2))
    curvature = precision.copy()
    for _ in range(_MAX_STEPS):
        linear = eta @ slopes.T
        _, by_low, by_high = probability_slopes(low - linear, high - linear)
        gradient = -(by_low + by_high) @ slopes - np.einsum("nab,nb->na", precision, eta - centre)
        above = np.where(np.isfinite(high), high - linear, 0.0)
        below = np.where(np.isfinite(low), low - linear, 0.0)
        weight = np.maximum(above * by_high + below * by_low + (by_low + by_high) ** 2, 0.0)
        curvature = precision + np.einsum("np,pa,pb->nab", weight, slopes, slopes)
        step = np.linalg.solve(curvature, gradient[:, :, None])[:, :, 0]
        size = np.abs(step / reach).max(axis=1, initial=0.0)
        eta = eta + step * np.minimum(1.0, 1.0 / np.maximum(size, 1e-300))[:, None]
        if np.abs(step).max(initial=0.0) < 1e-10:
            break
    return ConditionalModes(eta, np.asarray(np.linalg.inv(curvature)))

"""Influence of respondents on reliability coefficients, and the standard error that their influences give.

A coefficient moves by about ``sum_i w_i IF_i / n`` with the respondents drawn; its sampling variance is the sum of the
squared terms, or of the squared sums within clusters where people were drawn in clusters (linearisation).

Oracle: tests/oracle/reliability_design.R (survey::svyvar and svycontrast; lavaan with weights and clusters).

References
----------
Maydeu-Olivares, Coffman and Hartmann (2007), doi:10.1037/1082-989X.12.2.157. Binder (1983), doi:10.2307/1402588
(weights and clusters).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def influence_error(
    influence: FloatArray, weights: FloatArray | None = None, clusters: IntArray | None = None
) -> float:
    """Standard error of a coefficient from the influences of respondents.

    Parameters
    ----------
    influence : (n,) array
        Influence functions.
    weights : (n,) array, optional
        Sampling weights, mean 1.
    clusters : (n,) int array, optional
        Cluster of each respondent, 0 .. J - 1; the variance is then times J / (J - 1).

    Examples
    --------
    >>> influence_error(np.array([1.0, -1.0, 1.0, -1.0]))
    0.666...
    """
    drawn = influence if weights is None else influence * weights
    variance = float(drawn @ drawn)
    if clusters is not None:
        sums = np.bincount(clusters, weights=drawn)
        variance = float(sums @ sums) * sums.size / (sums.size - 1.0)
    return float(np.sqrt(variance)) / (influence.size - 1)


def centred(values: FloatArray, weights: FloatArray | None) -> FloatArray:
    """Values less their (weighted) means."""
    return np.asarray(values - np.average(values, axis=0, weights=weights))


def alpha_influence(values: FloatArray, covariance: FloatArray, weights: FloatArray | None = None) -> FloatArray:
    """Influence of each respondent on coefficient alpha, (n,).

    Parameters
    ----------
    values : (n, k) array
        Complete item values.
    covariance : (k, k) array
        Their (weighted) covariances.
    weights : (n,) array, optional
        Sampling weights; they enter through the means only.
    """
    k = values.shape[1]
    apart = centred(values, weights)
    trace, total = float(np.trace(covariance)), float(covariance.sum())
    own = (apart**2).sum(axis=1) - trace
    whole = apart.sum(axis=1) ** 2 - total
    return np.asarray(-k / (k - 1) * (own / total - trace * whole / total**2))


def correlation_influence(
    values: FloatArray, covariance: FloatArray, gradient: FloatArray, weights: FloatArray | None = None
) -> FloatArray:
    """Influence of each respondent on a function of the correlations, (n,).

    Parameters
    ----------
    values, covariance, weights : arrays
        As in `alpha_influence`.
    gradient : (k, k) array
        Derivative by each correlation, above the diagonal; the rest is not used.

    Notes
    -----
    ``sum_{i<j} g_ij (z_i z_j - r_ij (z_i^2 + z_j^2) / 2)``.
    """
    scale = np.sqrt(np.diagonal(covariance))
    z = centred(values, weights) / scale
    slope = np.triu(gradient, 1)
    pulled = slope * (covariance / np.outer(scale, scale))
    return np.asarray(
        np.einsum("ni,ij,nj->n", z, slope, z, optimize=True) - 0.5 * z**2 @ (pulled.sum(axis=0) + pulled.sum(axis=1))
    )

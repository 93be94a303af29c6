"""Coefficient omega of continuous items: one congeneric factor, and the influence of respondents on it.

Oracle: tests/oracle/reliability.R (semTools::reliability, semTools::compRelSEM).

References
----------
McDonald (1999), Test Theory. Maydeu-Olivares, Coffman and Hartmann (2007), doi:10.1037/1082-989X.12.2.157 (the
distribution-free argument). Satorra and Bentler (1994) (the sandwich).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from sctoolkit.numerics.exploration.extraction import LOWEST_UNIQUENESS, extract
from sctoolkit.numerics.reliability.influence import centred

FloatArray = npt.NDArray[np.float64]
Denominator = Literal["observed", "model"]


@dataclass(frozen=True, slots=True)
class CongenericFactor:
    """One factor in the metric of the items: ``loadings`` and ``uniquenesses`` (k,), and Heywood items."""

    loadings: FloatArray
    uniquenesses: FloatArray
    heywood: npt.NDArray[np.bool_]


def congeneric(covariance: FloatArray) -> CongenericFactor:
    """One factor by maximum likelihood, k >= 3 items, in the metric of the covariances."""
    scale = np.sqrt(np.diagonal(covariance))
    fit = extract(covariance / np.outer(scale, scale), 1, "ml")
    return CongenericFactor(fit.loadings[:, 0] * scale, fit.uniquenesses * scale**2, fit.heywood)


def congeneric_stack(covariances: FloatArray, start: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Loadings and uniquenesses of many covariance matrices of one scale, (b, k) each; nan where not converged.

    Parameters
    ----------
    covariances : (b, k, k) array
        Positive definite covariances, near each other (resamples of one sample).
    start : (k,) array
        Standardised uniquenesses of the sample.

    Notes
    -----
    The same likelihood as `congeneric`: Gauss-Newton steps in all matrices at once, from the sample's solution.
    """
    scale = np.sqrt(np.einsum("bii->bi", covariances))
    r = covariances / (scale[:, :, None] * scale[:, None, :])
    psi = np.broadcast_to(start, scale.shape).copy()
    gradient = np.full_like(psi, np.inf)
    for _ in range(60):
        root = np.sqrt(psi)
        values, vectors = np.linalg.eigh(r / (root[:, :, None] * root[:, None, :]))
        basis = vectors[:, :, :-1]
        gradient = np.einsum("bij,bj->bi", basis**2, 1.0 - values[:, :-1]) / psi
        gradient = np.where((psi <= LOWEST_UNIQUENESS) & (gradient > 0.0), 0.0, gradient)
        if float(np.abs(gradient).max()) < 1e-8:
            break
        curvature = np.einsum("bik,bjk->bij", basis, basis) ** 2 / (psi[:, :, None] * psi[:, None, :])
        curvature += 1e-9 * np.eye(psi.shape[1]) * np.einsum("bii->b", curvature)[:, None, None]
        step = -np.linalg.solve(curvature, gradient[:, :, None])[:, :, 0]
        psi = np.clip(psi + np.clip(step, -0.2, 0.2), LOWEST_UNIQUENESS, 1.0)
    loadings = np.sqrt(psi) * vectors[:, :, -1] * np.sqrt(np.maximum(values[:, -1:] - 1.0, 0.0))
    loadings *= np.sign(loadings.sum(axis=1, keepdims=True)) * scale
    settled = (np.abs(gradient).max(axis=1) < 1e-5)[:, None]
    return np.where(settled, loadings, np.nan), np.where(settled, psi * scale**2, np.nan)


def omega_total(loadings: FloatArray, uniquenesses: FloatArray, total_variance: float | None = None) -> float:
    """Share of the variance of the sum score that the common factor explains.

    Parameters
    ----------
    loadings : (k,) array
        Loadings in the metric of the items.
    uniquenesses : (k,) array
        Unique variances.
    total_variance : float, optional
        Variance of the sum score; what the model implies when left out.

    Examples
    --------
    >>> omega_total(np.array([1.0, 1.0]), np.array([1.0, 1.0]))
    0.666...
    """
    common = float(loadings.sum()) ** 2
    total = common + float(uniquenesses.sum()) if total_variance is None else total_variance
    return common / total


def omega_influence(
    values: FloatArray,
    covariance: FloatArray,
    factor: CongenericFactor,
    denominator: Denominator,
    weights: FloatArray | None = None,
) -> FloatArray:
    """Influence of each respondent on `omega_total`, (n,), without assuming normal items.

    Parameters
    ----------
    values : (n, k) array
        Complete item values.
    covariance : (k, k) array
        Their covariances.
    factor : CongenericFactor
        The maximum likelihood solution.
    denominator : {"observed", "model"}
        Which total variance the omega was divided by.
    weights : (n,) array, optional
        Sampling weights; they enter through the means only.

    Notes
    -----
    The influence of a case on the parameters is the inverse expected information times its normal score; omega's
    influence is the gradient times that. `influence_error` gives the standard error.
    """
    loadings, uniquenesses = factor.loadings, factor.uniquenesses
    k = values.shape[1]
    precision = np.linalg.inv(np.outer(loadings, loadings) + np.diag(uniquenesses))
    weighted = precision @ loadings
    information = np.block(
        [
            [precision * float(loadings @ weighted) + np.outer(weighted, weighted), precision * weighted],
            [(precision * weighted).T, 0.5 * precision**2],
        ]
    )
    apart = centred(values, weights)
    projected = apart @ precision
    about_loadings = projected * (apart @ weighted)[:, None] - precision @ covariance @ weighted
    about_uniquenesses = 0.5 * (projected**2 - np.diagonal(precision @ covariance @ precision))
    parameters = np.linalg.solve(information, np.hstack([about_loadings, about_uniquenesses]).T).T
    common = float(loadings.sum())
    if denominator == "model":
        total = common**2 + float(uniquenesses.sum())
        share = common**2 / total
        gradient = np.concatenate([np.full(k, 2.0 * common * (1.0 - share) / total), np.full(k, -share / total)])
        return np.asarray(parameters @ gradient)
    total = float(covariance.sum())
    gradient = np.concatenate([np.full(k, 2.0 * common / total), np.zeros(k)])
    return np.asarray(parameters @ gradient - common**2 / total**2 * (apart.sum(axis=1) ** 2 - total))

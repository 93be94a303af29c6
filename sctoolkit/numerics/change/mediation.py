"""Indirect paths in linear models: products of coefficients, their intervals, and hidden confounding of the mediator.

Equations are arrays: each mediator on (1, exposure, covariates[, earlier mediators]), the outcome on (1, exposure,
mediators, covariates). ``resample(grams, draws)`` bootstraps from cross-products of clusters (or rows).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sctoolkit.errors import NotIdentifiedError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def sobel(a: float, b: float, error_a: float, error_b: float) -> tuple[float, float]:
    """Return the standard errors of ab by Sobel and, with the product of variances, Aroian.

    Examples
    --------
    >>> tuple(round(value, 4) for value in sobel(0.4765, 0.5064, 0.2357, 0.097))
    (0.128, 0.13)
    """
    base = a**2 * error_b**2 + b**2 * error_a**2
    return float(np.sqrt(base)), float(np.sqrt(base + error_a**2 * error_b**2))


def monte_carlo_products(
    means: Sequence[FloatArray], covariances: Sequence[FloatArray], n_draws: int, seed: int
) -> list[FloatArray]:
    """Draw each coefficient vector from its normal distribution; returns (n_draws, k) arrays."""
    rng = np.random.default_rng(seed)
    out = []
    for mean, covariance in zip(means, covariances, strict=True):
        values, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
        root = vectors * np.sqrt(np.maximum(values, 0.0))
        out.append(mean + rng.standard_normal((n_draws, mean.size)) @ root.T)
    return out


def resampled_counts(n_units: int, n_draws: int, seed: int) -> FloatArray:
    """Return how often each unit is drawn, (n_draws, n_units)."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(n_units, np.full(n_units, 1 / n_units), size=n_draws).astype(np.float64)


def unit_grams(table: FloatArray, codes: IntArray | None) -> FloatArray:
    """Return cross-products (G, k, k) of the columns by cluster, or by row."""
    if codes is None:
        return np.asarray(table[:, :, None] * table[:, None, :])
    out = np.zeros((int(codes.max()) + 1, table.shape[1], table.shape[1]))
    np.add.at(out, codes, table[:, :, None] * table[:, None, :])
    return out


def resampled_coefficients(
    grams: FloatArray, counts: FloatArray, equations: Sequence[tuple[Sequence[int], int]]
) -> list[FloatArray]:
    """Fit each equation (columns of predictors, column of the response) in every draw.

    Parameters
    ----------
    grams : (G, k, k) array
    counts : (B, G) array
    equations : sequence of (predictor columns, response column)

    Returns
    -------
    list of (B, p) arrays
        nan where a draw does not identify an equation.
    """
    k = grams.shape[1]
    totals = (counts @ grams.reshape(len(grams), -1)).reshape(-1, k, k)
    out = []
    for predictors, response in equations:
        index = np.array(predictors)
        left = totals[:, index[:, None], index[None, :]]
        right = totals[:, index, response]
        scale = np.sqrt(np.maximum(np.diagonal(left, axis1=1, axis2=2), 1e-300))
        standard = left / scale[:, :, None] / scale[:, None, :]
        smallest = np.linalg.eigvalsh(standard)[:, 0]
        good = smallest > 1e-10
        coef = np.full(right.shape, np.nan)
        if good.any():
            coef[good] = np.linalg.solve(standard[good], (right / scale)[good][..., None])[..., 0] / scale[good]
        out.append(coef)
    return out


def percentile_interval(draws: FloatArray, ci_level: float) -> tuple[float, float]:
    """Return the percentile interval of the draws that are defined; nan when fewer than half are."""
    good = draws[np.isfinite(draws)]
    if good.size < draws.size / 2 or good.size == 0:
        return float("nan"), float("nan")
    low, high = np.quantile(good, [(1 - ci_level) / 2, (1 + ci_level) / 2])
    return float(low), float(high)


@dataclass(frozen=True, slots=True)
class CausalPaths:
    """Linear causal mediation with interaction: indirect (ACME) and direct (ADE) at control and treated, and total."""

    acme_control: float
    acme_treated: float
    ade_control: float
    ade_treated: float
    total: float


def causal_paths(a: float, mediator_at_control: float, direct: float, b: float, interaction: float) -> CausalPaths:
    """Combine coefficients of M = ... + a X and Y = ... + direct X + b M + interaction X M, for X from 0 to 1.

    Parameters
    ----------
    mediator_at_control : float
        Mean predicted mediator at X = 0, covariates at their means.

    References
    ----------
    Imai, Keele and Tingley (2010), doi:10.1037/a0020761.

    Examples
    --------
    >>> causal_paths(2.0, 0.0, 1.0, 0.5, 0.0).total
    2.0
    """
    acme = [a * (b + interaction * x) for x in (0.0, 1.0)]
    ade = [direct + interaction * (mediator_at_control + a * x) for x in (0.0, 1.0)]
    return CausalPaths(acme[0], acme[1], ade[0], ade[1], acme[1] + ade[0])


@dataclass(frozen=True, slots=True)
class RhoCurve:
    """Indirect path as a function of the correlation ``rho`` of the two equations' errors; zero at ``rho_zero``."""

    rho: FloatArray
    acme: FloatArray
    rho_zero: float


def rho_curve(a: float, total_residuals: FloatArray, mediator_residuals: FloatArray, rho: FloatArray) -> RhoCurve:
    """Recompute the indirect path had a hidden factor made the errors of mediator and outcome correlate ``rho``.

    Parameters
    ----------
    a : float
        Exposure to mediator.
    total_residuals, mediator_residuals : (n,) arrays
        Of the outcome on exposure and covariates (without mediator), and of the mediator on the same.
    rho : array inside -1 and 1

    Notes
    -----
    ACME(rho) = a s1 / s2 [r - rho sqrt((1 - r^2) / (1 - rho^2))] with r the correlation of the two residuals.

    References
    ----------
    Imai, Keele and Yamamoto (2010), doi:10.1214/10-STS321, theorem 4.
    """
    if not (np.abs(rho) < 1).all():
        raise NotIdentifiedError(
            "Correlations of errors must lie inside -1 and 1.", hint="Keep to a grid such as -0.9 to 0.9."
        )
    s1, s2 = float(np.sqrt((total_residuals**2).mean())), float(np.sqrt((mediator_residuals**2).mean()))
    if s1 == 0 or s2 == 0:
        raise NotIdentifiedError(
            "The mediator and the outcome must vary beyond exposure, and one does not.",
            hint="Check that mediator and outcome are not codes of the exposure itself.",
        )
    r = float((total_residuals * mediator_residuals).mean()) / (s1 * s2)
    acme = a * s1 / s2 * (r - rho * np.sqrt((1 - r**2) / (1 - rho**2)))
    return RhoCurve(rho, acme, r)

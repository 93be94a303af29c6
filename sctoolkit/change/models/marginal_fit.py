"""A generalised estimating equation on arrays, with its variance corrected for few clusters and standardised contrasts.

``fit_marginal(outcome, design, codes, family) -> MarginalFit``; `standardised` turns coefficients into differences and
ratios of means. statsmodels iterates; variance and degrees of freedom are ours.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from sctoolkit.errors import ConvergenceError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Family = Literal["binomial", "poisson", "gaussian"]
Working = Literal["exchangeable", "independence"]
Correction = Literal["none", "kauermann-carroll", "mancl-derouen"]

POWERS: dict[str, float] = {"none": 0.0, "kauermann-carroll": -0.5, "mancl-derouen": -1.0}
"""Power of (I - H) by which residuals of a cluster are adjusted."""
RUNS_AWAY = 15.0
"""Log odds beyond this are shares of 0 or 1."""


@dataclass(frozen=True, slots=True)
class MarginalFit:
    """Coefficients (p,) on the link scale, their variance (p, p) with t(G - p), and the working correlation ``alpha``.

    Notes
    -----
    ``alpha`` is Liang and Zeger's moment estimator: products of Pearson residuals over pairs, divided by the number of
    pairs less p and by the scale, itself the mean square over n - p. geepack solves an estimating equation instead,
    whose divisor is the number of pairs (and the scale 1 when fixed); gee takes p off as here. Both are consistent,
    coefficients differ in the order of p over pairs.
    """

    coef: FloatArray
    vcov: FloatArray
    dof: float
    alpha: float
    n_clusters: int
    family: str


def fit_marginal(
    outcome: FloatArray,
    design: FloatArray,
    codes: IntArray,
    family: Family,
    *,
    working: Working = "exchangeable",
    correction: Correction = "mancl-derouen",
    offset: FloatArray | None = None,
) -> MarginalFit:
    """Fit a marginal model with canonical link.

    Parameters
    ----------
    outcome : (n,) float array
    design : (n, p) float array
    codes : (n,) integer array
        Clusters from 0, more than p of them.
    family, working, correction
        As for `gee`.
    offset : (n,) float array, optional

    Raises
    ------
    ConvergenceError
        If the equations have no solution, as when a term separates all yes from all no.

    References
    ----------
    Liang and Zeger (1986), doi:10.1093/biomet/73.1.13; Yan and Fine (2004), doi:10.1002/sim.1650.
    """
    order = np.argsort(codes, kind="stable")
    y, x, groups = outcome[order], design[order], codes[order]
    result, mean = _statsmodels(y, x, groups, family, working, None if offset is None else offset[order])
    coef = np.asarray(result.params, dtype=np.float64)
    alpha = float(result.model.cov_struct.dep_params) if working == "exchangeable" else 0.0
    with np.errstate(all="ignore"):
        vcov = _sandwich(mean, y, x, groups, alpha, POWERS[correction], family)
    if not np.isfinite(vcov).all() or (family == "binomial" and np.abs(coef).max() > RUNS_AWAY):
        raise ConvergenceError(
            "A marginal model must have finite coefficients and errors, and these run away.",
            where=f"largest coefficient {np.abs(coef).max():.3g}, {len(y)} rows",
            hint="A term separates all yes from all no: leave it out, or compare shares.",
        )
    n_clusters = int(codes.max()) + 1
    return MarginalFit(
        coef=coef, vcov=vcov, alpha=alpha, dof=float(n_clusters - design.shape[1]), n_clusters=n_clusters,
        family=family,
    )  # fmt: skip


def _statsmodels(
    outcome: FloatArray, design: FloatArray, codes: IntArray, family: str, working: str, offset: FloatArray | None
) -> tuple[Any, FloatArray]:
    """Return the fit of statsmodels, and its fitted means."""
    import statsmodels.api as sm

    families = {"binomial": sm.families.Binomial, "poisson": sm.families.Poisson, "gaussian": sm.families.Gaussian}
    structure = {"exchangeable": sm.cov_struct.Exchangeable, "independence": sm.cov_struct.Independence}[working]()
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        model = sm.GEE(outcome, design, groups=codes, family=families[family](), cov_struct=structure, offset=offset)
        result = model.fit(maxiter=200, ctol=1e-10)
        return result, np.asarray(result.fittedvalues, dtype=np.float64)


def _sandwich(
    mean: FloatArray, outcome: FloatArray, design: FloatArray, codes: IntArray, alpha: float, power: float, family: str
) -> FloatArray:
    """Bread meat bread with residuals of each cluster adjusted by a power of I - H."""
    variance = {"binomial": mean * (1 - mean), "poisson": mean, "gaussian": np.ones_like(mean)}[family]
    slope = np.ones_like(mean) if family == "gaussian" else variance  # canonical links
    root = np.sqrt(variance)
    scaled = design * (slope / root)[:, None]
    residual = (outcome - mean) / root
    bounds = np.append(0, np.cumsum(np.bincount(codes)))
    rows = [slice(bounds[g], bounds[g + 1]) for g in range(len(bounds) - 1)]
    whitened = [_whiten(np.column_stack([scaled[r], residual[r]]), alpha) for r in rows]
    bread = np.linalg.inv(sum(x[:, :-1].T @ x[:, :-1] for x in whitened))
    meat = np.zeros_like(bread)
    for both in whitened:
        x, e = both[:, :-1], both[:, -1]
        values, vectors = np.linalg.eigh(np.eye(len(e)) - x @ bread @ x.T)
        keep = values > 1e-10
        adjusted = vectors @ (np.where(keep, np.where(keep, values, 1.0) ** power, 0.0) * (vectors.T @ e))
        score = x.T @ adjusted
        meat += np.outer(score, score)
    return np.asarray(bread @ meat @ bread)


def _whiten(block: FloatArray, alpha: float) -> FloatArray:
    """Multiply by the inverse root of an exchangeable correlation matrix."""
    n = len(block)
    mean = block.mean(axis=0)
    within, between = 1 / np.sqrt(1 - alpha), 1 / np.sqrt(1 + (n - 1) * alpha)
    return np.asarray(within * (block - mean) + between * mean)


def standardised(fit: MarginalFit, cells: Sequence[tuple[float, FloatArray]], log: bool = False) -> tuple[float, float]:
    """Return a weighted sum of mean predictions, or of their logarithms, with its standard error (delta method).

    Parameters
    ----------
    fit : MarginalFit
    cells : sequence of (weight, (m, p) float array)
        Rows over which the prediction is averaged; +1 and -1 make a difference, with ``log`` a log ratio.
    log : bool
        Whether logarithms of the means are added up.

    Examples
    --------
    >>> fit = MarginalFit(np.array([0.0, 1.0]), np.eye(2), 9.0, 0.0, 10, "poisson")
    >>> value, _ = standardised(fit, [(1, np.array([[1.0, 1.0]])), (-1, np.array([[1.0, 0.0]]))], log=True)
    >>> round(value, 12)
    1.0
    """
    value, gradient = 0.0, np.zeros(len(fit.coef))
    for weight, rows in cells:
        linear = rows @ fit.coef
        if fit.family == "binomial":
            mean = expit(linear)
            slope = mean * (1 - mean)
        else:
            mean = np.exp(linear) if fit.family == "poisson" else linear
            slope = mean if fit.family == "poisson" else np.ones_like(linear)
        average, change = float(mean.mean()), (slope[:, None] * rows).mean(axis=0)
        value += weight * (np.log(average) if log else average)
        gradient = gradient + weight * (change / average if log else change)
    return float(value), float(np.sqrt(gradient @ fit.vcov @ gradient))

"""Regression on a time series: Newey-West, AR(1) generalised least squares, tests of leftover correlation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.stats import chi2

from sctoolkit.errors import NotIdentifiedError
from sctoolkit.numerics.linear.least_squares import LeastSquares, fit_least_squares

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def lagged_meat(scores: FloatArray, lag: int, series: IntArray | None = None) -> FloatArray:
    """Return the Bartlett-weighted sum of products of scores (n, p) up to ``lag``; lags do not cross series."""
    meat = scores.T @ scores
    for step in range(1, lag + 1):
        ahead, behind = scores[step:], scores[:-step]
        if series is not None:
            same = series[step:] == series[:-step]
            ahead, behind = ahead[same], behind[same]
        cross = ahead.T @ behind
        meat += (1 - step / (lag + 1)) * (cross + cross.T)
    return meat


def newey_west(
    design: FloatArray, fit: LeastSquares, lag: int, adjust: bool = True, series: IntArray | None = None
) -> FloatArray:
    """Return the heteroskedasticity- and autocorrelation-consistent variance with Bartlett weights.

    Parameters
    ----------
    design : (n, p) array, rows in order of time
    fit : LeastSquares
    lag : int
        Largest lag, at least the length of a season when there is one; below n.
    adjust : bool
        Whether to multiply by n / (n - p).
    series : (n,) codes, optional
        Rows of one series stand together.

    References
    ----------
    Newey and West (1987), doi:10.2307/1913610.   Oracle: its_seatbelts (sandwich::NeweyWest without prewhitening).
    """
    n = fit.n_obs
    if not 0 <= lag < n:
        raise NotIdentifiedError(
            f"A lag must lie from 0 to below the number of points, not {lag} for {n}.",
            hint="Leave the lag out to have it follow from the length of the series.",
        )
    out: FloatArray = fit.bread @ lagged_meat(design * fit.residuals[:, None], lag, series) @ fit.bread
    return out * (n / (n - fit.n_params)) if adjust else out


@dataclass(frozen=True, slots=True)
class CountFit:
    """A log-linear model of counts: ``bread`` (X'diag(mu)X)^-1, Pearson ``dispersion`` (1 for Poisson spread)."""

    coef: FloatArray
    bread: FloatArray
    mean: FloatArray
    dispersion: float


def fit_counts(design: FloatArray, counts: FloatArray, offset: FloatArray | None = None) -> CountFit:
    """Fit log E[count] = offset + design @ coef (Poisson quasi-likelihood, Newton).

    Parameters
    ----------
    design : (n, p) array
    counts : (n,) array, not below zero
    offset : (n,) array, optional
        Log of exposure.

    Raises
    ------
    NotIdentifiedError
        If counts are below zero, all zero, or a column has no finite coefficient.

    References
    ----------
    McCullagh and Nelder (1989), chapter 6; Gourieroux, Monfort and Trognon (1984), doi:10.2307/1913472.

    Examples
    --------
    >>> fit = fit_counts(np.ones((4, 1)), np.array([1.0, 2.0, 3.0, 2.0]))
    >>> round(float(np.exp(fit.coef[0])), 6)
    2.0
    """
    if (counts < 0).any() or counts.sum() == 0:
        raise NotIdentifiedError(
            f"Counts must not be below zero and not all zero, and they run from {counts.min():g} to {counts.max():g}.",
            hint="Use the linear model for differences and scores.",
        )
    shift = np.zeros(len(counts)) if offset is None else offset
    coef, *_ = np.linalg.lstsq(design, np.log(counts + 0.5) - shift, rcond=None)
    for _ in range(100):
        mean = np.exp(np.clip(design @ coef + shift, -50, 50))
        step = np.linalg.lstsq(design.T @ (mean[:, None] * design), design.T @ (counts - mean), rcond=None)[0]
        coef = coef + step / max(1.0, float(np.abs(step).max()))
        if np.abs(step).max() < 1e-12 * (1 + np.abs(coef).max()):
            break
    if (mean / np.exp(shift)).min() < 1e-6 * counts.sum() / np.exp(shift).sum():
        raise NotIdentifiedError(
            "A model of counts must have a finite estimate, and some part of the series holds zeros only.",
            hint="Put periods together, or leave the season out.",
        )
    mean = np.exp(design @ coef + shift)
    bread = np.asarray(np.linalg.inv(design.T @ (mean[:, None] * design)), dtype=np.float64)
    spread = float(((counts - mean) ** 2 / mean).sum()) / max(len(counts) - design.shape[1], 1)
    return CountFit(np.asarray(coef, dtype=np.float64), bread, mean, spread)


@dataclass(frozen=True, slots=True)
class Ar1:
    """A regression with AR(1) errors by (restricted) maximum likelihood; ``vcov`` with sigma^2 from n - p."""

    coef: FloatArray
    vcov: FloatArray
    phi: float
    loglik: float
    dof: int


def fit_ar1(
    design: FloatArray, outcome: FloatArray, time: IntArray, series: IntArray | None = None, reml: bool = False
) -> Ar1:
    """Fit outcome = design @ coef + e with e autocorrelated of order 1 within series.

    Parameters
    ----------
    design : (n, p) array, sorted by series and time
    outcome : (n,) array
    time : (n,) integers; gaps count
    series : (n,) codes, optional
    reml : bool
        Whether phi maximises the restricted likelihood.

    References
    ----------
    Pinheiro and Bates (2000), chapter 5.   Oracle: its_seatbelts (nlme::gls, corAR1, ML).
    """
    group = np.zeros(len(outcome), dtype=np.int64) if series is None else series
    gap = np.diff(time).astype(np.float64)
    start = np.append(True, np.diff(group) != 0)
    if (gap[~start[1:]] <= 0).any():
        raise NotIdentifiedError(
            "Times must increase within a series, and some repeat or go back.",
            hint="Sort by series and time, and keep one row a time in each series.",
        )
    gap = np.append(0.0, np.where(start[1:], 0.0, gap))
    n, p = design.shape

    def whiten(phi: float) -> tuple[FloatArray, FloatArray, float]:
        carry = np.where(start, 0.0, np.sign(phi) ** gap * np.abs(phi) ** gap)
        scale = np.sqrt(np.where(start, 1.0, 1 - carry**2))
        both = np.column_stack([design, outcome])
        previous = np.vstack([np.zeros(p + 1), both[:-1]])
        white = (both - carry[:, None] * previous) / scale[:, None]
        return white[:, :-1], white[:, -1], -float(np.log(scale).sum())

    def deviance(phi: float) -> float:
        x, y, jacobian = whiten(phi)
        coef, *_ = np.linalg.lstsq(x, y, rcond=None)
        rss = ((y - x @ coef) ** 2).sum()
        fixed = np.linalg.slogdet(x.T @ x)[1] if reml else 0.0
        return float((n - p if reml else n) * np.log(rss) - 2 * jacobian + fixed)

    grid = np.linspace(-0.95, 0.95, 39)
    best = float(grid[int(np.argmin([deviance(phi) for phi in grid]))])
    bounds = (max(best - 0.05, -0.9999), min(best + 0.05, 0.9999))
    found = minimize_scalar(deviance, bounds=bounds, method="bounded", options={"xatol": 1e-10})
    phi = float(found.x)
    x, y, jacobian = whiten(phi)
    fit = fit_least_squares(x, y)
    rss = fit.sigma2 * fit.dof_resid
    loglik = -0.5 * n * (float(np.log(2 * np.pi * rss / n)) + 1) + jacobian
    return Ar1(fit.coef, fit.sigma2 * fit.bread, phi, loglik, fit.dof_resid)


def durbin_watson(residuals: FloatArray) -> float:
    """Return the Durbin-Watson statistic: near 2 without first-order correlation.

    Examples
    --------
    >>> round(durbin_watson(np.array([1.0, -1.0, 1.0, -1.0])), 6)
    3.0
    """
    return float((np.diff(residuals) ** 2).sum() / (residuals**2).sum())


def breusch_godfrey(design: FloatArray, residuals: FloatArray, order: int) -> tuple[float, float]:
    """Return chi-square and p of correlation of residuals up to ``order``.

    References
    ----------
    Breusch (1978); Godfrey (1978), doi:10.2307/1913829.   Oracle: its_seatbelts (lmtest::bgtest).
    """
    n = residuals.size
    lags = np.column_stack([np.append(np.zeros(k), residuals[:-k]) for k in range(1, order + 1)])
    full = np.column_stack([design, lags])
    coef, *_ = np.linalg.lstsq(full, residuals, rcond=None)
    explained = 1 - ((residuals - full @ coef) ** 2).sum() / (residuals**2).sum()
    statistic = float(n * explained)
    return statistic, float(chi2.sf(statistic, order))

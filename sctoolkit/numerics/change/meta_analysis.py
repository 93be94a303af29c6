"""Random-effects pooling of estimates: tau^2 (REML, Paule-Mandel, DerSimonian-Laird), HKSJ, prediction, shrinkage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.stats import chi2, norm
from scipy.stats import t as t_distribution

from sctoolkit.errors import NotIdentifiedError

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pooled:
    """A pooled mean over k estimates.

    ``std_error`` is the classical one, ``hksj_error`` Hartung-Knapp's with t(k - 1) limits ``ci_low`` and ``ci_high``;
    ``pi_low`` and ``pi_high`` bound a new true effect (t(k - 2), Higgins); ``tau2_low``, ``tau2_high`` the Q-profile
    interval; ``blups`` (k,) shrunken estimates and their standard errors.
    """

    estimate: float
    std_error: float
    hksj_error: float
    dof: float
    p_value: float
    ci_low: float
    ci_high: float
    pi_low: float
    pi_high: float
    tau2: float
    tau2_error: float
    tau2_low: float
    tau2_high: float
    i2: float
    q: float
    q_p_value: float
    blups: FloatArray
    blup_errors: FloatArray


def tau2_reml(y: FloatArray, v: FloatArray) -> float:
    """Between-estimate variance by REML (root of the score, 0 at the boundary)."""

    def score(tau2: float) -> float:
        w = 1 / (v + tau2)
        mean = (w @ y) / w.sum()
        return float(((w * (y - mean)) ** 2).sum() - w.sum() + (w**2).sum() / w.sum())

    return _root(score, y)


def tau2_paule_mandel(y: FloatArray, v: FloatArray) -> float:
    """Between-estimate variance at which the generalised Q equals its degrees of freedom."""
    return _root(lambda tau2: generalised_q(y, v, tau2) - (y.size - 1), y)


def tau2_dersimonian_laird(y: FloatArray, v: FloatArray) -> float:
    """Between-estimate variance by moments."""
    w = 1 / v
    return float(max(0.0, (generalised_q(y, v, 0.0) - (y.size - 1)) / (w.sum() - (w**2).sum() / w.sum())))


def generalised_q(y: FloatArray, v: FloatArray, tau2: float) -> float:
    """Weighted sum of squares about the pooled mean."""
    w = 1 / (v + tau2)
    return float(w @ (y - (w @ y) / w.sum()) ** 2)


def _root(score: Callable[[float], float], y: FloatArray) -> float:
    """Root of a score that falls from positive; the largest root is taken, 0 when there is none."""
    if score(0.0) <= 0:
        return 0.0
    high = float(np.var(y, ddof=1)) + 1e-12
    while score(high) > 0:
        high *= 2
    return float(brentq(score, 0.0, high, xtol=1e-14, rtol=1e-14))


def pool_random_effects(
    y: FloatArray, v: FloatArray, method: Literal["REML", "PM", "DL"] = "REML", ci_level: float = 0.95
) -> Pooled:
    """Pool estimates that differ by chance and in truth.

    Parameters
    ----------
    y, v : (k,) estimates and their sampling variances, k >= 2
    method : {"REML", "PM", "DL"}
    ci_level : float

    Raises
    ------
    NotIdentifiedError
        If k < 2 or a variance is not positive.

    Notes
    -----
    HKSJ without the ad-hoc floor at 1, as metafor's ``test = "knha"``. The prediction interval uses the classical
    standard error and t(k - 2); it is nan for k = 2.

    References
    ----------
    Hartung and Knapp (2001), doi:10.1002/sim.1009; Higgins, Thompson and Spiegelhalter (2009),
    doi:10.1111/j.1467-985X.2008.00552.x; Viechtbauer (2007), doi:10.1002/sim.2514.   Oracle: site_shrinkage (metafor).
    """
    k = y.size
    if k < 2 or not (v > 0).all():
        raise NotIdentifiedError(
            "Pooling needs at least 2 estimates, each with a variance above zero.",
            where=f"Estimates: {k}; with a variance above zero: {int((v > 0).sum())}.",
            hint="Leave out estimates without a standard error; one alone is described by its own interval.",
        )
    tau2 = {"REML": tau2_reml, "PM": tau2_paule_mandel, "DL": tau2_dersimonian_laird}[method](y, v)
    w = 1 / (v + tau2)
    mean, error = float(w @ y / w.sum()), float(np.sqrt(1 / w.sum()))
    hksj = float(np.sqrt((w @ (y - mean) ** 2) / (k - 1) / w.sum()))
    half = float(t_distribution.ppf(0.5 + ci_level / 2, k - 1)) * hksj
    reach = float(t_distribution.ppf(0.5 + ci_level / 2, k - 2)) * np.sqrt(tau2 + error**2) if k > 2 else np.nan
    fixed = 1 / v
    typical = (k - 1) * fixed.sum() / (fixed.sum() ** 2 - (fixed**2).sum())
    q = generalised_q(y, v, 0.0)
    share = tau2 / (tau2 + v)
    blups = share * y + (1 - share) * mean
    low, high = _q_profile(y, v, ci_level)
    information = (w**2).sum() - 2 * (w**3).sum() / w.sum() + (w**2).sum() ** 2 / w.sum() ** 2
    return Pooled(
        estimate=mean,
        std_error=error,
        hksj_error=hksj,
        dof=float(k - 1),
        p_value=float(2 * t_distribution.sf(abs(mean) / hksj, k - 1)) if hksj > 0 else float("nan"),
        ci_low=mean - half,
        ci_high=mean + half,
        pi_low=float(mean - reach),
        pi_high=float(mean + reach),
        tau2=tau2,
        tau2_error=float(np.sqrt(2 / information)),
        tau2_low=low,
        tau2_high=high,
        i2=float(tau2 / (tau2 + typical)),
        q=q,
        q_p_value=float(chi2.sf(q, k - 1)),
        blups=blups,
        blup_errors=np.sqrt(share * v + (1 - share) ** 2 * error**2),
    )


def _q_profile(y: FloatArray, v: FloatArray, ci_level: float) -> tuple[float, float]:
    """Interval of tau^2 from the generalised Q (Viechtbauer 2007)."""
    tail = (1 - ci_level) / 2
    bounds = [float(chi2.ppf(level, y.size - 1)) for level in (1 - tail, tail)]
    low = _root(lambda tau2: generalised_q(y, v, tau2) - bounds[0], y)
    return low, _root(lambda tau2: generalised_q(y, v, tau2) - bounds[1], y)


def normal_prediction(estimate: float, std_error: float, tau2: float, ci_level: float = 0.95) -> tuple[float, float]:
    """Return the normal-theory prediction interval, as metafor prints without ``test = "knha"``."""
    half = float(norm.ppf(0.5 + ci_level / 2)) * float(np.sqrt(tau2 + std_error**2))
    return estimate - half, estimate + half

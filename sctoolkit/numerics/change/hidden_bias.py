"""How strong a hidden factor would have to be: E-value, robustness value with benchmarks, Oster's delta."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as t_distribution

from sctoolkit.errors import NotIdentifiedError


def e_value(risk_ratio: float) -> float:
    """Return the smallest association, on the risk-ratio scale, that a confounder needs with both sides.

    References
    ----------
    VanderWeele and Ding (2017), doi:10.7326/M16-2607.   Oracle: rci_rtm_evalue.

    Examples
    --------
    >>> round(e_value(3.9), 2), e_value(1.8)
    (7.26, 3.0)
    """
    if not risk_ratio > 0:
        raise NotIdentifiedError(
            f"A risk ratio must be above zero, not {risk_ratio:g}.",
            hint="Pass the ratio of two shares; an interval that reaches 0 comes from a linear model of a yes or no.",
        )
    ratio = max(risk_ratio, 1 / risk_ratio)
    return float(ratio + np.sqrt(ratio * (ratio - 1)))


def e_value_of_interval(risk_ratio: float, low: float, high: float) -> float:
    """Return the E-value of the limit nearer to 1; 1 when the interval covers 1."""
    if low <= 1 <= high:
        return 1.0
    return e_value(low if risk_ratio > 1 else high)


def risk_ratio_of_d(d: float) -> float:
    """Return exp(0.91 d), the approximate risk ratio of a standardised difference."""
    return float(np.exp(0.91 * d))


def risk_ratio_of_odds(odds_ratio: float, common: bool = True) -> float:
    """Return the risk ratio of an odds ratio: its square root when the outcome is common (15 percent or more)."""
    return float(np.sqrt(odds_ratio)) if common else odds_ratio


@dataclass(frozen=True, slots=True)
class RobustnessValue:
    """Shares of residual variance (0 to 1) a hidden factor must explain of both sides; ``partial_r2`` of treatment."""

    partial_r2: float
    to_zero: float
    to_insignificance: float


def robustness_value(t: float, dof: float, alpha: float = 0.05, q: float = 1.0) -> RobustnessValue:
    """Return how much a hidden factor must explain to take the estimate (or its significance) away.

    Parameters
    ----------
    t, dof : float
        Of the treatment coefficient, classical t and residual degrees of freedom.
    alpha : float
    q : float
        Share of the estimate to be explained away.

    References
    ----------
    Cinelli and Hazlett (2020), doi:10.1111/rssb.12348, equations 18 to 20; Darfur example .139 and .076.

    Examples
    --------
    >>> value = robustness_value(4.184, 783)
    >>> round(value.to_zero, 3), round(value.to_insignificance, 3)
    (0.139, 0.076)
    """
    if dof <= 1:
        raise NotIdentifiedError(
            f"A robustness value needs more than 1 residual degree of freedom, not {dof:g}.",
            hint="Leave covariates out of the model, or add rows: there is nothing left to judge its error by.",
        )
    strength = q * abs(t) / np.sqrt(dof)
    critical = float(t_distribution.ppf(1 - alpha / 2, dof - 1)) / np.sqrt(dof - 1)
    return RobustnessValue(t**2 / (t**2 + dof), _rv(strength), _rv_alpha(strength, critical))


def _rv(f: float) -> float:
    return float((np.sqrt(f**4 + 4 * f**2) - f**2) / 2)


def _rv_alpha(f: float, critical: float) -> float:
    """Robustness value for the interval (sensemakr's three cases)."""
    left = f - critical
    if left <= 0:
        return 0.0
    if f > 1 / critical:
        return float((f**2 - critical**2) / (1 + f**2))
    return _rv(left)


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What a factor ``k`` times as strong as an observed one would leave; adjusted estimate, error and t."""

    r2_treatment: float
    r2_outcome: float
    estimate: float
    std_error: float
    t: float


def benchmark(
    estimate: float, std_error: float, dof: float, r2_treatment: float, r2_outcome: float, k: float = 1.0
) -> Benchmark:
    """Adjust an estimate for a hidden factor ``k`` times as strong as an observed covariate.

    Parameters
    ----------
    estimate, std_error, dof : float
        Of the treatment coefficient (classical).
    r2_treatment : float
        Partial R^2 of the covariate with treatment, given other covariates.
    r2_outcome : float
        Partial R^2 of the covariate with the outcome, given treatment and other covariates.
    k : float

    References
    ----------
    Cinelli and Hazlett (2020), section 4.4.

    Examples
    --------
    >>> round(benchmark(0.09732, 0.02326, 783, 0.00908, 0.10893).t, 2)
    3.44
    """
    with_treatment = k * r2_treatment / (1 - r2_treatment)
    if with_treatment >= 1:
        raise NotIdentifiedError(
            f"A hidden factor must leave part of treatment open, and {k:g} times this one would explain all of it.",
            hint="Use a smaller `k`.",
        )
    overlap = k * r2_treatment**2 / ((1 - k * r2_treatment) * (1 - r2_treatment))
    with_outcome = ((np.sqrt(k) + np.sqrt(overlap)) / np.sqrt(1 - overlap)) ** 2 * r2_outcome / (1 - r2_outcome)
    with_outcome = min(float(with_outcome), 1.0)
    bias = std_error * np.sqrt(dof) * np.sqrt(with_outcome * with_treatment / (1 - with_treatment))
    error = std_error * np.sqrt((1 - with_outcome) / (1 - with_treatment)) * np.sqrt(dof / (dof - 1))
    adjusted = float(np.sign(estimate) * (abs(estimate) - bias))
    return Benchmark(with_treatment, with_outcome, adjusted, float(error), adjusted / float(error) if error else np.nan)


def partial_r2(t: float, dof: float) -> float:
    """Return t^2 / (t^2 + dof)."""
    return float(t**2 / (t**2 + dof))


def oster_delta(
    coef_short: float, r2_short: float, coef_full: float, r2_full: float, var_treatment: float, var_residual: float,
    var_outcome: float, r2_max: float | None = None, target: float = 0.0,
) -> float:  # fmt: skip
    """Return the ratio of hidden to observed selection at which the effect is ``target``.

    Parameters
    ----------
    coef_short, r2_short : float
        Regression on treatment alone.
    coef_full, r2_full : float
        With covariates.
    var_treatment, var_residual : float
        Variance of treatment, and of treatment after covariates.
    var_outcome : float
    r2_max : float, optional
        R^2 with everything hidden included; 1.3 times ``r2_full``, at most 1, unless given.
    target : float

    Returns
    -------
    float
        Above 1: hidden selection would have to be stronger than observed selection.

    Notes
    -----
    With b the full and b0 the short coefficient, g = b - target, m = b0 - b, v and tau the two treatment variances and
    s2 the outcome's: delta = [g (R~ - R0) s2 tau + g v tau m^2 + 2 g^2 tau m v + g^3 (tau v - tau^2)] /
    [(Rmax - R~) s2 m v + g (Rmax - R~) s2 (v - tau) + g^2 tau m v + g^3 (tau v - tau^2)].

    References
    ----------
    Oster (2019), doi:10.1080/07350015.2016.1227711, proposition 3.
    """
    r_max = min(1.3 * r2_full, 1.0) if r2_max is None else r2_max
    gap, move = coef_full - target, coef_short - coef_full
    v, tau, s2 = var_treatment, var_residual, var_outcome
    cubic = gap**3 * (tau * v - tau**2)
    top = gap * (r2_full - r2_short) * s2 * tau + gap * v * tau * move**2 + 2 * gap**2 * tau * move * v + cubic
    bottom = (
        (r_max - r2_full) * s2 * move * v + gap * (r_max - r2_full) * s2 * (v - tau) + gap**2 * tau * move * v + cubic
    )
    if bottom == 0:
        raise NotIdentifiedError(
            "Covariates must move the coefficient or explain treatment, and they do not.",
            hint="Name covariates that are known to matter: without them nothing is learnt about hidden ones.",
        )
    return float(top / bottom)

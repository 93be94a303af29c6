"""Power and detectable differences of t tests, with clusters, several waves, unequal sizes and ordered answers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import optimize, stats


def t_power(noncentrality: float, dof: float, alpha: float = 0.05, both_tails: bool = False) -> float:
    """Return the power of a two-sided t test.

    Parameters
    ----------
    noncentrality : float
        True difference over its standard error.
    dof : float
        Degrees of freedom, above 0.
    alpha : float
        Level of the test.
    both_tails : bool
        Count rejections in the wrong direction too.

    References
    ----------
    Oracle: power_mdes (R ``power.t.test``).

    Examples
    --------
    >>> round(t_power(0.5 * (64 / 2) ** 0.5, 126), 6)
    0.801459
    """
    critical = float(stats.t.ppf(1 - alpha / 2, dof))
    upper = _upper_tail(critical, dof, noncentrality)
    return upper + (1 - _upper_tail(-critical, dof, noncentrality) if both_tails else 0.0)


def _upper_tail(critical: float, dof: float, noncentrality: float) -> float:
    """Return P(T > critical) of the noncentral t; by quadrature where the library gives up."""
    value = float(stats.nct.sf(critical, dof, noncentrality))
    if np.isfinite(value):
        return value
    nodes, weights = np.polynomial.legendre.leggauss(400)
    spread = np.sqrt(stats.chi2.ppf((nodes + 1) / 2, dof) / dof)
    return float(weights @ stats.norm.cdf(noncentrality - critical * spread) / 2)


def multiplier(dof: float, alpha: float = 0.05, power: float = 0.8) -> float:
    """Return the detectable difference in standard errors, by the noncentral t.

    Examples
    --------
    >>> round(multiplier(22), 4)
    2.9316
    """
    if not dof > 0:
        return float("inf")
    near = float(stats.t.ppf(1 - alpha / 2, dof) + stats.t.ppf(power, dof))
    high = near
    while t_power(high, dof, alpha) < power:
        high *= 1.5
    return float(optimize.brentq(lambda d: t_power(d, dof, alpha) - power, 0.0, high, xtol=1e-12, rtol=1e-12))


def multiplier_sum(dof: float, alpha: float = 0.05, power: float = 0.8) -> float:
    """Return t(1 - alpha/2) + t(power), Bloom's multiplier of the detectable difference."""
    return float(stats.t.ppf(1 - alpha / 2, dof) + stats.t.ppf(power, dof)) if dof > 0 else float("inf")


def detectable_by_organisation(
    n_organisations: int, n_people: float, icc: float, *, share: float = 0.5, r2_people: float = 0.0,
    r2_organisations: float = 0.0, n_covariates: int = 0, alpha: float = 0.05, power: float = 0.8,
) -> float:  # fmt: skip
    """Return the detectable standardised difference of two groups of organisations at one time.

    Parameters
    ----------
    n_organisations : int
    n_people : float
        People in each.
    icc : float
        Share of the variance that lies between organisations.
    share : float
        Share of organisations that take part.
    r2_people, r2_organisations : float
        Variance explained by covariates within and between organisations.
    n_covariates : int
        Covariates of organisations.

    References
    ----------
    Dong and Maynard (2013), doi:10.1080/19345747.2012.673143 (CRA2_2r).   Oracle: power_mdes.

    Examples
    --------
    >>> round(detectable_by_organisation(20, 20, 0.05), 6)
    0.413756
    """
    spread = share * (1 - share) * n_organisations
    variance = icc * (1 - r2_organisations) / spread + (1 - icc) * (1 - r2_people) / (spread * n_people)
    return multiplier_sum(n_organisations - 2 - n_covariates, alpha, power) * float(np.sqrt(variance))


def design_factor(n_people: float, icc: float, cv: float = 0.0) -> float:
    """Return the variance inflation by clusters whose sizes vary with coefficient ``cv``.

    References
    ----------
    Eldridge, Ashby and Kerry (2006), doi:10.1093/ije/dyl129.   Oracle: power_mdes.

    Examples
    --------
    >>> round(design_factor(20, 0.05, 0.6), 6)
    2.31
    """
    return 1 + ((cv**2 + 1) * n_people - 1) * icc


def repeated_measures_factor(n_before: int, n_after: int, correlation: float) -> dict[str, float]:
    """Return the variance of three estimators over that of one measurement after.

    References
    ----------
    Frison and Pocock (1992), doi:10.1002/sim.4780111304.   Oracle: power_mdes.

    Examples
    --------
    >>> {name: round(value, 3) for name, value in repeated_measures_factor(1, 1, 0.6).items()}
    {'post': 1.0, 'change': 0.8, 'ancova': 0.64}
    """
    before = (1 + (n_before - 1) * correlation) / n_before
    after = (1 + (n_after - 1) * correlation) / n_after
    return {
        "post": after,
        "change": after + before - 2 * correlation,
        "ancova": after - n_before * correlation**2 / (1 + (n_before - 1) * correlation),
    }


def proportions_power(n: float, first: float, second: float, alpha: float = 0.05) -> float:
    """Return the power of comparing two shares with ``n`` people each, by the normal approximation.

    References
    ----------
    Oracle: power_mdes (R ``power.prop.test``).

    Examples
    --------
    >>> round(proportions_power(150, 0.4, 0.55), 6)
    0.741742
    """
    pooled = np.sqrt((first + second) * (1 - (first + second) / 2))
    own = np.sqrt(first * (1 - first) + second * (1 - second))
    z = (np.sqrt(n) * abs(first - second) - stats.norm.ppf(1 - alpha / 2) * pooled) / own
    return float(stats.norm.cdf(z))


def ordered_answer_attenuation(shares: Sequence[float]) -> float:
    """Return how much of a standardised difference an ordered answer keeps of the normal trait below it.

    Parameters
    ----------
    shares : sequence of float
        Share of people in each category, adding up to 1.

    Notes
    -----
    The correlation of the trait with the codes 1..k: sum phi(threshold) / sd(codes).

    References
    ----------
    Olsson, Drasgow and Dorans (1982), doi:10.1007/BF02294164.

    Examples
    --------
    >>> round(ordered_answer_attenuation([0.5, 0.5]), 4)
    0.7979
    """
    share = np.asarray(shares, dtype=float) / np.sum(shares)
    codes = np.arange(len(share))
    sd = np.sqrt(share @ codes**2 - (share @ codes) ** 2)
    return float(stats.norm.pdf(stats.norm.ppf(np.cumsum(share)[:-1])).sum() / sd)

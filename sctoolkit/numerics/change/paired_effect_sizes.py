"""Standardised size of change in one group measured twice, each standardiser by its own name.

``paired_effect_sizes(pre, post) -> PairedEffectSizes`` (estimate, std_error, ci_low, ci_high by name);
``small_sample_factor(m)`` is the exact J.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import gammaln
from scipy.stats import nct, norm

from sctoolkit.errors import NotIdentifiedError

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class EffectSize:
    """An effect size with its standardiser (nan for d_rm, whose standardiser is implied) and interval."""

    name: str
    estimate: float
    std_error: float
    ci_low: float
    ci_high: float
    standardiser: float


def small_sample_factor(m: float) -> float:
    """Return J(m) = Gamma(m/2) / (sqrt(m/2) Gamma((m-1)/2)), the exact correction of d; nan when m <= 1.

    Examples
    --------
    >>> round(small_sample_factor(9), 6)
    0.913875
    """
    if m <= 1:
        return float("nan")
    return float(np.exp(gammaln(m / 2) - 0.5 * np.log(m / 2) - gammaln((m - 1) / 2)))


def noncentral_t_interval(t: float, dof: float, ci_level: float = 0.95) -> tuple[float, float]:
    """Return the interval of the noncentrality parameter that makes t its own quantile.

    References
    ----------
    Steiger and Fouladi (1997).   Oracle: tests/oracle/effect_sizes.R (stats::pt with ncp).
    """
    tail = (1 - ci_level) / 2

    def below(noncentrality: float) -> float:
        found = float(nct.cdf(t, dof, noncentrality))
        # Far from t the distribution function is given as nan where it is 1 or 0 to the last digit.
        return found if np.isfinite(found) else float(noncentrality < t)

    def solve(probability: float) -> float:
        width = 5.0 + abs(t)
        low, high = t - width, t + width
        while below(low) < probability:
            low -= width
        while below(high) > probability:
            high += width
        return float(brentq(lambda noncentrality: below(noncentrality) - probability, low, high, xtol=1e-12))

    return solve(1 - tail), solve(tail)


def paired_effect_sizes(pre: FloatArray, post: FloatArray, ci_level: float = 0.95) -> dict[str, EffectSize]:
    """Standardise the mean change of people measured twice.

    Parameters
    ----------
    pre, post : (n,) arrays, n >= 3, complete
    ci_level : float

    Returns
    -------
    dict of EffectSize
        ``d_z`` by SD of differences (noncentral t); ``d_rm`` = d_z sqrt(2 (1 - r)); ``d_av`` by the mean of the two
        SDs (Lakens); ``d_av_rms`` by the root mean square SD (Cumming; SPSS "average variance"); ``glass_pre`` by the
        pre SD (Becker's SMCR without correction); ``g_z``, ``g_rm``, ``g_av``, ``g_av_rms``, ``g_pre`` the same times
        J(n - 1).

    Raises
    ------
    NotIdentifiedError
        If n < 3 or a standard deviation is zero.

    Notes
    -----
    Intervals: noncentral t for d_z and g_z; for the others normal, from Bonett's variance without assuming equal SDs,
    (s_D^2 / s^2 + g^2 c / 2) / (n - 1) with c = 1 for the pre SD and, for an averaged standardiser, the delta-method
    term in both SDs, whose logarithms correlate r^2.

    References
    ----------
    Bonett (2008), doi:10.1037/1082-989X.13.2.99; Becker (1988), doi:10.1111/j.2044-8317.1988.tb00901.x;
    Lakens (2013), doi:10.3389/fpsyg.2013.00863; Cumming (2012), Understanding the New Statistics.
    Oracle: tests/oracle/effect_sizes.R.

    Examples
    --------
    >>> sizes = paired_effect_sizes(np.array([1.0, 2.0, 3.0, 5.0]), np.array([2.0, 2.0, 5.0, 6.0]))
    >>> round(sizes["d_av"].estimate, 3)
    0.531
    """
    n = pre.size
    change = post - pre
    if n < 3 or min(float(np.ptp(pre)), float(np.ptp(post)), float(np.ptp(change))) == 0:
        raise NotIdentifiedError(
            f"A standardised change needs at least 3 people whose answers and changes vary, and there are {n}.",
            hint="Report the mean change in points.",
        )
    mean, s1, s2, sd = (float(v) for v in (change.mean(), pre.std(ddof=1), post.std(ddof=1), change.std(ddof=1)))
    r = float(np.corrcoef(pre, post)[0, 1])
    factor = small_sample_factor(n - 1)
    z = norm.ppf(0.5 + ci_level / 2)
    low, high = noncentral_t_interval(mean / sd * np.sqrt(n), n - 1, ci_level)
    out: dict[str, EffectSize] = {}

    def add(name: str, d: float, standardiser: float, error: float, bounds: tuple[float, float] | None = None) -> None:
        for label, by in ((f"d_{name}", 1.0), (f"g_{name}", factor)):
            key = "glass_pre" if label == "d_pre" else label
            limits = (d - z * error, d + z * error) if bounds is None else bounds
            out[key] = EffectSize(key, by * d, by * error, by * limits[0], by * limits[1], standardiser)

    d_z = mean / sd
    add("z", d_z, sd, float(np.sqrt(1 / n + d_z**2 / (2 * n))), (low / np.sqrt(n), high / np.sqrt(n)))
    scale = float(np.sqrt(2 * (1 - r)))
    add("rm", d_z * scale, sd / scale, _averaged_error(d_z * scale, sd / scale, sd, (0.5, 0.5), r, n))
    average = (s1 + s2) / 2
    add(
        "av",
        mean / average,
        average,
        _averaged_error(mean / average, average, sd, (s1 / (s1 + s2), s2 / (s1 + s2)), r, n),
    )
    rms = float(np.sqrt((s1**2 + s2**2) / 2))
    shares = (s1**2 / (s1**2 + s2**2), s2**2 / (s1**2 + s2**2))
    add("av_rms", mean / rms, rms, _averaged_error(mean / rms, rms, sd, shares, r, n))
    add("pre", mean / s1, s1, _averaged_error(mean / s1, s1, sd, (1.0, 0.0), r, n))
    return out


def _averaged_error(
    d: float, standardiser: float, sd_change: float, shares: tuple[float, float], r: float, n: int
) -> float:
    """Delta-method standard error of mean / standardiser; shares are its elasticities in the two SDs."""
    log_variance = (shares[0] ** 2 + shares[1] ** 2 + 2 * shares[0] * shares[1] * r**2) / 2
    corrected = small_sample_factor(n - 1) * d
    return float(np.sqrt((sd_change**2 / standardiser**2 + corrected**2 * log_variance) / (n - 1)))


def smcr(mean_change: float, sd_pre: float, n: float, r: float) -> tuple[float, float]:
    """Return Becker's standardised mean change by the pre SD, corrected, and its variance.

    Notes
    -----
    J(n - 1) mean / s_pre; variance 2 (1 - r) / n + g^2 / (2 n), as metafor's ``SMCR``.

    Examples
    --------
    >>> tuple(round(value, 4) for value in smcr(38.5 - 30.6, 15.0, 20, 0.47))
    (0.5056, 0.0594)
    """
    g = small_sample_factor(n - 1) * mean_change / sd_pre
    return g, 2 * (1 - r) / n + g**2 / (2 * n)

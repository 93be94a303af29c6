"""Whether one person changed by more than measurement error: Jacobson-Truax and its relatives, MDC, cut-offs.

Each index is a z value by person: ``jacobson_truax``, ``maassen``, ``regression_based``, ``gulliksen_lord_novick``,
``hageman_arrindell``. Reliability may be omega or alpha of this sample or a test-retest correlation; they answer
different questions, and the caller says which it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from sctoolkit.errors import NotIdentifiedError

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Index:
    """An index z (n,) and the standard error (of the difference or of prediction) behind it, in points."""

    z: FloatArray
    std_error: float


def check_reliability(reliability: float, name: str = "reliability") -> None:
    """Raise unless 0 < reliability < 1."""
    if not 0 < reliability < 1:
        raise NotIdentifiedError(
            f"A {name} must lie between 0 and 1, not {reliability:g}.",
            hint="Use omega or alpha of the scale, or a test-retest correlation.",
        )


def std_error_measurement(sd: float, reliability: float) -> float:
    """Return SD sqrt(1 - reliability).

    Examples
    --------
    >>> round(std_error_measurement(7.5, 0.8), 3)
    3.354
    """
    check_reliability(reliability)
    return float(sd * np.sqrt(1 - reliability))


def minimal_detectable_change(sd: float, reliability: float, level: float = 0.95) -> float:
    """Return the change in points that measurement error alone exceeds with probability 1 - level, two-sided."""
    return float(norm.ppf(0.5 + level / 2) * np.sqrt(2) * std_error_measurement(sd, reliability))


def jacobson_truax(pre: FloatArray, post: FloatArray, sd_pre: float, reliability: float) -> Index:
    """(post - pre) / (s_pre sqrt(2 (1 - r))).

    References
    ----------
    Jacobson and Truax (1991), doi:10.1037/0022-006X.59.1.12, whose example gives 3.16.

    Examples
    --------
    >>> round(float(jacobson_truax(np.array([32.5]), np.array([47.5]), 7.5, 0.8).z[0]), 2)
    3.16
    """
    error = float(np.sqrt(2)) * std_error_measurement(sd_pre, reliability)
    return Index((post - pre) / error, error)


def maassen(pre: FloatArray, post: FloatArray, sd_pre: float, sd_post: float, reliability: float) -> Index:
    """(post - pre) / sqrt((s1^2 + s2^2)(1 - r)): both variances.

    References
    ----------
    Maassen (2004), doi:10.1017/S1355617704105044.
    """
    check_reliability(reliability)
    error = float(np.sqrt((sd_pre**2 + sd_post**2) * (1 - reliability)))
    return Index((post - pre) / error, error)


def regression_based(
    pre: FloatArray, post: FloatArray, mean_pre: float, mean_post: float, sd_pre: float, sd_post: float, r: float
) -> Index:
    """Distance of post from its regression on pre, in standard errors of estimate (McSweeny's SRB).

    Raises
    ------
    NotIdentifiedError
        If the correlation is 1 in size.
    """
    if not -1 < r < 1:
        raise NotIdentifiedError(
            f"A regression-based index needs a correlation inside -1 and 1, not {r:g}.",
            hint="Look whether both waves hold the same column.",
        )
    expected = mean_post + r * sd_post / sd_pre * (pre - mean_pre)
    error = float(sd_post * np.sqrt(1 - r**2))
    return Index((post - expected) / error, error)


def gulliksen_lord_novick(pre: FloatArray, post: FloatArray, mean: float, sd: float, reliability: float) -> Index:
    """Distance of post from the estimated true pre score, in standard errors of prediction s sqrt(1 - r^2).

    References
    ----------
    Lord and Novick (1968), chapter 3.
    """
    check_reliability(reliability)
    expected = reliability * pre + (1 - reliability) * mean
    error = float(sd * np.sqrt(1 - reliability**2))
    return Index((post - expected) / error, error)


def hageman_arrindell(
    pre: FloatArray, post: FloatArray, mean_pre: float, mean_post: float, sd_pre: float, sd_post: float, r: float,
    reliability_pre: float, reliability_post: float,
) -> Index:  # fmt: skip
    """Change shrunken by the reliability of the difference, over its standard error.

    Raises
    ------
    NotIdentifiedError
        If the difference has no reliability (then no person's change can be told from error).

    References
    ----------
    Hageman and Arrindell (1999), doi:10.1016/S0005-7967(99)00032-7.
    """
    check_reliability(reliability_pre)
    check_reliability(reliability_post)
    spread = sd_pre**2 + sd_post**2 - 2 * r * sd_pre * sd_post
    noise = sd_pre**2 * (1 - reliability_pre) + sd_post**2 * (1 - reliability_post)
    r_difference = (spread - noise) / spread
    if r_difference <= 0:
        raise NotIdentifiedError(
            f"The difference must have some reliability, and its estimate is {r_difference:.3f}.",
            hint="Report group change only; individual change cannot be told from error here.",
        )
    shrunken = (post - pre) * r_difference + (mean_post - mean_pre) * (1 - r_difference)
    error = float(np.sqrt(r_difference * noise))
    return Index(shrunken / error, error)


def clinical_cutoffs(
    mean_low: float, sd_low: float, mean_high: float | None = None, sd_high: float | None = None
) -> dict[str, float]:
    """Return Jacobson and Truax's cut-offs a (2 SD above the low group), b (2 SD below the high group) and c (between).

    Examples
    --------
    >>> clinical_cutoffs(40, 7.5, 60, 7.5)
    {'a': 55.0, 'b': 45.0, 'c': 50.0}
    """
    out = {"a": mean_low + 2 * sd_low}
    if mean_high is not None and sd_high is not None:
        out["b"] = mean_high - 2 * sd_high
        out["c"] = (sd_high * mean_low + sd_low * mean_high) / (sd_high + sd_low)
    return out


def regression_to_mean(
    var_between: float, var_within: float, mean: float, cut: float, *, above: bool = True, n_measurements: int = 1
) -> float:
    """Return the shift towards the mean expected of those selected beyond a cut, in points (positive).

    Parameters
    ----------
    var_between, var_within : float
        True and error variance of one measurement.
    mean, cut : float
    above : bool
        Whether those above the cut were selected.
    n_measurements : int
        How many were averaged for the selection.

    References
    ----------
    Barnett, van der Pols and Dobson (2005), doi:10.1093/ije/dyh299.   Oracle: rci_rtm_evalue.

    Examples
    --------
    >>> round(regression_to_mean(80, 20, 50, 60), 3)
    3.05
    """
    if var_between < 0 or var_within <= 0 or n_measurements < 1:
        raise NotIdentifiedError(
            "Regression to the mean needs variances above zero and at least 1 measurement.",
            where=f"Between {var_between:g}, within {var_within:g}, measurements {n_measurements}.",
            hint="Take the variances between and within people from one model of repeated scores.",
        )
    spread = float(np.sqrt(var_between + var_within / n_measurements))
    z = (cut - mean) / spread
    tail = norm.sf(z) if above else norm.cdf(z)
    return float(var_within / n_measurements / spread * norm.pdf(z) / tail)

"""Reliability of sum scores from covariances: coefficient alpha, its intervals, the standard error of measurement.

Oracle: tests/oracle/reliability.R (psych::alpha).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import f as f_distribution
from scipy.stats import t as t_distribution

from sctoolkit.errors import NotIdentifiedError

FloatArray = npt.NDArray[np.float64]


def alpha(covariance: FloatArray) -> float:
    """Coefficient alpha of a sum score.

    Parameters
    ----------
    covariance : (k, k) symmetric array, k >= 2
        Item covariances after keying, in squared response-scale units. Correlations give standardised alpha,
        polychoric correlations ordinal alpha.

    Returns
    -------
    float
        At most 1; negative when items covary negatively on balance. Unitless.

    Raises
    ------
    NotIdentifiedError
        If k < 2 or the total variance is not above zero.

    Notes
    -----
    ``alpha = k / (k - 1) * (1 - tr(C) / sum(C))``. Equals reliability only for essentially tau-equivalent items.

    References
    ----------
    Cronbach (1951), doi:10.1007/BF02310555.

    Examples
    --------
    >>> alpha(np.array([[1.0, 0.5], [0.5, 1.0]]))
    0.666...
    """
    k = len(covariance)
    total = float(covariance.sum())
    if k < 2 or not total > 0.0:
        raise NotIdentifiedError(
            "Alpha needs at least 2 items and a total score that varies.",
            where=f"Items: {k}; variance of the total: {total:g}.",
            hint="Pass all items of the scale, turned the same way: items against each other cancel in the total.",
        )
    return k / (k - 1) * (1.0 - float(np.trace(covariance)) / total)


def feldt_interval(estimate: float, n_obs: int, n_items: int, level: float = 0.95) -> tuple[float, float]:
    """Interval of alpha from the F distribution.

    Notes
    -----
    ``1 - (1 - a) F_{1 - q; n - 1, (n - 1)(k - 1)}`` to ``1 - (1 - a) F_{q; ...}`` with q = (1 - level) / 2. Exact for
    normal items with equal variances and covariances; too narrow when they are far from that.

    References
    ----------
    Feldt (1965), doi:10.1007/BF02289499. Feldt, Woodruff and Salih (1987), doi:10.1177/014662168701100107.

    Examples
    --------
    >>> low, high = feldt_interval(0.8, 100, 5)
    >>> round(low, 3), round(high, 3)
    (0.731, 0.856)
    """
    tail = 0.5 * (1.0 - level)
    between, within = n_obs - 1, (n_obs - 1) * (n_items - 1)
    low, high = (1.0 - (1.0 - estimate) * float(f_distribution.ppf(q, between, within)) for q in (1.0 - tail, tail))
    return low, high


def log_interval(
    estimate: float, std_error: float, level: float = 0.95, dof: float = float("inf")
) -> tuple[float, float]:
    """Interval of a reliability by the delta method on ``log(1 - reliability)``, which keeps it below 1.

    With ``dof`` (clusters less one) the quantile is that of t. An error too large for numbers leaves the interval open
    below (-inf).

    References
    ----------
    Bonett (2002), doi:10.1002/sim.1231 (the transformation).

    Examples
    --------
    >>> low, high = log_interval(0.8, 0.02)
    >>> round(low, 3), round(high, 3)
    (0.757, 0.836)
    """
    if not (estimate < 1.0 and np.isfinite(std_error)):
        return float("nan"), float("nan")
    reach = float(t_distribution.ppf(0.5 + 0.5 * level, dof)) * std_error / (1.0 - estimate)
    with np.errstate(over="ignore"):
        below = float(np.exp(reach))
    return 1.0 - (1.0 - estimate) * below, 1.0 - (1.0 - estimate) * float(np.exp(-reach))


def std_error_measurement(score_sd: float, reliability: float) -> float:
    """Standard error of measurement of a score, in its own units: ``sd * sqrt(1 - reliability)``.

    Examples
    --------
    >>> std_error_measurement(10.0, 0.75)
    5.0
    """
    return score_sd * float(np.sqrt(max(1.0 - reliability, 0.0))) if reliability <= 1.0 else float("nan")


def average_correlation(correlation: FloatArray) -> float:
    """Mean of the off-diagonal correlations."""
    k = len(correlation)
    return float((correlation.sum() - np.trace(correlation)) / (k * (k - 1)))

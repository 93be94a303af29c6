"""What drop-out could do to a difference: effective sample size, bounds, and the tipping point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.stats import norm

from sctoolkit.errors import NotIdentifiedError

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


def kish_effective_size(weights: FloatArray) -> float:
    """Return (sum w)^2 / sum w^2.

    Examples
    --------
    >>> kish_effective_size(np.array([1.0, 1.0, 2.0, 2.0]))
    3.6
    """
    return float(weights.sum() ** 2 / (weights**2).sum())


def stabilised_weights(stay: FloatArray, base: FloatArray | float, truncate: float = 0.01) -> FloatArray:
    """Return base / stay, cut off at the ``truncate`` and 1 - ``truncate`` quantiles.

    Parameters
    ----------
    stay : (n,) probability of being seen again given everything, of those seen again
    base : (n,) or float, the same given the arm alone
    truncate : float
    """
    if ((stay <= 0) | (stay > 1)).any():
        raise NotIdentifiedError("Probabilities of staying must lie above 0 and up to 1, and some do not.")
    weights = np.asarray(base / stay, dtype=np.float64)
    low, high = np.quantile(weights, [truncate, 1 - truncate])
    return np.clip(weights, low, high)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bounds of an effect and, for Lee's, their standard errors and the Imbens-Manski interval; ``trimmed`` a share."""

    low: float
    high: float
    low_error: float
    high_error: float
    ci_low: float
    ci_high: float
    trimmed: float


def lee_bounds(outcome: FloatArray, treated: BoolArray, seen: BoolArray, ci_level: float = 0.95) -> Bounds:
    """Bound the effect among those who would be seen either way.

    Parameters
    ----------
    outcome : (n,) array, ignored where not seen
    treated, seen : (n,) booleans
    ci_level : float

    Raises
    ------
    NotIdentifiedError
        If an arm has fewer than 2 people seen.

    Notes
    -----
    Assumes that treatment moves staying in one direction for everyone. The arm with more follow-up is trimmed by the
    excess share from below and above. Standard errors are Lee's asymptotic ones.

    References
    ----------
    Lee (2009), doi:10.1111/j.1467-937X.2009.00536.x; Imbens and Manski (2004), doi:10.1111/j.1468-0262.2004.00555.x.

    Examples
    --------
    >>> y = np.array([1.0, 2.0, 3.0, 4.0, 1.0, 2.0, 0.0, 0.0])
    >>> seen = np.array([1, 1, 1, 1, 1, 1, 0, 0], dtype=bool)
    >>> bounds = lee_bounds(y, np.array([1, 1, 1, 1, 0, 0, 0, 0], dtype=bool), seen)
    >>> bounds.low, bounds.high
    (0.0, 2.0)
    """
    rate = [float(seen[treated == side].mean()) for side in (False, True)]
    values = [outcome[(treated == side) & seen] for side in (False, True)]
    if min(len(v) for v in values) < 2:
        raise NotIdentifiedError(f"Bounds need 2 people seen an arm, not {len(values[0])} and {len(values[1])}.")
    trim_treated = rate[1] >= rate[0]
    more, fewer = (values[1], values[0]) if trim_treated else (values[0], values[1])
    keep = min(rate) / max(rate)
    n_all = [int((treated == side).sum()) for side in (trim_treated, not trim_treated)]
    ends = [
        _trimmed_mean(np.sort(more)[::direction], keep) for direction in (1, -1)
    ]  # keeps the low, then the high end
    other, sign = float(fewer.mean()), 1.0 if trim_treated else -1.0
    errors = [_lee_error(more, cut, mean, keep, n_all, rate) for mean, cut in ends]
    error_other = fewer.var(ddof=1) / len(fewer)
    pairs = sorted(
        (sign * (mean - other), float(np.sqrt(e + error_other))) for (mean, _), e in zip(ends, errors, strict=True)
    )
    (low, low_error), (high, high_error) = pairs
    c = _imbens_manski((high - low) / max(low_error, high_error, 1e-300), ci_level)
    return Bounds(low, high, low_error, high_error, low - c * low_error, high + c * high_error, 1 - keep)


def _trimmed_mean(ordered: FloatArray, keep: float) -> tuple[float, float]:
    """Mean of the first ``keep`` share (fractional last element) and the value at the cut."""
    size = keep * len(ordered)
    whole = int(np.floor(size + 1e-9))
    part = size - whole
    total = ordered[:whole].sum() + (part * ordered[whole] if part > 1e-9 else 0.0)
    cut = ordered[min(max(whole - (0 if part > 1e-9 else 1), 0), len(ordered) - 1)]
    return float(total / size), float(cut)


def _lee_error(more: FloatArray, cut: float, mean: float, keep: float, n_all: list[int], rate: list[float]) -> float:
    """Asymptotic variance of a trimmed mean with an estimated trimming share (Lee, proposition 3)."""
    inside = more <= cut if mean <= cut else more >= cut
    spread = float(((more[inside] - mean) ** 2).mean())
    n = len(more)
    variance = spread / (n * keep) + (cut - mean) ** 2 * (1 - keep) / (n * keep)
    high, low = max(rate), min(rate)
    share_error = (1 - high) / (n_all[0] * high) + (1 - low) / (n_all[1] * low)
    return variance + (cut - mean) ** 2 * share_error


def _imbens_manski(width: float, ci_level: float) -> float:
    if width > 50:
        return float(norm.ppf(ci_level))
    return float(brentq(lambda c: norm.cdf(c + width) - norm.cdf(-c) - ci_level, 0, 10))


def manski_bounds(
    outcome: FloatArray, treated: BoolArray, seen: BoolArray, minimum: float, maximum: float
) -> tuple[float, float]:
    """Bound a difference of means by the ends of the scale, without any assumption on who is missing.

    Examples
    --------
    >>> y, seen = np.array([3.0, 0.0, 2.0, 0.0]), np.array([1, 0, 1, 0], dtype=bool)
    >>> manski_bounds(y, np.array([1, 1, 0, 0], dtype=bool), seen, 1, 5)
    (-1.5, 2.5)
    """
    ends = []
    for side in (True, False):
        rate = float(seen[treated == side].mean())
        mean = float(outcome[(treated == side) & seen].mean()) if rate > 0 else 0.0
        ends.append((rate * mean + (1 - rate) * minimum, rate * mean + (1 - rate) * maximum))
    return ends[0][0] - ends[1][1], ends[0][1] - ends[1][0]


def tipping_point(estimate: float, std_error: float, dof_quantile: float, share_missing: float) -> float:
    """Return how much worse the missing would have to be, in points, for the interval to reach zero.

    Parameters
    ----------
    estimate, std_error : float
        Of the effect over everyone under missing at random.
    dof_quantile : float
        Two-sided critical value of t.
    share_missing : float
        Share of the treated (or of the group) whose outcome was not seen, above 0.

    Returns
    -------
    float
        Zero when the interval already covers zero; its sign is that of the estimate.

    Notes
    -----
    delta-shift: missing = predicted - delta, so that the estimate falls by share * delta with its error unchanged.

    Examples
    --------
    >>> tipping_point(1.0, 0.25, 2.0, 0.25)
    2.0
    """
    if not 0 < share_missing <= 1:
        raise NotIdentifiedError(f"A tipping point needs a share missing above 0 and up to 1, not {share_missing:g}.")
    margin = abs(estimate) - dof_quantile * std_error
    return float(np.sign(estimate) * max(margin, 0.0) / share_missing)

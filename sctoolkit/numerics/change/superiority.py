"""The chance that a later or treated answer is higher: P(X > Y) + P(X = Y) / 2, paired and independent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata
from scipy.stats import t as t_distribution

from sctoolkit.errors import NotIdentifiedError

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Superiority:
    """Probability 0 to 1 with interval and a test of one half; shares of higher, equal and lower pairs."""

    estimate: float
    std_error: float
    dof: float
    p_value: float
    ci_low: float
    ci_high: float
    higher: float
    equal: float
    lower: float


def paired_superiority(pre: FloatArray, post: FloatArray, ci_level: float = 0.95) -> Superiority:
    """P(post > pre) + P(post = pre) / 2 over people.

    Notes
    -----
    The mean of scores 1, 1/2, 0 with a t interval on the logit scale; where everyone changes the same way the interval
    is Wilson's, which needs no variance.

    Examples
    --------
    >>> paired_superiority(np.array([1.0, 2.0, 3.0, 4.0]), np.array([2.0, 2.0, 4.0, 3.0])).estimate
    0.625
    """
    if pre.size < 2:
        raise NotIdentifiedError(
            f"A probability of improvement needs at least 2 people, not {pre.size}.",
            hint="Check that both waves hold scores of the same people; one person is described by the two scores.",
        )
    signs = np.sign(post - pre)
    return _summary((signs + 1) / 2, signs, ci_level)


def _summary(scores: FloatArray, signs: FloatArray, ci_level: float) -> Superiority:
    n, p = scores.size, float(scores.mean())
    error = float(scores.std(ddof=1) / np.sqrt(n))
    low, high = _logit_interval(p, error, n - 1, ci_level) if 0 < p < 1 and error > 0 else _wilson(p, n, ci_level)
    p_value = float(2 * t_distribution.sf(abs(p - 0.5) / error, n - 1)) if error > 0 else float("nan")
    shares = [float((signs == value).mean()) for value in (1, 0, -1)]
    return Superiority(p, error, float(n - 1), p_value, low, high, *shares)


def independent_superiority(first: FloatArray, second: FloatArray, ci_level: float = 0.95) -> Superiority:
    """P(second > first) + P(equal) / 2 of two independent groups, by Brunner and Munzel.

    Notes
    -----
    Placements give the estimate and its variance; t with Satterthwaite-type degrees of freedom; the interval is on the
    logit scale so that it stays within 0 and 1.

    References
    ----------
    Brunner and Munzel (2000), doi:10.1002/(SICI)1521-4036(200001)42:1<17::AID-BIMJ17>3.0.CO;2-U.
    Oracle: statsmodels rank_compare_2indep, lawstat example.

    Examples
    --------
    >>> independent_superiority(np.array([1.0, 2.0, 3.0]), np.array([2.0, 3.0, 4.0])).estimate
    0.7777777777777778
    """
    n1, n2 = first.size, second.size
    if min(n1, n2) < 2:
        raise NotIdentifiedError(
            f"A probability of superiority needs 2 people a group, not {n1} and {n2}.",
            hint="Join a small group with another, or leave it out.",
        )
    both = rankdata(np.concatenate([first, second]))
    place1 = both[:n1] - rankdata(first)
    place2 = both[n1:] - rankdata(second)
    p = float(place2.mean() / n1)
    v1, v2 = place1.var(ddof=1) / n2**2 / n1, place2.var(ddof=1) / n1**2 / n2
    error = float(np.sqrt(v1 + v2))
    greater = (second[:, None] > first).mean() if n1 * n2 <= 10_000_000 else float("nan")
    equal = (second[:, None] == first).mean() if n1 * n2 <= 10_000_000 else float("nan")
    shares = (float(greater), float(equal), float(1 - greater - equal))
    if error == 0:
        low, high = _wilson(p, min(n1, n2), ci_level)
        return Superiority(p, 0.0, float("nan"), float("nan"), low, high, *shares)
    dof = float((v1 + v2) ** 2 / (v1**2 / (n1 - 1) + v2**2 / (n2 - 1)))
    inside = 0 < p < 1
    low, high = _logit_interval(p, error, dof, ci_level) if inside else _wilson(p, min(n1, n2), ci_level)
    return Superiority(p, error, dof, float(2 * t_distribution.sf(abs(p - 0.5) / error, dof)), low, high, *shares)


def _logit_interval(p: float, error: float, dof: float, ci_level: float) -> tuple[float, float]:
    half = float(t_distribution.ppf(0.5 + ci_level / 2, dof)) * error / (p * (1 - p))
    centre = np.log(p / (1 - p))
    return float(1 / (1 + np.exp(-(centre - half)))), float(1 / (1 + np.exp(-(centre + half))))


def _wilson(p: float, n: int, ci_level: float) -> tuple[float, float]:
    z = float(t_distribution.ppf(0.5 + ci_level / 2, np.inf))
    centre, half = (
        (p + z**2 / (2 * n)) / (1 + z**2 / n),
        z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n),
    )
    return float(max(centre - half, 0.0)), float(min(centre + half, 1.0))

"""Two one-sided tests against a smallest effect of interest, and the class that an interval falls in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scipy.stats import t as t_distribution

from sctoolkit.errors import NotIdentifiedError

Class = Literal[
    "rose beyond the smallest change that matters", "rose, size unclear", "equivalent", "unclear",
    "fell, size unclear", "fell beyond the smallest change that matters",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Equivalence:
    """Result of TOST; the interval is the one that matches it, 1 - 2 alpha."""

    p_lower: float
    p_upper: float
    p_value: float
    ci_low: float
    ci_high: float
    verdict: Class


def tost(estimate: float, std_error: float, dof: float, smallest: float, alpha: float = 0.05) -> Equivalence:
    """Test that an effect lies within -smallest and +smallest, and classify it.

    Parameters
    ----------
    estimate, std_error, dof : float
        Of the effect; higher is better.
    smallest : float
        Smallest effect of interest, above zero, set before the data were seen.
    alpha : float

    Notes
    -----
    With the 90 percent interval (alpha .05): beyond +smallest "rose beyond ..."; above zero but not all beyond
    "rose, size unclear" unless it also lies wholly within the bounds, which is "equivalent"; and so downwards.
    Absence of significance is not equivalence: an interval that covers zero and a bound is "unclear".

    References
    ----------
    Schuirmann (1987), doi:10.1007/BF01068419; Lakens (2017), doi:10.1177/1948550617697177.   Oracle: sleep_paired.

    Examples
    --------
    >>> tost(0.1, 0.05, 40, 0.5).verdict
    'equivalent'
    """
    if not smallest > 0 or not std_error > 0:
        raise NotIdentifiedError(
            f"Equivalence needs a smallest effect and a standard error above zero, not {smallest:g} and {std_error:g}.",
            hint="Give the smallest change that matters, in points; a change known without error needs no test.",
        )
    p_lower = float(t_distribution.sf((estimate + smallest) / std_error, dof))
    p_upper = float(t_distribution.cdf((estimate - smallest) / std_error, dof))
    half = float(t_distribution.ppf(1 - alpha, dof)) * std_error
    low, high = estimate - half, estimate + half
    return Equivalence(p_lower, p_upper, max(p_lower, p_upper), low, high, classify(low, high, smallest))


def classify(low: float, high: float, smallest: float) -> Class:
    """Return the class of an interval; equivalence goes before a direction that is too small to matter."""
    if low > smallest:
        return "rose beyond the smallest change that matters"
    if high < -smallest:
        return "fell beyond the smallest change that matters"
    if low > -smallest and high < smallest:
        return "equivalent"
    if low > 0:
        return "rose, size unclear"
    if high < 0:
        return "fell, size unclear"
    return "unclear"

"""Intraclass correlations of a table of people by raters (or occasions).

Oracle: tests/oracle/reliability.R (psych::ICC).

References
----------
Shrout and Fleiss (1979), doi:10.1037/0033-2909.86.2.420. McGraw and Wong (1996), doi:10.1037/1082-989X.1.1.30.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import f as f_distribution

from sctoolkit.errors import NotIdentifiedError

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Icc:
    """One form: ``name`` (ICC1, ICC2, ICC3 and the averages ICC1k, ICC2k, ICC3k), estimate and interval."""

    name: str
    estimate: float
    ci_low: float
    ci_high: float


def intraclass_correlations(table: FloatArray, level: float = 0.95) -> tuple[Icc, ...]:
    """All six forms of Shrout and Fleiss with F-based intervals.

    Parameters
    ----------
    table : (n, k) array
        Complete values, n >= 2 people in rows, k >= 2 raters or occasions in columns.
    level : float
        Confidence level.

    Raises
    ------
    NotIdentifiedError
        If there are fewer than two rows or columns, or nothing varies.

    Notes
    -----
    ICC1: raters differ from person to person. ICC2: the same raters, a sample of all; absolute agreement. ICC3: these
    raters only; consistency. The k forms are of the mean of the columns.
    """
    n, k = table.shape
    if n < 2 or k < 2 or float(np.ptp(table)) == 0.0:
        raise NotIdentifiedError(
            "Intraclass correlations need at least 2 people, 2 columns and values that vary; these have too little.",
            where=f"People: {n}; columns: {k}.",
            hint="Pass a column for each rating or wave and a row for each person, and check that answers differ.",
        )
    grand = table.mean()
    rows, columns = table.mean(axis=1), table.mean(axis=0)
    between = k * float(np.sum((rows - grand) ** 2)) / (n - 1)
    raters = n * float(np.sum((columns - grand) ** 2)) / (k - 1)
    residual = float(np.sum((table - rows[:, None] - columns + grand) ** 2)) / ((n - 1) * (k - 1))
    within = float(np.sum((table - rows[:, None]) ** 2)) / (n * (k - 1))
    tail = 0.5 * (1.0 - level)
    single = [
        _one_way(between, within, n, k, tail),
        _agreement(between, raters, residual, n, k, tail),
        _consistency(between, residual, n, k, tail),
    ]
    names = ("ICC1", "ICC2", "ICC3")
    forms = [Icc(name, *figures) for name, figures in zip(names, single, strict=True)]
    averages = [
        Icc(f"{name}k", *(_stepped_up(value, k) for value in figures))
        for name, figures in zip(names, single, strict=True)
    ]
    return (*forms, *averages)


def _stepped_up(icc: float, k: int) -> float:
    """Reliability of a mean of k from that of one (Spearman-Brown)."""
    return k * icc / (1.0 + (k - 1) * icc)


def _from_ratio(ratio: float, k: int) -> float:
    """Single-rater coefficient from a ratio of mean squares, 1 where it is infinite."""
    if np.isinf(ratio):
        return 1.0
    return (ratio - 1.0) / (ratio + k - 1.0)


def _ratio(upper: float, lower: float) -> float:
    """Ratio of mean squares, infinite over 0."""
    return upper / lower if lower > 0.0 else float("inf")


def _one_way(between: float, within: float, n: int, k: int, tail: float) -> tuple[float, float, float]:
    """ICC1 and its interval."""
    ratio = _ratio(between, within)
    upper = float(f_distribution.ppf(1.0 - tail, n - 1, n * (k - 1)))
    lower = float(f_distribution.ppf(1.0 - tail, n * (k - 1), n - 1))
    return _from_ratio(ratio, k), _from_ratio(ratio / upper, k), _from_ratio(ratio * lower, k)


def _consistency(between: float, residual: float, n: int, k: int, tail: float) -> tuple[float, float, float]:
    """ICC3 and its interval."""
    ratio, inner = _ratio(between, residual), (n - 1) * (k - 1)
    upper = float(f_distribution.ppf(1.0 - tail, n - 1, inner))
    lower = float(f_distribution.ppf(1.0 - tail, inner, n - 1))
    return _from_ratio(ratio, k), _from_ratio(ratio / upper, k), _from_ratio(ratio * lower, k)


def _agreement(
    between: float, raters: float, residual: float, n: int, k: int, tail: float
) -> tuple[float, float, float]:
    """ICC2 and its interval (Satterthwaite degrees of freedom)."""
    estimate = (between - residual) / (between + (k - 1) * residual + k * (raters - residual) / n)
    if estimate >= 1.0:
        return 1.0, 1.0, 1.0
    a = k * estimate / (n * (1.0 - estimate))
    b = 1.0 + k * estimate * (n - 1) / (n * (1.0 - estimate))
    dof = (a * raters + b * residual) ** 2 / ((a * raters) ** 2 / (k - 1) + (b * residual) ** 2 / ((n - 1) * (k - 1)))
    upper = float(f_distribution.ppf(1.0 - tail, n - 1, dof))
    lower = float(f_distribution.ppf(1.0 - tail, dof, n - 1))
    rest = k * raters + (k * n - k - n) * residual
    low = n * (between - upper * residual) / (upper * rest + n * between)
    high = n * (lower * between - residual) / (rest + n * lower * between)
    return estimate, low, high

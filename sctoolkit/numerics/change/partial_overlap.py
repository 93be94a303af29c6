"""Comparison of two means when some people are in both samples and others in one only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PartialOverlap:
    """Difference of means (second less first) with unequal variances, and the numbers behind it."""

    difference: float
    std_error: float
    dof: float
    correlation: float
    n_paired: int
    n_first: int
    n_second: int


def partial_overlap(
    paired_first: FloatArray, paired_second: FloatArray, only_first: FloatArray, only_second: FloatArray
) -> PartialOverlap:
    """Compare two partly overlapping samples, variances unequal.

    Parameters
    ----------
    paired_first, paired_second : (c,) float arrays
        People in both samples, in the same order.
    only_first, only_second : (a,) and (b,) float arrays
        People in one sample only.

    Returns
    -------
    PartialOverlap
        nan where a sample holds fewer than two people.

    Notes
    -----
    T = (m2 - m1) / sqrt(s1^2/n1 + s2^2/n2 - 2 r s1 s2 c / (n1 n2)), r the correlation of the pairs, with
    (c - 1) + (g - c + 1) (a + b) / (a + b + 2c) degrees of freedom, g those of Welch. With pairs only it is the paired
    t test, without pairs Welch's.

    References
    ----------
    Derrick, Russ, Toher and White (2017), doi:10.22237/jmasm/1493597280.   Oracle: tests/oracle/change.R.

    Examples
    --------
    >>> result = partial_overlap(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.0]), np.empty(0), np.empty(0))
    >>> result.dof, round(result.difference, 6)
    (2.0, 2.0)
    """
    first, second = np.concatenate([paired_first, only_first]), np.concatenate([paired_second, only_second])
    n1, n2, c = len(first), len(second), len(paired_first)
    if n1 < 2 or n2 < 2:
        return PartialOverlap(float("nan"), float("nan"), float("nan"), float("nan"), c, n1, n2)
    v1, v2 = float(first.var(ddof=1)), float(second.var(ddof=1))
    r = 0.0
    if c > 1 and paired_first.std() > 0 and paired_second.std() > 0:
        r = float(np.corrcoef(paired_first, paired_second)[0, 1])
    variance = v1 / n1 + v2 / n2 - 2 * r * np.sqrt(v1 * v2) * c / (n1 * n2)
    alone = len(only_first) + len(only_second)
    welch = (v1 / n1 + v2 / n2) ** 2 / ((v1 / n1) ** 2 / (n1 - 1) + (v2 / n2) ** 2 / (n2 - 1)) if v1 + v2 > 0 else 1.0
    dof = welch if c == 0 else (c - 1) + (welch - c + 1) * alone / (alone + 2 * c)
    return PartialOverlap(
        difference=float(second.mean() - first.mean()),
        std_error=float(np.sqrt(max(variance, 0.0))),
        dof=float(dof),
        correlation=r if c > 1 else float("nan"),
        n_paired=c,
        n_first=n1,
        n_second=n2,
    )

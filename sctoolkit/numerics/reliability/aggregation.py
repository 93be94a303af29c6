"""Whether people of a group agree enough, and groups differ enough, to speak of a group's score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import f as f_distribution

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class GroupVariance:
    """One-way analysis of variance of scores in groups.

    ``icc1`` share of variance between groups, ``icc1_low`` and ``icc1_high`` its interval, ``icc2`` reliability of a
    mean of average size; ``statistic`` F on ``dof_between`` and ``dof_within``; ``size`` the group size used.
    """

    icc1: float
    icc1_low: float
    icc1_high: float
    icc2: float
    statistic: float
    dof_between: int
    dof_within: int
    size: float


def group_variance(
    scores: FloatArray, group: IntArray, *, corrected: bool = True, level: float = 0.95
) -> GroupVariance:
    """Return ICC(1) and ICC(2) by analysis of variance.

    Parameters
    ----------
    scores : (n,) float array
    group : (n,) int array
        Numbers from 0.
    corrected : bool
        Take the corrected group size n0 = (N - sum n_j^2 / N) / (G - 1) (Blalock, 1964) instead of the mean size.

    Notes
    -----
    ICC(1) = (MSB - MSW) / (MSB + (k - 1) MSW), ICC(2) = (MSB - MSW) / MSB; interval (F / F_q - 1) / (F / F_q + k - 1),
    exact for equal sizes.

    References
    ----------
    Bartko (1976), doi:10.1037/0033-2909.83.5.762; Bliese (2000). Oracle: multilevel::ICC1 and ICC2 (mean group size).
    """
    sizes = np.bincount(group)
    sizes = sizes[sizes > 0]
    n, n_groups = scores.size, sizes.size
    totals = np.bincount(group, weights=scores)
    counts = np.bincount(group)
    present = counts > 0
    means = totals[present] / counts[present]
    between = float(sizes @ (means - scores.mean()) ** 2) / (n_groups - 1)
    expanded = np.zeros(counts.size)
    expanded[present] = means
    within = float(((scores - expanded[group]) ** 2).sum()) / (n - n_groups)
    size = (n - float((sizes**2).sum()) / n) / (n_groups - 1) if corrected else n / n_groups
    ratio = between / within if within > 0.0 else float("inf")
    tail = (1.0 - level) / 2.0
    dof = n_groups - 1, n - n_groups
    low, high = (ratio / float(f_distribution.ppf(q, *dof)) for q in (1.0 - tail, tail))
    return GroupVariance(
        icc1=_icc1(ratio, size),
        icc1_low=_icc1(low, size),
        icc1_high=_icc1(high, size),
        icc2=1.0 - 1.0 / ratio if ratio > 0.0 else float("-inf"),
        statistic=ratio,
        dof_between=dof[0],
        dof_within=dof[1],
        size=size,
    )


def _icc1(ratio: float, size: float) -> float:
    """ICC(1) from an F ratio."""
    return (ratio - 1.0) / (ratio + size - 1.0) if np.isfinite(ratio) else 1.0


def rwg_j(answers: FloatArray, group: IntArray, null_variance: float) -> FloatArray:
    """Return the within-group agreement r_wg(J) of each group, (G,), 0 to 1; nan for groups of one.

    Parameters
    ----------
    answers : (n, J) float array
        Complete rows count; others are left out.
    null_variance : float
        Variance of an answer if people answered at random, (A^2 - 1) / 12 for A categories.

    Notes
    -----
    J (1 - s^2 / v) / (J (1 - s^2 / v) + s^2 / v), s^2 the mean variance of the items; 0 where s^2 exceeds v.

    References
    ----------
    James, Demaree & Wolf (1984), doi:10.1037/0021-9010.69.1.85.   Oracle: multilevel::rwg.j.
    """
    complete = np.isfinite(answers).all(axis=1)
    rows, members = answers[complete], group[complete]
    out = np.full(int(group.max()) + 1, np.nan)
    n_items = answers.shape[1]
    for g in range(out.size):
        own = rows[members == g]
        if len(own) < 2:
            continue
        share = float(own.var(axis=0, ddof=1).mean()) / null_variance
        agree = n_items * (1.0 - share)
        out[g] = agree / (agree + share) if share < 1.0 else 0.0
    return out

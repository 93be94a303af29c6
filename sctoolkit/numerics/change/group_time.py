"""Group-time differences of staggered entry: Callaway and Sant'Anna without covariates.

``group_time(outcome, periods, entry) -> GroupTime`` holds one difference a cohort and period with the influence of each
unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

Control = Literal["never", "not_yet"]


@dataclass(frozen=True, slots=True)
class GroupTime:
    """Differences of k cohort-period cells over n units.

    ``influence`` (n, k) is each unit's part in a difference, scaled so that the variance is mean(influence^2) / n;
    ``own`` marks the units of the cell's cohort. ``cohorts`` are the entry periods, ``entry`` (n,) is inf for never.
    """

    group: FloatArray
    period: FloatArray
    att: FloatArray
    influence: FloatArray
    n_entered: IntArray
    n_control: IntArray
    entry: FloatArray
    small_sample: bool

    @property
    def std_error(self) -> FloatArray:
        """Standard errors; nan where a side of the cell holds one unit and small samples are allowed for."""
        return influence_error(self.influence)

    @property
    def dof(self) -> FloatArray:
        """Welch-Satterthwaite degrees of freedom."""
        return np.array([welch_dof(self.influence[:, j], self.entry) for j in range(len(self.att))])


def influence_error(influence: FloatArray) -> FloatArray:
    """Return sqrt(mean(influence^2) / n)."""
    result: FloatArray = np.sqrt((influence**2).mean(axis=0) / len(influence))
    return result


def welch_dof(influence: FloatArray, entry: FloatArray) -> float:
    """Return (sum v_c)^2 / sum(v_c^2 / (n_c - 1)) over cohorts, v_c their part of the variance."""
    _, codes = np.unique(entry, return_inverse=True)
    parts = np.bincount(codes, influence**2)
    sizes = np.bincount(codes, influence != 0)
    used = parts > 0
    if not np.isfinite(parts).all() or not used.any():
        return float("nan")
    below = np.maximum(sizes[used] - 1, 0)
    with np.errstate(divide="ignore"):
        return float(parts[used].sum() ** 2 / (parts[used] ** 2 / below).sum())


def group_time(
    outcome: FloatArray,
    periods: FloatArray,
    entry: FloatArray,
    *,
    control: Control = "not_yet",
    anticipation: int = 0,
    universal_base: bool = False,
    small_sample: bool = True,
) -> GroupTime:
    """Compute the difference of each cohort and period.

    Parameters
    ----------
    outcome : (n, T) float array
        One row a unit, one column a period; nan where not observed.
    periods : (T,) float array, rising
    entry : (n,) float array
        Period of entry, inf for units that never enter. Units that enter at or before the first period are no cohort
        and no control.
    control : {"not_yet", "never"}
        Who stands for what would have happened: units not yet entered, or those that never enter.
    anticipation : int
        Periods before entry in which entrants may already react.
    universal_base : bool
        Compare with the last period before entry also for periods before it; otherwise with the period before.
    small_sample : bool
        Divide sums of squares by n - 1 on each side, which makes each standard error that of Welch; otherwise by n, as
        the R package did.

    Returns
    -------
    GroupTime

    Notes
    -----
    ATT(g, t) = mean(Y_t - Y_b | entry g) - mean(Y_t - Y_b | control), b the last period before g - anticipation.

    References
    ----------
    Callaway and Sant'Anna (2021), doi:10.1016/j.jeconom.2020.12.001.
    Oracle: mpdta_did (R did 2.1.1).

    Examples
    --------
    >>> y = np.array([[1.0, 3.0], [1.0, 5.0], [1.0, 2.0], [2.0, 3.0]])
    >>> group_time(y, np.array([1.0, 2.0]), np.array([2.0, 2.0, np.inf, np.inf])).att
    array([2.])
    """
    cells: list[tuple[float, float, float, FloatArray, int, int]] = []
    for group in np.unique(entry[np.isfinite(entry) & (entry > periods[0])]):
        if group > periods[-1]:
            continue
        base_of_group = np.flatnonzero(periods < group - anticipation)
        if base_of_group.size == 0:
            continue
        for now in range(0 if universal_base else 1, len(periods)):
            before = periods[now] < group - anticipation
            base = now - 1 if before and not universal_base else int(base_of_group[-1])
            reference = max(periods[now], periods[base]) + anticipation
            against = np.isinf(entry) if control == "never" else (entry > reference) & (entry != group)
            if now == base:
                cells.append((group, periods[now], 0.0, np.full(len(entry), np.nan), 0, 0))
                continue
            cell = _difference(outcome[:, now] - outcome[:, base], entry == group, against, small_sample)
            if cell is not None:
                cells.append((group, periods[now], *cell))
    return GroupTime(
        group=np.array([cell[0] for cell in cells]),
        period=np.array([cell[1] for cell in cells]),
        att=np.array([cell[2] for cell in cells]),
        influence=np.column_stack([cell[3] for cell in cells]) if cells else np.empty((len(entry), 0)),
        n_entered=np.array([cell[4] for cell in cells], dtype=np.int64),
        n_control=np.array([cell[5] for cell in cells], dtype=np.int64),
        entry=entry,
        small_sample=small_sample,
    )


def _difference(
    change: FloatArray, entered: npt.NDArray[np.bool_], against: npt.NDArray[np.bool_], small_sample: bool
) -> tuple[float, FloatArray, int, int] | None:
    """Return the difference of mean changes, each unit's influence and the numbers of units; None without both."""
    seen = np.isfinite(change)
    influence = np.zeros(len(change))
    means, counts = [], []
    for members, sign in ((entered & seen, 1.0), (against & seen, -1.0)):
        n = int(members.sum())
        if n == 0:
            return None
        mean = float(change[members].mean())
        grow = np.sqrt(n / (n - 1)) if small_sample and n > 1 else (np.nan if small_sample else 1.0)
        influence[members] = sign * len(change) / n * (change[members] - mean) * grow
        means.append(mean)
        counts.append(n)
    return means[0] - means[1], influence, counts[0], counts[1]

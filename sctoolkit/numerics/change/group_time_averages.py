"""Averages of group-time differences: overall, by periods since entry, by cohort, by period.

``aggregate(result, kind) -> Aggregate``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from sctoolkit.numerics.change.group_time import GroupTime, influence_error, welch_dof

FloatArray = npt.NDArray[np.float64]

Average = Literal["simple", "dynamic", "group", "calendar"]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Averages of group-time differences: one entry of ``at`` each, and one overall."""

    kind: str
    at: FloatArray
    att: FloatArray
    influence: FloatArray
    overall: float
    overall_influence: FloatArray
    entry: FloatArray

    @property
    def std_error(self) -> FloatArray:
        """Standard errors of the averages."""
        return influence_error(self.influence)

    @property
    def overall_std_error(self) -> float:
        """Standard error of the overall average."""
        return float(influence_error(self.overall_influence[:, None])[0])

    @property
    def dof(self) -> FloatArray:
        """Welch-Satterthwaite degrees of freedom of the averages."""
        return np.array([welch_dof(self.influence[:, j], self.entry) for j in range(len(self.at))])

    @property
    def overall_dof(self) -> float:
        """Welch-Satterthwaite degrees of freedom of the overall average."""
        return welch_dof(self.overall_influence, self.entry)


def aggregate(result: GroupTime, kind: Average, *, balance: int | None = None) -> Aggregate:
    """Average group-time differences.

    Parameters
    ----------
    result : GroupTime
    kind : {"simple", "dynamic", "group", "calendar"}
        ``simple``: all periods from entry on, weighted by cohort size; ``dynamic``: by periods since entry, overall the
        plain mean from entry on; ``group``: by cohort; ``calendar``: by period.
    balance : int, optional
        For ``dynamic``: only cohorts seen for this many periods after entry, up to that many.

    Returns
    -------
    Aggregate

    Notes
    -----
    Cohort sizes are treated as fixed where the differences allow for small samples, else as estimated shares whose
    influence enters. (did 2.1.1 looks up the wrong cohorts in the overall mean over cohorts; later versions do not.)
    """
    share = np.array([(result.entry == group).mean() for group in result.group])
    after = result.period >= result.group
    weigh = _Weights(result, share)
    if kind == "simple":
        overall, influence = weigh.mean(after)
        empty = np.empty((len(result.entry), 0))
        return Aggregate(kind, np.empty(0), np.empty(0), empty, overall, influence, result.entry)
    keys, chosen = _keys(result, kind, after, balance)
    at = np.unique(keys[chosen])
    parts = [weigh.mean(chosen & (keys == key), equal=kind == "group") for key in at]
    att = np.array([part[0] for part in parts])
    influence = np.column_stack([part[1] for part in parts])
    if kind == "group":
        sizes = np.array([(result.entry == group).mean() for group in at])
        overall, whole = float(att @ sizes / sizes.sum()), influence @ (sizes / sizes.sum())
        if not result.small_sample:
            whole = whole + _share_influence(sizes, at, result.entry) @ att
    else:
        counted = at >= 0 if kind == "dynamic" else np.ones(len(at), dtype=bool)
        overall, whole = float(att[counted].mean()), influence[:, counted].mean(axis=1)
    return Aggregate(kind, at, att, influence, overall, whole, result.entry)


def _keys(
    result: GroupTime, kind: Average, after: npt.NDArray[np.bool_], balance: int | None
) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Return what each cell is averaged by, and the cells that count."""
    if kind == "group":
        return result.group, after
    if kind == "calendar":
        return result.period, after
    since = result.period - result.group
    chosen = np.isfinite(result.influence).all(axis=0) | (result.n_entered > 0)
    if balance is not None:
        chosen &= (result.period.max() - result.group >= balance) & (since <= balance)
    return since, chosen


@dataclass(frozen=True, slots=True)
class _Weights:
    """Means over cells with weights by cohort size."""

    result: GroupTime
    share: FloatArray

    def mean(self, cells: npt.NDArray[np.bool_], equal: bool = False) -> tuple[float, FloatArray]:
        """Return the mean over cells and each unit's influence on it."""
        att, influence = self.result.att[cells], self.result.influence[:, cells]
        if equal:
            return float(att.mean()), influence.mean(axis=1)
        share = self.share[cells]
        whole = influence @ (share / share.sum())
        if not self.result.small_sample:
            whole = whole + _share_influence(share, self.result.group[cells], self.result.entry) @ att
        return float(att @ share / share.sum()), whole


def _share_influence(share: FloatArray, groups: FloatArray, entry: FloatArray) -> FloatArray:
    """Return each unit's influence on the weights of cells, (n, k)."""
    raw = (entry[:, None] == groups) - share
    total = share.sum()
    result: FloatArray = raw / total - raw.sum(axis=1, keepdims=True) * share / total**2
    return result

"""How much trends may differ before a gain after entry is lost.

``honest_trends(data, outcome=..., unit=..., wave=..., entry=...) -> HonestTrends``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.change.designs.staggered_cells import EntryTable, entry_table
from sctoolkit.change.route.estimates import Estimate, show
from sctoolkit.change.route.panel import label_of
from sctoolkit.errors import DesignError
from sctoolkit.numerics.change.group_time import Control, group_time, welch_dof
from sctoolkit.numerics.change.group_time_averages import aggregate
from sctoolkit.numerics.change.honest_trends import largest_bend, relative_set, smooth_interval
from sctoolkit.options import check_option, checked_level
from sctoolkit.result import Caveat, Provenance, Result, tidy_frame

FloatArray = npt.NDArray[np.float64]

MULTIPLES = (0.5, 1.0, 2.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HonestTrends(Result):
    """The gain when trends may bend, and how far they may before it is lost.

    ``largest_bend`` is the change of slope between adjacent waves at which the interval first holds zero;
    ``largest_multiple`` how many times the largest step before entry a step after it must be to bring the gain itself
    to zero, with sampling error left out.
    """

    estimates: tuple[Estimate, ...]
    largest_bend: float
    largest_multiple: float
    provenance: Provenance
    caveats: tuple[Caveat, ...] = ()

    def tidy(self) -> pd.DataFrame:
        """Return one row a bend (role ``check``), then one a multiple (role ``detail``: sets, not intervals)."""
        return tidy_frame(estimate.row() for estimate in self.estimates)

    def glance(self) -> pd.DataFrame:
        """Return where the gain is lost."""
        row = {"largest_bend": self.largest_bend, "largest_multiple": self.largest_multiple}
        return pd.DataFrame([{"n_obs": self.provenance.n_used, **row}])

    def sentence(self) -> str:
        """Return one sentence for a report."""
        if self.largest_bend == 0:
            return "Even if the trend before entry goes on in a straight line, the gain may be zero."
        return (
            f"The gain stays away from zero while trends bend by less than {self.largest_bend:.2f} points from one "
            "wave to the next."
        )

    def __str__(self) -> str:
        return show(self.sentence(), "(trends may bend)", self.estimates, self.caveats)


def honest_trends(
    data: Any,
    *,
    outcome: str,
    unit: str,
    wave: str,
    entry: str,
    weight: str | None = None,
    control: Control = "not_yet",
    bends: Sequence[float] | None = None,
    multiples: Sequence[float] = MULTIPLES,
    ci_level: float = 0.95,
) -> HonestTrends:
    """Ask what is left of the gain after entry when groups would not have moved quite alike.

    Parameters
    ----------
    data, outcome, unit, wave, entry, weight, control
        As for `staggered_did`. Two groups with one start are the case of one wave of entry.
    bends : sequence of float, optional
        Most that the slope of the difference in trends may change between adjacent waves, in points. Unless given: 0 (a
        straight line), and 0.5, 1 and 2 times the largest bend seen before entry (with one difference before entry: its
        standard error).
    multiples : sequence of float, optional
        Multiples of the largest step before entry, for the plug-in sets.
    ci_level : float, optional
        Level of the intervals.

    Returns
    -------
    HonestTrends
        For each bend the shortest fixed-length interval of the mean gain over waves since entry, and the bend at which
        it first holds zero. For each multiple the set of gains that are possible with the averages taken as known: not
        a confidence interval.

    Raises
    ------
    DesignError
        If no cohort has two waves before its entry with an error.
    DataError
        As `staggered_did`.

    Notes
    -----
    Averages by waves since entry against the last wave before it; waves are counted, not their dates. Standard errors
    are widened by t over normal quantiles, t with Welch's degrees of freedom. Confidence sets under bounded multiples
    need conditional tests that are not built in; the plug-in set is always narrower.

    References
    ----------
    Rambachan and Roth (2023), doi:10.1093/restud/rdad018; Armstrong and Kolesar (2018), doi:10.3982/ECTA14434.
    Oracle: diff-diff 3.13, on the kernel.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> rows = [(u, w, 3 * (u < 8), (u < 8) * (w >= 3) + rng.normal(0, 0.3)) for u in range(16) for w in (1, 2, 3, 4)]
    >>> frame = pd.DataFrame(rows, columns=["org", "wave", "entry", "y"])
    >>> honest_trends(frame, outcome="y", unit="org", wave="wave", entry="entry").largest_bend > 0
    True
    """
    check_option("control", control, ("not_yet", "never"))
    checked_level(ci_level)
    table = entry_table(data, outcome=outcome, unit=unit, wave=wave, entry=entry, weight=weight, control=control)
    coef, influence, times = _event_study(table, control)
    cov = influence.T @ influence / len(influence) ** 2
    after = times > 0
    weights = np.full(int(after.sum()), 1 / after.sum())
    straight = smooth_interval(coef, cov, times, weights, 0.0, level=ci_level)
    dof = welch_dof(influence @ straight.multipliers, table.entry)
    asked = _bends(coef, cov, times) if bends is None else tuple(float(b) for b in bends)
    labels: dict[str, Any] = {"n_obs": len(influence), "n_clusters": len(influence), "ci_level": ci_level}
    rows = []
    for bend in asked:
        found = smooth_interval(coef, cov, times, weights, bend, level=ci_level, dof=dof)
        rows.append(
            Estimate(
                estimand="mean gain after entry, trends bend", estimator="smooth trends", role="check",
                term=f"bend up to {bend:.3g}", estimate=found.estimate, std_error=found.std_error, dof=dof,
                ci_low=found.ci_low, ci_high=found.ci_high, method="shortest fixed-length interval", **labels,
            )
        )  # fmt: skip
    gain = float(weights @ coef[after])
    for multiple in multiples:
        low, high = relative_set(coef, times, weights, float(multiple))
        rows.append(
            Estimate(
                estimand="mean gain after entry, steps bounded", estimator="plug-in set", role="detail", estimate=gain,
                term=f"steps up to {multiple:g} times", ci_low=low, ci_high=high, n_obs=len(influence),
                n_clusters=len(influence), ci_level=float("nan"), method="identified set, not a confidence interval",
            )
        )  # fmt: skip
    low, _ = relative_set(coef, times, weights, 1.0)
    return HonestTrends(
        estimates=tuple(rows),
        largest_bend=largest_bend(coef, cov, times, weights, level=ci_level, dof=dof),
        largest_multiple=abs(gain) / (gain - low) if gain > low else float("inf"),
        provenance=Provenance(
            analysis=f"trends that bend, {outcome}", scale=outcome, n_in=table.n_in, n_used=table.n_used,
            waves=tuple(label_of(p) for p in table.waves), missing_rule="rows without score or wave left out",
            options={"control": control, "bends": list(asked), "multiples": list(multiples), "ci_level": ci_level},
        ),
        caveats=_caveats(table, times),
    )  # fmt: skip


def _event_study(table: EntryTable, control: Control) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return averages by waves since entry, influences and waves from the last before entry, without gaps."""
    number = np.where(np.isfinite(table.entry), np.searchsorted(table.waves, table.entry).astype(float), np.inf)
    number = np.where(number >= len(table.waves), np.inf, number)
    order = np.arange(len(table.waves), dtype=np.float64)
    cells = group_time(table.outcome, order, number, control=control, universal_base=True)
    found = aggregate(cells, "dynamic") if len(cells.att) else None
    times = np.empty(0) if found is None else found.at + 1
    usable = np.zeros(0, dtype=bool) if found is None else np.isfinite(found.std_error) & (found.std_error > 0)
    known = set(times[usable].tolist())
    low = high = 0.0
    while low - 1 in known:
        low -= 1
    while high + 1 in known:
        high += 1
    if found is None or low == 0 or high == 0:
        raise DesignError(
            "Trends can be judged with two waves before entry and one from entry on, each with a standard error.",
            where=f"differences with a standard error: {int((times[usable] < 0).sum())} before entry, "
            f"{int((times[usable] > 0).sum())} after",
            hint="Add waves before the first entry, or organisations to cohorts that hold one.",
        )
    keep = (times >= low) & (times <= high) & (times != 0)
    return found.att[keep], found.influence[:, keep], times[keep]


def _bends(coef: FloatArray, cov: FloatArray, times: FloatArray) -> tuple[float, ...]:
    """Return 0 and multiples of the largest bend seen before entry."""
    before = np.append(coef[times < 0], 0.0)
    seen = float(np.abs(np.diff(before, 2)).max()) if len(before) > 2 else float(np.sqrt(cov[0, 0]))
    return (0.0, *(multiple * seen for multiple in MULTIPLES))


def _caveats(table: EntryTable, times: FloatArray) -> tuple[Caveat, ...]:
    """Return what the intervals rest on."""
    caveats = []
    if not np.allclose(np.diff(table.waves), np.diff(table.waves)[0]):
        caveats.append(
            Caveat(
                code="waves_unevenly_spaced",
                sentence="Waves are not evenly spaced and are counted as if they were: a bend is from wave to wave.",
                numbers={"waves": table.waves.tolist()},
            )
        )
    n_before = int((times < 0).sum())
    if n_before == 1:
        caveats.append(
            Caveat(
                code="one_difference_before_entry",
                sentence="Only one difference before entry: bends before it were never seen, so their size is a guess.",
                numbers={"n_before": n_before},
            )
        )
    return tuple(caveats)

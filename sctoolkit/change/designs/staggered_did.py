"""Staggered entry: what changed in organisations after they entered, against those not yet entered."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import combinations
from math import factorial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from sctoolkit.change.models.model_frame import require_columns
from sctoolkit.change.route.claims import moved_word, say
from sctoolkit.change.route.estimates import Estimate, Role, from_t, show
from sctoolkit.change.route.panel import label_of, numeric
from sctoolkit.errors import DataError, DesignError
from sctoolkit.numerics.change.group_time import (
    Aggregate,
    Control,
    GroupTime,
    aggregate,
    group_time,
    negative_weight_share,
    pre_entry_wald,
)
from sctoolkit.options import check_option, checked_draws, checked_seed
from sctoolkit.result import Caveat, Provenance, Result, read_only, tidy_frame

FloatArray = npt.NDArray[np.float64]

ASSUMPTION = "entrants and those not yet entered would have moved alike, and nobody changed in advance"
LIST_UP_TO = 5000
FEW = 40


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StaggeredDid(Result):
    """Gains after entry: overall, by time since entry, cohort and wave.

    ``cells`` (k, 4) hold cohort, wave, difference and standard error of each group-time difference.
    """

    estimates: tuple[Estimate, ...]
    claim: str
    rung: str
    cells: FloatArray
    negative_weights: float
    min_p: float
    provenance: Provenance
    caveats: tuple[Caveat, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "cells", read_only(self.cells))

    @property
    def primary(self) -> Estimate | None:
        """The average gain after entry."""
        return next((estimate for estimate in self.estimates if estimate.role == "primary"), None)

    def tidy(self) -> pd.DataFrame:
        """Return one row an estimate."""
        return tidy_frame(estimate.row() for estimate in self.estimates)

    def glance(self) -> pd.DataFrame:
        """Return sizes, the share of negative weights of a two-way model, and the smallest p of a permutation."""
        return pd.DataFrame(
            [
                {
                    "rung": self.rung, "n_obs": self.provenance.n_used, "n_cells": len(self.cells),
                    "negative_weights": self.negative_weights, "min_p": self.min_p,
                }
            ]
        )  # fmt: skip

    def __str__(self) -> str:
        told = [e for e in self.estimates if e.role != "detail"]
        later = [replace(e, role="check") for e in self.estimates if (e.term or "").startswith("waves since entry")]
        return show(self.claim, f"({self.rung}; staggered entry)", [*told, *later][:12], self.caveats)


def staggered_did(
    data: Any,
    *,
    outcome: str,
    unit: str,
    wave: str,
    entry: str,
    weight: str | None = None,
    control: Control = "not_yet",
    anticipation: int = 0,
    conf_level: float = 0.95,
    n_draws: int = 999,
    seed: int = 1,
) -> StaggeredDid:
    """Estimate gains after entry when organisations enter at different waves.

    Parameters
    ----------
    data : DataFrame, or an object with ``frame()``
        Rows of people or of organisations; they are averaged to one value an organisation and wave.
    outcome : str
        Column of the score.
    unit : str
        Column of the organisation that enters.
    wave : str
        Column of the wave, numbers.
    entry : str
        Column of the wave of entry, the same for every row of an organisation; empty (or 0) for those that never enter.
        An entry between two waves counts from the next.
    weight : str, optional
        Column of weights within an organisation and wave.
    control : {"not_yet", "never"}
        Organisations not yet entered, or those that never enter.
    anticipation : int, optional
        Waves before entry in which organisations may already react.
    conf_level : float, optional
        Level of the intervals.
    n_draws, seed : int, optional
        Draws of the order of entry where orders are too many to list (5,000), and their seed.

    Returns
    -------
    StaggeredDid
        The gain after entry weighted by cohort size (primary), its permutation test, and averages by waves since entry
        (before entry: checks), by cohort and by wave.

    Raises
    ------
    DesignError
        If nobody enters after the first wave, or nobody is left to compare with.
    DataError
        If an organisation has two waves of entry, or columns are absent or not numeric.

    Notes
    -----
    Each difference compares mean changes since the last wave before entry; errors are those of Welch, degrees of
    freedom Welch-Satterthwaite over cohorts. A cohort of one organisation has no error: it is left out of the average
    that has an interval, and speaks through the permutation of the order of entry.

    References
    ----------
    Callaway and Sant'Anna (2021), doi:10.1016/j.jeconom.2020.12.001. Oracle: mpdta_did (R did 2.1.1), on the kernel.

    Examples
    --------
    >>> y = [1.0, 2, 1, 3, 1, 2, 2, 3, 1, 1, 2, 1]
    >>> frame = pd.DataFrame({"org": list("abcdef") * 2, "wave": [1] * 6 + [2] * 6, "y": y})
    >>> frame["entry"] = frame["org"].isin(["a", "b", "c"]) * 2
    >>> round(staggered_did(frame, outcome="y", unit="org", wave="wave", entry="entry").primary.estimate, 3)
    1.333
    """
    check_option("control", control, ("not_yet", "never"))
    checked_seed(seed)
    checked_draws(n_draws)
    frame = data if isinstance(data, pd.DataFrame) else data.frame()
    require_columns(frame, [outcome, unit, wave, entry, *([weight] if weight else [])])
    table, periods, entered, names, n_used = _cells(frame, outcome, unit, wave, entry, weight)
    _check(periods, entered, control)
    always = entered <= periods[0]
    y, group = table[~always], entered[~always]
    cells = group_time(y, periods, group, control=control, anticipation=anticipation)
    if not len(cells.att):
        raise DesignError(
            "No cohort can be compared at any wave.",
            hint="A cohort needs a wave before its entry, and organisations not yet entered at the waves after it.",
        )
    estimates, notes = _estimates(cells, conf_level)
    permuted, smallest = _permute(y, periods, group, cells, control, anticipation, n_draws, seed, conf_level)
    waves_before = _before(cells)
    best = next((e for e in estimates if e.role == "primary"), None)
    moved = moved_word(np.nan, np.nan) if best is None else moved_word(best.ci_low, best.ci_high)
    shown = estimates if best is not None else [replace(permuted, role="primary")]
    return StaggeredDid(
        estimates=tuple(sorted([*shown, *([permuted] if best is not None else [])], key=_order)),
        claim=say("staggered", "L3", outcome=outcome, moved=moved, assumption=ASSUMPTION),
        rung="L3",
        cells=np.column_stack([cells.group, cells.period, cells.att, cells.std_error]),
        negative_weights=negative_weight_share(y, periods, group),
        min_p=smallest,
        provenance=Provenance(
            analysis=f"staggered entry, {outcome}", scale=outcome, waves=tuple(label_of(p) for p in periods), seed=seed,
            n_in=len(frame), n_used=n_used, missing_rule="rows without score or wave left out",
            options={"control": control, "anticipation": anticipation, "conf_level": conf_level, "n_draws": n_draws},
        ),
        caveats=(*_always(names, always), *notes, *waves_before, *_cannot_reach(smallest, conf_level)),
    )  # fmt: skip


def _order(estimate: Estimate) -> int:
    """Return the place of an estimate: primary, checks, details."""
    return ("primary", "check", "detail").index(estimate.role)


def _cells(
    frame: pd.DataFrame, outcome: str, unit: str, wave: str, entry: str, weight: str | None
) -> tuple[FloatArray, FloatArray, FloatArray, list[str], int]:
    """Return organisation by wave means, the waves, waves of entry (inf for never) and names."""
    table = pd.DataFrame(
        {
            "unit": frame[unit].map(label_of), "wave": numeric(frame, wave), "y": numeric(frame, outcome),
            "entry": numeric(frame, entry), "w": 1.0 if weight is None else numeric(frame, weight),
        }
    )  # fmt: skip
    if (table["w"] < 0).any():
        raise DataError(f"Weights must be 0 or more, and `{weight}` is negative in {int((table['w'] < 0).sum())} rows.")
    table = table[frame[unit].notna().to_numpy()]
    table["entry"] = table["entry"].where(table["entry"] != 0)
    several = table.groupby("unit")["entry"].nunique(dropna=False)
    if (several > 1).any():
        raise DataError(
            "An organisation must have one wave of entry in all its rows.",
            where=f"several waves of entry: {', '.join(f'`{name}`' for name in several.index[several > 1][:5])}",
            hint="Give each organisation the wave of its first entry, empty if it never enters.",
        )
    entered = table.groupby("unit")["entry"].first()
    used = table[table["y"].notna() & table["wave"].notna() & (table["w"] > 0)]
    if used.empty:
        raise DataError("There must be at least one row with a wave and a score.")
    totals = used.assign(top=used["y"] * used["w"]).groupby(["unit", "wave"])[["top", "w"]].sum()
    wide = (totals["top"] / totals["w"]).unstack("wave").sort_index(axis=1)
    order = list(wide.index)
    group = entered.reindex(order).fillna(np.inf).to_numpy(dtype=float)
    return wide.to_numpy(), wide.columns.to_numpy(dtype=float), group, order, len(used)


def _check(periods: FloatArray, entered: FloatArray, control: str) -> None:
    """Raise unless someone enters within the waves and someone else is left to compare with."""
    if len(periods) < 2:
        raise DesignError(
            f"Entry can only be followed over two waves or more, and there is one, {periods[0]:g}.",
            hint="One wave can be described with `estimate_change`.",
        )
    within = (entered > periods[0]) & (entered <= periods[-1])
    if not within.any():
        raise DesignError(
            "At least one organisation must enter after the first wave and by the last.",
            where=f"waves {periods[0]:g} to {periods[-1]:g}; {int((entered <= periods[0]).sum())} entered before, "
            f"{int((entered > periods[-1]).sum())} later or never",
            hint="Change without entry can be described with `estimate_change`.",
        )
    later = np.isinf(entered).any() if control == "never" else (entered > entered[within].min()).any()
    if not later:
        raise DesignError(
            "Someone must be left to compare entrants with: all organisations enter together."
            if control == "not_yet"
            else "`control='never'` needs organisations that never enter, and there are none.",
            hint="Without later entrants only change can be described: use `estimate_change`."
            if control == "not_yet"
            else "Use `control='not_yet'`.",
        )


def _estimates(cells: GroupTime, level: float) -> tuple[list[Estimate], list[Caveat]]:
    """Return averages overall, by waves since entry, by cohort and by wave."""
    alone = ~np.isfinite(cells.std_error)
    caveats = []
    whole = cells
    if alone.any():
        names = ", ".join(f"{group:g}" for group in np.unique(cells.group[alone & (cells.n_entered < 2)]))
        if names:
            caveats.append(
                Caveat(
                    code="cohort_of_one",
                    sentence=f"One organisation alone entered at wave {names}: no standard error is possible, and the "
                    "average with an interval leaves it out.",
                    numbers={"cohorts": names},
                    n_people=1,
                )
            )
        whole = _subset(cells, ~alone)
    found = []
    labels: dict[str, Any] = {"estimand": "mean gain after entry", "n_obs": int(cells.influence.shape[0])}
    after = whole.period >= whole.group
    if len(whole.att) and after.any():
        simple = aggregate(whole, "simple")
        found.append(_of(simple.overall, simple.overall_std_error, simple.overall_dof, level, "group-time differences",
                         "primary", **labels))  # fmt: skip
    for kind in ("dynamic", "group", "calendar"):
        found += _by(aggregate(cells, kind), kind, level)
    return found, caveats


def _subset(cells: GroupTime, keep: npt.NDArray[np.bool_]) -> GroupTime:
    """Return some cells."""
    return GroupTime(
        cells.group[keep], cells.period[keep], cells.att[keep], cells.influence[:, keep], cells.n_entered[keep],
        cells.n_control[keep], cells.entry, cells.small_sample,
    )  # fmt: skip


def _by(found: Aggregate, kind: str, level: float) -> list[Estimate]:
    """Return one row an average."""
    rows = []
    for position, key in enumerate(found.at):
        role: Role = "check" if kind == "dynamic" and key < 0 else "detail"
        label: dict[str, Any] = {
            "dynamic": {"term": f"waves {'since' if key >= 0 else 'before'} entry: {abs(key):g}"},
            "group": {"group": f"entered at wave {key:g}"},
            "calendar": {"wave": f"{key:g}"},
        }[kind]
        name = {"dynamic": "by waves since entry", "group": "by cohort", "calendar": "by wave"}[kind]
        rows.append(
            _of(
                found.att[position], found.std_error[position], found.dof[position], level, name, role,
                estimand="mean gain after entry" if role == "detail" else "difference before entry",
                n_obs=len(found.entry), **label,
            )
        )  # fmt: skip
    return rows


def _of(
    value: float, std_error: float, dof: float, level: float, estimator: str, role: Role, **labels: Any
) -> Estimate:
    """Return an average with Welch-Satterthwaite degrees of freedom."""
    n = labels["n_obs"]
    return from_t(
        float(value), float(std_error), dof, level, estimator=estimator, role=role, n_clusters=n,
        method="group-time differences, Welch-Satterthwaite", **labels,
    )  # fmt: skip


def _permute(
    y: FloatArray, periods: FloatArray, entry: FloatArray, cells: GroupTime, control: Control, anticipation: int,
    n_draws: int, seed: int, level: float,
) -> tuple[Estimate, float]:  # fmt: skip
    """Return the test that shuffles who entered when, and the smallest p that it can reach."""
    orders, listed = entry_orders(entry, n_draws, seed)
    observed = float(simple_gains(y, periods, entry[None, :], control, anticipation)[0])
    drawn = simple_gains(y, periods, orders, control, anticipation)
    drawn = np.abs(drawn[np.isfinite(drawn)])
    as_far = drawn >= abs(observed) - 1e-10 * max(abs(observed), 1e-300)
    p_value = float(as_far.mean()) if listed else float((as_far.sum() + 1) / (len(drawn) + 1))
    smallest = 1 / len(drawn) if listed else 1 / (len(drawn) + 1)
    return (
        Estimate(
            estimand="mean gain after entry", estimator="permutation of the order of entry", role="check",
            estimate=observed, p_value=p_value, ci_level=level, n_obs=len(entry), n_clusters=len(entry),
            method=f"{'all' if listed else 'drawn'} orders of entry, smallest attainable p {smallest:.2g}",
        ),
        smallest,
    )  # fmt: skip


def entry_orders(entry: FloatArray, n_draws: int, seed: int) -> tuple[FloatArray, bool]:
    """Return different ways to hand out the waves of entry, one a row, and whether they are all there are.

    Examples
    --------
    >>> orders, listed = entry_orders(np.array([2.0, 2.0, np.inf, np.inf]), 99, 1)
    >>> orders.shape, listed
    ((6, 4), True)
    """
    counts = Counter(entry.tolist())
    total = factorial(len(entry))
    for count in counts.values():
        total //= factorial(count)
    if total > LIST_UP_TO:
        rng = np.random.default_rng(seed)
        return np.array([rng.permutation(entry) for _ in range(n_draws)]), False
    orders = [np.full(len(entry), np.nan)]
    for value, count in sorted(counts.items()):
        longer = []
        for order in orders:
            for places in combinations(np.flatnonzero(np.isnan(order)), count):
                filled = order.copy()
                filled[list(places)] = value
                longer.append(filled)
        orders = longer
    return np.array(orders), True


def simple_gains(
    y: FloatArray, periods: FloatArray, orders: FloatArray, control: Control = "not_yet", anticipation: int = 0
) -> FloatArray:
    """Return the average difference after entry for each order of entry (rows), weighted by cohort size; nan without.

    Examples
    --------
    >>> y = np.array([[1.0, 3.0], [1.0, 2.0], [0.0, 0.0]])
    >>> simple_gains(y, np.array([1.0, 2.0]), np.array([[2.0, 2.0, np.inf]]))
    array([1.5])
    """
    top, weight = np.zeros(len(orders)), np.zeros(len(orders))
    for group in np.unique(orders[np.isfinite(orders)]):
        base = np.flatnonzero(periods < group - anticipation)
        members = orders == group
        if not base.size:
            continue
        for now in np.flatnonzero(periods >= group):
            against = np.isinf(orders) if control == "never" else (orders > periods[now] + anticipation) & ~members
            change = y[:, now] - y[:, base[-1]]
            seen = np.isfinite(change)
            filled = np.where(seen, change, 0.0)
            mine, theirs = (members & seen).sum(axis=1), (against & seen).sum(axis=1)
            usable = (mine > 0) & (theirs > 0)
            gap = (members @ filled) / np.maximum(mine, 1) - (against @ filled) / np.maximum(theirs, 1)
            top += np.where(usable, members.sum(axis=1) * gap, 0.0)
            weight += np.where(usable, members.sum(axis=1), 0)
    return np.where(weight > 0, top / np.maximum(weight, 1), np.nan)


def _before(cells: GroupTime) -> tuple[Caveat, ...]:
    """Return the joint test of the differences before entry."""
    statistic, count = pre_entry_wald(cells)
    if count == 0:
        return (
            Caveat(
                code="no_wave_before_entry",
                sentence="No cohort has two waves before its entry: whether groups moved alike before cannot be seen.",
            ),
        )
    n = len(cells.entry)
    if not np.isfinite(statistic) or n - count - 1 <= 0:
        return ()
    f_value = statistic * (n - count) / (count * (n - 1))
    p_value = float(stats.f.sf(f_value, count, n - count)) if n < FEW else float(stats.chi2.sf(statistic, count))
    return (
        Caveat(
            code="waves_before_entry",
            sentence=f"Test of no difference before entry: {_written(p_value)} ({_differences(count)}). A large p does "
            "not show that groups moved alike, a small one speaks against it.",
            numbers={"statistic": statistic, "n_differences": count, "p_value": p_value},
        ),
    )


def _written(p_value: float) -> str:
    """A p-value as text; never 0.00."""
    return "p < 0.01" if p_value < 0.01 else f"p = {p_value:.2f}"


def _differences(count: int) -> str:
    return "1 difference" if count == 1 else f"{count} differences"


def _always(names: list[str], always: npt.NDArray[np.bool_]) -> tuple[Caveat, ...]:
    """Return the organisations that had entered by the first wave."""
    if not always.any():
        return ()
    shown = [name for name, early in zip(names, always, strict=True) if early]
    return (
        Caveat(
            code="entered_before_first_wave",
            sentence=f"{len(shown)} organisations had entered by the first wave and are left out: nothing was seen "
            "before.",
            numbers={"organisations": shown},
        ),
    )


def _cannot_reach(smallest: float, level: float) -> tuple[Caveat, ...]:
    """Return that a permutation cannot reach the level, where it cannot."""
    if smallest <= 1 - level:
        return ()
    return (
        Caveat(
            code="cannot_reach_level",
            sentence=f"With so few organisations the order of entry cannot reach {1 - level:.2g} by design: its "
            f"smallest p is {smallest:.3g}.",
            numbers={"min_p": smallest},
        ),
    )

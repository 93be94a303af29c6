"""Staggered entry: averages of group-time differences as estimates, their joint band, and what a reader must know."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from sctoolkit.change.route.estimates import Estimate, Role, from_t
from sctoolkit.numerics.change.entry_order import EntryOrderTest
from sctoolkit.numerics.change.group_time import GroupTime
from sctoolkit.numerics.change.group_time_averages import Aggregate, aggregate
from sctoolkit.numerics.change.pre_entry import pre_entry_test
from sctoolkit.numerics.change.simultaneous import pointwise_level
from sctoolkit.result import Caveat

FloatArray = npt.NDArray[np.float64]

BY_WAVE_SINCE_ENTRY = "by waves since entry"
BY_ORDER = "permutation of the order of entry"
BY_SIZE = "cohorts weighted by size"


def averages(cells: GroupTime, level: float) -> tuple[list[Estimate], list[Caveat]]:
    """Return averages overall, by waves since entry, by cohort and by wave.

    The overall one is primary where every difference after entry has an error of its own and the average an interval.
    """
    alone = ~np.isfinite(cells.std_error)
    after = cells.period >= cells.group
    whole = _subset(cells, ~alone) if alone.any() else cells
    found = []
    if (after & ~alone).any():
        simple = aggregate(whole, "simple")
        every = not (alone & after).any()
        one = _of(
            simple.overall, simple.overall_std_error, simple.overall_dof, level, "group-time differences", "detail",
            estimand="mean gain after entry", n_obs=int(cells.influence.shape[0]),
            weighting=BY_SIZE if every else f"{BY_SIZE}, without cohorts and waves of one organisation",
        )  # fmt: skip
        role: Role = "detail" if not _bounded(one) else "primary" if every else "check"
        found.append(replace(one, role=role))
    for kind in ("dynamic", "group", "calendar"):
        found += _by(aggregate(cells, kind), kind, level)
    return found, _of_one(cells, alone & after)


def choose(estimates: list[Estimate], permuted: Estimate) -> list[Estimate]:
    """Return all estimates with one primary: the whole average where it has an interval, else the order of entry.

    The order of entry speaks for all cohorts; where it has no interval either, an average over some of them may have.
    """
    if any(estimate.role == "primary" for estimate in estimates):
        return [*estimates, permuted]
    part = next((estimate for estimate in estimates if estimate.role == "check" and not estimate.term), None)
    if _bounded(permuted) or part is None:
        return [*estimates, replace(permuted, role="primary")]
    return [*(replace(e, role="primary") if e is part else e for e in estimates), permuted]


def _bounded(estimate: Estimate) -> bool:
    """Whether an estimate has an interval that is not the whole line."""
    low, high = estimate.ci_low, estimate.ci_high
    return not (np.isnan(low) or np.isnan(high) or (np.isinf(low) and np.isinf(high)))


def _of_one(cells: GroupTime, alone: npt.NDArray[np.bool_]) -> list[Caveat]:
    """Return where a single organisation stands on one side of a difference after entry."""
    said = (
        ("cohort_of_one", cells.group[alone & (cells.n_entered < 2)], "One organisation alone entered at wave"),
        ("one_not_yet_entered", cells.period[alone & (cells.n_control < 2)], "One organisation alone is left to "
         "compare with at wave"),
    )  # fmt: skip
    return [
        Caveat(
            code=code,
            sentence=f"{what} {', '.join(f'{wave:g}' for wave in np.unique(waves))}: the average with errors from "
            "organisations leaves that out; the order of entry counts it.",
            numbers={"waves": ", ".join(f"{wave:g}" for wave in np.unique(waves))},
        )
        for code, waves, what in said
        if waves.size
    ]


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
        name = {"dynamic": BY_WAVE_SINCE_ENTRY, "group": "by cohort", "calendar": "by wave"}[kind]
        rows.append(
            _of(
                found.att[position], found.std_error[position], found.dof[position], level, name, role,
                estimand="mean gain after entry" if role == "detail" else "difference before entry",
                n_obs=len(found.entry), **label,
            )
        )  # fmt: skip
    return rows


def _of(
    value: float,
    std_error: float,
    dof: float,
    level: float,
    estimator: str,
    role: Role,
    weighting: str = "",
    **labels: Any,
) -> Estimate:
    """Return an average with Welch-Satterthwaite degrees of freedom."""
    n = labels["n_obs"]
    return from_t(
        float(value), float(std_error), dof, level, estimator=estimator, role=role, n_clusters=n,
        method=", ".join(part for part in ("group-time differences", weighting, "Welch-Satterthwaite") if part),
        **labels,
    )  # fmt: skip


def band(cells: GroupTime, level: float, n_draws: int, seed: int) -> list[Estimate]:
    """Return the averages by waves since entry with intervals that hold all at once."""
    found = aggregate(cells, "dynamic")
    wide = pointwise_level(found.influence, level, n_draws=max(n_draws, 1999), seed=seed)
    usable = np.isfinite(found.std_error).sum()
    rows = []
    for estimate in _by(found, "dynamic", wide):
        if usable > 1 and np.isfinite(estimate.std_error):
            rows.append(
                replace(
                    estimate, estimator=f"{BY_WAVE_SINCE_ENTRY}, all at once", role="detail", ci_level=level,
                    statistic=float("nan"), p_value=float("nan"),
                    method=f"sup-t band over {usable} averages, multipliers to organisations, each at {wide:.4f}",
                )
            )  # fmt: skip
    return rows


def by_order_of_entry(test: EntryOrderTest, level: float, n_units: int) -> Estimate:
    """Return the test that shuffles who entered when, with its interval by inversion."""
    return Estimate(
        estimand="mean gain after entry", estimator=BY_ORDER, role="check",
        estimate=test.estimate, p_value=test.p_value, ci_low=test.ci_low, ci_high=test.ci_high, ci_level=level,
        n_obs=n_units, n_clusters=n_units,
        method=f"group-time differences, {BY_SIZE}; {'all' if test.listed else 'drawn'} orders of entry, smallest "
        f"attainable p {test.smallest_p:.2g}",
    )  # fmt: skip


def before_entry(cells: GroupTime, anticipation: int) -> tuple[Caveat, ...]:
    """Return the joint test of the differences before entry, or why there is none."""
    test = pre_entry_test(cells, anticipation)
    if test.count == 0:
        return (
            Caveat(
                code="no_wave_before_entry",
                sentence="No cohort has two waves before its entry: whether groups moved alike before cannot be seen.",
            ),
        )
    if not np.isfinite(test.p_value):
        return (
            Caveat(
                code="no_joint_test_before_entry",
                sentence=f"{_differences(test.count).capitalize()} before entry and too few organisations a cohort for "
                "one test of them all: look at each.",
                numbers={"n_differences": test.count},
            ),
        )
    return (
        Caveat(
            code="waves_before_entry",
            sentence=f"Test of no difference before entry: {_written(test.p_value)} ({_differences(test.count)}, F on "
            f"{test.count} and {test.dof:.1f}). A large p does not show that groups moved alike, a small one speaks "
            "against it.",
            numbers={
                "statistic": test.statistic, "n_differences": test.count, "f_value": test.f_value, "dof": test.dof,
                "p_value": test.p_value,
            },
        ),
    )  # fmt: skip


def _written(p_value: float) -> str:
    """A p-value as text; never 0.00."""
    return "p < 0.01" if p_value < 0.01 else f"p = {p_value:.2f}"


def _differences(count: int) -> str:
    return "1 difference" if count == 1 else f"{count} differences"


def entered_early(names: tuple[str, ...]) -> tuple[Caveat, ...]:
    """Return the organisations that had entered by the first wave."""
    if not names:
        return ()
    return (
        Caveat(
            code="entered_before_first_wave",
            sentence=f"{len(names)} organisations had entered by the first wave and are left out: nothing was seen "
            "before.",
            numbers={"organisations": list(names)},
        ),
    )


def cannot_reach(smallest: float, level: float) -> tuple[Caveat, ...]:
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

"""Names of a study file that must be known: columns by which changes are told, ends of paths, presets, slots, dates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sctoolkit.disclosure.presets import presets
from sctoolkit.errors import did_you_mean
from sctoolkit.evaluation.study_file import StudyFile
from sctoolkit.instrument.model import Instrument

FEWEST_ITERATIONS = 20
FROM_ELSEWHERE = ("dose", "group")
"""Starts of a path that are no scale."""


def split_faults(plan: StudyFile) -> Iterator[str]:
    """Yield the faults of ``analysis.splits`` and ``analysis.iterations``."""
    for name in plan.analysis.splits:
        if name not in plan.columns.keep:
            near = " ".join(did_you_mean(name, plan.columns.keep))
            yield f"`analysis.splits`: `{name}` is not in `columns.keep`, so its values are not read. {near}".rstrip()
    if 0 < plan.analysis.iterations < FEWEST_ITERATIONS:
        yield f"`analysis.iterations`: must be 0 or at least {FEWEST_ITERATIONS}, not {plan.analysis.iterations}"


def path_faults(plan: StudyFile, instruments: tuple[Instrument, ...]) -> Iterator[str]:
    """Yield the faults of ``[[path]]`` and ``[reciprocal]``: unknown names, and names of two questionnaires."""
    owners = {instrument.id: _measured(plan, instrument) for instrument in instruments}
    known = {name for names in owners.values() for name in names}
    for place, path in enumerate(plan.path):
        ends = {"from": path.start, "through": path.through, "to": path.to}
        at = f"path[{place}]"
        yield from _unknown(at, {k: v for k, v in ends.items() if k != "from" or v not in FROM_ELSEWHERE}, known)
        if len(set(ends.values())) < len(ends):
            yield f"`{at}`: `from`, `through` and `to` must be three different things"
        if path.start == "group" and plan.columns.group is None:
            yield "`columns.group`: is needed, since a path begins with `group`"
        if path.start == "group" and plan.analysis.treated is None:
            yield "`analysis.treated`: is needed, since a path begins with `group`"
        if path.start == "dose" and (plan.logs.engagement is None or not plan.logs.wave_dates):
            yield "`logs.engagement` and `logs.wave_dates`: are needed, since a path begins with `dose`"
        yield from _apart(at, [name for name in ends.values() if name in known], owners)
    if plan.reciprocal is not None:
        pair = plan.reciprocal.scales
        yield from _unknown("reciprocal", {f"scales[{n}]": name for n, name in enumerate(pair)}, known)
        if pair[0] == pair[1]:
            yield "`reciprocal.scales`: must be two different scales"
        yield from _apart("reciprocal", [name for name in pair if name in known], owners)


def word_faults(plan: StudyFile, instruments: tuple[Instrument, ...], measured: set[str]) -> Iterator[str]:
    """Yield the faults of names and dates that nothing else looks at before the report is written."""
    if plan.study.disclosure not in presets():
        near = " ".join(did_you_mean(plan.study.disclosure, presets()))
        yield f"`study.disclosure`: there is no preset `{plan.study.disclosure}`. {near}"
    for name in plan.analysis.smallest_change:
        if name not in measured:
            near = " ".join(did_you_mean(name, measured))
            yield f"`analysis.smallest_change.{name}`: no instrument has this scale or item. {near}".rstrip()
    for wave, day in plan.logs.wave_dates.items():
        try:
            date.fromisoformat(day)
        except ValueError:
            yield f"`logs.wave_dates.{wave}`: must be a date written year-month-day such as 2024-03-15, not `{day}`"
    sides = {side for instrument in instruments for side in instrument.instrument.sides}
    slots = {name for instrument in instruments for name in instrument.slot}
    for side, texts in plan.slot.items():
        if side not in sides:
            yield f"`slot.{side}`: no instrument has this side. {' '.join(did_you_mean(side, sides))}".rstrip()
        for name in texts:
            if name not in slots:
                near = " ".join(did_you_mean(name, slots))
                yield f"`slot.{side}.{name}`: no instrument has this slot. {near}".rstrip()


def _measured(plan: StudyFile, instrument: Instrument) -> set[str]:
    """Return what can stand in a path: scored scales, and single items that the plan follows."""
    scales = {name for name, scale in instrument.scale.items() if scale.scored}
    return scales | (set(plan.analysis.items) & set(instrument.item_codes))


def _unknown(at: str, ends: dict[str, str], known: set[str]) -> Iterator[str]:
    for key, name in ends.items():
        if name not in known:
            near = " ".join(did_you_mean(name, known))
            yield f"`{at}.{key}`: `{name}` is no scored scale and not in `analysis.items`. {near}".rstrip()


def _apart(at: str, names: list[str], owners: dict[str, set[str]]) -> Iterator[str]:
    """Yield a fault where no questionnaire holds all the names."""
    if names and not any(set(names) <= own for own in owners.values()):
        yield f"`{at}`: all its names must belong to one questionnaire"

"""The phase log: when an organisation entered Phase 0, 1 and 2, and how precisely that is known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from sctoolkit.programme.cells import Column
from sctoolkit.programme.engagement_log import not_before
from sctoolkit.programme.tables import Fault, ProgrammeTable, RowCheck, TableSchema, read_table

PHASES: tuple[str, ...] = ("0", "1", "2")
PRECISIONS: tuple[str, ...] = ("day", "month", "quarter", "year")

PHASE_LOG = TableSchema(
    "phase_log",
    "Phases are 0 (preparation), 1 (shared space) and 2 (coproduction); a further data collection is no phase.",
    (
        Column("organisation", "text", "name of the organisation"),
        Column("phase", "choice", "0 preparation, 1 shared space, 2 coproduction", choices=PHASES),
        Column("start", "date", "first day of the phase, as precisely as it is known: 2024-03-15, 2024-03 or 2024",
               keeps_precision=True),
        Column("end", "date", "last day of the phase", blank=True, absent=True),
        Column("precision", "choice", "how precisely the start is known", blank=True, absent=True, choices=PRECISIONS),
        Column("evidence", "text", "what shows it", blank=True, absent=True),
        Column("rater", "text", "who dated it", blank=True, absent=True),
    ),
    key=("organisation", "phase"),
)  # fmt: skip

_WIDTH_MONTHS = {"day": 0, "month": 1, "quarter": 3, "year": 12}


def read_phase_log(
    source: pd.DataFrame | str | Path | ProgrammeTable,
    *,
    organisations: Iterable[str] | None = None,
    programme_start: str | None = None,
) -> ProgrammeTable:
    """Read the phase log: one row an organisation and phase.

    Parameters
    ----------
    source : DataFrame or path of a CSV file
        Columns of `PHASE_LOG`; a start may be written as a day, a month or a year.
    organisations : iterable of str, optional
        Known organisations.
    programme_start : str, optional
        First day of the programme; an earlier start is a fault.

    Returns
    -------
    ProgrammeTable
        ``start`` is the first day that the written date can mean; ``latest_start`` is the last one.

    Raises
    ------
    DataError
        If cells contradict the schema, a phase ends before it starts, or a later phase starts before an earlier one.

    Examples
    --------
    >>> import pandas as pd
    >>> log = read_phase_log(pd.DataFrame({"organisation": ["Mosque"], "phase": [0], "start": ["2024-03"]}))
    >>> log.frame()[["start", "latest_start"]].iloc[0].tolist()
    [Timestamp('2024-03-01 00:00:00'), Timestamp('2024-03-31 00:00:00')]
    """
    checks: tuple[RowCheck, ...] = (_ends_after_start, _phases_in_order)
    if programme_start is not None:
        checks = (*checks, not_before(programme_start, "start"))
    table = read_table(source, PHASE_LOG, organisations=organisations, checks=checks)
    if isinstance(source, ProgrammeTable):
        return table
    frame = table.frame()
    written = frame["precision"].where(frame["precision"].notna(), frame["start_precision"])
    frame["precision"] = written
    frame["latest_start"] = [
        start + pd.DateOffset(months=_WIDTH_MONTHS[how]) - pd.Timedelta(days=int(how != "day"))
        for start, how in zip(frame["start"], written, strict=True)
    ]
    return ProgrammeTable(PHASE_LOG, frame.drop(columns="start_precision"))


def _ends_after_start(frame: pd.DataFrame, places: Sequence[str]) -> Iterable[Fault]:
    """Yield phases that end before they start."""
    for place, start, end in zip(places, frame["start"], frame["end"], strict=True):
        if end < start:
            yield Fault(f"{place}, `end`", f"{end:%Y-%m-%d} lies before the start, {start:%Y-%m-%d}")


def _phases_in_order(frame: pd.DataFrame, places: Sequence[str]) -> Iterable[Fault]:
    """Yield phases that start before a phase that precedes them."""
    starts = {
        (organisation, phase): start
        for organisation, phase, start in zip(frame["organisation"], frame["phase"], frame["start"], strict=True)
        if pd.notna(organisation) and pd.notna(phase) and pd.notna(start)
    }
    for place, organisation, phase in zip(places, frame["organisation"], frame["phase"], strict=True):
        if phase in {"1", "2"} and (organisation, phase) in starts:
            before = starts.get((organisation, str(int(phase) - 1)))
            if before is not None and starts[organisation, phase] < before:
                yield Fault(
                    f"{place}, `start`", f"phase {phase} starts before phase {int(phase) - 1} of {organisation}"
                )

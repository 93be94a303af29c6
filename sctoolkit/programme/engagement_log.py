"""The engagement log: what was done with whom, when and for how long."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from sctoolkit.programme.cells import Column, parse_date
from sctoolkit.programme.tables import SIDES, Fault, ProgrammeTable, RowCheck, TableSchema, read_table

ACTIVITIES: tuple[str, ...] = ("visit", "conversation", "meeting", "event", "training", "grant", "other")

ENGAGEMENT_LOG = TableSchema(
    "engagement_log",
    "The engagement log is where presence, meetings and grants are counted from.",
    (
        Column("date", "date", "day of the activity, year-month-day"),
        Column("organisation", "text", "organisation that the activity was with"),
        Column("side", "choice", "side of that organisation", choices=SIDES),
        Column("activity", "choice", "kind of activity", choices=ACTIVITIES),
        Column("actor", "text", "who did it", blank=True, absent=True),
        Column("event", "text", "name of a meeting that several organisations attended", blank=True, absent=True),
        Column("hours", "number", "duration in hours", blank=True, absent=True, minimum=0),
        Column("venue", "text", "where", blank=True, absent=True),
        Column("people_community", "count", "people present from communities", blank=True, absent=True, minimum=0),
        Column("people_statutory", "count", "people present from statutory bodies", blank=True, absent=True, minimum=0),
        Column("turns_community", "count", "speaking turns of the community side", blank=True, absent=True, minimum=0),
        Column("turns_statutory", "count", "speaking turns of the statutory side", blank=True, absent=True, minimum=0),
        Column("amount", "number", "money given, for a grant", blank=True, absent=True, minimum=0),
    ),
)


def read_engagement_log(
    source: pd.DataFrame | str | Path | ProgrammeTable,
    *,
    organisations: Iterable[str] | None = None,
    programme_start: str | None = None,
) -> ProgrammeTable:
    """Read the engagement log: one row an activity and organisation.

    A meeting that three organisations attended has three rows with one ``event`` name, so that it counts once in
    totals and once for each organisation.

    Parameters
    ----------
    source : DataFrame or path of a CSV file
        Columns of `ENGAGEMENT_LOG`.
    organisations : iterable of str, optional
        Known organisations.
    programme_start : str, optional
        First day of the programme, year-month-day; an earlier date is a fault.

    Returns
    -------
    ProgrammeTable
        Hours, counts of people and of speaking turns; empty where not recorded.

    Raises
    ------
    DataError
        If cells contradict the schema, a grant has no amount, or a date lies before the programme began.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = {"date": ["2024-03-01"], "organisation": ["Mosque"], "side": ["community"], "activity": ["visit"]}
    >>> read_engagement_log(pd.DataFrame(rows))
    ProgrammeTable(engagement_log: 1 rows)
    """
    checks: tuple[RowCheck, ...] = (_grants_have_amounts,)
    if programme_start is not None:
        checks = (*checks, not_before(programme_start, "date"))
    return read_table(source, ENGAGEMENT_LOG, organisations=organisations, checks=checks)


def _grants_have_amounts(frame: pd.DataFrame, places: Sequence[str]) -> Iterable[Fault]:
    """Yield grants without an amount, and amounts that are not grants."""
    for place, activity, amount in zip(places, frame["activity"], frame["amount"], strict=True):
        if activity == "grant" and pd.isna(amount):
            yield Fault(f"{place}, `amount`", "must not be empty for a grant")
        if not pd.isna(activity) and activity != "grant" and amount > 0:
            yield Fault(f"{place}, `activity`", f"must be grant where an amount is given, not `{activity}`")


def not_before(start: str, column: str) -> RowCheck:
    """Return a check that no date of ``column`` lies before the programme began."""
    first, _ = parse_date(start)

    def check(frame: pd.DataFrame, places: Sequence[str]) -> Iterable[Fault]:
        for place, stamp in zip(places, frame[column], strict=True):
            if pd.notna(stamp) and stamp < first:
                yield Fault(
                    f"{place}, `{column}`", f"{stamp:%Y-%m-%d} lies before the programme began, {first:%Y-%m-%d}"
                )

    return check

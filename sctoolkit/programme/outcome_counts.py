"""Counts from services: referrals, contacts, admissions by unit, month and group."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from sctoolkit.programme.cells import Column
from sctoolkit.programme.tables import Fault, ProgrammeTable, TableSchema, read_table

OUTCOME_COUNTS = TableSchema(
    "outcome_counts",
    "Counts are whole numbers of people or events in a month; a month without events has the count 0.",
    (
        Column("unit", "text", "service, place or organisation"),
        Column("month", "month", "month, year-month"),
        Column("group", "text", "group of people, such as an ethnic group", blank=True, absent=True),
        Column("count", "count", "people or events", minimum=0),
        Column("denominator", "count", "people who could have been counted", blank=True, absent=True, minimum=0),
    ),
    key=("unit", "month", "group"),
)


def read_outcome_counts(source: pd.DataFrame | str | Path | ProgrammeTable) -> ProgrammeTable:
    """Read monthly counts: one row a unit, month and group.

    Parameters
    ----------
    source : DataFrame or path of a CSV file
        Columns of `OUTCOME_COUNTS`.

    Returns
    -------
    ProgrammeTable
        ``month`` is the first day of the month.

    Raises
    ------
    DataError
        If cells contradict the schema, a month is missing inside a series, or the denominator is 0 while people were
        counted.

    Examples
    --------
    >>> import pandas as pd
    >>> read_outcome_counts(pd.DataFrame({"unit": ["clinic"], "month": ["2024-03"], "count": [7]}))
    ProgrammeTable(outcome_counts: 1 rows)
    """
    return read_table(source, OUTCOME_COUNTS, checks=(_denominators, _no_gaps))


def _denominators(frame: pd.DataFrame, places: Sequence[str]) -> Iterable[Fault]:
    """Yield counts of nobody."""
    for place, count, base in zip(places, frame["count"], frame["denominator"], strict=True):
        if base == 0 and count > 0:
            yield Fault(f"{place}, `denominator`", f"must be above 0 where {count:g} are counted")


def _no_gaps(frame: pd.DataFrame, places: Sequence[str]) -> Iterable[Fault]:
    """Yield series in which a month between the first and the last is missing."""
    usable = frame.assign(place=list(places)).dropna(subset=["month"])
    for (unit, group), series in usable.groupby([usable["unit"].fillna(""), usable["group"].fillna("")], sort=False):
        months = series["month"].dt.to_period("M")
        expected = pd.period_range(months.min(), months.max(), freq="M")
        absent = expected.difference(pd.PeriodIndex(months.unique()))
        if len(absent):
            shown = ", ".join(str(month) for month in absent[:3]) + (", ..." if len(absent) > 3 else "")
            label = " / ".join(part for part in (str(unit), str(group)) if part)
            yield Fault(str(series["place"].iloc[-1]), f"the series of {label} has no row for {shown}")

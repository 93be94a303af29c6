"""KoboToolbox exports (CSV and XLS): one header row of labels or names, groups before a slash."""

from __future__ import annotations

from sctoolkit.survey.grid import Grid, RawTable, cells_below, header_names
from sctoolkit.survey.times import days, durations

NAME = "kobotoolbox"
TITLE = "a KoboToolbox export"
_META = ("_id", "_uuid", "_submission_time", "_validation_status", "_index")


def looks_like(grid: Grid) -> bool:
    """Whether the header holds at least three of the columns that every export ends with."""
    return len(set(_META) & set(grid.header())) >= 3


def read(grid: Grid) -> RawTable:
    """Return the table; 0/1 columns of questions with several answers are named ``question/option``."""
    names = header_names(grid.header())
    cells, rows = cells_below(grid, names, 1)
    roles = {}
    if {"start", "end"} <= set(names):
        cells["(seconds)"] = durations(cells["start"], cells["end"])
        cells["(day)"] = days(cells["start"])
        roles = {"duration": "(seconds)", "date": "(day)"}
    elif "_submission_time" in names:
        cells["(day)"] = days(cells["_submission_time"])
        roles = {"date": "(day)"}
    return RawTable(
        source=grid.source,
        cells=cells,
        rows=rows,
        layout=NAME,
        detected=f"Looks like {TITLE}: {len(cells)} rows, {len(names)} columns.",
        also={name: (name.rsplit("/", 1)[-1],) for name in names if "/" in name},
        roles=roles,
        identifiers=tuple(name for name in names if name in {"_submitted_by", "username", "deviceid", "phonenumber"}),
        facts=grid.facts,
        caveats=grid.caveats,
    )

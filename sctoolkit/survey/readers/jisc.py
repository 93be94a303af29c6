"""Jisc Online Surveys exports: numbered question texts after a unique response number, in one or two header rows."""

from __future__ import annotations

from sctoolkit.survey.grid import Grid, RawTable, cells_below, header_names
from sctoolkit.survey.text import fold
from sctoolkit.survey.times import days, durations

NAME = "jisc"
TITLE = "a Jisc Online Surveys export"
_FIRST = ("unique response number", "uniqueresponsenumber", "response id number")


def looks_like(grid: Grid) -> bool:
    """Whether the first column is the unique response number."""
    header = grid.header()
    return bool(header) and fold(header[0]) in _FIRST


def read(grid: Grid) -> RawTable:
    """Return the table; question numbers in front are set aside when texts are matched."""
    first, second = grid.header(), grid.header(1)
    two_rows = len(second) > 0 and not second[0] and any(second)
    width = max(len(first), len(second) if two_rows else 0)
    first = [*first, *[""] * (width - len(first))]
    second = [*second, *[""] * (width - len(second))] if two_rows else [""] * width
    names = header_names([" | ".join(part for part in pair if part) for pair in zip(first, second, strict=False)])
    cells, rows = cells_below(grid, names, 2 if two_rows else 1)
    folded = {fold(name): name for name in names}
    roles = {}
    start = next((folded[name] for name in ("start date", "started", "date started") if name in folded), None)
    end = next((folded[name] for name in ("end date", "completed", "completion date") if name in folded), None)
    if start and end:
        cells["(seconds)"] = durations(cells[start], cells[end])
        cells["(day)"] = days(cells[end])
        roles = {"duration": "(seconds)", "date": "(day)"}
    return RawTable(
        source=grid.source,
        cells=cells,
        rows=rows,
        layout=NAME,
        detected=f"Looks like {TITLE}: {2 if two_rows else 1} header rows, {len(cells)} responses.",
        also={name: (second[place],) for place, name in enumerate(names) if second[place]},
        roles=roles,
        facts=grid.facts,
        caveats=grid.caveats,
    )

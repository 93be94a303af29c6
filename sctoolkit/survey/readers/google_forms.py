"""Google Forms responses: question texts as headers after a time stamp; rows of a grid in brackets."""

from __future__ import annotations

import re

from sctoolkit.survey.grid import Grid, RawTable, cells_below, header_names
from sctoolkit.survey.times import days

NAME = "google_forms"
TITLE = "a Google Forms export"
STAMPS = (
    "Timestamp",
    "Zeitstempel",
    "Horodateur",
    "Marca temporal",
    "Informazioni cronologiche",
    "Carimbo de data/hora",
)
"""The first column's name in English, German, French, Spanish, Italian and Portuguese."""
_GRID_ROW = re.compile(r"^(?P<question>.*?)\s*\[(?P<row>[^\[\]]+)\]$", re.DOTALL)


def looks_like(grid: Grid) -> bool:
    """Whether the first column is the time stamp."""
    header = grid.header()
    return bool(header) and header[0] in STAMPS


def read(grid: Grid) -> RawTable:
    """Return the table under its question texts; ``Question [Row]`` is also known as ``Row``."""
    names = header_names(grid.header())
    cells, rows = cells_below(grid, names, 1)
    cells["(day)"] = days(cells[names[0]])
    parts = {name: match for name in names if (match := _GRID_ROW.match(name)) is not None}
    return RawTable(
        source=grid.source,
        cells=cells,
        rows=rows,
        layout=NAME,
        detected=f"Looks like {TITLE}: {len(cells)} responses, {len(names) - 1} questions.",
        also={name: (match["row"],) for name, match in parts.items()},
        roles={"date": "(day)"},
        identifiers=tuple(name for name in names if name in {"Email Address", "Username"}),
        facts=grid.facts,
        caveats=grid.caveats,
    )

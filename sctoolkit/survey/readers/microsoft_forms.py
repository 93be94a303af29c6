"""Microsoft Forms responses: question texts as headers after five columns of its own; several answers end in ``;``."""

from __future__ import annotations

import pandas as pd

from sctoolkit.survey.grid import Grid, RawTable, cells_below, header_names
from sctoolkit.survey.text import fold
from sctoolkit.survey.times import days, durations

NAME = "microsoft_forms"
TITLE = "a Microsoft Forms export"
_META = ("id", "start time", "completion time")
_IDENTIFIERS = {"email", "name"}


def looks_like(grid: Grid) -> bool:
    """Whether the header begins with the id and both times."""
    return tuple(fold(name) for name in grid.header()[:3]) == _META


def read(grid: Grid) -> RawTable:
    """Return the table under its question texts; cells that end in ``;`` are split into ``question/option``."""
    names = header_names(grid.header())
    cells, rows = cells_below(grid, names, 1)
    roles = {}
    if len(names) > 2:
        cells["(seconds)"] = durations(cells[names[1]], cells[names[2]])
        cells["(day)"] = days(cells[names[2]])
        roles = {"duration": "(seconds)", "date": "(day)"}
    several = [name for name in names[3:] if _is_joined(cells[name])]
    for name in several:
        cells = pd.concat([cells, _split(cells[name], name)], axis=1)
    return RawTable(
        source=grid.source,
        cells=cells,
        rows=rows,
        layout=NAME,
        detected=f"Looks like {TITLE}: {len(cells)} responses, {len(names)} columns.",
        roles=roles,
        identifiers=tuple(name for name in names[:6] if fold(name) in _IDENTIFIERS),
        facts={**grid.facts, "questions_with_several_answers": several},
        caveats=grid.caveats,
    )


def _is_joined(column: pd.Series[str]) -> bool:
    """Whether every entry ends in the separator."""
    entries = column[column != ""]
    return bool(len(entries)) and bool(entries.str.endswith(";").all())


def _split(column: pd.Series[str], name: str) -> pd.DataFrame:
    """Return one 0/1 column an option, in the order in which options turn up."""
    parts = column.map(lambda cell: [part.strip() for part in cell.split(";") if part.strip()])
    options = dict.fromkeys(option for cell in parts for option in cell)
    return pd.DataFrame(
        {
            f"{name}/{option}": pd.Series(
                ["" if not cell else str(int(option in cell)) for cell in parts], dtype=object
            )
            for option in options
        }
    )

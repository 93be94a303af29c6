"""A sheet with one header row and nothing special about it."""

from __future__ import annotations

from sctoolkit.survey.grid import Grid, RawTable, cells_below, header_names, refuse_title_row

NAME = "plain"
TITLE = "a plain table"


def read(grid: Grid) -> RawTable:
    """Return the table below the first row."""
    refuse_title_row(grid)
    names = header_names(grid.header())
    cells, rows = cells_below(grid, names, 1)
    return RawTable(
        source=grid.source,
        cells=cells,
        rows=rows,
        layout=NAME,
        detected=f"Read as {TITLE}: 1 header row, {len(cells)} rows, {len(names)} columns.",
        facts=grid.facts,
        caveats=grid.caveats,
    )

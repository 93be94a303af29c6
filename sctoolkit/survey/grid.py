"""A sheet of text cells before anybody says what its header is, and the table that a reader makes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.errors import ReadError
from sctoolkit.instrument.model import NonAnswerKind
from sctoolkit.result import Caveat

MAX_TITLE_CELLS = 1
"""A first row with no more cells than this, above wider rows, is a title and not a header."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Rows of text cells as they stand in a file; ``first`` is the spreadsheet's number of the first of them."""

    source: str
    rows: Sequence[Sequence[str]]
    first: int = 1
    facts: Mapping[str, Any] = field(default_factory=dict)
    caveats: tuple[Caveat, ...] = ()

    def header(self, place: int = 0) -> list[str]:
        """Return a row without white space around its cells; empty where there is no such row."""
        return [" ".join(cell.split()) for cell in self.rows[place]] if place < len(self.rows) else []


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTable:
    """What a reader makes of a file: text cells under one header, and what the layout says about the columns.

    Attributes
    ----------
    cells : DataFrame
        Text, one row a response; "" where there is nothing.
    rows : (n,) int array
        Row numbers as a spreadsheet shows them.
    layout : str
        Name of the layout, as ``format=`` takes it.
    detected : str
        One sentence that says what was recognised.
    also : mapping
        Column -> further names of it: its question's text, its name without the group.
    roles : mapping
        Role -> column, where the layout itself tells.
    identifiers : tuple of str
        Columns that identify people directly.
    labels : mapping
        Column -> (code -> label), where the file brings them.
    missing_codes : mapping
        Code -> kind, where the layout has codes of its own.
    """

    source: str
    cells: pd.DataFrame
    rows: npt.NDArray[np.int64]
    layout: str
    detected: str
    also: Mapping[str, Sequence[str]] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    identifiers: tuple[str, ...] = ()
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    missing_codes: Mapping[str, NonAnswerKind] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    caveats: tuple[Caveat, ...] = ()


def cells_below(grid: Grid, names: Sequence[str], place: int) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
    """Return the rows from ``place`` on under ``names``, and their numbers; rows without any entry are left out.

    Raises
    ------
    ReadError
        If there is no row, or a row has entries beyond the header's last column.
    """
    width = len(names)
    body, numbers = [], []
    for offset, row in enumerate(grid.rows[place:], start=grid.first + place):
        if not "".join(row).strip():
            continue
        if len(row) > width and "".join(row[width:]).strip():
            raise ReadError(
                f"Every row must fit under the {width} columns of the header; row {offset} has {len(row)} cells.",
                where=f"File: {grid.source}.",
                hint="A cell that holds the separator needs quotes around it; or the separator was guessed wrong "
                "(`delimiter=`).",
            )
        body.append(row if len(row) == width else [*row[:width], *[""] * (width - len(row))])
        numbers.append(offset)
    if not body:
        raise ReadError(
            "A file must hold at least one row of answers, and it holds none.",
            where=f"File: {grid.source}.",
            hint="Export the answers again: the file has its header only.",
        )
    columns = {name: pd.Series(cells, dtype=object) for name, cells in zip(names, zip(*body, strict=True), strict=True)}
    return pd.DataFrame(columns), np.array(numbers, dtype=np.int64)


def header_names(cells: Sequence[str]) -> list[str]:
    """Return names that are each there once: a repeated name gets its turn, a blank one its column's number."""
    trimmed = list(cells)
    while trimmed and not trimmed[-1]:
        trimmed.pop()
    seen: Counter[str] = Counter()
    names = []
    for number, cell in enumerate(trimmed, start=1):
        name = cell or f"column {number}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def refuse_title_row(grid: Grid) -> None:
    """Raise where the first row is a title above a wider table, as in trackers kept by hand."""
    head = [cell for cell in grid.header() if cell]
    if len(head) > MAX_TITLE_CELLS or len(grid.rows) < 3:
        return
    for place in range(1, min(len(grid.rows), 8)):
        width = sum(1 for cell in grid.header(place) if cell)
        if width > MAX_TITLE_CELLS + 1:
            number = grid.first + place
            raise ReadError(
                f"The first row must name the columns, and it holds one cell above {width} columns.",
                where=f'File: {grid.source}; row {grid.first}: "{head[0] if head else ""}".',
                hint=f"If row {number} names the columns, say so: `header_row={number}`.",
            )

"""The formats that can be read, and which of them a file has: by its ending, then by its header."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from sctoolkit.errors import OptionError, ReadError, did_you_mean
from sctoolkit.survey import excel_file, text_file
from sctoolkit.survey.archive import FILE_CAP
from sctoolkit.survey.grid import Grid, RawTable
from sctoolkit.survey.readers import (
    google_forms,
    jisc,
    kobotoolbox,
    limesurvey,
    microsoft_forms,
    odk_central,
    plain,
    qualtrics,
    redcap,
    spss,
    stata,
    surveymonkey,
)

VENDORS: tuple[ModuleType, ...] = (
    qualtrics, kobotoolbox, odk_central, redcap, limesurvey, surveymonkey, microsoft_forms, google_forms, jisc,
)  # fmt: skip
"""Layouts with a header of their own, the surest signature first."""

STATISTICAL: dict[str, Callable[[Path], RawTable]] = {
    **dict.fromkeys(spss.ENDINGS, spss.read_spss),
    **dict.fromkeys(stata.ENDINGS, stata.read_stata),
}

FORMATS: dict[str, Callable[[Grid], RawTable]] = {
    plain.NAME: plain.read,
    **{vendor.NAME: vendor.read for vendor in VENDORS},
}
"""What ``format=`` takes for text and Excel files; SPSS and Stata files are known by their endings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How a file is to be opened, where the caller says so."""

    format: str | None = None
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    header_row: int = 1


def read_table(path: Path, opening: Opening) -> RawTable:
    """Return the table in a file: opened by its ending, laid out as recognised or as told.

    Raises
    ------
    ReadError
        If the file is absent, empty, damaged, too large, encrypted, or of another kind than its ending says.
    OptionError
        If ``format`` is none of `FORMATS`.
    """
    ending = path.suffix.lower()
    if ending in STATISTICAL:
        return STATISTICAL[ending](path)
    if opening.format is not None and opening.format not in FORMATS:
        raise OptionError(
            f"`format` must be one of {', '.join(f'`{name}`' for name in FORMATS)}, not `{opening.format}`.",
            hint=did_you_mean(opening.format, FORMATS),
        )
    return lay_out(_below(_grid(path, ending, opening), opening.header_row), opening.format)


def lay_out(grid: Grid, layout: str | None = None) -> RawTable:
    """Return the table of a grid, by the layout named or the first whose signature its header bears."""
    if layout is not None:
        return FORMATS[layout](grid)
    for vendor in VENDORS:
        if vendor.looks_like(grid):
            table: RawTable = vendor.read(grid)
            return table
    return plain.read(grid)


def _grid(path: Path, ending: str, opening: Opening) -> Grid:
    if ending in excel_file.ENDINGS:
        return excel_file.read_excel_grid(path, sheet=opening.sheet)
    if ending in {".xlsb", ".ods", ".numbers", ".rds", ".rdata", ".pkl", ".pickle", ".json", ".docx", ".pdf"}:
        raise ReadError(
            f"A data file must be CSV, Excel (.xlsx, .xls), SPSS (.sav) or Stata (.dta), and `{ending}` is not read.",
            where=f"File: {path.name}.",
            hint="Save it as CSV or .xlsx.",
        )
    if ending == ".zip":
        return _zipped(path, opening)
    return text_file.read_text_grid(path, encoding=opening.encoding, delimiter=opening.delimiter)


def _zipped(path: Path, opening: Opening) -> Grid:
    content = text_file.read_bytes(path, FILE_CAP)
    return odk_central.root_of_archive(path.name, content)


def _below(grid: Grid, header_row: int) -> Grid:
    """Return the grid from the header row on, without blank lines above it."""
    start = header_row - 1
    if header_row < 1 or start >= len(grid.rows):
        raise ReadError(
            f"`header_row` must lie between 1 and the {len(grid.rows)} rows of the file, not {header_row}.",
            where=f"File: {grid.source}.",
            hint="Give the number of the row that names the columns, counted from 1, or leave `header_row` out.",
        )
    while start < len(grid.rows) - 1 and not any(cell.strip() for cell in grid.rows[start]):
        start += 1
    if start == 0:
        return grid
    return Grid(
        source=grid.source, rows=grid.rows[start:], first=grid.first + start, facts=grid.facts, caveats=grid.caveats
    )

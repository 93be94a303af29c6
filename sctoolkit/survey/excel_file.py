"""Excel files: the cells of one sheet as text."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NoReturn

from sctoolkit.errors import ReadError, did_you_mean
from sctoolkit.survey.archive import FILE_CAP, check_archive, expanded
from sctoolkit.survey.grid import Grid
from sctoolkit.survey.text import as_text
from sctoolkit.survey.text_file import read_bytes

ENDINGS = (".xlsx", ".xlsm", ".xls")
CELL_CAP = 50_000_000
"""Cells of the smallest rectangle from A1 around all entries; the reader holds all of them, empty or not."""
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,3})(\d{1,7})["']""")


def read_excel_grid(path: Path, *, sheet: str | None = None) -> Grid:
    """Return the cells of a sheet, the first one that has any unless ``sheet`` names another.

    Raises
    ------
    ReadError
        If the file is encrypted, damaged, too large before or after expansion, or has no such sheet.
    """
    content = read_bytes(path, FILE_CAP)
    if not content:
        raise ReadError(
            "A data file must hold something, and it is empty.",
            where=f"File: {path.name}.",
            hint="Export the answers again, and look whether the file was still being written.",
        )
    if content.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            _refuse_encrypted(path.name)
    else:
        _check_extent(path.name, content, check_archive(path.name, content))
    book = _open(path.name, content)
    names = [str(name) for name in book.sheet_names]
    if sheet is not None and sheet not in names:
        raise ReadError(f"`{path.name}` must have the sheet `{sheet}`, and has not.", hint=did_you_mean(sheet, names))
    for name in names if sheet is None else [sheet]:
        rows = _rows(path.name, book, name)
        if rows:
            return Grid(source=path.name, rows=rows, facts={"sheet": name, "sheets": names})
    raise ReadError(
        "A sheet must hold something, and it is empty.",
        where=f"File: {path.name}.",
        hint=f"Name the sheet with the answers: `sheet='...'`. Sheets: {', '.join(f'`{name}`' for name in names)}.",
    )


def _check_extent(source: str, content: bytes, archive: zipfile.ZipFile) -> None:
    """Raise where a sheet's entries stand so far apart that the space between them would fill the memory."""
    for member in archive.infolist():
        if not re.fullmatch(r"xl/worksheets/[^/]+\.xml", member.filename):
            continue
        letters: set[bytes] = set()
        last_row, tail = 0, b""
        for chunk in expanded(source, content, member):
            found = _PLACE.findall(tail + chunk)
            letters.update(column for column, _ in found)
            last_row = max([last_row, *(int(row) for _, row in found)])
            tail = chunk[-64:]
        width = max((_column_number(column) for column in letters), default=0)
        if width * last_row > CELL_CAP:
            raise ReadError(
                f"A sheet must span at most {CELL_CAP // 1_000_000} million cells, and this one spans "
                f"{width:,} columns by {last_row:,} rows.",
                where=f"File: {source}; {member.filename}.",
                hint="An entry stands far away. Delete what is below and right of the table, or save as CSV.",
            )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _open(source: str, content: bytes) -> Any:
    import python_calamine

    try:
        return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    except python_calamine.PasswordError:
        _refuse_encrypted(source)
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise ReadError(
            "An Excel file must be a sound workbook, and this one cannot be read.",
            where=f"File: {source}.",
            hint="Open it in a spreadsheet program and save it again, or save the sheet as CSV.",
        ) from error


def _rows(source: str, book: Any, name: str) -> list[list[str]]:
    import python_calamine

    try:
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise ReadError(
            f"Sheet `{name}` must be sound, and it cannot be read.",
            where=f"File: {source}.",
            hint="Open it in a spreadsheet program and save it again, or save the sheet as CSV.",
        ) from error
    return [[cell_text(cell) for cell in row] for row in rows]


def cell_text(cell: object) -> str:
    """Return a cell as text: dates as ISO, a ticked box as 1 and an empty one as 0, whole numbers without a point."""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return as_text(cell)


def _refuse_encrypted(source: str) -> NoReturn:
    raise ReadError(
        "An Excel file must be open to read, and this one is encrypted.",
        where=f"File: {source}.",
        hint="Open it with its password and save a copy without one.",
    )

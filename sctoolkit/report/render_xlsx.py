"""A report's tables as a workbook: cover, contents, notes, then one table a sheet from A1."""

from __future__ import annotations

import datetime
import io
import math
import re
from collections.abc import Iterable
from typing import Any

import xlsxwriter

from sctoolkit.disclosure.table import INTERVALS, Cell, Column, Table
from sctoolkit.report.document import Report
from sctoolkit.report.numbers import DIGITS, HIDDEN_MARK, released
from sctoolkit.report.safe_text import visible
from sctoolkit.report.sections.provenance import hidden_sentence
from sctoolkit.report.table_text import mark_notes
from sctoolkit.result import package_version

LONGEST_CELL = 32_000
NO_FORMULAS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}


def render_xlsx(report: Report) -> bytes:
    """Return a report's tables as an xlsx workbook, the same bytes for the same report.

    Laid out as the UK government's guidance on releasing statistics in spreadsheets has it: a cover, a list of
    contents, a sheet of notes, one table a sheet starting in A1 without merged cells, ``[c]`` for hidden figures,
    ``[x]`` for those that are not defined and ``[z]`` for those that do not apply. Texts are stored as texts, whatever
    they begin with. Numbers are unrounded and shown with few digits, except in rows where a number of people is hidden
    or a lower bound: there they are rounded.
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, dict(NO_FORMULAS))
    made = datetime.datetime(2000, 1, 1)
    book.set_properties({"title": visible(report.title), "author": "", "comments": "", "created": made})
    styles = _styles(book)
    tables = report.tables()
    names = sheet_names(table.id for table in tables)
    _cover(book, report, styles)
    _contents(book, tables, names, styles)
    _notes(book, report, tables, styles)
    for table, name in zip(tables, names, strict=True):
        _table(book.add_worksheet(name), table, report, styles)
    book.close()
    return buffer.getvalue()


def sheet_names(ids: Iterable[str]) -> list[str]:
    """Return sheet names: at most 31 plain characters, none twice, none reserved.

    Examples
    --------
    >>> sheet_names(["items-trust/1", "items-trust:1", "cover"])
    ['items-trust-1', 'items-trust-1-2', 'cover-2']
    """
    taken = {"cover", "contents", "notes", "history"}
    names = []
    for wanted in ids:
        base = re.sub(r"[^a-z0-9-]+", "-", wanted.casefold()).strip("-")[:31] or "table"
        name, number = base, 1
        while name in taken:
            number += 1
            name = f"{base[: 30 - len(str(number))]}-{number}"
        taken.add(name)
        names.append(name)
    return names


def _styles(book: Any) -> dict[str, Any]:
    font = {"font_name": "Arial", "font_size": 11, "valign": "top"}
    styles = {
        "text": book.add_format(font),
        "wrap": book.add_format({**font, "text_wrap": True}),
        "title": book.add_format({**font, "bold": True, "font_size": 16}),
        "head": book.add_format({**font, "bold": True, "text_wrap": True, "bottom": 1}),
        "head_number": book.add_format({**font, "bold": True, "text_wrap": True, "bottom": 1, "align": "right"}),
        "mark": book.add_format({**font, "align": "right"}),
    }
    for digits in range(7):
        code = "0" if digits == 0 else f"0.{'0' * digits}"
        styles[f"number{digits}"] = book.add_format({**font, "num_format": code, "align": "right"})
    styles["count"] = book.add_format({**font, "num_format": "#,##0", "align": "right"})
    return styles


def _write(sheet: Any, row: int, column: int, text: str, style: Any) -> None:
    """Write a text as a text."""
    sheet.write_string(row, column, visible(text)[:LONGEST_CELL], style)


def _cover(book: Any, report: Report, styles: dict[str, Any]) -> None:
    sheet = book.add_worksheet("cover")
    sheet.set_column(0, 0, 100)
    lines = [
        report.subtitle,
        "Simulated data: no person gave these answers; nothing here is a finding." if report.simulated else "",
        *(f"{entry.scale}: {' '.join(entry.sentences)}" for entry in report.summary),
        report.claim,
        hidden_sentence(report.log),
        f"Made with sctoolkit {package_version()}.",
    ]
    _write(sheet, 0, 0, report.title, styles["title"])
    for number, line in enumerate((line for line in lines if line), start=1):
        _write(sheet, number, 0, line, styles["wrap"])


def _contents(book: Any, tables: tuple[Table, ...], names: list[str], styles: dict[str, Any]) -> None:
    sheet = book.add_worksheet("contents")
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 90)
    _write(sheet, 0, 0, "Sheet", styles["head"])
    _write(sheet, 0, 1, "Table", styles["head"])
    for number, (table, name) in enumerate(zip(tables, names, strict=True), start=1):
        sheet.write_url(number, 0, f"internal:'{name}'!A1", styles["text"], name)
        _write(sheet, number, 1, table.caption, styles["wrap"])


def _notes(book: Any, report: Report, tables: tuple[Table, ...], styles: dict[str, Any]) -> None:
    sheet = book.add_worksheet("notes")
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 90)
    _write(sheet, 0, 0, "About", styles["head"])
    _write(sheet, 0, 1, "Note", styles["head"])
    notes = [
        ("[c]", "hidden to protect people"),
        ("[x]", "not defined for these answers"),
        ("45+", "45 or more: the exact number would tell how few people are missing from it"),
    ]
    notes += [
        (table.caption, note) for table in tables for note in (*mark_notes(table, report.log.preset), *table.notes)
    ]
    for number, (about, note) in enumerate(notes, start=1):
        _write(sheet, number, 0, about, styles["wrap"])
        _write(sheet, number, 1, note, styles["wrap"])


def _table(sheet: Any, table: Table, report: Report, styles: dict[str, Any]) -> None:
    """Write one table: heads in row 1, one row a row; an interval takes two columns."""
    place = 0
    for column in table.columns:
        labels = [f"{column.label}, low", f"{column.label}, high"] if column.kind in INTERVALS else [column.label]
        for label in labels:
            _write(sheet, 0, place, label, styles["head" if column.kind == "text" else "head_number"])
            sheet.set_column(place, place, 30 if column.kind == "text" else 13)
            place += 1
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(table.rows, start=1):
        place = 0
        for cell, column in zip(released(row, table.columns), table.columns, strict=True):
            for part in _parts(cell, column):
                _cell(sheet, number, place, part, column, styles)
                place += 1


def _parts(cell: Cell, column: Column) -> list[str | float | None]:
    if column.kind not in INTERVALS:
        value = HIDDEN_MARK if cell.hidden else cell.value
        if cell.state == "at_least":
            value = f"{cell.value}+"
        return [value if not isinstance(value, tuple) else None]
    if cell.hidden:
        return [HIDDEN_MARK, HIDDEN_MARK]
    return list(cell.value) if isinstance(cell.value, tuple) else [None, None]


def _cell(sheet: Any, row: int, place: int, value: str | float | None, column: Column, styles: dict[str, Any]) -> None:
    if value is None:
        value = "" if column.kind == "text" else "[z]"
    if isinstance(value, str):
        style = "wrap" if column.kind == "text" else "mark"
        _write(sheet, row, place, value, styles[style])
        return
    if not math.isfinite(value):
        _write(sheet, row, place, "[x]", styles["mark"])
        return
    digits = DIGITS[column.kind] if column.digits is None else column.digits
    style = "count" if column.kind == "count" else f"number{min(digits, 6)}"
    if column.kind == "plain" and column.digits is None and value != round(value):
        style = "number2"
    sheet.write_number(row, place, value, styles[style])

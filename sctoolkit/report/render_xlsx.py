"""A report's tables as a workbook: cover, contents, notes, then one table a sheet from A1."""

from __future__ import annotations

import datetime
import io
import math
import re
import textwrap
from collections.abc import Iterable
from typing import Any

import xlsxwriter

from sctoolkit.disclosure.table import INTERVALS, Cell, Column, Kind, Table
from sctoolkit.report.document import Report
from sctoolkit.report.numbers import DIGITS, HIDDEN_MARK, released
from sctoolkit.report.safe_text import visible
from sctoolkit.report.sections.provenance import hidden_sentence
from sctoolkit.report.table_text import mark_notes
from sctoolkit.result import package_version

LONGEST_CELL = 32_000
WIDEST, LINE = 66, 15
"""Width of the widest column, in characters; height of a line, in points."""
UNITS: dict[Kind, str] = {
    "count": "number of people",
    "percent": "percent",
    "score": "points",
    "proportion": "0 to 1",
    "proportion_interval": "0 to 1, low and high end",
    "p_value": "probability",
    "dof": "degrees of freedom",
    "interval": "low and high end",
}
LAYOUT = (
    "The sheet “contents” says what each other sheet holds, with the units of its columns; “notes” says what marks "
    "mean and how figures were made.",
    "Each sheet holds one table, which starts in cell A1. Figures are unrounded, except in rows where a number of "
    "people is hidden or a lower bound; cells show few digits.",
)
MARKS = (
    ("[c]", "hidden to protect people"),
    ("[x]", "not defined for these answers"),
    ("[z]", "does not apply to this row"),
    ("45+", "45 or more: the exact number would tell how few people are missing from it"),
)
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
        "link": book.add_format({**font, "font_color": "#12436D", "underline": 1}),
    }
    for digits in range(7):
        code = "0" if digits == 0 else f"0.{'0' * digits}"
        styles[f"number{digits}"] = book.add_format({**font, "num_format": code, "align": "right"})
    styles["count"] = book.add_format({**font, "num_format": "#,##0", "align": "right"})
    return styles


def _lines(text: str, width: float) -> int:
    """Return how many lines a text takes in a column; programs do not all find that out for themselves."""
    return max(1, len(textwrap.wrap(text, max(1, int(0.96 * width)))))


def _for_print(sheet: Any) -> None:
    """Print on A4, across, as wide as the page, with the heads on each page."""
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _list(sheet: Any, heads: list[str], widths: list[int], rows: list[list[str]], styles: dict[str, Any]) -> None:
    """Write a sheet of texts: heads that stay in sight, rows as tall as their texts."""
    for place, (head, width) in enumerate(zip(heads, widths, strict=True)):
        sheet.set_column(place, place, width)
        _write(sheet, 0, place, head, styles["head"])
    for number, row in enumerate(rows, start=1):
        sheet.set_row(number, LINE * max(_lines(text, width) for text, width in zip(row, widths, strict=True)))
        for place, text in enumerate(row):
            _write(sheet, number, place, text, styles["wrap"])
    sheet.freeze_panes(1, 0)
    _for_print(sheet)


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
        hidden_sentence(report.log).replace("`", "“", 1).replace("`", "”", 1),
        *LAYOUT,
        f"Made with sctoolkit {package_version()}.",
    ]
    sheet.set_row(0, 1.6 * LINE)
    _write(sheet, 0, 0, report.title, styles["title"])
    for number, line in enumerate((line for line in lines if line), start=1):
        sheet.set_row(number, LINE * _lines(line, 100) + 4)
        _write(sheet, number, 0, line, styles["wrap"])
    _for_print(sheet)


def _contents(book: Any, tables: tuple[Table, ...], names: list[str], styles: dict[str, Any]) -> None:
    sheet = book.add_worksheet("contents")
    rows = [
        [name, table.caption, "; ".join(_with_unit(column) for column in table.columns)]
        for table, name in zip(tables, names, strict=True)
    ]
    _list(sheet, ["Sheet", "Table", "Columns, with their units"], [24, 46, 86], rows, styles)
    for number, name in enumerate(names, start=1):
        sheet.write_url(number, 0, f"internal:'{name}'!A1", styles["link"], name)


def _with_unit(column: Column) -> str:
    """Return what a column holds and the unit of its figures."""
    unit = UNITS.get(column.kind, "")
    return column.label if not unit or unit in column.label.casefold() else f"{column.label} ({unit})"


def _notes(book: Any, report: Report, tables: tuple[Table, ...], styles: dict[str, Any]) -> None:
    sheet = book.add_worksheet("notes")
    notes = [[mark, meaning] for mark, meaning in MARKS]
    marked = [note for table in tables for note in mark_notes(table, report.log.preset) if note.startswith("[c]")]
    notes += [["All tables", note] for note in dict.fromkeys(marked)]
    notes += [[table.caption, note] for table in tables for note in table.notes]
    _list(sheet, ["About", "Note"], [46, 100], notes, styles)


def _table(sheet: Any, table: Table, report: Report, styles: dict[str, Any]) -> None:
    """Write one table: heads in row 1, one row a row; an interval takes two columns."""
    place, tallest = 0, 1
    widths = [_width(table, number) for number in range(len(table.columns))]
    for column, width in zip(table.columns, widths, strict=True):
        for label in _heads(column):
            _write(sheet, 0, place, label, styles["head" if column.kind == "text" else "head_number"])
            sheet.set_column(place, place, width)
            tallest = max(tallest, _lines(label, width - 2))
            place += 1
    sheet.set_row(0, LINE * tallest)
    sheet.freeze_panes(1, sum(column.row_header for column in table.columns[:1]))
    _for_print(sheet)
    for number, row in enumerate(table.rows, start=1):
        place = 0
        texts = [(c.text, w) for c, w, column in zip(row, widths, table.columns, strict=True) if column.kind == "text"]
        if (lines := max((_lines(text, width) for text, width in texts), default=1)) > 1:
            sheet.set_row(number, LINE * lines)
        for cell, column in zip(released(row, table.columns), table.columns, strict=True):
            for part in _parts(cell, column):
                _cell(sheet, number, place, part, column, styles)
                place += 1


def _heads(column: Column) -> list[str]:
    """Return the heads of a column: two of an interval, with the sign of percentages."""
    if column.kind in INTERVALS:
        return [f"{column.label}, low", f"{column.label}, high"]
    return [f"{column.label} (%)" if column.kind == "percent" and "%" not in column.label else column.label]


def _width(table: Table, place: int) -> float:
    """Return the width of a column in characters: that of its longest text or the longest word of its head."""
    column = table.columns[place]
    word = max((len(word) for head in _heads(column) for word in head.split()), default=0)
    if column.kind != "text":
        return float(max(11, word + 2))
    longest = max((len(cell.text) for cell in table.column(column.key)), default=0)
    return float(min(WIDEST, max(12, word + 2, longest + 3)))


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

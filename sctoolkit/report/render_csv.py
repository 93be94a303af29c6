"""A protected table as CSV for people: opens in a spreadsheet without any text becoming a formula."""

from __future__ import annotations

import csv
import io
import re

from sctoolkit.disclosure.table import INTERVALS, Cell, Table
from sctoolkit.report.numbers import HIDDEN_MARK, released
from sctoolkit.report.safe_text import visible

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?([eE][+-]?\d+)?%?")


def render_csv(table: Table, *, machine: bool = False) -> str:
    r"""Return a table as CSV text with unrounded numbers (see `released`) and ``[c]`` for hidden cells.

    Parameters
    ----------
    table : Table
        Protected table.
    machine : bool
        Whether to leave texts as they are: for programs, not for spreadsheets.

    Returns
    -------
    str
        Comma-separated, ``\r\n`` line ends as RFC 4180 has them; an interval takes two columns.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    guard = str if machine else escape_formula
    heads: list[str] = []
    for column in table.columns:
        double = column.kind in INTERVALS
        heads += [f"{column.label}, low", f"{column.label}, high"] if double else [column.label]
    writer.writerow([guard(visible(head)) for head in heads])
    for row in table.rows:
        fields: list[str] = []
        for cell, column in zip(released(row, table.columns), table.columns, strict=True):
            fields += _fields(cell, column.kind in INTERVALS)
        writer.writerow([guard(field) for field in fields])
    return buffer.getvalue()


def escape_formula(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula; plain numbers stay as they are.

    Examples
    --------
    >>> escape_formula("=1+1"), escape_formula("-99"), escape_formula("−1,234.5"), escape_formula("-1,234.5")
    ("'=1+1", '-99', '−1,234.5', '-1,234.5')
    """
    bare = text.lstrip(" ")
    if bare.startswith(_STARTS) and not (_NUMBER.fullmatch(bare) and any(sign.isdigit() for sign in bare)):
        return f"'{text}"
    return text


def _fields(cell: Cell, double: bool) -> list[str]:
    if cell.hidden:
        return [HIDDEN_MARK] * (2 if double else 1)
    if isinstance(cell.value, tuple):
        return [_plain(cell.value[0]), _plain(cell.value[1])]
    if double:
        return ["", ""]
    if cell.value is None or isinstance(cell.value, str):
        return [visible(cell.value or "")]
    return [f"{_plain(cell.value)}{'+' if cell.state == 'at_least' else ''}"]


def _plain(value: float | int) -> str:
    return "" if value != value else repr(value) if isinstance(value, int) else f"{value:.15g}"

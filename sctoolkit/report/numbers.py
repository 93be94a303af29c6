"""How a figure is written: digits, signs, p-values, and the marks for what is absent or hidden."""

from __future__ import annotations

import math
import re
from dataclasses import replace

from sctoolkit.disclosure.table import Cell, Column, Kind

HIDDEN_MARK = "[c]"
ABSENT_MARK = "n/a"
MINUS = "−"

DIGITS: dict[Kind, int] = {
    "proportion_interval": 2,
    "count": 0,
    "percent": 0,
    "score": 2,
    "number": 2,
    "proportion": 2,
    "p_value": 3,
    "dof": 1,
    "interval": 2,
    "plain": 0,
    "text": 0,
}


def format_cell(cell: Cell, column: Column) -> str:
    """Return a cell as people read it.

    Examples
    --------
    >>> format_cell(Cell(0.0004), Column("p", "p", "p_value"))
    '<.001'
    >>> format_cell(Cell(None, state="hidden"), Column("n", "People", "count"))
    '[c]'
    >>> format_cell(Cell(45, state="at_least"), Column("n", "People", "count"))
    '45+'
    """
    if cell.hidden:
        return HIDDEN_MARK
    if cell.value is None:
        return ""
    if isinstance(cell.value, str):
        return cell.value
    if isinstance(cell.value, tuple):
        digits = 2 if column.digits is None else column.digits
        bounded = column.kind == "proportion_interval"
        return format_interval(*cell.value, digits=digits, kind="proportion" if bounded else "number")
    text = format_number(float(cell.value), column.kind, column.digits)
    return f"{text}+" if cell.state == "at_least" else text


def released(row: tuple[Cell, ...], columns: tuple[Column, ...]) -> tuple[Cell, ...]:
    """Return a row as files may hold it: unrounded, or with the digits of the page where a count is a lower bound.

    Where a number of people is hidden or a lower bound, an exact mean, spread and interval would tell it.

    Examples
    --------
    >>> columns = (Column("n", "People", "count"), Column("m", "Mean", "score"))
    >>> released((Cell(45, state="at_least"), Cell(3.14159)), columns)[1].value
    3.14
    """
    if all(cell.state == "shown" for cell, column in zip(row, columns, strict=True) if column.kind == "count"):
        return row
    return tuple(_rounded(cell, column) for cell, column in zip(row, columns, strict=True))


def _rounded(cell: Cell, column: Column) -> Cell:
    digits = DIGITS[column.kind] if column.digits is None else column.digits
    if isinstance(cell.value, float):
        return replace(cell, value=round(cell.value, digits))
    if isinstance(cell.value, tuple):
        return replace(cell, value=(round(cell.value[0], digits), round(cell.value[1], digits)))
    return cell


def format_number(value: float, kind: Kind = "number", digits: int | None = None) -> str:
    """Return a number in the manner of its kind.

    Parameters
    ----------
    value : float
        Unrounded; nan gives ``n/a``.
    kind : str
        ``count`` has thousands separators; ``percent`` a percent sign; ``p_value`` and ``proportion`` (reliabilities,
        loadings, correlations: at most 1 in size) have no zero before the point.
    digits : int or None
        Digits behind the point; None for those of the kind.

    Examples
    --------
    >>> format_number(1234.0, "count"), format_number(0.791, "proportion"), format_number(-0.2846)
    ('1,234', '.79', '−0.28')
    """
    if math.isnan(value):
        return ABSENT_MARK
    places = DIGITS[kind] if digits is None else digits
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    if kind == "p_value":
        return _p_value(value, places)
    if kind == "dof" and digits is None and value == round(value):
        places = 0
    if kind == "plain" and digits is None:
        return f"{value:g}".replace("-", MINUS)
    text = f"{abs(value):,.{places}f}"
    if kind == "proportion" and text.startswith("0."):
        text = text[1:]
    if kind == "percent":
        text = f"{text}%"
    negative = value < 0 and any(digit in "123456789" for digit in text)
    return f"{MINUS}{text}" if negative else text


def format_signed(value: float, digits: int = 2) -> str:
    """Return a change with its sign.

    Examples
    --------
    >>> format_signed(0.284), format_signed(-0.284), format_signed(0.001)
    ('+0.28', '−0.28', '0.00')
    """
    text = format_number(value, "number", digits)
    return f"+{text}" if value > 0 and any(digit in "123456789" for digit in text) else text


def format_interval(low: float, high: float, *, digits: int = 2, kind: Kind = "number") -> str:
    """Return an interval in words, which reads well also with negative bounds and with open ends.

    Examples
    --------
    >>> format_interval(-0.05, 0.512), format_interval(-math.inf, math.inf), format_interval(0.1, math.inf)
    ('−0.05 to 0.51', 'any size', '0.10 or more')
    """
    if math.isnan(low) and math.isnan(high):
        return ABSENT_MARK
    if math.isinf(low) and math.isinf(high):
        return "any size"
    if math.isinf(low) or math.isinf(high):
        bound, side = (high, "less") if math.isinf(low) else (low, "more")
        return f"{format_number(bound, kind, digits)} or {side}"
    return f"{format_number(low, kind, digits)} to {format_number(high, kind, digits)}"


def with_minus(sentence: str) -> str:
    """Return a sentence in which numbers below zero have a minus sign for their hyphen; ranges keep theirs.

    Examples
    --------
    >>> with_minus("-0.48 and -0.61 points on a 1-5 scale")
    '−0.48 and −0.61 points on a 1-5 scale'
    """
    return re.sub(r"(?<![\w.])-(?=\.?\d)", MINUS, sentence)


def format_people(cell: Cell, *, one: str = "person", many: str = "people") -> str:
    """Return a number of people in words, also where it is hidden or a lower bound.

    Examples
    --------
    >>> format_people(Cell(37)), format_people(Cell(45, state="at_least"))
    ('37 people', 'at least 45 people')
    """
    if cell.hidden or math.isnan(cell.number):
        return f"a number of {many} that is not shown"
    count = format_number(cell.number, "count")
    lead = "at least " if cell.state == "at_least" else "about " if cell.state == "rounded" else ""
    return f"{lead}{count} {one if cell.number == 1 else many}"


def _p_value(value: float, places: int) -> str:
    smallest = 10.0**-places
    if value < smallest:
        return f"<{smallest:.{places}f}".replace("0.", ".")
    if value > 1 - smallest / 2:
        return f">{1 - smallest:.{places}f}".replace("0.", ".")
    return f"{value:.{places}f}".removeprefix("0")

"""What one cell of a programme table may hold: text, a number, a count, a date, or a word of a list."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np
import pandas as pd

from sctoolkit.errors import closest

Kind = Literal["text", "number", "count", "date", "month", "choice"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: what a cell must hold.

    ``blank`` allows an empty cell, ``absent`` allows the whole column to be missing; ``keeps_precision`` adds a column
    that says how precisely a date was written (day, month or year).
    """

    name: str
    kind: Kind
    meaning: str
    blank: bool = False
    absent: bool = False
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    keeps_precision: bool = False


def bare_cell(value: Any) -> Any:
    """Return a cell as stripped text, a timestamp, or None when it is empty."""
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)) or value is pd.NA:
        return None
    if isinstance(value, (pd.Timestamp, date)):
        return pd.Timestamp(value)
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        value = int(value)
    text = str(value).strip()
    return text or None


def parse_cell(cell: Any, column: Column) -> Any:
    """Return a cell in the column's kind.

    Raises
    ------
    ValueError
        With a sentence that says what the cell must hold and what it holds.
    """
    if column.kind in {"date", "month"}:
        return parse_date(cell)[0]
    text = str(cell)
    if column.kind == "text":
        return text
    if column.kind == "choice":
        if text.casefold() in column.choices:
            return text.casefold()
        raise ValueError(
            " ".join([f"must be one of {', '.join(column.choices)}, not `{text}`", *near_word(text, column.choices)])
        )
    try:
        number = float(text.replace("\u2212", "-"))
    except ValueError:
        raise ValueError(f"must be a number, not `{text}`") from None
    if not np.isfinite(number):
        raise ValueError(f"must be a finite number, not `{text}`")
    if column.kind == "count" and not number.is_integer():
        raise ValueError(f"must be a whole number, not `{text}`")
    if column.minimum is not None and number < column.minimum:
        raise ValueError(f"must be at least {column.minimum:g}, not `{text}`")
    return number


def near_word(text: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return a question naming the nearest known word, if one is near."""
    near = closest(text, known)
    return (f"(did you mean `{near}`?)",) if near else ()


def parse_date(cell: Any) -> tuple[pd.Timestamp, str]:
    """Return the first day that a written date can mean, and its precision: day, month or year.

    Examples
    --------
    >>> parse_date("2024-03")
    (Timestamp('2024-03-01 00:00:00'), 'month')
    """
    if isinstance(cell, pd.Timestamp):
        return cell.normalize(), "day"
    text = str(cell).split(" ")[0].split("T")[0]
    matched = re.fullmatch(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", text)
    if matched is None:
        raise ValueError(f"must be a date written year-month-day such as 2024-03-15, not `{cell}`")
    year, month, day = matched.groups()
    try:
        stamp = pd.Timestamp(date(int(year), int(month or 1), int(day or 1)))
    except ValueError:
        raise ValueError(f"must be a day that exists, not `{cell}`") from None
    return stamp, "day" if day else "month" if month else "year"


def date_precision(cell: Any) -> str | None:
    """Return how precisely a date is written, or None where it is not a date."""
    try:
        return parse_date(cell)[1]
    except ValueError:
        return None

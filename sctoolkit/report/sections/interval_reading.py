"""What a row with an interval says: clear or not, in the words of its section."""

from __future__ import annotations

import math
from collections.abc import Mapping

from sctoolkit.disclosure.table import Cell
from sctoolkit.report.numbers import format_interval, format_signed
from sctoolkit.report.words import phrase


def interval_reading(row: Mapping[str, Cell], named: str, *, clear: str, unclear: str) -> str:
    """Return the name and side of a row with the phrase that its interval bears out; empty where it is hidden.

    Parameters
    ----------
    row : mapping of str to Cell
        With ``estimate``, ``interval``, the column ``named`` and perhaps ``side``; protected.
    named : str
        Column of the name.
    clear, unclear : str
        Keys of the phrases for an interval without and with zero.
    """
    value, (low, high) = row["estimate"].number, row["interval"].bounds
    if math.isnan(value) or math.isnan(low):
        return ""
    name = ", ".join(part for part in (row[named].text, row["side"].text if "side" in row else "") if part)
    key = unclear if low <= 0.0 <= high else clear
    return f"{name}: {phrase(key, size=format_signed(value), interval=format_interval(low, high))}"

"""Result -> table: what every result can be shown as, and where a result gets a table of its own."""

from __future__ import annotations

import math
from functools import singledispatch
from typing import Any

from sctoolkit.disclosure.table import Column, Kind, Row, Table, Value, key_of, make_table
from sctoolkit.result import Result

COLUMNS: dict[str, tuple[str, Kind]] = {
    "lhs": ("", "text"),
    "op": ("", "text"),
    "rhs": ("", "text"),
    "scale": ("Scale", "text"),
    "item": ("Item", "text"),
    "wave": ("Wave", "text"),
    "side": ("Side", "text"),
    "group": ("Group", "text"),
    "level": ("Level", "text"),
    "term": ("Term", "text"),
    "estimand": ("Estimand", "text"),
    "estimator": ("Estimator", "text"),
    "role": ("Role", "text"),
    "estimate": ("Estimate", "number"),
    "std_error": ("Standard error", "number"),
    "statistic": ("Statistic", "number"),
    "dof": ("df", "dof"),
    "p_value": ("p", "p_value"),
    "std_all": ("Standardised", "number"),
    "n_obs": ("People", "count"),
    "n_clusters": ("Organisations", "plain"),
    "method": ("Method", "text"),
}
"""Heading and kind of each column of the tidy vocabulary; the ends of an interval become one column."""

PEOPLE = ("wave", "side", "group")
"""Columns that say which people a row is about; the others say what was asked of them."""


@singledispatch
def to_table(result: Result, *, id: str = "", caption: str = "") -> Table:
    """Return a result as a table, unrounded and before disclosure control.

    Any result has one, made from ``tidy()``; types with a table of their own register it:
    ``@to_table.register``.

    Parameters
    ----------
    result : Result
        Any result of sctoolkit.
    id, caption : str
        Name and caption; made from the result when empty.

    Notes
    -----
    Each row must know how many people it is about: ``n_obs`` of the row, else ``provenance.n_used``. A row with neither
    is counted as about nobody, and disclosure control hides its figures.
    """
    frame = result.tidy()
    records = frame.to_dict("records")
    used = {str(name) for name in frame.columns}
    levels = [float(row["ci_level"]) for row in records if _known(row.get("ci_level"))]
    level = levels[0] if levels else 0.95
    columns = [
        Column(name, label or name, kind, row_header=name == _first(used), print_only_if_used=True)
        for name, (label, kind) in COLUMNS.items()
        if name in used
    ]
    if {"ci_low", "ci_high"} <= used:
        after = next((number for number, column in enumerate(columns) if column.key == "std_error"), None)
        place = len(columns) if after is None else after + 1
        columns.insert(place, Column("interval", f"{100 * level:g}% interval", "interval", print_only_if_used=True))
    name = id or type(result).__name__.casefold()
    title = caption or result.provenance.analysis or type(result).__name__
    return make_table(name, title, columns, [_row(row, result, name) for row in records])


def _first(used: set[str]) -> str:
    return next((name for name in ("scale", "item", "lhs", "level", "term", "estimand", "wave") if name in used), "")


def _row(row: dict[Any, Any], result: Result, name: str) -> Row:
    values: dict[str, Any] = {}
    for key in COLUMNS:
        value = row.get(key)
        values[key] = _value(value, COLUMNS[key][1])
    low, high = (float(row[key]) if _known(row.get(key)) else math.nan for key in ("ci_low", "ci_high"))
    if not (math.isnan(low) and math.isnan(high)):
        values["interval"] = (low, high)
    n = int(row["n_obs"]) if _known(row.get("n_obs")) else (result.provenance.n_used or 0)
    people = {key: row.get(key) if _known(row.get(key)) else None for key in PEOPLE}
    used = "|".join(str(row[key]) for key in ("scale", "item", "estimator") if _known(row.get(key)))
    return Row(values, key_of({**people, f"{name}:{used}": n}), n)


def _value(value: object, kind: Kind) -> Value:
    if not _known(value):
        return None if kind in ("text", "plain", "count", "dof", "p_value") else math.nan
    if kind == "text":
        return str(value)
    return int(float(str(value))) if kind == "count" else float(str(value))


def _known(value: object) -> bool:
    return value is not None and value == value and str(value) not in ("", "nan", "<NA>", "None")

"""What a picture shows, in words made from its protected table."""

from __future__ import annotations

from sctoolkit.disclosure.table import Table
from sctoolkit.report.numbers import HIDDEN_MARK, format_cell
from sctoolkit.report.table_text import without_constants

LONGEST = 12
"""Rows told one by one; the rest is left to the table below the picture."""


def describe_rows(table: Table) -> str:
    """Return the table row by row in words, so that nothing in a picture is lost to those who do not see it.

    Examples
    --------
    >>> from sctoolkit.disclosure.table import Column, Row, make_table
    >>> describe_rows(make_table("t", "T", [Column("s", "Scale"), Column("m", "Mean", "score")],
    ...                          [Row({"s": "Trust", "m": 3.119})]))
    'Trust: Mean 3.12.'
    """
    shown = without_constants(table)
    sentences = []
    for row in shown.rows[:LONGEST]:
        cells = [(cell, column, format_cell(cell, column)) for cell, column in zip(row, shown.columns, strict=True)]
        names = ", ".join(written for _, column, written in cells if column.kind == "text" and written)
        figures = "; ".join(
            f"{column.label} {_spoken(written)}" for _, column, written in cells if column.kind != "text" and written
        )
        sentences.append(f"{names}: {figures}." if names and figures else f"{names or figures}.")
    if len(table.rows) > LONGEST:
        sentences.append(f"{len(table.rows) - LONGEST} more rows stand in the table.")
    return " ".join(sentences)


def _spoken(text: str) -> str:
    return "not shown" if text == HIDDEN_MARK else text

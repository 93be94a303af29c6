"""Change per scale: a dot with its interval, one row a side."""

from __future__ import annotations

from matplotlib.figure import Figure as Canvas

from sctoolkit.report.document import Figure
from sctoolkit.report.figures.intervals import Mark, interval_rows
from sctoolkit.report.numbers import HIDDEN_MARK, format_interval, format_signed

EVERYBODY = "all"
"""How the row of a scale is named where all people stand together; then the scale itself names it."""


def picture(figure: Figure, narrow: bool) -> Canvas:
    """Draw columns ``scale``, ``row``, ``estimate`` and ``interval`` of the table."""
    value, interval = str(figure.settings.get("value", "estimate")), str(figure.settings.get("interval", "interval"))
    raw_digits = figure.settings.get("digits", 2)
    digits = raw_digits if isinstance(raw_digits, int) else 2
    unit = str(figure.settings.get("unit", ""))
    rows = figure.shown.records()
    looks = list(dict.fromkeys(row["row"].text for row in rows))
    alone = looks == [EVERYBODY]
    marks = []
    for row in rows:
        estimate, (low, high) = row[value].number, row[interval].bounds
        hidden = row[value].hidden
        written = (
            f"{HIDDEN_MARK} hidden"
            if hidden
            else (f"{format_signed(estimate, digits)}{unit}  ({format_interval(low, high, digits=digits)})")
        )
        name, scale = row["row"].text, row["scale"].text
        label, group = (scale, "") if alone else (name, scale)
        marks.append(Mark(label, estimate, low, high, written, looks.index(name), group))
    every = [v for row in figure.table.records() for v in (row[value].number, *row[interval].bounds)]
    label = str(figure.settings.get("axis", "Change in points"))
    return interval_rows(marks, narrow, axis_label=label, reach=every)

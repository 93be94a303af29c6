"""Several estimates of one quantity (estimators, organisations, studies) with a summary row."""

from __future__ import annotations

from matplotlib.figure import Figure as Canvas

from sctoolkit.report.document import Figure
from sctoolkit.report.figures.intervals import Mark, interval_rows
from sctoolkit.report.numbers import HIDDEN_MARK, format_interval, format_number


def picture(figure: Figure, narrow: bool) -> Canvas:
    """Draw columns ``label``, ``estimate`` and ``interval``; rows named in the setting ``summary`` stand out.

    The setting ``headings`` names columns whose texts head the rows that share them; ``beside`` names a column whose
    figure is shown as a hollow mark in the same row.
    """
    above, beside = figure.settings.get("headings", ()), str(figure.settings.get("beside", ""))
    headings = tuple(map(str, above)) if isinstance(above, (tuple, list)) else ()
    strong = figure.settings.get("summary", ())
    names = set(strong) if isinstance(strong, (tuple, list, frozenset)) else {str(strong)}
    marks = []
    for row in figure.shown.records():
        name, (low, high) = row["label"].text, row["interval"].bounds
        written = (
            HIDDEN_MARK
            if row["estimate"].hidden
            else (f"{format_number(row['estimate'].number)}  ({format_interval(low, high)})")
        )
        told = ", ".join(row[key].text for key in headings if key in row and row[key].text)
        other = row[beside].number if beside in row else float("nan")
        look = 1 if name in names else 0
        marks.append(Mark(name, row["estimate"].number, low, high, written, look, told, name in names, other))
    zero = figure.settings.get("zero", 0.0)
    return interval_rows(
        marks,
        narrow,
        axis_label=str(figure.settings.get("axis", "Estimate")),
        zero=float(zero) if isinstance(zero, (int, float)) else None,
    )

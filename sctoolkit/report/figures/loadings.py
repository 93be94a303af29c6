"""Which item belongs to which factor: loadings as shaded cells with their numbers."""

from __future__ import annotations

import math

from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Rectangle

from sctoolkit.report.document import Figure
from sctoolkit.report.figures.canvas import HIDDEN_FACE, INK, PAPER, between, canvas, text, wrap
from sctoolkit.report.numbers import HIDDEN_MARK, format_number

DEEPEST = 0.55
"""Depth of the shade of a loading of 1: as deep as dark numbers can still be read on."""


def picture(figure: Figure, narrow: bool) -> Canvas:
    """Draw column ``item`` and one column a factor (keys ``factor:...``); shades go with the size of the numbers."""
    factors = [column for column in figure.shown.columns if column.key.startswith("factor:")]
    rows = figure.shown.records()
    step = 0.36 if narrow else 0.27
    height = step * len(rows) + 0.45
    drawn = canvas(narrow, height)
    left = 0.47 if narrow else 0.44
    axes = drawn.add_axes((left, 0.02 / height, 0.99 - left, 1 - 0.42 / height))
    axes.set(xlim=(0, max(len(factors), 1)), ylim=(max(len(rows), 1), 0))
    axes.set_axis_off()
    for down, row in enumerate(rows):
        axes.text(
            -0.08,
            down + 0.5,
            wrap(row["item"].text, 23 if narrow else 48, 2 if narrow else 1),
            ha="right",
            va="center",
            fontsize=9,
        )
        for across, column in enumerate(factors):
            value = row[column.key].number
            known = math.isfinite(value)
            end = "#12436D" if value >= 0 else "#F46A25"
            shade = between("#ffffff", end, DEEPEST * min(abs(value), 1.0)) if known else HIDDEN_FACE
            axes.add_patch(Rectangle((across, down), 1, 1, facecolor=shade, edgecolor=PAPER, linewidth=2))
            written = format_number(value, "proportion") if known else HIDDEN_MARK
            axes.text(
                across + 0.5,
                down + 0.5,
                written,
                ha="center",
                va="center",
                color=INK,
                fontsize=9,
                weight="bold" if known and abs(value) >= 0.4 else "normal",
            )
    for across, column in enumerate(factors):
        axes.text(across + 0.5, -0.25, text(column.label, 14), ha="center", va="bottom", fontsize=9)
    return drawn

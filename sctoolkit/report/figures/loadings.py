"""Which item belongs to which factor: loadings as shaded cells with their numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Rectangle

from sctoolkit.disclosure.table import Cell, Column
from sctoolkit.report.document import Figure
from sctoolkit.report.figures.canvas import HIDDEN_FACE, INK, PAPER, between, canvas, text, wrap
from sctoolkit.report.numbers import HIDDEN_MARK, format_number

DEEPEST = 0.55
"""Depth of the shade of a loading of 1: as deep as dark numbers can still be read on."""


MANY = 5
"""More factors than this are named by their numbers, and only loadings of `WORTH_READING` or more are written out."""
WORTH_READING = 0.2


def picture(figure: Figure, narrow: bool) -> Canvas:
    """Draw column ``item`` and one column a factor (keys ``factor:...``); shades go with the size of the numbers.

    Items of one ``scale``, where there is such a column, stand together below its name.
    """
    factors = [column for column in figure.shown.columns if column.key.startswith("factor:")]
    rows = figure.shown.records()
    names = [row["scale"].text if "scale" in row else "" for row in rows]
    heads = [bool(name) and (at == 0 or name != names[at - 1]) for at, name in enumerate(names)]
    step = 0.36 if narrow else 0.27
    total = len(rows) + sum(heads)
    height = step * total + 0.45
    drawn = canvas(narrow, height)
    left = 0.47 if narrow else 0.44
    axes = drawn.add_axes((left, 0.02 / height, 0.99 - left, 1 - 0.42 / height))
    axes.set(xlim=(0, max(len(factors), 1)), ylim=(max(total, 1), 0))
    axes.set_axis_off()
    down = 0
    for row, name, head in zip(rows, names, heads, strict=True):
        if head:
            across = axes.get_yaxis_transform()
            start = -left / (0.99 - left)
            axes.text(start, down + 0.55, text(name, 60), transform=across, va="center", weight="bold", fontsize=9)
            down += 1
        _row(axes, row, factors, down, narrow)
        down += 1
    few = len(factors) <= MANY
    for place, column in enumerate(factors):
        label = text(column.label if few else column.label.split(" ")[-1], 14)
        axes.text(place + 0.5, -0.25, label, ha="center", va="bottom", fontsize=9)
    return drawn


def _row(axes: Axes, row: Mapping[str, Cell], factors: Sequence[Column], down: int, narrow: bool) -> None:
    """Draw the loadings of one item."""
    label = wrap(row["item"].text, 23 if narrow else 48, 2 if narrow else 1)
    axes.text(-0.08, down + 0.5, label, ha="right", va="center", fontsize=9)
    many = len(factors) > MANY
    for across, column in enumerate(factors):
        value = row[column.key].number
        known = math.isfinite(value)
        end = "#12436D" if value >= 0 else "#F46A25"
        shade = between("#ffffff", end, DEEPEST * min(abs(value), 1.0)) if known else HIDDEN_FACE
        axes.add_patch(Rectangle((across, down), 1, 1, facecolor=shade, edgecolor=PAPER, linewidth=2))
        if many and known and abs(value) < WORTH_READING:
            continue
        axes.text(
            across + 0.5,
            down + 0.5,
            format_number(value, "proportion") if known else HIDDEN_MARK,
            ha="center",
            va="center",
            color=INK,
            fontsize=7.5 if many and narrow else 9,
            weight="bold" if known and abs(value) >= 0.4 else "normal",
        )

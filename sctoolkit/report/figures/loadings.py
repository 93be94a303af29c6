"""Which item belongs to which factor: a heat map of loadings with their numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Rectangle

from sctoolkit.disclosure.table import Cell, Column
from sctoolkit.report.document import Figure
from sctoolkit.report.figures.canvas import HIDDEN_FACE, PALETTE, PAPER, between, canvas, ink_on, text, wrap
from sctoolkit.report.numbers import HIDDEN_MARK, format_number

DEEPEST = 0.8
"""Depth of the shade of a loading of 1."""
MANY = 5
"""More factors than this are named by their numbers, and only loadings of `WORTH_READING` or more are written out."""
WORTH_READING = 0.2
SHADES = LinearSegmentedColormap.from_list(
    "loadings", [between(PAPER, PALETTE[1], DEEPEST), PAPER, between(PAPER, PALETTE[0], DEEPEST)]
)
"""Loadings of -1 to 1: orange below zero, blue above."""


def picture(figure: Figure, narrow: bool) -> Canvas:
    """Draw column ``item`` and one column a factor (keys ``factor:...``); shades go with the size of the numbers.

    Items of one ``scale``, where there is such a column, stand together below its name.
    """
    factors = [column for column in figure.shown.columns if column.key.startswith("factor:")]
    rows = figure.shown.records()
    names = [row["scale"].text if "scale" in row else "" for row in rows]
    lines: list[str | Mapping[str, Cell]] = []
    for at, (row, name) in enumerate(zip(rows, names, strict=True)):
        lines += [name, row] if name and (at == 0 or name != names[at - 1]) else [row]
    height = (0.36 if narrow else 0.27) * len(lines) + 0.45
    drawn = canvas(narrow, height)
    left = 0.47 if narrow else 0.44
    axes = drawn.add_axes((left, 0.02 / height, 0.99 - left, 1 - 0.42 / height))
    if factors and lines:
        _cells(axes, lines, factors, narrow)
    axes.set(xlim=(0, max(len(factors), 1)), ylim=(max(len(lines), 1), 0))
    axes.set_axis_off()
    start, across = -left / (0.99 - left), axes.get_yaxis_transform()
    for down, line in enumerate(lines):
        if isinstance(line, str):
            axes.text(start, down + 0.55, text(line, 60), transform=across, va="center", weight="bold", fontsize=9)
        else:
            label = wrap(line["item"].text, 23 if narrow else 48, 2 if narrow else 1)
            axes.text(-0.015, down + 0.5, label, transform=across, ha="right", va="center", fontsize=9)
    for place, column in enumerate(factors):
        label = text(column.label if len(factors) <= MANY else column.label.split(" ")[-1], 14)
        axes.text(place + 0.5, -0.25, label, ha="center", va="bottom", fontsize=9)
    return drawn


def _cells(axes: Axes, lines: Sequence[str | Mapping[str, Cell]], factors: Sequence[Column], narrow: bool) -> None:
    """Draw the loadings of all items; the lines of headings stay empty, hidden loadings are marked."""
    values = np.array(
        [[math.nan if isinstance(line, str) else line[c.key].number for c in factors] for line in lines]
    )  # fmt: skip
    many = len(factors) > MANY
    look: dict[str, Any] = {"linewidths": 2, "linecolor": PAPER, "cbar": False, "xticklabels": False}
    sns.heatmap(values, vmin=-1, vmax=1, cmap=SHADES, mask=np.isnan(values), ax=axes, yticklabels=False, **look)
    for down, across in np.ndindex(values.shape):
        value, known = float(values[down, across]), bool(np.isfinite(values[down, across]))
        if isinstance(lines[down], str) or (many and known and abs(value) < WORTH_READING):
            continue
        if not known:
            axes.add_patch(Rectangle((across, down), 1, 1, facecolor=HIDDEN_FACE, edgecolor=PAPER, linewidth=2))
        shade = between(PAPER, PALETTE[0 if value > 0 else 1], DEEPEST * min(abs(value), 1.0)) if known else HIDDEN_FACE
        axes.text(
            across + 0.5,
            down + 0.5,
            format_number(value, "proportion") if known else HIDDEN_MARK,
            ha="center",
            va="center",
            color=ink_on(shade),
            fontsize=7.5 if many and narrow else 9,
            weight="bold" if known and abs(value) >= 0.4 else "normal",
        )

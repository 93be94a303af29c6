"""Rows of a dot with its interval, which the pictures of change and of several estimates share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D

from sctoolkit.report.figures.canvas import GREY, INK, PALETTE, PAPER, Segment, canvas, dots, segments, text, wrap

PLATE: dict[str, Any] = {"facecolor": PAPER, "edgecolor": "none", "pad": 1.0}
"""Ground of a text that would be crossed by the line of no change."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One row: its label, its figures (nan where hidden), what is written beside it, and its look.

    ``beside`` is a second figure of the row, drawn as a hollow mark; nan where there is none.
    """

    label: str
    estimate: float
    low: float
    high: float
    written: str
    look: int = 0
    group: str = ""
    strong: bool = False
    beside: float = math.nan


def interval_rows(
    marks: Sequence[Mark], narrow: bool, *, axis_label: str, zero: float | None = 0.0, reach: Sequence[float] = ()
) -> Canvas:
    """Return rows of dots with intervals; rows of one group stand together below its name.

    The axis holds all rows, and the values in ``reach``, so that parts of one picture have the same axis.
    """
    step, head = (0.46, 0.34) if narrow else (0.32, 0.32)
    places: list[float] = []
    heads: list[tuple[float, str]] = []
    y = 0.06
    for number, mark in enumerate(marks):
        if mark.group and (number == 0 or mark.group != marks[number - 1].group):
            y += 0.16 if number else 0.0
            heads.append((y + head / 2, mark.group))
            y += head
        places.append(y + step * (0.68 if narrow else 0.5))
        y += step
    y += 0.08
    height = y + 0.56
    drawn = canvas(narrow, height)
    left, right = (0.04, 0.04) if narrow else (0.27, 0.25)
    axes = drawn.add_axes((left, 0.54 / height, 1 - left - right, y / height))
    figures = [v for mark in marks for v in (mark.low, mark.high, mark.estimate, mark.beside)]
    _frame(axes, [*figures, *reach], y, axis_label, zero)
    for mark, place in zip(marks, places, strict=True):
        _label(axes, mark, place, narrow, step)
    for look, strong in dict.fromkeys((mark.look, mark.strong) for mark in marks):
        alike = [(m, place) for m, place in zip(marks, places, strict=True) if (m.look, m.strong) == (look, strong)]
        _draw(axes, alike, look, 8 if strong else 7)
    for place, name in heads:
        axes.text(
            0 if narrow else -left / (1 - left - right),
            place,
            text(name, 50 if narrow else 80),
            fontsize=9 if narrow else 9.5,
            transform=axes.get_yaxis_transform(),
            weight="bold",
            va="center",
            ha="left",
            bbox=PLATE,
        )
    return drawn


def _frame(axes: Axes, figures: Sequence[float], bottom: float, axis_label: str, zero: float | None) -> None:
    """Set limits, grid and the line of no change."""
    values = [value for value in figures if math.isfinite(value)]
    values += [] if zero is None else [zero]
    low, high = (min(values), max(values)) if values else (-1.0, 1.0)
    pad = 0.08 * (high - low) or 0.5
    axes.set_xlim(low - pad, high + pad)
    axes.set_ylim(bottom, 0)
    axes.set_yticks([])
    axes.grid(axis="x")
    axes.set_xlabel(text(axis_label, 80))
    if zero is not None:
        axes.axvline(zero, color=GREY, linewidth=1.1, zorder=1)


def _label(axes: Axes, mark: Mark, place: float, narrow: bool, step: float) -> None:
    """Write what a row is and its figures: beside the dot, or above it on a phone."""
    weight = "bold" if mark.strong else "normal"
    across = axes.get_yaxis_transform()
    if narrow:
        above = place - step * 0.42
        small: dict[str, Any] = {"transform": across, "va": "center", "fontsize": 8.5, "bbox": PLATE}
        axes.text(0, above, text(mark.label, 34), ha="left", weight=weight, **small)
        axes.text(1, above, mark.written, ha="right", color=INK, **small)
    else:
        label = wrap(mark.label, 25, 2)
        size = 8.2 if "\n" in label else 9.5
        look: dict[str, Any] = {"transform": across, "va": "center", "ha": "right", "weight": weight}
        axes.text(-0.03, place, label, fontsize=size, linespacing=1.0, **look)
        axes.text(1.03, place, mark.written, transform=across, va="center", ha="left", weight=weight)


def _draw(axes: Axes, marks: Sequence[tuple[Mark, float]], look: int, size: float) -> None:
    """Draw the dots and intervals of one look; a dotted line where a figure is not shown."""
    known = [(mark, place) for mark, place in marks if math.isfinite(mark.estimate)]
    spans: list[Segment] = [
        ((m.low, place), (m.high, place)) for m, place in known if math.isfinite(m.low) and math.isfinite(m.high)
    ]
    segments(axes, spans, PALETTE[look % len(PALETTE)], 2.2, capstyle="round", zorder=2)
    other = [(mark.beside, place) for mark, place in known if math.isfinite(mark.beside)]
    if other:
        hollow = Line2D(*zip(*other, strict=True), linestyle="none", marker="o", markersize=6, zorder=2.5)
        hollow.set(markerfacecolor="none", markeredgecolor=GREY, markeredgewidth=1.1)
        axes.add_artist(hollow)
    dots(axes, [mark.estimate for mark, _ in known], [place for _, place in known], look, size)
    unknown: list[Segment] = [((0, place), (1, place)) for m, place in marks if not math.isfinite(m.estimate)]
    dotted = {"linestyles": [(0, (1, 3))], "transform": axes.get_yaxis_transform(), "zorder": 1}
    segments(axes, unknown, GREY, 1, **dotted)

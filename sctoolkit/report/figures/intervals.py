"""Rows of a dot with its interval, which the pictures of change and of several estimates share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from sctoolkit.report.figures.canvas import GREY, INK, MARKERS, PALETTE, canvas, text, wrap


@dataclass(frozen=True, slots=True)
class Mark:
    """One row: its label, its figures (nan where hidden), what is written beside it, and its look."""

    label: str
    estimate: float
    low: float
    high: float
    written: str
    look: int = 0
    group: str = ""
    strong: bool = False


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
    _frame(axes, [*(v for mark in marks for v in (mark.low, mark.high, mark.estimate)), *reach], y, axis_label, zero)
    for mark, place in zip(marks, places, strict=True):
        _draw_mark(axes, mark, place, narrow, step)
    for place, name in heads:
        axes.text(
            0 if narrow else -left / (1 - left - right),
            place,
            text(name, 44 if narrow else 80),
            transform=axes.get_yaxis_transform(),
            weight="bold",
            va="center",
            ha="left",
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


def _draw_mark(axes: Axes, mark: Mark, place: float, narrow: bool, step: float) -> None:
    colour, shape = PALETTE[mark.look % len(PALETTE)], MARKERS[mark.look % len(MARKERS)]
    weight = "bold" if mark.strong else "normal"
    across = axes.get_yaxis_transform()
    if narrow:
        above = place - step * 0.42
        axes.text(0, above, text(mark.label, 30), transform=across, va="center", ha="left", fontsize=8.5, weight=weight)
        axes.text(1, above, mark.written, transform=across, va="center", ha="right", fontsize=8.5, color=INK)
    else:
        axes.text(
            -0.03,
            place,
            wrap(mark.label, 28, 2),
            transform=across,
            va="center",
            ha="right",
            weight=weight,
            linespacing=1.0,
        )
        axes.text(1.03, place, mark.written, transform=across, va="center", ha="left", weight=weight)
    if not math.isfinite(mark.estimate):
        axes.plot([0, 1], [place, place], color=GREY, linewidth=1, linestyle=(0, (1, 3)), transform=across, zorder=1)
        return
    if math.isfinite(mark.low) and math.isfinite(mark.high):
        axes.plot([mark.low, mark.high], [place, place], color=colour, linewidth=2.2, solid_capstyle="round", zorder=2)
    axes.plot(
        [mark.estimate],
        [place],
        marker=shape,
        markersize=8 if mark.strong else 7,
        color=colour,
        markeredgecolor="white",
        markeredgewidth=1.0,
        zorder=3,
    )

"""Means over waves, one line a side, one small panel a scale: whether the two sides come together."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D

from sctoolkit.disclosure.table import Cell
from sctoolkit.report.document import Figure
from sctoolkit.report.figures.canvas import GREY, HIDDEN_FACE, MARKERS, PALETTE, canvas, text, wrap

MOST_TICKS = 4
"""Names of waves that fit below a panel."""


def picture(figure: Figure, narrow: bool) -> Canvas:
    """Draw columns ``scale``, ``wave``, ``row`` (the side), ``mean`` and ``interval`` of the table."""
    rows = figure.shown.records()
    scales = list(dict.fromkeys(row["scale"].text for row in rows))
    waves = list(dict.fromkeys(row["wave"].text for row in rows))
    sides = list(dict.fromkeys(row["row"].text for row in rows))
    across = 2 if narrow else 3
    down = max(1, math.ceil(len(scales) / across))
    height = 2.15 * down + 0.35
    drawn = canvas(narrow, height)
    panels = drawn.subplots(down, across, squeeze=False)
    drawn.subplots_adjust(
        left=0.09 if narrow else 0.06, right=0.99, bottom=0.85 / height, top=1 - 0.34 / height, hspace=0.72, wspace=0.30
    )
    for number, axes in enumerate(panels.flat):
        if number >= len(scales):
            axes.set_visible(False)
            continue
        own = [row for row in rows if row["scale"].text == scales[number]]
        _panel(axes, own, waves, sides, _window(own, rows))
        axes.set_title(wrap(scales[number], 18 if narrow else 25, 2), loc="left", fontsize=9.5, weight="bold", pad=6)
    handles = [
        Line2D([], [], marker=MARKERS[k % len(MARKERS)], color=PALETTE[k % len(PALETTE)], label=text(side, 30))
        for k, side in enumerate(sides)
    ]
    drawn.legend(handles=handles, loc="lower left", ncols=min(len(sides), 2 if narrow else 4), borderaxespad=0.1)
    return drawn


def _panel(
    axes: Axes, rows: list[dict[str, Cell]], waves: list[str], sides: list[str], window: tuple[float, float]
) -> None:
    """Draw one scale."""
    for k, side in enumerate(sides):
        own = [row for row in rows if row["row"].text == side and math.isfinite(row["mean"].number)]
        shift = 0.06 * (k - (len(sides) - 1) / 2)
        at = [waves.index(row["wave"].text) + shift for row in own]
        means = [row["mean"].number for row in own]
        colour = PALETTE[k % len(PALETTE)]
        for x, row in zip(at, own, strict=True):
            axes.plot([x, x], row["interval"].bounds, color=colour, linewidth=1.6, alpha=0.75)
        axes.plot(
            at,
            means,
            color=colour,
            linewidth=1.6,
            marker=MARKERS[k % len(MARKERS)],
            markersize=5.5,
            markeredgecolor="white",
        )
    if not any(math.isfinite(row["mean"].number) for row in rows):
        axes.set_facecolor(HIDDEN_FACE)
        axes.text(0.5, 0.5, "too few people", transform=axes.transAxes, ha="center", va="center", color=GREY)
    axes.set_ylim(*window)
    axes.set_xlim(-0.35, len(waves) - 0.65)
    axes.set_xticks(range(len(waves)), _tick_labels(waves))
    axes.tick_params(axis="y", labelsize=8, labelcolor=GREY)
    axes.grid(axis="y")


def _tick_labels(waves: Sequence[str]) -> list[str]:
    """Return the names of the waves; of many, the first, the last and some between them, so that none overlap."""
    step = math.ceil((len(waves) - 1) / (MOST_TICKS - 1)) if len(waves) > MOST_TICKS else 1
    kept = {len(waves) - 1, *range(0, len(waves) - step, step)}
    return [wrap(wave, 8, 2) if place in kept else "" for place, wave in enumerate(waves)]


def _window(own: list[dict[str, Cell]], rows: Sequence[dict[str, Cell]]) -> tuple[float, float]:
    """Return the part of the range that panels with this range show: the same for all, at least a third of it."""
    low, high = own[0]["low"].number, own[0]["high"].number
    like = [row for row in rows if (row["low"].number, row["high"].number) == (low, high)]
    values = [v for row in like for v in (row["mean"].number, *row["interval"].bounds) if math.isfinite(v)]
    if not values or not high > low:
        return (low, high) if high > low else (0.0, 1.0)
    middle, span = (min(values) + max(values)) / 2, max(1.15 * (max(values) - min(values)), (high - low) / 3)
    start = min(max(middle - span / 2, low), high - span) if span < high - low else low
    return start, min(start + span, high)

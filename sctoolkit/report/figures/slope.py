"""Means over waves, one line a side, one small panel a scale: whether the two sides come together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from sctoolkit.disclosure.table import Cell
from sctoolkit.report.document import Figure
from sctoolkit.report.figures.canvas import (
    GREY,
    GRID,
    HAIR,
    HIDDEN_FACE,
    INK,
    MARKERS,
    NARROW,
    PALETTE,
    WIDE,
    canvas,
    segments,
    text,
    wrap,
)
from sctoolkit.report.numbers import format_number

MOST_TICKS = 4
"""Names of waves that fit below a panel of a third of the page; a wider one has room for more."""
BODY, LINE, FOOT, MARGIN = 1.25, 0.17, 0.48, 0.42
"""Inches: height of a panel, of a line of its title above, of the wave names below; width of the numbers beside it."""
EVERYBODY = "all"


@dataclass(frozen=True, slots=True)
class Panel:
    """Where one scale is drawn, in inches from the upper left, and the values and number of waves that it spans."""

    left: float
    right: float
    top: float
    bottom: float
    low: float
    high: float
    n_waves: int

    def x(self, place: float) -> float:
        """Return where a wave is; the first and last stand off from the edges."""
        return self.left + (self.right - self.left) * (place + 0.35) / (self.n_waves - 0.3)

    def y(self, value: float) -> float:
        """Return where a value is."""
        return self.bottom - (self.bottom - self.top) * (value - self.low) / (self.high - self.low)


def picture(figure: Figure, narrow: bool) -> Canvas:
    """Draw columns ``scale``, ``wave``, ``row`` (the side), ``mean`` and ``interval`` of the table."""
    rows = figure.shown.records()
    scales, waves, sides = (list(dict.fromkeys(row[key].text for row in rows)) for key in ("scale", "wave", "row"))
    across = _across(len(scales), narrow)
    titles = [wrap(scale, (18 if narrow else 27) if across > 1 else 60, 3) for scale in scales]
    above = 0.12 + LINE * max((title.count("\n") + 1 for title in titles), default=1)
    width, tall, named = NARROW if narrow else WIDE, above + BODY + FOOT, sides != [EVERYBODY]
    height = tall * math.ceil(max(len(scales), 1) / across) + (0.32 if named else 0.02)
    drawn = canvas(narrow, height)
    axes = drawn.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.set_axis_off()
    for number, scale in enumerate(scales):
        own = [row for row in rows if row["scale"].text == scale]
        left, top = (number % across) * width / across, (number // across) * tall
        low, high = _window(own, rows)
        right = left + width / across - 0.08
        panel = Panel(left + MARGIN, right, top + above, top + above + BODY, low, high, len(waves))
        axes.text(
            panel.left, panel.top - 0.1, titles[number], fontsize=9.5, weight="bold", va="bottom", linespacing=1.1
        )
        _frame(axes, panel, _tick_labels(waves, MOST_TICKS * max(1, (2 if narrow else 3) // across)))
        _lines(axes, panel, own, waves, sides)
    if named:
        handles = [Line2D([], [], marker=_marker(k), color=_colour(k), label=text(s, 30)) for k, s in enumerate(sides)]
        drawn.legend(handles=handles, loc="lower left", ncols=min(len(sides), 2 if narrow else 4), borderaxespad=0.1)
    return drawn


def _across(n: int, narrow: bool) -> int:
    """Return how many panels stand in a row: none is left alone below three."""
    return max(1, min(n, 2 if narrow or n == 4 else 3))


def _frame(axes: Axes, panel: Panel, names: Sequence[str]) -> None:
    """Draw grid, values and names of waves of one panel."""
    ticks = [
        float(tick)
        for tick in MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]).tick_values(panel.low, panel.high)
        if panel.low - 1e-9 <= tick <= panel.high + 1e-9
    ]
    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
    digits = next((d for d in range(4) if abs(round(step, d) - step) < 1e-9), 4)
    segments(axes, [((panel.left, panel.y(tick)), (panel.right, panel.y(tick))) for tick in ticks], GRID, 0.8)
    for tick in ticks:
        label = format_number(tick, "number", digits)
        axes.text(panel.left - 0.06, panel.y(tick), label, fontsize=8, color=GREY, ha="right", va="center")
    segments(axes, [((panel.left, panel.bottom), (panel.right, panel.bottom))], HAIR, 0.8)
    places = [panel.x(place) for place in range(panel.n_waves)]
    segments(axes, [((x, panel.bottom), (x, panel.bottom + 0.04)) for x in places], GREY, 0.8)
    for x, name in zip(places, names, strict=True):
        if name:
            axes.text(x, panel.bottom + 0.08, name, fontsize=8.5, color=GREY, ha="center", va="top", linespacing=1.1)


def _lines(axes: Axes, panel: Panel, rows: list[dict[str, Cell]], waves: list[str], sides: list[str]) -> None:
    """Draw the means of one scale, one line a side; a grey field where none may be shown."""
    shown = [row for row in rows if math.isfinite(row["mean"].number)]
    for k, side in enumerate(sides):
        own = [row for row in shown if row["row"].text == side]
        shift = 0.06 * (k - (len(sides) - 1) / 2)
        at = [panel.x(waves.index(row["wave"].text) + shift) for row in own]
        known = [(x, row["interval"].bounds) for x, row in zip(at, own, strict=True)]
        spans = [((x, panel.y(low)), (x, panel.y(high))) for x, (low, high) in known if math.isfinite(low + high)]
        segments(axes, spans, _colour(k), 1.6, alpha=0.75)
        means = [panel.y(row["mean"].number) for row in own]
        line = Line2D(at, means, color=_colour(k), linewidth=1.6, marker=_marker(k), markersize=5.5)
        line.set_markeredgecolor("white")
        axes.add_artist(line)
    if not shown:
        size = panel.right - panel.left, panel.bottom - panel.top
        axes.add_artist(Rectangle((panel.left, panel.top), *size, facecolor=HIDDEN_FACE, edgecolor="none"))
        middle = (panel.left + panel.right) / 2, (panel.top + panel.bottom) / 2
        axes.text(*middle, "not shown", ha="center", va="center", color=INK, fontsize=9)


def _colour(k: int) -> str:
    return PALETTE[k % len(PALETTE)]


def _marker(k: int) -> str:
    return MARKERS[k % len(MARKERS)]


def _tick_labels(waves: Sequence[str], most: int = MOST_TICKS) -> list[str]:
    """Return the names of the waves; of many, the first, the last and some between them, so that none overlap."""
    step = math.ceil((len(waves) - 1) / (most - 1)) if len(waves) > most else 1
    kept = {len(waves) - 1, *range(0, len(waves) - step, step)}
    return [wrap(wave, 8, 2) if place in kept else "" for place, wave in enumerate(waves)]


def _window(own: list[dict[str, Cell]], rows: Sequence[dict[str, Cell]]) -> tuple[float, float]:
    """Return the part of the range that panels with this range show: the same for all, at least a third of it."""
    low, high = own[0]["low"].number, own[0]["high"].number
    like = [row for row in rows if (row["low"].number, row["high"].number) == (low, high)] or own
    values = [v for row in like for v in (row["mean"].number, *row["interval"].bounds) if math.isfinite(v)]
    if not values:
        return (low, high) if high > low else (0.0, 1.0)
    middle, reach = (min(values) + max(values)) / 2, 1.15 * (max(values) - min(values))
    if not high > low:
        return middle - (reach or 1.0) / 2, middle + (reach or 1.0) / 2
    span = max(reach, (high - low) / 3)
    start = min(max(middle - span / 2, low), high - span) if span < high - low else low
    return start, min(start + span, high)

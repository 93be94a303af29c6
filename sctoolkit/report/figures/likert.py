"""Diverging stacked bars of answers: those below the middle to the left, those above it to the right."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Patch, Rectangle

from sctoolkit.disclosure.table import Cell
from sctoolkit.report.document import Figure
from sctoolkit.report.figures.canvas import GREY, HIDDEN_FACE, INK, PAPER, between, canvas, ink_on, left_for, text, wrap

LOW, MIDDLE, HIGH = ("#F46A25", "#FBD0B5"), "#dfe3e6", ("#B9CBDB", "#12436D")
SMALLEST_LABELLED = 6.0
"""Segments under this percentage have no number in them; the table below the picture has it."""
GAP = 2.0
"""Percent between the bar and the share that is not shown."""


@dataclass(frozen=True, slots=True)
class Bar:
    """Segments of one row, in percent: where the first starts, how long each is, and how much is not shown."""

    start: float
    lengths: tuple[float, ...]
    unseen: float

    @property
    def end(self) -> float:
        """Right end, the share that is not shown included."""
        return self.start + sum(self.lengths) + (self.unseen + GAP if self.unseen > 0 else 0.0)


def picture(figure: Figure, narrow: bool) -> Canvas:
    """Draw columns ``item``, ``row`` and one percentage column an answer (keys ``answer:...``, lowest first)."""
    answers = [column for column in figure.shown.columns if column.key.startswith("answer:")]
    rows = figure.shown.records()
    bars = [bar([row[column.key] for column in answers]) for row in rows]
    shades = colours(len(answers))
    labels = [text(column.label, 40) for column in answers]
    step, head = (0.31, 0.36) if narrow else (0.28, 0.36)
    places, heads, y = _stack(rows, step, head)
    unseen = any(one.unseen > 0 for one in bars)
    foot = _legend_rows(labels, unseen, narrow) * 0.22 + 0.18
    height = y + foot
    names = [text(row["row"].text, 24 if narrow else 30) for row in rows]
    left = left_for(names, narrow)
    drawn = canvas(narrow, height)
    axes = drawn.add_axes((left, foot / height, 0.985 - left, y / height))
    axes.set_xlim(min([one.start for one in bars], default=-50.0) - 1, max([one.end for one in bars], default=50.0) + 1)
    axes.set_ylim(max(y, step), 0)
    axes.set_axis_off()
    across = axes.get_yaxis_transform()
    smallest = SMALLEST_LABELLED * (1.7 if narrow else 1.0)
    for row_name, one, place in zip(names, bars, places, strict=True):
        _draw_bar(axes, place, one, shades, step * 0.8, smallest)
        axes.text(
            -0.015,
            place,
            row_name,
            transform=across,
            ha="right",
            va="center",
            fontsize=8.5,
            color=GREY,
        )
    for name, place in heads:
        axes.text(
            -left / (0.985 - left),
            place,
            wrap(name, 48 if narrow else 96, 1),
            transform=across,
            ha="left",
            va="center",
            fontsize=9 if narrow else 9.5,
            color=INK,
        )
    _legend(drawn, labels, shades, unseen, narrow)
    return drawn


def colours(k: int) -> tuple[str, ...]:
    """Return k colours from orange over grey to blue: dark ends, light middle.

    Examples
    --------
    >>> colours(3)
    ('#f46a25', '#dfe3e6', '#12436d')
    """
    half = k // 2
    low = [between(*LOW, place / max(half - 1, 1)) for place in range(half)]
    high = [between(HIGH[1], HIGH[0], place / max(half - 1, 1)) for place in range(half)][::-1]
    return (*low, *((MIDDLE,) if k % 2 else ()), *high)


def bar(cells: Sequence[Cell]) -> Bar:
    """Return the segments of one row; the middle answer, if there is one, straddles zero."""
    lengths = tuple(0.0 if math.isnan(cell.number) else cell.number for cell in cells)
    half = len(cells) // 2
    below = sum(lengths[:half]) + (lengths[half] / 2 if len(cells) % 2 else 0.0)
    unseen = max(100.0 - sum(lengths), 0.0) if any(cell.hidden for cell in cells) else 0.0
    return Bar(-below, lengths, unseen)


def _stack(
    rows: Sequence[Mapping[str, Cell]], step: float, head: float
) -> tuple[list[float], list[tuple[str, float]], float]:
    """Return the place of each row, the headings with their places, and the height in inches."""
    places: list[float] = []
    heads: list[tuple[str, float]] = []
    y = 0.0
    for number, row in enumerate(rows):
        if number == 0 or row["item"].text != rows[number - 1]["item"].text:
            heads.append((row["item"].text, y + head * 0.62))
            y += head
        places.append(y + step / 2)
        y += step
    return places, heads, y


def _draw_bar(axes: Axes, place: float, one: Bar, shades: Sequence[str], thickness: float, smallest: float) -> None:
    """Draw one row: segments with white separators and their percentages, then the share that is not shown."""
    edge = one.start
    for length, shade in zip(one.lengths, shades, strict=True):
        if length <= 0:
            continue
        axes.add_artist(_block(edge, place, length, thickness, facecolor=shade, edgecolor=PAPER, linewidth=1.5))
        if length >= smallest:
            axes.text(
                edge + length / 2, place, f"{length:.0f}", ha="center", va="center", fontsize=8.5, color=ink_on(shade)
            )
        edge += length
    if one.unseen > 0:
        look = {"facecolor": HIDDEN_FACE, "edgecolor": "#9aa4ad", "linewidth": 0.6, "hatch": "////"}
        axes.add_artist(_block(edge + GAP, place, one.unseen, thickness, **look))


def _block(left: float, place: float, length: float, thickness: float, **look: Any) -> Rectangle:
    """Return one segment, its middle at ``place``."""
    return Rectangle((left, place - thickness / 2), length, thickness, **look)


def _legend_rows(labels: Sequence[str], unseen: bool, narrow: bool) -> int:
    return math.ceil((len(labels) + unseen) / _legend_columns(labels, narrow))


def _legend_columns(labels: Sequence[str], narrow: bool) -> int:
    """Return one row where all labels fit in it, else as many columns as the longest label allows."""
    room = 46 if narrow else 104
    if sum(len(label) + 6 for label in (*labels, "not shown")) <= room:
        return len(labels) + 1
    longest = max((len(label) for label in labels), default=10) + 6
    return max(1, min(len(labels) + 1, room // longest))


def _legend(drawn: Canvas, labels: Sequence[str], shades: Sequence[str], unseen: bool, narrow: bool) -> None:
    patches = [Patch(facecolor=shade, label=label) for shade, label in zip(shades, labels, strict=True)]
    if unseen:
        patches.append(Patch(facecolor=HIDDEN_FACE, edgecolor="#9aa4ad", hatch="////", label="not shown"))
    drawn.legend(
        handles=patches,
        loc="lower left",
        bbox_to_anchor=(0.0, 0.0),
        ncols=_legend_columns(labels, narrow),
        fontsize=8.5,
        handlelength=1.1,
        handleheight=1.0,
        columnspacing=1.2,
        borderaxespad=0.1,
        borderpad=0.1,
    )

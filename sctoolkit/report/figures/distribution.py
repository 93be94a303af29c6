"""Where scores lie on the range of their scale: mean, middle half or spread, one row a wave and side."""

from __future__ import annotations

import math

from matplotlib.figure import Figure as Canvas

from sctoolkit.report.document import Figure
from sctoolkit.report.figures.canvas import (
    GREY,
    HAIR,
    INK,
    PALETTE,
    PAPER,
    Segment,
    canvas,
    dots,
    left_for,
    segments,
    text,
    wrap,
)
from sctoolkit.report.labels import row_name
from sctoolkit.report.numbers import HIDDEN_MARK, format_number


def picture(figure: Figure, narrow: bool) -> Canvas:
    """Draw columns ``scale``, ``wave``, ``row`` (the side), ``mean``, ``sd``, ``low``, ``high`` (the range)."""
    rows = figure.shown.records()
    step, head = (0.3, 0.36) if narrow else (0.28, 0.34)
    sides = [row["row"].text if "row" in row else "" for row in rows]
    waves = [row["wave"].text if "wave" in row else "" for row in rows]
    names = [text(row_name(wave, side), 26) for wave, side in zip(waves, sides, strict=True)]
    left = left_for(names, narrow)
    y, heads, places = 0.0, [], []
    for number, row in enumerate(rows):
        if number == 0 or row["scale"].text != rows[number - 1]["scale"].text:
            heads.append((row["scale"].text, y + head * 0.6))
            y += head
        places.append(y + step / 2)
        y += step
    height = y + 0.55
    drawn = canvas(narrow, height)
    axes = drawn.add_axes((left, 0.5 / height, 0.9 - left, y / height))
    axes.set(xlim=(-2, 102), ylim=(max(y, step), 0), yticks=[], xticks=[0, 25, 50, 75, 100])
    axes.set_xticklabels(["lowest", "25%", "50%", "75%", "highest"])
    axes.grid(axis="x")
    axes.set_xlabel("Part of the scale's range")
    across = axes.get_yaxis_transform()
    looks = list(dict.fromkeys(sides))
    segments(axes, [((0, place), (100, place)) for place in places], HAIR, 1, zorder=1)
    bands: dict[int, list[Segment]] = {look: [] for look in range(len(looks))}
    means: dict[int, list[tuple[float, float]]] = {look: [] for look in range(len(looks))}
    for row, side, name, place in zip(rows, sides, names, places, strict=True):
        axes.text(-0.03, place, name, transform=across, ha="right", va="center", fontsize=8.5, color=GREY)
        low, high = row["low"].number, row["high"].number
        mean, sd = row["mean"].number, row["sd"].number
        if math.isnan(mean) or not high > low:
            axes.text(
                1.02, place, HIDDEN_MARK if row["mean"].hidden else "", transform=across, va="center", fontsize=8.5
            )
            continue
        at = 100 * (mean - low) / (high - low)
        if math.isfinite(sd):
            reach = 100 * sd / (high - low)
            bands[looks.index(side)].append(((max(at - reach, 0), place), (min(at + reach, 100), place)))
        means[looks.index(side)].append((at, place))
        axes.text(1.02, place, format_number(mean), transform=across, va="center", fontsize=8.5, color=INK)
    for look, found in means.items():
        segments(axes, bands[look], PALETTE[look % len(PALETTE)], 5, alpha=0.30, capstyle="butt", zorder=2)
        dots(axes, [at for at, _ in found], [place for _, place in found], look)
    for name, place in heads:
        axes.text(
            -left / (0.9 - left),
            place,
            wrap(name, 50 if narrow else 90, 1),
            fontsize=9 if narrow else 9.5,
            transform=across,
            ha="left",
            va="center",
            weight="bold",
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1.5},
        )
    return drawn

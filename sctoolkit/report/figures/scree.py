"""How many factors: observed eigenvalues beside those of random data."""

from __future__ import annotations

from matplotlib.figure import Figure as Canvas

from sctoolkit.report.document import Figure
from sctoolkit.report.figures.canvas import PALETTE, canvas


def picture(figure: Figure, narrow: bool) -> Canvas:
    """Draw columns ``factor``, ``observed`` and ``random`` of the table."""
    rows = figure.shown.records()
    at = range(1, len(rows) + 1)
    drawn = canvas(narrow, 2.9)
    axes = drawn.add_axes((0.12 if narrow else 0.07, 0.16, 0.86 if narrow else 0.91, 0.80))
    observed = [row["observed"].number for row in rows]
    random = [row["random"].number for row in rows]
    axes.plot(at, random, color=PALETTE[1], linestyle="--", marker="s", markersize=5, label="random data")
    axes.plot(at, observed, color=PALETTE[0], marker="o", markersize=6, label="these answers")
    axes.set_xticks(list(at) if len(rows) <= 12 else list(at)[::2])
    axes.set_xlabel("Factor")
    axes.set_ylabel("Eigenvalue")
    axes.grid(axis="y")
    axes.legend(loc="upper right")
    return drawn

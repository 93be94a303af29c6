"""Who answered when, and who could be followed: one column a wave, linked people between them."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import FancyBboxPatch

from sctoolkit.disclosure.table import Cell
from sctoolkit.report.document import Figure
from sctoolkit.report.figures.canvas import GREY, INK, PALETTE, PAPER, canvas, text
from sctoolkit.report.numbers import HIDDEN_MARK, format_number


def picture(figure: Figure, narrow: bool) -> Canvas:
    """Draw rows of ``from``, ``to``, ``n_from``, ``linked``, ``lost``, ``new`` and ``n_to``, top to bottom."""
    rows = figure.shown.records()
    box, between = 0.52, 0.98
    height = box * (len(rows) + 1) + between * len(rows) + 0.1
    drawn = canvas(narrow, height)
    axes = drawn.add_axes((0, 0, 1, 1))
    width = 3.8 if narrow else 7.4
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.set_axis_off()
    centre, half = (1.15, 1.08) if narrow else (2.5, 1.4)
    y = 0.05
    for number, row in enumerate(rows):
        if number == 0:
            _box(axes, centre, half, y, box, row["from"].text, row["n_from"])
        below = y + box + between
        _arrow(axes, centre, y + box, below)
        middle = y + box + between / 2
        axes.text(centre + 0.12, middle, f"{_people(row['linked'])} linked", va="center", ha="left", weight="bold")
        aside = centre + half + (0.12 if narrow else 0.35)
        axes.text(aside, middle - 0.15, f"{_people(row['lost'])} not seen again", va="center", color=GREY, fontsize=9)
        axes.text(aside, middle + 0.15, f"{_people(row['new'])} new", va="center", color=GREY, fontsize=9)
        _box(axes, centre, half, below, box, row["to"].text, row["n_to"])
        y = below
    return drawn


def _people(cell: Cell) -> str:
    if cell.hidden:
        return HIDDEN_MARK
    return f"{format_number(cell.number, 'count')}{'+' if cell.state == 'at_least' else ''}"


def _box(axes: Axes, centre: float, half: float, y: float, tall: float, wave: str, people: Cell) -> None:
    axes.add_patch(
        FancyBboxPatch(
            (centre - half, y),
            2 * half,
            tall,
            boxstyle="round,pad=0,rounding_size=0.06",
            facecolor=PALETTE[0],
            edgecolor=PALETTE[0],
        )
    )
    axes.text(
        centre,
        y + tall / 2,
        f"{text(wave, 22)}: {_people(people)} answered",
        ha="center",
        va="center",
        color=PAPER,
        weight="bold",
    )


def _arrow(axes: Axes, x: float, top: float, bottom: float) -> None:
    axes.annotate(
        "",
        xy=(x, bottom - 0.02),
        xytext=(x, top + 0.02),
        arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 1.6},
    )

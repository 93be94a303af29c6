"""Pictures of tables: the only place that imports matplotlib and seaborn.

`draw(figure)` returns SVG text, the same bytes for the same figure. Each kind of picture is one file with one function
``picture(figure, narrow)`` that reads nothing but the figure's protected table and settings.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sctoolkit.report.figures.canvas import style, to_svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from sctoolkit.report.document import Figure


def draw(figure: Figure, *, narrow: bool = False) -> str:
    """Return a figure as SVG text.

    Parameters
    ----------
    figure : Figure
        What to draw; hidden cells are drawn as hidden.
    narrow : bool
        For a phone: half as wide, labels above instead of beside.

    Returns
    -------
    str
        One ``<svg>`` element with title and description, without date, script or outside reference.
    """
    with style():
        return to_svg(picture(figure, narrow=narrow), figure)


def picture(figure: Figure, *, narrow: bool = False) -> Canvas:
    """Return a figure as a matplotlib figure, drawn in whatever style is in force."""
    module: Any = import_module(f"sctoolkit.report.figures.{figure.kind}")
    drawn: Canvas = module.picture(figure, narrow)
    return drawn

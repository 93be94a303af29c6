"""What all pictures share: size, colours, type, and SVG that is the same bytes every time."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D

from sctoolkit.report.safe_text import shorten, visible

if TYPE_CHECKING:
    from sctoolkit.report.document import Figure

Segment = tuple[tuple[float, float], tuple[float, float]]

WIDE, NARROW = 7.4, 3.8
"""Widths in inches; a page shows them at about 1.4 and 1.3 pixels a point."""

PALETTE = ("#12436D", "#F46A25", "#28A197", "#801650", "#3D3D3D", "#A285D1")
"""Categorical colours of the UK Analysis Function: each at least 3:1 on white and beside its neighbour."""

INK, GREY, HAIR, GRID, PAPER = "#1d2730", "#5b6670", "#d5dadf", "#e8ebee", "#ffffff"
HIDDEN_FACE = "#eef0f2"
READABLE = 4.5
"""Least contrast of text, WCAG 2.2 AA."""
MARKERS = ("o", "s", "D", "^", "v", "P")
FONT_STACK = "'Helvetica Neue',Helvetica,Arial,'Liberation Sans','DejaVu Sans',sans-serif"

_STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "sctoolkit",
    "text.parse_math": False,
    "text.usetex": False,
    "font.family": ["DejaVu Sans"],
    "font.size": 9.5,
    "text.color": INK,
    "axes.labelcolor": GREY,
    "axes.edgecolor": HAIR,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "axes.labelsize": 9,
    "xtick.color": GREY,
    "ytick.color": INK,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 9.5,
    "xtick.major.size": 3,
    "ytick.major.size": 0,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "figure.facecolor": PAPER,
    "axes.facecolor": PAPER,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "hatch.linewidth": 0.6,
    "hatch.color": "#9aa4ad",
}


@contextmanager
def style() -> Iterator[None]:
    """Draw in the house style, whatever the user's own settings are; they are left as they were."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        parameters: Any = matplotlib.rcParams
        parameters.update(_STYLE)
        yield


def canvas(narrow: bool, height: float) -> Canvas:
    """Return an empty picture of the page's width."""
    return Canvas(figsize=(NARROW if narrow else WIDE, height))


def segments(axes: Axes, lines: Sequence[Segment], colour: str, width: float, **look: Any) -> None:
    """Draw straight lines as one artist, in data coordinates, without a thought for the limits of the axes."""
    if lines:
        axes.add_collection(LineCollection(lines, colors=colour, linewidths=width, **look), autolim=False)


def dots(axes: Axes, x: Sequence[float], y: Sequence[float], look: int, size: float = 7) -> None:
    """Draw the dots of one look as one artist, above lines."""
    drawn = Line2D(x, y, linestyle="none", marker=MARKERS[look % len(MARKERS)], markersize=size, zorder=3)
    drawn.set(color=PALETTE[look % len(PALETTE)], markeredgecolor="white", markeredgewidth=1.0)
    axes.add_artist(drawn)


def text(value: object, longest: int = 60) -> str:
    """Return a label for a picture: visible characters, bounded length."""
    return shorten(visible(str(value)), longest)


def wrap(value: object, width: int, lines: int = 3) -> str:
    r"""Return a label broken into at most ``lines`` lines of about ``width`` characters.

    Examples
    --------
    >>> wrap("Someone would help with a problem", 14)
    'Someone would\nhelp with a\nproblem'
    """
    rows: list[str] = [""]
    for word in text(value, 600).split(" "):
        piece = shorten(word, width)
        if rows[-1] and len(rows[-1]) + 1 + len(piece) > width:
            rows.append(piece)
        else:
            rows[-1] = f"{rows[-1]} {piece}".strip()
    return "\n".join(rows if len(rows) <= lines else [*rows[: lines - 1], shorten(" ".join(rows[lines - 1 :]), width)])


def left_for(labels: Iterable[str], narrow: bool) -> float:
    """Return the share of the width that small labels beside rows need, at most 45 %."""
    longest = max((len(label) for label in labels), default=8)
    return min(0.45, max(0.14, (0.073 * longest + 0.12) / (NARROW if narrow else WIDE)))


def ink_on(colour: str) -> str:
    """Return the ink, white or dark, that reads best on a colour; black where the house's dark is not dark enough."""
    inks = (PAPER, INK) if max(contrast(PAPER, colour), contrast(INK, colour)) >= READABLE else (PAPER, "#000000")
    return max(inks, key=lambda ink: contrast(ink, colour))


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, as WCAG 2 defines it."""
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def between(one: str, other: str, share: float) -> str:
    """Return the colour a share of the way from one to the other."""
    return to_hex(_mix(to_rgb(one), to_rgb(other), share))


def _mix(one: tuple[float, ...], other: tuple[float, ...], share: float) -> tuple[float, float, float]:
    red, green, blue = (a + share * (b - a) for a, b in zip(one, other, strict=True))
    return red, green, blue


def to_svg(drawn: Canvas, figure: Figure) -> str:
    """Return the picture as one SVG element with a title and a description."""
    buffer = io.StringIO()
    metadata = {"Date": None, "Creator": None, "Format": None, "Type": None}
    FigureCanvasSVG(drawn)
    drawn.savefig(buffer, format="svg", metadata=metadata)
    body = buffer.getvalue()
    body = body[body.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = re.sub(r"(style=\"[^\"]*?)'DejaVu Sans'(?:, sans-serif)?", lambda hit: hit[1] + FONT_STACK, body)
    body = re.sub(r"[ \t]+\n", "\n", body).replace("\n", " ")
    names = f"<title>{escape(visible(figure.caption))}</title><desc>{escape(visible(figure.alt))}</desc>"
    end = body.index(">") + 1
    return f"{body[:end]}{names}{body[end:]}".strip() + "\n"

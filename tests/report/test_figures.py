"""Pictures: what is hidden stays hidden, names stay text, colours can be told apart, the same bytes."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET

import matplotlib
import pytest

from sctoolkit.disclosure.table import HIDDEN, Cell, Column, Table
from sctoolkit.report.document import Figure
from sctoolkit.report.figures import draw
from sctoolkit.report.figures.canvas import PALETTE, PAPER, contrast, ink_on, wrap
from sctoolkit.report.figures.likert import bar, colours

HOSTILE = "<script>alert(1)</script>$\\frac{1}{2}$ & \u202e\x00"


def _table(columns: dict[str, str], *rows: tuple[object, ...]) -> Table:
    cells = tuple(tuple(value if isinstance(value, Cell) else Cell(value) for value in row) for row in rows)
    return Table(
        id="t", caption="T", columns=tuple(Column(key, key, kind) for key, kind in columns.items()), rows=cells
    )


def _figure(kind: str, table: Table, **settings: object) -> Figure:
    return Figure(
        id="f", kind=kind, caption=f"Caption {HOSTILE}", table=table, alt="Alt", description="", settings=settings
    )


def _figures(name: str) -> dict[str, Figure]:
    change = {"scale": "text", "row": "text", "estimate": "score", "interval": "interval"}
    likert = {"item": "text", "row": "text", **{f"answer:{k}": "percent" for k in range(5)}}
    means = {"scale": "text", "wave": "text", "row": "text", "mean": "score", "sd": "score", "interval": "interval",
             "low": "plain", "high": "plain"}  # fmt: skip
    flow = {"from": "text", "to": "text", **dict.fromkeys(("n_from", "linked", "lost", "new", "n_to"), "count")}
    return {
        "change": _figure("change", _table(change, (name, name, 0.2, (0.1, 0.3)), (name, "b", HIDDEN, HIDDEN),
                                           ("x", name, 0.1, (math.nan, math.nan)))),
        "forest": _figure("forest", _table({"label": "text", "estimate": "score", "interval": "interval"},
                                           (name, 0.2, (0.1, 0.3)), ("all", HIDDEN, HIDDEN)), summary=("all",)),
        "likert": _figure("likert", _table(likert, (name, name, 10.0, 20.0, 30.0, 25.0, 15.0),
                                           (name, "b", HIDDEN, HIDDEN, 40.0, 35.0, HIDDEN), ("i", "c", *[HIDDEN] * 5))),
        "distribution": _figure("distribution", _table(means, (name, name, name, 3.0, 0.8, (2.9, 3.1), 1, 5),
                                                       ("b", "1", "x", HIDDEN, HIDDEN, HIDDEN, 1, 5))),
        "slope": _figure("slope", _table(means, (name, name, name, 3.0, 0.8, (2.9, 3.1), 1, 5),
                                         (name, "2", name, 3.2, 0.8, (2.9, 3.5), 1, 5),
                                         ("b", "2", "x", HIDDEN, HIDDEN, HIDDEN, 1, 5))),
        "scree": _figure("scree", _table({"factor": "text", "observed": "number", "random": "number"},
                                         ("1", 3.1, 1.4), ("2", 1.1, 1.2), ("3", 0.6, 1.0))),
        "loadings": _figure("loadings", _table({"item": "text", "factor:1": "proportion", "factor:2": "proportion"},
                                               (name, 0.8, -0.5), ("b", HIDDEN, 0.1))),
        "flow": _figure("flow", _table(flow, (name, name, 58, Cell(45, state="at_least"), HIDDEN, 12, 60))),
    }  # fmt: skip


KINDS = list(_figures("x"))


@pytest.mark.parametrize("kind", KINDS)
def test_names_stay_text(kind: str) -> None:
    for narrow in (False, True):
        svg = draw(_figures(HOSTILE)[kind], narrow=narrow)
        tree = ET.fromstring(svg)
        tags = {element.tag.split("}")[1] for element in tree.iter()}
        assert "script" not in tags
        assert "<title>Caption &lt;script&gt;" in svg
        assert "\u202e" not in svg
        texts = " ".join("".join(element.itertext()) for element in tree.iter() if element.tag.endswith("text"))
        if kind != "scree":
            assert "$" in texts or "…" in texts
            assert "½" not in texts


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_figure_gives_the_same_bytes(kind: str) -> None:
    first = draw(_figures("community")[kind])
    assert draw(_figures("community")[kind]) == first
    assert "<dc:date>" not in first
    assert not re.search(r"\b20\d\d-\d\d-\d\d", first)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "scree"])
def test_what_is_hidden_is_marked(kind: str) -> None:
    svg = draw(_figures("community")[kind])
    assert any(mark in svg for mark in ("[c]", "not shown", "too few people"))


def test_settings_of_the_user_are_left_as_they_were() -> None:
    before = matplotlib.rcParams["font.size"], matplotlib.rcParams["text.parse_math"]
    draw(_figures("x")["change"])
    assert (matplotlib.rcParams["font.size"], matplotlib.rcParams["text.parse_math"]) == before


def test_a_picture_of_nothing_is_still_a_picture() -> None:
    for kind, figure in _figures("x").items():
        empty = Table(id="t", caption="T", columns=figure.table.columns, rows=())
        if kind != "scree":
            assert draw(_figure(kind, empty)).startswith("<svg")


def test_bars_straddle_the_middle_and_add_up() -> None:
    one = bar([Cell(value) for value in (10.0, 20.0, 30.0, 25.0, 15.0)])
    assert one.start == -45.0
    assert one.end == pytest.approx(55.0)
    assert one.unseen == 0
    hidden = bar([HIDDEN, HIDDEN, Cell(40.0), Cell(35.0), HIDDEN])
    assert (hidden.start, hidden.unseen) == (-20.0, 25.0)
    assert bar([Cell(40.0), Cell(60.0)]).start == -40.0


def test_colours_can_be_told_apart() -> None:
    assert all(contrast(colour, PAPER) >= 3 for colour in PALETTE)
    for k in range(2, 8):
        assert len(set(colours(k))) == k
        assert all(contrast(ink_on(shade), shade) >= 4.5 for shade in colours(k))


def test_labels_are_wrapped_and_bounded() -> None:
    assert wrap("word " * 100, 20, 2).count("\n") == 1
    assert max(len(line) for line in wrap("x" * 500, 20, 3).split("\n")) <= 20

"""Section "Other reckonings": each told change beside the other answers to the same question."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sctoolkit.disclosure.table import Cell, Column, Row, Table, make_table
from sctoolkit.report.alt_text import describe_rows
from sctoolkit.report.document import Block, Bullets, Draft, Figure, Paragraph, Section, in_parts
from sctoolkit.report.sections.change import ScaleChange, people_of
from sctoolkit.report.sections.remarks import remarks
from sctoolkit.report.words import phrase
from sctoolkit.result import Caveat

MOST_ROWS = 18
"""Rows of one picture, so that it fits a printed page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """One way to the answer of one question; ``told`` marks the way that the section on change tells."""

    change: ScaleChange
    way: str
    told: bool = False

    @property
    def question(self) -> str:
        """Scale and side, as the reader is told."""
        change = self.change
        return change.label if change.row == "all" else f"{change.label}, {change.row}"


def doubts_section(reckonings: Iterable[Reckoning], *, level: float = 0.95, caveats: Iterable[Caveat] = ()) -> Draft:
    """Return the section that sets several ways to the same answers side by side.

    Parameters
    ----------
    reckonings : iterable of Reckoning
        Question by question; the told way first.
    level : float
        Level of the intervals.
    caveats : iterable of Caveat
        Remarks of the analysis, such as an answer that hangs on one organisation.
    """
    listed = tuple(reckonings)
    columns = (
        Column("scale", "Change", row_header=True),
        Column("row", "Reckoned by"),
        Column("n", "People", "count"),
        Column("estimate", "Change, points", "score"),
        Column("interval", f"{level:.0%} interval", "interval"),
        Column("method", "Method", print_only_if_used=True),
    )
    rows = [
        Row(
            {
                "scale": one.question, "row": f"{one.way} (told above)" if one.told else one.way,
                "n": one.change.n, "estimate": one.change.estimate,
                "interval": (one.change.ci_low, one.change.ci_high), "method": one.change.method,
            },
            people_of(one.change),
            one.change.n,
        )
        for one in listed
    ]  # fmt: skip
    table = make_table("doubts", "The same changes, reckoned in several ways", columns, rows)

    def compose(safe: Mapping[str, Table], kept: tuple[Caveat, ...]) -> Section:
        shown = safe["doubts"]
        questions = list(dict.fromkeys(cell.text for cell in shown.column("scale")))
        verdicts = [_verdict(name, [r for r in shown.records() if r["scale"].text == name]) for name in questions]
        figure = Figure(
            id="doubts", kind="change", caption="Each change, reckoned in several ways", table=shown,
            alt="Dots with intervals: for each change one row a way of reckoning; the vertical line is no change.",
            description=describe_rows(shown),
        )  # fmt: skip
        blocks: list[Block] = [Paragraph(phrase("doubts.lead"), "lead"), Bullets(tuple(v for v in verdicts if v))]
        blocks += in_parts(figure, "scale", MOST_ROWS)
        blocks += remarks(kept)
        return Section(id="doubts", heading="Other reckonings", blocks=tuple(blocks))

    return Draft(tables=(table,), compose=compose, caveats=tuple(caveats))


def _verdict(question: str, rows: list[dict[str, Cell]]) -> str:
    """Return whether the ways agree, from what is shown of them; empty where fewer than two are shown."""
    shown = [(row["estimate"].number, *row["interval"].bounds) for row in rows]
    shown = [values for values in shown if not any(math.isnan(value) for value in values)]
    if len(shown) < 2:
        return ""
    readings = {(low > 0) - (high < 0) for _, low, high in shown}
    signs = {estimate > 0 for estimate, _, _ in shown}
    if len(readings) == 1:
        key = {1: "agree_rose", -1: "agree_fell", 0: "agree_unclear"}[readings.pop()]
    else:
        key = "sure_in_some" if len(signs) == 1 else "disagree"
    return f"{question}: {phrase(f'doubts.{key}', ways=len(shown))}"

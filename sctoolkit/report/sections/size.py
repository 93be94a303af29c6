"""Section "Whether it is enough to matter": each change against the smallest one that the plan calls worth having."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from sctoolkit.disclosure.table import Cell, Column, Row, Table, make_table
from sctoolkit.numerics.change.equivalence import classify
from sctoolkit.report.document import Block, Draft, Headline, Paragraph, Section
from sctoolkit.report.sections.change import LESS, ScaleChange, people_of
from sctoolkit.report.sections.remarks import remarks
from sctoolkit.report.words import capital, listed, phrase
from sctoolkit.result import Caveat

READINGS = {
    "rose beyond the smallest change that matters": "rose_beyond",
    "rose, size unclear": "rose",
    "equivalent": "equivalent",
    "unclear": "unclear",
    "fell, size unclear": "fell",
    "fell beyond the smallest change that matters": "fell_beyond",
}
"""Class of an interval -> the sentence that says it."""
COMPARED = {"rose_beyond": "more_beyond", "rose": "more", "fell": "less", "fell_beyond": "less_beyond"}
"""The same of a difference between changes, which neither rises nor falls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SizedChange:
    """A change, the smallest one that matters, and the interval of the two one-sided tests, all in points."""

    change: ScaleChange
    smallest: float
    ci_low: float
    ci_high: float


def size_section(changes: Iterable[SizedChange], *, level: float = 0.90, caveats: Iterable[Caveat] = ()) -> Draft:
    """Return the section on the size of changes.

    Parameters
    ----------
    changes : iterable of SizedChange
        In the order of the section on change.
    level : float
        Level of the intervals: one less twice the level of each one-sided test.
    caveats : iterable of Caveat
        Remarks of the analysis.
    """
    columns = (
        Column("scale", "Scale", row_header=True),
        Column("row", "Who"),
        Column("smallest", "Matters from, points", "plain"),
        Column("estimate", "Change, points", "score"),
        Column("interval", f"{level:.0%} interval", "interval"),
    )
    rows = [
        Row(
            {
                "scale": one.change.label, "row": one.change.row, "smallest": one.smallest,
                "estimate": one.change.estimate, "interval": (one.ci_low, one.ci_high),
            },
            people_of(one.change),
            one.change.n,
        )
        for one in changes
    ]  # fmt: skip
    table = make_table("change-size", "Changes against the smallest one that matters", columns, rows)

    def compose(safe: Mapping[str, Table], kept: tuple[Caveat, ...]) -> Section:
        blocks: list[Block] = [Paragraph(phrase("size.lead", level=f"{100 * level:.0f}"), "lead")]
        blocks += [_with_readings(safe["change-size"]), *remarks(kept, "quiet")]
        return Section(id="change-size", heading="Whether it is enough to matter", blocks=tuple(blocks))

    return Draft(tables=(table,), compose=compose, caveats=tuple(caveats))


def with_sizes(
    write: Callable[[Mapping[str, Table]], tuple[Headline, ...]],
) -> Callable[[Mapping[str, Table]], tuple[Headline, ...]]:
    """Return the function that writes headlines, each with a line on its size where the plan says what matters."""

    def sized(tables: Mapping[str, Table]) -> tuple[Headline, ...]:
        rows = tables["change-size"].records() if "change-size" in tables else []
        made = write(tables)
        return tuple(replace(h, sentences=(*h.sentences, *_line([r for r in rows if _of(r, h)]))) for h in made)

    return sized


def _of(row: Mapping[str, Cell], headline: Headline) -> bool:
    return row["scale"].text == headline.scale and row["row"].text != "gap between the sides"


def _line(rows: list[dict[str, Cell]]) -> list[str]:
    """Return what the sizes of one scale come to: of the comparison where there is one, else of all, alike together."""
    rows = [row for row in rows if LESS in row["row"].text] or rows
    readings: dict[str, list[str]] = {}
    for row in rows:
        readings.setdefault(_reading(row), []).append(row["row"].text)
    if not readings:
        return []
    told = [says if names == ["all"] else f"{capital(listed(names))}: {says}" for says, names in readings.items()]
    return [phrase("size.headline", smallest=f"{rows[0]['smallest'].number:g}", readings=". ".join(map(capital, told)))]


def _with_readings(table: Table) -> Table:
    """Return the table with a last column that says what each row means, from what is shown of it."""
    columns = (*table.columns, Column("reading", "Reading"))
    rows = tuple((*row, Cell(_reading(record))) for row, record in zip(table.rows, table.records(), strict=True))
    return replace(table, columns=columns, rows=rows)


def _reading(row: Mapping[str, Cell]) -> str:
    """Return what one row says."""
    (low, high), smallest = row["interval"].bounds, row["smallest"].number
    if math.isnan(low) or math.isnan(high):
        return phrase("headline.hidden")
    key = READINGS[classify(low, high, smallest)]
    return phrase(f"size.{COMPARED.get(key, key) if LESS in row['row'].text else key}")

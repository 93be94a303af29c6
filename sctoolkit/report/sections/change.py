"""Section "What changed": change per scale with its interval, by side, and whether the sides moved together."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from sctoolkit.disclosure.table import Cell, Column, Row, Table, key_of, make_table
from sctoolkit.report.alt_text import describe_rows
from sctoolkit.report.document import Block, Draft, Figure, Headline, Paragraph, Section, in_parts
from sctoolkit.report.numbers import format_interval, format_number, format_signed
from sctoolkit.report.words import capital, listed, phrase
from sctoolkit.result import Caveat

MOST_ROWS = 18
"""Rows of one picture, so that it fits a printed page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleChange:
    """Change of one scale between two waves, for everybody, for one side, or of the gap between the sides.

    Attributes
    ----------
    scale, label : str
        Name in the instrument, and the name that is shown.
    first, last : str
        Waves.
    estimate, ci_low, ci_high : float
        Points of the scale; nan where undefined.
    n : int
        People behind the estimate.
    low, high : float
        Ends of the scale's range.
    side : str
        Side; empty for everybody.
    gap : bool
        Whether this is the change of the gap between the sides.
    against : str
        Who is set against whom, where this is the difference in change between two groups.
    std_all, std_low, std_high : float
        Standardised change with its interval, and the name of the standardiser in ``standardiser``.
    p_value, dof : float
        Of the test that the method names.
    n_organisations : int or None
        Clusters behind the estimate.
    linked : bool
        Whether the people are those who answered at both waves.
    method : str
        Convention in full.
    primary : bool
        Whether the plan named this scale as primary.
    """

    scale: str
    label: str
    first: str
    last: str
    estimate: float
    ci_low: float
    ci_high: float
    n: int
    low: float
    high: float
    side: str = ""
    gap: bool = False
    against: str = ""
    std_all: float = float("nan")
    std_low: float = float("nan")
    std_high: float = float("nan")
    standardiser: str = ""
    p_value: float = float("nan")
    dof: float = float("nan")
    n_organisations: int | None = None
    linked: bool = True
    method: str = ""
    primary: bool = True

    @property
    def row(self) -> str:
        """How the row is named below its scale."""
        return "gap between the sides" if self.gap else self.against or self.side or "all"


def change_section(
    changes: Iterable[ScaleChange],
    *,
    level: float = 0.95,
    id: str = "change",
    heading: str = "What changed",
    caveats: Iterable[Caveat] = (),
) -> Draft:
    """Return the section on change.

    Parameters
    ----------
    changes : iterable of ScaleChange
        One record a scale and side, and one for the gap; the order is kept.
    level : float
        Level of the intervals.
    id, heading : str
        Name of the section and its heading, where a report has several (one a pair of waves).
    caveats : iterable of Caveat
        Remarks of the analysis.
    """
    listed_changes = tuple(changes)
    columns = (
        Column("scale", "Scale", row_header=True),
        Column("row", "Side"),
        Column("first", "From"),
        Column("last", "To"),
        Column("n", "People", "count"),
        Column("n_organisations", "Organisations", "plain", print_only_if_used=True),
        Column("estimate", "Change, points", "score"),
        Column("interval", f"{level:.0%} interval", "interval"),
        Column("range", "Percent of range", "score", digits=1),
        Column("std_all", "Standardised", "number", print_only_if_used=True),
        Column("std_interval", f"{level:.0%} interval, standardised", "interval", print_only_if_used=True),
        Column("dof", "df", "dof", print_only_if_used=True),
        Column("p_value", "p", "p_value", print_only_if_used=True),
        Column("low", "Lowest possible", "plain"),
        Column("high", "Highest possible", "plain"),
    )
    methods = listed(list(dict.fromkeys(entry.method for entry in listed_changes if entry.method)))
    standards = listed(list(dict.fromkeys(entry.standardiser for entry in listed_changes if entry.standardiser)))
    notes = [
        note
        for note in (f"Method: {methods}." if methods else "", f"Standardised by {standards}." if standards else "")
        if note
    ]
    rows = [_row(entry, id) for entry in listed_changes]
    table = make_table(id, f"{heading}: change in points of each scale", columns, rows, notes=notes)
    linked_only = any(entry.linked for entry in listed_changes)
    sided = any(entry.side for entry in listed_changes)
    compose = _composer(id, heading, f"{100 * level:.0f}", linked_only, sided)
    return Draft(tables=(table,), compose=compose, caveats=tuple(caveats))


def no_change_section(caveats: Iterable[Caveat]) -> Draft:
    """Return the section of a study with two waves in which no change could be estimated: it says why."""

    def compose(tables: Mapping[str, Table], kept: tuple[Caveat, ...]) -> Section:
        blocks = [Paragraph(phrase("change.none"), "lead"), *(Paragraph(one.sentence, "caution") for one in kept)]
        return Section(id="change", heading="What changed", blocks=tuple(blocks))

    return Draft(tables=(), compose=compose, caveats=tuple(caveats))


def headlines(
    primary: Iterable[str] = (), *, id: str = "change"
) -> Callable[[Mapping[str, Table]], tuple[Headline, ...]]:
    """Return the function that writes the summary from the protected change table, one sentence a scale.

    Parameters
    ----------
    primary : iterable of str
        Shown names of the primary scales; all scales when empty.
    id : str
        Name of the change section.
    """
    wanted = tuple(primary)

    def write(tables: Mapping[str, Table]) -> tuple[Headline, ...]:
        rows = [row for row in tables[id].records() if not wanted or row["scale"].text in wanted]
        scales = list(dict.fromkeys(row["scale"].text for row in rows))
        level = tables[id].columns[tables[id].place("interval")].label.split(" ")[0]
        every = tuple(_headline(scale, [row for row in rows if row["scale"].text == scale], level) for scale in scales)
        if len({entry.detail for entry in every}) > 1:
            return every
        return (*(replace(entry, detail="") for entry in every[:-1]), *every[-1:])

    return write


def _row(entry: ScaleChange, id: str) -> Row:
    followed = {f"followed:{entry.last}": "linked"} if entry.linked else {}
    used = f"{id}:{entry.scale}" + (":gap" if entry.gap else "")
    key = key_of(
        {
            "wave": entry.first,
            "side": entry.side,
            f"scored:{entry.scale}": "yes",
            **followed,
            f"used:{used}": "yes",
        }
    )
    width = entry.high - entry.low
    values: dict[str, Cell | str | int | float | tuple[float, float] | None] = {
        "scale": entry.label,
        "row": entry.row,
        "first": entry.first,
        "last": entry.last,
        "n": entry.n,
        "n_organisations": entry.n_organisations,
        "estimate": entry.estimate,
        "interval": (entry.ci_low, entry.ci_high),
        "std_all": entry.std_all,
        "dof": entry.dof,
        "p_value": entry.p_value,
        "range": 100 * entry.estimate / width if width > 0 else float("nan"),
        "low": entry.low,
        "high": entry.high,
        "std_interval": None if math.isnan(entry.std_low) else (entry.std_low, entry.std_high),
    }
    return Row(values, key, entry.n)


def _composer(
    id: str, heading: str, level: str, linked_only: bool, sided: bool
) -> Callable[[Mapping[str, Table], tuple[Caveat, ...]], Section]:
    """Return the function that writes the section from its protected table."""

    def compose(tables: Mapping[str, Table], caveats: tuple[Caveat, ...]) -> Section:
        table = tables[id]
        first, last = table.column("first")[0].text, table.column("last")[0].text
        blocks: list[Block] = [Paragraph(phrase("change.lead", first=first, last=last, level=level), "lead")]
        blocks += in_parts(_figure(table, id), "scale", MOST_ROWS)
        if sided:
            blocks.append(Paragraph(phrase("change.two_sides")))
        if linked_only:
            blocks.append(Paragraph(phrase("change.linked_only"), "quiet"))
        blocks += [Paragraph(caveat.sentence, "caution") for caveat in caveats]
        return Section(id=id, heading=heading, blocks=tuple(blocks))

    return compose


def _figure(table: Table, id: str) -> Figure:
    """Return the picture: in points where all scales have one range, else in percent of the range."""
    ranges = {(row["low"].number, row["high"].number) for row in table.records()}
    settings: dict[str, object] = {"axis": "Change in points"}
    if len(ranges) == 1:
        low, high = next(iter(ranges))
        settings["axis"] = f"Change in points (scales run from {low:g} to {high:g})"
    else:
        settings = {"axis": "Change in points; scales differ in range"}
    return Figure(
        id=id,
        kind="change",
        caption="Change per scale, with its interval",
        table=table,
        settings=settings,
        alt="Dots with intervals: the change of each scale, by side; the vertical line is no change.",
        description=describe_rows(table),
    )


def _headline(scale: str, rows: list[dict[str, Cell]], level: str) -> Headline:
    sides = [row for row in rows if row["row"].text != "gap between the sides"]
    low, high = rows[0]["low"].number, rows[0]["high"].number
    detail = phrase("headline.scale", low=f"{low:g}", high=f"{high:g}", level=level)
    if len(sides) == 1 and sides[0]["row"].text == "all":
        return Headline(scale, (f"{capital(_moved(sides[0]))}.",), detail)
    parts = [phrase("headline.on_side", side=capital(row["row"].text), what=_moved(row)) for row in sides]
    return Headline(scale, tuple(f"{part}." for part in parts), detail)


def _moved(row: Mapping[str, Cell]) -> str:
    """Return what a scale did, as its interval allows."""
    if row["estimate"].hidden:
        return phrase("headline.hidden")
    (low, high), change = row["interval"].bounds, row["estimate"].number
    if math.isnan(low) or math.isnan(high):
        return phrase("headline.no_interval", change=format_signed(change))
    interval = format_interval(low, high)
    size = format_number(abs(change))
    if low > 0:
        return phrase("headline.rose", size=size, interval=interval)
    if high < 0:
        return phrase("headline.fell", size=size, interval=format_interval(-high, -low))
    return phrase("headline.unclear", interval=interval)

"""Section "What changed": change per scale with its interval, by side, and whether the sides moved together."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from sctoolkit.disclosure.table import Cell, Column, Row, Table, Who, key_of, make_table
from sctoolkit.report.alt_text import describe_rows
from sctoolkit.report.document import Block, Draft, Figure, Headline, Paragraph, Section, in_parts
from sctoolkit.report.numbers import format_interval, format_number, format_signed
from sctoolkit.report.sections.remarks import remarks
from sctoolkit.report.words import capital, listed, phrase
from sctoolkit.result import Caveat

LESS = " less "
"""Stands in the name of a row that sets one group against another: its figure is a difference between changes."""
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
    side, group : str
        Side, or group of the comparison; empty for everybody.
    gap : bool
        Whether this is the change of the gap between the sides.
    against : str
        Who is set against whom, where this is the difference in change between two groups, or the gap between sides.
    std_all, std_low, std_high : float
        Standardised change with its interval, and the name of the standardiser in ``standardiser``.
    p_value, dof : float
        Of the test that the method names.
    p_adjusted : float
        The same, adjusted for the outcomes that answer one question; nan where it stands alone.
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
    group: str = ""
    gap: bool = False
    against: str = ""
    std_all: float = float("nan")
    std_low: float = float("nan")
    std_high: float = float("nan")
    standardiser: str = ""
    p_value: float = float("nan")
    p_adjusted: float = float("nan")
    dof: float = float("nan")
    n_organisations: int | None = None
    linked: bool = True
    method: str = ""
    primary: bool = True

    @property
    def row(self) -> str:
        """How the row is named below its scale."""
        named = "gap between the sides" if self.gap else self.against or self.group
        return ", ".join(part for part in (self.side, named) if part) or "all"


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
        Column("p_adjusted", "p, adjusted", "p_value", print_only_if_used=True),
        Column("low", "Lowest possible", "plain"),
        Column("high", "Highest possible", "plain"),
    )
    methods = listed(list(dict.fromkeys(entry.method for entry in listed_changes if entry.method)))
    standards = listed(list(dict.fromkeys(entry.standardiser for entry in listed_changes if entry.standardiser)))
    adjusted = any(not math.isnan(entry.p_adjusted) for entry in listed_changes)
    notes = [f"Method: {methods}."] * bool(methods) + [f"Standardised by {standards}."] * bool(standards)
    notes += [phrase("change.adjusted")] * adjusted
    rows = [_row(entry, id) for entry in listed_changes]
    table = make_table(id, f"{heading}: change in points of each scale", columns, rows, notes=notes)
    linked_only = any(entry.linked for entry in listed_changes)
    sided = any(entry.side and not (entry.group or (entry.against and not entry.gap)) for entry in listed_changes)
    against = next((entry.against for entry in listed_changes if entry.gap), "")
    compose = _composer(id, heading, f"{100 * level:.0f}", linked_only, sided, against)
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


def people_of(entry: ScaleChange, id: str = "change") -> Who:
    """Return the key of the people behind a change, the same in every table that tells of it."""
    used = f"{id}:{entry.scale}" + (":gap" if entry.gap else "")
    people = {"wave": entry.first, "side": entry.side, "group": entry.group, f"scored:{entry.scale}": "yes"}
    followed = {f"followed:{entry.last}": "linked"} if entry.linked else {}
    return key_of({**people, **followed, f"used:{used}": "yes"})


def followed_key(scale: str, first: str, last: str, side: str = "", **more: str) -> Who:
    """Return the key of the people with a score at both waves, the same as those of a change of linked people."""
    people = {"wave": first, "side": side, f"scored:{scale}": "yes", f"followed:{last}": "linked"}
    return key_of({**people, f"used:change:{scale}": "yes", **more})


def _row(entry: ScaleChange, id: str) -> Row:
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
        "p_adjusted": entry.p_adjusted,
        "range": 100 * entry.estimate / width if width > 0 else float("nan"),
        "low": entry.low,
        "high": entry.high,
        "std_interval": None if math.isnan(entry.std_low) else (entry.std_low, entry.std_high),
    }
    return Row(values, people_of(entry, id), entry.n)


def _composer(
    id: str, heading: str, level: str, linked_only: bool, sided: bool, against: str
) -> Callable[[Mapping[str, Table], tuple[Caveat, ...]], Section]:
    """Return the function that writes the section from its protected table."""

    def compose(tables: Mapping[str, Table], caveats: tuple[Caveat, ...]) -> Section:
        table = tables[id]
        first, last = table.column("first")[0].text, table.column("last")[0].text
        blocks: list[Block] = [Paragraph(phrase("change.lead", first=first, last=last, level=level), "lead")]
        blocks += in_parts(_figure(table, id), "scale", MOST_ROWS)
        if sided:
            said = [phrase("change.two_sides")] + [phrase("change.gap", against=against)] * bool(against)
            blocks.append(Paragraph(" ".join(said)))
        if linked_only:
            blocks.append(Paragraph(phrase("change.linked_only"), "quiet"))
        blocks += remarks(caveats)
        return Section(id=id, heading=heading, blocks=tuple(blocks))

    return compose


def _figure(table: Table, id: str) -> Figure:
    """Return the picture, in points; its axis says the range that all scales have, or that they differ in it."""
    ranges = {(f"{row['low'].number:g}", f"{row['high'].number:g}") for row in table.records()}
    axis = "Change in points; scales differ in range"
    if len(ranges) == 1:
        low, high = next(iter(ranges))
        axis = "Change in points" if low == "nan" else f"Change in points (scales run from {low} to {high})"
    return Figure(
        id=id,
        kind="change",
        caption="Change per scale, with its interval",
        table=table,
        settings={"axis": axis},
        alt="Dots with intervals: the change of each scale, by side; the vertical line is no change.",
        description=describe_rows(table),
    )


def _headline(scale: str, rows: list[dict[str, Cell]], level: str) -> Headline:
    sides = [row for row in rows if row["row"].text != "gap between the sides"]
    low, high = rows[0]["low"].number, rows[0]["high"].number
    ends = {"low": f"{low:g}", "high": f"{high:g}"} if high > low else {}
    detail = phrase("headline.scale" if ends else "headline.intervals", level=level, **ends)
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
    compared = LESS in row["row"].text
    if low > 0:
        return phrase("headline.more" if compared else "headline.rose", size=size, interval=interval)
    if high < 0:
        said = "headline.less" if compared else "headline.fell"
        return phrase(said, size=size, interval=format_interval(-high, -low))
    return phrase("headline.alike" if compared else "headline.unclear", interval=interval)

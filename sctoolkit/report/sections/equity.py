"""Section "Who gained": change in each organisation or group of people, drawn towards the mean, never ranked."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sctoolkit.change.route.claims import check_wording
from sctoolkit.disclosure.presets import Preset
from sctoolkit.disclosure.table import Cell, Column, Row, Table, Value, make_table
from sctoolkit.report.alt_text import describe_rows
from sctoolkit.report.document import Block, Bullets, Draft, Figure, Paragraph, Section, in_parts
from sctoolkit.report.numbers import format_interval, format_number, format_signed
from sctoolkit.report.sections.lower_bound import lower_bound
from sctoolkit.report.sections.remarks import remarks
from sctoolkit.report.words import phrase
from sctoolkit.result import Caveat

MOST_ROWS = 24
"""Rows of one picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupChange:
    """Change of one group of people (``group``, a value of ``by``) on one scale, as measured and drawn to the mean.

    ``side`` names the people who are looked at apart from others: a side, a compared group, or both. ``n`` people
    stand behind it; groups too small to be told are one row without figures.
    """

    scale: str
    label: str
    by: str
    group: str
    n: int
    side: str = ""
    estimate: float = float("nan")
    ci_low: float = float("nan")
    ci_high: float = float("nan")
    raw: float = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How far the groups of ``by`` differ: their mean change, the standard deviation of true changes between them.

    ``new_low`` and ``new_high`` bound the change to expect in one more such group. They and the interval of the mean
    are nan for groups that are not a sample of many.
    """

    scale: str
    label: str
    by: str
    n_groups: int
    n: int
    mean: float
    ci_low: float
    ci_high: float
    spread: float
    side: str = ""
    new_low: float = float("nan")
    new_high: float = float("nan")


def equity_section(
    changes: Iterable[GroupChange], spreads: Iterable[Spread], *, first: str, last: str, level: float = 0.95,
    caveats: Iterable[Caveat] = (),
) -> Draft:  # fmt: skip
    """Return the section on who gained.

    Parameters
    ----------
    changes : iterable of GroupChange
        By column, scale and side, groups in the order of their names.
    spreads : iterable of Spread
        One a column, scale and side.
    first, last : str
        Names of the waves.
    level : float
        Level of the intervals.
    caveats : iterable of Caveat
        Remarks of the analyses.

    Raises
    ------
    DesignError
        If a sentence says more than a change between waves allows.
    """
    listed, told = tuple(changes), tuple(spreads)
    columns = tuple(dict.fromkeys([*(one.by for one in told), *(one.by for one in listed)]))

    def tables_under(rules: Preset) -> tuple[Table, ...]:
        groups = [_groups([one for one in listed if one.by == by], by, level, rules) for by in columns]
        return (*groups, *(_spreads([one for one in told if one.by == by], by, level, rules) for by in columns))

    def compose(safe: Mapping[str, Table], kept: tuple[Caveat, ...]) -> Section:
        blocks: list[Block] = [Paragraph(phrase("equity.lead", first=first, last=last), "lead")]
        for by in columns:
            blocks += _of_column(by, safe[_id(by)], safe[f"{_id(by)}-spread"])
        blocks.append(Paragraph(phrase("equity.order"), "quiet"))
        blocks += remarks(kept)
        return Section(id="equity", heading="Who gained", blocks=tuple(blocks))

    return Draft(compose=compose, caveats=tuple(caveats), tables_under=tables_under)


def _id(by: str) -> str:
    return f"equity-{by}"


def _groups(changes: list[GroupChange], by: str, level: float, rules: Preset) -> Table:
    columns = (
        Column("scale", "Scale"),
        Column("side", "Side", print_only_if_used=True),
        Column("label", by.capitalize(), row_header=True),
        Column("n", "People", "count"),
        Column("estimate", "Change, drawn to the mean", "score"),
        Column("interval", f"{level:.0%} interval", "interval"),
        Column("raw", "Change as measured", "score"),
    )
    rows = [
        Row(
            {
                "scale": one.label, "side": one.side, "label": one.group, "n": lower_bound(one.n, rules),
                "estimate": one.estimate,
                "interval": _interval(one.ci_low, one.ci_high), "raw": one.raw,
            },
            None,
            one.n,
        )
        for one in changes
    ]  # fmt: skip
    return make_table(_id(by), f"Change by {by}, in points of each scale", columns, rows)


def _spreads(spreads: list[Spread], by: str, level: float, rules: Preset) -> Table:
    interval = f"{level:.0%} interval"
    columns = (
        Column("scale", "Scale", row_header=True),
        Column("side", "Side", print_only_if_used=True),
        Column("n_groups", "Groups shown", "plain"),
        Column("n", "People", "count"),
        Column("mean", "Mean over groups", "score"),
        Column("interval", interval, "interval", print_only_if_used=True),
        Column("spread", "Spread between groups", "score"),
        Column("new", "To expect in one more", "interval", print_only_if_used=True),
    )
    rows = [
        Row(
            {
                "scale": one.label, "side": one.side, "n_groups": one.n_groups,
                "n": lower_bound(one.n, rules), "mean": one.mean,
                "interval": _interval(one.ci_low, one.ci_high), "spread": one.spread,
                "new": _interval(one.new_low, one.new_high),
            },
            None,
            one.n,
        )
        for one in spreads
    ]  # fmt: skip
    return make_table(f"{_id(by)}-spread", f"How far changes differ by {by}", columns, rows)


def _interval(low: float, high: float) -> Value:
    return None if math.isnan(low) and math.isnan(high) else (low, high)


def _of_column(by: str, groups: Table, spreads: Table) -> list[Block]:
    """Return the blocks on one column: what it says in words, the picture, the spreads."""
    told = tuple(sentence for row in spreads.records() for sentence in _reading(row))
    for sentence in told:
        check_wording(sentence.partition(": ")[2], "L1")
    blocks: list[Block] = [Bullets(told, heading=f"By {by}")] if told else []
    if any(not cell.hidden and cell.number == cell.number for cell in groups.column("estimate")):
        figure = Figure(
            id=groups.id,
            kind="forest",
            caption=groups.caption,
            table=groups,
            alt=f"Dots with intervals, one row a value of {by}; hollow marks show changes as they were measured.",
            description=describe_rows(groups),
            settings={"headings": ("scale", "side"), "axis": "Change in points", "beside": "raw"},
        )
        blocks += in_parts(figure, "scale", MOST_ROWS)
    return [*blocks, spreads] if spreads.rows else blocks


def _reading(row: Mapping[str, Cell]) -> list[str]:
    """Return what one row of spreads says; nothing where it is hidden."""
    mean, spread = row["mean"].number, row["spread"].number
    if math.isnan(mean) or math.isnan(spread):
        return []
    name = ", ".join(part for part in (row["scale"].text, row["side"].text if "side" in row else "") if part)
    key = "equity.alike" if spread < 0.005 else "equity.differ"
    bounds = row["interval"].bounds if "interval" in row else (math.nan, math.nan)
    interval = "" if math.isnan(bounds[0]) else f" ({format_interval(*bounds)})"
    said = phrase(key, mean=format_signed(mean), interval=interval, spread=format_number(spread))
    return [f"{name}: {said}"]

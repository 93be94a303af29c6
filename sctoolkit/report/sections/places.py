"""Section "How well the scales tell organisations apart": what lies between them, and whether one may be named."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sctoolkit.disclosure.presets import Preset
from sctoolkit.disclosure.table import Cell, Column, Row, Table, Value, make_table
from sctoolkit.report.document import Block, Bullets, Draft, Paragraph, Section
from sctoolkit.report.numbers import format_number
from sctoolkit.report.sections.lower_bound import lower_bound
from sctoolkit.report.sections.remarks import remarks
from sctoolkit.report.words import phrase
from sctoolkit.result import Caveat


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceScale:
    """How far a scale tells organisations of one side apart at one wave.

    ``share`` of the variance of people's scores lies between organisations; ``reliability`` is that of an
    organisation's score, and ``needed`` people in each would bring it to ``threshold``.
    """

    scale: str
    label: str
    wave: str
    n: int
    n_organisations: int
    share: float
    share_low: float
    share_high: float
    reliability: float
    needed: float
    threshold: float
    side: str = ""


def places_section(scales: Iterable[PlaceScale], *, level: float = 0.95, caveats: Iterable[Caveat] = ()) -> Draft:
    """Return the section on organisations.

    Parameters
    ----------
    scales : iterable of PlaceScale
        One a scale and side.
    level : float
        Level of the intervals.
    caveats : iterable of Caveat
        Remarks of the analysis.
    """
    listed = tuple(scales)

    def tables_under(rules: Preset) -> tuple[Table, ...]:
        return (_table(listed, level, rules),) if listed else ()

    threshold = max((one.threshold for one in listed), default=float("nan"))

    def compose(safe: Mapping[str, Table], kept: tuple[Caveat, ...]) -> Section:
        blocks: list[Block] = [Paragraph(phrase("places.lead"), "lead")]
        if listed:
            told = tuple(sentence for row in safe["places"].records() for sentence in _reading(row, threshold))
            blocks += [Bullets(told)] if told else []
            blocks.append(safe["places"])
        blocks += remarks(kept, "quiet")
        return Section(id="places", heading="How well the scales tell organisations apart", blocks=tuple(blocks))

    return Draft(compose=compose, caveats=tuple(caveats), tables_under=tables_under)


def _table(scales: tuple[PlaceScale, ...], level: float, rules: Preset) -> Table:
    columns = (
        Column("scale", "Scale", row_header=True),
        Column("side", "Side", print_only_if_used=True),
        Column("wave", "Wave"),
        Column("n_organisations", "Organisations", "plain"),
        Column("n", "People", "count"),
        Column("share", "Share between them", "proportion"),
        Column("interval", f"{level:.0%} interval", "proportion_interval"),
        Column("reliability", "Reliability of one organisation's score", "proportion"),
        Column("needed", "People needed in each", "number", digits=0, print_only_if_used=True),
    )
    return make_table("places", "What the scales say of organisations", columns, [_row(one, rules) for one in scales])


def _row(one: PlaceScale, rules: Preset) -> Row:
    needed = math.ceil(one.needed) if math.isfinite(one.needed) else None
    values: dict[str, Cell | Value] = {
        "scale": one.label,
        "side": one.side,
        "wave": one.wave,
        "n_organisations": one.n_organisations,
        "n": lower_bound(one.n, rules),
        "share": one.share,
        "interval": (one.share_low, one.share_high),
        "reliability": one.reliability,
        "needed": needed,
    }
    return Row(values, None, one.n)


def _reading(row: Mapping[str, Cell], threshold: float) -> list[str]:
    """Return what one row says; nothing where it is hidden."""
    reliability, needed = row["reliability"].number, row["needed"].number if "needed" in row else math.nan
    if math.isnan(reliability):
        return []
    name = ", ".join(part for part in (row["scale"].text, row["side"].text if "side" in row else "") if part)
    fields = {"reliability": format_number(reliability, "proportion"), "cut": format_number(threshold, "proportion")}
    if reliability >= threshold:
        said = phrase("places.apart", **fields)
    elif math.isnan(needed):
        said = phrase("places.alike")
    else:
        said = phrase("places.together", needed=f"{needed:,.0f}", **fields)
    return [f"{name}: {said}"]

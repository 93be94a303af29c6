"""Section "Who is missing": the shares followed up, and the change under several views of the people lost."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sctoolkit.disclosure.table import Cell, Column, Row, Table, Value, Who, key_of, make_table
from sctoolkit.report.document import Block, Draft, Paragraph, Section
from sctoolkit.report.sections.remarks import remarks
from sctoolkit.report.words import phrase
from sctoolkit.result import Caveat


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """Share (0 to 1) of the people of one part, on one side, who answered again; ``n`` people at the start."""

    scale: str
    label: str
    part: str
    share: float
    ci_low: float
    ci_high: float
    n: int
    side: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LostView:
    """Mean change under one view of the people lost; ``main`` marks the one that leaves them out."""

    scale: str
    label: str
    view: str
    estimate: float
    ci_low: float
    ci_high: float
    n: int
    side: str = ""
    main: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a result survives, in one sentence."""

    label: str
    sentence: str
    side: str = ""


def missing_people(
    shares: Iterable[FollowUp], views: Iterable[LostView], verdicts: Iterable[Verdict], *, level: float = 0.95,
    caveats: Iterable[Caveat] = (),
) -> Draft:  # fmt: skip
    """Return the section on people lost between the compared waves.

    Parameters
    ----------
    shares : iterable of FollowUp
        Follow-up of all and by starting point.
    views : iterable of LostView
        The estimate without those lost, and under other assumptions on them.
    verdicts : iterable of Verdict
        One a scale and side.
    level : float
        Level of the intervals.
    caveats : iterable of Caveat
        Remarks of the analysis.
    """
    interval = f"{level:.0%} interval"
    told, parts = tuple(verdicts), tuple(shares)
    everybody = {(entry.scale, entry.side): entry.n for entry in parts if entry.part == "all"}
    tables = (_shares(parts, interval), _views(tuple(views), everybody, interval))

    def compose(safe: Mapping[str, Table], kept: tuple[Caveat, ...]) -> Section:
        blocks: list[Block] = [Paragraph(phrase("missing.lead"), "lead")]
        for verdict in told:
            name = f"{verdict.label}, {verdict.side}" if verdict.side else verdict.label
            blocks.append(Paragraph(f"{name}: {verdict.sentence[:1].lower()}{verdict.sentence[1:]}"))
        blocks += [safe["lost-views"], Paragraph(phrase("missing.counts")), safe["follow-up"]]
        blocks += remarks(kept, "quiet")
        return Section(id="missing-people", heading="Who is missing", blocks=tuple(blocks))

    return Draft(tables=tables, compose=compose, caveats=tuple(caveats))


def _shares(shares: tuple[FollowUp, ...], interval: str) -> Table:
    columns = (
        Column("label", "Scale", row_header=True),
        Column("side", "Side", print_only_if_used=True),
        Column("part", "People"),
        Column("n", "At the start", "count"),
        Column("share", "Followed up", "percent"),
        Column("ci_low", f"{interval}, low", "percent"),
        Column("ci_high", f"{interval}, high", "percent"),
    )
    rows = [_share_row(entry) for entry in shares]
    return make_table("follow-up", "Share of people followed up, by where they stood at the start", columns, rows)


def _share_row(entry: FollowUp) -> Row:
    """A share and its interval are counts of people followed up, of those at the start."""
    part = entry.part if entry.part != "all" else ""
    followed = round(entry.share * entry.n) if math.isfinite(entry.share) else 0
    people = _start_key(entry.scale, entry.side, part=part, followed="yes")
    shown = {"share": entry.share, "ci_low": entry.ci_low, "ci_high": entry.ci_high}
    cells = {key: Cell(100 * value, people, followed, base=entry.n) for key, value in shown.items()}
    values: dict[str, Cell | Value] = {"label": entry.label, "side": entry.side, "part": entry.part, "n": entry.n}
    return Row({**values, **cells}, _start_key(entry.scale, entry.side, part=part), entry.n)


def _start_key(scale: str, side: str, **more: str) -> Who:
    """The people with a score at the start, or a part of them."""
    return key_of({"start": scale, "side": side, **more})


def _views(views: tuple[LostView, ...], everybody: Mapping[tuple[str, str], int], interval: str) -> Table:
    """Views over all people of the start are about these, the others about those followed up."""
    columns = (
        Column("label", "Scale", row_header=True),
        Column("side", "Side", print_only_if_used=True),
        Column("view", "How those lost are treated"),
        Column("n", "People", "count"),
        Column("estimate", "Change, points", "score"),
        Column("interval", interval, "interval"),
    )
    rows = [
        Row(
            {
                "label": entry.label, "side": entry.side, "view": entry.view, "n": entry.n, "estimate": entry.estimate,
                "interval": (entry.ci_low, entry.ci_high),
            },
            _start_key(
                entry.scale, entry.side, followed="" if entry.n == everybody.get((entry.scale, entry.side)) else "yes"
            ),
            entry.n,
        )
        for entry in views
    ]  # fmt: skip
    return make_table("lost-views", "Mean change under several assumptions about the people lost", columns, rows)

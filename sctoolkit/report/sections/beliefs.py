"""Section "What each side thinks the other thinks": beliefs about the other side against what it says itself."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sctoolkit.change.route.claims import check_wording
from sctoolkit.disclosure.presets import Preset
from sctoolkit.disclosure.table import Cell, Column, Row, Table, Value, make_table
from sctoolkit.report.alt_text import describe_rows
from sctoolkit.report.document import Block, Bullets, Draft, Figure, Paragraph, Section
from sctoolkit.report.numbers import format_interval, format_number, format_signed
from sctoolkit.report.sections.lower_bound import lower_bound
from sctoolkit.report.sections.remarks import remarks
from sctoolkit.report.words import capital, phrase
from sctoolkit.result import Caveat


@dataclass(frozen=True, slots=True, kw_only=True)
class Bias:
    """What one side believes at one wave, what the other side says, and the difference.

    ``guess`` is the mean of ``n`` people on ``side``, ``own`` that of ``n_other`` people on ``other``.
    """

    wave: str
    side: str
    other: str
    n: int
    n_other: int
    guess: float
    own: float
    bias: float
    ci_low: float
    ci_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BiasChange:
    """How the difference moved between two waves; ``n`` people on the side with the fewest at either."""

    side: str
    first: str
    last: str
    change: float
    ci_low: float
    ci_high: float
    n: int


def beliefs_section(
    biases: Iterable[Bias], changes: Iterable[BiasChange], *, what: str, id: str = "beliefs", level: float = 0.95,
    caveats: Iterable[Caveat] = (),
) -> Draft:  # fmt: skip
    """Return the section on beliefs about the other side.

    Parameters
    ----------
    biases : iterable of Bias
        Side by side, waves in their order.
    changes : iterable of BiasChange
        One a side.
    what : str
        What is believed of: "trust between the sides".
    id : str
        Name of the section, unique in the report.
    level : float
        Level of the intervals.
    caveats : iterable of Caveat
        Remarks of the analysis.

    Raises
    ------
    DesignError
        If a sentence says more than a description allows.
    """
    listed, moved = tuple(biases), tuple(changes)

    def tables_under(rules: Preset) -> tuple[Table, ...]:
        made = (_biases(listed, id, level, rules), listed), (_changes(moved, id, level), moved)
        return tuple(table for table, used in made if used)

    others = {one.side: one.other for one in listed}

    def compose(safe: Mapping[str, Table], kept: tuple[Caveat, ...]) -> Section:
        told = _readings(safe, id, others)
        for sentence in told:
            check_wording(sentence.partition(": ")[2], "L0")
        blocks: list[Block] = [Paragraph(phrase("beliefs.lead", what=what), "lead")]
        blocks += [Bullets(told)] if told else []
        if id in safe and any(cell.number == cell.number for cell in safe[id].column("estimate")):
            blocks.append(_picture(safe[id]))
        elif id in safe:
            blocks.append(safe[id])
        blocks += [safe[f"{id}-change"]] if f"{id}-change" in safe else []
        blocks += [Paragraph(phrase("beliefs.described"), "quiet"), *remarks(kept)]
        return Section(id=id, heading="What each side thinks the other thinks", blocks=tuple(blocks))

    return Draft(compose=compose, caveats=tuple(caveats), tables_under=tables_under)


def _biases(biases: tuple[Bias, ...], id: str, level: float, rules: Preset) -> Table:
    columns = (
        Column("side", "Who believes", row_header=True),
        Column("label", "Wave"),
        Column("n", "People", "count"),
        Column("guess", "Belief, mean", "score"),
        Column("own", "The other side says", "score"),
        Column("n_other", "People there", "count"),
        Column("estimate", "Belief less answer", "score"),
        Column("interval", f"{level:.0%} interval", "interval"),
    )
    rows = [_bias_row(one, rules) for one in biases]
    return make_table(id, "Beliefs about the other side, and what it says itself", columns, rows)


def _bias_row(one: Bias, rules: Preset) -> Row:
    fewer = min(one.n, one.n_other)
    values: dict[str, Cell | Value] = {
        "side": one.side,
        "label": one.wave,
        "n": lower_bound(one.n, rules),
        "guess": Cell(one.guess, None, one.n),
        "own": Cell(one.own, None, one.n_other),
        "n_other": lower_bound(one.n_other, rules),
        "estimate": Cell(one.bias, None, fewer),
        "interval": Cell((one.ci_low, one.ci_high), None, fewer),
    }
    return Row(values)


def _changes(changes: tuple[BiasChange, ...], id: str, level: float) -> Table:
    columns = (
        Column("side", "Who believes", row_header=True),
        Column("first", "From"),
        Column("last", "To"),
        Column("estimate", "Change of the difference", "score"),
        Column("interval", f"{level:.0%} interval", "interval"),
    )
    rows = [
        Row(
            {
                "side": one.side, "first": one.first, "last": one.last, "estimate": one.change,
                "interval": (one.ci_low, one.ci_high),
            },
            None,
            one.n,
        )
        for one in changes
    ]  # fmt: skip
    return make_table(f"{id}-change", "How the difference of belief and answer moved", columns, rows)


def _picture(table: Table) -> Figure:
    return Figure(
        id=table.id,
        kind="forest",
        caption="Belief less answer, in points: left of zero, people believe too little of the other side's view",
        table=table,
        alt="Dots with intervals, one row a wave, side by side; zero means that belief and answer agree.",
        description=describe_rows(table),
        settings={"headings": ("side",), "axis": "Belief less answer, points"},
    )


def _readings(safe: Mapping[str, Table], id: str, others: Mapping[str, str]) -> tuple[str, ...]:
    """Return what the tables say: each side at the last wave, then how its difference moved."""
    last: dict[str, Mapping[str, Cell]] = {}
    for row in safe[id].records() if id in safe else ():
        last[row["side"].text] = row
    moved: dict[str, Mapping[str, Cell]] = {}
    for row in safe[f"{id}-change"].records() if f"{id}-change" in safe else ():
        moved[row["side"].text] = row
    told = []
    for side, at in last.items():
        sentence = _reading(at, others.get(side, ""))
        if sentence and side in moved:
            sentence = f"{sentence} {_movement(moved[side])}".rstrip()
        if sentence:
            told.append(f"{capital(side)}: {sentence}")
    return tuple(told)


def _reading(row: Mapping[str, Cell], other: str) -> str:
    """Return what a side believes at a wave; empty where a figure is hidden."""
    bias, (low, high) = row["estimate"].number, row["interval"].bounds
    if math.isnan(bias):
        return ""
    unclear = math.isnan(low) or low <= 0.0 <= high
    key = "beliefs.agree" if unclear else "beliefs.low" if bias < 0 else "beliefs.high"
    return phrase(
        key, wave=row["label"].text, guess=format_number(row["guess"].number), own=format_number(row["own"].number),
        other=other, size=format_number(abs(bias)), interval=format_interval(low, high),
    )  # fmt: skip


def _movement(row: Mapping[str, Cell]) -> str:
    """Return how a difference moved; empty where it is hidden."""
    change, (low, high) = row["estimate"].number, row["interval"].bounds
    if math.isnan(change):
        return ""
    key = "beliefs.moved" if low > 0.0 or high < 0.0 else "beliefs.still"
    fields = {"change": format_signed(change), "interval": format_interval(low, high)}
    return phrase(key, first=row["first"].text, last=row["last"].text, **fields)

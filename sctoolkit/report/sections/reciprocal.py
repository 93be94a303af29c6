"""Section "Which follows which": two scales over the waves, each as a departure from a person's own usual level."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sctoolkit.change.route.claims import check_wording
from sctoolkit.disclosure.presets import Preset
from sctoolkit.disclosure.table import Cell, Column, Row, Table, make_table
from sctoolkit.report.document import Block, Bullets, Draft, Paragraph, Section
from sctoolkit.report.sections.interval_reading import interval_reading
from sctoolkit.report.sections.lower_bound import lower_bound
from sctoolkit.report.sections.remarks import remarks
from sctoolkit.report.words import phrase
from sctoolkit.result import Caveat


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """How one scale goes with another a wave later, within people; ``main`` marks the steps from one to the other."""

    what: str
    estimate: float
    ci_low: float
    ci_high: float
    p_value: float
    n: int
    std_all: float = float("nan")
    side: str = ""
    main: bool = False


def reciprocal_section(lags: Iterable[Lag], *, level: float = 0.95, caveats: Iterable[Caveat] = ()) -> Draft:
    """Return the section on two scales that may follow one another.

    Parameters
    ----------
    lags : iterable of Lag
        Side by side, steps from one scale to the other first.
    level : float
        Level of the intervals.
    caveats : iterable of Caveat
        Remarks of the model, and why it could not be fitted.

    Raises
    ------
    DesignError
        If a sentence says more than associations over waves allow.
    """
    listed = tuple(lags)
    main = {one.what for one in listed if one.main}

    def tables_under(rules: Preset) -> tuple[Table, ...]:
        return (_table(listed, level, rules),) if listed else ()

    def compose(safe: Mapping[str, Table], kept: tuple[Caveat, ...]) -> Section:
        blocks: list[Block] = [Paragraph(phrase("reciprocal.lead"), "lead")]
        if "reciprocal" in safe:
            rows = [row for row in safe["reciprocal"].records() if row["what"].text in main]
            told = tuple(text for row in rows if (text := _reading(row)))
            for sentence in told:
                check_wording(sentence.partition(": ")[2], "L1")
            blocks += [*([Bullets(told)] if told else []), safe["reciprocal"]]
        blocks += remarks(kept)
        return Section(id="reciprocal", heading="Which follows which", blocks=tuple(blocks))

    return Draft(compose=compose, caveats=tuple(caveats), tables_under=tables_under)


def _table(lags: tuple[Lag, ...], level: float, rules: Preset) -> Table:
    columns = (
        Column("what", "What goes with what", row_header=True),
        Column("side", "Side", print_only_if_used=True),
        Column("n", "People", "count"),
        Column("estimate", "Estimate", "number"),
        Column("interval", f"{level:.0%} interval", "interval"),
        Column("std_all", "Standardised", "number", print_only_if_used=True),
        Column("p_value", "p", "p_value", print_only_if_used=True),
    )
    rows = [
        Row(
            {
                "what": one.what, "side": one.side, "n": lower_bound(one.n, rules), "estimate": one.estimate,
                "interval": (one.ci_low, one.ci_high), "std_all": one.std_all, "p_value": one.p_value,
            },
            None,
            one.n,
        )
        for one in lags
    ]  # fmt: skip
    return make_table("reciprocal", "Two scales over the waves, within people", columns, rows)


def _reading(row: Mapping[str, Cell]) -> str:
    """Return what one step from scale to scale says; empty where it is hidden."""
    return interval_reading(row, "what", clear="reciprocal.follows", unclear="reciprocal.unclear")

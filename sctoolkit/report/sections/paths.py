"""Section "Along the path": whether what comes first goes with what comes later by way of what lies between."""

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

INDIRECT = "by way of it (a × b)"


@dataclass(frozen=True, slots=True, kw_only=True)
class PathStep:
    """One figure of a path: ``path`` names its three things, ``what`` the step; points for one more of the first."""

    path: str
    what: str
    estimate: float
    ci_low: float
    ci_high: float
    p_value: float
    n: int
    n_organisations: int | None = None
    side: str = ""


def paths_section(steps: Iterable[PathStep], *, level: float = 0.95, caveats: Iterable[Caveat] = ()) -> Draft:
    """Return the section on paths.

    Parameters
    ----------
    steps : iterable of PathStep
        Path by path and side by side: a, b, a × b, direct, in all.
    level : float
        Level of the intervals.
    caveats : iterable of Caveat
        Remarks of the analyses, and why a path could not be estimated.

    Raises
    ------
    DesignError
        If a sentence says more than associations over waves allow.
    """
    listed = tuple(steps)

    def tables_under(rules: Preset) -> tuple[Table, ...]:
        return (_table(listed, level, rules),) if listed else ()

    def compose(safe: Mapping[str, Table], kept: tuple[Caveat, ...]) -> Section:
        blocks: list[Block] = [Paragraph(phrase("paths.lead"), "lead")]
        if "paths" in safe:
            told = tuple(text for row in safe["paths"].records() if (text := _reading(row)))
            for sentence in told:
                check_wording(sentence.partition(": ")[2], "L1")
            blocks += [*([Bullets(told)] if told else []), safe["paths"], Paragraph(phrase("paths.limits"), "quiet")]
        blocks += remarks(kept)
        return Section(id="paths", heading="Along the path", blocks=tuple(blocks))

    return Draft(compose=compose, caveats=tuple(caveats), tables_under=tables_under)


def _table(steps: tuple[PathStep, ...], level: float, rules: Preset) -> Table:
    columns = (
        Column("path", "Path", row_header=True),
        Column("side", "Side", print_only_if_used=True),
        Column("what", "Step"),
        Column("n", "People", "count"),
        Column("n_organisations", "Organisations", "plain", print_only_if_used=True),
        Column("estimate", "Points for one more", "score"),
        Column("interval", f"{level:.0%} interval", "interval"),
        Column("p_value", "p", "p_value"),
    )
    rows = [
        Row(
            {
                "path": one.path, "side": one.side, "what": one.what, "n": lower_bound(one.n, rules),
                "n_organisations": one.n_organisations, "estimate": one.estimate,
                "interval": (one.ci_low, one.ci_high), "p_value": one.p_value,
            },
            None,
            one.n,
        )
        for one in steps
    ]  # fmt: skip
    return make_table("paths", "Steps of the paths that the plan names", columns, rows)


def _reading(row: Mapping[str, Cell]) -> str:
    """Return what the indirect step says; empty for other rows and where it is hidden."""
    if row["what"].text != INDIRECT:
        return ""
    return interval_reading(row, "path", clear="paths.along", unclear="paths.unclear")

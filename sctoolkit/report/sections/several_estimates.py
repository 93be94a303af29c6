"""Section "The same question asked in several ways": estimates side by side, the planned one marked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sctoolkit.disclosure.table import Column, Row, Table, key_of, make_table
from sctoolkit.report.alt_text import describe_rows
from sctoolkit.report.document import Block, Draft, Figure, Paragraph, Section
from sctoolkit.report.sections.remarks import remarks
from sctoolkit.report.words import phrase
from sctoolkit.result import Caveat


@dataclass(frozen=True, slots=True, kw_only=True)
class OneEstimate:
    """One way to the answer: its name, figures in one unit, people behind it, and whether the plan named it."""

    label: str
    estimate: float
    ci_low: float
    ci_high: float
    n: int
    planned: bool = False
    method: str = ""


def several_estimates(
    estimates: Iterable[OneEstimate],
    *,
    id: str,
    heading: str,
    unit: str = "Change in points",
    caveats: Iterable[Caveat] = (),
) -> Draft:
    """Return a section that sets estimates of one quantity side by side.

    Parameters
    ----------
    estimates : iterable of OneEstimate
        In the order in which they are shown.
    id, heading : str
        Name (unique in the report) and heading.
    unit : str
        Label of the axis.
    caveats : iterable of Caveat
        Remarks of the analyses.
    """
    listed = tuple(estimates)
    columns = (
        Column("label", "Estimator", row_header=True),
        Column("n", "People", "count"),
        Column("estimate", unit, "score"),
        Column("interval", "95% interval", "interval"),
        Column("method", "Method", print_only_if_used=True),
    )
    rows = [
        Row(
            {
                "label": entry.label, "n": entry.n, "estimate": entry.estimate,
                "interval": (entry.ci_low, entry.ci_high), "method": entry.method,
            },
            key_of({f"{id}:{entry.label}": "used"}),
            entry.n,
        )
        for entry in listed
    ]  # fmt: skip
    planned = tuple(entry.label for entry in listed if entry.planned)
    table = make_table(id, heading, columns, rows)

    def compose(tables: Mapping[str, Table], kept: tuple[Caveat, ...]) -> Section:
        figure = Figure(
            id=id,
            kind="forest",
            caption=heading,
            table=tables[id],
            alt="Dots with intervals, one row an estimator; the one that the plan named is marked.",
            description=describe_rows(tables[id]),
            settings={"summary": planned, "axis": unit},
        )
        blocks: list[Block] = [Paragraph(phrase("estimates.lead"), "lead"), figure]
        blocks += remarks(kept)
        return Section(id=id, heading=heading, blocks=tuple(blocks))

    return Draft(tables=(table,), compose=compose, caveats=tuple(caveats))

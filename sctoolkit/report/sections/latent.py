"""Section "Change without error of measurement": latent change, and what of the change is item drift."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sctoolkit.disclosure.table import Column, Row, make_table
from sctoolkit.report.document import Draft
from sctoolkit.report.sections.one_table import one_table_section
from sctoolkit.report.sections.who_answered import linked_key
from sctoolkit.report.words import phrase
from sctoolkit.result import Caveat

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class LatentRow:
    """Latent change of one scale and side, in standard deviations of the first wave, and its parts in points."""

    scale: str
    label: str
    first: str
    last: str
    estimate: float
    interval: Interval
    people: float
    drift: float
    drift_interval: Interval
    n: int
    side: str = ""


def latent_section(rows: Iterable[LatentRow], *, level: float = 0.95, caveats: Iterable[Caveat] = ()) -> Draft:
    """Return the section on latent change.

    Parameters
    ----------
    rows : iterable of LatentRow
        One a scale and side.
    level : float
        Level of the intervals.
    caveats : iterable of Caveat
        Remarks of the analysis.
    """
    columns = (
        Column("label", "Scale", row_header=True),
        Column("side", "Side", print_only_if_used=True),
        Column("n", "People", "count"),
        Column("estimate", "Change, standard deviations", "number"),
        Column("interval", f"{level:.0%} interval", "interval"),
        Column("people", "Points of the score, by people", "score"),
        Column("drift", "Points, by items", "score"),
        Column("drift_interval", f"{level:.0%} interval, items", "interval"),
    )
    body = [
        Row(
            {
                "label": row.label, "side": row.side, "n": row.n, "estimate": row.estimate, "interval": row.interval,
                "people": row.people, "drift": row.drift, "drift_interval": row.drift_interval,
            },
            linked_key(row.first, row.last, row.side, **{f"modelled:{row.scale}": "yes"}),
            row.n,
        )
        for row in rows
    ]  # fmt: skip
    table = make_table("latent", "Change in what the items measure", columns, body)
    return one_table_section(
        table, heading="Change without error of measurement", lead=phrase("latent.lead"), caveats=caveats
    )

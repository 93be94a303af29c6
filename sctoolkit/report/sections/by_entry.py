"""Section "Entered and not yet entered": gains after entry when organisations enter in turn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sctoolkit.disclosure.table import Column, Row, key_of, make_table
from sctoolkit.report.document import Draft
from sctoolkit.report.sections.one_table import Said, one_table_section
from sctoolkit.report.words import phrase
from sctoolkit.result import Caveat


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryGain:
    """Gain of entrants over those not yet entered, in points: on average, by time since entry or by cohort.

    ``n`` people and ``n_organisations`` stand behind it; ``kind`` orders the rows: ``average``, ``since``, ``before``.
    """

    scale: str
    label: str
    what: str
    kind: str
    estimate: float
    ci_low: float
    ci_high: float
    p_value: float
    n: int
    n_organisations: int
    side: str = ""


def by_entry_section(
    gains: Iterable[EntryGain], claims: Iterable[Said], *, level: float = 0.95, caveats: Iterable[Caveat] = ()
) -> Draft:
    """Return the section on comparison by the time of entry.

    Parameters
    ----------
    gains : iterable of EntryGain
        Rows in reading order.
    claims : iterable of Said
        One a scale and side.
    level : float
        Level of the intervals.
    caveats : iterable of Caveat
        Remarks of the analysis.

    Raises
    ------
    DesignError
        If a sentence says more than its rung allows.
    """
    columns = (
        Column("label", "Scale", row_header=True),
        Column("side", "Side", print_only_if_used=True),
        Column("what", "Gain"),
        Column("estimate", "Points", "score"),
        Column("interval", f"{level:.0%} interval", "interval"),
        Column("p_value", "p", "p_value"),
        Column("n", "People", "count"),
        Column("n_organisations", "Organisations", "plain"),
    )
    rows = [
        Row(
            {
                "label": gain.label, "side": gain.side, "what": gain.what, "n": gain.n,
                "n_organisations": gain.n_organisations, "estimate": gain.estimate,
                "interval": (gain.ci_low, gain.ci_high), "p_value": gain.p_value,
            },
            key_of({"entry": gain.scale, "entry side": gain.side}),
            gain.n,
        )
        for gain in gains
    ]  # fmt: skip
    table = make_table("by-entry", "Gain over those not yet entered, in points of each scale", columns, rows)

    return one_table_section(
        table,
        heading="Entered and not yet entered",
        lead=phrase("entry.lead"),
        said=claims,
        after=phrase("entry.rows"),
        caveats=caveats,
    )

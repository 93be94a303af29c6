"""Section "Those who had entered and those who had not yet": gains after entry when organisations enter in turn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sctoolkit.change.route.claims import check_wording
from sctoolkit.disclosure.table import Column, Row, Table, key_of, make_table
from sctoolkit.report.document import Block, Draft, Paragraph, Section
from sctoolkit.report.sections.remarks import remarks
from sctoolkit.report.words import capital, phrase
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


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryClaim:
    """What may be said of one scale, held to its rung."""

    label: str
    sentence: str
    rung: str
    side: str = ""


def by_entry_section(
    gains: Iterable[EntryGain], claims: Iterable[EntryClaim], *, level: float = 0.95, caveats: Iterable[Caveat] = ()
) -> Draft:
    """Return the section on comparison by the time of entry.

    Parameters
    ----------
    gains : iterable of EntryGain
        Rows in reading order.
    claims : iterable of EntryClaim
        One a scale.
    level : float
        Level of the intervals.
    caveats : iterable of Caveat
        Remarks of the analysis.

    Raises
    ------
    DesignError
        If a sentence says more than its rung allows.
    """
    told = tuple(claims)
    for claim in told:
        check_wording(claim.sentence, claim.rung)
    columns = (
        Column("label", "Scale", row_header=True),
        Column("side", "Side", print_only_if_used=True),
        Column("what", "Gain over those not yet entered"),
        Column("n", "People", "count"),
        Column("n_organisations", "Organisations", "plain"),
        Column("estimate", "Points", "score"),
        Column("interval", f"{level:.0%} interval", "interval"),
        Column("p_value", "p", "p_value"),
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
    table = make_table("by-entry", "Gains after entry, in points of each scale", columns, rows)

    def compose(safe: Mapping[str, Table], kept: tuple[Caveat, ...]) -> Section:
        blocks: list[Block] = [Paragraph(phrase("entry.lead"), "lead")]
        blocks += [Paragraph(_of_side(claim)) for claim in told]
        blocks.append(safe["by-entry"])
        blocks += remarks(kept, "quiet")
        return Section(id="by-entry", heading="Those who had entered and those who had not yet", blocks=tuple(blocks))

    return Draft(tables=(table,), compose=compose, caveats=tuple(caveats))


def _of_side(claim: EntryClaim) -> str:
    """Return what may be said, with the side of which it is said."""
    if not claim.side:
        return claim.sentence
    return f"{capital(claim.side)}: {claim.sentence[:1].lower()}{claim.sentence[1:]}"

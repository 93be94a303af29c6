"""Section "More presence, more change?": slopes on what the engagement log counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sctoolkit.change.route.claims import check_wording
from sctoolkit.disclosure.table import Column, Row, Table, key_of, make_table
from sctoolkit.report.document import Block, Draft, Paragraph, Section
from sctoolkit.report.sections.remarks import remarks
from sctoolkit.report.words import phrase
from sctoolkit.result import Caveat


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseSlope:
    """Points of a scale for ``step`` more units of dose; ``what`` says within or between organisations, or the side."""

    scale: str
    label: str
    what: str
    estimate: float
    ci_low: float
    ci_high: float
    p_value: float
    n: int
    n_organisations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseClaim:
    """What may be said of one scale, held to its rung."""

    sentence: str
    rung: str


def dose_section(
    slopes: Iterable[DoseSlope], claims: Iterable[DoseClaim], *, dose: str, step: float, level: float = 0.95,
    caveats: Iterable[Caveat] = (),
) -> Draft:  # fmt: skip
    """Return the section on dose.

    Parameters
    ----------
    slopes : iterable of DoseSlope
        Rows in reading order, already for ``step`` units.
    claims : iterable of DoseClaim
        One a scale.
    dose : str
        What was counted, with its unit: "hours of engagement".
    step : float
        Units of dose that a slope is for.
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
        Column("what", "Slope"),
        Column("n", "Rows", "count"),
        Column("n_organisations", "Organisations", "plain"),
        Column("estimate", f"Points for {step:g} more", "score"),
        Column("interval", f"{level:.0%} interval", "interval"),
        Column("p_value", "p", "p_value"),
    )
    rows = [
        Row(
            {
                "label": slope.label, "what": slope.what, "n": slope.n, "n_organisations": slope.n_organisations,
                "estimate": slope.estimate, "interval": (slope.ci_low, slope.ci_high), "p_value": slope.p_value,
            },
            key_of({"dose": f"{slope.scale} {slope.n}"}),
            slope.n,
        )
        for slope in slopes
    ]  # fmt: skip
    table = make_table("dose", f"Change with {dose}, in points of each scale", columns, rows)

    def compose(safe: Mapping[str, Table], kept: tuple[Caveat, ...]) -> Section:
        blocks: list[Block] = [Paragraph(phrase("dose.lead", dose=dose), "lead")]
        blocks += [Paragraph(claim.sentence) for claim in told]
        blocks.append(safe["dose"])
        blocks += remarks(kept, "quiet")
        return Section(id="dose", heading="More presence, more change?", blocks=tuple(blocks))

    return Draft(tables=(table,), compose=compose, caveats=tuple(caveats))

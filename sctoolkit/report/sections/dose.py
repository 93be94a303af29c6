"""Section "Change with presence": slopes on what the engagement log counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sctoolkit.disclosure.table import Column, Row, key_of, make_table
from sctoolkit.report.document import Draft
from sctoolkit.report.sections.one_table import Said, one_table_section
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


def dose_section(
    slopes: Iterable[DoseSlope], claims: Iterable[Said], *, dose: str, step: float, level: float = 0.95,
    caveats: Iterable[Caveat] = (),
) -> Draft:  # fmt: skip
    """Return the section on dose.

    Parameters
    ----------
    slopes : iterable of DoseSlope
        Rows in reading order, already for ``step`` units.
    claims : iterable of Said
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
    return one_table_section(
        table,
        heading="Change with presence",
        lead=phrase("dose.lead", dose=dose),
        said=claims,
        caveats=caveats,
    )

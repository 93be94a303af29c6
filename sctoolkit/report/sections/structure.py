"""Section "Do the items hang together, and mean the same": fit of the one-factor model, invariance, item drift."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sctoolkit.disclosure.table import Column, Row, Table, key_of, make_table
from sctoolkit.report.document import Block, Draft, Paragraph, Section
from sctoolkit.report.sections.remarks import remarks
from sctoolkit.report.words import listed, phrase
from sctoolkit.result import Caveat


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleStructure:
    """Fit of the one-factor model of a scale: the one recommended set of figures, named in ``estimator``."""

    scale: str
    label: str
    n: int
    estimator: str
    chi2: float
    dof: float
    p_value: float
    cfi: float
    rmsea: float
    rmsea_low: float
    rmsea_high: float
    srmr: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleInvariance:
    """How far items of a scale measure alike over two blocks (sides, waves), and what drift does to their difference.

    ``level`` is the highest level that holds in full, ``partial`` the highest with the parameters in ``freed`` free;
    ``difference`` is the observed one in points and ``drift`` the part of it that items make, with its interval.
    """

    scale: str
    label: str
    n: int
    compared: str
    level: str
    partial: str = ""
    freed: tuple[str, ...] = ()
    difference: float = float("nan")
    drift: float = float("nan")
    drift_low: float = float("nan")
    drift_high: float = float("nan")


def structure_section(
    structures: Iterable[ScaleStructure],
    invariances: Iterable[ScaleInvariance],
    *,
    ordered: bool,
    wave: str = "",
    level: float = 0.95,
    caveats: Iterable[Caveat] = (),
) -> Draft:
    """Return the section on structure and invariance; its first sentence says how items were treated.

    Parameters
    ----------
    structures : iterable of ScaleStructure
        One record a scale.
    invariances : iterable of ScaleInvariance
        One record a scale and comparison.
    ordered : bool
        Whether items were treated as ordinal.
    wave : str
        Wave that the one-factor models are of; all waves without.
    level : float
        Level of the intervals of drift.
    caveats : iterable of Caveat
        Remarks of the analysis.
    """
    fits, levels = tuple(structures), tuple(invariances)
    tested = tuple(fit for fit in fits if fit.dof > 0)
    saturated = [fit.label for fit in fits if not fit.dof > 0]
    tables = [table for table in (_fit_table(tested, wave), _level_table(levels, level)) if table is not None]
    lead = phrase("reliability.lead_ordinal" if ordered else "reliability.lead_continuous")

    def compose(safe: Mapping[str, Table], kept: tuple[Caveat, ...]) -> Section:
        blocks: list[Block] = [Paragraph(lead, "lead")]
        if "structure" in safe:
            blocks += [Paragraph(phrase("structure.fit")), safe["structure"]]
        if saturated:
            blocks.append(Paragraph(phrase("structure.saturated", scales=listed(saturated)), "quiet"))
        if "invariance" in safe:
            blocks += [Paragraph(phrase("structure.invariance")), *_warnings(safe["invariance"]), safe["invariance"]]
        if not safe and not saturated:
            blocks.append(Paragraph(phrase("structure.none")))
        blocks += remarks(kept)
        return Section(id="structure", heading="Whether items mean the same to all", blocks=tuple(blocks))

    return Draft(tables=tuple(tables), compose=compose, caveats=tuple(caveats))


def _fit_table(fits: tuple[ScaleStructure, ...], wave: str) -> Table | None:
    if not fits:
        return None
    columns = (
        Column("scale", "Scale", row_header=True),
        Column("n", "People", "count"),
        Column("chi2", "Chi-square", "number"),
        Column("dof", "df", "dof"),
        Column("p_value", "p", "p_value"),
        Column("cfi", "CFI", "proportion"),
        Column("rmsea", "RMSEA", "proportion"),
        Column("interval", "90% interval", "proportion_interval"),
        Column("srmr", "SRMR", "proportion"),
    )
    rows = [
        Row(
            {
                "scale": fit.label, "n": fit.n, "chi2": fit.chi2, "dof": fit.dof, "p_value": fit.p_value,
                "cfi": fit.cfi, "rmsea": fit.rmsea, "interval": (fit.rmsea_low, fit.rmsea_high), "srmr": fit.srmr,
            },
            key_of({"wave": wave, f"complete:{fit.scale}": "yes"}),
            fit.n,
        )
        for fit in fits
    ]  # fmt: skip
    note = f"Estimator: {listed(list(dict.fromkeys(fit.estimator for fit in fits)))}."
    caption = f"One-factor model of each scale, {wave or 'all waves'}"
    return make_table("structure", caption, columns, rows, notes=[note])


def _level_table(levels: tuple[ScaleInvariance, ...], level: float) -> Table | None:
    if not levels:
        return None
    columns = (
        Column("scale", "Scale", row_header=True),
        Column("compared", "Compared"),
        Column("n", "People", "count"),
        Column("level", "Holds up to"),
        Column("partial", "With some left free", print_only_if_used=True),
        Column("freed", "Left free", print_only_if_used=True),
        Column("difference", "Difference, points", "score"),
        Column("drift", "Of which drift", "score"),
        Column("drift_interval", f"{level:.0%} interval, drift", "interval", print_only_if_used=True),
    )
    rows = [
        Row(
            {
                "scale": entry.label, "compared": entry.compared, "n": entry.n, "level": entry.level,
                "partial": entry.partial if entry.partial != entry.level else "", "freed": "; ".join(entry.freed),
                "difference": entry.difference, "drift": entry.drift,
                "drift_interval": None if math.isnan(entry.drift_low) else (entry.drift_low, entry.drift_high),
            },
            key_of({f"complete:{entry.scale}": "yes", "compared": entry.compared}),
            entry.n,
        )
        for entry in levels
    ]  # fmt: skip
    return make_table("invariance", "Measurement invariance and what item drift does to the scores", columns, rows)


def _warnings(table: Table) -> list[Block]:
    """A sentence on the comparisons whose scores may not be compared as they stand."""
    weak = [
        f"{row['scale'].text} ({row['compared'].text})"
        for row in table.records()
        if row["level"].text not in ("scalar", "strict", "variances", "covariances", "means")
    ]
    if not weak:
        return [Paragraph(phrase("structure.holds"))]
    return [Paragraph(phrase("structure.weak", scales=listed(weak)), "caution")]

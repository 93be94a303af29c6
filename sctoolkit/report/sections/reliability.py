"""Section "How well the scales measure": alpha, omega and their intervals, with the people behind them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sctoolkit.disclosure.table import Cell, Column, Row, Table, key_of, make_table
from sctoolkit.report.document import Block, Draft, Paragraph, Section
from sctoolkit.report.numbers import format_number
from sctoolkit.report.sections.remarks import remarks
from sctoolkit.report.words import listed, phrase, rule
from sctoolkit.result import Caveat

RULE = "reliability_nunnally"
CUT = 0.70


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleReliability:
    """Reliability of one scale among ``n`` people who answered all its items; nan where a figure is not given."""

    scale: str
    label: str
    n: int
    n_items: int
    alpha: float = float("nan")
    alpha_low: float = float("nan")
    alpha_high: float = float("nan")
    omega: float = float("nan")
    omega_low: float = float("nan")
    omega_high: float = float("nan")
    std_error_measurement: float = float("nan")
    wave: str = ""
    side: str = ""


def reliability_section(scales: Iterable[ScaleReliability], *, ordered: bool, caveats: Iterable[Caveat] = ()) -> Draft:
    """Return the section on reliability; its first sentence says whether items were treated as ordinal.

    Parameters
    ----------
    scales : iterable of ScaleReliability
        One record a scale, and a wave and side where it was done so.
    ordered : bool
        Whether items were treated as ordinal.
    caveats : iterable of Caveat
        Remarks of the analysis.
    """
    columns = (
        Column("scale", "Scale", row_header=True),
        Column("wave", "Wave", print_only_if_used=True),
        Column("side", "Side", print_only_if_used=True),
        Column("n_items", "Items", "plain"),
        Column("n", "People", "count"),
        Column("alpha", "Alpha", "proportion"),
        Column("alpha_interval", "95% interval", "proportion_interval", print_only_if_used=True),
        Column("omega", "Omega total", "proportion", print_only_if_used=True),
        Column("omega_interval", "95% interval", "proportion_interval", print_only_if_used=True),
        Column("sem", "SEm, points", "score", print_only_if_used=True),
    )
    table = make_table("reliability", "Reliability of the scales", columns, [_row(entry) for entry in scales])
    compose = _compose_ordinal if ordered else _compose_continuous
    return Draft(tables=(table,), compose=compose, caveats=tuple(caveats))


def _row(entry: ScaleReliability) -> Row:
    key = key_of(
        {
            "wave": entry.wave,
            "side": entry.side,
            f"scored:{entry.scale}": "yes",
            f"complete:{entry.scale}": "yes",
        }
    )
    values: dict[str, Cell | str | int | float | tuple[float, float] | None] = {
        "scale": entry.label,
        "wave": entry.wave,
        "side": entry.side,
        "n_items": entry.n_items,
        "n": entry.n,
        "alpha": entry.alpha,
        "alpha_interval": _interval(entry.alpha_low, entry.alpha_high),
        "omega": entry.omega,
        "omega_interval": _interval(entry.omega_low, entry.omega_high),
        "sem": entry.std_error_measurement,
    }
    return Row(values, key, entry.n)


def _interval(low: float, high: float) -> tuple[float, float] | None:
    return None if low != low and high != high else (low, high)


def _compose_ordinal(tables: Mapping[str, Table], caveats: tuple[Caveat, ...]) -> Section:
    return _compose(tables["reliability"], caveats, phrase("reliability.lead_ordinal"))


def _compose_continuous(tables: Mapping[str, Table], caveats: tuple[Caveat, ...]) -> Section:
    return _compose(tables["reliability"], caveats, phrase("reliability.lead_continuous"))


def _compose(table: Table, caveats: tuple[Caveat, ...], lead: str) -> Section:
    blocks: list[Block] = [Paragraph(lead, "lead"), Paragraph(phrase("reliability.meaning")), table]
    weak = list(dict.fromkeys(row["scale"].text for row in table.records() if _lowest(row) < CUT))
    if weak:
        cut, source = format_number(CUT, "proportion"), rule(RULE).source
        blocks.append(Paragraph(phrase("reliability.wide", scales=listed(weak), cut=cut, source=source), "caution"))
    blocks += remarks(caveats)
    return Section(id="reliability", heading="How well the scales measure", blocks=tuple(blocks))


def _lowest(row: Mapping[str, Cell]) -> float:
    """Return the lower end of the best-known reliability of a row; infinity where none is shown."""
    name = "omega" if "omega" in row and row["omega"].number == row["omega"].number else "alpha"
    low = row[f"{name}_interval"].bounds[0] if f"{name}_interval" in row else float("nan")
    found = low if low == low else row[name].number
    return found if found == found else float("inf")

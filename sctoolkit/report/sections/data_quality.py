"""Section "Data quality": flags by wave, missing answers by reason, and remarks on the files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sctoolkit.disclosure.table import Column, Row, Table, key_of, make_table
from sctoolkit.report.document import Block, Draft, Paragraph, Section
from sctoolkit.report.words import phrase
from sctoolkit.result import Caveat


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """How many people a quality check flagged at one wave; ``rule`` says what it looks for."""

    name: str
    rule: str
    n: int
    wave: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotScored:
    """How many people have no score on a scale at one wave, and why."""

    scale: str
    label: str
    reason: str
    n: int
    wave: str = ""


def data_quality(
    flags: Iterable[Flag], not_scored: Iterable[NotScored] = (), *, caveats: Iterable[Caveat] = ()
) -> Draft:
    """Return the section on data quality.

    Parameters
    ----------
    flags : iterable of Flag
        One record a check and wave.
    not_scored : iterable of NotScored
        One record a scale, wave and reason.
    caveats : iterable of Caveat
        Remarks of reading, matching and checking.
    """
    tables = []
    flagged, missing = tuple(flags), tuple(not_scored)
    if flagged:
        columns = (
            Column("name", "Flag", row_header=True),
            Column("rule", "Looks for"),
            Column("wave", "Wave", print_only_if_used=True),
            Column("n", "People", "count"),
        )
        rows = [
            Row(
                {"name": entry.name, "rule": entry.rule, "wave": entry.wave, "n": entry.n},
                key_of({"wave": entry.wave, f"flag:{entry.name}": "yes"}),
                entry.n,
            )
            for entry in flagged
        ]
        tables.append(make_table("flags", "Answers that were flagged", columns, rows))
    if missing:
        columns = (
            Column("scale", "Scale", row_header=True),
            Column("wave", "Wave", print_only_if_used=True),
            Column("reason", "Reason"),
            Column("n", "People", "count"),
        )
        rows = [
            Row(
                {"scale": entry.label, "wave": entry.wave, "reason": entry.reason, "n": entry.n},
                key_of({"wave": entry.wave, f"scored:{entry.scale}": "no", "reason": entry.reason}),
                entry.n,
            )
            for entry in missing
        ]
        tables.append(make_table("not-scored", "Scores that were not given, and why", columns, rows))
    return Draft(tables=tuple(tables), compose=_compose, caveats=tuple(caveats))


def _compose(tables: Mapping[str, Table], caveats: tuple[Caveat, ...]) -> Section:
    blocks: list[Block] = [Paragraph(phrase("quality.lead" if "flags" in tables else "quality.none"), "lead")]
    for table in tables.values():
        if all(cell.hidden for cell in table.column("n")):
            blocks.append(Paragraph(phrase("quality.all_hidden", what=table.caption)))
        else:
            blocks.append(table)
    blocks += [Paragraph(caveat.sentence, "caution") for caveat in caveats]
    return Section(id="data-quality", heading="Data quality", blocks=tuple(blocks))

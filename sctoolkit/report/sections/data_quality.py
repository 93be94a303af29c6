"""Section "Data quality": flags by wave, missing answers by reason, and remarks on the files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sctoolkit.disclosure.table import Cell, Column, Row, Table, Value, Who, key_of, make_table
from sctoolkit.report.document import Block, Draft, Paragraph, Section
from sctoolkit.report.sections.remarks import remarks
from sctoolkit.report.words import phrase
from sctoolkit.result import Caveat


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """How many people a quality check flagged at one wave; ``rule`` says what it looks for, ``instrument`` in which."""

    name: str
    rule: str
    n: int
    wave: str = ""
    instrument: str = ""


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
    flagged, missing = tuple(flags), tuple(not_scored)
    tables = [table for table in (_flags_table(flagged), _missing_table(missing)) if table.rows]
    return Draft(tables=tuple(tables), compose=_compose, caveats=tuple(caveats))


def _flags_table(flags: tuple[Flag, ...]) -> Table:
    columns = (
        Column("name", "Flag", row_header=True),
        Column("instrument", "Questionnaire", print_only_if_used=True),
        Column("wave", "Wave", print_only_if_used=True),
        Column("n", "People", "count"),
    )
    rows = []
    seen: Counter[tuple[str, str]] = Counter()
    names = list(dict.fromkeys(entry.name for entry in flags))
    for entry in sorted(flags, key=lambda flag: names.index(flag.name)):
        seen[entry.name, entry.wave] += 1
        people = key_of({"wave": entry.wave, f"flag {seen[entry.name, entry.wave]}:{entry.name}": "yes"})
        values: dict[str, Value | Cell] = {"name": entry.name, "wave": entry.wave, "n": entry.n}
        rows.append(Row({**values, "instrument": entry.instrument}, people, entry.n))
    notes = list(dict.fromkeys(f"{entry.name}: {entry.rule}." for entry in flags if entry.rule))
    return make_table("flags", "Answers that were flagged", columns, rows, notes=notes)


def _missing_table(missing: tuple[NotScored, ...]) -> Table:
    """Return the reasons; their sum is what a reader can set against the people who have a score."""
    columns = (
        Column("scale", "Scale", row_header=True),
        Column("wave", "Wave", print_only_if_used=True),
        Column("reason", "Reason"),
        Column("n", "People", "count"),
    )
    rows = []
    sums: Counter[Who] = Counter()
    for entry in missing:
        everybody = key_of({"wave": entry.wave, f"scored:{entry.scale}": "no"})
        sums[everybody] += entry.n
        values: dict[str, Value | Cell] = {
            "scale": entry.label,
            "wave": entry.wave,
            "reason": entry.reason,
            "n": entry.n,
        }
        rows.append(Row(values, tuple(sorted((*everybody, ("reason", entry.reason)))), entry.n))
    table = make_table("not-scored", "Scores that were not given, and why", columns, rows)
    return replace(table, related=tuple(Cell(n, people, n) for people, n in sums.items()))


def _compose(tables: Mapping[str, Table], caveats: tuple[Caveat, ...]) -> Section:
    blocks: list[Block] = [Paragraph(phrase("quality.lead" if "flags" in tables else "quality.none"), "lead")]
    for table in tables.values():
        if all(cell.hidden for cell in table.column("n")):
            blocks.append(Paragraph(phrase("quality.all_hidden", what=table.caption)))
        else:
            blocks += [Paragraph(phrase("quality.not_scored"))] if table.id == "not-scored" else []
            blocks.append(table)
    blocks += remarks(caveats)
    return Section(id="data-quality", heading="Data quality", blocks=tuple(blocks))

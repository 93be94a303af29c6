"""Section "How many people changed": those who rose or fell by more than errors of measurement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sctoolkit.disclosure.table import Cell, Column, Row, Value, make_table
from sctoolkit.report.document import Draft
from sctoolkit.report.sections.change import followed_key
from sctoolkit.report.sections.one_table import one_table_section
from sctoolkit.report.words import phrase
from sctoolkit.result import Caveat


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonCounts:
    """People with a score at both waves: how many rose, stayed within error, or fell; ``mdc`` in points."""

    scale: str
    label: str
    first: str
    last: str
    rose: int
    within: int
    fell: int
    mdc: float
    side: str = ""

    @property
    def n(self) -> int:
        """People followed."""
        return self.rose + self.within + self.fell


def persons_section(
    counts: Iterable[PersonCounts], *, reliability: str, level: float = 0.95, caveats: Iterable[Caveat] = ()
) -> Draft:
    """Return the section on change person by person.

    Parameters
    ----------
    counts : iterable of PersonCounts
        One record a scale and side.
    reliability : str
        What the error of measurement was taken from: "omega at wave 1".
    level : float
        Share of people whom errors alone leave unchanged.
    caveats : iterable of Caveat
        Remarks of the analysis.
    """
    columns = (
        Column("scale", "Scale", row_header=True),
        Column("side", "Side", print_only_if_used=True),
        Column("n", "People followed", "count"),
        Column("rose", "Rose", "count"),
        Column("within", "No more than error", "count"),
        Column("fell", "Fell", "count"),
        Column("mdc", "Change seen in a person from", "score"),
    )
    table = make_table(
        "persons", "People whose score moved by more than errors of measurement", columns,
        [_row(entry) for entry in counts],
    )  # fmt: skip
    chance = f"{100 * (1 - level) / 2:g}"
    return one_table_section(
        table,
        heading="How many people changed",
        lead=phrase("persons.lead", chance=chance, reliability=reliability),
        after=phrase("persons.not_a_test"),
        caveats=caveats,
    )


def _row(entry: PersonCounts) -> Row:
    """Counts of the people followed; each is about the people counted in it."""
    values: dict[str, Cell | Value] = {"scale": entry.label, "side": entry.side, "n": entry.n, "mdc": entry.mdc}
    for name in ("rose", "within", "fell"):
        count = getattr(entry, name)
        values[name] = Cell(count, followed_key(entry.scale, entry.first, entry.last, entry.side, person=name), count)
    return Row(values, followed_key(entry.scale, entry.first, entry.last, entry.side), entry.n)

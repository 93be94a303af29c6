"""A section of one table: what it is about, what may be said, the table, small print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sctoolkit.change.route.claims import check_wording
from sctoolkit.disclosure.table import Table
from sctoolkit.report.document import Block, Draft, Paragraph, Section
from sctoolkit.report.sections.remarks import remarks
from sctoolkit.result import Caveat


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What may be said of one scale, held to its rung."""

    sentence: str
    rung: str


def one_table_section(
    table: Table, *, heading: str, lead: str, said: Iterable[Said] = (), after: str = "", caveats: Iterable[Caveat] = ()
) -> Draft:
    """Return a section that is named after its table.

    Parameters
    ----------
    table : Table
        Before disclosure control; its id is that of the section.
    heading, lead : str
        Heading; the sentences that open the section.
    said : iterable of Said
        Statements above the table.
    after : str
        Small print below the table; none where empty.
    caveats : iterable of Caveat
        Remarks of the analysis.

    Raises
    ------
    DesignError
        If a sentence says more than its rung allows.
    """
    told = tuple(said)
    for one in told:
        check_wording(one.sentence, one.rung)

    def compose(safe: Mapping[str, Table], kept: tuple[Caveat, ...]) -> Section:
        blocks: list[Block] = [Paragraph(lead, "lead"), *(Paragraph(one.sentence) for one in told), safe[table.id]]
        blocks += [Paragraph(after, "quiet")] * bool(after) + list(remarks(kept, "quiet"))
        return Section(id=table.id, heading=heading, blocks=tuple(blocks))

    return Draft(tables=(table,), compose=compose, caveats=tuple(caveats))

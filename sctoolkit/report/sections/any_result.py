"""A section for any result: its table, and its caveats."""

from __future__ import annotations

from collections.abc import Mapping

from sctoolkit.disclosure.table import Table
from sctoolkit.report.document import Block, Draft, Paragraph, Section
from sctoolkit.report.sections.remarks import remarks
from sctoolkit.report.tables import to_table
from sctoolkit.result import Caveat, Result


def result_section(result: Result, *, id: str, heading: str, lead: str = "") -> Draft:
    """Return a section that shows a result as its table.

    Parameters
    ----------
    result : Result
        Any result of sctoolkit.
    id, heading : str
        Anchor (unique in the report) and heading.
    lead : str
        Opening sentence.
    """
    table = to_table(result, id=id)

    def compose(tables: Mapping[str, Table], caveats: tuple[Caveat, ...]) -> Section:
        blocks: list[Block] = [Paragraph(lead, "lead")] if lead else []
        blocks.append(tables[id])
        blocks += remarks(caveats)
        return Section(id=id, heading=heading, blocks=tuple(blocks))

    return Draft(tables=(table,), compose=compose, caveats=result.caveats)

"""A report as JSON: its protected tables and sentences, for machines."""

from __future__ import annotations

import json
from typing import Any

from sctoolkit.disclosure.table import Cell, Table
from sctoolkit.report.document import Bullets, Figure, Paragraph, Report, Steps
from sctoolkit.report.numbers import released
from sctoolkit.result import jsonable

SCHEMA = 1


def render_json(report: Report) -> str:
    """Return a report as JSON text, the same bytes for the same report.

    Numbers are unrounded, except in rows where a number of people is hidden or a lower bound: there figures have the
    digits of the page, because exact ones would give the number away. A hidden cell is ``null`` with
    ``"state": "hidden"``.
    """
    record = {
        "schema": SCHEMA,
        "title": report.title,
        "subtitle": report.subtitle,
        "simulated": report.simulated,
        "language": report.language,
        "summary": jsonable(report.summary),
        "claim": report.claim,
        "disclosure": jsonable(report.log),
        "sections": [
            {
                "id": section.id,
                "heading": section.heading,
                "text": [jsonable(block) for block in section.blocks if isinstance(block, (Paragraph, Bullets, Steps))],
                "figures": [
                    {
                        "id": block.id,
                        "kind": block.kind,
                        "caption": block.caption,
                        "alt": block.alt,
                        "table": block.twin or block.table.id,
                    }
                    for block in section.blocks
                    if isinstance(block, Figure)
                ],
            }
            for section in report.sections
        ],
        "tables": [table_record(table) for table in report.tables()],
    }
    return json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def table_record(table: Table) -> dict[str, Any]:
    """Return a protected table as a JSON-safe record."""
    return {
        "id": table.id,
        "caption": table.caption,
        "withheld": table.withheld,
        "columns": [{"key": column.key, "label": column.label, "kind": column.kind} for column in table.columns],
        "rows": [[_cell(cell) for cell in released(row, table.columns)] for row in table.rows],
        "notes": list(table.notes),
    }


def _cell(cell: Cell) -> dict[str, Any]:
    return {"value": jsonable(cell.value)} | ({} if cell.state == "shown" else {"state": cell.state})

"""A protected table as text: rounded cells, and the notes that its marks need."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sctoolkit.disclosure.presets import get_preset
from sctoolkit.disclosure.table import FREE, Cell, Column, Table
from sctoolkit.report.numbers import ABSENT_MARK, format_cell
from sctoolkit.report.words import phrase


@dataclass(frozen=True, slots=True)
class CellText:
    """A written cell: its text, whether it heads its row, is a number, is hidden, or repeats the cell above.

    ``span`` is the number of rows down to the last that repeats it.
    """

    text: str
    header: bool
    number: bool
    hidden: bool
    again: bool
    span: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TableText:
    """A written table."""

    id: str
    caption: str
    heads: tuple[CellText, ...]
    rows: tuple[tuple[CellText, ...], ...]
    notes: tuple[str, ...]

    @property
    def groups(self) -> tuple[tuple[tuple[CellText, ...], ...], ...]:
        """The rows, in groups that have one head in their first column."""
        headed = bool(self.heads) and self.heads[0].header
        starts = [place for place, row in enumerate(self.rows) if place == 0 or (headed and not row[0].again)]
        ends = [*starts[1:], len(self.rows)] if starts else []
        return tuple(self.rows[start:end] for start, end in zip(starts, ends, strict=True))


def table_text(table: Table, preset: str) -> TableText:
    """Return a protected table as text, with the meaning of its marks in its notes."""
    table = without_constants(table)
    heads = tuple(
        CellText(column.label, column.row_header, _is_number(column), False, False) for column in table.columns
    )
    leading = _leading(table.columns)
    rows: list[tuple[CellText, ...]] = []
    for number, row in enumerate(table.rows):
        above = table.rows[number - 1] if number else None
        rows.append(_row(row, above, table.columns, leading))
    rows = _with_spans(rows)
    return TableText(
        id=table.id,
        caption=table.caption,
        heads=heads,
        rows=tuple(rows),
        notes=(*mark_notes(table, preset), *table.notes),
    )


def without_constants(table: Table) -> Table:
    """Return the table without the text and plain columns that say the same in each row; its notes say it once."""
    if len(table.rows) < 2:
        return table
    written = [[format_cell(row[place], column) for row in table.rows] for place, column in enumerate(table.columns)]
    constant = [
        column.kind in FREE and not column.row_header and bool(texts[0]) and len(set(texts)) == 1
        for column, texts in zip(table.columns, written, strict=True)
    ]
    heads = [column.row_header for column in table.columns]
    if not any(constant) or all(one or head for one, head in zip(constant, heads, strict=True)):
        return table
    said = [
        f"{column.label}: {texts[0]}"
        for column, texts, one in zip(table.columns, written, constant, strict=True)
        if one
    ]
    kept = [place for place, one in enumerate(constant) if not one]
    return replace(
        table,
        columns=tuple(table.columns[place] for place in kept),
        notes=(f"{'; '.join(said)}.", *table.notes),
        rows=tuple(tuple(row[place] for place in kept) for row in table.rows),
    )


def mark_notes(table: Table, preset: str) -> tuple[str, ...]:
    """Return what the marks in a table mean; nothing for marks that it does not have."""
    if table.withheld:
        return (phrase("marks.withheld"),)
    cells = [(cell, column) for row in table.rows for cell, column in zip(row, table.columns, strict=True)]
    states = {cell.state for cell, _ in cells}
    rules = get_preset(preset)
    notes = []
    if "hidden" in states:
        fewest = f"fewer than {rules.hide_below} people, or could be worked out"
        notes.append(phrase("marks.hidden", rule=fewest))
    if "at_least" in states:
        notes.append(phrase("marks.at_least"))
    if "rounded" in states:
        notes.append(phrase("marks.rounded", step=rules.round_to))
    if any(format_cell(cell, column) == ABSENT_MARK for cell, column in cells if column.kind not in FREE):
        notes.append(phrase("marks.absent"))
    return tuple(notes)


def _leading(columns: tuple[Column, ...]) -> int:
    """Return how many columns at the start only say what a row is of: texts, but for the last of them."""
    texts = next((place for place, column in enumerate(columns) if column.kind != "text"), len(columns))
    return texts - 1 if columns and columns[0].row_header else 0


def _row(
    row: tuple[Cell, ...], above: tuple[Cell, ...] | None, columns: tuple[Column, ...], leading: int
) -> tuple[CellText, ...]:
    written: list[CellText] = []
    for place, (cell, column) in enumerate(zip(row, columns, strict=True)):
        text = format_cell(cell, column)
        may = column.row_header or (place < leading and bool(text) and all(one.again for one in written))
        again = may and above is not None and format_cell(above[place], column) == text
        written.append(CellText(text, column.row_header, _is_number(column), cell.hidden, again))
    return tuple(written)


def _with_spans(rows: list[tuple[CellText, ...]]) -> list[tuple[CellText, ...]]:
    """Return the rows with the number of rows that each cell stands for."""
    below = [1] * len(rows[0]) if rows else []
    counted = []
    for row in reversed(rows):
        counted.append(tuple(replace(cell, span=span) for cell, span in zip(row, below, strict=True)))
        below = [span + 1 if cell.again else 1 for cell, span in zip(row, below, strict=True)]
    return counted[::-1]


def _is_number(column: Column) -> bool:
    return column.kind != "text"

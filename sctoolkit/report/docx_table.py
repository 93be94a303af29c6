"""A written table in a Word document: columns as wide as their texts need, one head for rows that belong together."""

from __future__ import annotations

from typing import Any

from sctoolkit.report.safe_text import visible
from sctoolkit.report.table_text import CellText, TableText

PAGE_INCHES = 6.7
"""Width of text and pictures on the page."""
LETTER, BOLD, MARGINS = 0.073, 0.084, 0.12
"""Inches that a letter takes on average at 8 points, plain and bold; that both margins of a cell take."""
SIZES = (8.0, 7.0, 6.5)
"""Sizes of type, in points: the largest at which no number breaks, else the smallest."""
WIDEST = 2.6


def add_table(document: Any, text: TableText) -> None:
    """Add a table with its caption and notes; its first row is repeated on every page."""
    from docx.oxml import parse_xml

    document.add_paragraph(visible(text.caption), style="Caption").paragraph_format.keep_with_next = True
    rows = [text.heads, *text.rows]
    made = document.add_table(rows=len(rows), cols=len(text.heads))
    made.autofit = False
    for part in (BORDERS, SIDES):
        made._tbl.tblPr.append(parse_xml(part))
    size = next((size for size in SIZES if sum(low for low, _ in _needs(text, size)) <= PAGE_INCHES), SIZES[-1])
    widths = column_widths(text, size)
    for column, width in zip(made.columns, widths, strict=True):
        column.width = round(width * 914400)
    for number, (row, line) in enumerate(zip(rows, made._tbl.tr_lst, strict=True)):
        line.get_or_add_trPr().append(parse_xml(WHOLE if number else HEAD))
        for cell, written, width in zip(line.tc_lst, row, widths, strict=True):
            merge = "continue" if written.again else "restart" if written.span > 1 else ""
            _fill(document, cell, written, round(width * 914400), size, number == 0, merge)
    for note in text.notes:
        document.add_paragraph(visible(note), style="Small print").paragraph_format.space_after = 0
    document.add_paragraph().paragraph_format.space_after = 0


def column_widths(text: TableText, size: float = SIZES[0]) -> list[float]:
    """Return the widths of the columns in inches: as their texts need, together never wider than the page."""
    needs = _needs(text, size)
    least_sum, wish_sum = sum(low for low, _ in needs), sum(high for _, high in needs)
    if wish_sum <= PAGE_INCHES:
        return [high for _, high in needs]
    if least_sum >= PAGE_INCHES:
        return [PAGE_INCHES * low / least_sum for low, _ in needs]
    share = (PAGE_INCHES - least_sum) / (wish_sum - least_sum)
    return [low + share * (high - low) for low, high in needs]


def _needs(text: TableText, size: float) -> list[tuple[float, float]]:
    """Return the least and the wished width of each column: words and numbers stay whole, sentences may break."""
    found = []
    for place, head in enumerate(text.heads):
        cells = [row[place] for row in text.rows]
        letter = BOLD if head.header else LETTER
        pieces = [cell.text if cell.number else max(cell.text.split(), key=len, default="") for cell in cells]
        word = BOLD * max((len(word) for word in head.text.split()), default=1)
        least = max(word, letter * max((min(len(piece), 24) for piece in pieces), default=1))
        wish = max(least, letter * max((len(cell.text) for cell in cells), default=1))
        found.append((least * size / 8 + MARGINS, min(max(least, wish) * size / 8 + MARGINS, max(WIDEST, least))))
    return found


def _fill(parent: Any, cell: Any, written: CellText, width: int, size: float, head: bool, merge: str) -> None:
    """Write one cell."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt
    from docx.text.paragraph import Paragraph

    cell.width = width
    if merge:
        span = OxmlElement("w:vMerge")
        span.set(qn("w:val"), merge)
        cell.get_or_add_tcPr().append(span)
    paragraph: Any = Paragraph(cell.p_lst[0], parent)
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(1.5)
    if written.number:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    if merge != "continue":
        run = paragraph.add_run(visible(written.text))
        run.font.size, run.bold = Pt(size), head or written.header


_WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
HEAD = f"<w:tblHeader {_WORD}/>"
WHOLE = f"<w:cantSplit {_WORD}/>"
BORDERS = (
    f'<w:tblBorders {_WORD}><w:top w:val="nil"/><w:left w:val="nil"/>'
    '<w:bottom w:val="single" w:sz="8" w:color="1D2730"/><w:right w:val="nil"/>'
    '<w:insideH w:val="single" w:sz="4" w:color="D9DEE3"/><w:insideV w:val="nil"/></w:tblBorders>'
)
SIDES = f'<w:tblCellMar {_WORD}><w:left w:w="30" w:type="dxa"/><w:right w:w="120" w:type="dxa"/></w:tblCellMar>'

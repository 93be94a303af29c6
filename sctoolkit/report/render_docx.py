"""A report as a Word document, for those who must edit it; needs the ``docx`` extra."""

from __future__ import annotations

import datetime
import io
import zipfile
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg

from sctoolkit.disclosure.table import Table
from sctoolkit.errors import MissingDependencyError
from sctoolkit.report.document import Block, Bullets, Figure, Paragraph, Report, Steps
from sctoolkit.report.figures import picture
from sctoolkit.report.figures.canvas import style
from sctoolkit.report.safe_text import visible
from sctoolkit.report.sections.provenance import hidden_sentence
from sctoolkit.report.table_text import CellText, table_text

DOTS_PER_INCH = 200
PAGE_INCHES = 6.3
SIMULATED = "Simulated data. No person gave these answers; nothing here is a finding."
FIXED_TIME = (1980, 1, 1, 0, 0, 0)


def render_docx(report: Report) -> bytes:
    """Return a report as a Word document, the same bytes for the same report.

    Headings are real headings, tables repeat their first row on every page, pictures carry their alternative text, and
    the numbers of a picture stand below it. Only what `build_report` let through is in it.

    Raises
    ------
    MissingDependencyError
        If python-docx is not installed.
    """
    try:
        import docx
    except ImportError:
        raise MissingDependencyError(
            "A Word document needs the package `python-docx`, which is not installed.",
            hint="Install it with `pip install 'sctoolkit[docx]'`.",
        ) from None
    document = docx.Document()
    _prepare(document, report)
    document.add_heading(visible(report.title), level=0)
    if report.simulated:
        document.add_paragraph().add_run(SIMULATED).bold = True
    if report.subtitle:
        document.add_paragraph(visible(report.subtitle), style="Subtitle")
    _summary(document, report)
    for section in report.sections:
        document.add_heading(visible(section.heading), level=1)
        for block in section.blocks:
            _block(document, block, report)
    document.add_paragraph(visible(hidden_sentence(report.log)), style="Caption")
    buffer = io.BytesIO()
    document.save(buffer)
    return _same_bytes(buffer.getvalue())


def _prepare(document: Any, report: Report) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Inches, Pt

    fixed = datetime.datetime(2000, 1, 1)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = visible(report.title)[:255], "", ""
    properties.created = properties.modified = fixed
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Arial", Pt(10.5)
    language = normal.element.get_or_add_rPr().makeelement(qn("w:lang"), {qn("w:val"): report.language})
    normal.element.get_or_add_rPr().append(language)
    for part in document.sections:
        part.left_margin = part.right_margin = Inches(0.98)


def _summary(document: Any, report: Report) -> None:
    if not (report.summary or report.claim):
        return
    document.add_heading("In short", level=1)
    for entry in report.summary:
        paragraph = document.add_paragraph()
        paragraph.add_run(f"{visible(entry.scale)}: ").bold = True
        paragraph.add_run(visible(" ".join(entry.sentences)))
        if entry.detail:
            paragraph.add_run(f" {visible(entry.detail)}").italic = True
    if report.claim:
        document.add_paragraph().add_run(visible(report.claim)).bold = True


def _block(document: Any, block: Block, report: Report) -> None:
    if isinstance(block, Paragraph):
        document.add_paragraph(visible(block.text), style="Intense Quote" if block.tone == "caution" else None)
    elif isinstance(block, Bullets):
        _list(document, block.heading, block.items)
    elif isinstance(block, Steps):
        names = [f"{'✓ ' if place < block.reached else ''}{name}" for place, name in enumerate(block.names)]
        _list(document, block.heading, tuple(names))
    elif isinstance(block, Figure):
        _figure(document, block, report)
    else:
        _table(document, block, report)


def _list(document: Any, heading: str, items: tuple[str, ...]) -> None:
    if heading:
        document.add_heading(visible(heading), level=2)
    for item in items:
        document.add_paragraph(visible(item), style="List Bullet")


def _figure(document: Any, figure: Figure, report: Report) -> None:
    from docx.shared import Inches

    document.add_paragraph(visible(figure.caption), style="Caption").paragraph_format.keep_with_next = True
    buffer = io.BytesIO()
    with style():
        drawn = picture(figure)
        FigureCanvasAgg(drawn)
        drawn.savefig(buffer, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    shape = document.add_picture(buffer, width=Inches(PAGE_INCHES))
    properties = shape._inline.docPr
    properties.set("descr", visible(figure.alt))
    properties.set("title", visible(figure.caption))
    _table(document, figure.shown, report)


def _table(document: Any, table: Table, report: Report) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    text = table_text(table, report.log.preset)
    document.add_paragraph(visible(text.caption), style="Caption").paragraph_format.keep_with_next = True
    made = document.add_table(rows=0, cols=len(text.heads), style="Light List")
    rows: list[tuple[CellText, ...]] = [text.heads, *text.rows]
    for number, row in enumerate(rows):
        cells = made.add_row().cells
        for cell, written in zip(cells, row, strict=True):
            paragraph = cell.paragraphs[0]
            run = paragraph.add_run(visible(written.text))
            run.font.size, run.bold = Pt(8.5), number == 0 or written.header
            if written.number:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    properties = made.rows[0]._tr.get_or_add_trPr()
    head = OxmlElement("w:tblHeader")
    head.set(qn("w:val"), "true")
    properties.append(head)
    for note in text.notes:
        document.add_paragraph().add_run(visible(note)).font.size = Pt(8)


def _same_bytes(data: bytes) -> bytes:
    """Return the archive with fixed times, so that the same report gives the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            fixed = zipfile.ZipInfo(entry.filename, FIXED_TIME)
            fixed.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(fixed, old.read(entry.filename))
    return buffer.getvalue()

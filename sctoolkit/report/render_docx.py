"""A report as a Word document, for those who must edit it; needs the ``docx`` extra."""

from __future__ import annotations

import datetime
import io
import zipfile
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg

from sctoolkit.errors import MissingDependencyError
from sctoolkit.report.document import Block, Bullets, Figure, Paragraph, Report, Steps
from sctoolkit.report.docx_table import PAGE_INCHES, add_table
from sctoolkit.report.figures import picture
from sctoolkit.report.figures.canvas import GREY, INK, PALETTE, style
from sctoolkit.report.safe_text import visible
from sctoolkit.report.sections.provenance import hidden_sentence
from sctoolkit.report.table_text import table_text

DOTS_PER_INCH = 200
LONGEST_ALT = 2000
ACCENT, WARN = PALETTE[0], "#8A3B00"
TONES = {"caution": "Intense Quote", "quiet": "Small print"}
"""Tone of a paragraph -> style of the document."""
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
    document.add_paragraph(visible(hidden_sentence(report.log)), style=TONES["quiet"])
    buffer = io.BytesIO()
    document.save(buffer)
    return _same_bytes(buffer.getvalue())


def _prepare(document: Any, report: Report) -> None:
    """Set properties, language, margins, and styles in the colours of the page."""
    from docx.oxml.ns import qn
    from docx.shared import Inches, Pt, RGBColor

    fixed = datetime.datetime(2000, 1, 1)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = visible(report.title)[:255], "", ""
    properties.created = properties.modified = fixed
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Arial", Pt(10)
    language = normal.element.get_or_add_rPr().makeelement(qn("w:lang"), {qn("w:val"): report.language})
    normal.element.get_or_add_rPr().append(language)
    looks = {"Title": (22, ACCENT), "Heading 1": (15, ACCENT), "Heading 2": (11, INK), "Caption": (10, INK),
             "Subtitle": (11, GREY), "Intense Quote": (10, WARN)}  # fmt: skip
    for name, (size, colour) in looks.items():
        found = document.styles[name]
        found.font.size, found.font.color.rgb = Pt(size), RGBColor.from_string(colour[1:])
        found.font.name, found.font.italic = "Arial", False
        found.element.get_or_add_rPr().get_or_add_rFonts().attrib.clear()
        found.font.name = "Arial"
    quiet = document.styles.add_style(TONES["quiet"], 1)
    quiet.base_style, quiet.font.size = normal, Pt(8.5)
    quiet.font.color.rgb = RGBColor.from_string(GREY[1:])
    for part in document.sections:
        part.page_width, part.page_height = Inches(8.27), Inches(11.69)
        part.left_margin = part.right_margin = Inches((8.27 - PAGE_INCHES) / 2)


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
        document.add_paragraph(visible(block.text), style=TONES.get(block.tone))
    elif isinstance(block, Bullets):
        _list(document, block.heading, block.items)
    elif isinstance(block, Steps):
        names = [
            f"{name}{' ✓ this design' if place == block.reached else ''}"
            for place, name in enumerate(block.names, start=1)
        ]
        _list(document, block.heading, tuple(names))
    elif isinstance(block, Figure):
        _figure(document, block, report)
    else:
        add_table(document, table_text(block, report.log.preset))


def _list(document: Any, heading: str, items: tuple[str, ...]) -> None:
    if heading:
        document.add_heading(visible(heading), level=2)
    for item in items:
        document.add_paragraph(visible(item), style="List Bullet")


def _figure(document: Any, figure: Figure, report: Report) -> None:
    """Add a picture with its alternative text; then its numbers, or where they stand."""
    from docx.shared import Inches

    document.add_paragraph(visible(figure.caption), style="Caption").paragraph_format.keep_with_next = True
    buffer = io.BytesIO()
    with style():
        drawn = picture(figure)
        FigureCanvasAgg(drawn)
        drawn.savefig(buffer, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    shape = document.add_picture(buffer, width=Inches(PAGE_INCHES))
    properties = shape._inline.docPr
    properties.set("descr", visible(f"{figure.alt} {figure.description}")[:LONGEST_ALT])
    properties.set("title", visible(figure.caption))
    twin = next((table for table in report.tables() if table.id == figure.twin), None)
    if twin is None:
        add_table(document, table_text(figure.shown, report.log.preset))
    else:
        document.add_paragraph(f"The numbers stand in the table “{visible(twin.caption)}”.", style=TONES["quiet"])


def _same_bytes(data: bytes) -> bytes:
    """Return the archive with fixed times, so that the same report gives the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            fixed = zipfile.ZipInfo(entry.filename, FIXED_TIME)
            fixed.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(fixed, old.read(entry.filename))
    return buffer.getvalue()

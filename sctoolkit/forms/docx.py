"""A Word document to copy from: into Microsoft Forms, Google Forms or any tool without an import."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

from sctoolkit.errors import MissingDependencyError
from sctoolkit.forms.page import direction
from sctoolkit.forms.questionnaire import Question, Questionnaire

FIXED_TIME = (1980, 1, 1, 0, 0, 0)


def word_document(form: Questionnaire) -> bytes:
    """Return the form as a Word document: title, instruction, numbered questions, one answer a line.

    Tools without an import take a pasted question with its answers as they stand, in this order; exports then hold the
    answers' texts, which `read` maps back to codes. The first question asks for the respondent's code.

    Raises
    ------
    MissingDependencyError
        If python-docx is not installed (extra ``docx``).
    """
    try:
        import docx
    except ImportError:
        raise MissingDependencyError(
            "A Word form needs the package `python-docx`, which is not installed.",
            hint="Install it with `pip install 'sctoolkit[docx]'`.",
        ) from None
    document = docx.Document()
    properties = document.core_properties
    properties.title, properties.author, properties.language = form.title, "", form.lang
    properties.created = properties.modified = datetime(2000, 1, 1)
    document.add_heading(form.title, level=0)
    if form.instruction:
        document.add_paragraph(form.instruction)
    document.add_paragraph(form.code_text)
    number = 1
    for block in form.blocks:
        if block.stem:
            document.add_heading(block.stem, level=1)
        for question in block.questions:
            _question(document, question, number)
            number += 1
    if direction(form.lang) == "rtl":
        _turn(document)
    stream = io.BytesIO()
    document.save(stream)
    return _same_bytes(stream.getvalue())


def _question(document: Any, question: Question, number: int) -> None:
    """A numbered question that stays on one page with its answers."""
    paragraph = document.add_paragraph()
    paragraph.add_run(f"{number}. {question.text}").bold = True
    paragraph.paragraph_format.keep_with_next = True
    if question.number:
        low, high = question.number
        document.add_paragraph(f"({low:g}–{high:g})")
    for place, choice in enumerate(question.choices, start=1):
        line = document.add_paragraph(choice.text)
        line.paragraph_format.space_after = 0
        line.paragraph_format.keep_with_next = place < len(question.choices)


def _turn(document: Any) -> None:
    """Set every paragraph from right to left."""
    from docx.oxml import OxmlElement

    for paragraph in document.paragraphs:
        paragraph._p.get_or_add_pPr().append(OxmlElement("w:bidi"))


def _same_bytes(content: bytes) -> bytes:
    """The archive with fixed times, so that the same form gives the same bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(zipfile.ZipInfo(entry.filename, FIXED_TIME), old.read(entry), zipfile.ZIP_DEFLATED)
    return target.getvalue()

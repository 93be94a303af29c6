"""LimeSurvey: the tab-separated survey structure."""

from __future__ import annotations

import csv
import io

from sctoolkit.forms.names import platform_names
from sctoolkit.forms.questionnaire import Block, Questionnaire

COLUMNS: tuple[str, ...] = (
    "id", "related_id", "class", "type/scale", "name", "relevance", "text", "help", "language", "validation",
    "mandatory", "encrypted", "other", "default", "same_default",
)  # fmt: skip


def limesurvey_structure(form: Questionnaire) -> str:
    r"""Return the structure as tab-separated text; LimeSurvey wants it saved as UTF-8 with a byte order mark.

    Each block is an array question (type F) whose subquestions are the items; open numbers are questions of type N.

    Examples
    --------
    >>> from sctoolkit import load_instrument
    >>> from sctoolkit.forms.questionnaire import build_questionnaire
    >>> form = build_questionnaire(load_instrument("cscq"), side="community", form="short")
    >>> [line.split("\t")[2] for line in limesurvey_structure(form).splitlines()[:5]]
    ['class', 'S', 'S', 'SL', 'G']
    """
    stream = io.StringIO()
    writer = csv.DictWriter(stream, COLUMNS, restval="", delimiter="\t", lineterminator="\n")
    writer.writeheader()
    writer.writerow({"class": "S", "name": "language", "text": form.lang})
    writer.writerow({"class": "S", "name": "format", "text": "G"})
    writer.writerow({"class": "SL", "name": "surveyls_title", "text": form.title, "language": form.lang})
    writer.writerow({"class": "G", "name": "G1", "text": form.title, "language": form.lang, "relevance": "1"})
    writer.writerow(_question("S", "respondent", form.code_text, form.lang))
    names = platform_names((question.code for question in form.questions), "limesurvey")
    blocks = platform_names((block.name for block in form.blocks), "limesurvey")
    for block in form.blocks:
        for row in _block(block, blocks[block.name], names, form):
            writer.writerow(row)
    return stream.getvalue()


def _question(kind: str, name: str, text: str, lang: str) -> dict[str, str]:
    return {
        "class": "Q", "type/scale": kind, "name": name, "text": text, "language": lang, "relevance": "1",
        "mandatory": "N", "encrypted": "N", "other": "N",
    }  # fmt: skip


def _block(block: Block, name: str, names: dict[str, str], form: Questionnaire) -> list[dict[str, str]]:
    if block.questions[0].number:
        return [_question("N", names[question.code], question.text, form.lang) for question in block.questions]
    text = " ".join(part for part in (form.instruction, block.stem) if part) or form.title
    rows = [_question("F", name, text, form.lang)]
    for question in block.questions:
        rows.append(
            {
                "class": "SQ",
                "type/scale": "0",
                "name": names[question.code],
                "text": question.text,
                "language": form.lang,
            }
        )
    for choice in block.choices:
        rows.append(
            {"class": "A", "type/scale": "0", "name": str(choice.code), "text": choice.text, "language": form.lang}
        )
    return rows

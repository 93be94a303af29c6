"""REDCap: the data dictionary, with its 18 columns."""

from __future__ import annotations

import csv
import io

from sctoolkit.forms.names import platform_names
from sctoolkit.forms.questionnaire import Block, Question, Questionnaire

COLUMNS: tuple[str, ...] = (
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
)
"""Header of a REDCap data dictionary, as REDCap's own template has it."""


def redcap_dictionary(form: Questionnaire) -> str:
    """Return the data dictionary as CSV text; the first field is the record id.

    Items of a block form a matrix. A choice's label keeps its commas: REDCap splits at the first one only.

    Examples
    --------
    >>> from sctoolkit import load_instrument
    >>> from sctoolkit.forms.questionnaire import build_questionnaire
    >>> form = build_questionnaire(load_instrument("cscq"), side="community", form="short")
    >>> redcap_dictionary(form).splitlines()[1].split(",")[0]
    'record_id'
    """
    names = platform_names((question.code for question in form.questions), "redcap")
    stream = io.StringIO()
    writer = csv.DictWriter(stream, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    sheet = platform_names([form.name], "redcap")[form.name]
    writer.writerow({COLUMNS[0]: "record_id", COLUMNS[1]: sheet, COLUMNS[3]: "text", COLUMNS[4]: "Record ID"})
    writer.writerow({COLUMNS[0]: "respondent", COLUMNS[1]: sheet, COLUMNS[3]: "text", COLUMNS[4]: form.code_text})
    for block in form.blocks:
        for place, question in enumerate(block.questions):
            row = _field(question, names[question.code], sheet, block)
            row["Section Header"] = " ".join(filter(None, (form.instruction, block.stem))) if place == 0 else ""
            writer.writerow(row)
    return stream.getvalue()


def _field(question: Question, name: str, sheet: str, block: Block) -> dict[str, str]:
    row = {"Variable / Field Name": name, "Form Name": sheet, "Field Label": question.text}
    if question.number:
        low, high = question.number
        bounds = {"Text Validation Min": f"{low:g}", "Text Validation Max": f"{high:g}"}
        return row | bounds | {"Field Type": "text", "Text Validation Type OR Show Slider Number": "integer"}
    choices = " | ".join(f"{choice.code}, {choice.text.replace('|', '/')}" for choice in question.choices)
    matrix = platform_names([block.name], "redcap")[block.name] if len(block.questions) > 1 else ""
    return row | {
        "Field Type": "radio",
        "Choices, Calculations, OR Slider Labels": choices,
        "Matrix Group Name": matrix,
    }

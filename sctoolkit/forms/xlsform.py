"""XLSForm: the workbook that KoboToolbox, ODK and SurveyCTO read."""

from __future__ import annotations

import io

import xlsxwriter

from sctoolkit.errors import InstrumentError, MissingDependencyError
from sctoolkit.forms.names import platform_names
from sctoolkit.forms.questionnaire import Question, Questionnaire

Row = dict[str, str]


def xlsform_sheets(form: Questionnaire) -> dict[str, list[Row]]:
    """Return the sheets ``survey``, ``choices`` and ``settings`` as rows.

    Examples
    --------
    >>> from sctoolkit import load_instrument
    >>> from sctoolkit.forms.questionnaire import build_questionnaire
    >>> form = build_questionnaire(load_instrument("cscq"), side="community", form="short")
    >>> [row["type"] for row in xlsform_sheets(form)["survey"]][:5]
    ['start', 'end', 'text', 'begin_group', 'note']
    """
    names = platform_names((question.code for question in form.questions), "xlsform")
    label = f"label::{form.lang} ({form.lang})"
    survey: list[Row] = [
        {"type": "start", "name": "start"},
        {"type": "end", "name": "end"},
        {"type": "text", "name": "respondent", label: form.code_text},
    ]
    choices: list[Row] = []
    for block in form.blocks:
        survey.append(
            {"type": "begin_group", "name": f"group_{block.name}", label: block.stem or " ", "appearance": "field-list"}
        )
        text = " ".join(part for part in (form.instruction, block.stem) if part)
        if text:
            survey.append({"type": "note", "name": f"note_{block.name}", label: text})
        survey.extend(_question_row(question, names[question.code], block.name, label) for question in block.questions)
        survey.append({"type": "end_group"})
        if not block.questions[0].number:
            for choice in block.choices:
                choices.append({"list_name": block.name, "name": str(choice.code), label: choice.text})
    settings = [
        {
            "form_title": form.title,
            "form_id": form.name,
            "version": form.version,
            "default_language": f"{form.lang} ({form.lang})",
        }
    ]
    return {"survey": survey, "choices": choices, "settings": settings}


def _question_row(question: Question, name: str, block: str, label: str) -> Row:
    if question.number:
        low, high = question.number
        return {"type": "integer", "name": name, label: question.text, "constraint": f". >= {low:g} and . <= {high:g}"}
    return {"type": f"select_one {block}", "name": name, label: question.text}


def xlsform_bytes(form: Questionnaire) -> bytes:
    """Return the workbook, checked by pyxform.

    Raises
    ------
    MissingDependencyError
        If pyxform is not installed (extra ``forms``).
    InstrumentError
        If pyxform refuses the form; its words are passed on.
    """
    sheets = xlsform_sheets(form)
    check_with_pyxform(sheets)
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": form.title, "created": _fixed_date()})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        header = list(dict.fromkeys(key for row in rows for key in row))
        sheet.write_row(0, 0, header)
        for place, row in enumerate(rows, start=1):
            for column, key in enumerate(header):
                sheet.write_string(place, column, row.get(key, ""))
    book.close()
    return stream.getvalue()


def _fixed_date() -> object:
    from datetime import datetime

    return datetime(2000, 1, 1)


def check_with_pyxform(sheets: dict[str, list[Row]]) -> str:
    """Return the XForm that pyxform makes of the sheets; its refusal becomes an error of ours."""
    try:
        from pyxform.errors import PyXFormError
        from pyxform.xls2xform import convert
    except ImportError:
        raise MissingDependencyError(
            "An XLSForm must be checked by pyxform, and it is not installed.",
            hint="Install it with `pip install 'sctoolkit[forms]'`.",
        ) from None
    try:
        made = convert(dict(sheets.items()), validate=False)
    except PyXFormError as error:
        raise InstrumentError(
            "The form must pass pyxform's checks, and it does not.",
            where=str(error).splitlines(),
            hint="Correct the question named above in the instrument or its wording, and make the form again.",
        ) from None
    return str(made.xform)

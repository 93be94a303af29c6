"""Qualtrics: the Advanced TXT format."""

from __future__ import annotations

from collections.abc import Iterator

from sctoolkit.forms.names import platform_names
from sctoolkit.forms.questionnaire import Question, Questionnaire


def qualtrics_text(form: Questionnaire) -> str:
    """Return the survey as Advanced TXT: one question an item, so that its export tag is the item's code.

    ``[[Choice:n]]`` sets the recode value, hence exports as numbers hold our codes.

    Examples
    --------
    >>> from sctoolkit import load_instrument
    >>> from sctoolkit.forms.questionnaire import build_questionnaire
    >>> form = build_questionnaire(load_instrument("cscq"), side="community", form="short")
    >>> qualtrics_text(form).splitlines()[0]
    '[[AdvancedFormat]]'
    """
    names = platform_names((question.code for question in form.questions), "qualtrics")
    lines = ["[[AdvancedFormat]]", "", f"[[Block:{_line(form.title)}]]", ""]
    lines += ["[[Question:TE:SingleLine]]", "[[ID:respondent]]", _line(form.code_text), ""]
    for block in form.blocks:
        text = " ".join(part for part in (form.instruction, block.stem) if part)
        if text:
            lines += ["[[Question:DB]]", f"[[ID:note_{block.name}]]", _line(text), ""]
        for question in block.questions:
            lines += [*_question(question, names[question.code]), ""]
        lines += ["[[PageBreak]]", ""]
    return "\n".join(lines[:-2]) + "\n"


def _question(question: Question, name: str) -> Iterator[str]:
    if question.number:
        yield from ("[[Question:TE:SingleLine]]", f"[[ID:{name}]]", _line(question.text))
        return
    yield from ("[[Question:MC:SingleAnswer:Vertical]]", f"[[ID:{name}]]", _line(question.text), "[[AdvancedChoices]]")
    for choice in question.choices:
        yield f"[[Choice:{choice.code}]]"
        yield _line(choice.text)


def _line(text: str) -> str:
    """Text on one line that cannot be taken for a tag."""
    return " ".join(text.split()).replace("[[", "[ [")

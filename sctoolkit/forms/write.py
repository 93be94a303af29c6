"""The form formats as a table, and one call that writes a form; where names change, the mapping file beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sctoolkit.errors import WriteError
from sctoolkit.forms.docx import word_document
from sctoolkit.forms.limesurvey import limesurvey_structure
from sctoolkit.forms.names import platform_names, renamed
from sctoolkit.forms.offline import offline_page
from sctoolkit.forms.printable import printable_page
from sctoolkit.forms.qualtrics import qualtrics_text
from sctoolkit.forms.questionnaire import Questionnaire
from sctoolkit.forms.redcap import redcap_dictionary
from sctoolkit.forms.xlsform import xlsform_bytes
from sctoolkit.options import check_option


@dataclass(frozen=True, slots=True)
class Format:
    """One way to field a questionnaire: how it is made, the ending of its file, whose naming rules hold."""

    make: Callable[[Questionnaire], str | bytes]
    ending: str
    platform: str | None
    meaning: str
    encoding: str = "utf-8"


FORMATS: dict[str, Format] = {
    "xlsform": Format(xlsform_bytes, ".xlsx", "xlsform", "KoboToolbox, ODK, SurveyCTO"),
    "redcap": Format(redcap_dictionary, ".csv", "redcap", "REDCap data dictionary"),
    "limesurvey": Format(limesurvey_structure, ".txt", "limesurvey", "LimeSurvey structure", "utf-8-sig"),
    "qualtrics": Format(qualtrics_text, ".txt", "qualtrics", "Qualtrics Advanced TXT"),
    "docx": Format(word_document, ".docx", None, "a Word document to copy from: Microsoft Forms, Google Forms"),
    "print": Format(printable_page, ".html", None, "a page to print"),
    "large-print": Format(lambda form: printable_page(form, large=True), ".html", None, "a page to print, 18 point"),
    "offline": Format(offline_page, ".html", None, "one file to fill in without a network"),
}


def write_form(form: Questionnaire, to: str, path: Path | None = None) -> tuple[Path, ...]:
    """Write a form and return the files written: the form, and a mapping file for `read` where columns differ.

    Parameters
    ----------
    form : Questionnaire
        What people are to fill in.
    to : str
        A key of `FORMATS`.
    path : Path, optional
        File to write; named after the form without.

    Raises
    ------
    OptionError
        If there is no such format.
    WriteError
        If the file cannot be written.
    """
    check_option("to", to, tuple(FORMATS))
    chosen = FORMATS[to]
    target = path or Path(f"{form.name}-{to}{chosen.ending}")
    content = chosen.make(form)
    written = [target]
    try:
        target.write_bytes(content if isinstance(content, bytes) else content.encode(chosen.encoding))
        if chosen.platform is not None and renamed(column_names(form, chosen.platform)):
            names = target.with_name(f"{target.stem}-columns.toml")
            names.write_text(names_file(form, chosen.platform), encoding="utf-8")
            written.append(names)
    except OSError as error:
        raise WriteError(
            f"`{target}` must be writable, and it is not.",
            where=f"The system says: {str(error.strerror).lower()}.",
            hint="Name a file in a folder that exists and may be written to.",
        ) from None
    return tuple(written)


def column_names(form: Questionnaire, platform: str) -> dict[str, str]:
    """Return item code -> column in the platform's export, for all items."""
    names = platform_names((question.code for question in form.questions), platform)
    if platform != "limesurvey":
        return names
    blocks = platform_names((block.name for block in form.blocks), platform)
    return {
        question.code: names[question.code] if question.number else f"{blocks[block.name]}[{names[question.code]}]"
        for block in form.blocks
        for question in block.questions
    }


def names_file(form: Questionnaire, platform: str) -> str:
    """Return the mapping file that reads the platform's export back: item code -> column."""
    columns = column_names(form, platform)
    lines = [
        f"# Where an export from {platform} holds the items of {form.name}.",
        "[columns]",
        'respondent = "respondent"',
    ]
    return "\n".join([*lines, *(f'{code} = "{name}"' for code, name in columns.items())]) + "\n"

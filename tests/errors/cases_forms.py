"""Errors of forms: no wording, no such side or format, a folder that cannot be written."""

from pathlib import Path

from sctoolkit import load_instrument
from sctoolkit.forms.questionnaire import build_questionnaire
from sctoolkit.forms.write import write_form
from sctoolkit.forms.write_codebook import write_codebook

CSCQ = load_instrument("cscq")


def _form():
    return build_questionnaire(CSCQ, side="community", form="short")


CASES = {
    "form_without_wording": lambda: build_questionnaire(load_instrument("sascat")),
    "form_of_a_listed_instrument": lambda: build_questionnaire(load_instrument("onyx_bullen")),
    "form_without_side": lambda: build_questionnaire(CSCQ),
    "form_unknown_side": lambda: build_questionnaire(CSCQ, side="comunity"),
    "form_side_not_needed": lambda: build_questionnaire(load_instrument("ucla3"), side="community"),
    "form_unknown_length": lambda: build_questionnaire(CSCQ, side="community", form="tiny"),
    "form_unknown_format": lambda: write_form(_form(), "surveymonkey"),
    "form_folder_absent": lambda: write_form(_form(), "print", Path("nowhere/form.html")),
    "codebook_folder_absent": lambda: write_codebook(CSCQ, "ddi", Path("nowhere/book.xml")),
    "sav_folder_absent": lambda: write_codebook(CSCQ, "spss", Path("nowhere/book.sav")),
}

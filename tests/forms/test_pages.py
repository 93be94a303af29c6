"""Pages that people fill in: every question is there, labelled, and nothing points outside."""

import re
from xml.etree import ElementTree

import pytest

from sctoolkit import load_instrument
from sctoolkit.forms.offline import offline_page
from sctoolkit.forms.printable import printable_page
from sctoolkit.forms.questionnaire import build_questionnaire
from sctoolkit.forms.redcap import COLUMNS, redcap_dictionary

CSCQ = load_instrument("cscq")


@pytest.mark.parametrize("side", ["community", "statutory"])
@pytest.mark.parametrize("form", ["short", "full"])
@pytest.mark.parametrize("large", [False, True])
def test_print_has_every_question_and_code(side, form, large):
    questionnaire = build_questionnaire(CSCQ, side=side, form=form)
    page = printable_page(questionnaire, large=large)
    for question in questionnaire.questions:
        assert question.text.replace("'", "&#x27;") in page.replace("'", "&#x27;")
    assert page.count('class="code"') == sum(len(question.choices) for question in questionnaire.questions)
    assert "{" not in re.sub(r"<style>.*?</style>", "", page, flags=re.S)


def test_short_form_has_fourteen_items():
    assert len(build_questionnaire(CSCQ, side="community", form="short").questions) == 14


def test_offline_form_labels_every_choice():
    questionnaire = build_questionnaire(CSCQ, side="community")
    page = offline_page(questionnaire)
    ids = re.findall(r'<input[^>]* id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(ids) == set(re.findall(r'<label[^>]* for="([^"]+)"', page))
    assert page.count("<legend>") == len(questionnaire.questions)
    assert not re.search(r"https?://", page)


def test_title_and_slots_are_text():
    slots = {"own": "<b>Tea & Talk</b>"}
    page = offline_page(build_questionnaire(CSCQ, side="community", slots=slots, title="A <i>title</i>"))
    assert "<b>Tea" not in page
    assert "<i>title" not in page
    body = page[page.index("<main>") : page.index("</main>") + 7]
    ElementTree.fromstring(re.sub(r"<(input|meta)([^>]*)>", r"<\1\2/>", body))


def test_redcap_has_its_eighteen_columns():
    text = redcap_dictionary(build_questionnaire(CSCQ, side="community", form="short"))
    assert len(COLUMNS) == 18
    assert text.splitlines()[0].count(",") >= 17

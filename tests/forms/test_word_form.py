"""The Word form: every question with its answers in order, the same bytes each time; languages set their direction."""

import io

import pytest

from sctoolkit import load_instrument
from sctoolkit.forms.offline import offline_page
from sctoolkit.forms.page import direction
from sctoolkit.forms.printable import printable_page
from sctoolkit.forms.questionnaire import build_questionnaire
from sctoolkit.forms.write import write_form

FORM = build_questionnaire(load_instrument("cscq"), side="statutory", form="short")


def test_word_form_has_every_question_and_answer_in_order(tmp_path):
    docx = pytest.importorskip("docx")
    (path,) = write_form(FORM, "docx", tmp_path / "f.docx")
    lines = [paragraph.text for paragraph in docx.Document(str(path)).paragraphs]
    assert lines[:3] == [FORM.title, FORM.instruction, FORM.code_text]
    expected = []
    for number, question in enumerate(FORM.questions, start=1):
        expected += [f"{number}. {question.text}", *(choice.text for choice in question.choices)]
    assert [line for line in lines[3:] if line not in {block.stem for block in FORM.blocks}] == expected


def test_word_form_gives_the_same_bytes():
    pytest.importorskip("docx")
    from sctoolkit.forms.docx import word_document

    assert word_document(FORM) == word_document(FORM)


def test_languages_written_from_right_to_left(tmp_path):
    from dataclasses import replace

    arabic = replace(FORM, lang="ar")
    for page in (offline_page(arabic), printable_page(arabic)):
        assert page.startswith('<!DOCTYPE html>\n<html lang="ar" dir="rtl">')
    assert 'dir="ltr"' in offline_page(FORM).split("<head>")[0]
    docx = pytest.importorskip("docx")
    from sctoolkit.forms.docx import word_document

    first = docx.Document(io.BytesIO(word_document(arabic))).paragraphs[0]
    assert "bidi" in first._p.xml


@pytest.mark.parametrize(("lang", "way"), [("en", "ltr"), ("ur-PK", "rtl"), ("az-Arab", "rtl"), ("ar-Latn", "ltr")])
def test_direction(lang, way):
    assert direction(lang) == way


def test_offline_form_says_how_its_files_are_read():
    assert "sctoolkit score FILE.csv -i cscq --respondent respondent --side side" in offline_page(FORM)
    plain = offline_page(build_questionnaire(load_instrument("cscq"), side="community"))
    assert plain.count("<footer") == 1

"""Questions and answers are known by their wording: any language, either side, whatever fills the slots."""

import numpy as np
import pandas as pd
import pytest

from sctoolkit import from_frame, load_instrument
from sctoolkit.errors import ResponseCodeError
from sctoolkit.instrument.wording import attach_wording, wording_of
from sctoolkit.survey.known_texts import known_texts
from sctoolkit.survey.responses import REASONS

CSCQ = load_instrument("cscq")


@pytest.fixture
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("SCTOOLKIT_INSTRUMENTS", str(tmp_path / "instruments"))
    return tmp_path


@pytest.mark.parametrize("side", ["community", "statutory"])
def test_every_question_of_a_form_is_found_by_its_text_whatever_fills_the_slots(side):
    slots = {"own": "our mosque", "broker": "Ann and Bo (the hub)"}
    wording = wording_of(CSCQ, "en", side=side, slots=slots)
    columns = [f"{number}. {text}" for number, text in enumerate(wording.items.values(), start=1)]
    frame = pd.DataFrame([[CSCQ.response_of(code).codes[0].code for code in wording.items]], columns=columns)
    responses = from_frame(frame, CSCQ)
    assert list(responses.provenance.options["columns"].values()) == list(frame.columns)
    assert responses.items == CSCQ.item_codes


def test_answers_in_a_language_that_the_user_attached(own_folder):
    ucla = load_instrument("ucla3")
    rows = ["part,code,side,lang,text"]
    rows += [f"item,{code},,de,Wie oft {n}?" for n, code in enumerate(ucla.item_codes, start=1)]
    rows += ["answer,often3:1,,de,kaum oder nie", "answer,often3:2,,de,manchmal", "answer,often3:3,,de,öfter"]
    path = own_folder / "de.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    frame = pd.DataFrame({f"Wie oft {n}?": ["Kaum oder nie", "MANCHMAL", "often", ""] for n in (1, 2, 3)})
    attach_wording(ucla, path)
    responses = from_frame(frame, ucla)
    np.testing.assert_array_equal(responses.codes[:, 0], [1, 2, 3, np.nan])
    assert known_texts(ucla).answers["often3"]["öfter"] == 3.0


def test_without_the_wording_the_same_words_are_refused(own_folder):
    with pytest.raises(ResponseCodeError, match="manchmal"):
        from_frame(pd.DataFrame({"LON1": ["manchmal"]}), "ucla3")


def test_non_answers_of_the_wording():
    frame = pd.DataFrame({"bo1": ["Don't know", "Not applicable", "agree", "5 - strongly agree"]})
    responses = from_frame(frame, CSCQ)
    assert [REASONS[reason] for reason in responses.reasons[:, 0]] == [
        "dont_know", "not_applicable", "answered", "answered"
    ]  # fmt: skip

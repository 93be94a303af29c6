"""The value model: what a cell means, for every way in which people and programs write it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sctoolkit import from_frame, load_instrument
from sctoolkit.errors import ResponseCodeError
from sctoolkit.instrument.model import NON_ANSWERS
from sctoolkit.survey.answers import answer_key
from sctoolkit.survey.responses import REASONS

UCLA = load_instrument("ucla3")
ESS = load_instrument("ess_social_trust")


def reading(cell, item="LON1", instrument=UCLA, **options):
    found = answer_key(instrument, item, **options).read(cell)
    if found is None:
        return None
    code, reason = found
    return code if reason == 0 else REASONS[reason]


@pytest.mark.parametrize(
    "cell",
    [2, 2.0, "2", " 2 ", "2.0", "2,0", "+2", np.int8(2), np.float32(2), "some of the time", "Some of the Time ",
     "SOME\xa0OF  THE\tTIME", "some of the time.", "2 - some of the time", "2. some of the time",
     "2: Some of the time", "2) some of the time", "(2) some of the time", "[2] some of the time",
     "some of the time (2)", "2 – some of the time", "2 - sometimes"],
)  # fmt: skip
def test_an_answer_however_written(cell):
    assert reading(cell) == 2.0


@pytest.mark.parametrize(
    "cell",
    [0, 4, 7, -1, 2.5, "2.5", "two", "2-3 times", "2 - often", "often (2)", "9 - often", "some", "NA", "None", "nan",
     "1e0x", "<script>", "=1+1", "٢٣"],
)  # fmt: skip
def test_what_means_nothing_is_not_guessed(cell):
    assert reading(cell) is None


@pytest.mark.parametrize("cell", [None, float("nan"), "", "   ", "\xa0", pd.NA, pd.NaT, np.nan])
def test_nothing_is_skipped(cell):
    assert reading(cell) == "skipped"


@pytest.mark.parametrize(
    ("cell", "kind"),
    [("Don’t know", "dont_know"), ("PREFER NOT TO SAY", "refused"), ("n/a", "not_applicable"), ("Refused.", "refused")],
)
def test_common_words_for_non_answers(cell, kind):
    assert reading(cell) == kind


def test_the_survey_s_own_codes():
    assert [reading(code, "ppltrst", ESS) for code in (77, "88", 99.0, 10, 0)] == [
        "refused", "dont_know", "skipped", 10.0, 0.0
    ]  # fmt: skip


def test_the_caller_s_codes_go_before_those_of_the_instrument():
    assert reading(88, "ppltrst", ESS, missing_codes={"88": "skipped"}) == "skipped"
    assert reading("Weiß nicht", missing_codes={"weiß nicht": "dont_know"}) == "dont_know"


def test_the_caller_s_words_for_answers():
    assert reading("manchmal", answers={"Manchmal": 2}) == 2.0
    assert reading("refused", answers={"refused": 3}) == 3.0


def test_labels_of_the_file_explain_codes_that_the_instrument_does_not_know():
    assert reading(8, labels={"8": "Don't know"}) == "dont_know"
    assert reading(30, labels={"30": "Often"}) == 3.0
    assert reading(30, labels={"30": "Now and then"}) is None


def test_a_file_that_codes_the_scale_the_other_way_round_is_refused():
    labels = {"3": "hardly ever or never", "2": "some of the time", "1": "often"}
    with pytest.raises(ResponseCodeError, match="labels say otherwise"):
        answer_key(UCLA, "LON1", labels=labels)
    assert reading(3, labels=labels, answers={"3": 1, "1": 3}) == 1.0


@given(st.one_of(st.text(max_size=20), st.integers(), st.floats(), st.booleans(), st.none()))
@settings(max_examples=300, deadline=None)
def test_any_cell_is_an_answer_a_typed_non_answer_or_refused(cell):
    found = answer_key(UCLA, "LON1").read(cell)
    if found is not None:
        code, reason = found
        assert (code in (1, 2, 3) and reason == 0) or (np.isnan(code) and REASONS[reason] in NON_ANSWERS)


@given(st.lists(st.sampled_from([1, 2, 3, 9, 12]), min_size=1, max_size=30))
@settings(max_examples=60, deadline=None)
def test_every_unknown_cell_is_counted(cells):
    frame = pd.DataFrame({"LON1": cells})
    unknown = [cell for cell in cells if cell > 3]
    if not unknown:
        assert from_frame(frame, UCLA).codes[:, 0].tolist() == cells
        return
    with pytest.raises(ResponseCodeError) as caught:
        from_frame(frame, UCLA)
    assert any(line.startswith(f"{len(unknown)} cell") for line in caught.value.where)
    for value in set(unknown):
        assert any(f'"{value}"' in line for line in caught.value.where)

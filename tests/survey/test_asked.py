"""Which blanks were never a question."""

import numpy as np
import pandas as pd
import pytest

from sctoolkit import from_frame
from sctoolkit.survey.responses import REASONS


def kinds(responses, item):
    return [REASONS[reason] for reason in responses.reasons[:, responses.items.index(item)]]


def test_planned_missingness_by_a_column():
    frame = pd.DataFrame({"form": ["a", "a", "b", "b"], "LON1": 1, "LON2": [1, None, None, 2], "LON3": 1})
    responses = from_frame(frame, "ucla3", asked={"LON2": {"form": ["a"]}})
    assert kinds(responses, "LON2") == ["answered", "skipped", "not_asked", "answered"]
    assert [caveat.code for caveat in responses.caveats] == ["answered_though_not_asked"]


@pytest.mark.parametrize(("people", "kind"), [(5, "not_asked"), (4, "skipped")])
def test_an_item_that_a_whole_wave_lacks_was_not_asked_in_it(people, kind):
    frame = pd.DataFrame({"w": [1] * 6 + [2] * people, "LON1": 1, "LON2": [3] * 6 + [None] * people, "LON3": 2})
    responses = from_frame(frame, "ucla3", columns={"wave": "w"})
    assert kinds(responses, "LON2") == ["answered"] * 6 + [kind] * people
    assert ("never_put" in {caveat.code for caveat in responses.caveats}) == (kind == "not_asked")


def test_an_item_that_nobody_answered_anywhere_was_skipped():
    frame = pd.DataFrame({"w": [1] * 6 + [2] * 6, "LON1": 1, "LON2": [None] * 12, "LON3": 2})
    assert set(kinds(from_frame(frame, "ucla3", columns={"wave": "w"}), "LON2")) == {"skipped"}


def test_rows_without_any_answer_are_counted():
    frame = pd.DataFrame({"LON1": [1, None], "LON2": [2, "refused"], "LON3": [3, ""]})
    responses = from_frame(frame, "ucla3")
    assert responses.took_part.tolist() == [True, False]
    assert responses.caveats[0].numbers == {"n": 1, "n_rows": 2}
    assert np.isnan(responses.codes[1]).all()

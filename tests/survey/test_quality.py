"""Flags by hand on people who are careless on purpose; nobody is dropped and careful people pass."""

import numpy as np
import pandas as pd
import pytest
from scoring.questionnaires import questionnaire

from sctoolkit import check, from_frame, score
from sctoolkit.errors import DataError
from sctoolkit.scoring.sensitivity import flag_sensitivity
from sctoolkit.survey.indices import Limits

ITEMS = [f"i{number}" for number in range(1, 13)]
REVERSED = ("i2", "i5", "i8", "i11")


def made():
    """Twelve items, four of them reversed, in four scales of three."""
    base = questionnaire(12, reversed_items=REVERSED)
    scales = {
        f"s{s}": base.scale["s"].model_copy(update={"items": tuple(ITEMS[3 * s : 3 * s + 3]), "minimum": 2})
        for s in range(4)
    }
    return base.model_copy(update={"scale": scales})


def people(n=60, seed=20260101):
    """Careful answers: items of a scale go together, and reversed items the other way."""
    rng = np.random.default_rng(seed)
    latent = np.repeat(rng.standard_normal((n, 4)), 3, axis=1) * 0.85 + rng.standard_normal((n, 12)) * 0.5
    turned = np.array([-1 if item in REVERSED else 1 for item in ITEMS])
    return np.clip(np.round(latent * turned * 1.1 + 3), 1, 5)


@pytest.fixture(scope="module")
def quality():
    answers = people().astype(object)
    answers[0] = 4
    answers[1] = [1, 1, 5, 5, 5, 1, 1, 1, 5, 5, 5, 1]
    answers[2] = answers[3]
    answers[4, :8] = None
    answers[5, :] = None
    frame = pd.DataFrame(answers, columns=ITEMS).assign(took=[60.0] * 8 + [10.0] + [60.0] * 51)
    return check(from_frame(frame, made(), columns={"duration": "took"}))


def flagged(quality, name):
    frame = quality.frame()
    return set(np.flatnonzero(frame[f"flag_{name}"]))


def test_straight_lining_where_items_point_both_ways(quality):
    assert flagged(quality, "straight_lining") == {0}
    assert quality.frame()["straight_lining"][0] == 12


def test_no_straight_lining_without_reversed_items():
    frame = pd.DataFrame([[4] * 12, [1, 2] * 6], columns=ITEMS)
    quality = check(from_frame(frame, questionnaire(12)))
    assert "straight_lining" not in quality.names
    assert "no block of items holds both directions" in str(quality.caveats[-1])


def test_one_answer_is_no_straight_line():
    frame = pd.DataFrame([[4] + [None] * 11, list(range(1, 5)) * 3], columns=ITEMS)
    assert flagged(check(from_frame(frame, made())), "straight_lining") == set()


def test_answers_against_the_direction_of_items(quality):
    assert 1 in flagged(quality, "distance")


def test_answers_shared_with_somebody_else(quality):
    assert flagged(quality, "alike") == {2, 3}


def test_many_items_unanswered(quality):
    assert flagged(quality, "unanswered") == {4}


def test_a_row_without_any_answer_is_nobody_s_carelessness(quality):
    assert not quality.flags[5].any()


def test_too_fast(quality):
    assert flagged(quality, "seconds_per_item") == {8}
    assert flagged(quality, "share_of_median_duration") == {8}


def test_nobody_is_dropped_and_few_careful_people_are_flagged(quality):
    assert quality.responses.n == 60
    assert quality.flagged[9:].mean() < 0.1
    any_row = quality.tidy().set_index("term").loc["any"]
    assert any_row["estimate"] == quality.flagged.sum()


def test_item_nonresponse(quality):
    table = quality.item_nonresponse().set_index("item")
    assert table.loc["i1", "n_asked"] == 60
    assert table.loc["i1", "n_answered"] == 58
    assert table.loc["i1", "skipped"] == pytest.approx(2 / 60)


def test_results_with_and_without_flagged_rows(quality):
    scores = score(quality.responses)
    table = flag_sensitivity(scores, quality).set_index("scale")
    kept = scores.values[~quality.flagged, 0]
    assert table.loc["s0", "mean_without"] == pytest.approx(np.nanmean(kept))
    assert (
        table.loc["s0", "n_all"] - table.loc["s0", "n_without"] == np.isfinite(scores.values[quality.flagged, 0]).sum()
    )
    items = quality.sensitivity().set_index("item")
    assert items.loc["i1", "mean_all"] == pytest.approx(np.nanmean(quality.responses.codes[:, 0]))
    with pytest.raises(DataError, match="same rows"):
        flag_sensitivity(score(from_frame(pd.DataFrame([[1] * 12], columns=ITEMS), made())), quality)


def test_limits_are_the_caller_s_choice(quality):
    strict = check(quality.responses, limits=Limits(seconds_per_item=6.0))
    assert len(flagged(strict, "seconds_per_item")) > 50
    assert strict.provenance.options["seconds_per_item"] == 6.0


def test_a_questionnaire_of_three_items_says_what_cannot_be_looked_at():
    quality = check(from_frame(pd.DataFrame({"LON1": [1, 2], "LON2": [1, 3], "LON3": [1, 1]}), "ucla3"))
    sentence = next(str(caveat) for caveat in quality.caveats if caveat.code == "not_looked_at")
    assert "too few items" in sentence
    assert "no duration" in sentence

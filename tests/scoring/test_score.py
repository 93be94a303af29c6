"""Every rule by hand, the reason for every score not given, and what must hold whatever the answers are."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scoring.questionnaires import questionnaire

from sctoolkit import from_frame, load_instrument, score
from sctoolkit.errors import DataError
from sctoolkit.instrument.keying import keyed_values
from sctoolkit.instrument.library import instrument_folders
from sctoolkit.scoring.scores import SCORE_REASONS
from sctoolkit.survey.combine import combine

NAN = float("nan")


def scored(instrument, rows, **options):
    frame = pd.DataFrame(rows, columns=[f"i{number}" for number in range(1, len(rows[0]) + 1)])
    return score(from_frame(frame, instrument, **options))


def values(scores):
    return scores.values[:, 0].tolist()


def reasons(scores):
    return [SCORE_REASONS[reason] for reason in scores.reasons[:, 0]]


def codes_of(scores):
    return {caveat.code for caveat in scores.caveats}


def test_mean_of_answered_items_after_turning_reversed_ones():
    made = questionnaire(4, reversed_items=("i2", "i4"), scale={"minimum": 2, "range": [1, 5]})
    scores = scored(made, [[5, 1, 4, 2], [3, None, 5, None], [1, None, None, None], [None, None, 99, None]])
    assert values(scores) == pytest.approx([(5 + 5 + 4 + 4) / 4, 4.0, NAN, NAN], nan_ok=True)
    assert reasons(scores) == ["scored", "scored", "too_few_answers", "no_answer"]
    assert scores.pomp[:, 0].tolist() == pytest.approx([87.5, 75.0, NAN, NAN], nan_ok=True)
    assert scores.n_answered[:, 0].tolist() == [4, 2, 1, 0]


def test_sum_stands_for_all_items_and_says_how_often_it_was_filled_up():
    made = questionnaire(4, scale={"rule": "sum", "minimum": 3, "range": [4, 20]})
    scores = scored(made, [[1, 2, 3, 4], [1, 2, 3, None]])
    assert values(scores) == [10.0, 8.0]
    caveat = next(caveat for caveat in scores.caveats if caveat.code == "prorated")
    assert caveat.numbers["n"] == 1


def test_weighted_sum():
    made = questionnaire(3, scale={"rule": "weighted", "minimum": 2, "weights": {"i1": 1, "i2": 2, "i3": 0.5}})
    scores = scored(made, [[2, 3, 4], [2, 3, None]])
    assert values(scores) == pytest.approx([2 + 6 + 2, (2 + 6) / 3 * 3.5])


def test_weights_of_both_signs_are_not_filled_up():
    made = questionnaire(2, scale={"rule": "weighted", "minimum": 1, "weights": {"i1": 1, "i2": -1}})
    scores = scored(made, [[5, 2], [5, None]])
    assert values(scores) == pytest.approx([3.0, NAN], nan_ok=True)
    assert reasons(scores) == ["scored", "undefined"]


def test_count_is_over_answered_items_by_value_before_keying():
    counted = {"i1": [4, 5], "i2": [1, 2], "i3": [5]}
    made = questionnaire(3, reversed_items=("i2",), scale={"rule": "count", "minimum": 2, "counted": counted})
    scores = scored(made, [[4, 1, 5], [5, None, 1], [5, None, None]])
    assert values(scores) == pytest.approx([3.0, 1.0, NAN], nan_ok=True)


def test_table_converts_complete_sums_only():
    table = [[total, total / 10] for total in range(2, 11)]
    made = questionnaire(2, scale={"rule": "table", "minimum": 2, "table": table, "range": [0.2, 1.0]})
    scores = scored(made, [[5, 5], [2, 1], [5, None]])
    assert values(scores) == pytest.approx([1.0, 0.3, NAN], nan_ok=True)
    assert scores.pomp[0, 0] == pytest.approx(100.0)


@pytest.mark.parametrize(
    ("rule", "expected"), [("position_max", 80.0), ("position_range", 50.0), ("position_mean", 55.0)]
)
def test_position_rules(rule, expected):
    weights, counted = {"i1": 80, "i2": 30, "i3": 50}, {name: [1, 2] for name in ("i1", "i2", "i3")}
    made = questionnaire(3, scale={"rule": rule, "minimum": 3, "weights": weights, "counted": counted})
    scores = scored(made, [[1, 2, 4], [4, 4, 5]])
    assert values(scores) == pytest.approx([expected, NAN], nan_ok=True)
    assert reasons(scores) == ["scored", "undefined"]


def test_values_of_codes_need_not_be_the_codes():
    made = questionnaire(2, codes=(1, 2, 3), values=(3, 1, 2), reversed_items=("i2",), scale={"range": [1, 3]})
    assert values(scored(made, [[1, 1], [2, 3]])) == [2.0, 1.5]


def test_indicators_give_no_score():
    made = questionnaire(2, scale={"rule": "indicators"})
    with pytest.raises(DataError, match="none"):
        scored(made, [[1, 2]])


def test_a_direction_that_nobody_knows_gives_no_score():
    made = questionnaire(2)
    items = tuple(item.model_copy(update={"keying": None}) if item.code == "i2" else item for item in made.items)
    scores = scored(made.model_copy(update={"items": items}), [[1, 2]])
    assert reasons(scores) == ["direction_unknown"]
    assert "direction_unknown" in codes_of(scores)


def test_items_absent_from_the_data_are_not_asked_and_named():
    made = questionnaire(3, scale={"minimum": 2})
    scores = scored(made, [[2], [3]])
    assert reasons(scores) == ["not_asked", "not_asked"]
    caveat = next(caveat for caveat in scores.caveats if caveat.code == "scale_items_absent")
    assert caveat.numbers == {"scale": "s", "items": ["i2", "i3"], "minimum": 2}


def test_a_short_form_has_a_minimum_of_its_own_row_by_row():
    made = questionnaire(
        4, scale={"minimum": 3, "form_minimum": {"short": 1}}, forms=("short", "full"), short=("i1", "i2")
    )
    short = from_frame(pd.DataFrame({"i1": [4, None], "i2": [2, None]}), made, wave=1)
    full = from_frame(pd.DataFrame({"i1": [4], "i2": [2], "i3": [None], "i4": [None]}), made, wave=2)
    assert reasons(score(short)) == ["scored", "no_answer"]
    both = score(combine(short, full))
    assert reasons(both) == ["scored", "no_answer", "too_few_answers"]


@pytest.mark.parametrize(("status", "code"), [("draft", "draft_instrument"), ("index", "index_instrument")])
def test_status_travels_with_scores(status, code):
    assert code in codes_of(scored(questionnaire(2, status=status), [[1, 2]]))
    assert code not in codes_of(scored(questionnaire(2), [[1, 2]]))


def test_unverified_items_and_scales_travel_with_scores():
    doubtful = scored(questionnaire(2, verified=False, scale={"verified": False}), [[1, 2]])
    assert {"unverified_items", "unverified_scale"} <= codes_of(doubtful)


def test_unknown_and_listed_scales():
    with pytest.raises(DataError, match="`scales` must name"):
        score(from_frame(pd.DataFrame({"i1": [1], "i2": [1]}), questionnaire(2)), scales=["t"])


ANSWERS = st.lists(
    st.lists(st.sampled_from([1, 2, 3, 4, 5, 99, None]), min_size=4, max_size=4), min_size=1, max_size=25
)
RULES = st.sampled_from([{"rule": "mean", "range": [1, 5]}, {"rule": "sum", "range": [4, 20]}])


@given(rows=ANSWERS, rule=RULES, minimum=st.integers(1, 4), data=st.data())
@settings(max_examples=80, deadline=None)
def test_whatever_the_answers(rows, rule, minimum, data):
    made = questionnaire(4, reversed_items=("i2",), scale={**rule, "minimum": minimum})
    frame = pd.DataFrame(rows, columns=["i1", "i2", "i3", "i4"], dtype=object)
    scores = score(from_frame(frame, made))
    low, high = rule["range"]
    given_scores = scores.values[np.isfinite(scores.values)]
    assert ((given_scores >= low - 1e-12) & (given_scores <= high + 1e-12)).all()
    pomp = scores.pomp[np.isfinite(scores.pomp)]
    assert ((pomp >= -1e-9) & (pomp <= 100 + 1e-9)).all()
    assert scores.account()["n"].sum() == len(rows)
    order = data.draw(st.permutations(range(len(rows))))
    columns = data.draw(st.permutations(list(frame.columns)))
    moved = score(from_frame(frame.iloc[order][columns], made))
    np.testing.assert_allclose(moved.values, scores.values[list(order)], rtol=1e-14, equal_nan=True)
    np.testing.assert_array_equal(moved.reasons, scores.reasons[list(order)])


@given(st.lists(st.sampled_from([1.0, 2.0, 3.0, NAN]), min_size=1, max_size=20))
@settings(max_examples=40, deadline=None)
def test_turning_twice_gives_the_answers_back(answers):
    made = questionnaire(1, reversed_items=("i1",), codes=(1, 2, 3))
    column = np.array(answers)
    np.testing.assert_array_equal(keyed_values(made, "i1", keyed_values(made, "i1", column)), column)


@given(rows=ANSWERS)
@settings(max_examples=30, deadline=None)
def test_an_item_of_the_scale_that_was_not_asked_changes_nothing(rows):
    made = questionnaire(5, scale={"minimum": 2, "range": [1, 5]})
    frame = pd.DataFrame(rows, columns=["i1", "i2", "i3", "i4"], dtype=object)
    without = score(from_frame(frame, made))
    blank = frame.assign(i5="", never="no")
    with_it = score(from_frame(blank, made, asked={"i5": {"never": ["yes"]}}))
    np.testing.assert_array_equal(with_it.values, without.values)
    np.testing.assert_array_equal(with_it.reasons, without.reasons)


def test_every_scale_of_the_library_reaches_both_ends_of_its_range():
    """All answers at one end of their keyed range give the end of the score's range (rules with a fixed range)."""
    checked = 0
    for instrument_id in instrument_folders():
        instrument = load_instrument(instrument_id)
        for name, scale in instrument.scale.items():
            if scale.rule not in {"mean", "sum", "table"} or scale.range is None or not scale.keyed:
                continue
            if any(not instrument.by_code[code].keyed for code in scale.items):
                continue
            ends = {}
            for code in scale.items:
                response = instrument.response_of(code)
                low, high = (
                    (response.number[0], response.number[1])
                    if response.number is not None
                    else (
                        min(response.codes, key=lambda a: a.score).code,
                        max(response.codes, key=lambda a: a.score).code,
                    )
                )
                ends[code] = [low, high] if instrument.by_code[code].keying == 1 else [high, low]
            scores = score(from_frame(pd.DataFrame(ends), instrument), scales=[name])
            assert scores.values[:, 0].tolist() == pytest.approx(list(scale.range)), f"{instrument_id}.{name}"
            checked += 1
    assert checked >= 10

"""Linking: by hand on small cases, and against a simulation where the truth is known."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sctoolkit import from_frame, link, score
from sctoolkit.survey.chance_links import chance_agreement
from sctoolkit.survey.code_distance import distance, near_pairs, tokens

ABSENT = {"LON2": None, "LON3": None}


def wave(number, codes, **columns):
    frame = pd.DataFrame({"code": codes, **columns})
    frame["LON1"] = columns.get("LON1", [1, 2, 3] * len(codes))[: len(codes)]
    return from_frame(frame, "ucla3", columns=ABSENT, keep=[*(set(frame.columns) - {"LON1"})], wave=number)


def links(linkage, number):
    frame = linkage.frame()
    return dict(
        zip(frame["row"][frame["wave"] == str(number)], frame["link"][frame["wave"] == str(number)], strict=True)
    )


def test_exact_near_new_and_without_key():
    linkage = link(wave(1, ["anna05", "bodo11", "cyra30", ""]), wave(2, ["anna05", "bodo12", "zeno99", ""]), key="code")
    assert links(linkage, 2) == {1: "exact", 2: "off_by_one", 3: "new", 4: "without_key"}
    persons = linkage.responses.role("respondent").tolist()
    assert persons == ["anna05", "bodo11", "cyra30", "", "anna05", "bodo11", "zeno99", ""]
    step = linkage.steps[0]
    assert (step.linked, step.new, step.lost, step.without_key) == (2, 1, 1, 1)


def test_a_code_of_two_people_is_left_open_and_listed():
    linkage = link(wave(1, ["anna05", "anna05", "bodo11"]), wave(2, ["anna05", "bodo11"]), key="code")
    assert links(linkage, 2) == {1: "ambiguous", 2: "exact"}
    assert linkage.review()["why"].tolist() == ["several people bear this code"] * 2
    assert len(set(linkage.responses.role("respondent"))) == 4


def test_near_to_two_people_is_left_open():
    linkage = link(wave(1, ["anna05", "anna06", "bodo77"]), wave(2, ["anna07", "bodo77"]), key="code")
    assert links(linkage, 2) == {1: "ambiguous", 2: "exact"}
    assert set(linkage.review()["apart"]) == {1}


def test_two_slips_are_for_review_only():
    first, second = wave(1, ["anna05", "bodo11"]), wave(2, ["anna16", "bodo11"])
    assert len(link(first, second, key="code").review()) == 0
    linkage = link(first, second, key="code", tolerance=2)
    assert links(linkage, 2)[1] == "new"
    assert linkage.review()[["apart", "why"]].to_numpy().tolist() == [[2, "two slips apart"]]


def test_nobody_is_linked_outside_a_block():
    first = wave(1, ["anna05", "bodo11"], site=["north", "south"])
    second = wave(2, ["anna05", "bodo12"], site=["south", "south"])
    assert links(link(first, second, key="code"), 2) == {1: "exact", 2: "off_by_one"}
    assert links(link(first, second, key="code", block="site"), 2) == {1: "new", 2: "off_by_one"}


def test_nobody_is_linked_over_two_sides():
    parts = [
        from_frame(pd.DataFrame({"pid": ["1", "2"], "LON1": [1, 2]}), "ucla3", columns={"respondent": "pid", **ABSENT},
                   wave=number, side=side)
        for number in (1, 2) for side in ("community", "statutory")
    ]  # fmt: skip
    linkage = link(*parts, key="respondent", tolerance=0)
    assert linkage.responses.role("respondent").tolist() == ["1", "2", "1 (2)", "2 (2)"] * 2
    assert linkage.steps[0].exact == 4


def test_stable_facts_that_differ_break_a_link_and_blanks_do_not():
    first = wave(1, ["anna05", "bodo11", "cyra30"], born=["1980", "1970", ""])
    second = wave(2, ["anna05", "bodo12", "cyra31"], born=["1980", "1971", "1960"])
    linkage = link(first, second, key="code", stable=["born"])
    assert links(linkage, 2) == {1: "exact", 2: "ambiguous", 3: "off_by_one"}
    assert linkage.review()["why"].tolist() == ["stable facts differ"]


def test_running_numbers_are_never_linked_by_a_slip():
    first = wave(1, [str(number) for number in range(1, 30)])
    second = wave(2, [str(number) for number in range(20, 40)])
    linkage = link(first, second, key="code")
    assert linkage.steps[0].off_by_one == 0
    assert linkage.steps[0].exact == 10
    assert "codes_too_alike" in {caveat.code for caveat in linkage.caveats}


def test_somebody_absent_in_the_middle_is_found_again_by_the_code_last_used():
    linkage = link(wave(1, ["anna05", "bodo11"]), wave(2, ["anna06"]), wave(3, ["anna06", "bodo11"]), key="code")
    assert linkage.responses.role("respondent").tolist() == ["anna05", "bodo11", "anna05", "anna05", "bodo11"]
    assert [(step.linked, step.lost) for step in linkage.steps] == [(1, 1), (2, 0)]


def test_waves_inside_one_set_of_answers_and_scores_of_the_linked():
    frame = pd.DataFrame({"pid": ["a", "b", "a"], "w": [1, 1, 2], "LON1": [1, 2, 3], "LON2": 1, "LON3": 1})
    answers = from_frame(frame, "ucla3", columns={"respondent": "pid", "wave": "w"})
    linkage = link(answers, key="respondent", tolerance=0)
    assert linkage.responses.role("respondent").tolist() == ["a", "b", "a"]
    assert score(linkage.responses).frame()["loneliness"].tolist() == [3, 4, 5]


def test_codes_in_several_columns_are_compared_element_by_element():
    frames = [
        pd.DataFrame({"m": ["Anna", "Bea"], "d": ["5", "17"], "s": ["2", "0"], "LON1": [1, 2]}),
        pd.DataFrame({"m": ["ANNA ", "Beate"], "d": ["5", "17"], "s": ["2", "0"], "LON1": [1, 2]}),
    ]
    named = {"respondent": ["m", "d", "s"], **ABSENT}
    waves = [from_frame(frame, "ucla3", columns=named, wave=number) for number, frame in enumerate(frames, start=1)]
    assert links(link(*waves, key="respondent"), 2) == {1: "exact", 2: "off_by_one"}


def test_lost_and_linked_by_hand():
    first = wave(1, ["anna05", "bodo11", "cyra30", "dora77"], LON1=[1, 2, 3, 3])
    row = link(first, wave(2, ["anna05", "bodo11"]), key="code").lost_comparison().iloc[0]
    assert (row["n_linked"], row["n_lost"]) == (2, 2)
    assert (row["mean_linked"], row["mean_lost"], row["difference"]) == (1.5, 3.0, -1.5)
    assert row["std_difference"] == pytest.approx(-1.5 / np.std([1, 2, 3, 3], ddof=1))


@given(st.text("abc12", min_size=1, max_size=6), st.text("abc12", min_size=1, max_size=6))
@settings(max_examples=200, deadline=None)
def test_distance_is_symmetric_and_traces_miss_nothing(one, two):
    ours, theirs = tokens(one), tokens(two)
    apart = distance(ours, theirs, 2)
    assert apart == distance(theirs, ours, 2)
    assert (apart == 0) == (ours == theirs)
    found = near_pairs([ours], [theirs], 2)
    assert found == ([(0, 0, apart)] if 1 <= apart <= 2 else [])


def test_chance_of_agreement_by_hand():
    """Two places with 2 equally frequent signs each: 1/4 agree in both, 1/2 in one."""
    codes = [tokens(code) for code in ("a1", "a2", "b1", "b2")]
    others = [tokens(code) for code in ("a1", "a2", "b1", "b2")]
    assert chance_agreement(codes, others, 0) == pytest.approx(0.25)
    assert chance_agreement(codes, others, 1) == pytest.approx(0.75)


def simulated(rng, n, error, retention=0.7, newcomers=0.25):
    """Six-element codes of two waves, each element wrong with probability ``error`` at each telling."""
    signs = [list("abcdefghijklmnopqrstuvwxyz"), [f"{m:02d}" for m in range(1, 13)], list("0123456789")] * 2

    def people(many):
        return [[str(rng.choice(pool)) for pool in signs] for _ in range(many)]

    def told(code):
        return "|".join(
            sign if rng.random() > error else str(rng.choice(pool)) for sign, pool in zip(code, signs, strict=True)
        )

    everyone = people(n)
    stay = np.flatnonzero(rng.random(n) < retention)
    first = [told(code) for code in everyone]
    second = [told(everyone[who]) for who in stay] + [told(code) for code in people(int(n * newcomers))]
    truth = [*stay.tolist(), *range(n, n + int(n * newcomers))]
    return first, second, truth


@pytest.mark.parametrize(("n", "error", "least"), [(100, 0.03, 0.93), (100, 0.08, 0.68)])
def test_simulated_panels_are_found_again(n, error, least):
    """Six elements, each wrong at each of two tellings: at most one slip with probability .95 (.76) or more."""
    found, false, expected = [], 0, 0.0
    for seed in range(4):
        first, second, truth = simulated(np.random.default_rng(seed), n, error)
        linkage = link(wave(1, first), wave(2, second), key="code")
        persons = linkage.responses.role("respondent")
        owner = {person: place for place, person in enumerate(persons[:n].tolist())}
        pairs = [(owner.get(person), true) for person, true in zip(persons[n:].tolist(), truth, strict=True)]
        right = sum(got == true for got, true in pairs if true < n)
        false += sum(got is not None and got != true for got, true in pairs)
        expected += linkage.steps[0].expected_false
        found.append(right / sum(true < n for true in truth))
    assert np.mean(found) > least
    assert false <= 2
    assert 0 < expected < 3

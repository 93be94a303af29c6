"""Sentences say no more than the lowest rung of the claim ladder; cut-offs have sources."""

from __future__ import annotations

import pytest

from sctoolkit.change.route.claims import check_wording
from sctoolkit.errors import DesignError, OptionError
from sctoolkit.report.sections.what_may_be_said import Claim, what_may_be_said
from sctoolkit.report.words import listed, phrase, phrases, rule, rules

SENTENCES = [
    (f"{section}.{name}", " ".join(text) if isinstance(text, list) else text)
    for section, entries in phrases().items()
    for name, text in entries.items()
]


@pytest.mark.parametrize(("name", "text"), SENTENCES)
def test_no_sentence_claims_more_than_description(name: str, text: str) -> None:
    check_wording(text, "L0")


@pytest.mark.parametrize("name", list(rules()))
def test_cut_offs_ascend_and_have_a_source(name: str) -> None:
    lows = [low for low, _ in rules()[name].cuts]
    assert lows == sorted(lows)
    assert len(rules()[name].source) > 15
    check_wording(" ".join(word for _, word in rules()[name].cuts), "L0")


def test_words_of_a_cut_off() -> None:
    nunnally = rule("reliability_nunnally")
    assert nunnally.word(0.70) == "enough for comparing groups"
    assert nunnally.word(0.699) == "low for comparing groups"
    assert nunnally.word(float("nan")) == ""
    with pytest.raises(OptionError, match="no cut-off named"):
        rule("reliability_nunally")


def test_fields_are_never_read_as_templates() -> None:
    assert phrase("headline.on_side", side="{what}{0}", what="x") == "{what}{0}: x"


def test_lists() -> None:
    assert [listed(parts) for parts in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]


def test_claims_are_held_to_their_rung() -> None:
    with pytest.raises(DesignError, match="effect"):
        what_may_be_said(Claim(rung="L1", limits=("The effect may fade.",)))
    assert what_may_be_said(Claim(rung="L4", limits=("The effect may fade.",)))
    with pytest.raises(OptionError, match="L0"):
        what_may_be_said(Claim(rung="L7"))

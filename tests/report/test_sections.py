"""Sections from numbers set by hand: sentences, order, what is left out, what may not be said."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from sctoolkit.disclosure.protect import Log
from sctoolkit.errors import DataError
from sctoolkit.report.document import Draft, Figure, Paragraph, Report, Section, Steps, build_report
from sctoolkit.report.sections.change import ScaleChange, change_section, headlines
from sctoolkit.report.sections.data_quality import Flag, NotScored, data_quality
from sctoolkit.report.sections.dimensions import Dimensions, dimensions_section
from sctoolkit.report.sections.provenance import Origin, hidden_sentence, provenance_section
from sctoolkit.report.sections.reliability import ScaleReliability, reliability_section
from sctoolkit.report.sections.score_distributions import ItemAnswers, ScoreSummary, score_distributions
from sctoolkit.report.sections.several_estimates import OneEstimate, several_estimates
from sctoolkit.report.sections.what_may_be_said import Claim, what_may_be_said
from sctoolkit.report.sections.who_answered import Followed, Returns, who_answered
from sctoolkit.result import Caveat

ROSE = ScaleChange(scale="bo", label="Bonding", first="1", last="2", estimate=0.28, ci_low=0.05, ci_high=0.51, n=37,
                   low=1, high=5)  # fmt: skip


def _report(*drafts: Draft, **options: object) -> Report:
    return build_report(drafts, title="T", **options)


def _texts(section: Section) -> list[str]:
    return [block.text for block in section.blocks if isinstance(block, Paragraph)]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (ROSE, "Rose by 0.28 points (0.05 to 0.51)."),
        (replace(ROSE, estimate=-0.28, ci_low=-0.51, ci_high=-0.05), "Fell by 0.28 points (0.05 to 0.51)."),
        (replace(ROSE, ci_low=-0.05), "May have gone down or up (−0.05 to 0.51 points)."),
        (replace(ROSE, ci_low=math.nan, ci_high=math.nan), "Moved by +0.28 points; how sure that is cannot be said."),
        (replace(ROSE, n=9), "Cannot be shown, to protect people."),
    ],
)
def test_headlines(change: ScaleChange, sentence: str) -> None:
    summary = _report(change_section([change]), summary=headlines()).summary
    assert summary[0].sentences == (sentence,)
    assert summary[0].detail == "On a scale from 1 to 5; 95% intervals in brackets."


def test_headlines_say_each_side_and_leave_the_gap_to_the_section() -> None:
    rows = [
        replace(ROSE, side="community"),
        replace(ROSE, side="statutory", ci_low=-0.1),
        replace(ROSE, gap=True, n=74),
    ]
    summary = _report(change_section(rows), summary=headlines()).summary
    assert summary[0].sentences == (
        "Community: rose by 0.28 points (0.05 to 0.51).",
        "Statutory: may have gone down or up (−0.10 to 0.51 points).",
    )


def test_only_primary_scales_make_headlines() -> None:
    rows = [ROSE, replace(ROSE, scale="li", label="Linking")]
    assert [entry.scale for entry in _report(change_section(rows), summary=headlines(["Linking"])).summary] == [
        "Linking"
    ]


def test_change_says_percent_of_range_and_method() -> None:
    report = _report(
        change_section([replace(ROSE, method="CR2, Satterthwaite", std_all=0.35, standardiser="the first SD")])
    )
    table = report.sections[0].tables()[0]
    assert table.column("range")[0].number == pytest.approx(7.0)
    assert table.notes == ("Method: CR2, Satterthwaite.", "Standardised by the first SD.")
    assert "change from 1 to 2" in _texts(report.sections[0])[0].casefold()


def test_scales_of_unlike_range_say_so() -> None:
    rows = [ROSE, replace(ROSE, scale="cc", label="Control", low=0, high=100)]
    figure = next(block for block in _report(change_section(rows)).sections[0].blocks if isinstance(block, Figure))
    assert figure.settings["axis"] == "Change in points; scales differ in range"


def test_who_answered_counts_people_and_followed() -> None:
    returns = [Returns(wave="1", n=58, invited=80), Returns(wave="2", n=61, invited=80)]
    section = _report(who_answered(returns, [Followed(first="1", last="2", linked=40, lost=18, new=21)])).sections[0]
    assert _texts(section)[:2] == [
        "58 people answered at 1 and 61 people at 2.",
        "40 people who answered at 1 could be found again at 2; 18 people could not.",
    ]
    assert section.tables()[0].column("rate")[0].number == pytest.approx(72.5)


def test_few_lost_people_are_a_lower_bound_in_every_sentence() -> None:
    returns = [Returns(wave="1", n=58), Returns(wave="2", n=61)]
    report = _report(who_answered(returns, [Followed(first="1", last="2", linked=52, lost=6, new=9)]))
    text = " ".join(_texts(report.sections[0]))
    assert "52" not in text
    assert "6 people" not in text.replace("61 people", "")
    assert "How many people were asked is not known" in text


def test_response_rates_do_not_give_bounded_counts_away() -> None:
    """58 of 60: two people did not answer; 97 % of 60 would tell it."""
    table = _report(who_answered([Returns(wave="1", n=58, invited=60)])).sections[0].tables()[0]
    assert (table.column("n")[0].state, table.column("n")[0].value) == ("at_least", 50)
    assert table.column("rate")[0].hidden


def test_answers_are_merged_where_much_would_be_hidden() -> None:
    few = ItemAnswers(item="a", label="A", scale="s", counts={"1": 3, "2": 9, "3": 12, "4": 8, "5": 4})
    many = replace(few, counts=dict.fromkeys("12345", 40))
    columns = {}
    for name, entry in (("few", few), ("many", many)):
        columns[name] = [column.label for column in _report(score_distributions([entry], [])).tables()[0].columns[3:]]
    assert columns == {"few": ["1 or 2", "3", "4 or 5"], "many": list("12345")}
    unprotected = _report(score_distributions([few], []), preset="none").tables()[0]
    assert [column.label for column in unprotected.columns[3:]] == list("12345")


def test_means_over_waves_need_waves_and_intervals() -> None:
    one = ScoreSummary(scale="s", label="S", n=40, mean=3.0, sd=0.8, low=1, high=5, wave="1", ci_low=2.8, ci_high=3.2)
    for rows, kinds in (([one], ["distribution"]), ([one, replace(one, wave="2")], ["distribution", "slope"])):
        assert [figure.kind for figure in _report(score_distributions([], rows)).figures()] == kinds


def test_reliability_says_how_items_were_treated_first() -> None:
    row = ScaleReliability(scale="s", label="S", n=40, n_items=5, alpha=0.75, alpha_low=0.6, alpha_high=0.85)
    for ordered, word in ((True, "ordinal"), (False, "continuous")):
        section = _report(reliability_section([row], ordered=ordered)).sections[0]
        assert word in _texts(section)[0]
        assert _texts(section)[-1].startswith("S: an interval reaches below .70")
    hidden = _report(reliability_section([replace(row, n=8)], ordered=True)).sections[0]
    assert "below .70" not in " ".join(_texts(hidden))


def test_what_may_be_said_stops_at_its_rung() -> None:
    section = _report(what_may_be_said(Claim(rung="L1"))).sections[0]
    steps = next(block for block in section.blocks if isinstance(block, Steps))
    assert steps.reached == 2
    everything = " ".join(
        [*_texts(section), *(item for block in section.blocks for item in getattr(block, "items", ()))]
    )
    for word in ("effect", "impact", "caused", "thanks to"):
        assert word not in everything
    top = _report(what_may_be_said(Claim(rung="L5"))).sections[0]
    assert "highest step" in " ".join(_texts(top))


def test_remarks_about_few_people_do_not_reach_a_section() -> None:
    caveat = Caveat(code="x", sentence="Row 41 holds 7.", n_people=1)
    section = _report(data_quality([], caveats=[caveat])).sections[0]
    assert _texts(section) == [
        "No answers were flagged.",
        "A remark about a small number of people is hidden to protect them.",
    ]


def test_a_table_with_nothing_to_show_becomes_a_sentence() -> None:
    missing = [NotScored(scale="s", label="S", reason=reason, n=2, wave="1") for reason in ("no answer", "not asked")]
    section = _report(data_quality([Flag(name="fast", rule="r", n=12, wave="1")], missing)).sections[0]
    assert (
        _texts(section)[-1] == "Scores that were not given, and why: the numbers of people are too small to be shown."
    )
    assert len(section.tables()) == 1


def test_dimensions_and_several_estimates() -> None:
    found = Dimensions(n=200, observed=(3.0, 1.0), random=(1.3, 1.1), advice={"MAP": 1}, items=("a", "b"),
                       loadings=((0.8, 0.1), (0.2, 0.7)))  # fmt: skip
    report = _report(
        dimensions_section(found, ordered=True),
        several_estimates([OneEstimate(label="paired", estimate=0.2, ci_low=0.0, ci_high=0.4, n=40, planned=True)],
                          id="ways", heading="Ways"),
    )  # fmt: skip
    assert [figure.kind for figure in report.figures()] == ["scree", "loadings", "forest"]
    few = _report(dimensions_section(replace(found, n=9), ordered=True))
    assert few.figures() == ()


def test_provenance_says_what_was_hidden() -> None:
    assert hidden_sentence(Log(preset="uk-tre-10")) == "Nothing had to be hidden."
    assert "switched off" in hidden_sentence(Log(preset="none"))
    section = provenance_section(Origin(inputs={"a.csv": "0" * 64}, seed=3))(Log(preset="uk-tre-10", n_small=2))
    assert [table.id for table in section.tables()] == ["provenance", "inputs"]
    assert _texts(section)[1] == "Under the rules `uk-tre-10`, 2 small counts are hidden."


def test_two_sections_of_one_id_are_an_error() -> None:
    with pytest.raises(DataError, match="comes twice"):
        _report(change_section([ROSE]), change_section([ROSE]))


def test_reasons_by_wave_cannot_undo_scores_by_side() -> None:
    """Not scored: 3 of one side and 10 of the other; the sum by wave would tell the 3 beside the 10."""
    returns = [Returns(wave="1", n=100), Returns(wave="1", n=60, side="a"), Returns(wave="1", n=40, side="b")]
    row = ScoreSummary(scale="s", label="S", n=57, mean=3.0, sd=0.8, low=1, high=5, wave="1", side="a")
    report = _report(
        who_answered(returns),
        score_distributions([], [row, replace(row, n=30, side="b")]),
        data_quality([], [NotScored(scale="s", label="S", reason="no answer", n=13, wave="1")]),
    )
    states = {table.id: [cell.state for cell in table.column("n")] for table in report.tables()}
    assert states["scores"][0] == "at_least"
    assert states["scores"][1] != "shown" or "not-scored" not in states or states["not-scored"] == ["hidden"]

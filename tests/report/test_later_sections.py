"""Structure, people lost and time of entry: from numbers set by hand to sentences, tables and what is hidden."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from sctoolkit.errors import DesignError
from sctoolkit.report.document import Draft, Paragraph, Report, Section, build_report
from sctoolkit.report.sections.by_entry import EntryGain, by_entry_section
from sctoolkit.report.sections.change import ScaleChange, change_section, headlines, no_change_section
from sctoolkit.report.sections.headline_means import mean_headlines
from sctoolkit.report.sections.missing_people import FollowUp, LostView, Verdict, missing_people
from sctoolkit.report.sections.one_table import Said
from sctoolkit.report.sections.score_distributions import ScoreSummary, score_distributions
from sctoolkit.report.sections.structure import ScaleInvariance, ScaleStructure, structure_section
from sctoolkit.report.sections.what_may_be_said import Claim, what_may_be_said
from sctoolkit.result import Caveat

FIT = ScaleStructure(
    scale="ts", label="Trust", n=231, estimator="WLSMV", chi2=6.31, dof=2, p_value=0.043, cfi=0.987, rmsea=0.061,
    rmsea_low=0.01, rmsea_high=0.12, srmr=0.024,
)  # fmt: skip
HOLDS = ScaleInvariance(
    scale="ts", label="Trust", n=231, compared="statutory less community", level="strict", difference=0.47, drift=0.01
)
WEAK = replace(HOLDS, level="configural", partial="scalar", freed=("threshold 1 of “care”", "loading of “care”"))
ALL = FollowUp(scale="ts", label="Trust", part="all", share=0.6, ci_low=0.53, ci_high=0.67, n=200)
STAYED = LostView(
    scale="ts", label="Trust", view="people followed up", estimate=0.3, ci_low=0.1, ci_high=0.5, n=120, main=True
)
GAIN = EntryGain(
    scale="ts", label="Trust", what="on average", kind="primary", estimate=0.31, ci_low=0.02, ci_high=0.6,
    p_value=0.04, n=400, n_organisations=10,
)  # fmt: skip


def _section(draft: Draft, **options: object) -> Section:
    report: Report = build_report([draft], title="T", **options)
    return report.sections[0]


def _texts(section: Section) -> list[str]:
    return [block.text for block in section.blocks if isinstance(block, Paragraph)]


def _row(section: Section, name: str, place: int = 0) -> dict[str, object]:
    table = next(table for table in section.tables() if table.id == name)
    return dict(table.records()[place])


def test_fit_and_invariance_stand_side_by_side():
    section = _section(structure_section([FIT], [HOLDS], ordered=True, wave="wave 1"))
    assert _texts(section)[0].startswith("Items were treated as ordinal")
    assert [table.caption for table in section.tables()] == [
        "One-factor model of each scale, wave 1",
        "Measurement invariance and what item drift does to the scores",
    ]
    row = _row(section, "structure")
    assert (row["n"].number, row["chi2"].number, row["interval"].bounds) == (231, 6.31, (0.01, 0.12))
    assert section.tables()[0].notes == ("Estimator: WLSMV.",)
    assert any(text.startswith("All comparisons here reach the scalar level") for text in _texts(section))
    assert not section.tables()[1].has("freed")


def test_scales_below_the_scalar_level_are_named_with_what_differs():
    section = _section(structure_section([FIT], [WEAK], ordered=False))
    assert _texts(section)[0].startswith("Items were treated as continuous")
    caution = next(b for b in section.blocks if isinstance(b, Paragraph) and b.tone == "caution")
    assert caution.text.startswith("Below the scalar level: Trust (statutory less community).")
    assert _row(section, "invariance")["freed"].text == "threshold 1 of “care”; loading of “care”"


def test_a_model_that_must_fit_is_not_shown_as_a_fit():
    section = _section(structure_section([replace(FIT, dof=0, chi2=0.0, p_value=math.nan)], [], ordered=True))
    assert section.tables() == ()
    assert "a model of three items fits whatever was answered" in _texts(section)[-1]


def test_models_of_few_people_are_hidden_whole():
    row = _row(_section(structure_section([replace(FIT, n=8)], [], ordered=True)), "structure")
    assert all(row[name].hidden for name in ("n", "chi2", "p_value", "cfi", "rmsea", "interval", "srmr"))


def test_nothing_to_fit_is_said():
    assert _texts(_section(structure_section([], [], ordered=True)))[-1].startswith(
        "There were too few complete answers"
    )


def test_people_lost_are_told_with_the_verdict_of_each_scale():
    verdicts = [Verdict(label="Trust", sentence="The result survives weighting for staying.", side="community")]
    section = _section(missing_people([ALL], [STAYED, replace(STAYED, view="multiple imputation", n=200)], verdicts))
    assert "Trust, community: the result survives weighting for staying." in _texts(section)
    row = _row(section, "follow-up")
    assert [row[name].number for name in ("n", "share", "ci_low", "ci_high")] == [200, 60.0, 53.0, 67.0]
    assert [row["n"].number for row in section.tables()[0].records()] == [120, 200]
    assert section.tables()[0].id == "lost-views"


@pytest.mark.parametrize(("share", "n"), [(0.98, 200), (0.02, 200), (0.5, 12)])
def test_shares_that_tell_a_small_number_are_hidden(share: float, n: int):
    """4 of 200 left, 4 of 200 stayed, 6 of 12 stayed."""
    followed = round(share * n)
    section = _section(missing_people([replace(ALL, share=share, n=n)], [replace(STAYED, n=followed)], []))
    row = _row(section, "follow-up")
    assert all(row[name].hidden for name in ("share", "ci_low", "ci_high"))
    view = _row(section, "lost-views")
    assert view["n"].hidden or view["n"].state == "at_least"


def test_gains_by_entry_keep_their_order_and_their_rung():
    claim = Said(sentence="Against those not yet entered, Trust of entrants rose.", rung="L3")
    before = replace(GAIN, what="1 wave before entry (0 expected)", kind="check", ci_low=math.nan, ci_high=math.nan)
    caveats = [Caveat(code="x", sentence="One organisation alone entered.", n_people=1)]
    section = _section(by_entry_section([GAIN, before], [claim], caveats=caveats))
    assert claim.sentence in _texts(section)
    assert [row["what"].text for row in section.tables()[0].records()] == [GAIN.what, before.what]
    assert "One organisation alone" not in " ".join(_texts(section))
    few = _row(_section(by_entry_section([replace(GAIN, n=6)], [claim])), "by-entry")
    assert all(few[name].hidden for name in ("n", "estimate", "interval", "p_value"))


def test_gains_may_not_say_more_than_their_rung():
    with pytest.raises(DesignError):
        by_entry_section([GAIN], [Said(sentence="The effect on Trust is 0.31.", rung="L1")])


def test_groups_are_named_in_the_headline():
    change = ScaleChange(
        scale="ts", label="Trust", first="1", last="2", estimate=0.3, ci_low=0.1, ci_high=0.5, n=80, low=1, high=5,
        against="programme less comparison",
    )  # fmt: skip
    report = build_report([change_section([change])], title="T", summary=headlines())
    said = "Programme less comparison: changed by 0.30 points more (0.10 to 0.50)."
    assert report.summary[0].sentences == (said,)
    assert "two sides" not in " ".join(_texts(report.sections[0]))


def test_no_change_says_why():
    section = _section(no_change_section([Caveat(code="x", sentence="Trust: no change is given.")]))
    assert _texts(section) == ["No change between the waves could be estimated.", "Trust: no change is given."]


def test_headlines_of_one_wave_are_means():
    row = ScoreSummary(
        scale="ts", label="Trust", n=40, mean=3.21, sd=0.8, low=1, high=5, wave="wave 1", ci_low=2.9, ci_high=3.5
    )
    rows = [row, replace(row, side="a", n=8), replace(row, scale="bo", label="Bonding", ci_low=math.nan)]
    draft = score_distributions([], rows)
    summary = build_report([draft], title="T", summary=mean_headlines(["Trust", "Bonding"])).summary
    assert [(entry.scale, entry.sentences) for entry in summary] == [
        (
            "Trust",
            ("Wave 1: mean 3.21 (2.90 to 3.50), of 40 people.", "A, wave 1: cannot be shown, to protect people."),
        ),
        ("Bonding", ("Wave 1: mean 3.21, of 40 people.",)),
    ]
    assert build_report([draft], title="T", summary=mean_headlines(["Nothing"])).summary == ()


def test_a_comparison_elsewhere_is_not_denied():
    for elsewhere, words in ((False, "nobody to compare with"), (True, "is a section of its own")):
        section = _section(what_may_be_said(Claim(rung="L1", compared_elsewhere=elsewhere)))
        bullets = [item for block in section.blocks for item in getattr(block, "items", ())]
        assert any(words in item for item in bullets)

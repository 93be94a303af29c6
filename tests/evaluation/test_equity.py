"""Who gained: changes by group are the public function's, sides stay apart, small groups and their sums stay away."""

import numpy as np
import pandas as pd
import pytest
from small import answers, plan_text, run, write_plan

from sctoolkit import load_study
from sctoolkit.change.pooling.shrunken_changes import shrunken_changes
from sctoolkit.errors import DesignError, StudyError
from sctoolkit.evaluation.sections.equity import equity_drafts
from sctoolkit.report.document import build_report
from sctoolkit.report.sections.equity import GroupChange, Spread, equity_section

COLUMNS = 'organisation = "org"\nside = "side"\nkeep = ["tenure"]\n'
PLAN = {"columns": COLUMNS, "analysis": 'comparison = "side"\nsplits = ["tenure"]\nprimary = ["loneliness"]'}


def _data(n=120):
    """Of three kinds of people one is rare: four on a side."""
    data = answers(n, organisations=4, stay=1.0)
    number = data["code"].str[1:].astype(int)
    return data.assign(tenure=np.where(number < 8, "boat", np.where(number % 3 == 0, "rents", "owns")))


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory):
    return run(tmp_path_factory.mktemp("equity"), _data(), **PLAN)


def _tables(evaluation, preset="uk-tre-10"):
    report = build_report(equity_drafts(evaluation), title="t", preset=preset)
    return {table.id: table for table in report.tables()}


def test_each_result_is_that_of_the_public_function(evaluation):
    scores = evaluation.answers[0].frame
    found = {(one.by, one.stratum.side): one.result for one in evaluation.findings[0].equity}
    assert set(found) == {(by, side) for by in ("organisation", "tenure") for side in ("community", "statutory")}
    for (by, side), result in found.items():
        again = shrunken_changes(
            scores[scores["side"] == side], outcome="loneliness", wave="wave", by=by, unit="respondent", minimum=10,
            cluster=None if by == "organisation" else "organisation",
        )  # fmt: skip
        ours, theirs = result.tidy(), again.tidy()
        pd.testing.assert_frame_equal(ours.drop(columns="method"), theirs.drop(columns="method"), rtol=1e-12)


def test_raw_changes_by_hand(evaluation):
    (table,) = [
        one.result for one in evaluation.findings[0].equity if (one.by, one.stratum.side) == ("tenure", "community")
    ]
    frame = evaluation.answers[0].frame.query("side == 'community' and tenure == 'rents'")
    wide = frame.pivot(index="respondent", columns="wave", values="loneliness")
    row = table.tidy().query("group == 'rents' and estimator == 'raw'").iloc[0]
    assert row["estimate"] == pytest.approx((wide["2"] - wide["1"]).mean(), rel=1e-12)
    assert row["n_obs"] == len(wide)


def test_small_groups_are_one_row_without_figures_and_order_is_by_name(evaluation):
    rows = _tables(evaluation)["equity-tenure"].records()
    assert [(row["side"].text, row["label"].text) for row in rows] == [
        ("community", "owns"), ("community", "rents"), ("community", "1 further group"),
        ("statutory", "owns"), ("statutory", "rents"), ("statutory", "1 further group"),
    ]  # fmt: skip
    assert all(cell.hidden for place in (2, 5) for key, cell in rows[place].items() if key == "n")
    assert not any(row["label"].text == "boat" for row in rows)
    for row in rows:
        if row["label"].text != "1 further group":
            assert row["n"].state == "at_least", "or the small group could be worked out"
            assert not row["estimate"].hidden


def test_no_figure_is_bound_to_those_of_other_tables(evaluation):
    """So that the section takes nothing away from the headline."""
    for table in _tables(evaluation).values():
        assert all(cell.who is None for row in table.rows for cell in row)


def test_the_study_s_rules_say_how_few_are_too_few(tmp_path):
    evaluation = run(tmp_path, _data(), study='disclosure = "none"', **PLAN)
    labels = [row["label"].text for row in _tables(evaluation, "none")["equity-tenure"].records()]
    assert "boat" in labels


def test_one_large_group_alone_is_told_why_there_is_nothing(tmp_path):
    data = _data(60).assign(tenure="owns")
    evaluation = run(tmp_path, data, **PLAN)
    told = [c.sentence for one in evaluation.findings[0].equity if one.by == "tenure" for c in one.caveats]
    assert len(told) == 2
    assert all("At least two groups of `tenure`" in sentence for sentence in told)
    assert told[0] in str(build_report(equity_drafts(evaluation), title="t").sections[0])


@pytest.mark.parametrize(
    ("columns", "analysis", "says"),
    [
        (COLUMNS, 'splits = ["tenur"]', "so its values are not read. Did you mean `tenure`?"),
        ("", 'splits = ["tenure"]', "`analysis.splits`: `tenure` is not in `columns.keep`"),
        ("", "iterations = 5", "`analysis.iterations`: must be 0 or at least 20, not 5"),
    ],
)  # fmt: skip
def test_faults_of_the_plan(tmp_path, columns, analysis, says):
    with pytest.raises(StudyError) as caught:
        load_study(write_plan(tmp_path, _data(20), plan_text(columns=columns, analysis=analysis)))
    assert says in str(caught.value).replace("\n", " ").replace("      ", "")


def _spread(**figures):
    return Spread(**({
        "scale": "s", "label": "Trust", "by": "town", "n_groups": 3, "n": 90, "mean": 0.2,
        "ci_low": 0.1, "ci_high": 0.3, "spread": 0.15,
    } | figures))  # fmt: skip


def test_what_the_section_says_of_spread():
    group = GroupChange(scale="s", label="Trust", by="town", group="A", n=30, estimate=0.2, raw=0.3)
    draft = equity_section([group], [_spread()], first="wave 1", last="wave 2")
    report = build_report([draft], title="t", preset="none")
    text = str(report.sections[0])
    assert (
        "Trust: groups may differ: their changes lie about 0.15 points around a mean of +0.20 (0.10 to 0.30)." in text
    )
    draft = equity_section([group], [_spread(spread=0.0)], first="wave 1", last="wave 2")
    assert "no sign that some gained more than others" in str(
        build_report([draft], title="t", preset="none").sections[0]
    )


def test_words_above_the_rung_are_refused(monkeypatch):
    monkeypatch.setattr("sctoolkit.report.sections.equity.phrase", lambda key, **fields: "had an impact")
    with pytest.raises(DesignError):
        build_report([equity_section([], [_spread()], first="1", last="2")], title="t", preset="none")

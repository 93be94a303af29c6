"""Beliefs about the other side: figures by hand and those of the public function, sentences, and small sides."""

import pytest
from small import answers, run

from sctoolkit.change.designs.meta_perception import meta_perception
from sctoolkit.evaluation.sections.beliefs import beliefs_drafts
from sctoolkit.evaluation.steps import beliefs as step
from sctoolkit.report.document import build_report
from sctoolkit.report.sections.beliefs import Bias, BiasChange, beliefs_section

PLAN = {
    "instrument": '"cscq"',
    "columns": 'organisation = "org"\nside = "side"\n',
    "analysis": 'comparison = "side"\nscales = ["ts", "mt"]\nprimary = ["ts"]\niterations = 0',
}


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setattr(step, "N_DRAWS", 60)
    data = answers(80, waves=("pre", "post"), instruments=("cscq",), organisations=8)
    plan = PLAN | {"analysis": PLAN["analysis"] + '\nwaves = ["pre", "post"]'}
    yield run(tmp_path_factory.mktemp("beliefs"), data, **plan)
    patch.undo()


def test_bias_by_hand_and_in_the_order_of_the_plan(evaluation):
    (belief,) = evaluation.beliefs
    frame = evaluation.answers[0].frame[["wave", "side", "mt", "ts_mirrored"]].dropna()
    means = frame.groupby(["side", "wave"]).mean()
    bias = belief.result.tidy().query("estimand == 'bias of the guess'").set_index(["side", "wave"])["estimate"]
    for label, wave in (("01 pre", "pre"), ("02 post", "post")):
        hand = means.loc[("community", wave), "mt"] - means.loc[("statutory", wave), "ts_mirrored"]
        assert bias[("community", label)] == pytest.approx(hand, rel=1e-12)
    moved = belief.result.tidy().query("estimand == 'change of the bias' and side == 'community'")["estimate"].iloc[0]
    assert moved == pytest.approx(bias[("community", "02 post")] - bias[("community", "01 pre")], rel=1e-12)


def test_it_is_the_public_function_on_the_scores(evaluation):
    scores = evaluation.answers[0].frame
    scores = scores.assign(wave=scores["wave"].map({"pre": 1, "post": 2}))
    again = meta_perception(
        scores, own="ts_mirrored", guess="mt", side="side", wave="wave", cluster="organisation", n_draws=60, seed=1
    )
    ours = evaluation.beliefs[0].result.tidy()
    assert ours["estimate"].tolist() == pytest.approx(again.tidy()["estimate"].tolist(), rel=1e-12)
    assert ours["ci_low"].tolist() == pytest.approx(again.tidy()["ci_low"].tolist(), rel=1e-12)


def test_waves_are_named_as_the_study_names_them(evaluation):
    (draft,) = beliefs_drafts(evaluation)
    tables = {table.id: table for table in build_report([draft], title="t").tables()}
    assert [row["label"].text for row in tables["beliefs"].records()] == ["pre", "post", "pre", "post"]
    assert {(row["first"].text, row["last"].text) for row in tables["beliefs-change"].records()} == {("pre", "post")}


def test_counts_leave_as_lower_bounds_only(evaluation):
    tables = {table.id: table for table in build_report(beliefs_drafts(evaluation), title="t").tables()}
    for row in tables["beliefs"].records():
        for cell in (row["n"], row["n_other"]):
            assert cell.hidden or cell.state == "at_least"
    plain = {table.id: table for table in build_report(beliefs_drafts(evaluation), title="t", preset="none").tables()}
    assert plain["beliefs"].records()[0]["n"].value == 40


def test_no_second_side_no_section(tmp_path):
    data = answers(30, instruments=("cscq",)).assign(side="community")
    assert run(tmp_path, data, **PLAN).beliefs == ()


def _bias(**figures):
    return Bias(**({
        "wave": "wave 2", "side": "community", "other": "statutory", "n": 40, "n_other": 30, "guess": 3.0,
        "own": 3.5, "bias": -0.5, "ci_low": -0.8, "ci_high": -0.2,
    } | figures))  # fmt: skip


def test_sentences():
    move = BiasChange(side="community", first="wave 1", last="wave 2", change=0.3, ci_low=0.1, ci_high=0.5, n=30)
    text = str(build_report([beliefs_section([_bias()], [move], what="trust")], title="t").sections[0])
    assert (
        "Community: at wave 2 they believed 3.00, and the statutory side said 3.50: they think 0.50 points too little "
        "of the other side's view (−0.80 to −0.20). From wave 1 to wave 2 the difference moved by +0.30 points"
    ) in text
    text = str(build_report([beliefs_section([_bias(ci_high=0.1)], [], what="trust")], title="t").sections[0])
    assert "no clear difference" in text


def test_a_side_of_few_people_is_not_told():
    draft = beliefs_section([_bias(n_other=6)], [], what="trust")
    (table,) = build_report([draft], title="t").tables()
    (row,) = table.records()
    assert row["own"].hidden
    assert row["estimate"].hidden
    assert row["interval"].hidden
    assert row["n_other"].hidden

"""Paths and two scales that may follow each other: the public functions' figures, and why there is nothing."""

import numpy as np
import pandas as pd
import pytest
from small import answers, plan_text, run, write_plan

from sctoolkit import cross_lagged, load_study, mediation
from sctoolkit.errors import StudyError
from sctoolkit.evaluation.sections.paths import paths_drafts, reciprocal_drafts
from sctoolkit.evaluation.steps import paths as step
from sctoolkit.report.document import build_report
from sctoolkit.report.sections.paths import INDIRECT, PathStep, paths_section
from sctoolkit.report.sections.reciprocal import Lag, reciprocal_section

PATH = '[[path]]\nfrom = "li"\nthrough = "ts"\nto = "sp"\n'
PLAN = {
    "instrument": '"cscq"',
    "columns": 'organisation = "org"\n',
    "analysis": 'scales = ["li", "ts", "sp"]\nprimary = ["ts"]\niterations = 0',
}


@pytest.fixture(scope="module", autouse=True)
def few_resamples():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(step, "N_DRAWS", 100)
        yield


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory):
    data = answers(150, waves=("1", "2", "3"), instruments=("cscq",), organisations=12)
    more = PATH + '[reciprocal]\nscales = ["ts", "li"]\n'
    return run(tmp_path_factory.mktemp("paths"), data, more=more, **PLAN)


def _wide(evaluation):
    frame = evaluation.answers[0].frame
    wide = frame.pivot(index="respondent", columns="wave", values=["li", "ts", "sp", "organisation"])
    columns = {"x": ("li", "1"), "m": ("ts", "2"), "y": ("sp", "3"), "m0": ("ts", "1"), "y0": ("sp", "1")}
    table = pd.DataFrame({name: wide[place].astype(float) for name, place in columns.items()})
    return table.assign(org=wide[("organisation", "1")]).dropna()


def test_paths_are_the_public_function_s(evaluation):
    (path,) = evaluation.paths
    again = mediation(
        _wide(evaluation), exposure="x", mediator="m", outcome="y", covariates=("m0", "y0"), waves=(1, 2, 3),
        cluster="org", n_draws=100, seed=1,
    )  # fmt: skip
    for ours, theirs in zip(path.result.paths, again.paths, strict=True):
        assert (ours.estimate, ours.ci_low) == (pytest.approx(theirs.estimate, rel=1e-9), pytest.approx(theirs.ci_low))
    assert path.result.ordered


def test_a_by_hand(evaluation):
    table = _wide(evaluation)
    design = np.column_stack([np.ones(len(table)), table[["x", "m0", "y0"]]])
    coef = np.linalg.lstsq(design, table["m"].to_numpy(), rcond=None)[0]
    assert evaluation.paths[0].result.paths[0].estimate == pytest.approx(coef[1], rel=1e-9)


def test_the_section_names_scales_and_waves(evaluation):
    (table,) = build_report(paths_drafts(evaluation), title="t").tables()
    rows = table.records()
    assert {row["path"].text for row in rows} == {
        "Linking at wave 1, Trust in the other side at wave 2, Shared space at wave 3"
    }
    assert [row["what"].text for row in rows][2] == INDIRECT


def test_too_few_people_for_both_ways_is_said(evaluation):
    (both,) = evaluation.reciprocal
    assert both.result is None
    report = build_report(reciprocal_drafts(evaluation), title="t")
    assert "At least 200 people" in str(report.sections[0])
    assert report.tables() == ()


def test_both_ways_is_the_public_function_s(tmp_path):
    data = answers(230, waves=("1", "2", "3"), instruments=("cscq",))
    evaluation = run(tmp_path, data, more='[reciprocal]\nscales = ["ts", "li"]\n', **PLAN)
    again = cross_lagged(
        evaluation.answers[0].frame, x="ts", y="li", waves=["1", "2", "3"], unit="respondent", wave="wave"
    )
    assert [path.estimate for path in evaluation.reciprocal[0].result.paths] == [path.estimate for path in again.paths]
    (table,) = build_report(reciprocal_drafts(evaluation), title="t").tables()
    assert table.records()[0]["what"].text == "Trust in the other side, then Linking"


def test_two_waves_are_a_caveat(tmp_path):
    evaluation = run(tmp_path, answers(60, instruments=("cscq",)), more=PATH, **PLAN)
    assert evaluation.paths[0].result is None
    assert "needs three waves" in str(build_report(paths_drafts(evaluation), title="t").sections[0])


def test_from_a_group(tmp_path):
    data = answers(120, waves=("1", "2", "3"), instruments=("cscq",), organisations=12)
    plan = PLAN | {"columns": 'group = "arm"\n', "analysis": PLAN["analysis"] + '\ntreated = "programme"'}
    evaluation = run(tmp_path, data, more=PATH.replace('"li"', '"group"'), **plan)
    frame = evaluation.answers[0].frame
    started = frame[frame["wave"] == "1"].set_index("respondent")
    table = step.path_table(
        evaluation.study, frame, evaluation.study.plan.path[0], ("1", "2", "3"), evaluation.programme
    )
    assert table.set_index("respondent")["start"].eq((started["group"] == "programme").astype(float)).all()


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (PATH.replace('"li"', '"lin"'), "`path[0].from`: `lin` is no scored scale"),
        (PATH.replace('"sp"', '"ts"'), "must be three different things"),
        (PATH.replace('"li"', '"group"'), "`columns.group`: is needed, since a path begins with `group`"),
        (PATH.replace('"li"', '"dose"'), "`logs.engagement` and `logs.wave_dates`: are needed"),
        ('[reciprocal]\nscales = ["ts", "tss"]', "`reciprocal.scales[1]`: `tss` is no scored scale"),
        ('[reciprocal]\nscales = ["ts", "ts"]', "must be two different scales"),
        ('[[path]]\nfrom = "li"\nthrough = "ts"\n', "`path[0].to`: is missing"),
    ],
)
def test_faults_of_the_plan(tmp_path, more, says):
    data = answers(20, instruments=("cscq",))
    with pytest.raises(StudyError) as caught:
        load_study(write_plan(tmp_path, data, plan_text(instrument='"cscq"', more=more)))
    assert says in " ".join(str(caught.value).split())


def test_what_is_said_holds_to_associations():
    one = {"path": "X, M, Y", "estimate": 0.2, "p_value": 0.01, "n": 90}
    clear = PathStep(what=INDIRECT, ci_low=0.1, ci_high=0.3, **one)
    text = str(build_report([paths_section([clear])], title="t").sections[0])
    assert "X, M, Y: those who had more of the first ended +0.20 points away" in text
    few = PathStep(what=INDIRECT, ci_low=-0.1, ci_high=0.3, **one | {"n": 7})
    assert "+0.20" not in str(build_report([paths_section([few])], title="t").sections[0])


def test_a_lag_in_words():
    lag = Lag(what="Trust, then work", estimate=0.2, ci_low=0.1, ci_high=0.3, p_value=0.01, n=300, main=True)
    text = str(build_report([reciprocal_section([lag])], title="t").sections[0])
    assert "Trust, then work: a point more than usual goes with +0.20 points a wave later (0.10 to 0.30)." in text

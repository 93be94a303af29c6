"""How well scales tell organisations apart: the public function's figures side by side, and what is said of them."""

import pytest
from small import answers, run

from sctoolkit.evaluation.sections.places import places_drafts
from sctoolkit.measurement.keyed import keyed_items
from sctoolkit.measurement.scores.ecometrics import ecometrics
from sctoolkit.report.document import build_report
from sctoolkit.report.sections.places import PlaceScale, places_section

PLAN = {"columns": 'organisation = "org"\nside = "side"\n', "analysis": 'primary = ["loneliness"]'}


def test_each_side_is_looked_at_alone_and_few_organisations_are_a_caveat(tmp_path):
    data = answers(110, organisations=11, stay=1.0)
    data.loc[data["org"].isin(["org 0", "org 2"]), "side"] = "community"
    evaluation = run(tmp_path, data, **PLAN)
    community, statutory = evaluation.findings[0].places
    assert (len(community.result.places), statutory.result) == (7, None)
    assert "statutory side has 4 organisations" in statutory.caveats[0].sentence
    frame, scores = evaluation.answers[0].frame, evaluation.answers[0].scores
    rows = ((frame["wave"] == "1") & (frame["side"] == "community")).to_numpy()
    again = ecometrics(keyed_items(scores, "loneliness")[rows], place=frame.loc[rows, "organisation"].tolist())
    assert community.result.icc == pytest.approx(again.icc, rel=1e-12)
    assert community.result.reliability.tolist() == pytest.approx(again.reliability.tolist(), rel=1e-12)
    (draft,) = places_drafts(evaluation)
    assert [table.id for table in build_report([draft], title="t").tables()] == ["places"]


def _said(**figures):
    scale = PlaceScale(**({
        "scale": "s", "label": "Trust", "wave": "wave 1", "n": 90, "n_organisations": 6, "share": 0.05,
        "share_low": 0.0, "share_high": 0.2, "reliability": 0.63, "needed": 42.2, "threshold": 0.7,
    } | figures))  # fmt: skip
    return str(build_report([places_section([scale])], title="t").sections[0])


def test_ranking_is_refused_below_the_threshold():
    assert "does not tell organisations apart well enough to compare or rank them (reliability .63; .70" in _said()
    assert "About 43 people in each would have to answer." in _said()
    assert "well enough to describe each one (reliability .80" in _said(reliability=0.8)
    assert "no difference between organisations beyond" in _said(reliability=0.0, needed=float("inf"))


def test_a_single_item_and_a_study_without_organisations_have_none(tmp_path):
    assert run(tmp_path, answers(40)).findings[0].places == ()

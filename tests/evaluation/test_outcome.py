"""Outcomes: which scales and items are followed, under which name, and which are primary."""

from small import answers, plan_text, run, write_plan

from sctoolkit import load_study
from sctoolkit.evaluation.outcome import _range


def _outcomes(folder, data, **parts):
    return [finding.outcome for finding in run(folder, data, **parts).findings]


def test_a_scale_that_the_data_cannot_score_is_left_out(tmp_path):
    data = answers(30).drop(columns=["LON2", "LON3"])
    assert _outcomes(tmp_path, data) == []


def test_items_are_followed_beside_scales_and_begin_with_a_capital(tmp_path):
    outcomes = _outcomes(tmp_path, answers(30), analysis='items = ["LON1"]\nprimary = ["loneliness"]')
    assert [(one.name, one.label, one.is_scale, one.primary, one.range) for one in outcomes] == [
        ("loneliness", "Loneliness", True, True, (3.0, 9.0)),
        ("LON1", "Lacks companionship", False, False, (1.0, 3.0)),
    ]


def test_primary_ones_come_first(tmp_path):
    data = answers(30, waves=("1",), instruments=("cscq",))
    outcomes = _outcomes(tmp_path, data, instrument='"cscq"', analysis='scales = ["bo", "br"]\nprimary = ["br"]')
    assert [one.name for one in outcomes] == ["br", "bo"]


def test_scales_of_one_name_in_two_instruments_stay_apart(tmp_path):
    both = '["gss_social_trust", "ess_social_trust"]'
    data = answers(40, waves=("1",), instruments=("gss_social_trust", "ess_social_trust"))
    outcomes = _outcomes(tmp_path, data, instrument=both, analysis='scales = ["social_trust"]')
    assert {one.key for one in outcomes} == {"gss_social_trust.social_trust", "ess_social_trust.social_trust"}
    assert len({one.label for one in outcomes}) == 2


def test_minimum_of_the_plan_replaces_that_of_the_instrument(tmp_path):
    plan = plan_text(analysis="minimum = { loneliness = 2 }")
    study = load_study(write_plan(tmp_path, answers(30), plan))
    assert study.instruments[0].scale["loneliness"].minimum == 2


def test_a_sum_without_a_declared_range_has_that_of_its_items(tmp_path):
    study = load_study(write_plan(tmp_path, answers(30), plan_text()))
    (instrument,) = study.instruments
    scale = instrument.scale["loneliness"].model_copy(update={"range": None})
    assert scale.rule == "sum"
    assert _range(instrument, scale) == (3.0, 9.0)
    assert _range(instrument, scale.model_copy(update={"rule": "weighted"})) is None

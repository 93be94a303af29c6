"""Small studies of every kind: sides, groups, one wave, nobody linked, weights, several instruments, broken scales."""

import json

import numpy as np
import pandas as pd
import pytest
from small import answers, plan_text, run, write_plan

from sctoolkit import estimate_change, evaluate, load_study, reliability, write_report
from sctoolkit.errors import StudyError
from sctoolkit.evaluation.sections import drafts
from sctoolkit.evaluation.sections.change import AGAINST

ITEMS = ["LON1", "LON2", "LON3"]
ORG = 'organisation = "org"\n'


def _sections(evaluation):
    return {table.id: table for draft in drafts(evaluation) for table in draft.tables}


def _codes(evaluation):
    return {caveat.code for finding in evaluation.findings for caveat in finding.caveats}


def test_the_numbers_are_those_of_the_functions(tmp_path):
    evaluation = run(tmp_path, answers(), columns=ORG)
    (finding,) = evaluation.findings
    frame = evaluation.answers[0].frame
    alone = estimate_change(
        frame, outcome="loneliness", unit="respondent", wave="wave", cluster="organisation", waves=("1", "2"),
        reliability=finding.measurement.headline_reliability(), scale_range=(3.0, 9.0), n_draws=99, seed=1,
    )  # fmt: skip
    pd.testing.assert_frame_equal(finding.changes[0][1].tidy(), alone.tidy())
    first = evaluation.answers[0].responses
    rows = first.frame()[first.roles["wave"] == "1"][ITEMS].astype(float)
    by_wave = dict(finding.measurement.reliability)
    assert by_wave["1"].coefficients["alpha"].estimate == reliability(rows, ordered=True).coefficients["alpha"].estimate


def test_rows_in_are_rows_scored_or_not_with_a_reason(tmp_path):
    data = answers()
    data.loc[:4, ITEMS] = 9
    evaluation = run(tmp_path, data, more='[missing_codes]\n9 = "refused"')
    scores = evaluation.answers[0].scores
    assert scores.responses.n == len(data)
    assert np.isfinite(scores.values).sum() + (scores.reasons != 0).sum() == len(data)
    assert evaluation.glance()["n_obs"].iloc[0] == len(data)


def test_one_wave_is_described_and_no_more(tmp_path):
    evaluation = run(tmp_path, answers(waves=("1",)))
    assert "change" not in _sections(evaluation)
    written = write_report(evaluation, tmp_path / "out")
    assert "“described”" in written.results["claim"]
    mean = evaluation.answers[0].frame["loneliness"].mean()
    assert written.results["headlines"][0]["sentences"][0].startswith(f"Wave 1: mean {mean:.2f} (")


def test_without_respondents_waves_are_compared_and_nobody_is_followed(tmp_path):
    evaluation = run(tmp_path, answers(), link=False)
    (finding,) = evaluation.findings
    assert finding.changes[0][1].route.facts.linkage == "unlinked"
    assert finding.attrition == ()
    assert finding.measurement.over_waves is None
    assert {"followed", "follow-up", "lost-views"}.isdisjoint(_sections(evaluation))
    assert evaluation.glance()["n_respondents"].iloc[0] == 0


def test_sides_are_told_apart_and_unknown_ones_left_out(tmp_path):
    data = answers()
    data.loc[::9, "side"] = ""
    evaluation = run(tmp_path, data, columns=ORG + 'side = "side"\n', analysis='comparison = "side"')
    rows = [cell.text for cell in _sections(evaluation)["change"].column("row")]
    assert rows == ["community", "statutory", "gap between the sides"]
    sides = {cell.text for cell in _sections(evaluation)["returns"].column("side")}
    assert sides == {"all sides", "community", "statutory", "not known"}


@pytest.mark.parametrize(("assignment", "rung"), [("existing", "L4"), ("randomised", "L5")])
def test_groups_are_set_against_each_other(tmp_path, assignment, rung):
    plan = f'comparison = "group"\nassignment = "{assignment}"\ntreated = "programme"'
    evaluation = run(tmp_path, answers(), columns=ORG + 'group = "arm"\n', analysis=plan)
    assert evaluation.glance()["rung"].iloc[0] == rung
    assert [cell.text for cell in _sections(evaluation)["change"].column("row")] == [AGAINST, "programme", "comparison"]
    sentence = write_report(evaluation, tmp_path / "out").results["headlines"][0]["sentences"][0]
    assert sentence.startswith("Programme less comparison: ")


def test_groups_without_a_word_on_how_they_came_about_are_a_caveat(tmp_path):
    evaluation = run(tmp_path, answers(), columns='group = "arm"\n', analysis='comparison = "group"')
    finding = evaluation.findings[0]
    assert finding.changes or "not_given" in _codes(evaluation)


def test_weights_reach_the_means(tmp_path):
    evaluation = run(tmp_path, answers(), columns='weight = "wt"\n')
    table = evaluation.findings[0].description.tidy().query("term == 'mean' and wave == '1'").set_index("method")
    frame = evaluation.answers[0].frame.query("wave == '1'")
    weighted = np.average(frame["loneliness"], weights=frame["weight"])
    assert table.loc["weighted, linearised", "estimate"] == pytest.approx(weighted, rel=1e-12)


def test_two_instruments_of_one_file(tmp_path):
    data = answers(instruments=("cscq", "ucla3"))
    both = {"instrument": '["cscq", "ucla3"]', "analysis": 'scales = ["bo", "loneliness"]\nprimary = ["loneliness"]'}
    evaluation = run(tmp_path, data, **both)
    assert [one.outcome.instrument for one in evaluation.findings] == ["ucla3", "cscq"]
    assert {"cscq.quality", "ucla3.quality", "cscq.bo.change", "ucla3.loneliness.change"} <= set(evaluation.parts())
    write_report(evaluation, tmp_path / "out")
    scores = (tmp_path / "out" / "scores.csv").read_text()
    parts = [part.splitlines() for part in scores.split("\n\n")]
    assert [(len(part) - 1, part[1].split(",")[0]) for part in parts] == [(len(data), "cscq"), (len(data), "ucla3")]


def test_scales_of_one_name_in_two_instruments_give_one_report(tmp_path):
    data = answers(40, instruments=("gss_social_trust", "ess_social_trust"))
    both = '["gss_social_trust", "ess_social_trust"]'
    evaluation = run(tmp_path, data, instrument=both, analysis='scales = ["social_trust"]\nprimary = ["social_trust"]')
    written = write_report(evaluation, tmp_path / "out")
    assert len(written.results["headlines"]) == 2


def test_spss_input_gives_the_same_scores(tmp_path):
    from sctoolkit import load_instrument
    from sctoolkit.forms.spss import write_sav

    data = answers(40)
    (tmp_path / "csv").mkdir()
    plain = run(tmp_path / "csv", data)
    write_sav(tmp_path / "a.sav", load_instrument("ucla3"), data)
    plan = plan_text(file='[[file]]\npath = "a.sav"')
    (tmp_path / "study.toml").write_text(plan)
    labelled = evaluate(load_study(tmp_path))
    pd.testing.assert_frame_equal(labelled.answers[0].frame, plain.answers[0].frame)
    pd.testing.assert_frame_equal(labelled.tidy(), plain.tidy())


def test_a_wave_that_nobody_answered_leaves_the_others(tmp_path):
    data = answers()
    data[ITEMS] = data[ITEMS].astype(object)
    data.loc[data["wave"] == "2", ITEMS] = ""
    evaluation = run(tmp_path, data)
    written = write_report(evaluation, tmp_path / "out")
    assert written.results["headlines"][0]["sentences"][0].startswith("Wave 1: mean")
    page = (tmp_path / "out" / "report.html").read_text()
    assert "No change between the waves could be estimated." in page
    assert "not 0 of" not in page


def test_items_that_never_vary(tmp_path):
    evaluation = run(tmp_path, answers().assign(LON1=1, LON2=1, LON3=1))
    assert evaluation.findings[0].measurement.reliability == ()
    assert write_report(evaluation, tmp_path / "out").files


def test_items_as_outcomes_have_no_reliability_section(tmp_path):
    evaluation = run(tmp_path, answers().drop(columns=["LON2", "LON3"]), analysis='items = ["LON1"]')
    assert evaluation.findings[0].measurement is None
    assert {"reliability", "structure", "invariance"}.isdisjoint(_sections(evaluation))


def test_structure_is_of_the_first_wave_and_invariance_of_both(tmp_path):
    data = answers(220, instruments=("cscq",), organisations=10)
    plan = {"instrument": '"cscq"', "columns": 'side = "side"\n', "analysis": 'scales = ["ts"]\nprimary = ["ts"]'}
    evaluation = run(tmp_path, data, **plan)
    measured = evaluation.findings[0].measurement
    assert measured.structure.glance()["n_obs"].iloc[0] == 220
    assert measured.over_sides is not None
    assert measured.over_waves is not None
    tables = _sections(evaluation)
    assert tables["structure"].caption == "One-factor model of each scale, wave 1"
    assert [cell.text for cell in tables["invariance"].column("compared")] == [
        "statutory less community", "wave 2 less wave 1",
    ]  # fmt: skip


def test_own_instrument_by_path(tmp_path):
    from sctoolkit.instrument.library import instrument_folders

    text = (instrument_folders()["ucla3"] / "instrument.toml").read_text(encoding="utf-8")
    (tmp_path / "mine.toml").write_text(text.replace('id = "ucla3"', 'id = "mine"'), encoding="utf-8")
    evaluation = run(tmp_path, answers(30, waves=("1",)), instrument='"mine.toml"')
    assert evaluation.answers[0].instrument.id == "mine"


@pytest.mark.parametrize(
    ("analysis", "says"),
    [
        ('baseline = "9"', "`analysis.baseline`: wave `9` is not in the data"),
        ('follow_up = "9"', "`analysis.follow_up`: wave `9` is not in the data"),
        ('waves = ["7", "8"]', "none of these waves is in the data"),
    ],
)
def test_waves_that_are_not_there(tmp_path, analysis, says):
    with pytest.raises(StudyError) as caught:
        run(tmp_path, answers(20), analysis=analysis)
    assert says in str(caught.value)
    assert "`1`, `2`" in str(caught.value)


def test_a_wave_yet_to_come_is_no_fault(tmp_path):
    evaluation = run(tmp_path, answers(30), analysis='waves = ["1", "2", "3"]')
    assert evaluation.provenance.waves == ("1", "2")


def test_waves_follow_the_plan(tmp_path):
    forward = run(tmp_path, answers(40), analysis='waves = ["1", "2"]').findings[0].changes[0][1].primary.estimate
    back = run(tmp_path, answers(40), analysis='waves = ["2", "1"]').findings[0].changes[0][1].primary.estimate
    assert back == pytest.approx(-forward, abs=0.05)


def test_progress_says_what_is_done(tmp_path):
    said = []
    evaluate(load_study(write_plan(tmp_path, answers(20), plan_text())), progress=said.append)
    assert said[0] == "Reading a.csv"
    assert "Measuring Loneliness" in said


def test_the_record_is_json(tmp_path):
    record = run(tmp_path, answers(30)).to_dict()
    assert json.loads(json.dumps(record, allow_nan=False))["study"] == "A small study"


def test_names_of_waves_change_nothing(tmp_path):
    """`pre` and `post` sort the wrong way round; the plan's order is the order everywhere."""
    found = []
    for names in (("1", "2"), ("pre", "post")):
        data = answers(120)
        folder = tmp_path / names[0]
        folder.mkdir()
        plan = f'comparison = "side"\nwaves = ["{names[0]}", "{names[1]}"]'
        data = data.assign(wave=data["wave"].map(dict(zip(("1", "2"), names, strict=True))))
        evaluation = run(folder, data, columns=ORG + 'side = "side"\n', analysis=plan)
        tables = {
            name: [[cell.value for cell in row if not isinstance(cell.value, str)] for row in table.rows]
            for name, table in _sections(evaluation).items()
        }
        found.append(tables)
    assert found[0].keys() == found[1].keys()
    for name, rows in found[0].items():
        assert repr(rows) == repr(found[1][name]), name

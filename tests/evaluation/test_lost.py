"""Who was lost: side by side and group by group, with the public function's figures, in the order of the plan."""

import pytest
from small import answers, run

from sctoolkit import attrition
from sctoolkit.evaluation.sections.missing import missing_drafts
from sctoolkit.report.document import build_report

GROUPS = 'comparison = "group"\nassignment = "existing"\ntreated = "programme"'


def test_groups_are_told_apart_on_each_side(tmp_path):
    data = answers(160, organisations=8, stay=0.7)
    data["arm"] = ["programme" if name in ("org 0", "org 1", "org 4", "org 5") else "elsewhere" for name in data["org"]]
    columns = 'organisation = "org"\nside = "side"\ngroup = "arm"\n'
    evaluation = run(tmp_path, data, columns=columns, analysis=GROUPS)
    found = dict(evaluation.findings[0].attrition)
    assert list(found) == ["community", "statutory"]
    frame = evaluation.answers[0].frame
    for side, result in found.items():
        again = attrition(
            frame[frame["side"] == side], outcome="loneliness", unit="respondent", wave="wave", cluster="organisation",
            group="group", treated="programme", assignment="existing", seed=1, scale_range=(3.0, 9.0),
        )  # fmt: skip
        assert result.tidy()["estimate"].tolist() == pytest.approx(again.tidy()["estimate"].tolist(), nan_ok=True)
    tables = {table.id: table for table in build_report(missing_drafts(evaluation), title="t", preset="none").tables()}
    parts = [row["part"].text for row in tables["follow-up"].records() if row["side"].text == "community"]
    assert parts[:3] == ["all", "programme", "comparison"]


def test_share_followed_up_by_hand(tmp_path):
    evaluation = run(tmp_path, answers(100, stay=0.6), columns='group = "arm"\n', analysis=GROUPS)
    frame = evaluation.answers[0].frame
    start, end = (frame[frame["wave"] == wave].set_index("respondent") for wave in "12")
    took_part = start[start["group"] == "programme"].index
    ((_, result),) = evaluation.findings[0].attrition
    row = result.tidy().query("estimator == 'programme'").iloc[0]
    assert row["estimate"] == pytest.approx(took_part.isin(end.index).mean(), rel=1e-12)


def test_waves_named_in_words_keep_the_order_of_the_plan(tmp_path):
    data = answers(80, waves=("pre", "post"), stay=0.7)
    evaluation = run(tmp_path, data, analysis='waves = ["pre", "post"]')
    ((_, result),) = evaluation.findings[0].attrition
    assert result.tidy().query("estimator == 'all'")["n_obs"].iloc[0] == 80

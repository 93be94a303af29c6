"""Several outcomes, the size that matters, change person by person, and other reckonings: steps and sections."""

import numpy as np
import pytest
from small import answers, run

from sctoolkit import estimate_change, reliable_change, write_report
from sctoolkit.change.doubts.sensitivity import sensitivity
from sctoolkit.change.route.told import told
from sctoolkit.disclosure.protect import protect
from sctoolkit.evaluation.sections import drafts
from sctoolkit.evaluation.sections.change import AGAINST
from sctoolkit.evaluation.steps.told import told_of

TWO = '["ucla3", "swemwbs"]'


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory):
    data = answers(160, instruments=("ucla3", "swemwbs"))
    analysis = 'primary = ["loneliness", "wellbeing"]\nscales = ["loneliness", "wellbeing"]\n'
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sctoolkit.evaluation.steps.change.N_DRAWS", 99)
        return run(
            tmp_path_factory.mktemp("several"), data, instrument=TWO, columns='organisation = "org"\nside = "side"\n',
            analysis=analysis + 'comparison = "side"\nsmallest_change = { loneliness = 0.5 }',
        )  # fmt: skip


def _table(evaluation, name):
    return next(table for draft in drafts(evaluation) for table in draft.tables if table.id == name)


def test_holm_by_hand_within_each_question(evaluation):
    families = dict(evaluation.families)
    assert set(families) == {
        "primary outcomes, community", "primary outcomes, statutory", "primary outcomes, gap between the sides",
    }  # fmt: skip
    for name, family in families.items():
        p = [
            one.estimate.p_value
            for finding in evaluation.findings
            for one in told(dict(finding.changes)[""])
            if name.endswith(one.side or "gap between the sides")
        ]
        small, large = sorted(p)
        expected = {small: min(1.0, 2 * small), large: min(1.0, max(2 * small, large))}
        assert family.adjusted.tolist() == pytest.approx([expected[value] for value in p])


def test_the_report_shows_both_p_values(evaluation):
    rows = _table(evaluation, "change").records()
    assert all(row["p_adjusted"].number >= row["p_value"].number for row in rows)
    assert any(row["p_adjusted"].number > row["p_value"].number for row in rows)


def test_size_is_judged_where_the_plan_says_what_matters(evaluation):
    sized = {finding.outcome.name: dict(finding.sizes).get("") for finding in evaluation.findings}
    assert sized["wellbeing"] is None
    assert sized["loneliness"].smallest == 0.5
    rows = _table(evaluation, "change-size").records()
    assert [row["row"].text for row in rows] == ["community", "statutory", "gap between the sides"]


def test_readings_come_from_what_is_shown(evaluation):
    draft = next(d for d in drafts(evaluation) if any(table.id == "change-size" for table in d.tables))
    hidden = protect(draft.tables, preset="none")
    section = draft.compose({table.id: table for table in hidden.tables}, ())
    (table,) = section.tables()
    readings = [cell.text for cell in table.column("reading")]
    classes = [test.test.verdict for test in dict(evaluation.findings[0].sizes)[""].tests]
    assert [text.startswith("not clear") for text in readings] == [name == "unclear" for name in classes]


def test_persons_are_those_of_the_function(evaluation):
    finding = evaluation.findings[0]
    frame = evaluation.answers[0].frame
    rows = frame[frame["side"] == "community"]
    both = rows.pivot(index="respondent", columns="wave", values=finding.outcome.name)
    alone = reliable_change(both, pre="1", post="2", reliability=finding.measurement.headline_reliability())
    assert dict(finding.persons)["community"].counts == alone.counts


def test_other_reckonings_stand_beside_the_told_one(evaluation):
    table = _table(evaluation, "doubts")
    told_rows = [row for row in table.records() if row["row"].text.endswith("(told above)")]
    change = {(row["scale"].text, row["row"].text): row for row in _table(evaluation, "change").records()}
    assert len(told_rows) == len(change)
    for row in told_rows:
        scale, _, who = row["scale"].text.rpartition(", ")
        assert row["estimate"].number == change[scale, who]["estimate"].number
    for finding in evaluation.findings:
        for one in told_of(finding):
            assert all(np.isfinite(other.estimate) for other in one.others)


def test_everything_is_written(evaluation, tmp_path):
    write_report(evaluation, tmp_path)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    for heading in (
        "Whether it is enough to matter",
        "How many people changed",
        "Other reckonings",
    ):
        assert heading in page
    assert "A change matters from 0.5 points on." in page
    assert page.index("What was found") < page.index("How sure it is") < page.index("How it was measured")


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sctoolkit.evaluation.steps.change.N_DRAWS", 99)
        return run(
            tmp_path_factory.mktemp("compared"), answers(160), columns='group = "arm"\n',
            analysis='comparison = "group"\nassignment = "existing"\ntreated = "programme"',
        )  # fmt: skip


def test_each_group_is_told_beside_their_difference(compared):
    rows = {row["row"].text: row["estimate"].number for row in _table(compared, "change").records()}
    assert list(rows) == [AGAINST, "programme", "comparison"]
    frame = compared.answers[0].frame
    wide = frame.pivot(index=["respondent", "group"], columns="wave", values="loneliness").dropna().reset_index()
    gains = (wide["2"] - wide["1"]).groupby(wide["group"]).mean()
    assert [rows["programme"], rows["comparison"]] == pytest.approx([gains["programme"], gains["elsewhere"]])


def test_hidden_factor_is_that_of_the_function(compared):
    frame = compared.answers[0].frame
    wide = frame.pivot(index=["respondent", "group"], columns="wave", values="loneliness").dropna().reset_index()
    wide = wide.rename(columns={"1": "before", "2": "after"}).assign(part=lambda d: 1.0 * (d["group"] == "programme"))
    alone = sensitivity("after ~ part + before", wide, treatment="part", benchmarks=["before"], multiples=(1,))
    found = dict(compared.findings[0].hidden_factors)[""]
    assert found.robustness == pytest.approx(alone.robustness)
    assert found.benchmarks[0].estimate == pytest.approx(alone.benchmarks[0].estimate)
    assert _table(compared, "hidden-factor").records()[0]["estimate"].number == pytest.approx(alone.estimate)


def test_groups_are_compared_on_each_side_and_never_over_both(tmp_path):
    data = answers(160, organisations=8)
    data["arm"] = np.where(data["org"].isin(["org 0", "org 1", "org 2", "org 3"]), "programme", "elsewhere")
    found = run(
        tmp_path, data, columns='side = "side"\ngroup = "arm"\n',
        analysis='comparison = "group"\nassignment = "existing"\ntreated = "programme"\n'
        "smallest_change = { loneliness = 1 }",
    )  # fmt: skip
    (finding,) = found.findings
    assert [side for side, _ in finding.changes] == ["community", "statutory"]
    frame = found.answers[0].frame
    for side, change in finding.changes:
        alone = estimate_change(
            frame[frame["side"] == side], outcome="loneliness", unit="respondent", wave="wave", group="group",
            treated="programme", assignment="existing", scale_range=(3.0, 9.0), n_draws=99, seed=1,
            reliability=finding.measurement.headline_reliability(), waves=("1", "2"),
        )  # fmt: skip
        assert change.primary.estimate == alone.primary.estimate
    rows = [row["row"].text for row in _table(found, "change").records()]
    assert rows == [f"{s}, {who}" for s in ("community", "statutory") for who in (AGAINST, "programme", "comparison")]
    assert len(dict(finding.sizes)) == len(dict(finding.hidden_factors)) == 2
    assert {key.rsplit(".", 1)[-1] for key in found.parts() if ".change." in key} == {"community", "statutory"}
    write_report(found, tmp_path / "out")

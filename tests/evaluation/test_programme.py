"""Roster and logs: rates of return and exposures, and what happens when a table contradicts itself or the data."""

import hashlib

import pandas as pd
import pytest
from small import answers, run

from sctoolkit import write_report
from sctoolkit.evaluation.sections.who import who_draft

COLUMNS = 'organisation = "org"\nside = "side"\n'


def _roster(eligible: int) -> str:
    lines = ["organisation,side,wave,eligible"]
    for number in range(6):
        side = "community" if number % 2 else "statutory"
        lines += [f"org {number},{side},{wave},{eligible}" for wave in (1, 2)]
    return "\n".join(lines) + "\n"


def _run(folder, *, roster=None, more="", **parts):
    if roster is not None:
        (folder / "roster.csv").write_text(roster)
        more = '[logs]\nroster = "roster.csv"\n' + more
    return run(folder, answers(90, stay=1.0), columns=COLUMNS, more=more, **parts)


def test_people_asked_come_from_the_roster(tmp_path):
    evaluation = _run(tmp_path, roster=_roster(20))
    assert evaluation.programme.returns is not None
    rows = who_draft(evaluation).tables[0].records()
    assert [(row["n"].number, row["invited"].number) for row in rows][:3] == [(90, 120), (45, 60), (45, 60)]
    digest = hashlib.sha256((tmp_path / "roster.csv").read_bytes()).hexdigest()
    assert evaluation.provenance.inputs["roster.csv"] == digest


def test_a_roster_that_contradicts_the_data_is_a_caveat(tmp_path):
    evaluation = _run(tmp_path, roster=_roster(3))
    assert evaluation.programme.returns is None
    (caveat,) = evaluation.caveats
    assert caveat.code == "no_returns"
    assert caveat.sentence.startswith("No returns could be derived from the logs.")
    write_report(evaluation, tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text()
    assert "remark about a small number of people" in page
    assert "No returns could be derived" not in page


def test_without_roster_or_logs_there_is_nothing(tmp_path):
    evaluation = _run(tmp_path)
    assert (evaluation.programme.returns, evaluation.programme.exposures, evaluation.programme.entry) == (None,) * 3
    assert evaluation.caveats == ()


def test_entry_is_the_first_wave_after_the_phase_began(tmp_path):
    rows = ["org 0,0,2024-01-10,2024-02-01", "org 1,0,2024-08-01,2024-09-01", "org 2,0,2025-08-01,2025-09-01"]
    (tmp_path / "phases.csv").write_text("organisation,phase,start,end\n" + "\n".join(rows) + "\n")
    logs = '[logs]\nphases = "phases.csv"\nwave_dates = { 1 = "2024-03-01", 2 = "2025-03-01" }\n'
    entry = _run(tmp_path, more=logs).programme.entry.set_index("organisation")["entry"]
    pd.testing.assert_series_equal(
        entry, pd.Series([1, 2, 0, 0, 0, 0], index=[f"org {n}" for n in range(6)], name="entry"), check_names=False
    )


@pytest.mark.parametrize("missing", ['roster = "none.csv"', 'phases = "none.csv"'])
def test_a_log_that_is_not_there_is_a_fault_of_the_plan(tmp_path, missing):
    from sctoolkit.errors import StudyError

    with pytest.raises(StudyError, match="without contradiction"):
        _run(tmp_path, more=f"[logs]\n{missing}\n")

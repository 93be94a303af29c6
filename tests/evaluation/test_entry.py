"""Comparison by the time of entry: each side on its own, with the public function's figures."""

import pytest
from small import answers, run

from sctoolkit import staggered_did
from sctoolkit.evaluation.sections.entry import entry_drafts
from sctoolkit.report.document import Paragraph, build_report

LOGS = """[logs]
phases = "phases.csv"
wave_dates = { 1 = "2023-01-01", 2 = "2023-07-01", 3 = "2024-01-01" }
"""


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory):
    folder = tmp_path_factory.mktemp("entry")
    starts = {f"org {n}": ("2023-03-01", "2023-09-01", None)[n // 2 % 3] for n in range(12)}
    lines = [f"{name},0,{start}" for name, start in starts.items() if start]
    (folder / "phases.csv").write_text("organisation,phase,start\n" + "\n".join(lines), encoding="utf-8")
    data = answers(144, waves=("1", "2", "3"), organisations=12)
    columns = 'organisation = "org"\nside = "side"\n'
    return run(folder, data, columns=columns, analysis='comparison = "side"\nassignment = "staggered"', more=LOGS)


def test_sides_are_never_added_up(evaluation):
    found = dict(evaluation.findings[0].by_entry)
    assert list(found) == ["community", "statutory"]
    rows = evaluation.answers[0].frame.merge(evaluation.programme.entry, on="organisation")
    rows["wave"] = rows["wave"].astype(int)
    for side, result in found.items():
        again = staggered_did(
            rows[rows["side"] == side], outcome="loneliness", unit="organisation", wave="wave", entry="entry", seed=1
        )
        assert result.tidy()["estimate"].tolist() == pytest.approx(again.tidy()["estimate"].tolist(), nan_ok=True)


def test_the_section_names_the_side(evaluation):
    report = build_report(entry_drafts(evaluation), title="t")
    (table,) = report.tables()
    assert {row["side"].text for row in table.records()} == {"community", "statutory"}
    told = [block.text for block in report.sections[0].blocks if isinstance(block, Paragraph)]
    found = dict(evaluation.findings[0].by_entry)
    alike = found["community"].claim == found["statutory"].claim
    names = ["Community and statutory"] if alike else ["Community", "Statutory"]
    assert [text.partition(":")[0] for text in told if "against those not yet entered" in text] == names
    first = {row["side"].text: row for row in reversed(table.records())}
    for side, result in found.items():
        assert first[side]["estimate"].number == result.primary.estimate

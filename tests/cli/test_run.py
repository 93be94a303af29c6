"""`sctoolkit run` and `demo`: the files that they leave, their labels, and that they can be made again."""

import json

import pandas as pd
import pytest
from evaluation.released import check
from evaluation.small import answers, plan_text, write_plan

from sctoolkit.cli.main import run_command


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run") / "demo"
    assert run_command(["demo", str(folder)]) == 0
    return folder


def test_files_of_a_run(demo):
    assert {path.name for path in (demo / "out").iterdir()} == {
        "report.html", "tables.xlsx", "results.json", "scores.csv", "provenance.json",
    }  # fmt: skip


def test_simulated_wherever_it_shows(demo):
    assert "Simulated data" in (demo / "out" / "report.html").read_text(encoding="utf-8")
    assert set(pd.read_csv(demo / "out" / "scores.csv")["data"]) == {"simulated"}
    assert json.loads((demo / "out" / "provenance.json").read_text())["simulated"] is True
    assert all(path.name.startswith("simulated") for path in demo.iterdir() if path.name not in ("out", "study.toml"))


def test_every_row_is_in_the_scores(demo):
    rows = sum(len(pd.read_csv(demo / f"simulated-wave{n}.csv", sep=";" if n == 3 else ",")) for n in (1, 3))
    rows += len(pd.read_excel(demo / "simulated-wave2.xlsx", engine="calamine"))
    assert len(pd.read_csv(demo / "out" / "scores.csv")) == rows


def _same_bytes(study, first, again):
    assert run_command(["run", str(study), "-o", str(again)]) == 0
    for name in ("report.html", "results.json", "scores.csv", "tables.xlsx", "provenance.json"):
        assert (again / name).read_bytes() == (first / name).read_bytes(), name


def test_the_same_study_gives_the_same_bytes(tmp_path):
    study = write_plan(tmp_path, answers(40), plan_text())
    assert run_command(["run", str(study), "-o", str(tmp_path / "first")]) == 0
    _same_bytes(study, tmp_path / "first", tmp_path / "again")


@pytest.mark.slow
def test_the_demonstration_gives_the_same_bytes(demo, tmp_path):
    _same_bytes(demo, demo / "out", tmp_path / "again")


def test_nothing_on_few_people_leaves(demo):
    assert check(demo / "out")["disclosure"]


def test_no_single_answer_of_a_person_is_in_the_report(demo):
    codes = set(pd.read_csv(demo / "simulated-wave1.csv")["code"])
    text = (demo / "out" / "report.html").read_text(encoding="utf-8") + (demo / "out" / "results.json").read_text()
    assert not [code for code in codes if f">{code}<" in text or f'"{code}"' in text]


def test_output_folder_that_cannot_be_written(demo, tmp_path, capsys):
    (tmp_path / "taken").write_text("")
    assert run_command(["run", str(demo), "-o", str(tmp_path / "taken")]) == 3
    assert "Name another one with `-o FOLDER`" in capsys.readouterr().err

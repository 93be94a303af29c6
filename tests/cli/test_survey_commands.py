"""`check` and `link` on small files: what they print, what they write, how they leave."""

import json

import pandas as pd
import pytest

from sctoolkit.cli.main import run_command

HEAD = "code,email,LON1,LON2,LON3\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "w1.csv").write_text(
        HEAD + "anna05,a@x.org,1,2,3\nbodo11,b@x.org,often,,2\ncyra30,,3,3,3\n", encoding="utf-8"
    )
    (tmp_path / "w2.csv").write_text(HEAD + "anna05,,1,2,3\nbodo12,,1,1,2\n", encoding="utf-8")
    (tmp_path / "bad.csv").write_text(HEAD + "anna05,,oftn,2,3\n", encoding="utf-8")
    return tmp_path


def test_check_says_what_it_found(folder, capsys):
    assert run_command(["check", "w1.csv", "-o", "flags.csv"]) == 0
    printed = capsys.readouterr().out
    assert "3 of 3 items found (3 by code)" in printed
    assert "Left behind, because they identify people: email." in printed
    assert "Answers 8; skipped 1." in printed
    assert len(pd.read_csv(folder / "flags.csv")) == 3


def test_check_as_json(folder, capsys):
    assert run_command(["check", "w1.csv", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["result"] == "Quality"


def test_an_unknown_answer_is_a_decision_to_make(folder, capsys):
    assert run_command(["check", "bad.csv"]) == 1
    assert "did you mean" in capsys.readouterr().err
    (folder / "map.toml").write_text('[answers.often3]\n"oftn" = 3\n', encoding="utf-8")
    assert run_command(["check", "bad.csv", "--map", "map.toml"]) == 0


def test_link_one_file_a_wave(folder, capsys):
    assert run_command(["link", "w1.csv", "w2.csv", "--key", "code", "-o", "who.csv", "--review", "open.csv"]) == 0
    assert "one slip" in capsys.readouterr().out
    who = pd.read_csv(folder / "who.csv")
    assert who["link"].tolist() == ["new", "new", "new", "exact", "off_by_one"]
    assert next(iter(pd.read_csv(folder / "open.csv").columns)) == "earlier_wave"


def test_link_one_file_with_a_column_of_waves(folder, capsys):
    both = pd.concat([pd.read_csv("w1.csv").assign(w=1), pd.read_csv("w2.csv").assign(w=2)])
    both.to_csv("both.csv", index=False)
    assert run_command(["link", "both.csv", "--key", "code", "--wave", "w", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["tidy"]
    assert {row["term"]: row["estimate"] for row in rows}["off_by_one"] == 1.0


def test_an_absent_file_is_told(folder, capsys):
    assert run_command(["link", "w1.csv", "w9.csv", "--key", "code"]) == 3
    assert "w9.csv" in capsys.readouterr().err

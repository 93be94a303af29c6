"""The commands `change`, `plan` and `grim`: route first, the numbers of the functions, and plain errors."""

import json

import numpy as np
import pandas as pd
import pytest

from sctoolkit import estimate_change, plan
from sctoolkit.cli.main import run_command


@pytest.fixture
def scores(tmp_path):
    rng = np.random.default_rng(2)
    rows = [(i, w, i % 8, round(3 + 0.2 * w + rng.normal(), 2)) for i in range(40) for w in (1, 2) if w == 1 or i % 4]
    path = tmp_path / "scores.csv"
    pd.DataFrame(rows, columns=["person", "wave", "org", "trust"]).to_csv(path, index=False)
    return path


KEYS = ["--outcome", "trust", "--unit", "person", "--wave", "wave", "--cluster", "org"]


def test_the_route_comes_before_any_estimate(scores, capsys):
    assert run_command(["change", str(scores), *KEYS]) == 0
    text = capsys.readouterr().out
    result = estimate_change(pd.read_csv(scores), outcome="trust", unit="person", wave="wave", cluster="org")
    assert text.startswith("Who was measured when?")
    assert text.index("May be said:") < text.index(f"{result.primary.estimate:.3f}")
    assert result.claim.split(";")[0][:60] in text.replace("\n", " ")


def test_route_only_and_json(scores, capsys):
    assert run_command(["change", str(scores), *KEYS, "--route"]) == 0
    assert "primary" not in capsys.readouterr().out
    assert run_command(["change", str(scores), *KEYS, "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    result = estimate_change(pd.read_csv(scores), outcome="trust", unit="person", wave="wave", cluster="org")
    assert record["claim"] == result.claim
    assert record["tidy"][0]["estimate"] == result.tidy()["estimate"].iloc[0]
    assert run_command(["change", str(scores), *KEYS, "--route", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["design"] == "one_group_partly"


def test_excel_gives_the_same_numbers(scores, tmp_path, capsys):
    pd.read_csv(scores).to_excel(tmp_path / "scores.xlsx", index=False, engine="xlsxwriter")
    outputs = []
    for path in (scores, tmp_path / "scores.xlsx"):
        assert run_command(["change", str(path), *KEYS]) == 0
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1]


def test_mistyped_calls_end_plainly(scores, tmp_path, capsys):
    assert run_command(["change", str(scores), "--outcome", "trsut", "--wave", "wave"]) == 1
    assert "Did you mean `trust`?" in capsys.readouterr().err
    assert run_command(["change", str(tmp_path / "none.csv"), *KEYS]) == 3
    assert run_command(["change", str(scores)]) == 2
    (tmp_path / "bad.csv").write_bytes(b"\xff\xfe\x00")
    assert run_command(["change", str(tmp_path / "bad.csv"), *KEYS]) == 3
    assert "Traceback" not in capsys.readouterr().err


def test_plan(capsys):
    assert run_command(["plan", "--people", "10", "--organisations", "8"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("Estimate, do not test")
    assert run_command(["plan", "--people", "10", "--organisations", "8", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["glance"]["detectable"] == plan(n_people=10, n_organisations=8).detectable
    assert run_command(["plan", "--people", "10", "--icc", "2"]) == 2
    assert "must lie from 0" in capsys.readouterr().err


def test_grim(capsys):
    assert run_command(["grim", "84", "14", "-n", "23"]) == 1
    text = capsys.readouterr().out
    assert "84, 14 cannot come from 23 people" in text
    assert run_command(["grim", "84%", "-n", "50", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["glance"]["possible"] is True
    assert run_command(["grim", "--mean", "3.42", "-n", "20"]) == 1
    assert run_command(["grim", "x", "-n", "20"]) == 1
    assert run_command(["grim", "50", "-n", "0"]) == 2


def test_any_delimiter_and_spss_give_the_same_numbers(scores, tmp_path, capsys):
    import pyreadstat

    frame = pd.read_csv(scores)
    frame.to_csv(tmp_path / "semicolons.csv", index=False, sep=";", encoding="utf-16")
    pyreadstat.write_sav(frame, str(tmp_path / "scores.sav"))
    outputs = []
    for path in (scores, tmp_path / "semicolons.csv", tmp_path / "scores.sav"):
        assert run_command(["change", str(path), *KEYS]) == 0
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1] == outputs[2]


def test_route_of_a_study(tmp_path, capsys):
    rng = np.random.default_rng(1)
    codes = rng.integers(1, 4, (60, 3))
    rows = [(f"p{i % 30}", 1 + i // 30, *codes[i]) for i in range(60)]
    pd.DataFrame(rows, columns=["who", "wave", "LON1", "LON2", "LON3"]).to_csv(tmp_path / "a.csv", index=False)
    (tmp_path / "study.toml").write_text(
        '[study]\ntitle = "S"\ninstrument = "ucla3"\n[[file]]\npath = "a.csv"\n'
        '[columns]\nrespondent = "who"\nwave = "wave"\n'
    )
    study = str(tmp_path / "study.toml")
    assert run_command(["change", study, "--route"]) == 0
    route = capsys.readouterr().out
    assert route.startswith("Who was measured when?")
    assert run_command(["change", study]) == 0
    assert capsys.readouterr().out.startswith(route.rstrip("\n"))
    assert run_command(["change", study, "--json"]) == 0
    assert list(json.loads(capsys.readouterr().out)) == ["ucla3.loneliness"]
    assert run_command(["change", study, "--outcome", "lonelines"]) == 2
    assert "Did you mean `loneliness`?" in capsys.readouterr().err

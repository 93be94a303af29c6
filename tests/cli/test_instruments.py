"""`sctoolkit instruments` and `sctoolkit theory`: what they print, and with which exit code they leave."""

import json
from pathlib import Path

import jsonschema
import pytest

from sctoolkit.cli.columns import text_table
from sctoolkit.cli.main import run_command

HERE = Path(__file__).parent


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("SCTOOLKIT_INSTRUMENTS", str(tmp_path / "own"))

    def call(*argv):
        code = run_command(list(map(str, argv)))
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call


def test_list_and_its_filters(run):
    code, out, _ = run("instruments", "list")
    assert code == 0
    assert "128 questionnaires" in out
    assert max(map(len, out.splitlines())) <= 100
    code, out, _ = run(
        "instruments", "list", "--construct", "linking", "--level", "community", "--max-items", 10, "--language", "en",
        "--free",
    )  # fmt: skip
    assert "ftf_social_capital_index" in out
    assert "1 questionnaires" not in out
    assert json.loads(run("instruments", "list", "--side", "community", "--json")[1])[0]["id"] == "cscq"


def test_list_says_when_nothing_fits(run):
    code, out, _ = run("instruments", "list", "--level", "dyad", "--max-items", 1)
    assert code == 0
    assert "No questionnaire fits" in out


def test_misspelt_filter_is_a_usage_error(run):
    code, _, err = run("instruments", "list", "--construct", "linkng")
    assert code == 2
    assert "Did you mean `linking`?" in err


def test_show(run):
    code, out, _ = run("instruments", "show", "swemwbs")
    assert code == 0
    assert "converted by a published table" in out
    assert "ask first" in out
    assert json.loads(run("instruments", "show", "swemwbs", "--json")[1])["instrument"]["id"] == "swemwbs"
    code, _, err = run("instruments", "show", "swemwb")
    assert code == 1
    assert "Did you mean `swemwbs`?" in err


def test_compare(run):
    code, out, _ = run("instruments", "compare", "wemwbs", "swemwbs")
    assert code == 0
    assert max(map(len, out.splitlines())) <= 100
    rows = json.loads(run("instruments", "compare", "wemwbs", "swemwbs", "--json")[1])
    assert {"property", "wemwbs", "swemwbs"} == set(rows[0])


def test_check_names_all_faults(run, root):
    code, _, err = run("instruments", "check", root / "tests" / "instrument" / "ten_faults.toml")
    assert code == 1
    assert err.count("\n  x ") == 10
    code, out, _ = run("instruments", "check", root / "instruments" / "ucla3")
    assert code == 0
    assert "no fault" in out
    assert run("instruments", "check", "nowhere")[0] == 3


def test_schema_is_a_json_schema(run):
    code, out, _ = run("instruments", "schema")
    assert code == 0
    jsonschema.Draft202012Validator.check_schema(json.loads(out))


def test_wording_from_template_to_removal(run, tmp_path):
    file = tmp_path / "words.csv"
    assert run("instruments", "wording", "phq8", file, "--template")[0] == 0
    assert run("instruments", "wording", "phq8", file, "--template")[0] == 3  # nothing is overwritten
    code, _, err = run("instruments", "wording", "phq8", file)
    assert code == 1
    assert "is empty" in err
    filled = "\n".join(f"{line}How often?" if line.endswith(",en,") else line for line in file.read_text().splitlines())
    file.write_text(filled, encoding="utf-8")
    assert "no fault" in run("instruments", "wording", "phq8", file, "--check")[1]
    code, _, err = run("instruments", "wording", "phq8")
    assert code == 1
    assert "It can be had at" in err
    assert run("instruments", "wording", "phq8", file)[0] == 0
    code, out, _ = run("instruments", "wording", "phq8")
    assert "reading age about" in out
    assert "PHQ8" in out
    assert run("instruments", "wording", "phq8", "--remove")[0] == 0
    assert run("instruments", "wording", "phq8", "--remove")[0] == 1
    assert run("instruments", "wording", "phq8", "--remove", "--check")[0] == 2


def test_cscq_wording_is_listed_for_both_sides(run):
    _, out, _ = run("instruments", "wording", "cscq")
    assert out.count("reading age about") == 2
    texts = json.loads(run("instruments", "wording", "cscq", "--json")[1])
    assert [entry["side"] for entry in texts] == ["community", "statutory"]


def test_wording_is_filled_as_the_study_fills_it(run, study):
    study.write_text(study.read_text(encoding="utf-8") + '[slot.community]\nown = "our mosque"\n', encoding="utf-8")
    _, out, _ = run("instruments", "wording", "cscq", "--study", study)
    assert "I feel that I belong in our mosque." in out
    assert "I feel that I belong in my team or organisation." in out


@pytest.fixture
def study(tmp_path):
    head = "pid,side,bo1,bo2\n"
    for wave in (1, 2):
        (tmp_path / f"wave{wave}.csv").write_text(head + "a,community,1,2\nb,statutory,3,4\n", encoding="utf-8")
    (tmp_path / "log.csv").write_text("date,organisation,side,activity\n", encoding="utf-8")
    (tmp_path / "study.toml").write_text(
        '[study]\ntitle = "Small"\ninstrument = "cscq"\n'
        '[[file]]\npath = "wave1.csv"\nwave = "1"\n[[file]]\npath = "wave2.csv"\nwave = "2"\n'
        '[columns]\nrespondent = "pid"\nside = "side"\n[logs]\nengagement = "log.csv"\n',
        encoding="utf-8",
    )
    return tmp_path / "study.toml"


def test_coverage_of_a_study(run, study):
    code, out, _ = run("theory", "coverage", study)
    assert code == 0
    assert "2 waves (from the files' waves); sides: community, statutory; logs: engagement" in out
    assert max(map(len, out.splitlines())) <= 100
    table = json.loads(run("theory", "coverage", study, "--waves", 3, "--json")[1])
    arrow = next(row for row in table["arrows"] if (row["from"], row["to"]) == ("O1c", "K2"))
    assert arrow["verdict"] == "testable"


def test_coverage_counts_waves_in_the_data_where_a_column_tells_them(run, study):
    text = study.read_text(encoding="utf-8").replace('wave = "1"\n', "").replace('wave = "2"\n', "")
    study.write_text(text.replace('respondent = "pid"', 'respondent = "pid"\nwave = "w"'), encoding="utf-8")
    for wave in (1, 2):
        file = study.parent / f"wave{wave}.csv"
        file.write_text(f"pid,side,w,bo1\na,community,{wave},1\nb,statutory,{wave},3\n", encoding="utf-8")
    _, out, _ = run("theory", "coverage", study)
    assert "2 waves (from column `w`)" in out


def test_tables_wrap_long_cells_and_keep_words_whole():
    table = text_table(("id", "text"), [("a", "one two three"), ("b_long_name", "")], 18)
    assert table.splitlines() == [
        "id           text",
        "-----------  -----",
        "a            one",
        "             two",
        "             three",
        "b_long_name",
    ]

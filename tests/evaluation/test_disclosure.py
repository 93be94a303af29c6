"""Nothing on few people leaves in any file: small groups planted in small and large studies, whatever their size."""

import html
import json
import re

import pandas as pd
import pytest
from small import answers, run

from sctoolkit import evaluate, load_study, write_report
from sctoolkit.evaluation.demo import write_demo

LEAST = 10
FEW = re.compile(r"(?<![\d,.+])(\d) (?:people|person)\b")
PART = re.compile(r"(\d[\d,]*) of (\d[\d,]*) (?:people|rows|records|respondents)")
PLAN = {
    "columns": 'organisation = "org"\nside = "side"\n',
    "analysis": 'comparison = "side"\nscales = ["loneliness"]\nprimary = ["loneliness"]',
}


def _check(folder):
    record = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    counts = {}
    for table in record["tables"]:
        for column in table["columns"]:
            if column["kind"] == "count":
                counts.setdefault(column["label"], set()).add(table["id"])
        for row in table["rows"]:
            _check_row(table, row)
    assert counts
    page = (folder / "report.html").read_text(encoding="utf-8")
    _check_text(html.unescape(re.sub(r"<[^>]+>", " ", re.sub(r"<(style|script).*?</\1>", " ", page, flags=re.S))))
    _check_text(json.dumps(record["sections"], ensure_ascii=False))
    _check_sheets(folder / "tables.xlsx", set(counts))
    return record


def _check_row(table, row):
    for column, cell in zip(table["columns"], row, strict=True):
        if column["kind"] == "count" and isinstance(cell.get("value"), int | float):
            assert cell["value"] >= LEAST, (table["id"], column["label"], row)


def _check_text(text):
    text = text.replace("fewer than 10 people", "")
    assert not FEW.findall(text)
    for part, whole in PART.findall(text):
        part, whole = (int(number.replace(",", "")) for number in (part, whole))
        assert part >= LEAST, (part, whole)
        assert whole == part or whole - part >= LEAST, (part, whole)


def _check_sheets(path, labels):
    for name, sheet in pd.read_excel(path, sheet_name=None, engine="calamine").items():
        for label in labels & set(map(str, sheet.columns)):
            numbers = pd.to_numeric(sheet[label], errors="coerce").dropna()
            assert (numbers >= LEAST).all(), (name, label)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    study = load_study(write_demo(tmp_path_factory.mktemp("demo")))
    evaluation = evaluate(study)
    write_report(evaluation, study.folder / "out")
    return study.folder / "out"


def test_demo(demo):
    record = _check(demo)
    assert record["disclosure"]


def test_twelve_people_in_two_organisations(tmp_path):
    evaluation = run(tmp_path, answers(12, organisations=2, stay=0.8), **PLAN)
    write_report(evaluation, tmp_path / "out")
    _check(tmp_path / "out")


@pytest.mark.parametrize(("joined", "silent", "left", "seed"), [(1, 0, 9, 1), (4, 3, 1, 2), (9, 9, 0, 3), (2, 1, 5, 4)])
def test_planted_groups_never_show(tmp_path, joined, silent, left, seed):
    """A small organisation, a few people who answer nothing and a few who leave."""
    data = answers(64, organisations=4, stay=1.0, seed=seed)
    people = data["code"].unique()
    data.loc[data["code"].isin(people[:joined]), "org"] = "planted"
    items = ["LON1", "LON2", "LON3"]
    data[items] = data[items].astype(object)
    data.loc[data["code"].isin(people[20 : 20 + silent]) & (data["wave"] == "1"), items] = ""
    data = data[~(data["code"].isin(people[40 : 40 + left]) & (data["wave"] == "2"))]
    write_report(run(tmp_path, data, **PLAN), tmp_path / "out")
    record = _check(tmp_path / "out")
    (table,) = [table for table in record["tables"] if table["id"] == "returns-organisation"]
    keys = [column["key"] for column in table["columns"]]
    rows = [dict(zip(keys, row, strict=True)) for row in table["rows"]]
    planted = [row for row in rows if row["organisation"]["value"] == "planted"]
    assert planted
    assert all(row["n"]["value"] is None for row in planted)


def test_few_people_of_a_kind_are_neither_named_nor_counted(tmp_path):
    """Groups that the plan splits by, a side of a mirrored question with few people, and an organisation of three."""
    data = answers(120, organisations=6, stay=0.85, instruments=("cscq",))
    number = data["code"].str[1:].astype(int)
    data["tenure"] = ["houseboat" if n < 7 else "owns" if n % 3 else "rents" for n in number]
    data.loc[number.isin([11, 23, 35]), "org"] = "tiny"
    data.loc[(data["side"] == "statutory") & (number > 14), ["mt1", "mt2", "mt3"]] = 97
    plan = {
        "instrument": '"cscq"',
        "columns": 'organisation = "org"\nside = "side"\nkeep = ["tenure"]\n',
        "analysis": 'comparison = "side"\nscales = ["ts", "mt"]\nprimary = ["ts"]\nsplits = ["tenure"]\niterations = 0',
    }
    write_report(run(tmp_path, data, **plan), tmp_path / "out")
    record = _check(tmp_path / "out")
    for name in ("report.html", "results.json"):
        assert "houseboat" not in (tmp_path / "out" / name).read_text(encoding="utf-8")
    tables = {table["id"]: table for table in record["tables"]}
    assert {"equity-tenure", "equity-organisation", "beliefs"} <= set(tables)
    keys = [column["key"] for column in tables["beliefs"]["columns"]]
    for row in tables["beliefs"]["rows"]:
        cells = dict(zip(keys, row, strict=True))
        assert cells["estimate"].get("value") is None
    keys = [column["key"] for column in tables["equity-organisation"]["columns"]]
    names = [dict(zip(keys, row, strict=True))["label"]["value"] for row in tables["equity-organisation"]["rows"]]
    assert "tiny" not in names


def test_none_is_on_record(tmp_path):
    evaluation = run(tmp_path, answers(12, organisations=2), study='disclosure = "none"', **PLAN)
    write_report(evaluation, tmp_path / "out")
    assert json.loads((tmp_path / "out" / "provenance.json").read_text())["disclosure"] == "none"
    assert "switched off" in (tmp_path / "out" / "report.html").read_text()
    write_report(evaluation, tmp_path / "other", preset="uk-tre-10")
    assert json.loads((tmp_path / "other" / "provenance.json").read_text())["disclosure"] == "uk-tre-10"
    _check(tmp_path / "other")

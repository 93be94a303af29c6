"""Nothing on few people leaves in any file: small groups planted in small and large studies, whatever their size."""

import json

import pytest
from released import check
from small import answers, run

from sctoolkit import write_report

PLAN = {
    "columns": 'organisation = "org"\nside = "side"\n',
    "analysis": 'comparison = "side"\nscales = ["loneliness"]\nprimary = ["loneliness"]',
}


def test_twelve_people_in_two_organisations(tmp_path):
    evaluation = run(tmp_path, answers(12, organisations=2, stay=0.8), **PLAN)
    write_report(evaluation, tmp_path / "out")
    check(tmp_path / "out")


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
    record = check(tmp_path / "out")
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
    record = check(tmp_path / "out")
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
    check(tmp_path / "other")

"""What may leave in a folder of results: no count of few people in a table, a text or a sheet."""

import html
import json
import re

import pandas as pd

LEAST = 10
FEW = re.compile(r"(?<![\d,.+])(\d) (?:people|person)\b")
PART = re.compile(r"(\d[\d,]*) of (\d[\d,]*) (?:people|rows|records|respondents)")


def check(folder):
    """Hold all that a folder of results gives away to the least number of people; return its record."""
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

"""Workbook, CSV and JSON: marks, texts that stay texts, nothing hidden in them, the same bytes."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import openpyxl
import pytest
from sample import sample_drafts, sample_report

from sctoolkit.disclosure.protect import protect
from sctoolkit.disclosure.table import Column, Row, Table, make_table, who
from sctoolkit.report.document import Draft, Report, Section, build_report
from sctoolkit.report.render_csv import escape_formula, render_csv
from sctoolkit.report.render_docx import render_docx
from sctoolkit.report.render_json import render_json
from sctoolkit.report.render_xlsx import render_xlsx, sheet_names
from sctoolkit.report.sections.change import headlines

PAYLOADS = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", "＝1+1", "＋1", "－1+1", "＠x",
            '=HYPERLINK("http://x","y")', "|x", "  =1+1"]  # fmt: skip


@pytest.fixture(scope="module")
def report() -> Report:
    return sample_report()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_formulas_are_escaped_for_people(payload: str) -> None:
    assert escape_formula(payload) == f"'{payload}"


@pytest.mark.parametrize(
    "number", ["-99", "-98", "−1,234.5", "-1,234.5", "+3", "-0.5", "-1e-05", "45+", "12%", "3.14", ""]
)
def test_numbers_are_never_escaped(number: str) -> None:
    assert escape_formula(number) == number


def _hostile_table() -> Table:
    rows = [Row({"name": payload, "n": 40, "mean": -99.0}, who(name=payload), 40) for payload in PAYLOADS]
    columns = (Column("name", "=Name"), Column("n", "People", "count"), Column("mean", "Mean", "score"))
    return make_table("t", "=T", columns, rows)


def test_csv_of_hostile_names() -> None:
    rows = list(csv.reader(io.StringIO(render_csv(_hostile_table()))))
    assert rows[0] == ["'=Name", "People", "Mean"]
    assert all(not row[0].startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows)
    assert {row[2] for row in rows[1:]} == {"-99"}
    assert list(csv.reader(io.StringIO(render_csv(_hostile_table(), machine=True))))[1][0] == "=1+1"


def test_csv_marks_and_intervals() -> None:
    columns = (Column("s", "S"), Column("n", "People", "count"), Column("i", "95% interval", "interval"))
    rows = [Row({"s": "a", "n": 40, "i": (0.123456789, 2.0)}, who(s="a"), 40),
            Row({"s": "b", "n": 4, "i": (0.1, 0.2)}, who(s="b"), 4)]  # fmt: skip
    table = protect([make_table("t", "T", columns, rows)]).tables[0]
    assert render_csv(table) == (
        'S,People,"95% interval, low","95% interval, high"\r\na,40,0.123456789,2\r\nb,[c],[c],[c]\r\n'
    )


def test_workbook_is_laid_out_for_reading(report: Report) -> None:
    book = openpyxl.load_workbook(io.BytesIO(render_xlsx(report)))
    assert book.sheetnames[:3] == ["cover", "contents", "notes"]
    assert len(book.sheetnames) == 3 + len(report.tables())
    for sheet in book.worksheets:
        assert not sheet.merged_cells.ranges
        assert sheet["A1"].value
    assert "Simulated data" in str(book["cover"]["A3"].value)
    contents = [row[0].value for row in book["contents"].iter_rows(min_row=2)]
    assert contents == book.sheetnames[3:]


def test_workbook_stores_texts_as_texts() -> None:
    def compose(tables: object, caveats: object) -> Section:
        return Section(id="s", heading="S", blocks=(_hostile_table(),))

    data = render_xlsx(build_report([Draft(tables=(_hostile_table(),), compose=compose)], title="=1+1"))
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book["t"]["A2"].value == "=1+1"
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    assert book["t"]["C2"].value == -99


def test_hidden_cells_are_marked_everywhere(report: Report) -> None:
    book = openpyxl.load_workbook(io.BytesIO(render_xlsx(report)))
    assert "[c]" in [cell.value for row in book["flags"].iter_rows() for cell in row]
    record = json.loads(render_json(report))
    flags = next(table for table in record["tables"] if table["id"] == "flags")
    assert {"value": None, "state": "hidden"} in flags["rows"][1]


def test_json_does_not_give_a_bounded_count_away(report: Report) -> None:
    """With 145 of 148 scored the count shows as 135+; exact mean and SD would tell it again, so they are rounded."""
    record = json.loads(render_json(report))
    scores = next(table for table in record["tables"] if table["id"] == "scores")
    keys = [column["key"] for column in scores["columns"]]
    row = dict(zip(keys, scores["rows"][0], strict=True))
    assert row["n"]["state"] == "at_least"
    low = row["interval"]["value"][0]
    assert low == round(low, 2)


def test_files_are_the_same_bytes(report: Report) -> None:
    assert render_xlsx(report) == render_xlsx(report)
    assert render_json(report) == render_json(report)
    with zipfile.ZipFile(io.BytesIO(render_xlsx(report))) as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}


def test_small_numbers_are_in_no_file() -> None:
    small = build_report(sample_drafts(shrink=16)[1:4], title="T")
    book = openpyxl.load_workbook(io.BytesIO(render_xlsx(small)))
    values = {cell.value for sheet in book.worksheets[3:] for row in sheet.iter_rows() for cell in row}
    assert not values & {3.05, 3.4, 0.28, 0.08, 0.79, 9, 8, 7, 6, 3, 2}
    assert "3.05" not in render_json(small)
    assert all("3.05" not in render_csv(table) for table in small.tables())


def test_sheet_names() -> None:
    assert sheet_names(["a" * 40, "a" * 41, "../x", "notes"]) == ["a" * 31, f"{'a' * 29}-2", "x", "notes-2"]


def test_word_document_has_headings_alt_texts_and_repeated_heads() -> None:
    docx = pytest.importorskip("docx")
    report = build_report([*sample_drafts()[2:4], *sample_drafts()[5:]], title="T", summary=headlines(), simulated=True)
    data = render_docx(report)
    document = docx.Document(io.BytesIO(data))
    headings = [paragraph.text for paragraph in document.paragraphs if paragraph.style.name.startswith("Heading 1")]
    assert headings[:3] == ["In short", "How well the scales measure", "What changed"]
    assert all(shape._inline.docPr.get("descr") for shape in document.inline_shapes)
    assert len(document.inline_shapes) == len(report.figures())
    assert all("tblHeader" in table.rows[0]._tr.xml for table in document.tables)
    assert "[c]" in {cell.text for table in document.tables for cell in table.columns[-1].cells}


def test_word_document_takes_any_text() -> None:
    pytest.importorskip("docx")
    hostile = "a\x00b\x0bc\ud800<w:p>&\u202e"
    report = build_report([], title=hostile, subtitle=hostile, claim=hostile, simulated=True)
    assert render_docx(report) == render_docx(report)

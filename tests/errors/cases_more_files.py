"""Files that cannot be written or read, commands that lack something, packages that are not installed."""

import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import pandas as pd
import pyreadstat
from click.testing import CliRunner

from sctoolkit import load_instrument, read
from sctoolkit.cli.data import read_items
from sctoolkit.cli.main import cli
from sctoolkit.evaluation.write import check_folder, write_whole
from sctoolkit.forms.docx import word_document
from sctoolkit.forms.spss import write_sav
from sctoolkit.forms.xlsform import check_with_pyxform
from sctoolkit.report.render_docx import render_docx
from sctoolkit.survey.excel_file import _rows
from sctoolkit.survey.keys import write_key
from sctoolkit.survey.text_file import read_bytes


def folder() -> Path:
    return Path(tempfile.mkdtemp())


def sub_folder() -> Path:
    path = folder() / "book.sav"
    path.mkdir()
    return path


def file(name: str, content: str = "") -> Path:
    path = folder() / name
    path.write_text(content, encoding="utf-8")
    return path


def command(*words: str):
    return CliRunner().invoke(cli, words, standalone_mode=False, catch_exceptions=False)


def without(package, call):
    """Call as if a package were not installed."""

    def inside():
        with mock.patch.dict(sys.modules, {package: None}):
            return call()

    return inside


def outcome_not_estimated():
    """A study that estimates the change of one outcome, asked for another."""
    finding = SimpleNamespace(outcome=SimpleNamespace(name="bonding", key="bonding"), changes=(("", object()),))
    found = SimpleNamespace(findings=[finding])
    with (
        mock.patch("sctoolkit.evaluation.study.load_study"),
        mock.patch("sctoolkit.evaluation.evaluate.evaluate", return_value=found),
    ):
        command("change", "study.toml", "--outcome", "bondng")


def not_permitted(call):
    """Call as a user who may not read the file."""

    def inside():
        with mock.patch.object(Path, "read_bytes", side_effect=PermissionError):
            return call()

    return inside


def damaged_sheet():
    book = mock.Mock()
    book.get_sheet_by_name.side_effect = ValueError("xml error")
    return _rows("wave1.xlsx", book, "Data")


def mapping(content: str, encoding: str = "utf-8"):
    path = folder() / "mapping.toml"
    path.write_text(content, encoding=encoding)
    return read(file("wave1.csv", "LON1\n1\n"), "ucla3", mapping=path)


def untruthful_instrument():
    """A definition that fits the schema and contradicts itself."""
    path = folder() / "instrument.toml"
    path.write_text(SMALL, encoding="utf-8")
    return load_instrument(path)


def sheets(kind: str):
    return {"survey": [{"type": kind, "name": "q1", "label": "One"}], "choices": [], "settings": []}


def empty_statistical_file():
    path = folder() / "wave1.sav"
    pyreadstat.write_sav(pd.DataFrame({"LON1": pd.Series(dtype=float)}), str(path))
    return read(path, "ucla3")


SMALL = """
items = [{ code = "tr1", label = "people can be relied on", response = "agree3" }]

[instrument]
id = "small"
version = "1.0"
name = "Small"
status = "draft"
level = "individual"

[[source]]
citation = "Nobody 2024"

[licence]
wording = "Ours."

[response.agree3]
codes = [[1, "disagree"], [2, "neither"], [2, "agree"]]

[scale.trust]
label = "Trust"
items = ["tr2"]
rule = "mean"
minimum = 1
range = [1, 3]
"""
SCORES = "person,trust\n1,3\n"
CASES = {
    "cli-items-not-named": lambda: read_items(file("scores.csv", SCORES), None, None, None, None),
    "cli-column-absent": lambda: read_items(file("scores.csv", SCORES), None, None, "trsut", None),
    "cli-change-outcome-not-estimated": outcome_not_estimated,
    "cli-item-compared-over": lambda: command(
        "invariance", str(file("w.csv", "a,b,c\n1,2,1\n2,1,2\n")), "--over", "a", "--items", "a,b,c"
    ),
    "cli-free-with-alignment": lambda: command(
        "invariance",
        str(file("w.csv", "a,b,c,g\n1,2,1,x\n2,1,2,y\n")),
        "--over",
        "g",
        "--items",
        "a,b,c",
        "--method",
        "alignment",
        "--free",
        "a ~ 1",
    ),
    "cli-file-twice": lambda: command("init", *[str(file("wave1.csv", "LON1\n1\n"))] * 2, "-o", "study.toml"),
    "cli-change-wave-absent": lambda: command(
        "change",
        str(file("w.csv", "y,wave\n1,pre\n2,post\n")),
        "--outcome",
        "y",
        "--wave",
        "wave",
        "--waves",
        "pre,pots",
    ),
    "word-form-package": without("docx", lambda: word_document(mock.Mock())),
    "cli-study-file-exists": lambda: command(
        "init", str(file("w.csv", "LON1\n1\n")), "-o", str(file("study.toml", "[study]"))
    ),
    "cli-template-exists": lambda: command(
        "instruments", "wording", "ucla3", str(file("words.csv", "part")), "--template"
    ),
    "output-folder-is-a-file": lambda: check_folder(file("results") / "inner"),
    "output-folder-gone": lambda: write_whole(folder() / "gone" / "study.toml", "x"),
    "output-is-a-folder": lambda: write_whole(sub_folder(), "x"),
    "sav-not-writable": lambda: write_sav(sub_folder(), load_instrument("ucla3")),
    "xlsform-package": without("pyxform.xls2xform", lambda: check_with_pyxform(sheets("text"))),
    "xlsform-refused": lambda: check_with_pyxform(sheets("txet")),
    "docx-package": without("docx", lambda: render_docx(mock.Mock())),
    "instrument-contradicts-itself": untruthful_instrument,
    "sheet-damaged": damaged_sheet,
    "key-folder-absent": lambda: write_key(folder() / "gone" / "key.txt"),
    "mapping-too-large": lambda: mapping("#" * 1_000_001),
    "mapping-not-utf8": lambda: mapping('[columns]\nLON1 = "Où"\n', "latin-1"),
    "mapping-not-toml": lambda: mapping("[columns]\nLON1 = Q 1\n"),
    "sav-without-rows": empty_statistical_file,
    "data-too-large": lambda: read_bytes(file("wave1.csv", "x" * 3_000_000), 2_000_000),
    "data-not-permitted": not_permitted(lambda: read_bytes(file("wave1.csv", "x"), 2_000_000)),
}

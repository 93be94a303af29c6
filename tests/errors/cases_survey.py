"""Everything that can be wrong with a file of answers, a mapping, a key or a frame."""

import io
import struct
import tempfile
import zipfile
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
import pyreadstat
import xlsxwriter

from sctoolkit import from_frame, link, read
from sctoolkit.numerics.reliability.careless import squared_distance
from sctoolkit.survey.combine import combine
from sctoolkit.survey.keys import load_key, write_key

GOOD = pd.DataFrame({"pid": ["a", "b"], "LON1": [1, 2], "LON2": [3, 2], "LON3": [1, 1]})
HEAD = "pid,LON1,LON2,LON3\n"


def frame(**columns):
    return GOOD.assign(**columns)


def typed(data=GOOD, **options):
    return lambda: from_frame(data, "ucla3", **options)


def text(content, name="wave1.csv", instrument="ucla3", **options):
    def call():
        path = Path(tempfile.mkdtemp()) / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return read(path, instrument, **options)

    return call


def archive(members, *, name="wave1.xlsx", edit=None):
    def content():
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as book:
            for member, data in members.items():
                book.writestr(member, data)
        return buffer.getvalue() if edit is None else edit(buffer.getvalue())

    return lambda: text(content(), name)()


def lying_header(content):
    """Say in every header that the member is small, while its stream expands to much more."""
    end = content.index(b"PK\x01\x02")
    return content[:22] + struct.pack("<I", 10) + content[26 : end + 24] + struct.pack("<I", 10) + content[end + 28 :]


def encrypted_member(content):
    place = content.index(b"PK\x01\x02") + 8
    return content[:place] + struct.pack("<H", 1) + content[place + 2 :]


def sheet_far_away():
    path = Path(tempfile.mkdtemp()) / "wave1.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    sheet.write(0, 0, "LON1")
    sheet.write(1_048_575, 16_383, "x")
    book.close()
    return read(path, "ucla3")


def workbook(rows, **options):
    def call():
        path = Path(tempfile.mkdtemp()) / "wave1.xlsx"
        book = xlsxwriter.Workbook(path)
        sheet = book.add_worksheet("Data")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        book.close()
        return read(path, "ucla3", **options)

    return call


def with_key(prepare):
    def call():
        study, home = Path(tempfile.mkdtemp()), Path(tempfile.mkdtemp())
        return prepare(study, home)

    return call


def open_key(study, home):
    write_key(home / "key.txt")
    (home / "key.txt").chmod(0o644)
    load_key(home / "key.txt", outside=study)


def short_key(study, home):
    (home / "key.txt").write_text("abc\n")
    (home / "key.txt").chmod(0o600)
    load_key(home / "key.txt", outside=study)


def key_twice(study, home):
    write_key(home / "key.txt")
    write_key(home / "key.txt")


def key_inside(study, home):
    write_key(study / "key.txt")
    load_key(study / "key.txt", outside=study)


def key_for_nobody(study, home):
    write_key(home / "key.txt")
    (study / "w.csv").write_text(HEAD + "a,1,2,3\n")
    read(study / "w.csv", "ucla3", key_file=home / "key.txt")


def a_folder():
    path = Path(tempfile.mkdtemp()) / "data"
    path.mkdir()
    return read(path, "ucla3")


def labels_turned():
    path = Path(tempfile.mkdtemp()) / "wave1.sav"
    labels = {"LON1": {1: "Often", 2: "Some of the time", 3: "Hardly ever or never"}}
    pyreadstat.write_sav(GOOD[["LON1"]], str(path), variable_value_labels=labels)
    return read(path, "ucla3")


def a_large_file():
    path = Path(tempfile.mkdtemp()) / "wave1.csv"
    with path.open("wb") as stream:
        stream.truncate(600_000_000)
    try:
        return read(path, "ucla3")
    finally:
        path.unlink()


def a_closed_file():
    path = Path(tempfile.mkdtemp()) / "wave1.csv"
    path.write_text(HEAD)
    with mock.patch.object(Path, "read_bytes", side_effect=PermissionError):
        return read(path, "ucla3")


def a_damaged_sheet():
    path = Path(tempfile.mkdtemp()) / "wave1.xlsx"
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("Data").write(0, 0, "LON1")
    book.close()
    with zipfile.ZipFile(path) as sound:
        parts = {name: sound.read(name) for name in sound.namelist()}
    parts["xl/worksheets/sheet1.xml"] = b"<worksheet><sheetData><row r='1'><c r='A1' t='n'><v>x"
    with zipfile.ZipFile(path, "w") as broken:
        for name, part in parts.items():
            broken.writestr(name, part)
    return read(path, "ucla3")


def a_sav_without_rows():
    path = Path(tempfile.mkdtemp()) / "wave1.sav"
    pyreadstat.write_sav(GOOD[["LON1"]].iloc[:0], str(path))
    return read(path, "ucla3")


def a_mapping(content):
    def call():
        path = Path(tempfile.mkdtemp()) / "mapping.toml"
        path.write_text(content)
        return text(HEAD + "a,1,2,3\n", mapping=path)()

    return call


OLE = bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 64

CASES = {
    # cells
    "survey-code-outside-scale": typed(frame(LON1=[7, 2], LON3=["4", "9"])),
    "survey-label-near": typed(frame(LON1=["oftn", "often"])),
    "survey-na-text": text(HEAD + "a,NA,1,1\nb,2,NA,2\n"),
    "survey-missing-code-is-an-answer": typed(missing_codes={3: "refused"}),
    "survey-missing-code-kind": typed(missing_codes={9: "dunno"}),
    "survey-missing-code-item": typed(missing_codes={"LON9": {9: "refused"}}),
    "survey-answer-words-code": typed(answers={"often3": {"always": 5}}),
    "survey-answer-words-name": typed(answers={"oftn3": {"always": 3}}),
    "survey-labels-contradict": labels_turned,
    # columns
    "survey-column-named-and-absent": typed(columns={"respondent": "id"}),
    "survey-column-nobody-knows": typed(columns={"respodent": "pid"}),
    "survey-column-for-two-items": typed(columns={"LON1": "LON3", "LON2": "LON3"}),
    "survey-item-in-several-columns": typed(columns={"LON1": ["LON1", "LON2"]}),
    "survey-no-item": typed(GOOD[["pid"]].assign(LONE=1)),
    "survey-typing-error-in-a-column": lambda: from_frame(
        pd.DataFrame({"ppltrst": [1], "pplfair": [3], "pplhpl": [2]}), "ess_social_trust"
    ),
    "survey-two-columns-claim-an-item": typed(pd.DataFrame({"lon1": [1], "Lon1": [2]})),
    "survey-column-twice": typed(pd.DataFrame([[1, 2, 3]], columns=["LON1", "LON1", "LON2"])),
    "survey-keep-absent": typed(keep=["age"]),
    "survey-asked-item": typed(asked={"LON9": {"pid": ["a"]}}),
    "survey-asked-column": typed(asked={"LON1": {"ballot": ["a"]}}),
    "survey-consent-column": typed(consent={"agreed": ["yes"]}),
    "survey-consent-nobody": typed(frame(ok=["y", "n"]), consent={"ok": ["yes"]}),
    "survey-pattern-without-item": typed(item_columns="pre_"),
    "survey-pattern-fits-none": typed(item_columns="pre_{item}"),
    "survey-instrument-only-listed": lambda: from_frame(GOOD, "onyx_bullen"),
    # rows
    "survey-respondent-twice": typed(frame(pid=["a", "a"]), columns={"respondent": "pid"}, wave=2),
    "survey-no-rows": typed(GOOD.iloc[:0]),
    "survey-weight-text": typed(frame(w=["1.2", "heavy"]), columns={"weight": "w"}),
    "survey-wave-twice-said": typed(frame(w=["1", "1"]), columns={"wave": "w"}, wave=1),
    "survey-not-a-frame": typed([[1, 2, 3]]),
    "survey-combine-nothing": lambda: combine(),
    "survey-combine-instruments": lambda: combine(
        from_frame(GOOD, "ucla3"), from_frame(pd.DataFrame({"ppltrst": [1]}), "ess_social_trust")
    ),
    "survey-combine-twice": lambda: combine(
        *(from_frame(GOOD, "ucla3", columns={"respondent": "pid"}, wave=1) for _ in "ab")
    ),
    "survey-no-such-role": lambda: from_frame(GOOD, "ucla3").role("weight"),
    # files
    "survey-file-absent": lambda: read("nowhere/wave1.csv", "ucla3"),
    "survey-file-is-a-folder": a_folder,
    "survey-file-empty": text(""),
    "survey-file-header-only": text(HEAD),
    "survey-file-binary": text(bytes(range(256)) * 8),
    "survey-file-no-encoding": text(b"pid,LON1\n\x81\x8d,1\n"),
    "survey-encoding-wrong": text(b"pid,LON1\n\xe9,1\n", encoding="utf-8"),
    "survey-encoding-unknown": text(HEAD, encoding="utf-9"),
    "survey-row-too-wide": text(HEAD + "a,1,2,3,4\n"),
    "survey-quote-open": text(HEAD + 'a,"1,2,3\nb,1,1,1\n'),
    "survey-title-row": workbook([["Garden project"], ["pid", "LON1", "LON2", "LON3"], ["a", 1, 2, 3]]),
    "survey-header-row": text(HEAD + "a,1,2,3\n", header_row=9),
    "survey-format-unknown": text(HEAD + "a,1,2,3\n", format="qualtrix"),
    "survey-ending-not-read": text(b"x", "wave1.ods"),
    "survey-sheet-absent": workbook([["LON1"], [1]], sheet="Wave 1"),
    "survey-sheet-empty": workbook([]),
    "survey-xlsx-empty": text(b"", "wave1.xlsx"),
    "survey-xlsx-not-an-archive": text(HEAD + "a,1,2,3\n", "wave1.xlsx"),
    "survey-xlsx-not-a-workbook": archive({"readme.txt": "hello"}),
    "survey-xlsx-encrypted": text(OLE + "EncryptedPackage".encode("utf-16-le"), "wave1.xlsx"),
    "survey-xls-damaged": text(OLE, "wave1.xls"),
    "survey-xlsx-bomb-ratio": archive({"xl/worksheets/sheet1.xml": b"0" * 20_000_000}),
    "survey-xlsx-bomb-lying": archive({"xl/worksheets/sheet1.xml": b"0" * 20_000_000}, edit=lying_header),
    "survey-xlsx-many-members": archive({f"m{number}": "" for number in range(2_001)}),
    "survey-xlsx-far-apart": sheet_far_away,
    "survey-zip-encrypted": archive({"a.csv": "KEY"}, name="export.zip", edit=encrypted_member),
    "survey-zip-two-tables": archive({"a.csv": HEAD, "b.csv": HEAD}, name="export.zip"),
    "survey-sav-not-spss": text(HEAD, "wave1.sav"),
    "survey-dta-absent": lambda: read("nowhere/wave1.dta", "ucla3"),
    "survey-instrument-none-fits": text("a,b\n1,2\n", instrument=None),
    "survey-instrument-several-fit": text("LON1,LON2,LON3,ppltrst,pplfair,pplhlp\n1,2,3,1,2,3\n", instrument=None),
    "survey-redcap-lines-clash": text("record_id,redcap_event_name,redcap_repeat_instance,LON1\n1,w1,1,2\n1,w1,2,3\n"),
    "survey-multiple-rest": text('q,LON1\n"women, chior",1\n', multiple={"q": ["women", "choir"]}),
    "survey-multiple-column": text(HEAD + "a,1,2,3\n", multiple={"groups": ["a"]}),
    # linking
    "survey-link-one-wave": lambda: link(from_frame(GOOD, "ucla3", wave=1), key="pid"),
    "survey-link-key-absent": lambda: link(*(from_frame(GOOD, "ucla3", wave=w) for w in (1, 2)), key="code"),
    "survey-link-tolerance": lambda: link(from_frame(GOOD, "ucla3", wave=1), key="pid", tolerance=3),
    # quality
    "survey-distance-few-rows": lambda: squared_distance(np.ones((2, 3))),
    "survey-distance-determined": lambda: squared_distance(np.column_stack([np.arange(9.0), 2 * np.arange(9.0)])),
    "survey-file-large": a_large_file,
    "survey-file-closed": a_closed_file,
    "survey-sheet-damaged": a_damaged_sheet,
    "survey-sav-no-rows": a_sav_without_rows,
    # mapping and keys
    "survey-mapping-large": a_mapping("#" * 1_000_001),
    "survey-mapping-no-toml": a_mapping("[columns]\nrespondent = pid\n"),
    "survey-key-folder-absent": with_key(lambda study, home: write_key(home / "nowhere" / "key.txt")),
    "survey-mapping-absent": text(HEAD + "a,1,2,3\n", mapping="nowhere/mapping.toml"),
    "survey-mapping-section": text(HEAD + "a,1,2,3\n", mapping={"column": {}}),
    "survey-mapping-not-a-table": text(HEAD + "a,1,2,3\n", mapping={"columns": "pid"}),
    "survey-mapping-contradicted": text(
        HEAD + "a,1,2,3\n", mapping={"columns": {"LON1": "LON2"}}, columns={"LON1": "LON3"}
    ),
    "survey-key-open-to-others": with_key(open_key),
    "survey-key-short": with_key(short_key),
    "survey-key-twice": with_key(key_twice),
    "survey-key-inside": with_key(key_inside),
    "survey-key-absent": with_key(lambda study, home: load_key(home / "key.txt", outside=study)),
    "survey-key-for-nobody": with_key(key_for_nobody),
}

"""Instrument -> form -> answers in the tool's export layout -> reader: the same scores as from a plain frame."""

import csv
import io
import json
import zipfile

import numpy as np
import pandas as pd
import pytest

from sctoolkit import from_frame, load_instrument, read, score
from sctoolkit.forms.questionnaire import build_questionnaire
from sctoolkit.forms.spss import write_sav
from sctoolkit.forms.write import column_names, write_form
from sctoolkit.instrument.parse import parse_instrument

AWKWARD = """
items = [
  { code = "a_b", label = "first", response = "r" },
  { code = "ab", label = "second", response = "r", keying = -1 },
  { code = "ALL", label = "third", response = "r" },
  { code = "hours", label = "how many", response = "n" },
]
[instrument]
id = "awkward"
version = "1"
name = "An instrument with awkward codes"
status = "index"
level = "individual"
[[source]]
citation = "made up for a test"
[licence]
wording = "ours"
[response.r]
codes = [[1, "no, never"], [2, "sometimes"], [3, "yes"]]
missing = [[8, "dont_know", "don't know"]]
[response.n]
number = [0, 40]
[scale.s]
label = "S"
items = ["a_b", "ab", "ALL"]
rule = "mean"
minimum = 2
"""


@pytest.fixture
def awkward(tmp_path, monkeypatch):
    instrument = parse_instrument(AWKWARD, "awkward")
    folder = tmp_path / "own" / "awkward"
    (folder / "wording").mkdir(parents=True)
    (folder / "instrument.toml").write_text(AWKWARD)
    rows = ["part,code,side,lang,text", *(f"item,{item.code},,en,Text of {item.label}" for item in instrument.items)]
    (folder / "wording" / "en.csv").write_text("\n".join(rows) + "\n")
    monkeypatch.setenv("SCTOOLKIT_INSTRUMENTS", str(tmp_path / "own"))
    return instrument


def _answers(form, n=30, seed=4):
    rng = np.random.default_rng(seed)
    columns = {"respondent": [f"p{number:03d}" for number in range(n)]}
    for question in form.questions:
        if question.number:
            columns[question.code] = rng.integers(0, 41, n).astype(str).tolist()
        else:
            codes = [str(choice.code) for choice in question.choices]
            columns[question.code] = ["" if rng.random() < 0.05 else codes[rng.integers(len(codes))] for _ in range(n)]
    return pd.DataFrame(columns)


def _kobo(form, answers):
    names = column_names(form, "xlsform")
    frame = answers.rename(columns=names)
    frame.insert(0, "start", "2026-03-14T14:15:48.000-04:00")
    frame.insert(1, "end", "2026-03-14T14:20:48.000-04:00")
    for place, name in enumerate(("_id", "_uuid", "_submission_time", "_validation_status", "_index")):
        frame[name] = [f"{place}{row}" for row in range(len(frame))]
    return frame.to_csv(index=False), ".csv"


def _redcap(form, answers):
    frame = answers.rename(columns=column_names(form, "redcap"))
    frame.insert(0, "record_id", range(1, len(frame) + 1))
    frame.insert(1, "redcap_survey_identifier", "")
    frame["form_timestamp"] = "2026-03-14 14:20:48"
    frame["form_complete"] = 2
    return frame.to_csv(index=False), ".csv"


def _limesurvey(form, answers):
    frame = answers.rename(columns=column_names(form, "limesurvey"))
    for place, name in enumerate(("id", "submitdate", "lastpage", "startlanguage", "seed")):
        frame.insert(
            place, name, ["2026-03-14 14:20:48" if name == "submitdate" else str(row + 1) for row in range(len(frame))]
        )
    return frame.to_csv(index=False, quoting=csv.QUOTE_ALL), ".csv"


def _qualtrics(form, answers):
    frame = answers.rename(columns=column_names(form, "qualtrics"))
    meta = {"StartDate": "2026-03-14 14:15:48", "EndDate": "2026-03-14 14:20:48", "Status": "0", "Progress": "100"}
    meta |= {
        "Duration (in seconds)": "300",
        "Finished": "1",
        "RecordedDate": "2026-03-14 14:20:50",
        "ResponseId": "R_1",
    }
    for place, (name, value) in enumerate(meta.items()):
        frame.insert(place, name, value)
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(frame.columns)
    writer.writerow([f"Question text of {name}" for name in frame.columns])
    writer.writerow([json.dumps({"ImportId": f"QID{place}"}) for place in range(frame.shape[1])])
    writer.writerows(frame.itertuples(index=False))
    return stream.getvalue(), ".csv"


def _offline(form, answers):
    frame = answers.assign(side=form.side or "", date="2026-03-14")
    return "\ufeff" + frame.to_csv(index=False, lineterminator="\r\n"), ".csv"


LAYOUTS = {
    "xlsform": (_kobo, "kobotoolbox"),
    "redcap": (_redcap, "redcap"),
    "limesurvey": (_limesurvey, "limesurvey"),
    "qualtrics": (_qualtrics, "qualtrics"),
    "offline": (_offline, "plain"),
}


@pytest.mark.parametrize("to", LAYOUTS)
@pytest.mark.parametrize("which", ["cscq community short", "cscq statutory full", "awkward"])
def test_scores_survive_the_tool(to, which, tmp_path, awkward):
    if which == "awkward":
        instrument, form = awkward, build_questionnaire(awkward)
    else:
        _, side, length = which.split()
        instrument = load_instrument("cscq")
        form = build_questionnaire(instrument, side=side, form=length)
    files = write_form(form, to, tmp_path / f"form{'.xlsx' if to == 'xlsform' else '.txt'}")
    answers = _answers(form)
    export, layout = LAYOUTS[to]
    text, ending = export(form, answers)
    path = tmp_path / f"export{ending}"
    path.write_text(text, encoding="utf-8")
    mapping = next((file for file in files if file.suffix == ".toml"), None)
    columns = None if mapping is not None else {"respondent": "respondent"}
    back = read(path, instrument, wave="1", mapping=mapping, columns=columns)
    assert back.provenance.options["format"] == layout
    expected = score(from_frame(answers, instrument, columns={"respondent": "respondent"}, wave="1"))
    found = score(back)
    pd.testing.assert_frame_equal(
        found.frame().drop(columns=["duration", "date", "language", "side"], errors="ignore"),
        expected.frame().drop(columns=["side"], errors="ignore"),
    )
    np.testing.assert_array_equal(found.reasons, expected.reasons)


def _code_frame(answers):
    """Answers as numbers, one column an item; nan where nothing was given."""
    codes = answers.drop(columns="respondent").apply(pd.to_numeric, errors="coerce").astype(float)
    return pd.concat([answers["respondent"], codes], axis=1)


@pytest.mark.parametrize("which", ["cscq", "awkward"])
def test_scores_survive_an_spss_file(which, tmp_path, awkward):
    instrument = awkward if which == "awkward" else load_instrument("cscq")
    form = build_questionnaire(instrument, side=None if which == "awkward" else "community")
    answers = _answers(form)
    names = write_sav(tmp_path / "a.sav", instrument, _code_frame(answers))
    columns = {"respondent": "respondent", **names}
    found = score(read(tmp_path / "a.sav", instrument, columns=columns, wave="1"))
    expected = score(from_frame(answers, instrument, columns={"respondent": "respondent"}, wave="1"))
    pd.testing.assert_frame_equal(found.frame()[list(found.scales)], expected.frame()[list(expected.scales)])


@pytest.mark.parametrize("to", ["print", "large-print", "docx"])
def test_scores_survive_paper(to, tmp_path):
    """Answers on paper are keyed into a sheet with item codes as columns: the small figures beside the circles."""
    instrument = load_instrument("cscq")
    form = build_questionnaire(instrument, side="statutory")
    (path,) = write_form(form, to, tmp_path / "form.out")
    answers = _answers(form)
    if to != "docx":
        page = path.read_text(encoding="utf-8")
        assert all(f'class="code">{choice.code}<' in page for choice in form.questions[0].choices)
    answers.to_csv(tmp_path / "keyed.csv", index=False, sep=";")
    found = score(read(tmp_path / "keyed.csv", instrument, columns={"respondent": "respondent"}, wave="1"))
    expected = score(from_frame(answers, instrument, columns={"respondent": "respondent"}, wave="1"))
    pd.testing.assert_frame_equal(found.frame()[list(found.scales)], expected.frame()[list(expected.scales)])


def test_pyxform_makes_an_xform(tmp_path):
    form = build_questionnaire(load_instrument("cscq"), side="community")
    (path,) = write_form(form, "xlsform", tmp_path / "f.xlsx")
    from pyxform.xls2xform import convert

    xform = convert(str(path), validate=False).xform
    assert "If I had a problem, someone in my community or group would help me." in xform
    assert zipfile.is_zipfile(path)


def test_same_form_same_bytes(tmp_path):
    form = build_questionnaire(load_instrument("cscq"), side="community")
    for to in LAYOUTS:
        first = write_form(form, to, tmp_path / "a.bin")[0].read_bytes()
        assert first == write_form(form, to, tmp_path / "b.bin")[0].read_bytes(), to

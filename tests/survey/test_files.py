"""The same table, however the file is encoded, separated and packed; SPSS and Stata with labels and missing codes."""

import numpy as np
import pandas as pd
import pyreadstat
import pytest
import xlsxwriter

from sctoolkit import read
from sctoolkit.errors import MatchError
from sctoolkit.survey.responses import REASONS
from sctoolkit.survey.text_file import sniff_delimiter

TABLE = [["pid", "café", "LON1", "LON2", "LON3"], ["007", "Zoë, 3;4", "often", "2", "1"], ["008", "", "1", "", "3"]]
CODES = np.array([[3, 2, 1], [1, np.nan, 3]])


def as_text(delimiter):
    return "\r\n".join(
        delimiter.join(f'"{cell}"' if "," in cell or ";" in cell else cell for cell in row) for row in TABLE
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_and_separators(tmp_path, delimiter, encoding):
    path = tmp_path / "wave1.csv"
    path.write_bytes(as_text(delimiter).encode(encoding))
    responses = read(path, "ucla3", columns={"respondent": "pid"}, keep=["café"])
    np.testing.assert_array_equal(responses.codes, CODES)
    assert responses.role("respondent").tolist() == ["007", "008"]
    assert responses.extra["café"][0] == "Zoë, 3;4"
    assert responses.rows.tolist() == [2, 3]
    guessed = "encoding_guessed" in {caveat.code for caveat in responses.caveats}
    assert guessed == (encoding == "cp1252")


def test_blank_lines_are_no_respondents_and_do_not_shift_row_numbers(tmp_path):
    path = tmp_path / "wave1.csv"
    path.write_text("\npid,LON1\n\na,1\n,\n\nb,3\n\n", encoding="utf-8")
    responses = read(path, "ucla3", columns={"LON2": None, "LON3": None})
    assert responses.rows.tolist() == [4, 7]
    assert responses.codes[:, 0].tolist() == [1.0, 3.0]


@pytest.mark.parametrize("text", ["a\n1\n2\n", "a,b\n1,2\n", 'q;"x, y, z"\n1;"a, b"\n'])
def test_separator_is_the_one_that_keeps_rows_even(text):
    expected = {"a\n1": ",", "a,b": ",", 'q;"': ";"}
    assert sniff_delimiter(text) == next(mark for start, mark in expected.items() if text.startswith(start))


def test_excel_keeps_text_as_text_and_numbers_without_points(tmp_path):
    path = tmp_path / "wave1.xlsx"
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False})
    book.add_worksheet("Notes")
    sheet = book.add_worksheet("Data")
    for number, row in enumerate(TABLE):
        for place, cell in enumerate(row):
            if cell.isdigit() and place > 1:
                sheet.write_number(number, place, float(cell))
            else:
                sheet.write_string(number, place, cell)
    book.close()
    responses = read(path, "ucla3", columns={"respondent": "pid"})
    np.testing.assert_array_equal(responses.codes, CODES)
    assert responses.role("respondent").tolist() == ["007", "008"]
    assert responses.provenance.options["sheet"] == "Data"


@pytest.fixture
def frame():
    return pd.DataFrame({"pid": ["a", "b", "c", "d"], "LON1": [3.0, 1, 8, np.nan], "LON2": [1.0, 2, 3, -9],
                         "LON3": [2.0, 2, 2, 2]})  # fmt: skip


def test_spss_with_labels_and_user_missing_codes(tmp_path, frame):
    path = tmp_path / "wave1.sav"
    labels = {1: "Hardly ever or never", 2: "Some of the time", 3: "Often", 8: "Don't know", -9: "Prefer not to say"}
    pyreadstat.write_sav(
        frame,
        str(path),
        column_labels=["Number", "lacks companionship", "feels left out", "feels isolated"],
        variable_value_labels=dict.fromkeys(("LON1", "LON2", "LON3"), labels),
        missing_ranges={"LON1": [8], "LON2": [{"lo": -99, "hi": -1}]},
    )
    responses = read(path, "ucla3", columns={"respondent": "pid"})
    kinds = [[REASONS[reason] for reason in row] for row in responses.reasons]
    assert kinds[2][0] == "dont_know"
    assert kinds[3][:2] == ["skipped", "refused"]
    assert responses.codes[:2].tolist() == [[3, 1, 2], [1, 2, 2]]


def test_spss_names_may_differ_when_labels_tell_the_question(tmp_path, frame):
    path = tmp_path / "wave1.sav"
    renamed = frame.replace({8: np.nan, -9: np.nan}).rename(columns={"LON1": "q1", "LON2": "q2", "LON3": "q3"})
    texts = ["Number", "lacks companionship", "feels left out", "feels isolated"]
    pyreadstat.write_sav(renamed, str(path), column_labels=texts)
    assert read(path, "ucla3").provenance.options["columns"] == {"LON1": "q1", "LON2": "q2", "LON3": "q3"}


def test_stata_with_tagged_missing_values(tmp_path):
    path = tmp_path / "wave1.dta"
    frame = pd.DataFrame({"LON1": [1, 2, "a"], "LON2": [1, 2, 3], "LON3": [3, 3, 3]})
    pyreadstat.write_dta(
        frame,
        str(path),
        variable_value_labels={"LON1": {1: "hardly ever or never", "a": "refused"}},
        missing_user_values={"LON1": ["a"]},
    )
    responses = read(path, "ucla3")
    assert responses.codes[:2, 0].tolist() == [1.0, 2.0]
    assert REASONS[responses.reasons[2, 0]] == "refused"


def test_a_file_of_two_instruments_is_read_when_one_is_named(data_dir):
    path = data_dir / "gss_panel_2006" / "gss_panel_long.csv"
    roles = {"respondent": "firstid", "wave": "wave"}
    with pytest.raises(MatchError, match="one must be named") as caught:
        read(path, columns=roles)
    assert any("gss_social_trust" in line for line in caught.value.where)
    assert read(path, "gss_social_trust", columns=roles).n == 6000

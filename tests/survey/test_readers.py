"""Every layout's small golden export becomes the same answers, with its wave, durations and boxes where it has them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xlsxwriter

from sctoolkit import read
from sctoolkit.survey.layouts import FORMATS, Opening, read_table
from sctoolkit.survey.responses import REASONS

EXPORTS = Path(__file__).parent / "exports"
NAN = float("nan")
CODES = np.array([[3, 2, 1], [1, 1, NAN], [2, 3, NAN]])
KINDS = [["answered"] * 3, ["answered", "answered", "skipped"], ["answered", "answered", "dont_know"]]
SPECIAL = {"odk_central": {"missing_codes": {"dk": "dont_know"}}, "redcap_raw": {"missing_codes": {-8: "dont_know"}}}
LAYOUT = {"redcap_raw": "redcap", "redcap_labels": "redcap"}
NAMES = sorted(path.stem for path in EXPORTS.glob("*.csv"))
DURATIONS = {"kobotoolbox", "odk_central", "limesurvey", "qualtrics", "surveymonkey", "jisc"}


def answers_of(name, **options):
    return read(EXPORTS / f"{name}.csv", "ucla3", **{**SPECIAL.get(name, {}), **options})


def kinds_of(responses):
    return [[REASONS[reason] for reason in row] for row in responses.reasons]


@pytest.mark.parametrize("name", NAMES)
def test_answers(name):
    responses = answers_of(name)
    first = responses.role("wave") == "baseline" if name == "redcap_raw" else np.full(responses.n, True)
    assert responses.provenance.options["format"] == LAYOUT.get(name, name)
    assert responses.items == ("LON1", "LON2", "LON3")
    np.testing.assert_array_equal(responses.codes[first], CODES)
    kinds = [row for row, kept in zip(kinds_of(responses), first, strict=True) if kept]
    assert kinds == KINDS


@pytest.mark.parametrize("name", ["plain", "qualtrics"])
def test_the_instrument_is_found_by_the_columns(name):
    responses = read(EXPORTS / f"{name}.csv", **SPECIAL.get(name, {}))
    assert responses.instrument.id == "ucla3"


@pytest.mark.parametrize("name", sorted(DURATIONS))
def test_durations_and_days(name):
    responses = answers_of(name)
    assert responses.role("duration").tolist() == [120.0, 30.0, 120.0]
    assert responses.role("date")[:2].tolist() == ["2026-03-14", "2026-03-15"]


@pytest.mark.parametrize("name", NAMES)
def test_no_direct_identifier_is_carried_along(name):
    responses = answers_of(name)
    everything = " ".join(map(str, [*responses.roles.values(), *responses.extra.values()]))
    for secret in ("ann@example.org", "10.0.0.1", "Field", "enum1"):
        assert secret not in everything
    named = responses.provenance.options.get("identifiers_left_behind", [])
    assert bool(named) == (name not in {"plain", "jisc", "redcap_labels"})


def test_an_identifier_named_is_kept_and_said():
    responses = answers_of("google_forms", keep=["Email Address"])
    assert responses.extra["Email Address"][0] == "ann@example.org"
    assert "identifiers_kept" in {caveat.code for caveat in responses.caveats}


def test_redcap_events_are_waves_and_lines_of_one_event_become_one_row():
    responses = answers_of("redcap_raw")
    assert responses.role("respondent").tolist() == ["1", "1", "2", "3"]
    assert responses.role("wave").tolist() == ["baseline", "followup", "baseline", "baseline"]
    assert responses.rows.tolist() == [2, 3, 4, 5]


def test_the_wave_of_the_call_goes_before_the_events():
    frame = pd.read_csv(EXPORTS / "redcap_labels.csv", dtype=str, keep_default_na=False)
    assert set(frame["Event Name"]) == {"Baseline"}
    assert set(answers_of("redcap_labels", wave=1).role("wave")) == {"1"}


def test_qualtrics_previews_are_counted_and_left_out():
    responses = answers_of("qualtrics")
    caveat = next(caveat for caveat in responses.caveats if caveat.code == "left_out")
    assert caveat.numbers == {"n": 1, "Survey Preview": 1}
    assert responses.rows.tolist() == [5, 6, 7]


@pytest.mark.parametrize(
    ("name", "columns", "third"),
    [
        ("kobotoolbox", ["Which groups?/women", "Which groups?/savings"], ["", ""]),
        ("odk_central", ["groups/women", "groups/savings"], ["", ""]),
        ("limesurvey", ["GR[1]", "GR[2]"], ["", ""]),
        ("qualtrics", ["Q9_1", "Q9_2"], ["", ""]),
        ("redcap_labels", ["Groups (choice=women)", "Groups (choice=savings)"], ["0", "0"]),
        ("surveymonkey", ["Which groups are you in? | women", "Which groups are you in? | savings"], ["", ""]),
    ],
)
def test_several_answers_become_columns_of_0_and_1(name, columns, third):
    cells = read_table(EXPORTS / f"{name}.csv", Opening()).cells[columns]
    assert cells.to_numpy().tolist() == [["1", "1"], ["0", "1"], third]


def test_joined_answers_are_split_by_known_options_even_with_commas_in_them():
    options = ["savings", "women, young and old"]
    responses = answers_of(
        "google_forms",
        multiple={"Which groups?": options},
        keep=[f"Which groups?/{option}" for option in options],
    )
    parts = np.column_stack([responses.extra[f"Which groups?/{option}"] for option in options])
    assert parts.tolist() == [["1", "1"], ["1", "0"], ["", ""]]


@pytest.fixture
def microsoft_forms(tmp_path):
    path = tmp_path / "form.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Form1")
    stamp = book.add_format({"num_format": "m/d/yy h:mm:ss"})
    head = ["ID", "Start time", "Completion time", "Email", "Name", "lacks\xa0companionship\n", "feels left out",
            "feels isolated", "Which groups?"]  # fmt: skip
    sheet.write_row(0, 0, head)
    times = [("2026-03-14 14:15:48", "2026-03-14 14:17:48"), ("2026-03-15 09:00", "2026-03-15 09:00:30"),
             ("2026-03-15 23:59", "2026-03-16 00:01")]  # fmt: skip
    words = [["Often", "Some of the time", "Hardly ever or never", "women;savings;"],
             ["Hardly ever or never", "Hardly ever or never", "", "savings;"],
             ["Some of the time", "Often", "Don't know", ""]]  # fmt: skip
    for row, ((start, end), cells) in enumerate(zip(times, words, strict=True), start=1):
        sheet.write_number(row, 0, row)
        sheet.write_datetime(row, 1, pd.Timestamp(start).to_pydatetime(), stamp)
        sheet.write_datetime(row, 2, pd.Timestamp(end).to_pydatetime(), stamp)
        sheet.write_row(row, 3, ["anonymous", "Ann Field", *cells])
    book.close()
    return path


def test_microsoft_forms(microsoft_forms):
    groups = ["Which groups?/women", "Which groups?/savings"]
    responses = read(microsoft_forms, keep=groups)
    assert responses.provenance.options["format"] == "microsoft_forms"
    np.testing.assert_array_equal(responses.codes, CODES)
    assert kinds_of(responses) == KINDS
    assert responses.role("duration").tolist() == [120.0, 30.0, 120.0]
    assert np.column_stack([responses.extra[name] for name in groups]).tolist() == [["1", "1"], ["0", "1"], ["", ""]]
    assert responses.provenance.options["identifiers_left_behind"] == ["Email", "Name"]


def test_format_overrides_what_is_recognised():
    responses = answers_of("google_forms", format="plain", columns={
        "LON1": "How often? [lacks companionship]", "LON2": "How often? [feels left out]",
        "LON3": "How often? [feels isolated]"})  # fmt: skip
    assert responses.provenance.options["format"] == "plain"
    np.testing.assert_array_equal(responses.codes, CODES)


def test_every_vendor_has_a_golden_export():
    covered = {LAYOUT.get(name, name) for name in NAMES} | {"microsoft_forms"}
    assert covered == set(FORMATS)

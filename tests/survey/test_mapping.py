"""Decisions on record: a mapping file says what a call would say, and the call goes first."""

import pandas as pd
import pytest

from sctoolkit import read
from sctoolkit.errors import MatchError
from sctoolkit.survey.responses import REASONS

MAPPING = """
[columns]
respondent = "Number"
LON1 = "How often alone?"
LON3 = ""

[missing_codes]
"9" = "dont_know"

[missing_codes.LON2]
"8" = "refused"

[answers.often3]
"now and then" = 2

[consent]
agreed = ["yes"]
"""


@pytest.fixture
def folder(tmp_path):
    frame = pd.DataFrame(
        {"Number": ["1", "2", "3"], "agreed": ["yes", "Yes", "no"], "How often alone?": ["now and then", "9", "?"],
         "LON2": ["8", "3", "?"]}
    )  # fmt: skip
    frame.to_csv(tmp_path / "wave1.csv", index=False)
    (tmp_path / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    return tmp_path


def test_a_mapping_file(folder):
    responses = read(folder / "wave1.csv", "ucla3", mapping=folder / "mapping.toml")
    kinds = [[REASONS[reason] for reason in row] for row in responses.reasons]
    assert responses.codes[0, 0] == 2.0
    assert kinds == [["answered", "refused"], ["dont_know", "answered"]]
    assert responses.role("respondent").tolist() == ["1", "2"]


def test_the_call_adds_to_the_mapping(folder):
    responses = read(
        folder / "wave1.csv", "ucla3", mapping=folder / "mapping.toml", consent={"agreed": ["yes", "no"]},
        missing_codes={"?": "skipped"},
    )  # fmt: skip
    assert responses.n == 3


def test_a_file_that_is_no_toml(folder):
    (folder / "mapping.toml").write_text("[columns]\nrespondent = Number\n", encoding="utf-8")
    with pytest.raises(MatchError, match="must be TOML"):
        read(folder / "wave1.csv", "ucla3", mapping=folder / "mapping.toml")

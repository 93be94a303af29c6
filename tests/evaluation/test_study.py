"""The study file: what it says is checked before anything runs, all faults at once."""

import pytest

from sctoolkit import load_study
from sctoolkit.errors import StudyError

GOOD = """
[study]
title = "A study"
instrument = "ucla3"
[[file]]
path = "a.csv"
wave = 1
[analysis]
primary = "loneliness"
"""


def _write(folder, text):
    (folder / "a.csv").write_text("LON1\n1\n")
    (folder / "study.toml").write_text(text)
    return folder / "study.toml"


def test_good_file(tmp_path):
    study = load_study(_write(tmp_path, GOOD))
    assert study.title == "A study"
    assert study.plan.file[0].wave == "1"
    assert study.plan.analysis.primary == ("loneliness",)
    assert [instrument.id for instrument in study.instruments] == ["ucla3"]
    assert load_study(tmp_path).sha256 == study.sha256


def test_all_faults_at_once(tmp_path):
    text = GOOD.replace('title = "A study"', "titel = 'A study'").replace(
        "[analysis]", "[analysis]\ncomparision = 'side'"
    )
    with pytest.raises(StudyError) as caught:
        load_study(_write(tmp_path, text))
    text = str(caught.value)
    assert "did you mean `title`?" in text
    assert "did you mean `comparison`?" in text
    assert "`study.title`: is missing" in text


def test_unknown_scale_and_missing_file(tmp_path):
    text = GOOD.replace('primary = "loneliness"', 'primary = "lonliness"').replace("a.csv", "b.csv")
    with pytest.raises(StudyError) as caught:
        load_study(_write(tmp_path, text))
    assert "`b.csv` does not exist" in str(caught.value)
    assert "Did you mean `loneliness`?" in str(caught.value)

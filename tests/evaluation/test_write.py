"""Files of a run: what each holds, that they are replaced whole, and where they cannot be written."""

import json

import pandas as pd
import pytest
from small import answers, run

from sctoolkit import write_report
from sctoolkit.errors import OptionError, WriteError
from sctoolkit.evaluation.sections.measurement import freed_words
from sctoolkit.evaluation.sections.naming import in_words, outcome_caveats, reading_caveats
from sctoolkit.evaluation.write import write_whole
from sctoolkit.result import Caveat


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory):
    return run(tmp_path_factory.mktemp("study"), answers(40))


def test_every_file_says_what_it_is(evaluation, tmp_path):
    written = write_report(evaluation, tmp_path / "new" / "out")
    assert [path.rsplit("/", 1)[1] for path in written.files] == [
        "report.html", "tables.xlsx", "results.json", "scores.csv", "provenance.json",
    ]  # fmt: skip
    scores = pd.read_csv(tmp_path / "new" / "out" / "scores.csv")
    pd.testing.assert_series_equal(scores["loneliness"], evaluation.answers[0].frame["loneliness"])
    assert json.loads((tmp_path / "new" / "out" / "provenance.json").read_text())["simulated"] is False
    assert written.summary.startswith("A small study\n")


def test_an_earlier_run_is_replaced_whole(evaluation, tmp_path):
    (tmp_path / "report.html").write_text("x" * 5_000_000)
    (tmp_path / "mine.txt").write_text("kept")
    write_report(evaluation, tmp_path)
    assert (tmp_path / "report.html").read_text().startswith("<!DOCTYPE html>")
    assert "x" * 1000 not in (tmp_path / "report.html").read_text()
    assert (tmp_path / "mine.txt").read_text() == "kept"
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".writing-")]


def test_a_file_that_cannot_be_replaced_leaves_no_part_behind(tmp_path):
    (tmp_path / "report.html").mkdir()
    with pytest.raises(WriteError):
        write_whole(tmp_path / "report.html", "text")
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_folder_and_preset_are_checked_before_anything_is_written(evaluation, tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(WriteError):
        write_report(evaluation, tmp_path / "taken")
    with pytest.raises(OptionError):
        write_report(evaluation, tmp_path / "out", preset="uk-tre-1")
    assert list((tmp_path / "out").iterdir()) == []


def test_remarks_name_scales_by_their_labels(evaluation, tmp_path):
    instrument = evaluation.answers[0].instrument
    assert in_words("Scale `loneliness` of `ucla3`; `other` stays.", instrument) == (
        f"Scale “Loneliness” of {instrument.name}; `other` stays."
    )
    data = answers(30, waves=("1",), instruments=("cscq", "ucla3"))
    both = run(tmp_path, data, instrument='["cscq", "ucla3"]', analysis='scales = ["bo", "loneliness"]')
    names = [one.instrument.name for one in both.answers]
    sentences = [caveat.sentence for caveat in reading_caveats(both)]
    assert sentences
    assert all(any(name in sentence for name in names) for sentence in sentences)
    assert len(sentences) == len(set(sentences))


def test_remarks_on_one_of_several_outcomes_name_it(evaluation, tmp_path):
    outcome = evaluation.findings[0].outcome
    from dataclasses import replace

    other = replace(outcome, name="bo", label="Bonding")
    alike, own = Caveat(code="a", sentence="Few organisations."), Caveat(code="b", sentence="Many at the floor.")
    told = outcome_caveats([(outcome, (alike, own)), (other, (alike,))])
    assert [caveat.sentence for caveat in told] == ["Few organisations.", "Loneliness: Many at the floor."]
    assert [caveat.sentence for caveat in outcome_caveats([(other, (own,))])] == ["Many at the floor."]


@pytest.mark.parametrize(
    ("parameter", "words"),
    [
        ("x | t2", "threshold 2 of “asks”"),
        ("f =~ x", "loading of “asks”"),
        ("x ~~ x", "residual of “asks”"),
        ("x ~1", "intercept of “asks”"),
        ("y ~~ x", "y ~~ x"),
        ("f =~ z", "loading of “z”"),
    ],
)
def test_freed_parameters_in_words(parameter, words):
    assert freed_words(parameter, {"x": "asks"}) == words

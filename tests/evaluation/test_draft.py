"""A first study file: it loads, its roles and waves are those of the files, and paths are relative to it."""

import pytest
from small import answers

from sctoolkit import evaluate, load_study
from sctoolkit.errors import SctoolkitError
from sctoolkit.evaluation.draft import draft_study


def _load(folder, drafted):
    (folder / "study.toml").write_text(drafted.text, encoding="utf-8")
    return load_study(folder)


def test_one_file_with_a_wave_column(tmp_path):
    (tmp_path / "data").mkdir()
    answers(30).to_csv(tmp_path / "data" / "all.csv", index=False)
    drafted = draft_study([tmp_path / "data" / "all.csv"], instrument="ucla3", folder=tmp_path)
    study = _load(tmp_path, drafted)
    assert study.plan.file[0].path == "data/all.csv"
    assert study.plan.file[0].wave is None
    assert study.plan.columns.roles() == {
        "respondent": "code", "wave": "wave", "side": "side", "organisation": "org", "weight": "wt",
    }  # fmt: skip
    assert study.plan.analysis.comparison == "side"
    assert [finding.outcome.name for finding in evaluate(study).findings] == ["loneliness"]


def test_one_file_a_wave(tmp_path):
    data = answers(30).drop(columns=["side", "org", "wt", "arm"])
    paths = []
    for wave, part in data.groupby("wave"):
        paths.append(tmp_path / f'wave "{wave}".csv')
        part.drop(columns="wave").to_csv(paths[-1], index=False, sep=";")
    study = _load(tmp_path, draft_study(paths, instrument=None, folder=tmp_path))
    assert [entry.wave for entry in study.plan.file] == ["1", "2"]
    assert [entry.path for entry in study.plan.file] == [path.name for path in paths]
    assert [instrument.id for instrument in study.instruments] == ["ucla3"]


def test_one_file_without_waves_says_so(tmp_path):
    answers(30, waves=("1",)).drop(columns="wave").to_csv(tmp_path / "a.csv", index=False)
    drafted = draft_study([tmp_path / "a.csv"], instrument="ucla3", folder=tmp_path)
    assert "everything is taken for wave 1" in " ".join(drafted.noticed)
    assert _load(tmp_path, drafted).plan.file[0].wave == "1"


def test_columns_of_no_questionnaire(tmp_path):
    (tmp_path / "a.csv").write_text("colour,size\nred,3\n")
    with pytest.raises(SctoolkitError):
        draft_study([tmp_path / "a.csv"], instrument=None, folder=tmp_path)


def test_keys_that_are_comments_load_when_they_are_wanted(tmp_path):
    data = answers(30, instruments=("cscq",)).assign(tenure="own")
    data.to_csv(tmp_path / "a.csv", index=False)
    text = draft_study([tmp_path / "a.csv"], instrument="cscq", folder=tmp_path).text
    wanted = (
        "# keep",
        "# splits",
        "# iterations",
        "# [reciprocal]",
        "# scales",
        "# [[path]]",
        "# from",
        "# through",
        "# to",
    )
    lines = [line.removeprefix("# ") if line.startswith(wanted) else line for line in text.splitlines()]
    (tmp_path / "study.toml").write_text("\n".join(lines), encoding="utf-8")
    plan = load_study(tmp_path).plan
    assert plan.analysis.splits == plan.columns.keep == ("tenure",)
    assert (plan.path[0].start, plan.path[0].through, plan.path[0].to) == ("bo", "br", "li")
    assert plan.reciprocal.scales == ("bo", "br")

"""Errors of paths and of two scales that may follow each other, in a study that cannot hold them."""

import tempfile
from pathlib import Path
from types import SimpleNamespace

import pandas as pd

from sctoolkit import load_study
from sctoolkit.evaluation.programme import Programme
from sctoolkit.evaluation.steps.paths import _along, _doses
from sctoolkit.evaluation.steps.reciprocal import _model

STUDY = """[study]
title = "A"
instrument = "cscq"
[[file]]
path = "a.csv"
wave = 1
[[path]]
from = "li"
through = "ts"
to = "sp"
[reciprocal]
scales = ["ts", "li"]
"""
ROWS = pd.DataFrame(
    {"respondent": ["a", "b"] * 3, "wave": ["1", "1", "2", "2", "3", "3"], "li": 3.0, "ts": 3.0, "sp": 3.0}
)


def _study():
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.csv").write_text("li1\n1\n")
        (Path(folder) / "study.toml").write_text(STUDY)
        return load_study(folder)


def _path(rows, waves):
    study = _study()
    return _along(study, rows, study.plan.path[0], waves, Programme())


CASES = {
    "path_two_waves": lambda: _path(ROWS, ("1", "2")),
    "path_nobody_followed": lambda: _path(ROWS.drop(columns="respondent"), ("1", "2", "3")),
    "path_dose_without_log": lambda: _doses(SimpleNamespace(), Programme(), ROWS, "2"),
    "reciprocal_two_waves": lambda: _model(_study(), ROWS, ("1", "2")),
    "reciprocal_few_people": lambda: _model(_study(), ROWS, ("1", "2", "3")),
}

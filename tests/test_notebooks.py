"""Every notebook runs from its first cell to its last, and none is committed with outputs."""

import json
import os
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))


def _cells(path):
    return [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    for number, cell in enumerate(_cells(path)):
        exec(compile("".join(cell["source"]), f"{path.name}[{number}]", "exec"), names)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_outputs_are_committed(path):
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in _cells(path))

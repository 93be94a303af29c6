"""Every public analysis keeps the result contract; cases live in ``cases_*.py`` beside this file."""

import copy
import dataclasses
import importlib.util
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sctoolkit
from sctoolkit.result import TIDY_COLUMNS, Result

HERE = Path(__file__).parent
NOT_ANALYSES = {
    "list_instruments",
    "load_instrument",
    "compare_instruments",
    "theory_coverage",
    "read",
    "from_frame",
    "load_study",
    "write_report",
}


def _load(path: Path):
    spec = importlib.util.spec_from_file_location(f"contract_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.CASES


CASES = {name: case for path in sorted(HERE.glob("cases_*.py")) for name, case in _load(path).items()}


def _same(left, right) -> bool:
    if isinstance(left, pd.DataFrame):
        return left.equals(right)
    if isinstance(left, (pd.Series, pd.Index)):
        return left.equals(right)
    if isinstance(left, np.ndarray):
        return np.array_equal(left, right, equal_nan=left.dtype.kind == "f")
    return True


@pytest.fixture(scope="module", params=sorted(CASES), ids=sorted(CASES))
def run(request):
    name = request.param.split("[")[0]
    args, kwargs = CASES[request.param]()
    before = copy.deepcopy((args, kwargs))
    outcome = getattr(sctoolkit, name)(*args, **kwargs)
    return name, outcome, (args, kwargs), before


def test_every_public_analysis_has_a_case():
    named = {name.split("[")[0] for name in CASES}
    public = {name for name in sctoolkit.__all__ if name[0].islower()} - NOT_ANALYSES
    public -= set() if importlib.util.find_spec("diff_diff") else {"doubly_robust_did"}
    assert public - named == set()


def test_inputs_are_not_touched(run):
    _, _, (args, kwargs), (args_before, kwargs_before) = run
    assert all(_same(now, then) for now, then in zip(args, args_before, strict=True))
    assert all(_same(kwargs[key], kwargs_before[key]) for key in kwargs)


def test_result_is_frozen_and_carries_its_provenance(run):
    _, outcome, _, _ = run
    assert isinstance(outcome, Result)
    assert dataclasses.is_dataclass(outcome)
    with pytest.raises((dataclasses.FrozenInstanceError, AttributeError, TypeError)):
        outcome.caveats = ()
    assert outcome.provenance.analysis
    assert isinstance(outcome.caveats, tuple)
    for entry in dataclasses.fields(outcome):
        value = getattr(outcome, entry.name)
        assert not (isinstance(value, np.ndarray) and value.flags.writeable), entry.name


def test_tidy_keeps_the_vocabulary(run):
    _, outcome, _, _ = run
    columns = list(outcome.tidy().columns)
    assert columns == [name for name in TIDY_COLUMNS if name in columns]
    assert "estimate" in columns
    assert len(outcome.glance()) == 1


def test_record_survives_json(run):
    _, outcome, _, _ = run
    record = outcome.to_dict()
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert record["schema"] == 1


def test_text_fits_a_terminal(run):
    _, outcome, _, _ = run
    assert repr(outcome) == str(outcome)
    lines = str(outcome).splitlines()
    assert 0 < len(lines) <= 25
    assert max(map(len, lines)) <= 88
    assert outcome._repr_html_().startswith("<")

"""The adapter to diff-diff against R did 2.1.1; skipped where the package is not installed."""

import json
import sys

import pandas as pd
import pytest

from sctoolkit.change.designs.doubly_robust import doubly_robust_did
from sctoolkit.errors import MissingDependencyError

KEYS = {"outcome": "lemp", "unit": "countyreal", "wave": "year", "entry": "first.treat", "covariates": ["lpop"]}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("method", "tolerance"), [("dr", 1e-5), ("reg", 1e-10), ("ipw", 1e-7)])
def test_cells_against_r(oracle_dir, method, tolerance):
    pytest.importorskip("diff_diff")
    value = json.loads((oracle_dir / "change/mpdta_did.json").read_text())["entries"][f"never_{method}_lpop"]["value"]
    result = doubly_robust_did(
        pd.read_csv(oracle_dir / "change/data/mpdta.csv"), control="never", method=method, **KEYS
    )
    cells = {(e.group.split()[-1], e.wave): e for e in result.estimates[1:]}
    for group, wave, att, error in zip(value["group"], value["t"], value["att"], value["se"], strict=True):
        cell = cells[str(group), str(wave)]
        assert (cell.estimate, cell.std_error) == pytest.approx((att, error), abs=tolerance)
    assert result.estimates[0].dof == 499


def test_a_missing_package_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "diff_diff", None)
    with pytest.raises(MissingDependencyError, match="diff-diff"):
        doubly_robust_did(pd.DataFrame(), **KEYS)

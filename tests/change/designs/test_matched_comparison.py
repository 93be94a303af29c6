"""Matching by weights: exact balance, recovery of the truth, and what is told about overlap."""

import numpy as np
import pandas as pd
import pytest

from sctoolkit.change.designs.matched_comparison import matched_comparison
from sctoolkit.errors import DesignError

KEYS = {"outcome": "y", "unit": "id", "wave": "wave", "group": "arm"}


def people(n=2000, gain=0.3, seed=1):
    """Age decides who takes part and how people change."""
    rng = np.random.default_rng(seed)
    age = rng.normal(0, 1, n)
    arm = (rng.random(n) < 1 / (1 + np.exp(-age))).astype(int)
    before = 3 + 0.3 * age + rng.normal(0, 0.5, n)
    after = before + 0.4 * age + gain * arm + rng.normal(0, 0.5, n)
    first = pd.DataFrame({"id": np.arange(n), "wave": 1, "arm": arm, "age": age, "org": np.arange(n) % 20, "y": before})
    return pd.concat([first, first.assign(wave=2, y=after)])


@pytest.mark.parametrize("weights", ["overlap", "att"])
def test_the_truth_is_recovered_where_age_misleads(weights):
    result = matched_comparison(people(), covariates=["age"], weights=weights, **KEYS)
    table = result.tidy().drop_duplicates("estimator").set_index("estimator")
    assert table.loc["without weights", "estimate"] > 0.45  # the truth is 0.3
    assert table.loc[f"{weights} weights", "estimate"] == pytest.approx(0.3, abs=0.08)
    assert result.rung == "L4"
    assert "only if nothing that was not measured" in result.claim


def test_overlap_weights_balance_exactly():
    result = matched_comparison(people(400), covariates=["age"], **KEYS)
    table = result.tidy()
    after = table[table["estimator"] == "after weighting"]["estimate"]
    before = table[table["estimator"] == "before weighting"]["estimate"]
    assert np.abs(after).max() < 1e-5
    assert before.max() > 0.5
    assert "still_unlike" not in {c.code for c in result.caveats}


def test_no_overlap_is_told():
    apart = people(300).assign(age=lambda t: t["arm"] * 3 + t["age"] * 0.1)
    result = matched_comparison(apart, covariates=["age"], weights="att", **KEYS)
    note = next(c for c in result.caveats if c.code == "effective_sizes")
    assert note.numbers["outside"] > 0.5


def test_too_few_and_no_comparison():
    with pytest.raises(DesignError, match="two groups"):
        matched_comparison(people(50).query("arm == 1"), covariates=["age"], **KEYS)
    few = people(40)
    few = few[(few["arm"] == 0) | (few["id"] < 5)]
    with pytest.raises(DesignError, match="five linked people"):
        matched_comparison(few, covariates=["age"], **KEYS)

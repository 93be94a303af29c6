"""Bias of guesses by hand, and a bootstrap that draws organisations within sides."""

import numpy as np
import pandas as pd
import pytest

from sctoolkit.change.designs.meta_perception import meta_perception
from sctoolkit.errors import DesignError

KEYS = {"own": "own", "guess": "guess", "side": "side", "wave": "wave"}


def people(n=240, seed=3):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"org": np.arange(n) % 16, "wave": 1 + np.arange(n) // (n // 2)})
    frame["side"] = np.where(frame["org"] < 8, "community", "statutory")
    frame["own"] = np.where(frame["side"] == "community", 4.0, 3.0) + rng.normal(0, 0.5, n)
    frame["guess"] = 3.5 + 0.4 * (frame["wave"] == 2) + rng.normal(0, 0.5, n)
    return frame


def test_bias_and_its_change_by_hand():
    data = people()
    result = meta_perception(data, cluster="org", n_draws=199, **KEYS)
    table = result.tidy()
    one = data[data["wave"] == 1]
    bias = one.loc[one["side"] == "community", "guess"].mean() - one.loc[one["side"] == "statutory", "own"].mean()
    row = table.query("estimand == 'bias of the guess' and side == 'community' and wave == '1'").iloc[0]
    assert row["estimate"] == pytest.approx(bias)
    assert row["ci_low"] < row["estimate"] < row["ci_high"]
    change = table.query("estimand == 'change of the bias' and side == 'community'").iloc[0]
    both = table.query("estimand == 'bias of the guess' and side == 'community'").set_index("wave")["estimate"]
    assert change["estimate"] == pytest.approx(both["2"] - both["1"])


def test_same_seed_same_interval_and_few_organisations_are_told():
    data = people()
    first, second = (meta_perception(data, cluster="org", n_draws=99, **KEYS).tidy() for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
    few = data[data["org"].isin([0, 1, 2, 8, 9, 10])]
    assert "few_organisations" in {c.code for c in meta_perception(few, cluster="org", n_draws=29, **KEYS).caveats}


def test_one_side_cannot_be_judged():
    with pytest.raises(DesignError, match="two sides"):
        meta_perception(people().query("side == 'community'"), **KEYS)
    data = people()
    with pytest.raises(DesignError, match="both sides"):
        meta_perception(data[(data["side"] == "community") == (data["wave"] == 1)], n_draws=9, **KEYS)

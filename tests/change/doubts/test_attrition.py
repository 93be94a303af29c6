"""Attrition: shares by hand, recovery of the truth when loss depends on what was seen, and the line that is said."""

import numpy as np
import pandas as pd
import pytest

from sctoolkit.change.doubts.attrition import attrition
from sctoolkit.errors import DesignError

KEYS = {"outcome": "y", "unit": "id", "wave": "wave"}


def people(n=3000, gain=0.3, slope=-0.5, seed=0, arms=False, loss=None, organisations=0):
    """Change falls with the first answer, and so does staying: people followed up change too little."""
    rng = np.random.default_rng(seed)
    before = rng.normal(3, 1, n)
    arm = np.arange(n) % 2
    after = before + gain * (arm if arms else 1) + slope * (before - 3) + rng.normal(0, 0.6, n)
    chance = 1 / (1 + np.exp(-(before - 3) * 1.2)) if loss is None else 1 - loss
    stayed = rng.random(n) < chance
    first = pd.DataFrame(
        {"id": np.arange(n), "wave": 1, "y": before, "arm": arm, "org": np.arange(n) % max(organisations, 1)}
    )
    return pd.concat([first, first.assign(wave=2, y=after)[stayed]])


def by_name(result):
    return result.tidy().drop_duplicates("estimator").set_index("estimator")


def test_weights_and_imputation_recover_what_loss_hides():
    table = by_name(attrition(people(), n_imputations=10, **KEYS))
    assert table.loc["people followed up", "estimate"] < 0.2  # the truth is 0.3
    # Monte-Carlo error about 0.02
    assert table.loc["weighted for staying", "estimate"] == pytest.approx(0.3, abs=0.07)
    assert table.loc["multiple imputation", "estimate"] == pytest.approx(0.3, abs=0.06)


def test_weights_are_stabilised_inverse_chances():
    result = attrition(people(), n_imputations=2, **KEYS)
    weights = result.weights[np.isfinite(result.weights)]
    assert weights.mean() == pytest.approx(1.0, abs=0.1)
    assert result.effective_size < len(weights)
    assert result.glance()["effective_size"].iloc[0] == pytest.approx((weights.sum()) ** 2 / (weights**2).sum())


def test_shares_by_hand():
    frame = pd.DataFrame({"id": [1, 2, 3, 4, 5, 6], "wave": 1, "y": [1.0, 2, 3, 4, 5, 6], "arm": [1, 1, 1, 0, 0, 0]})
    later = frame.iloc[[0, 1, 2, 3]].assign(wave=2, y=[2.0, 3, 5, 4])
    table = by_name(attrition(pd.concat([frame, later]), group="arm", **KEYS))
    assert table.loc["all", "estimate"] == 4 / 6
    assert table.loc["programme", "estimate"] == 1.0
    assert table.loc["comparison", "estimate"] == 1 / 3
    assert table.loc["lowest third at start", "estimate"] == 1.0
    assert table.loc["highest third at start", "estimate"] == 0.0


def test_lee_bounds_need_random_assignment():
    data = people(400, arms=True, loss=np.where(np.arange(400) % 2 == 1, 0.1, 0.4))
    plain = by_name(attrition(data, group="arm", n_imputations=5, **KEYS))
    assert "Lee bounds" not in plain.index
    result = attrition(data, group="arm", assignment="randomised", scale_range=(-3, 9), n_imputations=5, **KEYS)
    table = by_name(result)
    lee, worst = table.loc["Lee bounds"], table.loc["worst-case bounds"]
    assert worst["ci_low"] < lee["ci_low"] < lee["ci_high"] < worst["ci_high"]


def test_nobody_lost_is_said():
    result = attrition(people(60, loss=0.0), **KEYS)
    assert result.survives is None
    assert "nobody was lost" in result.verdict
    assert np.isnan(result.weights).sum() == 0


def test_the_line_survives_or_changes():
    strong = attrition(people(300, gain=1.5, slope=0.0), n_imputations=5, **KEYS)
    assert strong.survives
    assert strong.verdict.startswith("The result survives")
    hidden = attrition(people(2000, gain=0.32, slope=-0.8), n_imputations=5, **KEYS)
    assert not hidden.survives
    assert hidden.verdict.startswith("The result changes under")


def test_same_seed_same_numbers_and_organisations_enter():
    data = people(200, organisations=8)
    first = attrition(data, cluster="org", n_imputations=3, seed=4, **KEYS).tidy()
    second = attrition(data, cluster="org", n_imputations=3, seed=4, **KEYS).tidy()
    pd.testing.assert_frame_equal(first, second)
    assert first.loc[first["estimator"] == "people followed up", "n_clusters"].iloc[0] == 8


def test_nothing_to_follow_up():
    data = people(50)
    with pytest.raises(DesignError, match="two waves"):
        attrition(data.query("wave == 1"), **KEYS)
    with pytest.raises(DesignError, match="At least two people must be linked"):
        attrition(data.assign(id=np.arange(len(data))), **KEYS)

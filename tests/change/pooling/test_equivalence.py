"""Size of a change against the smallest one that matters: R's one-sided t tests, a hand case, and identities."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sctoolkit import estimate_change
from sctoolkit.change.pooling.equivalence import equivalence


def panel(shift=0.4, n=40, seed=4):
    rng = np.random.default_rng(seed)
    start = rng.normal(3, 1, n)
    one = pd.DataFrame({"id": range(n), "org": np.arange(n) % 8, "wave": 1, "y": start})
    two = one.assign(wave=2, y=start + shift + rng.normal(0, 0.5, n))
    frame = pd.concat([one, two])
    return frame.assign(side=np.where(frame["org"] < 4, "community", "statutory"))


def change_of(frame, **more):
    return estimate_change(frame, outcome="y", unit="id", wave="wave", n_draws=99, **more)


def test_sleep_as_in_r(oracle_dir):
    sleep = pd.read_csv(oracle_dir / "change" / "data" / "sleep.csv")
    frame = pd.DataFrame({"id": [*range(10)] * 2, "wave": [1] * 10 + [2] * 10, "y": sleep["extra"]})
    record = json.loads((oracle_dir / "change" / "sleep_paired.json").read_text(encoding="utf-8"))["entries"]
    (row,) = equivalence(change_of(frame), smallest=1.0).tidy().to_dict("records")
    expected = record["tost_bounds_1"]["value"]
    # closed forms: the same t distribution, 1e-10
    assert row["p_value"] == pytest.approx(expected["p_tost"], abs=1e-10)
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((expected["ci90_low"], expected["ci90_high"]), abs=1e-10)
    wide = equivalence(change_of(frame), smallest=3.0)
    assert wide.tidy()["p_value"].iloc[0] == pytest.approx(record["tost_bounds_3"]["value"]["p_tost"], abs=1e-10)
    assert wide.glance()["verdict"].tolist() == ["equivalent"]


def test_by_hand():
    frame = panel()
    gains = frame.loc[frame.wave == 2, "y"].to_numpy() - frame.loc[frame.wave == 1, "y"].to_numpy()
    error = gains.std(ddof=1) / np.sqrt(40)
    (row,) = equivalence(change_of(frame), smallest=0.2).tidy().to_dict("records")
    above = stats.t.sf((gains.mean() + 0.2) / error, 39)
    below = stats.t.cdf((gains.mean() - 0.2) / error, 39)
    assert row["p_value"] == pytest.approx(max(above, below), abs=1e-12)
    assert row["ci_level"] == pytest.approx(0.90)


def test_each_side_and_the_gap_are_judged():
    tests = equivalence(change_of(panel(), cluster="org", side="side"), smallest=0.2).tests
    assert [(one.estimate.side, one.estimate.role) for one in tests] == [
        ("community", "detail"), ("statutory", "detail"), (None, "primary"),
    ]  # fmt: skip


def test_turning_the_scale_turns_the_class():
    frame = panel(shift=1.0)
    up = equivalence(change_of(frame), smallest=0.1).glance()["verdict"].iloc[0]
    down = equivalence(change_of(frame.assign(y=-frame["y"])), smallest=0.1).glance()["verdict"].iloc[0]
    assert (up, down) == (
        "rose beyond the smallest change that matters", "fell beyond the smallest change that matters",
    )  # fmt: skip


def test_points_and_bounds_stretch_together():
    frame = panel()
    one = equivalence(change_of(frame), smallest=0.3).tidy()
    ten = equivalence(change_of(frame.assign(y=10 * frame["y"])), smallest=3.0).tidy()
    assert ten["p_value"].to_numpy() == pytest.approx(one["p_value"].to_numpy(), abs=1e-12)
    assert ten["term"].tolist() == one["term"].tolist()

"""Ordered and yes-or-no answers, ends of the scale, people chosen by score, and one organisation left out."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sctoolkit import estimate_change
from sctoolkit.change.doubts.leave_out import leave_out

KEYS = {"outcome": "y", "unit": "id", "wave": "wave"}


def two_waves(before, after, **more):
    n = len(before)
    first = pd.DataFrame({"id": np.arange(n), "wave": 1, "y": before, **more})
    return pd.concat([first, first.assign(wave=2, y=after)])


def row(result, estimator):
    table = result.tidy()
    return table[table["estimator"] == estimator].iloc[0]


def test_yes_or_no_is_mcnemar():
    before, after = np.array([0] * 12 + [1] * 8), np.array([1] * 9 + [0] * 3 + [1] * 6 + [0] * 2)
    found = row(estimate_change(two_waves(before, after), **KEYS), "McNemar, exact")
    assert found["estimate"] == (9 - 2) / 20
    assert found["p_value"] == pytest.approx(stats.binomtest(2, 11).pvalue)


def test_ordered_item_is_the_sign_test_and_in_organisations_has_cr2():
    rng = np.random.default_rng(1)
    before = rng.integers(1, 6, 40)
    after = np.clip(before + rng.integers(-1, 3, 40), 1, 5)
    data = two_waves(before, after, org=np.arange(40) % 8)
    signs = np.sign(after - before)
    alone = row(estimate_change(data, **KEYS), "sign test, exact")
    rose, fell = (signs > 0).sum(), (signs < 0).sum()
    assert alone["p_value"] == pytest.approx(stats.binomtest(rose, rose + fell).pvalue)
    grouped = row(estimate_change(data, cluster="org", **KEYS), "shares that moved")
    assert grouped["estimate"] == pytest.approx(signs.mean())
    assert grouped["n_clusters"] == 8


def test_ends_of_the_scale_are_told():
    data = two_waves([5.0] * 10 + [3.0, 4.0] * 10, [5.0] * 12 + [4.0, 3.5] * 9)
    codes = {c.code for c in estimate_change(data, scale_range=(1, 5), **KEYS).caveats}
    assert "ceiling_reached" in codes
    assert "floor_reached" not in codes


def test_one_wave_is_said_once():
    one = pd.DataFrame({"id": np.arange(20), "wave": 1, "y": [5.0] * 10 + [3.0, 4.0] * 5})
    (note,) = (c for c in estimate_change(one, scale_range=(1, 5), **KEYS).caveats if c.code == "ceiling_reached")
    assert note.sentence.startswith("50% stand at the ceiling of the scale at wave 1: differences are hidden there.")


def test_what_would_come_by_itself_by_hand():
    rng = np.random.default_rng(3)
    before = rng.normal(2, 1, 60)
    after = 0.5 * before + rng.normal(1.3, 0.5, 60)
    result = estimate_change(two_waves(before, after), population_mean=3.0, **KEYS)
    note = next(c for c in result.caveats if c.code == "regression_to_the_mean")
    r = np.corrcoef(before, after)[0, 1]
    assert note.numbers["drift"] == pytest.approx((1 - r) * (3.0 - before.mean()))


def test_one_organisation_left_out():
    gains = np.array([0.1, -0.2, 0.1, 1.0])
    rows, caveats = leave_out(gains, None, list("abcd"), 0.95)
    assert [r.estimate for r in rows] == pytest.approx([0.0, 1.2 / 3])
    assert rows[0].method == "without d"
    assert caveats == ()
    _, turned = leave_out(np.array([-0.1, -0.1, -0.1, 1.0]), None, list("abcd"), 0.95)
    assert turned[0].numbers["organisations"] == ["d"]
    rows, _ = leave_out(gains, np.array([True, True, False, False]), list("abcd"), 0.95)
    assert rows[1].estimate == pytest.approx(-0.05 - 0.1)


def test_gss_panel_as_computed_in_r(data_dir):
    folder = data_dir / "gss_panel_2006"
    figures = {e["id"]: e for e in json.loads((folder / "expected.json").read_text())}
    frame = pd.read_csv(folder / "gss_panel_long.csv", usecols=["firstid", "wave", "trust", "fair", "helpful"])
    trusting, cautious = {1: 3, 3: 2, 2: 1}, {2: 3, 3: 2, 1: 1}  # `fair` runs the other way
    frame["trust3"] = (frame["trust"].map(trusting) + frame["fair"].map(cautious) + frame["helpful"].map(trusting)) / 3
    result = estimate_change(frame, outcome="trust3", unit="firstid", wave="wave", waves=[1, 2])
    found = row(result, "paired differences")
    assert found["estimate"] == pytest.approx(figures["trust3_paired_diff_w12"]["value"], abs=1e-8)
    assert found["statistic"] == pytest.approx(figures["trust3_paired_t_w12"]["value"], abs=1e-6)


def test_jobs_trial_as_computed_in_r(data_dir):
    folder = data_dir / "jobs2_mediation"
    figures = {e["id"]: e for e in json.loads((folder / "expected.json").read_text())}
    jobs = pd.read_csv(folder / "jobs.csv").assign(id=lambda t: np.arange(len(t)))
    long = pd.concat([jobs.assign(wave=1, depress=jobs["depress1"]), jobs.assign(wave=2, depress=jobs["depress2"])])
    result = estimate_change(
        long, outcome="depress", unit="id", wave="wave", group="treat", treated=1, assignment="randomised"
    )
    best = result.primary
    assert best.estimator == "ANCOVA"
    assert best.estimate == pytest.approx(figures["ancova_treat"]["value"], abs=1e-9)
    assert best.std_error == pytest.approx(figures["ancova_treat_hc2"]["value"], abs=1e-9)
    change = row(result, "difference-in-differences")["estimate"]
    assert change == pytest.approx(figures["change_treat"]["value"], abs=1e-9)
    assert result.rung == "L5"

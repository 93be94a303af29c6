"""Which estimates are told, and which others answer the same."""

import numpy as np
import pandas as pd
import pytest
from change.pooling.test_equivalence import change_of, panel
from scipy import stats

from sctoolkit.change.route.told import told


def test_one_group_tells_its_primary():
    change = change_of(panel(), cluster="org")
    (one,) = told(change)
    assert one.about == "all"
    assert one.estimate is change.primary
    assert {other.estimator for other in one.others} >= {"mixed model"}


def test_sides_are_told_before_their_gap():
    rows = told(change_of(panel(), cluster="org", side="side"))
    assert [(one.about, one.side) for one in rows] == [("side", "community"), ("side", "statutory"), ("gap", "")]
    for one in rows[:2]:
        assert {other.side for other in one.others} == {one.side}
        assert all(other.estimand.startswith("own mean change") for other in one.others)


def test_others_are_in_points():
    frame = panel()
    frame["y"] = np.clip(np.round(frame["y"]), 1, 5)
    for one in told(change_of(frame, cluster="org")):
        assert not any(other.estimand.startswith("share") for other in one.others)


def test_one_wave_tells_no_change():
    frame = pd.DataFrame({"id": range(20), "wave": 1, "y": np.arange(20.0)})
    assert told(change_of(frame)) == ()


def test_few_organisations_in_one_group_bring_welch_and_a_warning():
    frame = panel().assign(arm=lambda d: np.where(d["org"] < 2, "programme", "other"))
    change = change_of(frame, cluster="org", group="arm", treated="programme", assignment="existing")
    rows = {one.estimator: one for one in change.estimates if one.role in ("primary", "check")}
    wide = frame.pivot(index=["id", "org"], columns="wave", values="y")
    gains = (wide[2] - wide[1]).groupby("org").mean()
    expected = stats.ttest_ind(gains[gains.index < 2], gains[gains.index > 1], equal_var=False)
    assert rows["means of organisations, Welch"].p_value == pytest.approx(expected.pvalue, abs=1e-10)
    assert rows["means of organisations"].role == "primary"
    assert "equal_spread_on_trust" in {caveat.code for caveat in change.caveats}

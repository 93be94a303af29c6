"""Which estimates are told, and which others answer the same."""

import numpy as np
import pandas as pd
from change.test_equivalence import change_of, panel

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

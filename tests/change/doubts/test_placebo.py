"""Placebos: the same figures as a comparison on the earlier waves, one family, and silence where nothing is valid."""

import numpy as np
import pandas as pd
import pytest

from sctoolkit import did
from sctoolkit.change.doubts.placebo import placebo_outcomes, placebo_periods

KEYS = {"wave": "wave", "group": "arm", "unit": "id", "cluster": "org"}


def panel(trend=0.0, n_orgs=10, seed=1, n_treated=None):
    rng = np.random.default_rng(seed)
    org = np.repeat(np.arange(n_orgs), 6)
    arm = (org < (n_treated or n_orgs // 2)).astype(int)
    waves = []
    for w in (1, 2, 3, 4):
        answers = {"trust": rng.normal(size=len(org)) + trend * w * arm, "weather": rng.normal(size=len(org))}
        waves.append(pd.DataFrame({"id": np.arange(len(org)), "org": org, "arm": arm, "wave": w, **answers}))
    return pd.concat(waves, ignore_index=True)


def test_a_pretended_start_is_the_comparison_of_earlier_waves():
    data = panel()
    found = placebo_periods(data, outcome="trust", start=4, **KEYS)
    assert [e.term for e in found.estimates] == ["as if from wave 2", "as if from wave 3"]
    for start, row in zip((2, 3), found.estimates, strict=True):
        by_hand = did(data[data["wave"] < 4], outcome="trust", start=start, **KEYS).primary
        assert (row.estimate, row.ci_low, row.p_value) == (by_hand.estimate, by_hand.ci_low, by_hand.p_value)
    assert not found.caveats


def test_groups_that_drift_apart_are_caught():
    found = placebo_periods(panel(trend=1.0), outcome="trust", start=4, **KEYS)
    assert [c.code for c in found.caveats] == ["placebo_moved"]
    assert found.glance()["smallest_holm"].item() < 0.05
    assert "Groups moved apart" in str(found)


def test_outcomes_are_one_family():
    data = panel(trend=1.0)
    found = placebo_outcomes(data, outcomes=["trust", "weather"], start=3, **KEYS)
    p = [e.p_value for e in found.estimates]
    assert found.holm[0] == pytest.approx(min(2 * p[0], 1))
    assert found.caveats[0].numbers["placebos"] == ["trust"]
    assert list(found.tidy()["term"]) == ["trust", "weather"]


def test_one_organisation_on_a_side_has_no_verdict():
    found = placebo_outcomes(panel(n_treated=1), outcomes=["weather"], start=3, **KEYS)
    assert all(max(map(len, text.splitlines())) <= 88 for text in [str(found)])
    assert np.isnan(found.holm[0]) == ("placebo_not_judged" in {c.code for c in found.caveats})

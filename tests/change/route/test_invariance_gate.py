"""The gate of measurement lowers what is said, and leaves the numbers alone."""

import numpy as np
import pandas as pd
import pytest

from sctoolkit import estimate_change
from sctoolkit.change.route.invariance_gate import with_invariance
from sctoolkit.errors import OptionError


@pytest.fixture(scope="module")
def change():
    rng = np.random.default_rng(1)
    one = pd.DataFrame({"id": range(40), "wave": 1, "y": rng.normal(3, 1, 40)})
    return estimate_change(
        pd.concat([one, one.assign(wave=2, y=one["y"] + 0.4)]).assign(y=lambda t: t["y"] + rng.normal(0, 0.1, 80)),
        outcome="y", unit="id", wave="wave",
    )  # fmt: skip


def test_scalar_keeps_the_claim_and_metric_does_not(change):
    assert with_invariance(change, verdict="scalar").claim == change.claim
    doubted = with_invariance(change, verdict="metric")
    assert "change of meaning" in doubted.claim
    assert doubted.estimates == change.estimates


def test_the_share_of_item_drift(change):
    told = with_invariance(change, verdict="partial", drift=0.1).caveats[0]
    assert told.numbers["share_drift"] == pytest.approx(0.1 / change.primary.estimate)
    assert "+0.10 points" in told.sentence
    assert "not tested" in with_invariance(change, verdict="not tested").caveats[0].sentence


def test_an_unknown_verdict(change):
    with pytest.raises(OptionError, match="verdict"):
        with_invariance(change, verdict="strong")

"""Entry, dose, matching and then-test through the one call: the same numbers as their own functions."""

import numpy as np
import pandas as pd
import pytest

from sctoolkit import estimate_change, staggered_did
from sctoolkit.change.designs.dose import dose_response
from sctoolkit.change.designs.matched_comparison import matched_comparison
from sctoolkit.change.route.estimate_change import route_of
from sctoolkit.change.route.then_test import then_test
from sctoolkit.errors import DataError, DesignError, OptionError


def people(n_waves=3):
    rng = np.random.default_rng(12)
    start = [2, 2, 3, 3, np.nan, np.nan, 3, 2]
    rows = []
    for i in range(64):
        org = i % 8
        for wave in range(1, n_waves + 1):
            inside = float(wave >= start[org]) if np.isfinite(start[org]) else 0.0
            y = 3 + 0.1 * wave + 0.4 * inside + rng.normal(0, 0.6)
            rows.append(
                (i, wave, org, start[org], inside * (1 + org), org % 2, 20 + i % 7, round(y, 2), round(y - 0.3))
            )
    names = ["id", "wave", "org", "start", "hours", "arm", "age", "y", "before"]
    return pd.DataFrame(rows, columns=names)


PEOPLE = people()
KEYS = {"outcome": "y", "unit": "id", "wave": "wave", "cluster": "org"}


def same(result, other):
    assert (result.rung, result.claim) == (other.rung, other.claim)
    for a, b in zip(result.estimates, other.estimates, strict=True):
        assert (a.estimand, a.role) == (b.estimand, b.role)
        assert (a.estimate, a.p_value) == pytest.approx((b.estimate, b.p_value), nan_ok=True)


def test_entry():
    result = estimate_change(PEOPLE, entry="start", n_draws=99, **KEYS)
    same(result, staggered_did(PEOPLE, outcome="y", unit="org", wave="wave", entry="start", n_draws=99))
    assert (result.route.design, result.rung) == ("staggered", "L3")
    assert result.primary is not None
    assert "permutation of the order of entry" in str(result.route)


def test_dose():
    result = estimate_change(PEOPLE, dose="hours", **KEYS)
    same(result, dose_response(PEOPLE, outcome="y", wave="wave", cluster="org", dose="hours", unit="id"))
    assert (result.route.design, result.rung) == ("dose", "L2")
    assert "effect" not in str(result)


def test_matching():
    options = {"group": "arm", "covariates": ["age"]}
    result = estimate_change(PEOPLE, assignment="matched", **KEYS, **options)
    keys = {"outcome": "y", "unit": "id", "wave": "wave", "cluster": "org", "treated": "1"}
    same(result, matched_comparison(PEOPLE, **keys, **options))
    assert result.route.design == "matched"
    weighted = estimate_change(PEOPLE.assign(w=1.0), assignment="matched", weight="w", **KEYS, **options)
    assert "weights_not_used" in {caveat.code for caveat in weighted.caveats}


def test_then_test_of_one_wave_and_beside_a_wave_before():
    last = PEOPLE[PEOPLE["wave"] == 3]
    result = estimate_change(last, then="before", **KEYS)
    own = then_test(last, post="y", then="before", cluster="org")
    assert (result.route.design, result.rung) == ("then_test", "L0")
    assert result.primary.estimand == "felt change"
    assert result.primary.estimate == pytest.approx(own.estimates[0].estimate)
    assert "looking back" in result.claim
    three = estimate_change(PEOPLE, then="before", **KEYS)
    found = {e.estimand: e.estimate for e in three.estimates}
    assert set(found) == {"felt change", "observed change", "response shift"}
    assert found["felt change"] == pytest.approx(found["observed change"] - found["response shift"])


def test_route_is_told_without_estimating():
    for options, design in (
        ({"entry": "start"}, "staggered"), ({"dose": "hours"}, "dose"), ({"then": "before"}, "then_test"),
        ({"group": "arm", "assignment": "matched", "covariates": ["age"]}, "matched"),
    ):  # fmt: skip
        assert route_of(PEOPLE, **KEYS, **options).design == design
    assert 'entry="column"' in str(route_of(PEOPLE, **KEYS))


def test_organisations_that_move_into_the_programme_are_pointed_to_entry():
    moving = PEOPLE.assign(arm=(PEOPLE["wave"] >= PEOPLE["start"].fillna(9)).astype(int))
    result = estimate_change(moving, group="arm", n_draws=99, **KEYS)
    note = next(c for c in result.caveats if c.code == "organisations_change_group")
    assert "`entry`" in note.sentence
    assert len(note.numbers["organisations"]) == 6


def test_waves_can_be_chosen():
    result = estimate_change(PEOPLE, entry="start", waves=[1, 2], n_draws=99, **KEYS)
    assert result.provenance.waves == ("1", "2")


def test_wrong_calls():
    with pytest.raises(DataError, match="Column `begin`"):
        estimate_change(PEOPLE, entry="begin", **KEYS)
    with pytest.raises(OptionError, match="One design"):
        estimate_change(PEOPLE, entry="start", group="arm", **KEYS)
    with pytest.raises(DesignError, match="covariates"):
        estimate_change(PEOPLE, group="arm", assignment="matched", **KEYS)
    with pytest.raises(DesignError, match="staggered_did"):
        estimate_change(PEOPLE, outcome="y", unit=None, wave="wave", entry="start")

"""Two groups at three waves or more: against R, identities, and what is left when a wave or an arm is missing."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sctoolkit import estimate_change

ORACLE = Path(__file__).parents[2] / "oracle/group_waves"
EXPECTED = json.loads((ORACLE / "expected.json").read_text())
KEYS = {"outcome": "y", "unit": "id", "wave": "wave", "group": "arm", "n_draws": 19}
COLUMNS = ["estimate", "std_error", "dof"]


@pytest.fixture(scope="module")
def three():
    return pd.read_csv(ORACLE / "three.csv")


def rows(result, estimator, **where):
    table = result.tidy()
    table = table[table["estimator"] == estimator]
    for name, value in where.items():
        table = table[table[name] == value]
    return table


def by_wave(result, estimator, waves, **where):
    found = rows(result, estimator, **where)
    found = found[found["term"].isna()].set_index("wave")
    return found.loc[waves, COLUMNS].to_numpy(dtype=float)


@pytest.mark.parametrize("assignment", ["existing", "randomised"])
def test_mixed_model_against_r(three, assignment):
    result = estimate_change(three, cluster="org", assignment=assignment, **KEYS)
    expected = np.array(EXPECTED[assignment])
    plain = by_wave(result, "mixed model", ["2", "3"], estimand="difference between groups in change, all records")
    # Kenward-Roger as promised: 1e-6; lme4 stops at about 1e-6 in theta, which moves the last digits of dof
    assert plain == pytest.approx(expected[:2], rel=2e-6)
    trend = rows(result, "mixed model", term="trend")[COLUMNS].to_numpy(dtype=float)[0]
    assert trend == pytest.approx(expected[2], rel=2e-6)
    for position, (wave, group) in enumerate((w, g) for w in "23" for g in ("programme", "comparison")):
        arm = by_wave(result, "mixed model", [wave], role="arm", group=group)[0]
        assert arm == pytest.approx(expected[3 + position], rel=2e-6)
    assert result.primary.wave == "3"
    assert result.primary.method == "REML, Kenward-Roger"
    lowered = "follow_up_differs_by_arm" in {c.code for c in result.caveats}
    assert result.rung == ("L5" if assignment == "randomised" and not lowered else "L4")


def test_checks_against_r(three):
    result = estimate_change(three, cluster="org", **KEYS)
    assert by_wave(result, "within people", ["2", "3"]) == pytest.approx(np.array(EXPECTED["fixed_effects"]), rel=1e-7)
    assert by_wave(result, "difference-in-differences", ["2"])[0] == pytest.approx(
        np.array(EXPECTED["change_to_wave_2"]), rel=1e-8
    )


def test_weights_make_a_regression_primary(three):
    result = estimate_change(three, cluster="org", weight="w", **KEYS)
    assert by_wave(
        result, "regression on all records", ["2", "3"], estimand="difference between groups in change, all records"
    ) == pytest.approx(np.array(EXPECTED["weighted"]), rel=1e-8)
    assert result.primary.estimator == "regression on all records"
    assert not rows(result, "mixed model, unweighted").empty
    note = next(c for c in result.caveats if c.code == "weights_not_used")
    assert "mixed model, unweighted" in note.numbers["estimators"]
    assert "weighted" in result.route.estimator


def test_people_have_slopes_from_four_waves_against_r():
    result = estimate_change(pd.read_csv(ORACLE / "four.csv"), **KEYS)
    expected = np.array(EXPECTED["four"])
    plain = by_wave(result, "mixed model", ["2", "3", "4"], estimand="difference between groups in change, all records")
    assert plain == pytest.approx(expected[:3], rel=1e-5)  # dof of a five-parameter model; lme4 stops at 1e-6 in theta
    assert rows(result, "mixed model", term="trend")[COLUMNS].to_numpy(dtype=float)[0] == pytest.approx(
        expected[3], rel=1e-5
    )
    assert "own slopes" in result.primary.method


def whole(frame):
    return frame[frame.groupby("id")["wave"].transform("count") == frame["wave"].nunique()]


@pytest.mark.slow
def test_complete_panels_give_the_change_of_linked_people(three):
    result = estimate_change(whole(three), cluster="org", **KEYS)
    linked = by_wave(result, "difference-in-differences", ["2", "3"])[:, 0]
    fixed = by_wave(result, "within people", ["2", "3"])[:, 0]
    assert fixed == pytest.approx(linked, abs=1e-10)
    table = whole(three).pivot(index="id", columns="wave", values="y")
    arms = whole(three).drop_duplicates("id").set_index("id")["arm"]
    gain = (table[3] - table[1]).groupby(arms).mean()
    assert linked[1] == pytest.approx(gain[1] - gain[0], abs=1e-12)
    pure = estimate_change(whole(three), **KEYS)  # without organisations a balanced model is the difference of means
    model = by_wave(pure, "mixed model", ["2", "3"], estimand="difference between groups in change, all records")
    assert model[:, 0] == pytest.approx(linked, abs=1e-8)


@pytest.mark.slow
def test_difference_is_that_of_the_arms(three):
    for options in ({}, {"cluster": "org"}, {"cluster": "org", "weight": "w"}, {"assignment": "randomised"}):
        result = estimate_change(three, **{**KEYS, **options})
        last = {e.group: e.estimate for e in result.arms if e.wave == "3"}
        assert result.primary.estimate == pytest.approx(last["programme"] - last["comparison"], abs=1e-10)


def test_arms_of_two_waves(three):
    two = three[three["wave"] < 3]
    result = estimate_change(two, cluster="org", **KEYS)
    change = {e.group: e.estimate for e in result.arms}
    assert result.primary.estimator == "difference-in-differences"
    assert result.primary.estimate == pytest.approx(change["programme"] - change["comparison"], abs=1e-12)
    alone = estimate_change(two[two["arm"] == 1], cluster="org", **{**KEYS, "group": None})
    own = next(e for e in alone.estimates if e.estimator == "paired differences")
    mine = next(e for e in result.arms if e.group == "programme")
    assert (mine.estimate, mine.std_error, mine.dof) == pytest.approx((own.estimate, own.std_error, own.dof))


def test_wave_with_one_group_is_told(three):
    result = estimate_change(three[(three["wave"] != 2) | (three["arm"] == 1)], cluster="org", **KEYS)
    assert "wave_with_one_group" in {c.code for c in result.caveats}
    assert set(rows(result, "mixed model")["wave"].dropna()) == {"3"}
    assert np.isfinite(result.primary.estimate)


@pytest.mark.slow
def test_group_without_first_wave_is_described(three):
    for waves in ([1, 2, 3], [1, 3]):
        late = three[(three["wave"] > 1) | (three["arm"] == 0)]
        result = estimate_change(late, cluster="org", waves=waves, **KEYS)
        assert (result.primary, result.rung) == (None, "L0")
        note = next(c for c in result.caveats if c.code == "groups_cannot_be_compared")
        assert "the programme group at wave 1" in note.sentence
        assert {e.group for e in result.arms} == {"comparison"}


@pytest.mark.slow
def test_unlinked_panels_compare_waves(three):
    result = estimate_change(three, cluster="org", **{**KEYS, "unit": None})
    assert result.primary.estimator == "mixed model"
    assert len(rows(result, "difference-in-differences")) == 2


@pytest.mark.slow
def test_one_treated_organisation_stays_a_description(three):
    result = estimate_change(three.assign(arm=(three["org"] == 1) * 1), cluster="org", **KEYS)
    assert (result.primary, result.rung) == (None, "L0")
    assert np.isnan([e.std_error for e in result.arms if e.group == "programme"]).all()


@pytest.mark.slow
def test_shift_and_rescale(three):
    first = estimate_change(three, cluster="org", **KEYS)
    second = estimate_change(three.assign(y=three["y"] * 10 - 3), cluster="org", **KEYS)
    for a, b in zip(first.estimates, second.estimates, strict=True):
        if a.role in {"primary", "arm"} or a.estimator == "within people":
            assert b.estimate == pytest.approx(10 * a.estimate, rel=1e-5, abs=1e-8)
            assert b.dof == pytest.approx(a.dof, rel=1e-4)

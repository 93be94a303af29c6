"""Difference-in-differences: published tables, R, identities and guards."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sctoolkit.change.designs.did import did
from sctoolkit.errors import DesignError, OptionError

ORACLE = Path(__file__).parents[2] / "oracle/change"
EXPECTED = json.loads((ORACLE / "expected.json").read_text())


@pytest.fixture(scope="module")
def panel():
    return pd.read_csv(ORACLE / "panel.csv")


@pytest.fixture(scope="module")
def textbook(data_dir):
    folder = data_dir / "did_textbook"
    figures = {entry["id"]: entry for entry in json.loads((folder / "expected.json").read_text())}
    return folder, figures


def test_incinerator_and_injury_as_published(textbook):
    folder, figures = textbook
    houses = did(pd.read_csv(folder / "kielmc.csv"), outcome="rprice", wave="year", group="nearinc")
    assert houses.primary.estimate == pytest.approx(figures["kielmc_y81:nearinc"]["value"], abs=0.01)
    injury = pd.read_csv(folder / "injury.csv").query("ky == 1")
    table = did(injury, outcome="ldurat", wave="afchnge", group="highearn")
    assert table.primary.estimate == pytest.approx(figures["injury_afchnge:highearn"]["value"], abs=0.0006)
    assert table.provenance.n_used == figures["injury_n"]["value"]


def test_one_treated_state_gets_no_sandwich(textbook):
    folder, figures = textbook
    states = pd.read_csv(folder / "organ_donations.csv")
    states["treated"] = (states["State"] == "California").astype(int)
    found = did(states, outcome="Rate", wave="Quarter_Num", group="treated", cluster="State", unit="State", start=4)
    table = found.tidy().set_index("estimator")
    assert table.loc["regression", "estimate"] == pytest.approx(figures["organ_twfe"]["value"], abs=0.0006)
    assert np.isnan(table.loc["regression", "std_error"])
    assert (found.rung, found.primary) == ("L0", None)
    # Donald-Lang and placebo figures of methods: standard error .0313, p .48; rank p 5/27
    assert table.loc["means of organisations", "std_error"] == pytest.approx(0.0313, abs=5e-5)
    assert table.loc["means of organisations", "p_value"] == pytest.approx(0.48, abs=0.005)
    assert table.loc["permutation of organisations", "p_value"] == pytest.approx(5 / 27)
    assert "waves_before_the_start" not in {c.code for c in found.caveats}


def test_two_by_two_is_the_difference_of_mean_differences(panel):
    found = did(panel, outcome="y", wave="wave", group="arm", treated="programme")
    means = panel.groupby(["arm", "wave"])["y"].mean()
    by_hand = means["programme", 2] - means["programme", 1] - means["other", 2] + means["other", 1]
    assert found.primary.estimate == pytest.approx(by_hand, abs=1e-12)


def test_within_respondents_is_welch_of_changes(panel):
    linked = panel[panel["id"].notna()]
    both = linked[linked.groupby("id")["wave"].transform("count") == 2]
    found = did(both, outcome="y", wave="wave", group="arm", treated="programme", unit="id")
    wide = both.pivot(index=["id", "arm"], columns="wave", values="y").reset_index()
    change = wide[2] - wide[1]
    from scipy import stats

    expected = stats.ttest_ind(change[wide["arm"] == "programme"], change[wide["arm"] == "other"], equal_var=False)
    assert (found.primary.statistic, found.primary.dof) == pytest.approx((expected.statistic, expected.df))


def test_linked_people_in_organisations_against_r(panel):
    linked = panel[panel["id"].notna()]
    both = linked[linked.groupby("id")["wave"].transform("count") == 2]
    found = did(both, outcome="y", wave="wave", group="arm", treated="programme", unit="id", cluster="org")
    best = found.primary
    # absorbing respondents gives the change-score regression; CR2 of both is the same number
    assert (best.estimate, best.std_error, best.dof) == pytest.approx(EXPECTED["did_cr2"][:3], rel=1e-7)


def test_weights_and_absorption_agree_when_weights_are_equal(panel):
    plain = did(panel, outcome="y", wave="wave", group="arm", treated="programme", cluster="org").primary
    weighted = did(
        panel.assign(w=2.0), outcome="y", wave="wave", group="arm", treated="programme", cluster="org", weight="w"
    ).primary
    assert (weighted.estimate, weighted.std_error, weighted.dof) == pytest.approx(
        (plain.estimate, plain.std_error, plain.dof), rel=1e-8
    )


def waves_frame(n_waves=5, start=3, gain=0.4, seed=0):
    rng = np.random.default_rng(seed)
    rows = [
        {"org": o, "wave": w, "arm": o % 2, "y": 0.2 * o + 0.1 * w + gain * (o % 2) * (w >= start) + rng.normal(0, 0.2)}
        for o in range(12)
        for w in range(1, n_waves + 1)
        for _ in range(4)
    ]
    return pd.DataFrame(rows)


def test_event_study_is_the_two_by_two_of_its_waves():
    frame = waves_frame()
    found = did(frame, outcome="y", wave="wave", group="arm", cluster="org", start=3, n_draws=99)
    events = found.tidy().query("estimator == 'event study'").set_index("wave")
    means = frame.groupby(["arm", "wave"])["y"].mean()
    for wave in (1, 3, 4, 5):
        by_hand = means[1, wave] - means[0, wave] - means[1, 2] + means[0, 2]
        assert events.loc[str(wave), "estimate"] == pytest.approx(by_hand, abs=1e-10)
    assert events.loc["1", "role"] == "check"
    note = next(c for c in found.caveats if c.code == "waves_before_the_start")
    assert note.numbers["p_value"] == pytest.approx(events.loc["1", "p_value"], rel=1e-6)
    assert found.rung == "L4"


def test_few_treated_organisations_put_means_first():
    frame = waves_frame()
    frame["arm"] = (frame["org"] < 2).astype(int)
    found = did(frame, outcome="y", wave="wave", group="arm", cluster="org", start=3, n_draws=99)
    assert found.primary.estimator == "means of organisations"
    assert found.min_p == pytest.approx(1 / 66)


def test_what_cannot_be_compared(panel):
    keys = {"outcome": "y", "wave": "wave", "group": "arm", "treated": "programme"}
    with pytest.raises(DesignError, match="needs a comparison group"):
        did(panel.query("arm == 'programme'"), **keys)
    with pytest.raises(DesignError, match="wave before and one after"):
        did(panel.query("wave == 1"), **keys)
    with pytest.raises(DesignError, match="answers before and after") as caught:
        did(panel.query("not (arm == 'other' and wave == 2)"), **keys)
    assert "comparison after" in str(caught.value)
    with pytest.raises(OptionError, match="`start` must be a wave after the first"):
        did(panel, start=1, **keys)

"""Staggered entry: its averages are the kernel's, its permutation is exact, and its guards speak."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sctoolkit.change.designs.staggered_did import staggered_did
from sctoolkit.errors import DataError, DesignError
from sctoolkit.numerics.change.entry_order import entry_orders, simple_gains

KEYS = {"outcome": "y", "unit": "org", "wave": "wave", "entry": "entry"}


def frame(entries=(2, 2, 3, 3, 0, 0), n_waves=4, gain=0.5, people=5, seed=0):
    rng = np.random.default_rng(seed)
    rows = [
        {
            "org": f"o{o}",
            "wave": w,
            "entry": e or None,
            "y": o + 0.1 * w + gain * bool(e and w >= e) + rng.normal(0, 0.2),
        }
        for o, e in enumerate(entries)
        for w in range(1, n_waves + 1)
        for _ in range(people)
    ]
    return pd.DataFrame(rows)


def test_counties_against_r(oracle_dir):
    entries = json.loads((oracle_dir / "change/mpdta_did.json").read_text())["entries"]
    data = pd.read_csv(oracle_dir / "change/data/mpdta.csv")
    found = staggered_did(
        data, outcome="lemp", unit="countyreal", wave="year", entry="first.treat", control="never", n_draws=19
    )
    assert found.primary.estimate == pytest.approx(entries["agg_simple"]["value"]["overall_att"], abs=1e-10)
    dynamic = found.tidy().query("estimator == 'by waves since entry'")["estimate"]
    assert sorted(dynamic) == pytest.approx(sorted(entries["agg_dynamic"]["value"]["att_egt"]), abs=1e-10)
    # Welch's errors against the large-sample ones: cohorts of 20, 40 and 131 counties
    assert found.primary.std_error == pytest.approx(entries["agg_simple"]["value"]["overall_se"], rel=0.02)


def test_people_are_averaged_to_organisations_first():
    people = frame()
    means = people.groupby(["org", "wave", "entry"], dropna=False, as_index=False)["y"].mean()
    first, second = staggered_did(people, **KEYS), staggered_did(means, **KEYS)
    pd.testing.assert_frame_equal(first.tidy(), second.tidy())


def test_one_cohort_two_waves_is_the_difference_of_mean_differences():
    data = frame((2, 2, 2, 0, 0, 0), n_waves=2)
    means = data.assign(e=data["entry"].notna()).groupby(["e", "wave"])["y"].mean()
    by_hand = means[True, 2] - means[True, 1] - means[False, 2] + means[False, 1]
    assert staggered_did(data, **KEYS).primary.estimate == pytest.approx(by_hand)


def test_permutation_lists_every_order_and_counts_ties():
    orders, listed = entry_orders(np.array([2.0, 2.0, 3.0, np.inf]), 10, 1)
    assert listed
    assert len({tuple(o) for o in orders}) == len(orders) == 12
    data = frame((2, 2, 0, 0), n_waves=2)
    table = staggered_did(data, **KEYS).tidy().set_index("estimator")
    wide = data.groupby(["org", "wave"])["y"].mean().unstack().to_numpy()
    observed = abs(simple_gains(wide, np.array([1.0, 2.0]), np.array([[2, 2, np.inf, np.inf]]))[0])
    change = wide[:, 1] - wide[:, 0]
    pairs = [(a, b) for a in range(4) for b in range(a)]
    brute = [abs(change[list(p)].mean() - np.delete(change, p).mean()) >= observed - 1e-12 for p in pairs]
    p_value = table.loc["permutation of the order of entry", "p_value"]
    assert p_value == pytest.approx(np.mean(brute))


def test_estimates_in_rows_agree_with_the_kernel():
    from sctoolkit.numerics.change.group_time import group_time
    from sctoolkit.numerics.change.group_time_averages import aggregate

    rng = np.random.default_rng(1)
    y = rng.normal(size=(7, 5))
    y[2, 3] = np.nan
    entry = np.array([2, 2, 3, 4, 4, np.inf, np.inf])
    for control in ("not_yet", "never"):
        kernel = aggregate(group_time(y, np.arange(1.0, 6), entry, control=control), "simple").overall
        assert simple_gains(y, np.arange(1.0, 6), entry[None, :], control)[0] == pytest.approx(kernel)


def test_cohorts_of_one_speak_through_the_permutation_only():
    found = staggered_did(frame((2, 3, 4, 0), n_waves=4), **KEYS)
    assert found.primary.estimator == "permutation of the order of entry"
    assert np.isnan(found.primary.std_error)
    assert "cohort_of_one" in {c.code for c in found.caveats}
    assert found.primary.ci_low > 0
    assert "rose" in found.claim
    assert "in any other order" in found.claim


@pytest.mark.parametrize("entries", [(2, 2, 3), (2, 2, 2, 3, 0), (2, 2, 3, 3, 0, 0), (2, 2, 2, 3, 0, 0), (2, 2, 0, 0)])
def test_the_claim_is_about_the_primary_and_names_what_it_rests_on(entries):
    found = staggered_did(frame(entries, n_waves=3, gain=0.5), **KEYS)
    (best,) = (e for e in found.estimates if e.role == "primary")
    known = np.isfinite(best.ci_low) or np.isfinite(best.ci_high)
    assert ("cannot be judged" in found.claim) == (not known)
    assert ("in any other order" in found.claim) == (best.estimator == "permutation of the order of entry")


def test_an_average_that_leaves_out_a_cohort_does_not_carry_the_claim():
    found = staggered_did(frame((2, 2, 2, 3, 0, 0), n_waves=3, gain=0.5), **KEYS)
    table = found.tidy().set_index("estimator")
    part, order = table.loc["group-time differences"], table.loc["permutation of the order of entry"]
    assert found.primary.estimator == "permutation of the order of entry"
    assert "without cohorts and waves of one organisation" in part["method"]
    assert part["estimate"] != pytest.approx(order["estimate"])
    kept = found.cells[(found.cells[:, 1] >= found.cells[:, 0]) & np.isfinite(found.cells[:, 3])]
    assert part["estimate"] == pytest.approx(kept[:, 2].mean())  # one cohort is left, so cohort sizes do not matter
    assert "cohorts weighted by size;" in order["method"]


def test_an_interval_on_some_cohorts_is_better_than_none():
    found = staggered_did(frame((2, 2, 2, 3), n_waves=3, gain=0.5), **KEYS)
    order = next(e for e in found.estimates if e.estimator == "permutation of the order of entry")
    assert found.min_p > 0.05
    assert not np.isfinite(order.ci_low)
    assert not np.isfinite(order.ci_high)
    assert ("cannot be judged" in found.claim) == (not np.isfinite(found.primary.ci_low))


def test_early_entrants_are_left_out_and_named():
    found = staggered_did(frame((1, 2, 2, 0, 0)), **KEYS)
    note = next(c for c in found.caveats if c.code == "entered_before_first_wave")
    assert note.numbers["organisations"] == ["o0"]


def test_shift_rescale_and_order_of_rows():
    data = frame()
    first = staggered_did(data, **KEYS)
    second = staggered_did(data.assign(y=3 - 2 * data["y"]).sample(frac=1, random_state=1), **KEYS)
    for a, b in zip(first.estimates, second.estimates, strict=True):
        assert b.estimate == pytest.approx(-2 * a.estimate)
        assert b.p_value == pytest.approx(a.p_value, nan_ok=True)


def test_what_cannot_be_estimated():
    with pytest.raises(DesignError, match="Someone must be left"):
        staggered_did(frame((2, 2, 2)), **KEYS)
    with pytest.raises(DesignError, match="must enter after the first wave"):
        staggered_did(frame((0, 0, 0)), **KEYS)
    with pytest.raises(DesignError, match="two waves or more"):
        staggered_did(frame().query("wave == 1"), **KEYS)
    with pytest.raises(DesignError, match="never enter, and there are none"):
        staggered_did(frame((2, 2, 3, 3)), control="never", **KEYS)
    mixed = frame()
    mixed.loc[0, "entry"] = 3
    with pytest.raises(DataError, match="one wave of entry"):
        staggered_did(mixed, **KEYS)


def test_the_band_is_wider_than_each_interval_and_no_wider_than_bonferroni():
    table = staggered_did(frame((2, 2, 2, 3, 3, 3, 4, 4, 0, 0, 0, 0), n_waves=5), **KEYS).tidy()
    each = table.query("estimator == 'by waves since entry'").set_index("term")
    band = table.query("estimator == 'by waves since entry, all at once'").set_index("term").loc[each.index]
    assert (band["estimate"] == each["estimate"]).all()
    wider = (band["ci_high"] - band["ci_low"]) / (each["ci_high"] - each["ci_low"])
    bonferroni = stats.t.ppf(1 - 0.025 / len(each), each["dof"]) / stats.t.ppf(0.975, each["dof"])
    assert (wider > 1).all()
    assert (wider < bonferroni).all()


def test_one_wave_since_entry_needs_no_band():
    table = staggered_did(frame((2, 2, 2, 0, 0, 0), n_waves=2), **KEYS).tidy()
    assert not table["estimator"].str.contains("all at once").any()


def test_permutation_has_the_interval_of_a_constant_gain():
    found = staggered_did(frame((2, 2, 3, 3, 0, 0), gain=0.5), **KEYS)
    order = next(e for e in found.estimates if e.estimator == "permutation of the order of entry")
    assert order.ci_low < 0.5 < order.ci_high


@pytest.mark.slow
def test_the_band_covers_all_averages_at_once_as_promised():
    held, each_held = 0, 0
    for draw in range(400):
        data = frame((2,) * 6 + (3,) * 6 + (0,) * 8, n_waves=4, gain=0.5, people=1, seed=draw)
        table = staggered_did(data, n_draws=1, **KEYS).tidy()
        truth = table["term"].str.contains("since").astype(float) * 0.5
        inside = (table["ci_low"] <= truth) & (truth <= table["ci_high"])
        held += inside[table["estimator"] == "by waves since entry, all at once"].all()
        each_held += inside[table["estimator"] == "by waves since entry"].all()
    assert held / 400 > 0.92  # Monte-Carlo error .011
    assert each_held < held


@pytest.mark.slow
def test_welch_rejects_a_true_null_as_promised():
    rng = np.random.default_rng(8)
    hits = 0
    for draw in range(600):
        data = frame((2, 2, 2, 3, 3, 3, 0, 0, 0), n_waves=4, gain=0.0, people=1, seed=int(rng.integers(1e9)) + draw)
        hits += staggered_did(data, n_draws=1, **KEYS).primary.p_value < 0.05
    assert hits / 600 < 0.075  # Monte-Carlo error .009

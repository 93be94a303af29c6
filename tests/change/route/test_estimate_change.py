"""Change against R, known identities, and what comes back when the data cannot answer."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sctoolkit import estimate_change, regress
from sctoolkit.errors import DataError, DesignError, OptionError

ORACLE = Path(__file__).parents[2] / "oracle/change"
EXPECTED = json.loads((ORACLE / "expected.json").read_text())
KEYS = {"outcome": "y", "unit": "id", "wave": "wave"}


@pytest.fixture(scope="module")
def panel():
    return pd.read_csv(ORACLE / "panel.csv")


def numbers(result, estimator, role=None):
    table = result.tidy()
    row = table[(table["estimator"] == estimator) & ((table["role"] == role) if role else True)].iloc[0]
    return row[["estimate", "std_error", "dof", "p_value"]].to_numpy(dtype=float)


def test_one_group_without_organisations_against_r(panel):
    result = estimate_change(panel, **KEYS)
    assert numbers(result, "paired differences") == pytest.approx(EXPECTED["paired_t"], rel=1e-9)
    assert numbers(result, "difference of waves") == pytest.approx(EXPECTED["welch"], rel=1e-9)
    assert numbers(result, "partly overlapping samples")[:3] == pytest.approx(EXPECTED["overlap"], rel=1e-9)
    # Kenward-Roger as promised: 1e-6; lme4 itself stops at about 1e-6 in theta
    assert numbers(result, "mixed model", "primary")[:3] == pytest.approx(EXPECTED["mixed_people"], rel=1e-6)


def test_one_group_in_organisations_against_r(panel):
    result = estimate_change(panel, cluster="org", **KEYS)
    assert numbers(result, "paired differences") == pytest.approx(EXPECTED["paired_cr2"], rel=1e-8)
    assert numbers(result, "difference of waves") == pytest.approx(EXPECTED["within_cr2"], rel=1e-8)
    assert numbers(result, "mixed model", "primary")[:3] == pytest.approx(EXPECTED["mixed_organisations"], rel=1e-6)
    assert np.isnan(numbers(result, "partly overlapping samples")[3])


def test_two_sides_against_r(panel):
    result = estimate_change(panel, cluster="org", side="side", **KEYS)
    assert result.rung == "L1"
    assert numbers(result, "wave by side", "primary") == pytest.approx(EXPECTED["gap_change_cr2"], rel=1e-8)
    assert numbers(result, "mixed model", "check")[:3] == pytest.approx(EXPECTED["gap_change_mixed"], rel=1e-6)
    table = result.tidy()
    gaps = table[table["estimand"].str.startswith("gap,")].set_index("wave")["estimate"]
    assert numbers(result, "wave by side")[0] == pytest.approx(gaps["2"] - gaps["1"])
    assert not ((table["side"].isna()) & (table["estimand"] == "mean")).any()  # sides are never pooled


def test_existing_groups_against_r(panel):
    result = estimate_change(
        panel, cluster="org", group="arm", treated="programme", n_draws=199, reliability=0.8, **KEYS
    )
    assert result.rung == "L4"
    assert numbers(result, "difference-in-differences", "primary") == pytest.approx(EXPECTED["did_cr2"], rel=1e-8)
    assert numbers(result, "ANCOVA") == pytest.approx(EXPECTED["ancova_cr2"], rel=1e-8)
    assert numbers(result, "means of organisations")[:3] == pytest.approx(EXPECTED["did_means"][:3], rel=1e-8)
    assert numbers(result, "mixed model")[:3] == pytest.approx(EXPECTED["did_mixed"], rel=1e-6)
    assert {"lords_paradox"} <= {c.code for c in result.caveats}


def test_waves_against_r():
    result = estimate_change(pd.read_csv(ORACLE / "waves.csv"), cluster="org", **KEYS)
    table = result.tidy()
    mixed = table[(table["estimator"] == "mixed model") & table["wave"].notna()].set_index("wave")
    got = mixed.loc[["2", "3", "4"], ["estimate", "std_error", "dof"]].to_numpy(dtype=float)
    assert got == pytest.approx(np.array(EXPECTED["waves"]), rel=1e-6)
    assert mixed.loc["4", "role"] == "primary"


def test_sleep_against_r(oracle_dir):
    entries = json.loads((oracle_dir / "change/sleep_paired.json").read_text())["entries"]
    sleep = pd.read_csv(oracle_dir / "change/data/sleep.csv")
    keys = {"outcome": "extra", "wave": "group"}
    linked = estimate_change(sleep, unit="ID", **keys)
    expected = entries["paired_t"]["value"]
    best = linked.primary
    assert best.p_value == pytest.approx(expected["p_value"], rel=1e-9)
    assert (best.ci_low, best.ci_high) == pytest.approx(tuple(expected["conf_int"]), rel=1e-9)
    sizes = linked.tidy().set_index("estimator")["estimate"]
    assert sizes["g_av"] == pytest.approx(entries["d_family_formula"]["value"]["g_av"], rel=1e-9)
    alone = estimate_change(sleep, unit=None, **keys).primary
    expected = entries["welch_t_wrong_unpaired"]["value"]
    assert alone.p_value == pytest.approx(expected["p_value"], rel=1e-9)
    assert alone.dof == pytest.approx(expected["parameter"]["df"], rel=1e-9)


def test_kielmc_against_r(oracle_dir):
    entries = json.loads((oracle_dir / "change/kielmc_did.json").read_text())["entries"]
    houses = pd.read_csv(oracle_dir / "change/data/kielmc.csv")
    result = estimate_change(houses, outcome="rprice", unit=None, wave="year", group="nearinc", treated=1)
    value = entries["m1_HC2"]["value"]
    row = value["values"][value["rows"].index("y81:nearinc")]
    assert (result.primary.estimate, result.primary.std_error) == pytest.approx((row[0], row[1]), rel=1e-9)
    assert entries["cell_means"]["value"]["rprice"] == pytest.approx(
        [
            result.tidy().query("group == @g and wave == @w and estimand == 'mean'")["estimate"].iloc[0]
            for g in ("comparison", "programme")
            for w in ("1978", "1981")
        ]
    )


def test_many_organisations_enter_through_a_sandwich(panel):
    from sctoolkit.change.models.mixed_robust import robust_mixed

    rng = np.random.default_rng(9)
    rows = [(i, w, i % 60, 3 + 0.2 * w + rng.normal()) for i in range(300) for w in (1, 2) if w == 1 or i % 3]
    frame = pd.DataFrame(rows, columns=["id", "wave", "org", "y"])
    best = estimate_change(frame, cluster="org", n_draws=99, **KEYS).primary
    assert best.method == "REML over people, CR2 by organisation"
    fit = robust_mixed("y ~ post", frame.assign(post=frame["wave"] - 1.0), random="1 | id", cluster="org")
    assert (best.estimate, best.std_error, best.dof) == pytest.approx(
        (fit.coef[1], fit.std_error[1], fit.dof[1]), rel=1e-8
    )


# identities --------------------------------------------------------------------------------------------------------


def wide(panel):
    table = panel.dropna(subset=["id"]).pivot(index="id", columns="wave", values="y").dropna()
    arms = panel.drop_duplicates("id").set_index("id")["arm"]
    return table.rename(columns={1: "pre", 2: "post"}).assign(arm=(arms == "programme").astype(float)).reset_index()


def test_change_score_given_before_is_ancova(panel):
    table = wide(panel).assign(change=lambda t: t["post"] - t["pre"])
    one = regress("change ~ arm + pre", table).tidy().set_index("term").loc["arm"]
    two = regress("post ~ arm + pre", table).tidy().set_index("term").loc["arm"]
    assert one["estimate"] == pytest.approx(two["estimate"], abs=1e-12)
    assert one["std_error"] == pytest.approx(two["std_error"], abs=1e-12)
    mine = numbers(estimate_change(panel, group="arm", treated="programme", **KEYS), "ANCOVA")
    assert mine[0] == pytest.approx(two["estimate"], abs=1e-12)


def test_did_is_the_difference_of_mean_differences(panel):
    mine = estimate_change(panel, outcome="y", unit=None, wave="wave", group="arm", treated="programme").primary
    means = panel.groupby(["arm", "wave"])["y"].mean()
    by_hand = (means["programme", 2] - means["programme", 1]) - (means["other", 2] - means["other", 1])
    assert mine.estimate == pytest.approx(by_hand, abs=1e-12)


def test_dropping_a_wave_does_not_change_the_others():
    four = pd.read_csv(ORACLE / "waves.csv")
    all_of_them = estimate_change(four, cluster="org", **KEYS).tidy()
    without = estimate_change(four[four["wave"] != 2], cluster="org", **KEYS).tidy()
    for name in ("paired differences", "difference of waves", "mean of the wave"):
        left, right = (
            table[(table["estimator"] == name) & table["wave"].isin(["3", "4"])].reset_index(drop=True)
            for table in (all_of_them, without)
        )
        pd.testing.assert_frame_equal(left, right)


@pytest.mark.parametrize("options", [{}, {"cluster": "org"}, {"cluster": "org", "side": "side"},
                                     {"cluster": "org", "group": "arm", "treated": "programme"}])  # fmt: skip
def test_shift_and_rescale(panel, options):
    first = estimate_change(panel, n_draws=99, **KEYS, **options)
    moved = estimate_change(panel.assign(y=panel["y"] * 10 - 7), n_draws=99, **KEYS, **options)
    for a, b in zip(first.estimates, moved.estimates, strict=True):
        if a.role == "detail":
            continue
        assert b.estimate == pytest.approx(10 * a.estimate, rel=1e-5, abs=1e-8)
        assert b.p_value == pytest.approx(a.p_value, rel=1e-4, nan_ok=True)
    assert first.claim == moved.claim


def test_order_of_rows_does_not_matter(panel):
    first = estimate_change(panel, cluster="org", **KEYS).tidy()
    second = estimate_change(panel.sample(frac=1, random_state=3), cluster="org", **KEYS).tidy()
    pd.testing.assert_frame_equal(first, second, rtol=1e-6)


def test_weights_of_one_change_nothing(panel):
    first = estimate_change(panel, cluster="org", **KEYS)
    second = estimate_change(panel.assign(w=1.0), cluster="org", weight="w", **KEYS)
    plain = {(e.estimand, e.estimator, e.wave): e for e in first.estimates if e.term is None}
    for e in second.estimates:
        twin = plain.get((e.estimand, e.estimator.removesuffix(", unweighted"), e.wave))
        if twin is not None:
            assert e.estimate == pytest.approx(twin.estimate, nan_ok=True)
            assert e.std_error == pytest.approx(twin.std_error, nan_ok=True)


def test_weighted_records_are_answered_by_a_weighted_regression(panel):
    weights = np.random.default_rng(5).uniform(0.5, 2, len(panel))
    data = panel.assign(w=weights, post=panel["wave"] - 1.0)
    result = estimate_change(data, cluster="org", weight="w", **KEYS)
    term = regress("y ~ post", data, cluster="org", weights="w").tidy().set_index("term").loc["post"]
    assert numbers(result, "regression on all records", "primary") == pytest.approx(
        term[["estimate", "std_error", "dof", "p_value"]].to_numpy(dtype=float)
    )
    plain = estimate_change(panel, cluster="org", **KEYS)
    assert numbers(result, "mixed model, unweighted", "check")[0] == numbers(plain, "mixed model")[0]
    assert numbers(result, "partly overlapping samples, unweighted", "check")[0] == pytest.approx(
        numbers(plain, "partly overlapping samples")[0]
    )
    assert "weighted regression" in str(result.route)


def test_wrong_links_are_corrected_for(panel):
    result = estimate_change(panel, false_match_rate=0.05, **KEYS)
    note = next(c for c in result.caveats if c.code == "false_matches").numbers
    assert note["correlation_corrected"] == pytest.approx(note["correlation"] / 0.95)


# what the data cannot answer ---------------------------------------------------------------------------------------


def codes(result):
    return {c.code for c in result.caveats}


def test_one_wave_only(panel):
    result = estimate_change(panel[panel["wave"] == 1], cluster="org", **KEYS)
    assert (result.rung, result.primary) == ("L0", None)
    assert "one_wave" in codes(result)
    assert len(result.tidy()) == 1


def test_all_missing_follow_up(panel):
    result = estimate_change(panel.assign(y=panel["y"].where(panel["wave"] == 1)), cluster="org", **KEYS)
    assert result.rung == "L0"
    assert codes(result) >= {"one_wave", "rows_left_out"}


def test_a_treated_group_with_no_comparison(panel):
    only = panel[panel["arm"] == "programme"]
    result = estimate_change(only, cluster="org", group="arm", treated="programme", **KEYS)
    assert "no_comparison" in codes(result)
    assert result.rung == "L1"
    assert "effect" not in str(result)


def test_organisations_confounded_with_waves(panel):
    rows = panel[(panel["wave"] == 1) == (panel["org"] <= 6)]
    result = estimate_change(rows, cluster="org", **KEYS)
    assert (result.rung, result.primary) == ("L0", None)
    assert "organisations_confounded_with_waves" in codes(result)


def test_constant_outcome(panel):
    result = estimate_change(panel.assign(y=3), cluster="org", **KEYS)
    assert (result.rung, result.primary) == ("L0", None)
    assert "constant_outcome" in codes(result)


def test_one_treated_organisation_gets_no_sandwich(panel):
    arms = panel.assign(arm=np.where(panel["org"] == 1, "programme", "other"))
    result = estimate_change(arms, cluster="org", group="arm", treated="programme", assignment="randomised", **KEYS)
    assert (result.rung, result.primary) == ("L0", None)
    table = result.tidy().set_index("estimator")
    assert np.isnan(table.loc[["ANCOVA", "difference-in-differences"], "std_error"].to_numpy(dtype=float)).all()
    assert table.loc["permutation of organisations", "p_value"] >= 1 / 12 - 1e-12


def test_few_organisations_put_their_means_first(panel):
    arms = panel.assign(arm=np.where(panel["org"] <= 3, "programme", "other"))
    result = estimate_change(arms, cluster="org", group="arm", treated="programme", n_draws=99, **KEYS)
    assert result.primary.estimator == "means of organisations"
    assert result.primary.dof == result.primary.n_clusters - 2
    four = estimate_change(panel[panel["org"] <= 4].dropna(), cluster="org", unit=None, outcome="y", wave="wave")
    assert four.primary.estimator == "means of organisations"
    assert "cannot_reach_level" in codes(four)


def test_one_organisation(panel):
    result = estimate_change(panel[panel["org"] == 1], cluster="org", **KEYS)
    assert "one_organisation" in codes(result)
    assert np.isfinite(result.primary.std_error)


def test_uneven_loss_lowers_the_claim_of_a_randomised_study(panel):
    lost = (panel["arm"] == "programme") & (panel["wave"] == 2) & (panel["id"] % 2 == 0)
    result = estimate_change(
        panel[~lost], cluster="org", group="arm", treated="programme", assignment="randomised", n_draws=99, **KEYS
    )
    assert result.rung == "L4"
    assert "follow_up_differs_by_arm" in codes(result)


def test_one_organisation_for_a_side_gets_no_error_of_the_gap(panel):
    rows = panel[(panel["side"] == "community") | (panel["org"] == 12)]
    result = estimate_change(rows, cluster="org", side="side", **KEYS)
    assert "one_organisation_for_a_side" in codes(result)
    assert np.isnan(result.primary.std_error)
    assert "cannot be judged" in result.claim


def test_groups_are_compared_on_one_side_at_a_time(panel):
    with pytest.raises(DesignError, match="one side at a time"):
        estimate_change(panel, cluster="org", side="side", group="arm", treated="programme", **KEYS)


def test_people_who_change_group_or_organisation_are_counted(panel):
    moved = panel.copy()
    first = moved.index[(moved["id"] == 1) | (moved["id"] == 2)]
    both = moved.loc[moved["id"].duplicated(keep=False) & moved["id"].notna(), "id"].iloc[0]
    late = moved.index[(moved["id"] == both) & (moved["wave"] == 2)]
    assert len(first)
    moved.loc[late, "org"] = 12 if moved.loc[late, "org"].iloc[0] != 12 else 1
    assert "moved_between_organisations" in codes(estimate_change(moved, cluster="org", **KEYS))


def test_sign_that_depends_on_the_choice():
    rng = np.random.default_rng(1)
    rows = []
    for i in range(400):
        arm = i % 2
        trait = rng.normal(1.0 * arm, 0.6)
        for wave, gain in ((1, 0.0), (2, -0.15 * arm)):
            rows.append({"id": i, "wave": wave, "arm": arm, "y": trait + gain + rng.normal(0, 0.8)})
    result = estimate_change(pd.DataFrame(rows), group="arm", **KEYS)
    assert "sign_not_determined" in codes(result)
    assert result.rung == "L1"
    assert "not determined" in result.claim


def test_everyone_is_accounted_for(panel):
    holes = panel.assign(org=panel["org"].where(panel.index % 10 != 0), y=panel["y"].where(panel.index % 7 != 0))
    result = estimate_change(holes, cluster="org", **KEYS)
    lost = next(c for c in result.caveats if c.code == "rows_left_out").numbers
    assert result.provenance.n_used + sum(lost.values()) == len(panel)


def test_mistyped_calls(panel):
    with pytest.raises(DataError, match="Column `yy` must be in the data"):
        estimate_change(panel, outcome="yy", unit="id", wave="wave")
    with pytest.raises(DataError, match="Weights must be 0 or more"):
        estimate_change(panel.assign(w=-1.0), weight="w", **KEYS)
    with pytest.raises(DataError, match="must hold numbers, not `good`"):
        estimate_change(panel.assign(y="good"), **KEYS)
    with pytest.raises(DataError, match="one row a wave"):
        estimate_change(pd.concat([panel, panel]), **KEYS)
    with pytest.raises(DesignError, match="which group of `arm`"):
        estimate_change(panel.replace({"programme": "a"}), group="arm", **KEYS)
    with pytest.raises(DesignError, match="must be a group"):
        estimate_change(panel, group="arm", treated="programm", **KEYS)
    with pytest.raises(DesignError, match="two groups, not 12"):
        estimate_change(panel, group="org", **KEYS)
    for option in ({"ci_level": 95}, {"reliability": 1.2}, {"false_match_rate": 1.0}, {"scale_range": (5, 1)},
                   {"assignment": "random"}, {"primary": "lord"}, {"treated": "x"}):  # fmt: skip
        with pytest.raises(OptionError):
            estimate_change(panel, **KEYS, **option)

"""Invariance ladders against semTools::measEq.syntax and lavTestLRT (tests/oracle/invariance.R)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sctoolkit.errors import DataError, OptionError
from sctoolkit.measurement.invariance.invariance import invariance
from sctoolkit.measurement.invariance.invariance_effect import fieller

ORACLE = Path(__file__).parents[2] / "oracle" / "cfa"
TWO = "f1 =~ u1 + u2 + u3 + u4\nf2 =~ u5 + u6 + u7 + u8"
PAIR = "f =~ y1 + y2 + y3\nm =~ y4 + y5 + y6"
ONE = "f =~ u1 + u2 + u3 + u4"
CASES: dict[str, tuple[str, str, dict]] = {
    "five": ("five", TWO, {"ordered": True, "group": "g"}),
    "five_ulsmv": ("five", TWO, {"ordered": True, "group": "g", "estimator": "ULSMV"}),
    "three": ("three", TWO, {"ordered": True, "group": "g"}),
    "binary": ("binary", TWO, {"ordered": True, "group": "g"}),
    "five_partial": ("five", TWO, {"ordered": True, "group": "g", "partial": ["u3 ~ 1"]}),
    "long": ("longitudinal", ONE, {"ordered": True, "waves": ["pre", "post"]}),
    "long_ml": ("longitudinal", ONE, {"ordered": False, "waves": ["pre", "post"], "estimator": "ML"}),
    **{
        f"continuous_{name}": ("continuous", PAIR, {"ordered": False, "group": "g", "estimator": name})
        for name in ("ML", "MLR", "MLM")
    },
}
COLUMNS = {
    "chisq": "chi2",
    "df": "dof",
    "chisq.scaled": "chi2_scaled",
    "cfi": "cfi",
    "cfi.scaled": "cfi_scaled",
    "rmsea": "rmsea",
    "rmsea.scaled": "rmsea_scaled",
    "srmr": "srmr",
    "diff_chi2": "diff_chi2",
    "diff_dof": "diff_dof",
    "diff_p": "diff_p_value",
}


def frame(name: str) -> pd.DataFrame:
    return pd.read_csv(ORACLE / f"{name}.csv")


@cache
def result(case: str):
    data, model, options = CASES[case]
    return invariance(frame(data), model, propose=case in ("five", "long", "three"), **options)


@pytest.mark.parametrize("case", CASES)
def test_levels_equal_semtools(case: str) -> None:
    table = result(case).tidy().set_index("level")
    wanted = frame("invariance").query("case == @case")
    assert list(dict.fromkeys(wanted["level"])) == list(table.index)
    for _, row in wanted.iterrows():
        if np.isfinite(row["value"]) and row["name"] in COLUMNS:
            # chi-squares of lavaan carry its optimiser's 1e-5
            loose = 2e-3 if "chi" in row["name"] else 1e-4
            assert table.loc[row["level"], COLUMNS[row["name"]]] == pytest.approx(row["value"], abs=loose), row["name"]


def test_three_categories_leave_the_thresholds_level_unchanged() -> None:
    table = result("three").tidy().set_index("level")
    assert table.loc["thresholds", "diff_dof"] == 0
    assert table.loc["thresholds", "chi2"] == pytest.approx(table.loc["configural", "chi2"], abs=1e-8)
    assert "level_not_testable" in {caveat.code for caveat in result("three").caveats}


def test_degrees_of_freedom_follow_wu_and_estabrook() -> None:
    assert result("five").tidy()["dof"].tolist() == [38, 54, 60, 66, 74]
    assert result("binary").tidy()["dof"].tolist() == [38, 50]


def test_the_shifted_item_is_found_and_its_drift_measured() -> None:
    outcome = result("long")  # u4 is shifted by .45 latent units at the second wave
    assert outcome.verdict == "metric"
    assert outcome.partial_verdict == "strict"
    assert outcome.releases()["parameter"].tolist() == ["u4 ~ 1"]
    effect = outcome.effect().iloc[0]
    assert effect["expected"] == pytest.approx(effect["observed"], abs=0.02)
    assert effect["people"] + effect["drift"] == pytest.approx(effect["expected"], abs=1e-12)
    assert 0.05 < effect["drift"] < 0.2
    assert effect["drift_share"] == pytest.approx(effect["drift"] / effect["expected"])
    items = outcome.items().set_index("item")
    assert items["dmacs"].idxmax() == "u4"
    # residual variances are free at the scalar level, so the other items differ a little as well
    assert items["bias"].sum() / 4 == pytest.approx(effect["drift"], abs=1e-10)


def test_full_invariance_has_no_drift() -> None:
    outcome = result("continuous_MLR")
    assert outcome.verdict == "strict"
    assert outcome.effect()["drift"].abs().max() < 1e-12


def test_waves_in_rows_and_in_columns_agree() -> None:
    wide = frame("longitudinal")
    parts = [
        wide[[f"u{k}.{wave}" for k in range(1, 5)]]
        .set_axis(["u1", "u2", "u3", "u4"], axis=1)
        .assign(wave=wave, person=np.arange(500))
        for wave in ("pre", "post")
    ]
    long = pd.concat(parts, ignore_index=True)
    outcome = invariance(long, ONE, ordered=True, waves="wave", unit="person", propose=False)
    assert outcome.tidy()["chi2"].to_numpy() == pytest.approx(result("long").tidy()["chi2"].to_numpy(), abs=1e-8)


def test_groups_and_waves_together() -> None:
    data = frame("longitudinal").assign(side=np.where(np.arange(500) % 2, "staff", "residents"))
    outcome = invariance(data, ONE, ordered=True, waves=["pre", "post"], group="side", propose=False)
    assert len(outcome.setup.blocks) == 4
    assert outcome.tidy()["level"].tolist() == ["configural", "thresholds", "metric", "scalar", "strict"]
    assert outcome.tidy()["diff_dof"].tolist()[1:] == [24, 9, 9, 12]


def test_structural_levels_follow_strict() -> None:
    data = frame("continuous")
    outcome = invariance(
        data, PAIR, ordered=False, group="g", extra_levels=["variances", "covariances", "means"], propose=False
    )
    assert outcome.tidy()["diff_dof"].tolist()[-3:] == [2, 1, 2]


def test_refusals() -> None:
    data = frame("longitudinal")
    with pytest.raises(OptionError, match="neither"):
        invariance(data, ONE, ordered=True)
    with pytest.raises(DataError, match="Wave `later`"):
        invariance(data, ONE, ordered=True, waves=["pre", "later"])
    with pytest.raises(OptionError, match="apart"):
        invariance(data.assign(wave=1), ONE, ordered=True, waves="wave")
    lacking = data.copy()
    lacking.loc[lacking["u1.post"] == 5, "u1.post"] = 4
    with pytest.raises(DataError, match=r"u1\.post"):
        invariance(lacking, ONE, ordered=True, waves=["pre", "post"])
    collapsed = invariance(
        lacking, ONE, ordered=True, waves=["pre", "post"], empty_categories="collapse", propose=False
    )
    assert "categories_collapsed" in {caveat.code for caveat in collapsed.caveats}


def test_semtools_example_data(data_dir: Path) -> None:
    import json

    data = pd.read_csv(data_dir / "semtools_cat_long" / "datCat.csv")
    items = "F1 =~ u1 + u2 + u3 + u4\nF2 =~ u5 + u6 + u7 + u8"
    table = invariance(data, items, ordered=True, group="g", propose=False).tidy().set_index("level")
    figures = {
        entry["id"]: entry for entry in json.loads((data_dir / "semtools_cat_long" / "expected.json").read_text())
    }
    for theirs, ours in (("configural", "configural"), ("thresholds", "thresholds"), ("loadings_thresholds", "metric")):
        for name, column in (("chisq", "chi2"), ("df", "dof"), ("chisq.scaled", "chi2_scaled"), ("srmr", "srmr")):
            entry = figures[f"cat_{theirs}_{name}"]
            assert table.loc[ours, column] == pytest.approx(entry["value"], abs=entry["tol"])


def test_schools_of_holzinger_and_swineford(data_dir: Path) -> None:
    import json

    data = pd.read_csv(data_dir / "holzinger_swineford" / "hs1939.csv")
    model = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
    table = invariance(data, model, ordered=False, estimator="ML", group="school", propose=False).tidy()
    table = table.set_index("level")
    path = data_dir / "holzinger_swineford" / "expected.json"
    for entry in json.loads(path.read_text()):
        parts = entry["id"].split("_")
        if entry["id"].startswith("mi_school") and parts[3] in ("chisq", "df", "cfi", "rmsea", "srmr"):
            name = {"chisq": "chi2", "df": "dof"}.get(parts[3], parts[3])
            assert table.loc[parts[2], name] == pytest.approx(entry["value"], abs=1e-4)


def test_weights_count_in_the_observed_gap() -> None:
    data = frame("longitudinal")
    data["w"] = np.where(data["u1.post"] > 3, 3.0, 1.0)
    options = {"ordered": True, "waves": ["pre", "post"], "partial": ["u4 ~ 1"], "alpha": 1e-9, "propose": False}
    outcome = invariance(data, ONE, weights="w", **options)
    means = [
        np.average(data.filter(like=wave).to_numpy(), axis=0, weights=data["w"]).mean() for wave in ("pre", "post")
    ]
    effect = outcome.effect().iloc[0]
    assert effect["observed"] == pytest.approx(means[1] - means[0], abs=1e-12)
    plain = invariance(data, ONE, **options)
    assert abs(effect["observed"] - plain.effect().iloc[0]["observed"]) > 0.1
    assert effect["expected"] == pytest.approx(effect["observed"], abs=0.05)
    same = invariance(data.assign(w=2.0), ONE, weights="w", **options)
    assert same.items()["dmacs"].to_numpy() == pytest.approx(plain.items()["dmacs"].to_numpy(), abs=1e-6)


def test_drift_comes_with_its_interval_and_that_of_its_share() -> None:
    effect = result("long").score_effects[0]
    assert effect.drift_ci_low == pytest.approx(effect.drift - 1.959964 * effect.drift_std_error, abs=1e-6)
    assert 0.0 < effect.share_ci_low < effect.share < effect.share_ci_high
    wider = invariance(frame("longitudinal"), ONE, ordered=True, waves=["pre", "post"], ci_level=0.99).score_effects[0]
    assert wider.drift_ci_low < effect.drift_ci_low
    assert wider.share_ci_high > effect.share_ci_high
    none = result("continuous_MLR").effect()  # equal by construction: nothing to be uncertain about
    assert none[["drift_ci_low", "share_ci_low"]].isna().all(axis=None)


@given(st.floats(-3, 3), st.floats(0.5, 3), st.floats(0.01, 1), st.floats(0.01, 0.05), st.floats(-0.9, 0.9))
def test_ends_of_the_share_are_where_a_test_of_that_share_is_just_rejected(top, bottom, var_top, var_bottom, r) -> None:
    joint = r * np.sqrt(var_top * var_bottom)
    for end in fieller(top, bottom, var_top, var_bottom, joint, 1.96):
        gap = top - end * bottom
        assert gap**2 == pytest.approx(1.96**2 * (var_top - 2 * end * joint + end**2 * var_bottom), rel=1e-6)
    assert np.isnan(fieller(top, 0.01, var_top, var_bottom, joint, 1.96)).all()


@pytest.mark.parametrize("name", ["u9 ~ 1", "f1 =~ u5", "u1 | t7", "f1 ~~ f2", "trust =~ u1"])
def test_a_release_that_matches_nothing_is_refused(name: str) -> None:
    with pytest.raises(OptionError, match=r"and `.*` is none"):
        invariance(frame("five"), TWO, ordered=True, group="g", partial=[name])


def test_a_release_of_a_structural_level_needs_that_level() -> None:
    options = {"ordered": False, "group": "g", "partial": ["f ~~ f"], "propose": False}
    with pytest.raises(OptionError, match="`f ~~ f` is none"):
        invariance(frame("continuous"), PAIR, **options)
    outcome = invariance(frame("continuous"), PAIR, extra_levels=["variances"], **options)
    assert outcome.tidy()["diff_dof"].tolist()[-1] == 1


def test_change_of_fit_of_ordinal_items_is_that_of_scaled_indices() -> None:
    """Robust indices of ordinal models see correlations alone: benchmarks/RESULTS-robust_indices.md."""
    table = result("five").tidy()
    assert table["delta_cfi"].to_numpy()[1:] == pytest.approx(np.diff(table["cfi_scaled"]), abs=1e-12)
    assert table["delta_rmsea"].to_numpy()[1:] == pytest.approx(np.diff(table["rmsea_scaled"]), abs=1e-12)

"""Ordered items beside continuous ones and given covariates, against lavaan 0.6-14 (tests/oracle/mixed_items.R)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sctoolkit.measurement.structure.confirm import cfa
from sctoolkit.numerics.ordinal.cumulative_link import fit_cumulative

ORACLE = Path(__file__).parents[2] / "oracle" / "mixed_items"
ORDERED = ["u1", "u2", "u3", "u4"]
PLAIN = "f1 =~ u1 + u2 + y1 + y2\nf2 =~ u3 + u4 + y3 + y4"
MIMIC = PLAIN + "\nf1 ~ x1 + x2\nf2 ~ x1 + x2\nu2 ~ x1"
ORDINAL = "f =~ u1 + u2 + u3 + u4\nf ~ x1 + x2\nu2 ~ x1"
PATH = "u1 ~ x1 + a*y1\ny1 ~ b*x2 + x1\nu4 ~ y1 + x2\nab := a*b"
MEDIATOR = "u1 ~ x1 + y1\ny1 ~ x2 + x1\nu4 ~ u1 + x2"
TWO = {"ordered": ["u1", "u4"]}
LOADINGS = {"group": "group", "group_equal": ["loadings"]}

CASES: dict[str, tuple[str, str, dict]] = {
    **{f"plain_{name}": (PLAIN, "mixed", {"estimator": name}) for name in ("WLSMV", "WLSM", "ULSMV", "ULSM", "WLS")},
    "plain_theta": (PLAIN, "mixed", {"parameterization": "theta"}),
    "plain_marker": (PLAIN, "mixed", {"std_lv": False}),
    "plain_pairwise": (PLAIN, "gaps", {"missing": "pairwise"}),
    "plain_listwise": (PLAIN, "gaps", {}),
    "plain_weights": (PLAIN, "mixed", {"weights": "weight"}),
    "plain_groups_loadings": (PLAIN, "mixed", LOADINGS),
    **{f"mimic_{name}": (MIMIC, "mixed", {"estimator": name}) for name in ("WLSMV", "ULSMV", "WLS")},
    "mimic_theta": (MIMIC, "mixed", {"parameterization": "theta"}),
    "mimic_pairwise": (MIMIC, "gaps", {"missing": "pairwise"}),
    "mimic_weights": (MIMIC, "mixed", {"weights": "weight"}),
    "mimic_groups": (MIMIC, "mixed", {"group": "group"}),
    "mimic_groups_loadings": (MIMIC, "mixed", LOADINGS),
    "ordinal_WLSMV": (ORDINAL, "mixed", {"ordered": True}),
    "path_WLSMV": (PATH, "mixed", TWO),
    "mediator_theta": (MEDIATOR, "mixed", TWO | {"parameterization": "theta"}),
}
MEASURES = {
    "npar": "n_par", "chisq": "chi2", "df": "dof", "baseline.chisq": "chi2_baseline", "baseline.df": "dof_baseline",
    "srmr": "srmr", "chisq.scaled": "chi2_scaled", "pvalue.scaled": "p_value_scaled", "cfi": "cfi", "tli": "tli",
    "chisq.scaling.factor": "scaling_factor", "rmsea": "rmsea", "cfi.scaled": "cfi_scaled", "tli.scaled": "tli_scaled",
    "rmsea.scaled": "rmsea_scaled", "rmsea.ci.lower.scaled": "rmsea_ci_low_scaled",
    "rmsea.ci.upper.scaled": "rmsea_ci_high_scaled",
}  # fmt: skip


@cache
def frame(name: str) -> pd.DataFrame:
    return pd.read_csv(ORACLE / f"{name}.csv")


@cache
def fitted(case: str):
    model, data, options = CASES[case]
    return cfa(frame(data), model, **({"ordered": ORDERED} | options))


def oracle(name: str, case: str) -> pd.DataFrame:
    table = pd.read_csv(ORACLE / f"{name}.csv", keep_default_na=False, na_values=["NA"])
    return table[table["case"] == case]


def by_name(table: pd.DataFrame) -> dict[tuple[str, str, str, str], int]:
    groups = table["group"] if "group" in table else ["1"] * len(table)
    return {key: at for at, key in enumerate(zip(table["lhs"], table["op"], table["rhs"], groups, strict=True))}


@pytest.mark.parametrize("case", CASES)
def test_estimates_errors_and_standardised_solution(case: str) -> None:
    # 1e-4: lavaan's optimiser stops at about 1e-5 of an estimate where several groups share parameters
    table, standard = fitted(case).tidy(), fitted(case).standardized()
    place, compared = by_name(table), 0
    theta = CASES[case][2].get("parameterization") == "theta"
    for row in oracle("estimates", case).itertuples():
        if theta and row.op == "~*~":
            continue  # scales that follow from residual variances 1 are no rows of our table
        op, rhs = ("~", "1") if row.op == "~1" else (row.op, row.rhs)
        names = [(row.lhs, op, rhs, str(row.group)), (rhs, op, row.lhs, str(row.group))]
        found = [name for name in names if name in place]
        assert found, names[0]
        ours = table.iloc[place[found[0]]]
        assert ours["estimate"] == pytest.approx(row.est, abs=1e-4), names[0]
        assert np.nan_to_num(ours["std_error"]) == pytest.approx(row.se, abs=1e-4), names[0]
        if op != ":=":
            ours = standard.iloc[place[found[0]]]
            assert ours["estimate"] == pytest.approx(row.std, abs=1e-4), names[0]
            assert np.nan_to_num(ours["std_error"]) == pytest.approx(row.std_se, abs=1e-4), names[0]
        compared += 1
    assert compared > 10


@pytest.mark.parametrize("case", CASES)
def test_fit_measures(case: str) -> None:
    # chi-square 1e-3, fit 1e-4; the baseline moves by 3e-4 in 3,500 with lavaan's correlations (they end at 1e-7)
    measures = fitted(case).measures
    for row in oracle("measures", case).itertuples():
        if pd.isna(row.value):
            continue
        digits = 1e-3 if "chisq" in row.name else 1e-4
        assert measures[MEASURES[row.name]] == pytest.approx(row.value, abs=digits), row.name
    assert np.isnan(measures["rmsea_robust"])


@pytest.mark.parametrize("case", ["plain_WLSMV", "mimic_WLSMV"])
def test_modification_indices(case: str) -> None:
    ours = fitted(case).modification_indices().set_index(["lhs", "op", "rhs"])
    compared = 0
    for row in oracle("indices", case).itertuples():
        if (row.lhs, row.op, row.rhs) not in ours.index or row.mi < 1e-4:
            continue  # lavaan also frees paths from factors to covariates and between items
        found = ours.loc[(row.lhs, row.op, row.rhs)]
        assert found["mi"] == pytest.approx(row.mi, abs=1e-3), row
        # lavaan 0.6-14 multiplies expected changes by (N - 1) / N
        assert found["epc"] * 599 / 600 == pytest.approx(row.epc, abs=1e-4), row
        assert found["epc_std_all"] * 599 / 600 == pytest.approx(row._7, abs=1e-4), row
        compared += 1
    assert compared >= 35


def test_delta_and_theta_are_one_model() -> None:
    for name in ("plain", "mimic"):
        delta, theta = fitted(f"{name}_WLSMV"), fitted(f"{name}_theta")
        assert delta.measures["chi2"] == pytest.approx(theta.measures["chi2"], abs=1e-8)
        first, second = delta.standardized(), theta.standardized()
        rows = first["op"].isin(["=~", "~"]) & (first["rhs"] != "1")
        other = second["op"].isin(["=~", "~"]) & (second["rhs"] != "1")
        assert np.allclose(first["estimate"][rows], second["estimate"][other], atol=1e-6)


def test_order_of_items_does_not_matter() -> None:
    turned = "f2 =~ y4 + u4 + y3 + u3\nf1 =~ y2 + u2 + u1 + y1\nf1 ~ x2 + x1\nf2 ~ x1 + x2\nu2 ~ x1"
    ours, other = fitted("mimic_WLSMV"), cfa(frame("mixed"), turned, ordered=ORDERED)
    assert other.measures["chi2_scaled"] == pytest.approx(ours.measures["chi2_scaled"], abs=1e-6)
    first, second = (r.tidy().set_index(["lhs", "op", "rhs"]).sort_index() for r in (ours, other))
    shared = [name for name in first.index if name in second.index]
    for column in ("estimate", "std_error", "std_all"):
        assert np.allclose(first.loc[shared, column], second.loc[shared, column], atol=1e-6, equal_nan=True)


def test_units_of_a_continuous_item_move_its_own_parameters_alone() -> None:
    data = frame("mixed").assign(y1=lambda d: 10.0 * d["y1"] - 4.0, x2=lambda d: d["x2"] / 100.0)
    ours, other = fitted("mimic_WLSMV"), cfa(data, MIMIC, ordered=ORDERED)
    first, second = ours.tidy(), other.tidy()
    assert other.measures["chi2_scaled"] == pytest.approx(ours.measures["chi2_scaled"], abs=1e-5)
    factor = np.ones(len(first))
    factor[(first["rhs"] == "y1") & (first["op"] == "=~")] = 10.0
    factor[(first["lhs"] == "y1") & (first["op"] == "~~")] = 100.0
    factor[(first["rhs"] == "x2") & (first["op"] == "~")] = 100.0
    moved = (first["lhs"].isin(["y1", "x2"]) & (first["op"] == "~") & (first["rhs"] == "1")) | first["lhs"].eq("x2")
    moved |= first["rhs"].eq("x2") & (first["op"] == "~~")
    rows = ~moved.to_numpy()
    assert np.allclose((first["estimate"] * factor)[rows], second["estimate"][rows], atol=1e-5)
    assert np.allclose(first["std_all"], second["std_all"], atol=1e-6) or rows.sum() < len(first)
    assert np.allclose(first["std_all"][rows], second["std_all"][rows], atol=1e-6)


def test_a_continuous_item_in_many_categories_is_almost_the_item() -> None:
    data = frame("mixed")
    cut = data.assign(y1=pd.qcut(data["y1"], 15, labels=False), y3=pd.qcut(data["y3"], 15, labels=False))
    ours = fitted("plain_WLSMV").tidy().query("op == '=~'")["std_all"].to_numpy()
    other = cfa(cut, PLAIN, ordered=[*ORDERED, "y1", "y3"]).tidy().query("op == '=~'")["std_all"].to_numpy()
    assert np.abs(ours - other).max() < 0.02


def test_true_makes_responses_ordered_and_holds_covariates() -> None:
    named = cfa(frame("mixed"), ORDINAL, ordered=ORDERED)
    assert np.allclose(named.tidy()["estimate"], fitted("ordinal_WLSMV").tidy()["estimate"])
    assert named.fit.table.variables.covariates == ("x1", "x2")
    assert named.provenance.options["ordered"] == tuple(ORDERED)


def test_one_ordered_response_is_a_probit_regression() -> None:
    # standard errors: information from outer products over N - 1 people
    result = cfa(frame("mixed"), "u4 ~ x1 + x2", ordered=True)
    data = frame("mixed")
    design, codes = data[["x1", "x2"]].to_numpy(dtype=float), data["u4"].to_numpy()
    fit = fit_cumulative(design, codes, 4, "probit")
    spread = np.sqrt(np.diag(np.linalg.inv(fit.scores.T @ fit.scores)) * 600 / 599)
    table = result.tidy().dropna(subset="std_error").set_index(["op", "rhs"])
    names = [("|", "t1"), ("|", "t2"), ("|", "t3"), ("~", "x1"), ("~", "x2")]
    assert table.loc[names, "estimate"].to_numpy() == pytest.approx(fit.params, abs=1e-7)
    assert table.loc[names, "std_error"].to_numpy() == pytest.approx(spread, abs=1e-7)
    assert result.fit.dof == 0


def test_all_items_by_name_is_the_ordinal_model() -> None:
    model = "f =~ u1 + u2 + u3 + u4"
    first = cfa(frame("mixed"), model, ordered=True)
    second = cfa(frame("mixed"), model, ordered=pd.Index(ORDERED[::-1]))
    assert first.measures == pytest.approx(second.measures, nan_ok=True)
    assert not second.fit.mixed


def test_rows_without_a_covariate_are_dropped_and_counted() -> None:
    data = frame("gaps").copy()
    data.loc[:9, "x1"] = np.nan
    result = cfa(data, PLAIN + "\nf1 ~ x1", ordered=ORDERED, missing="pairwise")
    assert result.measures["n_obs"] == 590.0
    assert next(c for c in result.caveats if c.code == "rows_dropped").numbers["dropped"] == 10
    same = cfa(data.iloc[10:], PLAIN + "\nf1 ~ x1", ordered=ORDERED, missing="pairwise")
    assert same.measures["chi2_scaled"] == pytest.approx(result.measures["chi2_scaled"], abs=1e-9)


def test_clusters_change_errors_and_not_estimates() -> None:
    plain = fitted("mimic_WLSMV")
    design = cfa(frame("mixed"), MIMIC, ordered=ORDERED, cluster="cluster")
    assert np.allclose(plain.tidy()["estimate"], design.tidy()["estimate"], atol=1e-9)
    ratio = (design.tidy()["std_error"] / plain.tidy()["std_error"]).dropna()
    assert ratio.max() > 1.1


def test_residuals_and_moments_are_given_the_covariates() -> None:
    result = fitted("mimic_WLSMV")
    residuals, implied = result.residuals(), result.implied()
    assert len(residuals) == 28
    assert not residuals[["item", "with"]].isin(["x1", "x2"]).any().any()
    gap = residuals["observed"] - residuals["implied"]
    assert np.allclose(gap, residuals["residual"])
    assert implied["moment"].value_counts().to_dict() == {
        "covariance": 22, "slope": 16, "threshold": 10, "correlation": 6, "variance": 4, "intercept": 4,
    }  # fmt: skip
    assert result.measures["srmr"] == pytest.approx(np.sqrt((residuals["residual"] ** 2).sum() / 38.0), abs=1e-6)


def test_reliability_of_scales_of_one_kind() -> None:
    model = "f1 =~ u1 + u2 + u3 + u4\nf2 =~ y1 + y2 + y3 + y4"
    both = cfa(frame("mixed"), model, ordered=ORDERED).reliability().set_index("scale")
    assert both.index.tolist() == ["f1", "f2"]
    alone = cfa(frame("mixed"), "f2 =~ y1 + y2 + y3 + y4", ordered=False).reliability()
    assert both.loc["f2", "omega"] == pytest.approx(alone["omega"].iloc[0], abs=0.02)


def test_what_is_not_defined_is_said() -> None:
    result = fitted("plain_WLSMV")
    assert {"robust_not_defined"} <= {caveat.code for caveat in result.caveats}
    assert "4 ordinal (delta), 4 continuous" in str(result).splitlines()[0]
    assert "given x1, x2" in str(fitted("mimic_WLSMV")).splitlines()[1]
    skewed = frame("mixed").assign(y2=lambda data: np.exp(data["y2"]))
    sentence = next(c for c in cfa(skewed, PLAIN, ordered=ORDERED).caveats if c.code == "continuous_not_normal")
    assert sentence.numbers["items"] == ["y2"]

"""Latent change over several waves and groups against lavaan and hand cases (tests/oracle/latent_change.R)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sctoolkit.errors import DataError
from sctoolkit.measurement.panel.latent_change import latent_change
from sctoolkit.measurement.panel.latent_change_estimates import EXPECTED, MEAN, change_figures
from sctoolkit.measurement.structure.confirm import cfa

ORACLE = Path(__file__).parents[2] / "oracle" / "latent_change"
ITEMS = ["a", "b", "c", "d"]
SAME = {"alpha": 1e-9, "propose": False}  # equal items, whatever these data say of them
CASES: dict[str, tuple[str, dict]] = {
    "groups_two_waves_linear": ("continuous", {"ordered": False, "waves": [1, 2], "group": "arm"}),
    "groups_three_waves_linear": ("continuous", {"ordered": False, "waves": [1, 2, 3], "group": "arm"}),
    "three_waves_linear": (
        "continuous", {"ordered": False, "waves": [1, 2, 3], "estimator": "ML", "missing": "listwise"}
    ),
    "groups_two_waves_ordinal": ("ordinal", {"ordered": True, "waves": [1, 2], "group": "arm"}),
    "three_waves_ordinal": ("ordinal", {"ordered": True, "waves": [1, 2, 3]}),
}  # fmt: skip
TERMS = {
    "mean": "latent",
    "variance": "latent, variance",
    "start": "latent, with start",
    "stability": "latent, stability",
    "before": "latent, with change before",
    "people": "score, people",
    "difference": "latent, difference",
    "points": "score, people, difference",
}
GROUPS = {"a": "no", "b": "yes", "": "yes less no"}


@cache
def frame(name: str) -> pd.DataFrame:
    return pd.read_csv(ORACLE / f"{name}.csv")


@cache
def result(case: str):
    data, options = CASES[case]
    return latent_change(frame(data), items=ITEMS, **SAME, **options)


def row(found, term: str, wave: str, group: str = "") -> pd.Series:
    table = found.tidy()
    kept = (table["term"] == term) & (table["wave"] == wave)
    if group:
        kept &= table["group"] == group
    (only,) = table[kept].to_dict("records")
    return only


QUICK = ("groups_two_waves_ordinal", "three_waves_ordinal")


@pytest.mark.parametrize(
    "case", [case if case in QUICK else pytest.param(case, marks=pytest.mark.slow) for case in CASES]
)
def test_figures_equal_the_change_score_model_written_out_in_lavaan(case: str) -> None:
    found, glance = result(case), result(case).glance().iloc[0]
    # the other program's optimiser stops at about 1e-5 (ML) and 1e-4 (WLSMV) of the solution
    close = 2e-4 if case.endswith("ordinal") else 2e-5
    wanted = frame("expected").query("case == @case").set_index("name")
    several = len(found.groups) > 1
    for name, figure in wanted.iterrows():
        if name in ("chisq", "df", "chisq.scaled"):
            ours = {"chisq": "chi2", "df": "dof", "chisq.scaled": "chi2_scaled"}[name]
            assert glance[ours] == pytest.approx(figure["estimate"], abs=2e-3), name
        elif name == "wald":
            term = "latent, same change" if several else "latent, no change"
            assert row(found, term, "1 to 3")["statistic"] == pytest.approx(figure["estimate"], rel=1e-3)
        elif name != "pool":
            what, at = name.split("_")
            mine = row(found, TERMS[what], f"{at[0]} to {at[1]}", GROUPS[at[2:]] if several else "")
            assert mine["estimate"] == pytest.approx(figure["estimate"], abs=close), name
            assert mine["std_error"] == pytest.approx(figure["std_error"], abs=close), name


def test_changes_of_neighbours_add_up_to_the_change_from_the_first_wave() -> None:
    found = result("three_waves_ordinal")
    parts = [row(found, "latent", span)["estimate"] for span in ("1 to 2", "2 to 3")]
    assert sum(parts) == pytest.approx(row(found, "latent", "1 to 3")["estimate"], abs=1e-10)
    found = result("groups_two_waves_ordinal")
    gap = row(found, "latent", "1 to 2", "yes")["estimate"] - row(found, "latent", "1 to 2", "no")["estimate"]
    assert gap == pytest.approx(row(found, "latent, difference", "1 to 2")["estimate"], abs=1e-10)


@pytest.mark.parametrize("case", QUICK)
def test_one_figure_is_primary(case: str) -> None:
    table, options = result(case).tidy(), CASES[case][1]
    (first,) = table.index[table["role"] == "primary"]
    assert first == 0
    assert table["term"][0] == ("latent, difference" if "group" in options else "latent")
    assert table["wave"][0] == f"1 to {options['waves'][-1]}"


@pytest.mark.parametrize("ordered", [pytest.param(False, marks=pytest.mark.slow), True])
def test_groups_with_equal_data_do_not_differ(ordered: bool) -> None:
    part = frame("ordinal" if ordered else "continuous").drop(columns="arm").dropna().head(200)
    twice = pd.concat([part.assign(arm="x"), part.assign(arm="y")], ignore_index=True)
    both = latent_change(twice, items=ITEMS, waves=[1, 2], ordered=ordered, group="arm", **SAME)
    one = latent_change(part, items=ITEMS, waves=[1, 2], ordered=ordered, **SAME)
    for term in ("latent, difference", "score, expected, difference", "score, difference"):
        assert row(both, term, "1 to 2")["estimate"] == pytest.approx(0.0, abs=1e-6), term
    for group in ("x", "y"):
        for term in ("latent", "latent, variance", "score, expected", "score"):
            mine, alone = row(both, term, "1 to 2", group), row(one, term, "1 to 2")
            assert mine["estimate"] == pytest.approx(alone["estimate"], abs=1e-5), term
    assert row(both, "latent, difference", "1 to 2")["p_value"] == pytest.approx(1.0, abs=1e-4)


@pytest.mark.slow
def test_the_unit_does_not_depend_on_which_group_comes_first() -> None:
    data = frame("continuous")
    turned = data.assign(arm=data["arm"].map({"no": "z", "yes": "a"}))
    first = result("groups_two_waves_linear")
    other = latent_change(turned, items=ITEMS, waves=[1, 2], ordered=False, group="arm", **SAME)
    mine, theirs = row(first, "latent, difference", "1 to 2"), row(other, "latent, difference", "1 to 2")
    assert theirs["estimate"] == pytest.approx(-mine["estimate"], abs=1e-6)
    assert theirs["std_error"] == pytest.approx(mine["std_error"], abs=1e-6)


def test_one_indicator_gives_the_paired_t_test() -> None:
    """With one error-free item a wave, the change in points and its error are those of the paired differences."""
    rng = np.random.default_rng(8)
    n, start = 90, rng.normal(size=90)
    data = pd.DataFrame({"y.pre": start, "y.post": 0.3 + 0.7 * start + rng.normal(size=n)})
    text = "fpre =~ 1*y.pre\nfpost =~ 1*y.post\nfpre ~~ fpost\n"
    text += "fpre ~ NA*1\nfpost ~ NA*1\ny.pre ~ 0*1\ny.post ~ 0*1"
    fit = cfa(data, text, ordered=False, estimator="ML", std_lv=False).fit
    figures = change_figures(fit, ("y",), ("pre", "post"))
    change = data["y.post"] - data["y.pre"]
    at = figures.at(0, 0, EXPECTED)
    assert figures.value[0, 0, EXPECTED] == pytest.approx(change.mean(), abs=1e-6)
    # maximum likelihood divides by n
    error = change.std(ddof=0) / np.sqrt(n)
    assert np.sqrt(figures.spread[at, at]) == pytest.approx(error, rel=1e-5)
    assert figures.value[0, 0, MEAN] == pytest.approx(change.mean() / data["y.pre"].std(ddof=0), abs=1e-6)


def test_plain_scores_are_paired_and_welch_t_tests() -> None:
    from scipy import stats

    data = frame("ordinal")
    found = result("groups_two_waves_ordinal")
    change = (data.filter(like="2") - data.filter(like="1").to_numpy()).mean(axis=1)
    yes, no = change[data["arm"] == "yes"], change[data["arm"] == "no"]
    welch = stats.ttest_ind(yes, no, equal_var=False)
    mine = row(found, "score, difference", "1 to 2")
    assert mine["estimate"] == pytest.approx(yes.mean() - no.mean(), abs=1e-12)
    assert (mine["statistic"], mine["dof"], mine["p_value"]) == pytest.approx((welch.statistic, welch.df, welch.pvalue))
    paired = row(found, "score", "1 to 2", "yes")
    assert paired["std_error"] == pytest.approx(yes.std() / np.sqrt(len(yes)), abs=1e-12)


@pytest.mark.slow
def test_drift_and_its_share_are_told_for_every_group() -> None:
    data = frame("continuous").copy()
    data.loc[data["arm"] == "yes", "c2"] += 0.8
    options = {"items": ITEMS, "waves": [1, 2], "ordered": False, "group": "arm", "partial": ["c ~ 1"]}
    found = latent_change(data, **options, **SAME)
    moved, kept = (row(found, "score, items", "1 to 2", group)["estimate"] for group in ("yes", "no"))
    assert moved == pytest.approx(0.2, abs=0.06)
    assert abs(kept) < 0.1
    gap = row(found, "score, items, difference", "1 to 2")
    assert gap["ci_low"] < moved - kept < gap["ci_high"]
    share = row(found, "score, share of items", "1 to 2", "yes")
    assert share["estimate"] == pytest.approx(moved / row(found, "score, expected", "1 to 2", "yes")["estimate"])
    assert share["ci_low"] < share["estimate"] < share["ci_high"]
    said = next(caveat for caveat in found.caveats if caveat.code == "partial_invariance")
    assert [entry["group"] for entry in said.numbers["drift"]] == ["no", "yes"]


def test_few_people_in_the_smallest_group_put_the_score_first() -> None:
    data = frame("ordinal")
    few = pd.concat([data[data["arm"] == "no"], data[data["arm"] == "yes"].head(120)])
    found = latent_change(few, items=ITEMS, waves=[1, 2], ordered=True, group="arm", **SAME)
    table = found.tidy()
    assert table["term"][0] == "score, difference"
    assert table["role"].tolist().count("primary") == 1
    said = next(caveat for caveat in found.caveats if caveat.code == "latent_as_check")
    assert said.n_people == 120
    assert "in yes" in said.sentence


@pytest.mark.slow
def test_clusters_reach_the_differences_of_groups() -> None:
    data = frame("continuous").assign(site=np.arange(400) // 10)
    jump = np.random.default_rng(3).normal(0.0, 0.6, 40)[data["site"]]
    for item in ITEMS:
        data[f"{item}2"] += jump
    options = {"items": ITEMS, "waves": [1, 2], "ordered": False, "group": "arm", **SAME}
    alone, sites = latent_change(data, **options), latent_change(data, cluster="site", **options)
    for term in ("latent, difference", "score, difference"):
        assert row(sites, term, "1 to 2")["std_error"] > 1.3 * row(alone, term, "1 to 2")["std_error"], term
    assert row(sites, "score, difference", "1 to 2")["method"] == "CR2, Satterthwaite"


def test_waves_in_rows_keep_the_group_of_a_respondent() -> None:
    wide = frame("ordinal")
    parts = [
        wide[[f"{item}{t}" for item in ITEMS]].set_axis(ITEMS, axis=1).assign(t=t, who=wide.index, arm=wide["arm"])
        for t in (1, 2)
    ]
    rows = pd.concat(parts)
    options = {"items": ITEMS, "waves": [1, 2], "ordered": True, "group": "arm", **SAME}
    long = latent_change(rows, unit="who", wave="t", **options)
    assert np.allclose(long.tidy()["estimate"], result("groups_two_waves_ordinal").tidy()["estimate"], atol=1e-8)
    rows.iloc[0, rows.columns.get_loc("arm")] = "yes"
    with pytest.raises(DataError, match="changes for 1"):
        latent_change(rows, unit="who", wave="t", **options)


def test_people_without_a_group_are_counted_as_left_out() -> None:
    data = frame("ordinal").copy()
    data.loc[:4, "arm"] = np.nan
    found = latent_change(data, items=ITEMS, waves=[1, 2], ordered=True, group="arm", **SAME)
    assert found.provenance.n_in == 400
    assert found.provenance.n_used == 395
    assert found.n_linked == 395

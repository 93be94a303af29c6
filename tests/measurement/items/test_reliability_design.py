"""Reliability and item statistics with sampling weights and clusters: survey, lavaan and semTools
(tests/oracle/reliability_design.R), replication, and the bootstrap of clusters."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sctoolkit.errors import DataError, OptionError
from sctoolkit.measurement.exploration.polychoric import polychoric
from sctoolkit.measurement.items.item_analysis import item_analysis
from sctoolkit.measurement.items.reliability import reliability

ORACLE = Path(__file__).parents[2] / "oracle"
ITEMS = [f"y{j}" for j in range(1, 7)]
DESIGNS = {
    "weights": {"weights": "weight"},
    "cluster": {"cluster": "cluster"},
    "both": {"weights": "weight", "cluster": "cluster"},
}


@pytest.fixture(scope="module")
def survey():
    return pd.read_csv(ORACLE / "polychoric" / "ordinal.csv")


@pytest.fixture(scope="module")
def oracle():
    table = pd.read_csv(ORACLE / "reliability_design" / "expected.csv")
    return table.set_index(["case", "quantity"])["value"]


@pytest.mark.parametrize("design", sorted(DESIGNS))
def test_estimates_and_errors_equal_survey_and_lavaan(survey, oracle, design):
    options = DESIGNS[design]
    found = reliability(survey[[*ITEMS, *options.values()]], ordered=False, denominator="model", **options).coefficients
    figures = oracle[design]
    assert found["alpha"].estimate == pytest.approx(figures["alpha"], abs=1e-10)
    # survey divides by n (n - 1) where people are drawn one by one, we by n squared
    ratio = np.sqrt(499 / 500) if design == "weights" else 1.0
    assert found["alpha"].std_error == pytest.approx(figures["alpha_std_error"] * ratio, abs=1e-8)
    assert found["omega_total"].estimate == pytest.approx(figures["omega_model"], abs=1e-6)  # lavaan's optimiser
    assert found["omega_total"].std_error == pytest.approx(figures["omega_model_std_error"], abs=1e-6)


def test_weighted_categorical_omega_equals_semtools(survey, oracle):
    options = {"ordered": True, "denominator": "model", "weights": "weight"}
    alone = reliability(survey[[*ITEMS, "weight"]], **options).coefficients["omega_categorical"]
    both = reliability(survey[[*ITEMS, "weight", "cluster"]], cluster="cluster", **options)
    assert alone.estimate == pytest.approx(oracle["weights", "omega_categorical_model"], abs=1e-6)
    assert both.coefficients["omega_categorical"].estimate == pytest.approx(alone.estimate, abs=1e-8)
    assert both.coefficients["omega_categorical"].std_error != alone.std_error
    assert both.n_clusters == survey["cluster"].nunique()


@pytest.mark.parametrize("design", sorted(DESIGNS))
def test_means_equal_survey(survey, oracle, design):
    options = DESIGNS[design]
    table = item_analysis(survey[[*ITEMS, *options.values()]], **options).tidy()
    means = table[table["term"] == "mean"].set_index("item")
    for item in ITEMS:
        assert means.loc[item, "estimate"] == pytest.approx(oracle[design, f"mean.{item}"], abs=1e-9)
        assert means.loc[item, "std_error"] == pytest.approx(oracle[design, f"mean_std_error.{item}"], abs=1e-9)


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10_000))
def test_whole_weights_are_replication(seed):
    rng = np.random.default_rng(seed)
    latent = rng.standard_normal((60, 1)) + rng.standard_normal((60, 4))
    items = pd.DataFrame(np.digitize(latent, [-1, 0, 1]), columns=list("abcd"))
    weights = rng.integers(0, 4, 60)
    repeated = items.loc[np.repeat(np.arange(60), weights)]
    options = {"ordered": True, "ci": None, "on_reversed": "caveat", "group_factors": None}
    one = reliability(items, weights=weights, **options).coefficients
    two = reliability(repeated, **options).coefficients
    for term in ("alpha", "alpha_standardised", "omega_total", "alpha_ordinal", "average_r"):
        assert one[term].estimate == pytest.approx(two[term].estimate, abs=1e-6, nan_ok=True), term
    plain, wide = (item_analysis(items, weights=weights), item_analysis(repeated))
    for term in ("missing_share", "mean", "skewness", "floor_share", "ceiling_share", "item_rest_r"):
        assert plain.frame()[term].to_numpy() == pytest.approx(wide.frame()[term].to_numpy(), abs=1e-9), term
    used, n = int((weights > 0).sum()), int(weights.sum())
    ratio = np.sqrt(used / (used - 1) * (n - 1) / n)  # degrees of freedom are people, not weights
    assert plain.frame()["sd"].to_numpy() == pytest.approx(wide.frame()["sd"].to_numpy() * ratio)


def test_only_ratios_of_weights_matter(survey):
    data = survey[[*ITEMS, "weight"]].assign(more=survey["weight"] * 1000)
    one = reliability(data.drop(columns="more"), ordered=True, weights="weight")
    two = reliability(data.drop(columns="weight"), ordered=True, weights="more")
    assert two.tidy()["estimate"].to_numpy() == pytest.approx(one.tidy()["estimate"].to_numpy(), abs=1e-9)
    assert two.tidy()["ci_low"].to_numpy() == pytest.approx(one.tidy()["ci_low"].to_numpy(), abs=1e-9, nan_ok=True)


def test_equal_weights_change_nothing(survey):
    plain, weighted = (
        reliability(survey[ITEMS], ordered=True, group_factors=2, weights=weights).tidy()
        for weights in (None, np.full(500, 3.0))
    )
    assert weighted["estimate"].to_numpy() == pytest.approx(plain["estimate"].to_numpy(), abs=1e-7)  # iterated fits
    assert weighted["std_error"].to_numpy() == pytest.approx(plain["std_error"].to_numpy(), abs=1e-7, nan_ok=True)


def test_clusters_of_one_are_no_clusters(survey):
    plain = reliability(survey[ITEMS], ordered=False).coefficients
    alone = reliability(survey[ITEMS], ordered=False, cluster=np.arange(500)).coefficients
    for term in ("alpha", "omega_total"):
        assert alone[term].std_error == pytest.approx(plain[term].std_error * np.sqrt(500 / 499), abs=1e-12)


def test_bootstrap_of_clusters_agrees_with_delta():
    """40 villages whose people share half of what they answer: errors are larger than of people drawn one by one."""
    rng = np.random.default_rng(4)
    village = np.repeat(np.arange(40), 12)
    spread = np.exp(0.5 * rng.standard_normal(40))[village]  # villages differ in how much the trait varies
    trait = spread * rng.standard_normal(480) + rng.standard_normal(40)[village]
    items = pd.DataFrame(trait[:, None] + 1.5 * rng.standard_normal((480, 5)), columns=list("abcde"))
    plain = reliability(items, ordered=False).coefficients["alpha"]
    delta = reliability(items, ordered=False, cluster=village).coefficients["alpha"]
    drawn = reliability(items, ordered=False, cluster=village, ci="bootstrap", seed=1, n_bootstrap=600)
    assert delta.std_error > 1.3 * plain.std_error
    assert drawn.coefficients["alpha"].std_error == pytest.approx(delta.std_error, rel=0.15)
    assert "of 40 clusters" in drawn.coefficients["alpha"].method


def test_item_analysis_tells_the_share_of_villages():
    rng = np.random.default_rng(2)
    village = np.repeat(np.arange(60), 10)
    values = rng.standard_normal((60, 3))[village] + rng.standard_normal((600, 3))
    found = item_analysis(pd.DataFrame(values, columns=list("abc")), cluster=village).frame()
    assert found["cluster_icc"].to_numpy() == pytest.approx([0.5, 0.5, 0.5], abs=0.1)
    assert found["design_effect"].to_numpy() == pytest.approx(1 + 9 * found["cluster_icc"].to_numpy(), rel=0.05)


def test_columns_of_the_design_are_no_items(survey):
    found = reliability(survey[[*ITEMS, "weight", "cluster"]], ordered=True, weights="weight", cluster="cluster")
    assert found.items == tuple(ITEMS)
    named = polychoric(survey[[*ITEMS, "weight"]], weights="weight")
    given = polychoric(survey[ITEMS], weights=survey["weight"].to_numpy())
    assert named.correlation == pytest.approx(given.correlation, abs=1e-12)


def test_few_clusters_are_named(survey):
    found = reliability(survey[ITEMS], ordered=False, cluster=np.arange(500) % 8)
    assert "few_clusters" in {caveat.code for caveat in found.caveats}


def test_what_is_not_defined_is_refused(survey):
    with pytest.raises(OptionError, match="Feldt"):
        reliability(survey[ITEMS], ordered=False, ci="feldt", cluster=survey["cluster"].to_numpy())
    with pytest.raises(DataError, match="finite numbers of at least 0"):
        reliability(survey[ITEMS], ordered=False, weights=np.linspace(-1, 1, 500))
    with pytest.raises(DataError, match="two clusters"):
        item_analysis(survey[ITEMS], cluster=np.ones(500))

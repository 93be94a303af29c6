"""`grm`, `item_fit` and `person_fit` through the public door."""

import contextlib
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sctoolkit import grm, item_fit, person_fit
from sctoolkit.errors import SctoolkitError

MIRT = tomllib.loads((Path(__file__).parents[2] / "oracle" / "grm" / "mirt.toml").read_text(encoding="utf-8"))


def classic(data_dir, name):
    return pd.read_csv(data_dir / "ordinal_classics" / f"{name}.csv").astype(float)


def simulate(n=400, seed=1, slope=1.6, k=6, shift=0.0, rng=None):
    rng = np.random.default_rng(seed) if rng is None else rng
    theta = rng.normal(shift, 1.0, size=(n, 1, 1))
    cuts = np.array([-1.3, 0.1, 1.4]) + np.linspace(-0.6, 0.6, k)[:, None]
    return pd.DataFrame(
        1.0 + (slope * theta + rng.logistic(size=(n, k, 1)) > cuts).sum(axis=2), columns=[f"q{j}" for j in range(k)]
    )


@pytest.mark.parametrize(("name", "key"), [("lsat7", "m2"), ("science", "c2")])
def test_fit_equals_what_mirt_prints(data_dir, name, key):
    """To the printed digit."""
    found, printed = grm(classic(data_dir, name)).fit, MIRT[name][key]
    assert found.dof == printed["dof"]
    assert found.chi2 == pytest.approx(printed["chi2"], abs=5e-3)
    for ours, theirs in (
        (found.rmsea, "rmsea"), (found.rmsea_ci_low, "low"), (found.rmsea_ci_high, "high"),
        (found.srmr, "srmr"), (found.tli, "tli"), (found.cfi, "cfi"),
    ):  # fmt: skip
        assert ours == pytest.approx(printed[theirs], abs=6e-4), theirs


def test_information_criteria_equal_mirt(data_dir):
    """AIC 5337.61 and BIC 5386.688 as mirt 1.45.6 prints them for LSAT-7."""
    row = grm(classic(data_dir, "lsat7")).glance().iloc[0]
    assert row["aic"] == pytest.approx(5337.61, abs=0.01)
    assert row["bic"] == pytest.approx(5386.688, abs=0.001)


def test_codes_of_categories_do_not_matter():
    """1 2 3 4 or 0 10 20 35: the same fit, because categories are ordered and nothing more."""
    items = simulate()
    other = items.replace({1.0: 0.0, 2.0: 10.0, 3.0: 20.0, 4.0: 35.0})
    first, second = grm(items), grm(other)
    pd.testing.assert_frame_equal(first.tidy(), second.tidy())
    assert np.isnan(second.summed_scores()["answer_sum"]).all()
    assert first.summed_scores()["answer_sum"].iloc[0] == 6.0


def test_a_reversed_item_is_named():
    items = simulate()
    items["q2"] = 5.0 - items["q2"]
    found = grm(items)
    caveat = next(c for c in found.caveats if c.code == "negative_slope")
    assert caveat.numbers["items"] == ["q2"]
    assert "Check their keying" in str(found)


def test_missing_answers_stay_in():
    """With answers missing at random on the score of the first item, estimates stay near those of complete data."""
    items = simulate(n=3000, seed=3)
    holes = items.copy()
    holes.loc[holes["q0"] <= 2.0, ["q3", "q4"]] = np.nan
    holes.iloc[:5] = np.nan
    full, part = grm(items), grm(holes)
    assert part.n_obs == 2995
    assert {c.code for c in part.caveats} == {"no_answers"}
    gap = part.item_parameters().slopes - full.item_parameters().slopes
    assert np.abs(gap).max() < 0.2


def test_groups_on_one_scale():
    """A second group shifted by half an sd; a planted difference in one item is taken up by freeing it."""
    rng = np.random.default_rng(9)
    first, second = simulate(1500, rng=rng), simulate(1500, shift=0.5, rng=rng)
    second["q3"] = np.minimum(second["q3"] + (rng.random(1500) < 0.35), 4.0)
    data = pd.concat([first, second], ignore_index=True).assign(side=np.repeat(["a", "b"], 1500))
    tied, freed = grm(data, group="side"), grm(data, group="side", free_items=["q3"])
    mean = freed.tidy().query("term == 'mean'").iloc[0]
    assert mean["group"] == "b"
    assert mean["estimate"] == pytest.approx(0.5, abs=4 * mean["std_error"])
    assert 2.0 * (freed.estimates.loglik - tied.estimates.loglik) > 18.47  # p < .001 on 4 degrees of freedom
    rows = freed.tidy().query("item == 'q3' and term == 'slope'")
    assert rows["group"].tolist() == ["a", "b"]


def test_m2_star_needs_more_items_than_c2():
    items = simulate(k=4)
    assert grm(items).fit.dof == 2
    found = grm(items, statistic="M2*").fit
    assert found.dof == 0
    assert np.isnan(found.rmsea)


def test_information_peaks_where_the_difficulties_are():
    table = grm(simulate()).information([-6.0, 0.0, 6.0])
    assert table["test"].idxmax() == 1
    np.testing.assert_allclose(table["std_error"], 1.0 / np.sqrt(table["test"]))
    np.testing.assert_allclose(table["test"], table[[f"q{j}" for j in range(6)]].sum(axis=1))


def test_item_fit_table(data_dir):
    items = classic(data_dir, "lsat7")
    table = item_fit(grm(items), items).tidy()
    np.testing.assert_allclose(table["statistic"], MIRT["lsat7"]["s_x2"], atol=5e-3)
    assert table["dof"].tolist() == [2.0] * 5


def test_a_bell_shaped_item_misfits():
    """An item that the middle agrees with most cannot follow a rising curve."""
    rng = np.random.default_rng(21)
    theta = rng.normal(size=1500)
    items = pd.DataFrame((1.5 * theta[:, None] + rng.logistic(size=(1500, 8)) > 0).astype(float))
    items["bell"] = (1.5 - 2.0 * theta**2 + rng.logistic(size=1500) > 0).astype(float)
    found = item_fit(grm(items), items)
    assert found.items[int(np.nanargmin(found.p_value))] == "bell"
    assert found.p_adjusted[-1] < 1e-6


def test_person_fit_flags_a_contradiction_and_keeps_order():
    items = simulate(n=500, slope=2.5)
    items.iloc[7] = [1, 4, 1, 4, 1, 4]
    items.iloc[8] = np.nan
    found = person_fit(grm(items.drop(index=[7, 8])), items)
    frame = found.frame()
    assert frame["unlikely"].iloc[7]
    assert np.isnan(frame["zh"].iloc[8])
    assert [c.code for c in found.caveats] == ["too_few_answers"]
    assert found.tidy().set_index("term").loc["share_below_-2", "estimate"] < 0.06


def test_small_sample_says_so():
    found = grm(simulate(n=60, seed=5))
    assert "few_respondents" in {c.code for c in found.caveats}


def test_text_names_treatment_first():
    assert "ordinal" in str(grm(simulate())).splitlines()[0]


def test_many_items_are_fitted_without_limited_information():
    rng = np.random.default_rng(31)
    theta = rng.normal(size=(250, 1))
    items = pd.DataFrame((1.2 * theta + rng.logistic(size=(250, 81)) > 0).astype(float)).add_prefix("q")
    found = grm(items)
    assert np.isnan(found.fit.chi2)
    assert "fit_not_computed" in {c.code for c in found.caveats}


def test_estimates_cannot_be_written_to():
    found = grm(simulate(n=200))
    with pytest.raises(ValueError, match="read-only"):
        found.estimates.items.slopes[0] = 3.0


@pytest.mark.parametrize("seed", range(12))
def test_small_and_sparse_samples_give_a_fit_or_a_reason(seed):
    """80 people, empty cells, half the answers missing or none: a result, or an error that says why not."""
    rng = np.random.default_rng(seed)
    k, n_cat = int(rng.integers(3, 7)), int(rng.integers(2, 6))
    tendency = rng.normal(0.0, 1.5) * rng.normal(size=(80, 1)) + rng.logistic(size=(80, k))
    answers = (tendency[:, :, None] > np.sort(rng.normal(0.0, 1.5, n_cat - 1))).sum(axis=2).astype(float)
    answers[rng.random(answers.shape) < rng.choice([0.0, 0.5])] = np.nan
    items = pd.DataFrame(answers).add_prefix("q")
    for options in ({}, {"group": rng.integers(0, 2, 80)}):
        with contextlib.suppress(SctoolkitError):
            assert np.isfinite(grm(items, **options).estimates.loglik)


def test_whole_weights_are_replication():
    """Estimates of a file in which rows are repeated; fit and criteria are withheld, rows of weight 0 are counted."""
    items = simulate(150, k=4)
    weights = np.random.default_rng(3).integers(0, 4, 150)
    one = grm(items.assign(w=weights), weights="w")
    two = grm(items.loc[np.repeat(np.arange(150), weights)])
    np.testing.assert_allclose(one.estimates.items.slopes, two.estimates.items.slopes, atol=1e-6)
    np.testing.assert_allclose(one.estimates.items.intercepts, two.estimates.items.intercepts, atol=1e-6)
    assert one.items == ("q0", "q1", "q2", "q3")
    assert one.std_error_method == "sandwich"
    assert one.n_obs == (weights > 0).sum()
    assert {"fit_withheld_weights", "no_weight"} <= {c.code for c in one.caveats}
    assert np.isnan(one.glance()[["chi2", "aic", "bic"]].to_numpy(float)).all()
    again = grm(items, weights=weights * 50.0)
    np.testing.assert_allclose(again.vcov, one.vcov, rtol=1e-6)


def test_equal_weights_give_the_plain_sandwich():
    items = simulate(150, k=4)
    plain, weighted = grm(items, std_errors="sandwich"), grm(items, weights=np.full(150, 7.0))
    np.testing.assert_allclose(weighted.vcov, plain.vcov, rtol=1e-6)
    grouped = items.assign(side=np.where(np.arange(150) < 75, "a", "b"), w=1.0)
    two = grm(grouped, group="side", weights="w").tidy()
    pd.testing.assert_series_equal(two["estimate"], grm(grouped.drop(columns="w"), group="side").tidy()["estimate"])


def test_weighted_estimates_and_sandwich_equal_direct_maximisation():
    """tests/oracle/grm_weights.R: R maximises the pseudo-likelihood; a finer grid and numerical derivatives there."""
    folder = Path(__file__).parents[2] / "oracle" / "grm"
    expected = pd.read_csv(folder / "weighted.csv").set_index("quantity")
    data = pd.read_csv(folder / "simulated.csv").query("group == 1").reset_index(drop=True)
    weight = pd.read_csv(folder / "weights.csv")["weight"].to_numpy()
    table = grm(data[["q1", "q2", "q3", "q4"]], weights=weight).tidy()
    for row in table[table["term"].str.startswith(("slope", "intercept"))].itertuples():
        term, _, step = row.term.partition("_")
        figures = expected.loc["_".join(filter(None, [term, row.item.removeprefix("q"), step]))]
        assert row.estimate == pytest.approx(figures["value"], abs=1e-4)
        assert row.std_error == pytest.approx(figures["std_error"], rel=1e-3)


@pytest.mark.slow
def test_weighted_errors_describe_repeated_samples():
    """200 samples of 400 in which chances of selection depend on an answer: spread against mean sandwich error."""
    rng = np.random.default_rng(5)
    slopes, errors, plain = [], [], []
    for _ in range(200):
        whole = simulate(900, k=4, rng=rng)
        chance = np.where(whole["q0"] > 2, 0.6, 0.25)
        drawn = whole[rng.random(900) < chance]
        fit = grm(drawn.reset_index(drop=True), weights=1.0 / chance[drawn.index])
        slopes.append(fit.estimates.items.slopes)
        errors.append(np.sqrt(np.diagonal(fit.vcov))[fit.estimates.columns[:, 0]])
        plain.append(fit.estimates.items.intercepts[:, 1])
    ratio = np.mean(errors, axis=0) / np.std(slopes, axis=0)
    assert np.all((ratio > 0.85) & (ratio < 1.15)), ratio
    assert np.mean(slopes, axis=0) == pytest.approx(np.full(4, 1.6), abs=0.08)
    assert np.mean(plain, axis=0) == pytest.approx(-(0.1 + np.linspace(-0.6, 0.6, 4)), abs=0.05)

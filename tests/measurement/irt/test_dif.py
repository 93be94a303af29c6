"""`dif` finds planted differences by every method, is quiet without them, and settles its anchors."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sctoolkit import dif
from sctoolkit.measurement.irt.dif_result import SIZE_RULES, size_name

DATA = pd.read_csv(Path(__file__).parents[2] / "oracle" / "dif" / "simulated.csv")
EXPECTED = pd.read_csv(Path(__file__).parents[2] / "oracle" / "dif" / "expected.csv").set_index(["item", "quantity"])[
    "value"
]
METHODS = ["logistic", "mantel", "irt"]


def simulate(n, planted=(), *, seed=1, shift=0.5, k=8, slope=1.5, size=0.9):
    """Two groups whose means differ by ``shift``; ``planted`` items are easier for the second at equal theta."""
    rng = np.random.default_rng(seed)
    side = np.repeat(["a", "b"], n)
    theta = rng.normal(np.where(side == "b", shift, 0.0), 1.0)
    items = {}
    for j in range(k):
        tendency = slope * theta + size * (j in planted) * (side == "b") + rng.logistic(size=2 * n)
        items[f"q{j}"] = (tendency[:, None] > np.array([-1.4, 0.0, 1.4]) + 0.2 * (j - k / 2)).sum(axis=1) + 1.0
    return pd.DataFrame(items).assign(side=side)


def test_logistic_equals_likelihood_ratios_of_r():
    """All items as anchors, no purification: the statistics are differences of polr's likelihoods."""
    table = dif(DATA, "group", purify=False).tidy()
    for item in (f"q{j}" for j in range(1, 7)):
        rows = table[(table["item"] == item) & table["statistic"].notna()].set_index("term")["statistic"]
        logs = [EXPECTED[item, f"loglik_{place}"] for place in (1, 2, 3)]
        assert rows["total"] == pytest.approx(2.0 * (logs[2] - logs[0]), abs=1e-5)
        assert rows["uniform"] == pytest.approx(2.0 * (logs[1] - logs[0]), abs=1e-5)
        assert rows["nonuniform"] == pytest.approx(2.0 * (logs[2] - logs[1]), abs=1e-5)


def test_generalized_mantel_haenszel_equals_r():
    table = dif(DATA, "group", method="mantel", purify=False).tidy().query("term == 'generalized'").set_index("item")
    for item in table.index:
        assert table.loc[item, "statistic"] == pytest.approx(EXPECTED[item, "gmh_chi2"], rel=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_planted_items_are_found_and_left_out_of_the_anchors(method):
    """Two of seven items differ by 1.2 logits while group means differ by half an sd."""
    found = dif(simulate(400, (2, 5), k=7, size=1.2), "side", method=method)
    assert found.flagged == ("q2", "q5")
    assert found.anchors == ("q0", "q1", "q3", "q4", "q6")
    assert found.rounds >= 2
    effect = {"logistic": "log_odds", "mantel": "mean_difference", "irt": "weighted_area"}[method]
    table = found.tidy()
    rows = table[table["term"] == effect].set_index("item")["estimate"]
    assert rows["q2"] > 0.1
    assert abs(rows["q0"]) < 0.1 * (3 if method == "logistic" else 1)


@pytest.mark.parametrize("method", METHODS)
def test_a_difference_of_groups_is_no_dif(method):
    assert dif(simulate(300, shift=0.8, seed=3, k=5), "side", method=method).flagged == ()


@pytest.mark.parametrize("method", METHODS)
def test_order_of_items_and_codes_do_not_matter(method):
    data = simulate(150, (1,), k=4)
    first = dif(data, "side", method=method)
    second = dif(data[["q3", "side", "q1", "q0", "q2"]], "side", method=method)
    ours = {entry.item: entry.size for entry in first.items}
    theirs = {entry.item: entry.size for entry in second.items}
    assert ours == pytest.approx(theirs, abs=1e-5)


def test_other_reference_turns_signs():
    data = simulate(300, (1,), k=5)
    ours = dif(data, "side", method="mantel").tidy().query("term == 'log_odds'")["estimate"].to_numpy()
    theirs = dif(data, "side", method="mantel", reference="b")
    assert theirs.groups == ("b", "a")
    np.testing.assert_allclose(theirs.tidy().query("term == 'log_odds'")["estimate"], -ours, atol=1e-12)


def test_group_gap_says_how_much_is_item_drift():
    """No true gap; two of five items easier for the second group look like one until they are freed."""
    found = dif(simulate(400, (0, 3), shift=0.0, k=5), "side", method="irt")
    gap = found.group_gaps["b"]
    assert gap["all_shared"] > 0.12
    assert abs(gap["anchored"]) < gap["all_shared"] / 2.0


def test_crossing_curves_are_nonuniform():
    rng = np.random.default_rng(8)
    side = np.repeat([0, 1], 900)
    theta = rng.normal(size=1800)
    slopes = np.full((1800, 6), 1.5)
    slopes[side == 1, 2] = 0.3
    items = pd.DataFrame((slopes * theta[:, None] + rng.logistic(size=(1800, 6)) > 0).astype(float)).add_prefix("q")
    tests = dif(items, side).tidy().query("item == 'q2'").set_index("term")["p_value"]
    assert tests["nonuniform"] < 1e-6
    assert tests["uniform"] > 1e-3


def test_named_anchors_are_kept():
    data = simulate(150, (2,), k=5)
    found = dif(data, "side", anchors=["q0", "q1"], method="irt")
    assert found.anchors == ("q0", "q1")
    assert found.rounds == 1


def test_missing_answers():
    """Matching takes complete people and says how many were left out; likelihoods take everybody."""
    data = simulate(150, k=5)
    data.loc[::10, "q4"] = np.nan
    matched, modelled = dif(data, "side"), dif(data, "side", method="irt", purify=False)
    assert (matched.n_obs, modelled.n_obs) == (270, 300)
    assert "incomplete_left_out" in {c.code for c in matched.caveats}


def test_an_answer_that_one_group_never_gives():
    data = simulate(150, k=4)
    data.loc[(data["side"] == "b") & (data["q1"] == 4.0), "q1"] = 3.0
    found = dif(data, "side", method="irt", purify=False)
    assert "group b lacks 1 of its answers" in next(e.reason for e in found.items if e.item == "q1")
    assert np.isnan(found.p_adjusted["q1"])
    assert np.isfinite(dif(data, "side").p_adjusted["q1"])


def test_small_groups_say_so():
    found = dif(simulate(40, k=4), "side")
    assert "small_group" in {c.code for c in found.caveats}


def test_every_rule_names_its_source():
    for rules in SIZE_RULES.values():
        for rule in rules:
            assert len(rule.names) == len(rule.cuts) + 1
            assert "(" in rule.source
    assert size_name("mantel", (-0.2,)) == "moderate"


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_type_one_error(method):
    """60 samples of 2 x 300 with impact of half an sd: the share of items with p < .05 stays below 8%."""
    rates = []
    for seed in range(60):
        found = dif(simulate(300, seed=100 + seed, k=6), "side", method=method, purify=False)
        rates.append(np.mean([entry.p_value < 0.05 for entry in found.items]))
    assert 0.02 < np.mean(rates) < 0.08


def graded_pair(slope_gap, step_gap, n=700, seed=3):
    """Two groups and five items of three answers; the second item has another slope or other steps in group b."""
    rng = np.random.default_rng(seed)
    side = np.repeat(["a", "b"], n)
    theta = rng.normal(size=(2 * n, 1, 1))
    slopes, steps = np.full((2 * n, 5, 1), 1.5), np.broadcast_to([1.0, -1.0], (2 * n, 5, 2)).copy()
    slopes[side == "b", 1] += slope_gap
    steps[side == "b", 1] += step_gap
    answers = (rng.random((2 * n, 5, 1)) < 1 / (1 + np.exp(-(slopes * theta + steps)))).sum(axis=2)
    return pd.DataFrame(answers.astype(float), columns=[f"q{j}" for j in range(5)]).assign(side=side)


@pytest.mark.parametrize(
    ("gaps", "found", "spared"), [((-1.1, 0.0), "slope", "thresholds"), ((0.0, 0.8), "thresholds", "slope")]
)
def test_likelihood_ratio_splits_into_slope_and_thresholds(gaps, found, spared):
    table = dif(graded_pair(*gaps), "side", method="irt", anchors=["q0", "q2", "q3", "q4"]).tidy()
    tests = table[table["statistic"].notna()].query("item == 'q1'").set_index("term")
    assert tests.loc[found, "p_value"] < 1e-4
    assert tests.loc[spared, "p_value"] > 0.01
    both = tests.loc["likelihood_ratio"]
    assert both["statistic"] == pytest.approx(tests.loc[["slope", "thresholds"], "statistic"].sum(), abs=1e-6)
    assert (both["dof"], tests.loc["slope", "dof"], tests.loc["thresholds", "dof"]) == (3, 1, 2)


def test_model_with_one_slope_has_the_highest_likelihood_there_is():
    """Against direct maximisation of the marginal likelihood, written out, of three items with two answers."""
    from scipy.optimize import minimize

    from sctoolkit.measurement.irt.dif_irt import GradedGroups, fit_anchored
    from sctoolkit.measurement.items.item_codes import code_items

    data = graded_pair(-0.5, 0.6, n=200)
    items = (data[["q0", "q1", "q2"]] > 0).astype(float)
    group = (data["side"] == "b").to_numpy().astype(np.int64)
    fit = fit_anchored(
        GradedGroups(code_items(items), items.to_numpy(), group, ("a", "b")), frozenset({1}), None, frozenset({1})
    )
    nodes = np.linspace(-6, 6, 61)
    share = np.exp(-0.5 * nodes**2) / np.exp(-0.5 * nodes**2).sum()

    def minus(x):
        slopes, steps, mean, sd = x[:3], [x[3:6], [x[3], x[6], x[5]]], (0.0, x[7]), (1.0, np.exp(x[8]))
        total = 0.0
        for g in (0, 1):
            chance = 1 / (1 + np.exp(-(slopes[:, None] * (mean[g] + sd[g] * nodes) + np.array(steps[g])[:, None])))
            answers = items.to_numpy()[group == g][:, :, None]
            total += np.log(np.prod(np.where(answers > 0, chance, 1 - chance), axis=1) @ share).sum()
        return -total

    best = minimize(minus, [1, 1, 1, 1, 1, 1, 1, 0, 0], method="BFGS")
    assert fit.n_par == 9
    assert fit.loglik == pytest.approx(-best.fun, abs=1e-4)
    rows = fit.item_of[:, 1]
    assert fit.items.slopes[rows[0]] == fit.items.slopes[rows[1]]


def test_rest_matching_warns_where_groups_differ():
    data = graded_pair(0.0, 0.0, n=150)
    apart = data.copy()
    apart.loc[apart["side"] == "b", "q0"] = 2.0 - 0.0 * apart["q0"]
    apart.loc[apart.index[-1], "q0"] = 0.0
    assert "rest_matching" not in {c.code for c in dif(data, "side", method="mantel", matching="rest").caveats}
    assert "rest_matching" in {c.code for c in dif(apart, "side", method="mantel", matching="rest").caveats}
    assert "rest_matching" not in {c.code for c in dif(apart, "side", method="mantel").caveats}


@pytest.mark.slow
def test_tests_of_slope_and_thresholds_keep_their_level():
    """200 pairs of samples without DIF: rejection of the five items at 5%, standard error .007."""
    rates = {"slope": [], "thresholds": []}
    for seed in range(200):
        table = dif(graded_pair(0.0, 0.0, n=300, seed=seed), "side", method="irt", purify=False).tidy()
        for term, found in rates.items():
            found.extend(table[table["term"] == term]["p_value"] < 0.05)
    assert all(0.03 < np.mean(found) < 0.075 for found in rates.values()), {k: np.mean(v) for k, v in rates.items()}

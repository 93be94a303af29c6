"""A yes or no, an ordered item and a count through one call: against R, identities, and what is said about them."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sctoolkit import estimate_change
from sctoolkit.change.models.marginal_fit import fit_marginal, standardised
from sctoolkit.change.route.estimate_change import route_of
from sctoolkit.errors import DataError
from sctoolkit.numerics.change.placements import placements
from sctoolkit.numerics.change.square_table import bowker, stuart_maxwell

ORACLE = Path(__file__).parents[2] / "oracle/outcome_types"
EXPECTED = json.loads((ORACLE / "expected.json").read_text())
PANEL = pd.read_csv(ORACLE / "panel.csv")
TYPES = {"yes": "binary", "item": "ordinal", "count": "count"}
COLUMNS = ["estimate", "std_error", "dof"]


@cache
def change(outcome, **options):
    given = {"cluster": "org", "n_draws": 99, **options}
    if outcome == "count":
        given.setdefault("exposure", "months")
    return estimate_change(PANEL, outcome=outcome, unit="id", wave="wave", outcome_type=TYPES[outcome], **given)


def row(result, estimator, columns=COLUMNS, **where):
    table = result.tidy()
    table = table[table["estimator"] == estimator]
    for name, value in where.items():
        table = table[table[name] == value]
    return table.iloc[0][columns].to_numpy(dtype=float)


def codes(result):
    return {caveat.code for caveat in result.caveats}


# yes or no ---------------------------------------------------------------------------------------------------------


def test_shares_against_r():
    result = change("yes")
    assert row(result, "regression on all records", role="primary") == pytest.approx(
        EXPECTED["share_all_records"], rel=1e-8
    )
    assert row(result, "paired differences") == pytest.approx(EXPECTED["share_linked"], rel=1e-8)
    assert result.primary.estimand == "risk difference, all records"
    alone = change("yes", cluster=None)
    assert row(alone, "regression on all records", role="primary") == pytest.approx(
        EXPECTED["share_by_person"], rel=1e-8
    )
    assert alone.primary.n_clusters is None
    assert row(alone, "McNemar", ["p_value"])[0] == pytest.approx(EXPECTED["mcnemar"])
    groups = change("yes", group="arm")
    assert row(groups, "difference-in-differences", role="primary") == pytest.approx(EXPECTED["share_did"], rel=1e-8)


def test_few_who_moved_are_tested_exactly():
    some = PANEL[PANEL["id"] < 40]
    moved = some.pivot(index="id", columns="wave", values="yes").dropna()
    rose, fell = ((moved[2] - moved[1]) == 1).sum(), ((moved[2] - moved[1]) == -1).sum()
    result = estimate_change(some, outcome="yes", unit="id", wave="wave")
    assert row(result, "McNemar, exact", ["p_value"])[0] == pytest.approx(stats.binomtest(rose, rose + fell).pvalue)


def test_marginal_logit_of_shares_by_hand():
    first, last = (PANEL.loc[PANEL["wave"] == wave, "yes"].mean() for wave in (1, 2))
    design = np.column_stack([PANEL["wave"] - 1.0, np.ones(len(PANEL))])
    codes_ = PANEL["org"].to_numpy(dtype=np.int64)
    fit = fit_marginal(PANEL["yes"].to_numpy(float), design, codes_, "binomial", working="independence")
    cells = [(1.0, np.array([[1.0, 1.0]])), (-1.0, np.array([[0.0, 1.0]]))]
    value, error = standardised(fit, cells)
    assert value == pytest.approx(last - first, abs=1e-10)  # a saturated model gives the shares back
    assert standardised(fit, cells, log=True)[0] == pytest.approx(np.log(last / first), abs=1e-10)
    root, at = np.linalg.cholesky(fit.vcov), np.empty(2)
    for k in range(2):  # the delta method by central differences
        step = 1e-6 * np.eye(2)[k]
        high, low = (
            np.array([1 / (1 + np.exp(-(x @ (fit.coef + s)))) for x in ([1, 1], [0, 1])]) for s in (step, -step)
        )
        at[k] = ((high[0] - high[1]) - (low[0] - low[1])) / 2e-6
    assert error == pytest.approx(np.linalg.norm(root.T @ at), rel=1e-6)
    rows = change("yes").tidy()
    both = rows[rows["estimator"].str.startswith("marginal logit,")]
    assert both["estimand"].eq("risk difference, all records").all()
    assert both["std_error"].iloc[0] > both["std_error"].iloc[1]  # Mancl-DeRouen is wider than Kauermann-Carroll
    assert (both["dof"] == 14 - 2).all()


def test_working_correlation_is_that_of_liang_and_zeger():
    design = np.column_stack([np.ones(len(PANEL)), PANEL["wave"] - 1.0])
    y, org = PANEL["yes"].to_numpy(float), PANEL["org"].to_numpy(dtype=np.int64)
    fit = fit_marginal(y, design, org, "binomial")
    assert fit.coef == pytest.approx(EXPECTED["gee"]["coef"], abs=2e-4)  # another alpha, nearly the same coefficients

    def moments(coef, taken_off, fixed):
        mean = 1 / (1 + np.exp(-design @ coef))
        r = (y - mean) / np.sqrt(mean * (1 - mean))
        sums, squares = np.bincount(org, r), np.bincount(org, r**2)
        n = np.bincount(org)
        scale = 1.0 if fixed else (r**2).sum() / (len(r) - 2)
        return ((sums**2 - squares) / 2).sum() / ((n * (n - 1) / 2).sum() - taken_off) / scale

    assert fit.alpha == pytest.approx(moments(fit.coef, 2, fixed=False), rel=1e-8)
    assert EXPECTED["gee"]["alpha"] == pytest.approx(
        moments(np.array(EXPECTED["gee"]["coef"]), 0, fixed=True), rel=1e-5
    )


# one ordered item --------------------------------------------------------------------------------------------------


def test_signs_against_r():
    result = change("item")
    assert row(result, "paired differences", role="primary") == pytest.approx(EXPECTED["signs"], rel=1e-8)
    assert result.primary.estimand == "share that rose less share that fell, linked people"
    groups = change("item", group="arm")
    assert row(groups, "difference-in-differences", role="primary") == pytest.approx(EXPECTED["signs_did"], rel=1e-8)
    alone = change("item", cluster=None)
    assert row(alone, "Bowker", ["statistic", "dof", "p_value"]) == pytest.approx(EXPECTED["bowker"])
    assert np.isnan(row(result, "Bowker", ["p_value"])[0])  # organisations are not accounted for


def test_unlinked_answers_are_brunner_and_munzel():
    result = estimate_change(PANEL, outcome="item", unit=None, wave="wave", outcome_type="ordinal")
    first, last = (PANEL.loc[PANEL["wave"] == wave, "item"].to_numpy(float) for wave in (1, 2))
    peer = stats.brunnermunzel(first, last)
    assert result.primary.estimator == "placements of answers"
    assert result.primary.statistic == pytest.approx(peer.statistic)
    assert result.primary.p_value == pytest.approx(peer.pvalue)
    assert result.primary.estimate == pytest.approx(np.sign(last[:, None] - first).mean())


def test_placements_do_not_care_for_distances():
    values, late = PANEL["item"].to_numpy(float), (PANEL["wave"] == 2).to_numpy()
    assert placements(values**3 - 7, late) == pytest.approx(placements(values, late))
    weights = np.ones(len(values))
    assert placements(values, late, weights) == pytest.approx(placements(values, late))


@pytest.mark.slow
def test_monotone_recoding_changes_nothing():
    recoded = PANEL.assign(item=PANEL["item"].map({1: 1, 2: 4, 3: 5, 4: 9, 5: 40}))
    options = {"outcome": "item", "unit": "id", "wave": "wave", "cluster": "org", "outcome_type": "ordinal"}
    for group in (None, "arm"):
        first = estimate_change(PANEL, group=group, n_draws=99, **options)
        second = estimate_change(recoded, group=group, n_draws=99, **options)
        for a, b in zip(first.estimates, second.estimates, strict=True):
            if a.estimand != "mean" and a.estimator != "cumulative logit" and "answer" not in (a.term or ""):
                assert b.estimate == pytest.approx(a.estimate, nan_ok=True)


def test_margins_against_statsmodels():
    from statsmodels.stats.contingency_tables import SquareTable

    table = np.array([[12.0, 6, 1], [3, 20, 9], [2, 4, 15]])
    peer = SquareTable(table, shift_zeros=False)
    assert stuart_maxwell(table)[0] == pytest.approx(peer.homogeneity().statistic)
    assert bowker(table)[0] == pytest.approx(peer.symmetry().statistic)
    empty = np.zeros((4, 4))
    empty[:3, :3] = table
    assert stuart_maxwell(empty) == pytest.approx(stuart_maxwell(table))  # an answer that nobody gave


def test_cumulative_logit_of_two_waves_is_the_net_chance():
    result = change("item")
    model = row(result, "cumulative logit", role="check")
    assert model[0] == pytest.approx(row(result, "placements of answers")[0], abs=0.02)
    assert model[2] == 13


# counts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "options", "estimator"),
    [("count", {}, "Poisson quasi-likelihood"), ("count_did", {"group": "arm"}, "Poisson quasi-likelihood"),
     ("count_given_before", {"group": "arm", "assignment": "randomised"}, "Poisson quasi-likelihood given before")],
)  # fmt: skip
def test_ratios_against_r(key, options, estimator):
    result = change("count", **options)
    ratio, error, dof = row(result, estimator, role="primary")
    coef, expected = EXPECTED[key]
    assert np.log(ratio) == pytest.approx(coef, rel=1e-7)
    assert error / ratio == pytest.approx(expected, rel=1e-6)
    assert dof == 14 - {"count": 2, "count_did": 4, "count_given_before": 3}[key]
    half = stats.t.ppf(0.975, dof) * expected
    assert (result.primary.ci_low, result.primary.ci_high) == pytest.approx(
        (np.exp(coef - half), np.exp(coef + half)), rel=1e-6
    )


def test_ratio_moves_against_one():
    result = change("count")
    assert result.primary.ci_low > 1
    assert "count rose from wave 1 to wave 2" in result.claim


def test_counts_without_exposure_are_ratios_of_means():
    result = estimate_change(PANEL, outcome="count", unit="id", wave="wave", cluster="org", outcome_type="count")
    means = PANEL.groupby("wave")["count"].mean()
    assert result.primary.estimate == pytest.approx(means[2] / means[1])
    assert row(result, "Poisson quasi-likelihood, difference")[0] == pytest.approx(means[2] - means[1])


# what is chosen and said -------------------------------------------------------------------------------------------


def test_only_yes_and_no_are_taken_without_being_told():
    kinds = {"yes": "Yes or no: it holds 0 and 1 only.", "item": "Scale score; its few whole numbers could be one"}
    for outcome, says in kinds.items():
        route = route_of(PANEL, outcome=outcome, unit="id", wave="wave")
        assert says in route.answers[4].text
    told = route_of(PANEL, outcome="item", unit="id", wave="wave", outcome_type="ordinal")
    assert told.answers[4].text == "One ordered item, as told."
    assert "signs of people's changes" in told.estimator
    assert "cumulative logit" in " ".join(told.checks)
    assert "Poisson" in route_of(PANEL, outcome="count", unit="id", wave="wave", outcome_type="count").estimator


@pytest.mark.slow
def test_few_organisations_compare_their_shares():
    some = PANEL[PANEL["org"] < 8]
    for outcome in ("yes", "count"):
        for group in (None, "arm"):
            result = estimate_change(
                some, outcome=outcome, unit="id", wave="wave", cluster="org", group=group, n_draws=99,
                outcome_type=TYPES[outcome],
            )  # fmt: skip
            assert result.primary.estimator == "means of organisations"
            assert not result.tidy()["estimator"].str.contains("marginal logit|Poisson").any()
            assert {"sign-flip of organisations", "permutation of organisations"} & set(result.tidy()["estimator"])


def test_weights_leave_marginal_models_out_and_say_so():
    data = PANEL.assign(w=1.0 + PANEL["id"] % 3)
    for outcome, kind in TYPES.items():
        options = {"outcome": outcome, "unit": "id", "wave": "wave", "cluster": "org", "outcome_type": kind}
        result = estimate_change(data, weight="w", **options)
        assert np.isfinite(result.primary.std_error)
        assert "weights_not_used" in codes(result) or "model_takes_no_weights" in codes(result)


@pytest.mark.slow
def test_designs_that_compare_means_say_so():
    sides = PANEL.assign(side=np.where(PANEL["org"] < 7, "community", "statutory"))
    options = {"outcome": "item", "unit": "id", "wave": "wave", "cluster": "org", "outcome_type": "ordinal"}
    assert "outcome_taken_as_scale" in codes(estimate_change(sides, side="side", **options))


@pytest.mark.slow
def test_words_fit_the_outcome():
    assert "the share of yes in yes" in change("yes").claim
    assert "answers to item" in change("item").claim
    for outcome in TYPES:
        for options in ({}, {"group": "arm"}, {"group": "arm", "assignment": "randomised"}):
            result = change(outcome, **options)
            assert len(str(result).splitlines()) <= 25
            assert result.rung in {"L1", "L4", "L5"}
            if result.rung == "L1":
                assert "effect" not in str(result)


@pytest.mark.slow
def test_three_waves_of_each_type():
    third = PANEL[PANEL["wave"] == 2].assign(wave=3)
    third["yes"] = third["yes"].to_numpy()[::-1]
    data = pd.concat([PANEL, third])
    for outcome, kind in TYPES.items():
        for group in (None, "arm"):
            result = estimate_change(
                data, outcome=outcome, unit="id", wave="wave", cluster="org", group=group, outcome_type=kind, n_draws=49
            )
            assert result.primary.wave == "3"
            assert np.isfinite(result.primary.estimate)


def test_values_must_be_of_the_type_told():
    for outcome, kind in (("item", "binary"), ("months", "count"), ("months", "ordinal")):
        with pytest.raises(DataError):
            estimate_change(PANEL, outcome=outcome, unit="id", wave="wave", outcome_type=kind)

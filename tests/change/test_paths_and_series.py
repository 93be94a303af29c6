"""Mediation, series, families, hidden bias, pooling, weights, imputation: behaviour of the public functions."""

import numpy as np
import pandas as pd
import pytest

from sctoolkit.change.designs.mediation import mediation
from sctoolkit.change.doubts.imputation import imputed_regress
from sctoolkit.change.doubts.leave_one_out import leave_one_out
from sctoolkit.change.doubts.multiplicity import adjust_family, step_down
from sctoolkit.change.doubts.sensitivity import sensitivity
from sctoolkit.change.doubts.staying_weights import staying_weights
from sctoolkit.change.models.gee import gee
from sctoolkit.change.models.its import its
from sctoolkit.change.models.ordinal import ordinal
from sctoolkit.change.models.regress import regress
from sctoolkit.change.pooling.accumulation import accumulate
from sctoolkit.change.pooling.reliable_change import reliable_change
from sctoolkit.result import TIDY_COLUMNS, Result


def people(seed=1, n_sites=12, per_site=15):
    rng = np.random.default_rng(seed)
    site = np.repeat(np.arange(n_sites), per_site)
    n = site.size
    frame = pd.DataFrame({"site": site, "arm": site % 2, "pre": rng.normal(size=n)})
    frame["trust"] = 0.5 * frame.arm + 0.4 * frame.pre + rng.normal(size=n)
    frame["space"] = 0.5 * frame.trust + rng.normal(size=n)
    frame["post"] = 0.4 * frame.space + 0.3 * frame.pre + 0.2 * rng.normal(size=n_sites)[site] + rng.normal(size=n)
    return frame


def test_paths_add_up():
    options = {"exposure": "arm", "outcome": "post", "covariates": ["pre"], "cluster": "site", "n_draws": 200}
    one = mediation(people(), mediator="trust", waves=(1, 2, 3), **options).tidy().set_index("term").estimate
    np.testing.assert_allclose(one["indirect trust"] + one["direct"], one["total"])
    np.testing.assert_allclose(one["indirect trust"], one["a trust"] * one["b trust"])
    both = mediation(people(), mediator=["trust", "space"], chain=True, **options).tidy().set_index("term").estimate
    np.testing.assert_allclose(both["indirect together"] + both["direct"], both["total"])


def test_paths_without_order_are_associations():
    result = mediation(people(), exposure="arm", mediator="trust", outcome="post", n_draws=50)
    assert (result.tidy()["estimand"] == "association").all()
    assert {"no_temporal_order", "no_baseline"} <= {c.code for c in result.caveats}
    backwards = mediation(people(), exposure="arm", mediator="trust", outcome="post", n_draws=50, waves=(1, 3, 2))
    assert not backwards.ordered


def test_no_interaction_gives_the_product():
    """ACME at both levels average to the product when the interaction is weak; the curve crosses zero where it says."""
    data = people()
    plain = mediation(data, exposure="arm", mediator="trust", outcome="post", covariates=["pre"], n_draws=50)
    crossed = mediation(
        data, exposure="arm", mediator="trust", outcome="post", covariates=["pre"], n_draws=50, interaction=True
    )
    rows = crossed.tidy().set_index("term").estimate
    total = rows["indirect trust, exposed"] + rows["direct, unexposed"]
    np.testing.assert_allclose(total, rows["total"])
    below, above = plain.rho < plain.rho_zero, plain.rho > plain.rho_zero
    assert (np.sign(plain.rho_indirect[below]) != np.sign(plain.rho_indirect[above][0])).all()
    at_zero = plain.rho_indirect[list(plain.rho).index(0.0)]
    np.testing.assert_allclose(at_zero, plain.tidy().set_index("term").loc["indirect trust", "estimate"], rtol=1e-9)


def test_bootstrap_covers_a_known_path():
    """Coverage of .25 over 25 studies of 120 people: at least 20 of 25 (binomial error about 1.1)."""
    inside = 0
    for seed in range(25):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=120)
        m = 0.5 * x + rng.normal(size=120)
        data = pd.DataFrame({"x": x, "m": m, "y": 0.5 * m + rng.normal(size=120)})
        row = mediation(data, exposure="x", mediator="m", outcome="y", n_draws=300).tidy().set_index("term")
        inside += row.loc["indirect m", "ci_low"] <= 0.25 <= row.loc["indirect m", "ci_high"]
    assert inside >= 20


def series(step=0.0, bend=0.0, n=60, start=30, seed=2):
    rng = np.random.default_rng(seed)
    t = np.arange(n)
    after = t >= start
    return pd.DataFrame({"t": t, "month": t % 12, "y": 20 + 0.1 * t + step * after + bend * (t - start) * after
                         + rng.normal(size=n)})  # fmt: skip


def test_series_recovers_a_step_and_a_bend():
    rows = its(series(5.0, 0.3), outcome="y", time="t", start=30, horizons=(12,)).tidy().set_index(["term", "method"])
    for method in rows.index.get_level_values("method").unique():
        got = rows.xs(method, level="method").estimate
        np.testing.assert_allclose(got[["level", "slope", "gap after 12"]], [5.0, 0.3, 8.6], atol=1.6)


def test_controlled_series_takes_out_what_both_share():
    mine, other = series(5.0, seed=3), series(4.0, seed=4)
    both = pd.concat([mine.assign(place=1), other.assign(place=0)])
    alone = its(mine, outcome="y", time="t", start=30).tidy().query("term == 'level'").estimate.iloc[0]
    controlled = its(both, outcome="y", time="t", start=30, comparison="place")
    got = controlled.tidy().query("term == 'level'").estimate.iloc[0]
    reference = its(other, outcome="y", time="t", start=30).tidy().query("term == 'level'").estimate.iloc[0]
    np.testing.assert_allclose(got, alone - reference, rtol=1e-8)
    assert "no_comparison" not in {c.code for c in controlled.caveats}
    assert len(controlled.fitted) == 60


def test_counts_with_zeros_and_exposure():
    """A halving of the rate, counts near 3 a month, exposure that doubles (Monte-Carlo error of the log ratio .2)."""
    rng = np.random.default_rng(7)
    t = np.arange(120)
    people = 1000 + 8.0 * t
    rate = 3e-3 * np.where(t >= 60, 0.5, 1.0)
    data = pd.DataFrame({"t": t, "people": people, "y": rng.poisson(rate * people)})
    result = its(data, outcome="y", time="t", start=60, counts=True, exposure="people")
    row = result.tidy().query("term == 'level'").iloc[0]
    np.testing.assert_allclose(row["estimate"], np.log(0.5), atol=0.5)
    assert row["ci_low"] <= np.log(0.5) <= row["ci_high"]
    np.testing.assert_allclose(result.fitted.sum(), data.y.sum(), rtol=1e-8)
    # without trend in the rate doubling the exposure changes nothing
    same = its(data.assign(people=2 * people), outcome="y", time="t", start=60, counts=True, exposure="people")
    np.testing.assert_allclose(same.tidy()["estimate"][:4], result.tidy()["estimate"][:4], rtol=1e-8)


def test_counts_are_a_poisson_regression():
    import statsmodels.api as sm

    from sctoolkit.numerics.linear.time_series import fit_counts

    rng = np.random.default_rng(1)
    x = np.column_stack([np.ones(80), rng.normal(size=80)])
    y = rng.poisson(np.exp(0.3 + 0.5 * x[:, 1])).astype(float)
    peer = sm.GLM(y, x, family=sm.families.Poisson()).fit(tol=1e-12)
    ours = fit_counts(x, y)
    np.testing.assert_allclose(ours.coef, peer.params, rtol=1e-8)
    np.testing.assert_allclose(np.sqrt(np.diag(ours.bread)), peer.bse, rtol=1e-7)
    np.testing.assert_allclose(ours.dispersion, peer.pearson_chi2 / 78, rtol=1e-7)


def test_a_gap_in_the_series_is_allowed():
    whole, holed = series(5.0), series(5.0).drop(index=[7, 8, 41])
    for data in (whole, holed):
        assert np.isfinite(its(data, outcome="y", time="t", start=30, season="month").phi)


def test_step_down_uses_the_correlation_of_outcomes():
    data = people()
    family = step_down(data, outcomes=["trust", "space", "post"], treated="arm", cluster="site", n_draws=999)
    assert (family.adjusted >= family.unadjusted).all()
    twins = data.assign(twin=data["trust"], third=data["trust"])
    alike = step_down(twins, outcomes=["trust", "twin", "third"], treated="arm", cluster="site", n_draws=999)
    np.testing.assert_allclose(alike.adjusted, alike.unadjusted)
    assert (alike.holm > alike.adjusted).all()
    assert family.provenance.n_used == 12


def test_primary_stays_unadjusted():
    table = pd.DataFrame({"term": ["a", "b", "c"], "p_value": [0.03, 0.02, 0.04], "estimate": [1.0, 2, 3]})
    family = adjust_family(table, primary="a")
    np.testing.assert_allclose(family.adjusted, [0.03, 0.04, 0.04])
    assert family.tidy()["role"].tolist() == ["unadjusted"] * 3 + ["adjusted"] * 3


def test_sensitivity_speaks_in_measured_factors():
    rng = np.random.default_rng(3)
    x = rng.normal(size=300)
    d = (0.5 * x + rng.normal(size=300) > 0) * 1.0
    data = pd.DataFrame({"x": x, "d": d, "y": 1.0 * d + 0.7 * x + rng.normal(size=300)})
    result = sensitivity("y ~ d + x", data, treatment="d", benchmarks=["x"])
    assert 0 < result.robustness_ci < result.robustness < 1
    estimates = [row.estimate for row in result.benchmarks]
    assert estimates == sorted(estimates, reverse=True)
    assert estimates[0] < result.estimate
    assert "`x`" in result.sentence()
    assert result.e_value > result.e_value_ci >= 1


def test_leave_one_out_names_the_site_that_carries_it():
    data = people().assign(arm=lambda d: (d["site"] == 3) * 1.0)
    result = leave_one_out("post ~ arm", data, term="arm", cluster="site")
    assert [c.numbers["sites"] for c in result.caveats if c.code == "one_cluster_carries_it"] == [["3"]]


def test_accumulation_shrinks_towards_the_mean():
    data = pd.DataFrame({"p": list("abcd"), "e": [0.0, 0.2, 0.6, np.nan], "s": [0.1, 0.1, 0.3, 0.1]})
    result = accumulate(data, estimate="e", std_error="s", label="p")
    rows = result.tidy()
    raw, shrunken = (rows[rows.role == role].estimate.to_numpy() for role in ("as estimated", "shrunken"))
    mean = result.pooled.estimate
    assert (np.abs(shrunken - mean) <= np.abs(raw - mean) + 1e-12).all()
    assert {"rows_left_out", "few_estimates"} <= {c.code for c in result.caveats}


def test_staying_weights_bring_back_everyone():
    rng = np.random.default_rng(5)
    age = rng.normal(size=800)
    data = pd.DataFrame(
        {"age": age, "seen": (rng.random(800) < 1 / (1 + np.exp(-age))) * 1, "side": rng.choice(["a", "b"], 800)}
    )
    result = staying_weights(data, stayed="seen", predictors=["age", "side"])
    assert np.abs(result.gap_after).max() < 0.1 < np.abs(result.gap_before).max()
    assert np.isnan(result.weights[data.seen == 0]).all()
    assert result.effective_size < result.n_stayed


def test_imputation_keeps_the_degrees_of_freedom_of_few_sites():
    data = people(n_sites=8)
    full = regress("post ~ arm + pre", data, cluster="site")
    rng = np.random.default_rng(1)
    data.loc[rng.random(len(data)) < 0.25, "post"] = np.nan
    result = imputed_regress(
        "post ~ arm + pre", data, columns=["post", "pre", "trust"], cluster="site", n_imputations=5
    )
    rows = result.tidy().set_index("term")
    assert rows.loc["arm", "dof"] < full.dof[1] + 0.5
    assert rows.loc["pre", "n_obs"] == len(data)
    assert rows.loc["pre", "method"].startswith("CR2, Satterthwaite; 5 imputations")
    again = imputed_regress("post ~ arm + pre", data, columns=["post", "pre", "trust"], cluster="site", n_imputations=5)
    pd.testing.assert_frame_equal(result.tidy(), again.tidy())


def test_mancl_derouen_is_statsmodels_and_refuses_one_treated():
    import statsmodels.api as sm

    data = people().assign(yes=lambda d: (d["post"] > 0) * 1)
    fit = gee("yes ~ arm + pre", data, cluster="site")
    design = np.column_stack([np.ones(len(data)), data.arm, data.pre])
    parts = {"family": sm.families.Binomial(), "cov_struct": sm.cov_struct.Exchangeable()}
    peer = sm.GEE(data.yes, design, groups=data.site, **parts).fit(cov_type="bias_reduced", ctol=1e-10, maxiter=200)
    np.testing.assert_allclose(fit.std_error, peer.bse, rtol=1e-5)
    assert (fit.tidy()["dof"] == 9).all()
    lone = gee("yes ~ arm + pre", data.assign(arm=lambda d: (d["site"] == 1) * 1), cluster="site")
    assert np.isnan(lone.std_error[lone.terms.index("arm")])


def test_net_shift_is_of_shares():
    rng = np.random.default_rng(2)
    x = rng.integers(0, 2, 4000)
    answer = np.digitize(0.9 * x + rng.logistic(size=4000), [-1, 0.5, 1.5])
    fit = ordinal("answer ~ x", pd.DataFrame({"x": x, "answer": answer}))
    a, b = answer[x == 1], answer[x == 0]
    share = [np.bincount(v, minlength=4) / len(v) for v in (a, b)]
    plain = sum(share[0][i] * share[1][j] * np.sign(i - j) for i in range(4) for j in range(4))
    np.testing.assert_allclose(fit.higher[0], plain, atol=0.02)


def test_reliable_change_counts():
    data = pd.DataFrame({"pre": [10.0, 12, 14, 16, 18, 20], "post": [30.0, 12, 15, 16, 1, np.nan]})
    result = reliable_change(data, pre="pre", post="post", reliability=0.8)
    name, improved, unchanged, declined = next(row for row in result.counts if row[0].startswith("Maassen"))
    assert (improved, unchanged, declined) == (1, 3, 1), name
    worse = reliable_change(data, pre="pre", post="post", reliability=0.8, higher_is_better=False)
    assert next(row for row in worse.counts if row[0].startswith("Maassen"))[1:] == (1, 3, 1)
    assert result.rows.tolist() == [0, 1, 2, 3, 4]
    assert "rows_left_out" in {c.code for c in result.caveats}


@pytest.mark.parametrize("make", [
    lambda: sensitivity("post ~ arm + pre", people(), treatment="arm", benchmarks=["pre"]),
    lambda: leave_one_out("post ~ arm", people(), term="arm", cluster="site"),
    lambda: step_down(people(), outcomes=["trust", "post"], treated="arm", cluster="site", n_draws=99),
    lambda: gee("yes ~ arm", people().assign(yes=lambda d: (d["post"] > 0) * 1), cluster="site"),
    lambda: ordinal("answer ~ arm", people().assign(answer=lambda d: np.digitize(d["post"], [0, 1])), cluster="site"),
    lambda: accumulate(pd.DataFrame({"p": list("abc"), "e": [0.1, 0.2, 0.4], "s": [0.1] * 3}), estimate="e",
                       std_error="s", label="p"),
    lambda: staying_weights(people().assign(seen=lambda d: d["arm"]), stayed="seen", predictors=["pre"]),
])  # fmt: skip
def test_results_keep_the_contract(make):
    result = make()
    assert isinstance(result, Result)
    columns = list(result.tidy().columns)
    assert columns == [name for name in TIDY_COLUMNS if name in columns]
    record = result.to_dict()
    assert record["tidy"]
    lines = str(result).splitlines()
    assert len(lines) <= 25
    assert max(map(len, lines)) <= 88

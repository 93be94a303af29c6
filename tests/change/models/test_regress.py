"""Regression and mixed models through the public functions: identities, guards, and what rows and units must do."""

import numpy as np
import pandas as pd
import pytest

from sctoolkit.change.models.agreement import agreement
from sctoolkit.change.models.mixed import mixed
from sctoolkit.change.models.random_syntax import parse_random
from sctoolkit.change.models.regress import regress


def people(n_sites=10, seed=1, per_site=8):
    rng = np.random.default_rng(seed)
    site = np.repeat(np.arange(n_sites), per_site)
    frame = pd.DataFrame({"site": [f"s{s:02d}" for s in site], "arm": site % 2, "pre": rng.normal(3, 1, site.size)})
    frame["post"] = (
        0.6 * frame["pre"] + 0.3 * frame["arm"] + rng.normal(size=n_sites)[site] + rng.normal(size=site.size)
    )
    return frame.assign(change=lambda d: d["post"] - d["pre"], w=rng.uniform(0.5, 2, site.size))


@pytest.mark.parametrize("cluster", [None, "site"])
def test_change_score_with_baseline_is_ancova(cluster):
    data = people()
    a = regress("post ~ arm + pre", data, cluster=cluster)
    b = regress("change ~ arm + pre", data, cluster=cluster)
    j = a.terms.index("arm")
    for name in ("coef", "std_error", "dof", "p_value", "ci_low"):
        np.testing.assert_allclose(getattr(a, name)[j], getattr(b, name)[j], rtol=1e-9)
    c, d = (mixed(f"{y} ~ arm + pre", data, random="1 | site") for y in ("post", "change"))
    np.testing.assert_allclose(c.std_error[j], d.std_error[j], rtol=1e-6)
    np.testing.assert_allclose(c.dof[j], d.dof[j], rtol=1e-5)


def test_two_by_two_is_the_difference_of_mean_differences():
    data = people()
    both = pd.concat([data.assign(y=data.pre, t=0), data.assign(y=data.post, t=1)])
    fit = regress("y ~ arm * t", both, cluster="site")
    means = both.groupby(["arm", "t"]).y.mean()
    want = means[1, 1] - means[1, 0] - (means[0, 1] - means[0, 0])
    np.testing.assert_allclose(fit.coef[fit.terms.index("arm:t")], want)
    change = regress("change ~ arm", data, cluster="site")
    np.testing.assert_allclose(fit.coef[3], change.coef[1])
    np.testing.assert_allclose(fit.std_error[3], change.std_error[1], rtol=1e-9)


def test_rows_with_a_hole_are_left_out_and_counted():
    data = people()
    data.loc[[3, 8], "pre"] = np.nan
    data.loc[9, "site"] = None
    before = data.copy()
    fit = regress("post ~ arm + pre", data, cluster="site")
    assert fit.n_obs == 77
    assert [c.numbers for c in fit.caveats if c.code == "rows_left_out"] == [{"n_left_out": 3, "n_in": 80}]
    pd.testing.assert_frame_equal(data, before)
    whole = regress("post ~ arm + pre", data.dropna(), cluster="site")
    np.testing.assert_array_equal(fit.coef, whole.coef)


def test_order_of_rows_and_names_of_sites_do_not_matter():
    data = people()
    fit = regress("post ~ arm + pre", data, cluster="site", weights="w")
    other = data.sample(frac=1, random_state=2).assign(site=lambda d: d["site"].map(lambda s: hash(s) % 10**9))
    again = regress("post ~ arm + pre", other, cluster="site", weights="w")
    np.testing.assert_allclose(fit.std_error, again.std_error, rtol=1e-10)
    np.testing.assert_allclose(fit.dof, again.dof, rtol=1e-9)


def _of(fit, name):
    return [getattr(fit, name)[fit.terms.index(term)] for term in ("pre", "wave")]


def test_effects_of_sites_swept_out_or_written_down():
    data = people().assign(wave=lambda d: np.arange(len(d)) % 2)
    swept = regress("post ~ pre + wave", data, cluster="site", absorb="site")
    written = regress("post ~ pre + wave + C(site)", data, cluster="site")
    for name in ("coef", "std_error", "dof"):
        np.testing.assert_allclose(_of(swept, name), _of(written, name), rtol=1e-9)
    crossed = regress("post ~ pre + arm", data, cluster="site", absorb="wave")
    dummies = regress("post ~ pre + arm + C(wave)", data, cluster="site")
    np.testing.assert_allclose(crossed.std_error[0], dummies.std_error[dummies.terms.index("pre")], rtol=1e-9)
    weighted = regress("post ~ pre + wave", data, cluster="site", absorb="site", weights="w")
    plain = regress("post ~ pre + wave + C(site)", data, cluster="site", weights="w")
    np.testing.assert_allclose(_of(weighted, "dof"), _of(plain, "dof"), rtol=1e-9)
    assert weighted.terms == ("pre", "wave")


def test_one_treated_site_gets_no_standard_error():
    data = people().assign(arm=lambda d: (d["site"] == "s03") * 1)
    fit = regress("post ~ arm + pre", data, cluster="site")
    row = fit.tidy().set_index("term").loc["arm"]
    assert np.isfinite(row["estimate"])
    assert row[["std_error", "statistic", "dof", "p_value", "ci_low", "ci_high"]].isna().all()
    assert "one_cluster_carries_it" in {c.code for c in fit.caveats}
    assert fit.contrast({"arm": 2.0})["p_value"].isna().all()
    assert np.isfinite(fit.contrast({"pre": 1.0})["p_value"]).all()
    panel = agreement("post ~ arm + pre", data, term="arm", cluster="site", n_draws=99)
    assert (panel.tidy()["role"] == "check").all()
    assert panel.smallest_p == 0.1
    assert not panel.tidy()["method"].str.contains("bootstrap").any()


@pytest.mark.parametrize(("n_treated", "primary"), [(2, "cluster means"), (3, "cluster means"), (4, "CR2")])
def test_primary_follows_the_number_of_treated_sites(n_treated, primary):
    names = [f"s{s:02d}" for s in range(n_treated)]
    data = people().assign(arm=lambda d: d["site"].isin(names) * 1)
    panel = agreement("post ~ arm + pre", data, term="arm", cluster="site", n_draws=99)
    chosen = panel.tidy().query("role == 'primary'")
    assert chosen["method"].str.startswith(primary).tolist() == [True]
    codes = {c.code for c in regress("post ~ arm + pre", data, cluster="site").caveats}
    assert ("few_clusters_on_one_side" in codes) == (n_treated < 4)


def test_agreement_on_one_group():
    data = people()
    panel = agreement("change ~ 1", data, term="Intercept", cluster="site", n_draws=99)
    methods = panel.tidy()["method"].tolist()
    assert any("sign flips" in m for m in methods)
    assert panel.smallest_p == 2 / 1024
    np.testing.assert_allclose(panel.tidy()["estimate"], data.change.mean(), rtol=1e-9)  # sites of equal size


def test_singular_fit_is_named():
    rng = np.random.default_rng(4)
    data = pd.DataFrame({"site": np.repeat(np.arange(6), 5), "x": rng.normal(size=30)})
    data["y"] = data.x + rng.normal(size=30)
    data["y"] -= data.groupby("site").y.transform("mean") - data.groupby("site").x.transform("mean")
    model = mixed("y ~ x", data, random="1 | site")
    assert model.singular
    assert "singular_fit" in {c.code for c in model.caveats}
    assert model.icc == 0.0


def test_random_syntax():
    parts = parse_random(["(1 + wave | person)", "wave || person", "1 | site/team/person"])
    assert [(p.label, p.correlated) for p in parts] == [
        ("person", True), ("person", False), ("site", True), ("site:team", True), ("site:team:person", True),
    ]  # fmt: skip


def test_partly_linked_records_stay_in_a_mixed_model():
    data = people()
    long = pd.concat([data.assign(y=data.pre, t=0), data.assign(y=data.post, t=1)])
    long["person"] = np.tile(np.arange(80), 2)
    long = long[~((long.t == 1) & (long.person < 20))]
    model = mixed("y ~ t", long, random=["1 | site", "1 | person"])
    assert model.n_obs == 140
    assert model.n_levels == {"site": 10, "person": 80}


def test_results_agree_with_their_tables():
    fit = regress("post ~ arm + pre", people(), cluster="site")
    assert fit.glance()["n_clusters"].iloc[0] == 10
    record = fit.to_dict()
    assert record["tidy"][1]["estimate"] == fit.coef[1]
    assert record["tidy"][1]["method"] == "CR2, Satterthwaite"

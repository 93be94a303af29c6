"""CR0 to CR3, Satterthwaite, HTZ, wild bootstrap, HC: apiclus1_prepost_cluster, wildboot_enumerated, kielmc_did.

1e-9 relative for standard errors and degrees of freedom, as promised; R's own figures carry about 1e-13.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from change.oracle_cases.shared import Pair, Pairs, Shared

from sctoolkit.change.models.agreement import agreement
from sctoolkit.change.models.regress import regress
from sctoolkit.numerics.linear.least_squares import fit_least_squares
from sctoolkit.numerics.linear.vcov import cluster_parts
from sctoolkit.numerics.linear.wild_bootstrap import wild_bootstrap

API = "apiclus1_prepost_cluster"
ANCOVA = "api00 ~ api99 + C(stype) + meals"


def api(shared: Shared):
    data = shared.csv("apiclus1")
    data["chg"] = data.api00 - data.api99
    return data


def long(shared: Shared):
    a = api(shared)
    frame = a[["cds", "dnum", "stype"]]
    both = [frame.assign(post=0, y=a.api99), frame.assign(post=1, y=a.api00)]
    out = pd.concat(both).sort_values(["dnum", "cds", "post"])
    return out.assign(E=(out.stype == "E") * 1.0)


def _coef_test(data, formula, cluster, kind, table, fit=None) -> Pairs:
    """Compare estimate, error, df and p of every term at the level of the arrays (so that guards do not hide them)."""
    result = regress(formula, data, cluster=cluster, vcov=kind)
    identity = np.eye(len(result.terms))
    yield Pair("estimate", result.coef, table["beta"])
    yield Pair("std_error", np.sqrt(np.diag(result.vcov)), table["SE"])
    if "df_Satt" in table:
        yield Pair("dof", [result.parts.dof(row) for row in identity], table["df_Satt"])
    if kind in {"CR2", "CR3"} and np.isfinite(result.p_value).all():
        yield Pair("p", result.p_value, table["p_Satt"], rtol=1e-8)
    if "p_t" in table:
        yield Pair("p", result.p_value, table["p_t"], rtol=1e-8)


def _api_case(entry, formula, kind):
    return lambda shared: _coef_test(api(shared), formula, "dnum", kind, shared.table(API, entry))


def _ci(shared: Shared) -> Pairs:
    fit, table = regress(ANCOVA, api(shared), cluster="dnum"), shared.table(API, "ancova_CR2_ci")
    yield Pair("low", fit.ci_low, table["CI_L"])
    yield Pair("high", fit.ci_high, table["CI_U"])


def _htz(shared: Shared) -> Pairs:
    test = regress(ANCOVA, api(shared), cluster="dnum").joint(["C(stype)[T.H]", "C(stype)[T.M]"])
    value = shared.value(API, "ancova_HTZ_stype")
    row = value["test"].index("HTZ")
    yield Pair("F", test.statistic, value["Fstat"][row])
    yield Pair("dof", test.dof_den, value["df_denom"][row])
    yield Pair("p", test.p_value, value["p_val"][row])


def _vcov(shared: Shared) -> Pairs:
    fit = regress(ANCOVA, api(shared), cluster="dnum")
    yield Pair("vcov", fit.vcov, shared.table(API, "ancova_CR2_vcov").to_numpy(), rtol=1e-8, atol=1e-9)


def _lm_robust(entry, kind):
    def case(shared: Shared) -> Pairs:
        fit, table = regress(ANCOVA, api(shared), cluster="dnum", vcov=kind), shared.table(API, entry)
        yield Pair("std_error", fit.std_error, table["Std. Error"])
        yield Pair("p", fit.p_value, table["Pr(>|t|)"], rtol=1e-8)

    return case


def _sandwich(entry, kind):
    def case(shared: Shared) -> Pairs:
        fit = regress(ANCOVA, api(shared), cluster="dnum", vcov=kind)
        yield Pair("std_error", fit.std_error, list(shared.value(API, entry).values()))

    return case


def _did_cr1(shared: Shared) -> Pairs:
    return _coef_test(long(shared), "y ~ post * E", "dnum", "CR1", shared.table(API, "did_long_CR1"))


def _did_cr2(shared: Shared) -> Pairs:
    return _coef_test(long(shared), "y ~ post * E", "dnum", "CR2", shared.table(API, "did_long_CR2"))


def _svymean(shared: Shared) -> Pairs:
    """Equal weights without a finite population: the design-based error of a mean is CR1's."""
    fit, value = regress("chg ~ 1", api(shared), cluster="dnum", vcov="CR1"), shared.value(API, "svymean_change_nofpc")
    yield Pair("mean", fit.coef[0], value["mean.chg"])
    yield Pair("se", fit.std_error[0], value["se"])
    yield Pair("dof", fit.dof[0], value["df"])


def _svyglm(shared: Shared) -> Pairs:
    fit, table = regress(ANCOVA, api(shared), cluster="dnum", vcov="CR1"), shared.table(API, "svyglm_ancova")
    yield Pair("std_error", fit.std_error, table["Std. Error"], rtol=1e-8)


WILD = "wildboot_enumerated"
MODELS = {
    "value": ("inv ~ value + capital", "value"),
    "capital": ("inv ~ value + capital", "capital"),
    "did": ("inv ~ big * late", "big:late"),
    "did_one_treated": ("inv ~ one * late", "one:late"),
}


def grunfeld(shared: Shared):
    g = shared.csv("grunfeld_plm")
    return g.assign(big=(g.firm <= 3) * 1.0, late=(g.year >= 1946) * 1.0, one=(g.firm == 1) * 1.0)


def _wild(key, restricted):
    def case(shared: Shared) -> Pairs:
        formula, term = MODELS[key]
        data = grunfeld(shared)
        fit = regress(formula, data, cluster="firm")
        contrast = np.eye(len(fit.terms))[fit.terms.index(term)]
        codes = np.unique(data.firm, return_inverse=True)[1]
        test = wild_bootstrap(fit.fit, codes, contrast, restricted=restricted, ci_level=None)
        value = shared.value(WILD, f"{'WCR' if restricted else 'WCU'}_{key}")
        yield Pair("estimate", test.estimate, value["beta"])
        yield Pair("t", test.statistic, value["t_CR1"])
        yield Pair("p", test.p_value, value["p_sym"], rtol=0)
        yield Pair("p strict", test.p_strict, value["p_sym_strict"], rtol=0)
        yield Pair("p equal tail", test.p_equal_tail, value["p_equal_tail"], rtol=0)
        yield Pair("draws", test.n_draws, value["n"], rtol=0)

    return case


def _wild_cr(entry, formula, kind):
    return lambda shared: _coef_test(grunfeld(shared), formula, "firm", kind, shared.table(WILD, entry))


def _one_treated(shared: Shared) -> Pairs:
    """R's figures as arrays, and the refusal to show them."""
    data, table = grunfeld(shared), shared.table(WILD, "did_one_treated_CR2")
    fit = regress("inv ~ one * late", data, cluster="firm")
    yield Pair("std_error", np.sqrt(np.diag(fit.parts.vcov)), table["SE"])
    yield Pair("dof", [fit.parts.dof(row) for row in np.eye(4)], table["df_Satt"])
    yield Pair("p is refused", np.isnan(fit.p_value), [False, True, False, True])
    panel = agreement("inv ~ one * late", data, term="one:late", cluster="firm")
    yield Pair("smallest p", panel.smallest_p, 0.1)


def _one_treated_cr1(shared: Shared) -> Pairs:
    data, table = grunfeld(shared), shared.table(WILD, "did_one_treated_CR1")
    design = np.column_stack([np.ones(len(data)), data.one, data.late, data.one * data.late])
    codes = np.unique(data.firm, return_inverse=True)[1]
    parts = cluster_parts(fit_least_squares(design, data.inv.to_numpy(float)), codes, "CR1")
    yield Pair("std_error", np.sqrt(np.diag(parts.vcov)), table["SE"])


KIEL = "kielmc_did"
KIEL_MODELS = {
    "m1": "rprice ~ y81 * nearinc",
    "m2": "rprice ~ y81 * nearinc + age + agesq",
    "m3": "rprice ~ y81 * nearinc + age + agesq + intst + land + area + rooms + baths",
    "m4": "lprice ~ y81 * nearinc",
}


def _kiel(key, kind="iid", entry=None):
    def case(shared: Shared) -> Pairs:
        table = shared.table(KIEL, entry or key)
        fit = regress(KIEL_MODELS[key], shared.csv("kielmc"), vcov=kind)
        order = [fit.terms.index(name) for name in table.index]
        yield Pair("estimate", fit.coef[order], table["Estimate"], rtol=1e-8)
        yield Pair("std_error", fit.std_error[order], table["Std. Error"], rtol=1e-8)

    return case


def _cells(shared: Shared) -> Pairs:
    """2 x 2 difference-in-differences is the difference of mean differences."""
    data, value = shared.csv("kielmc"), shared.value(KIEL, "cell_means")
    fit = regress(KIEL_MODELS["m1"], data)
    m = dict(zip(zip(value["y81"], value["nearinc"], strict=True), value["rprice"], strict=True))
    yield Pair("did", fit.coef[3], m[1, 1] - m[0, 1] - (m[1, 0] - m[0, 0]))


CASES = {
    **{
        (API, f"mean_change_{k}"): _api_case(f"mean_change_{k}", "chg ~ 1", k)
        for k in ("CR0", "CR1", "CR1S", "CR2", "CR3")
    },
    **{(API, f"ancova_{k}"): _api_case(f"ancova_{k}", ANCOVA, k) for k in ("CR0", "CR1", "CR1S", "CR2", "CR3")},
    (API, "ancova_CR1_naive_t"): _api_case("ancova_CR1_naive_t", ANCOVA, "CR1"),
    (API, "ancova_CR2_vcov"): _vcov,
    (API, "ancova_CR2_ci"): _ci,
    (API, "ancova_HTZ_stype"): _htz,
    (API, "did_long_CR2"): _did_cr2,
    (API, "did_long_CR1"): _did_cr1,
    (API, "lm_robust_CR2"): _lm_robust("lm_robust_CR2", "CR2"),
    (API, "lm_robust_stata"): _lm_robust("lm_robust_stata", "CR1S"),
    (API, "sandwich_vcovCL_HC1"): _sandwich("sandwich_vcovCL_HC1", "CR1S"),
    (API, "sandwich_vcovCL_HC3"): _sandwich("sandwich_vcovCL_HC3", "CR3"),
    (API, "svymean_change_nofpc"): _svymean,
    (API, "svyglm_ancova"): _svyglm,
    **{(WILD, f"WCR_{key}"): _wild(key, True) for key in MODELS},
    **{(WILD, f"WCU_{key}"): _wild(key, False) for key in MODELS},
    (WILD, "CR2_satt"): _wild_cr("CR2_satt", "inv ~ value + capital", "CR2"),
    (WILD, "CR3"): _wild_cr("CR3", "inv ~ value + capital", "CR3"),
    (WILD, "did_CR2_satt"): _wild_cr("did_CR2_satt", "inv ~ big * late", "CR2"),
    (WILD, "did_one_treated_CR2"): _one_treated,
    (WILD, "did_one_treated_CR1"): _one_treated_cr1,
    **{(KIEL, key): _kiel(key) for key in KIEL_MODELS},
    **{(KIEL, f"m1_{kind}"): _kiel("m1", kind, f"m1_{kind}") for kind in ("HC1", "HC2", "HC3")},
    (KIEL, "cell_means"): _cells,
}
NOT_OURS = {
    (API, "cluster_sizes"): "a description of the data",
    (API, "ancova_CR2_saddle"): "saddlepoint p-values are not offered; Satterthwaite is",
    (API, "svymean_change"): "finite-population corrections are not offered",
    (API, "svyttest"): "the same error with t(G - 2), a convention of survey",
}

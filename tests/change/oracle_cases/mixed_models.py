"""Mixed models: sleepstudy_lmm and the lmm entries of apiclus1_prepost_cluster.

1e-6 relative: lme4's optimiser stops about 1e-7 from the optimum, which shows in variances and degrees of freedom.
"""

from __future__ import annotations

import numpy as np
from change.oracle_cases.shared import Pair, Pairs, Shared
from change.oracle_cases.small_sample import API, api, long

from sctoolkit.change.models.mixed import mixed
from sctoolkit.change.models.mixed_robust import robust_mixed
from sctoolkit.numerics.linear.time_series import fit_ar1

SLEEP = "sleepstudy_lmm"
RTOL = 1e-6
RANDOM = {"": "1 + Days | Subject", "ri": "1 | Subject"}


def sleepstudy(shared: Shared, unbalanced: bool):
    data = shared.csv("sleepstudy")
    if unbalanced:
        drop = np.array(shared.value(SLEEP, "dropped_rows_1based")) - 1
        data = data.drop(index=drop)
        code = np.unique(shared.csv("sleepstudy").Subject, return_inverse=True)[1] + 1
        data["late"] = (data.Days >= 5) * 1.0 * (np.delete(code, drop) % 2)
    return data


def _model(shared: Shared, entry: str):
    unbalanced = entry.startswith("unbal")
    kind = "ri" if "ri" in entry.split("_") else ""
    df = "satterthwaite" if entry.endswith("satt") else "kenward-roger"
    return mixed("Reaction ~ Days", sleepstudy(shared, unbalanced), random=RANDOM[kind], df=df)


def _coefficients(entry):
    def case(shared: Shared) -> Pairs:
        model, table = _model(shared, entry), shared.table(SLEEP, entry)
        yield Pair("estimate", model.coef, table["Estimate"], RTOL)
        yield Pair("std_error", model.std_error, table["Std. Error"], RTOL)
        yield Pair("dof", model.dof, table["df"], RTOL)
        yield Pair("p", model.p_value, table["Pr(>|t|)"], 1e-5)

    return case


def _variances(entry):
    def case(shared: Shared) -> Pairs:
        model = _model(shared, entry.replace("reml_", ""))
        ours = [part.variance for part in model.variances] + [model.sigma**2]
        yield Pair("variances", ours, shared.value(SLEEP, entry)["vcov"], 3e-6)

    return case


def _vcov(entry):
    def case(shared: Shared) -> Pairs:
        model = _model(shared, entry)
        ours = model.vcov if entry.endswith("KR") else model.fit.vcov
        yield Pair("vcov", ours, shared.table(SLEEP, entry).to_numpy(), RTOL)

    return case


def _ml(shared: Shared):
    return mixed("Reaction ~ Days", sleepstudy(shared, False), random=RANDOM[""], df="satterthwaite", criterion="ML")


def _ml_fixef(shared: Shared) -> Pairs:
    model, table = _ml(shared), shared.table(SLEEP, "ml_fixef")
    yield Pair("std_error", model.std_error, table["Std. Error"], RTOL)
    yield Pair("dof", model.dof, table["df"], RTOL)


def _ml_variances(shared: Shared) -> Pairs:
    model = _ml(shared)
    ours = [part.variance for part in model.variances] + [model.sigma**2]
    yield Pair("variances", ours, shared.value(SLEEP, "ml_varcorr")["vcov"], 3e-6)


def _ml_loglik(shared: Shared) -> Pairs:
    model, value = _ml(shared), shared.value(SLEEP, "ml_loglik")
    n_par = len(model.terms) + model.fit.n_covariance
    yield Pair("loglik", -model.deviance / 2, value["logLik"])
    yield Pair("aic", model.deviance + 2 * n_par, value["AIC"])
    yield Pair("bic", model.deviance + np.log(model.n_obs) * n_par, value["BIC"])


def _criterion(shared: Shared) -> Pairs:
    yield Pair("reml", _model(shared, "reml_kr").deviance, shared.value(SLEEP, "reml_crit")["REMLcrit"])


def _lrt(shared: Shared) -> Pairs:
    small = mixed("Reaction ~ Days", sleepstudy(shared, False), random=RANDOM["ri"], df="satterthwaite", criterion="ML")
    yield Pair("chi2", small.deviance - _ml(shared).deviance, shared.value(SLEEP, "lrt_slope")["Chisq"][1], 1e-8)


def _late(shared: Shared, df: str):
    return mixed("Reaction ~ late + C(Days)", sleepstudy(shared, True), random="1 | Subject", df=df)


def _late_row(df, entry):
    def case(shared: Shared) -> Pairs:
        model, value = _late(shared, df), shared.value(SLEEP, entry)
        j = model.terms.index("late")
        ours = [model.coef[j], model.std_error[j], model.dof[j], model.p_value[j]]
        yield Pair("late", ours, [value[k] for k in ("Estimate", "Std. Error", "df", "Pr(>|t|)")], RTOL)

    return case


def _late_f(df, entry):
    def case(shared: Shared) -> Pairs:
        model, table = _late(shared, df), shared.table(SLEEP, entry)
        test = model.joint([term for term in model.terms if term.startswith("C(Days)")])
        row = table.loc["factor(Days)"]
        yield Pair("F", [test.statistic, test.dof_den], [row["F value"], row["DenDF"]], RTOL)

    return case


def _ranef(shared: Shared) -> Pairs:
    model, table = _model(shared, "reml_kr"), shared.table(SLEEP, "ranef")
    ours = np.array([model.effects["Subject"][name] for name in table.index])
    yield Pair("effects", ours, table.to_numpy(), 1e-5, 1e-5)


def _robust(shared: Shared) -> Pairs:
    table = shared.table(SLEEP, "cr2_lmer")
    rows = robust_mixed("Reaction ~ Days", sleepstudy(shared, True), random=RANDOM[""], cluster="Subject").tidy()
    yield Pair("std_error", rows["std_error"], table["SE"], RTOL)
    yield Pair("dof", rows["dof"], table["df_Satt"], RTOL)


def _ar1(shared: Shared):
    data = sleepstudy(shared, False)
    design = np.column_stack([np.ones(len(data)), data.Days])
    return fit_ar1(design, data.Reaction.to_numpy(), data.Days.to_numpy(), data.Subject.to_numpy(), reml=True)


def _gls(shared: Shared) -> Pairs:
    fit, table = _ar1(shared), shared.table(SLEEP, "gls_ar1")
    yield Pair("estimate", fit.coef, table["Value"], RTOL)
    yield Pair("std_error", np.sqrt(np.diag(fit.vcov)), table["Std.Error"], RTOL)


def _gls_phi(shared: Shared) -> Pairs:
    yield Pair("phi", _ar1(shared).phi, shared.value(SLEEP, "gls_ar1_phi")["Phi"], RTOL)


def _api_mixed(df, entry):
    def case(shared: Shared) -> Pairs:
        model = mixed("y ~ post * E", long(shared), random="1 | dnum/cds", df=df)
        table = shared.table(API, entry)
        # the estimate of E is near zero: its distance is read against the standard error
        yield Pair("estimate", model.coef, table["Estimate"], RTOL, 1e-5)
        yield Pair("std_error", model.std_error, table["Std. Error"], RTOL)
        yield Pair("dof", model.dof, table["df"], RTOL)

    return case


def _api_variances(shared: Shared) -> Pairs:
    model = mixed("y ~ post * E", long(shared), random="1 | dnum/cds")
    ours = {part.group: part.variance for part in model.variances}
    value = shared.value(API, "lmm_varcorr")["vcov"]
    yield Pair("variances", [ours["dnum:cds"], ours["dnum"], model.sigma**2], value, 3e-6)


def _icc(shared: Shared) -> Pairs:
    model = mixed("chg ~ 1", api(shared), random="1 | dnum")
    yield Pair("icc", model.icc, shared.value(API, "icc_deff")["icc"], 1e-5)


COEFFICIENTS = [
    "reml_satt", "reml_kr", "ri_satt", "ri_kr", "unbal_satt", "unbal_kr", "unbal_ri_satt", "unbal_ri_kr",
]  # fmt: skip
CASES = {
    **{(SLEEP, entry): _coefficients(entry) for entry in COEFFICIENTS},
    **{(SLEEP, e): _variances(e) for e in ("reml_varcorr", "ri_varcorr", "unbal_varcorr", "unbal_ri_varcorr")},
    **{(SLEEP, e): _vcov(e) for e in ("vcov", "vcov_KR", "unbal_vcov", "unbal_vcov_KR", "unbal_ri_vcov_KR")},
    (SLEEP, "reml_crit"): _criterion,
    (SLEEP, "ml_fixef"): _ml_fixef,
    (SLEEP, "ml_varcorr"): _ml_variances,
    (SLEEP, "ml_loglik"): _ml_loglik,
    (SLEEP, "lrt_slope"): _lrt,
    (SLEEP, "unbal_tv_satt"): _late_row("satterthwaite", "unbal_tv_satt"),
    (SLEEP, "unbal_tv_kr"): _late_row("kenward-roger", "unbal_tv_kr"),
    (SLEEP, "unbal_tv_Ftest_days_satt"): _late_f("satterthwaite", "unbal_tv_Ftest_days_satt"),
    (SLEEP, "unbal_tv_Ftest_days_kr"): _late_f("kenward-roger", "unbal_tv_Ftest_days_kr"),
    (SLEEP, "ranef"): _ranef,
    (SLEEP, "cr2_lmer"): _robust,
    (SLEEP, "gls_ar1"): _gls,
    (SLEEP, "gls_ar1_phi"): _gls_phi,
    (API, "lmm_satt"): _api_mixed("satterthwaite", "lmm_satt"),
    (API, "lmm_kr"): _api_mixed("kenward-roger", "lmm_kr"),
    (API, "lmm_varcorr"): _api_variances,
    (API, "icc_deff"): _icc,
}
NOT_OURS = {
    (SLEEP, "dropped_rows_1based"): "a description of the data",
    (SLEEP, "profile_ci"): "profile intervals of variances are not offered",
}

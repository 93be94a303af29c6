"""Series, mediation, imputation: its_seatbelts, tal_or_mediation, mice_pool."""

from __future__ import annotations

import numpy as np
from change.oracle_cases.shared import Pair, Pairs, Shared

from sctoolkit.change.designs.mediation import mediation
from sctoolkit.change.models.its import its
from sctoolkit.change.models.regress import regress
from sctoolkit.numerics.change.mediation import sobel
from sctoolkit.numerics.change.multiple_imputation import pool_scalars
from sctoolkit.numerics.linear.least_squares import fit_least_squares
from sctoolkit.numerics.linear.time_series import breusch_godfrey, durbin_watson, fit_ar1, newey_west

ITS, PATHS, MICE = "its_seatbelts", "tal_or_mediation", "mice_pool"


def _series(shared: Shared):
    data = shared.csv("seatbelts")
    start = int(data.t[data.law == 1].min())
    months = [(data.month == m).to_numpy(float) for m in range(2, 13)]
    after = data.law.to_numpy(float)
    design = np.column_stack([np.ones(len(data)), data.t, after, (data.t - start) * after, *months])
    return data, start, design, np.log(data.drivers.to_numpy(float))


def _ols(shared: Shared) -> Pairs:
    _, _, design, y = _series(shared)
    fit, table = fit_least_squares(design, y), shared.table(ITS, "ols")
    yield Pair("estimate", fit.coef[1:4], table["Estimate"], 1e-9)
    yield Pair("std_error", np.sqrt(fit.sigma2 * np.diag(fit.bread))[1:4], table["Std. Error"], 1e-9)


def _dw(shared: Shared) -> Pairs:
    _, _, design, y = _series(shared)
    yield Pair("dw", durbin_watson(fit_least_squares(design, y).residuals), shared.value(ITS, "dw")["dw"])


def _bg(shared: Shared) -> Pairs:
    _, _, design, y = _series(shared)
    ours, value = breusch_godfrey(design, fit_least_squares(design, y).residuals, 12), shared.value(ITS, "bg12")
    yield Pair("bg", ours, [value["LM"], value["p"]], 1e-8)


def _nw(entry, adjust):
    def case(shared: Shared) -> Pairs:
        _, _, design, y = _series(shared)
        variance = newey_west(design, fit_least_squares(design, y), 12, adjust)
        yield Pair("std_error", np.sqrt(np.diag(variance))[1:4], shared.table(ITS, entry)["Std. Error"], 1e-9)

    return case


def _its(shared: Shared):
    data, start, _, _ = _series(shared)
    return its(data, outcome="drivers", time="t", start=start, season="month", log=True, lag=12, horizons=(11,))


def _gls(shared: Shared) -> Pairs:
    """1e-5: nlme's phi is 1e-7 from the optimum; public function and array function agree with it."""
    data, _, design, y = _series(shared)
    fit, table = fit_ar1(design, y, data.t.to_numpy()), shared.table(ITS, "gls_ar1_ml")
    yield Pair("estimate", fit.coef[1:4], table["Value"], 1e-5)
    yield Pair("std_error", np.sqrt(np.diag(fit.vcov))[1:4], table["Std.Error"], 1e-5)
    rows = _its(shared).tidy().query("method.str.startswith('AR')").set_index("term")
    yield Pair("level", rows.loc["level", "estimate"], table.loc["law", "Value"], 1e-5)
    yield Pair("slope", rows.loc["slope", "estimate"], table.loc["ts", "Value"], 1e-5)


def _phi(shared: Shared) -> Pairs:
    data, _, design, y = _series(shared)
    fit, value = fit_ar1(design, y, data.t.to_numpy()), shared.value(ITS, "gls_ar1_phi")
    yield Pair("phi", fit.phi, value["phi.Phi"], 1e-5)
    yield Pair("loglik", fit.loglik, value["logLik"], 1e-8)


def _counterfactual(shared: Shared) -> Pairs:
    _, start, _, _ = _series(shared)
    result, value = _its(shared), shared.value(ITS, "counterfactual_12m")
    at = list(result.time).index(start + 11)
    yield Pair("fit", [result.fitted[at], result.counterfactual[at]], [value["fit"], value["cf"]], 1e-9)
    gap = result.tidy().query("term == 'gap after 11'")["estimate"].iloc[0]
    yield Pair("gap", gap, value["fit"] - value["cf"], 1e-9)


def _equation(entry, formula):
    def case(shared: Shared) -> Pairs:
        fit, table = regress(formula, shared.csv("Tal_Or"), vcov="iid"), shared.table(PATHS, entry)
        yield Pair("estimate", fit.coef, table["Estimate"])
        yield Pair("p", fit.p_value, table["Pr(>|t|)"], 1e-8)

    return case


def _tal_or(shared: Shared, **options):
    return mediation(shared.csv("Tal_Or"), exposure="cond", mediator="pmi", outcome="reaction", **options)


def _row(result, term):
    return result.tidy().set_index("term").loc[term]


def _indirect(shared: Shared) -> Pairs:
    row, value = _row(_tal_or(shared), "indirect pmi"), shared.value(PATHS, "indirect")
    yield Pair("ab", [row["estimate"], row["std_error"]], [value["ab"], value["se_sobel"]])
    paths = _tal_or(shared).tidy().set_index("term")
    aroian = sobel(*paths.loc[["a pmi", "b pmi"], "estimate"], *paths.loc[["a pmi", "b pmi"], "std_error"])[1]
    yield Pair("aroian", aroian, value["se_aroian"])


def _lavaan(shared: Shared) -> Pairs:
    table, ours = shared.table(PATHS, "lavaan_ml").set_index("label"), _tal_or(shared).tidy().set_index("term")
    names = {"a": "a pmi", "b": "b pmi", "cp": "direct", "ab": "indirect pmi", "tot": "total"}
    yield Pair("estimates", ours.loc[list(names.values()), "estimate"], table.loc[list(names), "est"], 1e-8)


def _interval(entry, interval, tolerance):
    def case(shared: Shared) -> Pairs:
        """Different random numbers: limits of R's and our draws differ by a few Monte-Carlo errors."""
        row = _row(_tal_or(shared, interval=interval, n_draws=20_000), "indirect pmi")
        yield Pair(entry, [row["ci_low"], row["ci_high"]], list(shared.value(PATHS, entry).values()), 0, tolerance)

    return case


def _jobs(shared: Shared) -> Pairs:
    result = mediation(
        shared.csv("jobs"), exposure="treat", mediator="job_seek", outcome="depress2",
        covariates=["econ_hard", "sex", "age"], n_draws=50,
    )  # fmt: skip
    ours = result.tidy().set_index("term").loc[["indirect job_seek", "direct", "total"], "estimate"]
    yield Pair("jobs", ours, list(shared.value(PATHS, "jobs_product").values()))


def _imputed(shared: Shared):
    data = shared.csv("nhanes_imputed_m5_seed123")
    return [regress("chl ~ age + bmi", part, vcov="iid") for _, part in data.groupby(".imp")]


def _per_imputation(shared: Shared) -> Pairs:
    for fit, value in zip(_imputed(shared), shared.value(MICE, "per_imputation").values(), strict=True):
        yield Pair("estimate", fit.coef, np.array(value["values"])[:, 0])


def _pool(entry, complete):
    def case(shared: Shared) -> Pairs:
        fits, table = _imputed(shared), shared.value(MICE, entry)
        for j in range(3):
            estimates, variances = np.array([f.coef[j] for f in fits]), np.array([f.std_error[j] ** 2 for f in fits])
            p = pool_scalars(estimates, variances, complete)
            ours = [p.estimate, p.within, p.between, p.total, p.dof, p.riv, p.lambda_, p.fmi]
            names = ["estimate", "ubar", "b", "t", "df", "riv", "lambda", "fmi"]
            yield Pair(entry, ours, [table[name][j] for name in names], 1e-9)

    return case


def _summary(shared: Shared) -> Pairs:
    fits, table = _imputed(shared), shared.value(MICE, "pool_summary")
    for j in range(3):
        p = pool_scalars(np.array([f.coef[j] for f in fits]), np.array([f.std_error[j] ** 2 for f in fits]), 22)
        theirs = [table[name][j] for name in ("std.error", "p.value", "2.5 %", "97.5 %")]
        yield Pair("summary", [p.std_error, p.p_value, p.ci_low, p.ci_high], theirs, 1e-9)


def _scalar(shared: Shared) -> Pairs:
    data = shared.csv("nhanes_imputed_m5_seed123").groupby(".imp").bmi
    p = pool_scalars(data.mean().to_numpy(), data.var().to_numpy() / 25, 24)
    value = shared.value(MICE, "pool_scalar_mean_bmi")
    ours = [p.estimate, p.within, p.between, p.total, p.dof, p.riv, p.fmi]
    yield Pair("scalar", ours, [value[k] for k in ("qbar", "ubar", "b", "t", "df", "r", "fmi")], 1e-9)


def _complete(shared: Shared) -> Pairs:
    fit, table = regress("chl ~ age + bmi", shared.csv("nhanes"), vcov="iid"), shared.table(MICE, "complete_case")
    yield Pair("std_error", fit.std_error, table["Std. Error"])


CASES = {
    (ITS, "ols"): _ols,
    (ITS, "dw"): _dw,
    (ITS, "bg12"): _bg,
    (ITS, "nw_lag12"): _nw("nw_lag12", False),
    (ITS, "nw_lag12_adj"): _nw("nw_lag12_adj", True),
    (ITS, "gls_ar1_ml"): _gls,
    (ITS, "gls_ar1_phi"): _phi,
    (ITS, "counterfactual_12m"): _counterfactual,
    (PATHS, "a_path"): _equation("a_path", "pmi ~ cond"),
    (PATHS, "b_path"): _equation("b_path", "reaction ~ cond + pmi"),
    (PATHS, "total"): _equation("total", "reaction ~ cond"),
    (PATHS, "indirect"): _indirect,
    (PATHS, "lavaan_ml"): _lavaan,
    (PATHS, "boot_perc_seed1"): _interval("boot_perc_seed1", "bootstrap", 0.02),
    (PATHS, "montecarlo_ci_seed1"): _interval("montecarlo_ci_seed1", "monte-carlo", 0.01),
    (PATHS, "jobs_product"): _jobs,
    (MICE, "per_imputation"): _per_imputation,
    (MICE, "pool"): _pool("pool", 22),
    (MICE, "pool_dfcom_inf"): _pool("pool_dfcom_inf", np.inf),
    (MICE, "pool_summary"): _summary,
    (MICE, "pool_scalar_mean_bmi"): _scalar,
    (MICE, "complete_case"): _complete,
}
NOT_OURS = {
    (MICE, "D3"): "likelihood-ratio pooling is not offered; D1 is (tests/numerics/change/test_multiple_imputation.py)",
    (MICE, "r2_pool"): "pooled R^2 is not offered",
}

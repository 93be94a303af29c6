"""Ordered and yes-or-no answers: ordinal_wine, paired_categorical, gee_binary and the GEE entries of apiclus1."""

from __future__ import annotations

import numpy as np
from change.oracle_cases.shared import Pair, Pairs, Shared
from change.oracle_cases.small_sample import API, long

from sctoolkit.change.models.gee import gee
from sctoolkit.change.models.ordinal import ordinal
from sctoolkit.numerics.ordinal.cumulative_link_mixed import fit_cumulative_mixed
from sctoolkit.numerics.ordinal.paired_tables import bowker, marginal_trend, paired_proportions, stuart_maxwell

WINE, PAIRED, GEE = "ordinal_wine", "paired_categorical", "gee_binary"
FORMULA = "rating ~ temp + contact"
APPROVAL = np.array([[794.0, 150.0], [86.0, 570.0]])
VISION = np.array(
    [[1520, 266, 124, 66], [234, 1512, 432, 78], [117, 362, 1772, 205], [36, 82, 179, 492]], dtype=float
)  # fmt: skip


def _clm(entry, link):
    def case(shared: Shared) -> Pairs:
        """1e-7: R's Newton steps stop at a gradient of about 1e-6."""
        fit, table = ordinal(FORMULA, shared.csv("wine"), link=link), shared.table(WINE, entry)
        yield Pair("estimate", [*fit.thresholds, *fit.coef], table["Estimate"], 1e-7)
        yield Pair("std_error", fit.std_error, table["Std. Error"][-2:], 1e-7)

    return case


def _loglik(shared: Shared) -> Pairs:
    yield Pair("loglik", ordinal(FORMULA, shared.csv("wine")).loglik, shared.value(WINE, "clm_loglik")["logLik"])


def _polr(shared: Shared) -> Pairs:
    """2e-5: polr's BFGS stops early."""
    yield Pair("slope", ordinal(FORMULA, shared.csv("wine")).coef, shared.table(WINE, "polr")["Value"][:2], 2e-5)


def _nominal(shared: Shared) -> Pairs:
    """1e-6 in p: for temp the maximum lies at infinity."""
    fit, table = ordinal(FORMULA, shared.csv("wine")), shared.value(WINE, "nominal_test")
    yield Pair("p", fit.proportional_p, table["Pr(>Chi)"][1:], 1e-6)


def _clmm_fit(shared: Shared):
    wine = shared.csv("wine")
    design = np.column_stack([wine.temp == "warm", wine.contact == "yes"]).astype(float)
    return fit_cumulative_mixed(design, wine.rating.to_numpy() - 1, 5, wine.judge.to_numpy() - 1, n_nodes=10)


def _clmm(shared: Shared) -> Pairs:
    """2e-5: both optimisers stop at a gradient of about 1e-5."""
    fit, table = _clmm_fit(shared), shared.table(WINE, "clmm_agq10")
    yield Pair("estimate", [*fit.thresholds, *fit.slopes], table["Estimate"], 2e-5)
    yield Pair("std_error", np.sqrt(np.diag(fit.vcov))[:-1], table["Std. Error"], 2e-5)


def _clmm_sd(shared: Shared) -> Pairs:
    fit, value = _clmm_fit(shared), shared.value(WINE, "clmm_sd")
    yield Pair("sd", fit.sd, value["sd"], 1e-5)
    yield Pair("loglik", fit.loglik, value["logLik"], 1e-8)


def _mcnemar(shared: Shared) -> Pairs:
    test, value = paired_proportions(APPROVAL), shared.value(PAIRED, "mcnemar")
    yield Pair("chi2", test.chi2, value["statistic"]["McNemar's chi-squared"])
    yield Pair("p", test.p_chi2, value["p_value"])


def _exact(shared: Shared) -> Pairs:
    yield Pair("p", paired_proportions(APPROVAL).p_exact, shared.value(PAIRED, "mcnemar_exact")["p_value"])


def _wald(shared: Shared) -> Pairs:
    test, value = paired_proportions(APPROVAL), shared.value(PAIRED, "diff_wald")
    yield Pair("difference", [test.difference, test.std_error], [value["diff"], value["se"]])


def _odds(shared: Shared) -> Pairs:
    yield Pair("odds ratio", paired_proportions(APPROVAL).odds_ratio, shared.value(PAIRED, "cond_or")["or"])


def _bowker(shared: Shared) -> Pairs:
    test, value = bowker(VISION), shared.value(PAIRED, "bowker")
    theirs = [value["statistic"]["McNemar's chi-squared"], value["parameter"]["df"], value["p_value"]]
    yield Pair("bowker", [test.chi2, test.dof, test.p_value], theirs)


def _stuart(shared: Shared) -> Pairs:
    test, value = stuart_maxwell(VISION), shared.value(PAIRED, "stuart_maxwell")
    yield Pair("stuart-maxwell", [test.chi2, test.p_value], [value["chisq"], value["p"]])


def _trend(shared: Shared) -> Pairs:
    """coin's sign is of first minus second."""
    z, p = marginal_trend(VISION)
    value = shared.value(PAIRED, "linear_by_linear_marginal")
    yield Pair("trend", [abs(z), p], [abs(value["stat"]), value["p"]])


RESPIRATORY = "outcome ~ c2 + trt + male + baseline + age"


def respiratory(shared: Shared):
    r = shared.csv("respiratory")
    return r.assign(trt=(r.treat == "A") * 1.0, male=(r.sex == "M") * 1.0, c2=(r.center == 2) * 1.0)


def _gee(entry, formula, load, cluster, working, rtol=1e-9, family="binomial"):
    def case(shared: Shared) -> Pairs:
        fit = gee(formula, load(shared), cluster=cluster, working=working, correction="none", family=family)
        table = shared.table("gee_binary" if family == "binomial" else API, entry)
        column = "Std.err" if "Std.err" in table else "Robust S.E."
        # an estimate near zero (E in the exchangeable fit) is read against its standard error
        scale = np.abs(np.asarray(table["Estimate"])) + np.asarray(table[column])
        yield Pair("estimate", (fit.coef - np.asarray(table["Estimate"])) / scale, np.zeros(len(scale)), 0, rtol)
        yield Pair("std_error", fit.std_error, table[column], rtol)

    return case


def _alpha(shared: Shared) -> Pairs:
    """1e-3: moment estimates of the working correlation divide by n or by n - p."""
    fit = gee("resp ~ age * smoke", shared.csv("ohio"), cluster="id")
    yield Pair("alpha", fit.alpha, shared.value(GEE, "ohio_exch_alpha")["alpha"], 1e-3)


def _jackknife(entry):
    def case(shared: Shared) -> Pairs:
        """The corrected errors lie between the plain one and a little above the jackknife's (10 percent)."""
        plain, carroll, derouen = (
            gee(RESPIRATORY, respiratory(shared), cluster="uid", correction=how).std_error
            for how in ("none", "kauermann-carroll", "mancl-derouen")
        )
        theirs = np.asarray(shared.table(GEE, entry)["Std.err"])
        yield Pair("order", [(plain < carroll).all(), (carroll < derouen).all()], [True, True])
        yield Pair("near the jackknife", derouen, theirs, 0.05)

    return case


CASES = {
    (WINE, "clm"): _clm("clm", "logit"),
    (WINE, "clm_probit"): _clm("clm_probit", "probit"),
    (WINE, "clm_loglik"): _loglik,
    (WINE, "polr"): _polr,
    (WINE, "nominal_test"): _nominal,
    (WINE, "clmm_agq10"): _clmm,
    (WINE, "clmm_sd"): _clmm_sd,
    (PAIRED, "mcnemar"): _mcnemar,
    (PAIRED, "mcnemar_exact"): _exact,
    (PAIRED, "diff_wald"): _wald,
    (PAIRED, "cond_or"): _odds,
    (PAIRED, "bowker"): _bowker,
    (PAIRED, "stuart_maxwell"): _stuart,
    (PAIRED, "linear_by_linear_marginal"): _trend,
    # 3e-4 where a working correlation is estimated: see _alpha
    (GEE, "ohio_exch"): _gee("ohio_exch", "resp ~ age * smoke", lambda s: s.csv("ohio"), "id", "exchangeable", 3e-4),
    (GEE, "ohio_ind"): _gee("ohio_ind", "resp ~ age * smoke", lambda s: s.csv("ohio"), "id", "independence"),
    (GEE, "ohio_exch_alpha"): _alpha,
    (GEE, "resp_ind"): _gee("resp_ind", RESPIRATORY, respiratory, "uid", "independence", 1e-8),
    # balanced with covariates constant within people: the working correlation cancels
    (GEE, "resp_exch"): _gee("resp_exch", RESPIRATORY, respiratory, "uid", "exchangeable", 1e-6),
    (GEE, "gee_pkg_exch"): _gee("gee_pkg_exch", RESPIRATORY, respiratory, "uid", "exchangeable", 1e-6),
    (GEE, "resp_exch_fij"): _jackknife("resp_exch_fij"),
    (GEE, "resp_exch_jack"): _jackknife("resp_exch_jack"),
    (API, "gee_ind"): _gee("gee_ind", "y ~ post * E", long, "dnum", "independence", 1e-8, "gaussian"),
    # alpha .35 by geepack, by statsmodels with another divisor: coefficients that depend on it move by their 2 percent
    (API, "gee_exch"): _gee("gee_exch", "y ~ post * E", long, "dnum", "exchangeable", 2e-2, "gaussian"),
}
NOT_OURS = {
    (WINE, "profile_ci"): "profile intervals are not offered",
    (PAIRED, "mcnemar_cc"): "the continuity correction is not offered: exact and mid-p are",
    (GEE, "ohio_ar1"): "AR(1) working correlation is not offered for answers",
    (GEE, "ohio_unstr"): "unstructured working correlation is not offered",
    (GEE, "resp_unstr"): "as above",
    (GEE, "glmer_agq"): "random-intercept logit is not offered; marginal models are",
    (GEE, "glmer_agq_var"): "as above",
    (API, "gee_exch_alpha"): "a moment estimate with another divisor; see gee_exch",
    (API, "gee_exch_fij_jack"): "R's one-step jackknife; ours are Kauermann-Carroll and Mancl-DeRouen",
}

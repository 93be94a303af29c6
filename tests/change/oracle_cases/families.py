"""Families, permutation and pooling: multiplicity_exact, randomisation_inference, site_shrinkage."""

from __future__ import annotations

import numpy as np
from change.oracle_cases.shared import Pair, Pairs, Shared

from sctoolkit.change.doubts.multiplicity import step_down
from sctoolkit.numerics.change.meta_analysis import normal_prediction, pool_random_effects
from sctoolkit.numerics.change.multiplicity import adjust, step_down_max_t
from sctoolkit.numerics.linear.permutation import assignments, permute_assignment

FAMILY, RI, SITES = "multiplicity_exact", "randomisation_inference", "site_shrinkage"
NAMES = ["y1", "y2", "y3", "y4"]


def _family(shared: Shared):
    return step_down(shared.csv("westfall_young_sim"), outcomes=NAMES, treated="d")


def _statistics(shared: Shared):
    data = shared.csv("westfall_young_sim")
    table, arm = data[NAMES].to_numpy(), data.d.to_numpy() == 1
    deals, _ = assignments(arm)

    def t(pick):
        a, b = table[pick], table[~pick]
        return np.abs(a.mean(0) - b.mean(0)) / np.sqrt(a.var(0, ddof=1) / len(a) + b.var(0, ddof=1) / len(b))

    return t(arm), np.array([t(pick) for pick in deals])


def _t(shared: Shared) -> Pairs:
    yield Pair("t", _statistics(shared)[0], list(shared.value(FAMILY, "t_abs").values()))


def _raw(shared: Shared) -> Pairs:
    yield Pair("p", _family(shared).unadjusted, list(shared.value(FAMILY, "raw_perm_p").values()), 1e-12)


def _step(shared: Shared) -> Pairs:
    yield Pair("p", _family(shared).adjusted, list(shared.value(FAMILY, "stepdown_maxT").values()), 1e-12)
    yield Pair("by numerics", step_down_max_t(*_statistics(shared)), _family(shared).adjusted, 1e-12)


def _holm(shared: Shared) -> Pairs:
    yield Pair("p", adjust(_family(shared).unadjusted, "holm"), shared.value(FAMILY, "holm_on_raw"), 1e-12)


def _ri(shared: Shared):
    data = shared.csv("ri")
    return data.y.to_numpy(dtype=float), data.d.to_numpy() == 1


def _observed(shared: Shared) -> Pairs:
    yield Pair("difference", permute_assignment(*_ri(shared)).estimate, shared.value(RI, "obs"))


def _distribution(shared: Shared) -> Pairs:
    y, d = _ri(shared)
    deals, _ = assignments(d)
    ours = [y[pick].mean() - y[~pick].mean() for pick in deals]
    yield Pair("all 70", np.sort(ours), np.sort(shared.value(RI, "dist")))


def _p(entry, field):
    def case(shared: Shared) -> Pairs:
        yield Pair(entry, getattr(permute_assignment(*_ri(shared)), field), shared.value(RI, entry), 1e-12)

    return case


def _coin(shared: Shared) -> Pairs:
    yield Pair("p", permute_assignment(*_ri(shared)).p_value, shared.value(RI, "coin_exact")["p"], 1e-12)


def _ranks(shared: Shared) -> Pairs:
    y, d = _ri(shared)
    ranks = np.array([(y < v).sum() + ((y == v).sum() + 1) / 2 for v in y])
    yield Pair("p", permute_assignment(ranks, d).p_value, shared.value(RI, "rank_sum_p"), 1e-12)


def _interval(shared: Shared) -> Pairs:
    """R's grid has steps of .01."""
    test = permute_assignment(*_ri(shared))
    yield Pair("interval", [test.ci_low, test.ci_high], shared.value(RI, "ci_by_inversion"), 0, 0.0101)


def _teachers(shared: Shared, method="REML"):
    data = shared.csv("raudenbush1985")
    return pool_random_effects(data.yi.to_numpy(), data.vi.to_numpy(), method)


LOOSE = 3e-3  # relative: metafor stops REML and Paule-Mandel when tau^2 moves by less than 1e-5 (tau^2 is .019)


def _reml(shared: Shared) -> Pairs:
    pooled, value = _teachers(shared), shared.value(SITES, "reml")
    yield Pair("mu", [pooled.estimate, pooled.std_error], [value["mu"], value["se"]], LOOSE)
    yield Pair("tau2", [pooled.tau2, pooled.tau2_error], [value["tau2"], value["se_tau2"]], LOOSE)
    yield Pair("i2", 100 * pooled.i2, value["I2"], LOOSE)
    yield Pair("q", [pooled.q, pooled.q_p_value], [value["QE"], value["QEp"]])


def _hksj(shared: Shared) -> Pairs:
    pooled, value = _teachers(shared), shared.value(SITES, "hksj")
    ours = [pooled.hksj_error, pooled.ci_low, pooled.ci_high, pooled.p_value, pooled.dof]
    yield Pair("hksj", ours, [value[k] for k in ("se", "ci_lb", "ci_ub", "p", "df")], LOOSE)


def _dl(shared: Shared) -> Pairs:
    pooled, value = _teachers(shared, "DL"), shared.value(SITES, "dl")
    yield Pair("dl", [pooled.estimate, pooled.tau2], [value["mu"], value["tau2"]])


def _pm(shared: Shared) -> Pairs:
    pooled, value = _teachers(shared, "PM"), shared.value(SITES, "pm")
    yield Pair("pm", [pooled.estimate, pooled.tau2], [value["mu"], value["tau2"]], LOOSE)


def _blup(shared: Shared) -> Pairs:
    pooled, value = _teachers(shared), shared.value(SITES, "blup")
    yield Pair("blup", pooled.blups, value["pred"], LOOSE, 1e-4)
    yield Pair("se", pooled.blup_errors, value["se"], LOOSE)


def _prediction(shared: Shared) -> Pairs:
    pooled, value = _teachers(shared), shared.value(SITES, "pred_interval")
    ours = normal_prediction(pooled.estimate, pooled.std_error, pooled.tau2)
    yield Pair("normal", ours, [value["pi.lb"], value["pi.ub"]], LOOSE)
    yield Pair("t is wider", pooled.pi_high > ours[1], True)


def _profile(shared: Shared) -> Pairs:
    pooled, value = _teachers(shared), shared.value(SITES, "tau2_ci")
    yield Pair("tau2", [pooled.tau2_low, pooled.tau2_high], [value["ci.lb"][0], value["ci.ub"][0]], LOOSE)


CASES = {
    (FAMILY, "t_abs"): _t,
    (FAMILY, "raw_perm_p"): _raw,
    (FAMILY, "stepdown_maxT"): _step,
    (FAMILY, "holm_on_raw"): _holm,
    (RI, "obs"): _observed,
    (RI, "dist"): _distribution,
    (RI, "p_two"): _p("p_two", "p_value"),
    (RI, "p_greater"): _p("p_greater", "p_greater"),
    (RI, "rank_sum_p"): _ranks,
    (RI, "coin_exact"): _coin,
    (RI, "ci_by_inversion"): _interval,
    (SITES, "reml"): _reml,
    (SITES, "hksj"): _hksj,
    (SITES, "dl"): _dl,
    (SITES, "pm"): _pm,
    (SITES, "blup"): _blup,
    (SITES, "pred_interval"): _prediction,
    (SITES, "tau2_ci"): _profile,
}
NOT_OURS = {
    (FAMILY, "maxT_single_step"): "single-step max-T is not offered: step-down is never worse",
    (RI, "ks_p"): "a permutation Kolmogorov-Smirnov test is not offered",
    (SITES, "eight_schools_cols"): "a description of the data",
}

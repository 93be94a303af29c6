"""Effect sizes, reliable change, equivalence: sleep_paired, morris2008_ppc, rci_rtm_evalue. Closed forms: 1e-10."""

from __future__ import annotations

import numpy as np
import pandas as pd
from change.oracle_cases.shared import Pair, Pairs, Shared

from sctoolkit.change.models.regress import regress
from sctoolkit.numerics.change import hidden_bias, reliable_change
from sctoolkit.numerics.change.equivalence import tost
from sctoolkit.numerics.change.group_effect_sizes import d_ppc2
from sctoolkit.numerics.change.meta_analysis import generalised_q
from sctoolkit.numerics.change.multiplicity import adjust
from sctoolkit.numerics.change.paired_effect_sizes import paired_effect_sizes, small_sample_factor, smcr
from sctoolkit.numerics.change.superiority import independent_superiority, paired_superiority
from sctoolkit.numerics.linear.cluster_means import cluster_means
from sctoolkit.numerics.linear.permutation import flip_signs

SLEEP, MORRIS, RCI = "sleep_paired", "morris2008_ppc", "rci_rtm_evalue"
TIGHT = 1e-10


def sleep(shared: Shared):
    extra = shared.csv("sleep").extra.to_numpy()
    return extra[:10], extra[10:]


def _descr(shared: Shared) -> Pairs:
    pre, post = sleep(shared)
    value = shared.value(SLEEP, "descr")
    sizes = paired_effect_sizes(pre, post)
    yield Pair("sd of differences", sizes["d_z"].standardiser, value["sd_diff"], TIGHT)
    yield Pair("sd pre", sizes["glass_pre"].standardiser, value["sd_pre"], TIGHT)


def _paired_t(shared: Shared) -> Pairs:
    pre, post = sleep(shared)
    value = shared.value(SLEEP, "paired_t")
    fit = regress("d ~ 1", pd.DataFrame({"d": post - pre}))
    yield Pair("t", fit.coef[0] / fit.std_error[0], value["statistic"]["t"], TIGHT)
    yield Pair("p", fit.p_value[0], value["p_value"], TIGHT)
    yield Pair("ci", [fit.ci_low[0], fit.ci_high[0]], value["conf_int"], TIGHT)
    yield Pair("dof", fit.dof[0], value["parameter"]["df"], TIGHT)


def _welch(shared: Shared) -> Pairs:
    """Welch's t is HC2's in a two-group regression; its degrees of freedom use the estimated variances."""
    pre, post = sleep(shared)
    value = shared.value(SLEEP, "welch_t_wrong_unpaired")
    frame = pd.DataFrame({"y": np.append(pre, post), "x": np.repeat([0, 1], 10)})
    fit = regress("y ~ x", frame)
    yield Pair("t", fit.coef[1] / fit.std_error[1], value["statistic"]["t"], TIGHT)
    test = cluster_means(frame.y.to_numpy(), frame.x.to_numpy() == 1, equal_variances=False)
    yield Pair("over clusters", [test.dof, test.p_value], [value["parameter"]["df"], value["p_value"]], TIGHT)


def _flips(shared: Shared) -> Pairs:
    pre, post = sleep(shared)
    test, value = flip_signs(post - pre), shared.value(SLEEP, "signflip_exact_p")
    yield Pair("p", [test.p_value, test.n_assignments], [value["p_two_sided"], value["n_perm"]], 0)


def _d_z(shared: Shared) -> Pairs:
    """1e-6: R's interval search stops at about 1e-7 of the limit."""
    sizes = paired_effect_sizes(*sleep(shared))
    for entry, name, column in (("d_z", "d_z", "Cohens_d"), ("g_z", "g_z", "Hedges_g")):
        value = shared.value(SLEEP, entry)
        yield Pair(entry, sizes[name].estimate, value[column], TIGHT)
        yield Pair(f"{entry} ci", [sizes[name].ci_low, sizes[name].ci_high], [value["CI_low"], value["CI_high"]], 1e-6)


def _g_pre(shared: Shared) -> Pairs:
    pre, post = sleep(shared)
    value = shared.value(SLEEP, "smcr")
    ours = smcr(float((post - pre).mean()), float(pre.std(ddof=1)), 10, float(np.corrcoef(pre, post)[0, 1]))
    yield Pair("smcr", ours, [value["yi"], value["vi"]], TIGHT)


def _g_pre_unequal(shared: Shared) -> Pairs:
    size, value = paired_effect_sizes(*sleep(shared))["g_pre"], shared.value(SLEEP, "smcrh")
    yield Pair("smcrh", [size.estimate, size.std_error**2], [value["yi"], value["vi"]], TIGHT)


def _smcc(shared: Shared) -> Pairs:
    yield Pair("g_z", paired_effect_sizes(*sleep(shared))["g_z"].estimate, shared.value(SLEEP, "smcc")["yi"], TIGHT)


def _family(shared: Shared) -> Pairs:
    sizes, value = paired_effect_sizes(*sleep(shared)), shared.value(SLEEP, "d_family_formula")
    names = {"d_b_glass_pre": "glass_pre"}
    for name, theirs in value.items():
        if name.startswith("J"):
            yield Pair(name, small_sample_factor({"J_n_minus_1": 9, "J_2n_minus_2": 18}[name]), theirs, TIGHT)
        else:
            yield Pair(name, sizes[names.get(name, name)].estimate, theirs, TIGHT)


def _superiority(entry):
    def case(shared: Shared) -> Pairs:
        pre, post = sleep(shared)
        test = independent_superiority if "indep" in entry else paired_superiority
        yield Pair(entry, test(pre, post).estimate, shared.value(SLEEP, entry)["p_superiority"], TIGHT)

    return case


def _tost(entry, bound):
    def case(shared: Shared) -> Pairs:
        pre, post = sleep(shared)
        change, value = post - pre, shared.value(SLEEP, entry)
        test = tost(float(change.mean()), float(change.std(ddof=1) / np.sqrt(10)), 9, bound)
        ours = [test.p_lower, test.p_upper, test.p_value]
        yield Pair("p", ours, [value["p_lower"], value["p_upper"], value["p_tost"]], 1e-9)
        if "ci90_low" in value:
            yield Pair("ci", [test.ci_low, test.ci_high], [value["ci90_low"], value["ci90_high"]], TIGHT)

    return case


def _arms(shared: Shared):
    treat, control = shared.value(MORRIS, "treat"), shared.value(MORRIS, "control")
    return [{k: np.array(v, float) for k, v in arm.items()} for arm in (treat, control)]


def _morris_arm(index, entry):
    def case(shared: Shared) -> Pairs:
        a = _arms(shared)[index]
        rows = zip(a["m_post"] - a["m_pre"], a["sd_pre"], a["ni"], a["ri"], strict=True)
        ours = np.array([smcr(*row) for row in rows])
        yield Pair("yi", ours[:, 0], a["yi"], TIGHT)
        yield Pair("vi", ours[:, 1], a["vi"], TIGHT)

    return case


def _morris_g(shared: Shared) -> Pairs:
    t, c = _arms(shared)
    both = [
        [smcr(*row) for row in zip(a["m_post"] - a["m_pre"], a["sd_pre"], a["ni"], a["ri"], strict=True)]
        for a in (t, c)
    ]
    first, second = (np.array(x) for x in both)
    value = shared.value(MORRIS, "g")
    yield Pair("yi", first[:, 0] - second[:, 0], value["yi"], TIGHT)
    yield Pair("vi", first[:, 1] + second[:, 1], value["vi"], TIGHT)


def _ppc(shared: Shared):
    t, c = _arms(shared)
    for k in range(5):
        yield d_ppc2(
            t["m_post"][k] - t["m_pre"][k], c["m_post"][k] - c["m_pre"][k], t["sd_pre"][k], c["sd_pre"][k],
            int(t["ni"][k]), int(c["ni"][k]), (t["ri"][k] + c["ri"][k]) / 2, exact=False,
        )  # fmt: skip


def _ppc_estimates(shared: Shared) -> Pairs:
    ours = [size.estimate for size in _ppc(shared)]
    yield Pair("d_ppc2", ours, shared.value(MORRIS, "pooled_sd_dppc2")["dppc2"], TIGHT)
    yield Pair("published", np.round(ours, 2), [0.77, 0.80, 1.20, 1.05, 0.44], 1e-12)


def _ppc_variances(shared: Shared) -> Pairs:
    yield Pair("variance", [s.std_error**2 for s in _ppc(shared)], shared.value(MORRIS, "dppc2_var"), TIGHT)


def _fixed(shared: Shared) -> Pairs:
    g, value = shared.value(MORRIS, "g"), shared.value(MORRIS, "rma_fe")
    y, v = np.array(g["yi"]), np.array(g["vi"])
    yield Pair("b", (y / v).sum() / (1 / v).sum(), value["b"], TIGHT)
    yield Pair("Q", generalised_q(y, v, 0.0), value["QE"], TIGHT)


ONE = np.array([32.5]), np.array([47.5])


def _formula(entry, make):
    def case(shared: Shared) -> Pairs:
        value = shared.value(RCI, entry)
        theirs = list(value.values()) if isinstance(value, dict) else value
        yield Pair(entry, make(), theirs, TIGHT)

    return case


def _ha():
    index = reliable_change.hageman_arrindell(*ONE, 40, 46, 7.5, 9, 0.5, 0.8, 0.85)
    noise = 7.5**2 * 0.2 + 9**2 * 0.15
    return [index.std_error**2 / noise, index.z[0]]


def _jt():
    index, sem = reliable_change.jacobson_truax(*ONE, 7.5, 0.8), reliable_change.std_error_measurement(7.5, 0.8)
    return [sem, index.std_error, index.z[0], reliable_change.minimal_detectable_change(7.5, 0.8)]


def _gln():
    index = reliable_change.gulliksen_lord_novick(*ONE, 40, 7.5, 0.8)
    return [47.5 - index.z[0] * index.std_error, index.std_error, index.z[0]]


def _srb():
    index = reliable_change.regression_based(*ONE, 40, 46, 7.5, 9, 0.5)
    return [47.5 - index.z[0] * index.std_error, index.std_error, index.z[0]]


MANY = np.array(
    [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216, 0.222, 0.251, 0.269, 0.275, 0.34, 0.341,
     0.384, 0.569, 0.594, 0.696, 0.762, 0.94, 0.942, 0.975, 0.986]
)  # fmt: skip
FIVE = np.array([0.01, 0.02, 0.03, 0.04, 0.05])
FORMULAS = {
    "jt_example": _jt,
    "jt_cutoffs": lambda: list(reliable_change.clinical_cutoffs(40, 7.5, 60, 7.5).values()),
    "maassen_two_sd": lambda: [reliable_change.maassen(*ONE, 7.5, 9, 0.8).std_error],
    "gulliksen_lord_novick": _gln,
    "hageman_arrindell": _ha,
    "srb_regression": _srb,
    "mdc95_sem": lambda: [
        reliable_change.std_error_measurement(7.5, 0.8), reliable_change.minimal_detectable_change(7.5, 0.8)
    ],
    "mid_distribution": lambda: [7.5 / 2, reliable_change.std_error_measurement(7.5, 0.8)],
    "evalue_3.9": lambda: hidden_bias.e_value(3.9),
    "evalue_ci_1.8": lambda: hidden_bias.e_value_of_interval(3.9, 1.8, 8.7),
    "evalue_protective": lambda: hidden_bias.e_value(0.8),
    "evalue_smd": lambda: [hidden_bias.risk_ratio_of_d(0.5), hidden_bias.e_value(hidden_bias.risk_ratio_of_d(0.5))],
    "evalue_or_common": lambda: [
        hidden_bias.risk_ratio_of_odds(2.5), hidden_bias.e_value(hidden_bias.risk_ratio_of_odds(2.5))
    ],
    "rtm_upper": lambda: reliable_change.regression_to_mean(80, 20, 50, 60),
    "rtm_upper_m2": lambda: reliable_change.regression_to_mean(80, 20, 50, 60, n_measurements=2),
    "rtm_lower": lambda: reliable_change.regression_to_mean(80, 20, 50, 40, above=False),
    "p_holm": lambda: adjust(MANY, "holm"),
    "p_hochberg": lambda: adjust(FIVE, "hochberg"),
    "p_hommel": lambda: adjust(FIVE, "hommel"),
    "p_BH": lambda: adjust(MANY, "bh"),
    "p_BY": lambda: adjust(FIVE, "by"),
}  # fmt: skip

CASES = {
    (SLEEP, "descr"): _descr,
    (SLEEP, "paired_t"): _paired_t,
    (SLEEP, "welch_t_wrong_unpaired"): _welch,
    (SLEEP, "signflip_exact_p"): _flips,
    (SLEEP, "d_z"): _d_z,
    (SLEEP, "g_z"): _d_z,
    (SLEEP, "smcr"): _g_pre,
    (SLEEP, "smcrh"): _g_pre_unequal,
    (SLEEP, "smcc"): _smcc,
    (SLEEP, "d_family_formula"): _family,
    (SLEEP, "p_superiority_indep_nonparam"): _superiority("p_superiority_indep_nonparam"),
    (SLEEP, "tost_bounds_1"): _tost("tost_bounds_1", 1.0),
    (SLEEP, "tost_bounds_3"): _tost("tost_bounds_3", 3.0),
    (MORRIS, "treat"): _morris_arm(0, "treat"),
    (MORRIS, "control"): _morris_arm(1, "control"),
    (MORRIS, "g"): _morris_g,
    (MORRIS, "pooled_sd_dppc2"): _ppc_estimates,
    (MORRIS, "dppc2_var"): _ppc_variances,
    (MORRIS, "rma_fe"): _fixed,
    **{(RCI, entry): _formula(entry, make) for entry, make in FORMULAS.items()},
}
NOT_OURS = {
    (SLEEP, "wilcoxon_exact_zero_wilcoxon"): "Wilcoxon's test is not offered; sign flips and superiority are",
    (SLEEP, "wilcoxon_exact_zero_pratt"): "as above",
    (SLEEP, "romc"): "log ratios of means make no sense for scores with an arbitrary zero",
    (SLEEP, "rank_biserial_paired"): "a rank of differences, not the share of people; not offered",
    (SLEEP, "p_superiority_paired_param"): "assumes normal differences; the share of people is given instead",
    (SLEEP, "p_superiority_paired_nonparam"): "derived from the rank biserial: 1.0 although one person did not change",
    (SLEEP, "p_superiority_indep"): "assumes normal scores of equal spread",
}

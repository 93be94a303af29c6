"""What the kernels refuse: too few people, nothing that varies, numbers out of their range."""

import numpy as np

from sctoolkit.numerics.change.equivalence import tost
from sctoolkit.numerics.change.group_effect_sizes import d_ppc2, hedges_g, percent_of_range
from sctoolkit.numerics.change.hidden_bias import benchmark, e_value, oster_delta, robustness_value
from sctoolkit.numerics.change.mediation import rho_curve
from sctoolkit.numerics.change.meta_analysis import pool_random_effects
from sctoolkit.numerics.change.multiple_imputation import impute_pmm, pool_joint, pool_scalars
from sctoolkit.numerics.change.multiplicity import adjust
from sctoolkit.numerics.change.paired_effect_sizes import paired_effect_sizes
from sctoolkit.numerics.change.reliable_change import hageman_arrindell, regression_based, regression_to_mean
from sctoolkit.numerics.change.staying_weights import stabilised_weights
from sctoolkit.numerics.change.superiority import independent_superiority, paired_superiority
from sctoolkit.numerics.linear.cluster_means import cluster_means
from sctoolkit.numerics.linear.design_mean import design_mean
from sctoolkit.numerics.linear.htz import htz
from sctoolkit.numerics.linear.least_squares import fit_least_squares
from sctoolkit.numerics.linear.lmm import fit_lmm
from sctoolkit.numerics.linear.permutation import flip_signs, permute_assignment
from sctoolkit.numerics.linear.time_series import fit_ar1, newey_west
from sctoolkit.numerics.linear.vcov import cluster_parts
from sctoolkit.numerics.linear.wild_bootstrap import wild_bootstrap
from sctoolkit.numerics.ordinal.cumulative_link import fit_cumulative
from sctoolkit.numerics.ordinal.cumulative_link_mixed import fit_cumulative_mixed
from sctoolkit.numerics.ordinal.ordinal_statistics import as_codes, ordinal_statistics
from sctoolkit.numerics.ordinal.paired_tables import marginal_trend, paired_proportions, stuart_maxwell
from sctoolkit.numerics.ordinal.thresholds import thresholds
from sctoolkit.numerics.reliability.icc import intraclass_correlations
from sctoolkit.numerics.reliability.reliability import alpha
from sctoolkit.numerics.structure.alignment import align

ONES = np.ones((6, 1))
LINE = np.column_stack([np.ones(6), np.arange(6.0)])
Y = np.array([1.0, 3.0, 2.0, 5.0, 4.0, 6.0])
PAIRS = np.array([0, 0, 1, 1, 2, 2])
ANSWERS = np.array([[0, 1], [1, 0], [0, 0], [1, 1]])


def one_spread_only():
    """Two clusters cannot test two contrasts."""
    fit = fit_least_squares(LINE, Y)
    return htz(fit, cluster_parts(fit, PAIRS // 2, "CR1"), np.eye(2))


def no_spread_between():
    rng = np.random.default_rng(1)
    codes = np.tile([0, 1, 2], 20)
    return fit_cumulative_mixed(rng.normal(size=(60, 1)), codes, 3, np.arange(60) // 3)


CASES = {
    "num-alignment-nowhere": lambda: align(
        np.full((2, 3), np.nan), np.zeros((2, 3)), np.arange(3), np.array([50.0, 50.0]), n_starts=1
    ),
    "num-cluster-means-too-few": lambda: cluster_means(np.array([1.0]), None),
    "num-cluster-means-welch": lambda: cluster_means(
        np.array([1.0, 2.0, 3.0]), np.array([True, False, False]), equal_variances=False
    ),
    "num-ordered-category-unused": lambda: fit_cumulative(ONES[:, :0], PAIRS, 4),
    "num-ordered-no-spread": no_spread_between,
    "num-mean-of-nobody": lambda: design_mean(np.array([np.nan, np.nan])),
    "num-equivalence-zero": lambda: tost(0.1, 0.0, 40, 0.5),
    "num-pooled-one-person": lambda: hedges_g(Y[:1], Y),
    "num-pooled-constant": lambda: hedges_g(np.ones(3), np.full(4, 2.0)),
    "num-dppc2-few": lambda: d_ppc2(1, 0, 1, 1, 2, 1, 0.5),
    "num-range": lambda: percent_of_range(0.5, 5, 1),
    "num-risk-ratio": lambda: e_value(-1),
    "num-robustness-dof": lambda: robustness_value(2.0, 1),
    "num-benchmark-too-strong": lambda: benchmark(0.1, 0.02, 100, 0.6, 0.1, k=2),
    "num-oster-still": lambda: oster_delta(0.5, 0.2, 0.5, 0.2, 1.0, 1.0, 1.0),
    "num-joint-test-rank": one_spread_only,
    "num-icc-one-column": lambda: intraclass_correlations(Y[:, None]),
    "num-mixed-dependent": lambda: fit_lmm(np.column_stack([ONES, ONES]), Y, []),
    "num-rho-outside": lambda: rho_curve(Y, Y, Y, np.array([0.0, 1.0])),
    "num-rho-nothing-varies": lambda: rho_curve(np.zeros(6), np.zeros(6), np.zeros(6), np.array([0.0])),
    "num-pool-one-estimate": lambda: pool_random_effects(np.array([1.0]), np.array([0.1])),
    "num-imputations-one": lambda: pool_scalars(np.array([1.0]), np.array([0.1])),
    "num-imputations-one-joint": lambda: pool_joint(np.ones((1, 2)), np.ones((1, 2, 2))),
    "num-impute-too-few": lambda: impute_pmm(np.array([[1.0, np.nan], [2.0, 1.0], [3.0, np.nan]]), 2, n_donors=3),
    "num-adjust-method": lambda: adjust(np.array([0.1]), "holms"),
    "num-adjust-range": lambda: adjust(np.array([0.1, 1.2])),
    "num-codes-one-item": lambda: as_codes(np.array([1, 2])),
    "num-codes-fractions": lambda: as_codes(np.array([[0.5, 1.0], [1.0, 0.0]])),
    "num-ordinal-two-kinds-of-weight": lambda: ordinal_statistics(ANSWERS, weights=np.ones(4), frequencies=np.ones(4)),
    "num-ordinal-weight-below-zero": lambda: ordinal_statistics(ANSWERS, weights=-np.ones(4)),
    "num-ordinal-no-complete-row": lambda: ordinal_statistics(np.array([[-1, 0], [1, -1]])),
    "num-ordinal-too-few-categories": lambda: ordinal_statistics(ANSWERS, [1, 2]),
    "num-ordinal-constant-item": lambda: ordinal_statistics(np.array([[0, 1], [0, 0]]), [2, 2]),
    "num-thresholds-unused": lambda: thresholds(np.array([50.0, 0.0])),
    "num-paired-sizes-few": lambda: paired_effect_sizes(Y[:2], Y[2:4]),
    "num-paired-table-shape": lambda: marginal_trend(np.ones((2, 3))),
    "num-paired-yes-no": lambda: paired_proportions(np.ones((3, 3))),
    "num-paired-nobody-moved": lambda: stuart_maxwell(np.eye(3)),
    "num-paired-no-trend": lambda: marginal_trend(np.eye(3)),
    "num-permutation-one-arm": lambda: permute_assignment(Y, np.ones(6, dtype=bool)),
    "num-signs-one-unit": lambda: flip_signs(Y[:1]),
    "num-alpha-one-item": lambda: alpha(np.eye(1)),
    "num-rci-perfect": lambda: regression_based(Y, Y, 3.5, 3.5, 1.0, 1.0, 1.0),
    "num-rci-no-reliability": lambda: hageman_arrindell(Y, Y, 3.5, 3.5, 1.0, 1.0, 0.9, 0.3, 0.3),
    "num-regression-to-mean": lambda: regression_to_mean(80, 0, 50, 60),
    "num-staying-range": lambda: stabilised_weights(np.array([0.5, 0.0]), 0.5),
    "num-superiority-one": lambda: paired_superiority(Y[:1], Y[:1]),
    "num-superiority-group-of-one": lambda: independent_superiority(Y[:1], Y),
    "num-lag": lambda: newey_west(LINE, fit_least_squares(LINE, Y), 6),
    "num-times-go-back": lambda: fit_ar1(LINE, Y, np.array([1, 2, 2, 3, 4, 5])),
    "num-bootstrap-one-cluster": lambda: wild_bootstrap(
        fit_least_squares(LINE, Y), np.zeros(6, dtype=np.int64), np.array([0.0, 1.0])
    ),
    "num-bootstrap-perfect-fit": lambda: wild_bootstrap(
        fit_least_squares(LINE, LINE @ [1.0, 2.0]), PAIRS, np.array([0.0, 1.0])
    ),
}

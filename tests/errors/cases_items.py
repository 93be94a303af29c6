"""Errors of item analysis, reliability, polychorics and exploration."""

import numpy as np
import pandas as pd

from sctoolkit import efa, icc, item_analysis, n_factors, polychoric, reliability

RNG = np.random.default_rng(1)
LATENT = RNG.standard_normal((60, 1)) + RNG.standard_normal((60, 4))
ITEMS = pd.DataFrame(np.digitize(LATENT, [-1, 0, 1]) + 1, columns=["asks", "helps", "trusts", "visits"])


CASES = {
    "reliability_reversed": lambda: reliability(ITEMS.assign(helps=5 - ITEMS["helps"]), ordered=True),
    "reliability_constant": lambda: reliability(ITEMS.assign(helps=2), ordered=True),
    "reliability_two_rows": lambda: reliability(ITEMS.head(2), ordered=False),
    "reliability_all_missing_somewhere": lambda: reliability(
        ITEMS.astype(float).mask(np.eye(60, 4, dtype=bool) | (np.arange(60) >= 0)[:, None] * (np.arange(4) == 1)),
        ordered=False,
    ),
    "reliability_one_item": lambda: reliability(ITEMS[["asks"]], ordered=False),
    "reliability_no_seed": lambda: reliability(ITEMS, ordered=True, ci="bootstrap"),
    "reliability_few_resamples": lambda: reliability(ITEMS, ordered=True, ci="bootstrap", seed=1, n_bootstrap=10),
    "reliability_level": lambda: reliability(ITEMS, ordered=True, level=95),
    "reliability_continuous_as_ordinal": lambda: reliability(ITEMS.assign(asks=LATENT[:, 0]), ordered=True),
    "reliability_ci_unknown": lambda: reliability(ITEMS, ordered=True, ci="bootstap"),
    "reliability_no_overlap": lambda: reliability(
        ITEMS.astype(float).mask((np.arange(60)[:, None] < 30) == (np.arange(4) < 1)), ordered=False, missing="pairwise"
    ),
    "reliability_group_factors": lambda: reliability(ITEMS, ordered=False, group_factors=1),
    "reliability_feldt_weights": lambda: reliability(ITEMS, ordered=False, ci="feldt", weights=np.ones(60)),
    "reliability_weights_words": lambda: reliability(ITEMS.assign(w=["heavy"] * 60), ordered=False, weights="w"),
    "reliability_cluster_name": lambda: reliability(ITEMS.assign(village=1), ordered=False, cluster="vilage"),
    "item_analysis_cluster_missing": lambda: item_analysis(ITEMS, cluster=np.where(np.arange(60) < 3, np.nan, 1.0)),
    "polychoric_unused": lambda: polychoric(ITEMS, categories=[1, 2, 3, 4, 5]),
    "polychoric_not_offered": lambda: polychoric(ITEMS, categories=[1, 2, 3], collapse_unused=True),
    "polychoric_no_answers": lambda: polychoric(ITEMS.assign(helps=np.nan), missing="pairwise"),
    "polychoric_weights_length": lambda: polychoric(ITEMS, weights=[1.0, 2.0]),
    "polychoric_weights_negative": lambda: polychoric(ITEMS, weights=np.linspace(-1, 1, 60)),
    "polychoric_weights_missing": lambda: polychoric(ITEMS, weights=np.where(np.arange(60) == 3, np.nan, 1.0)),
    "polychoric_one_cluster": lambda: polychoric(ITEMS, cluster=np.ones(60)),
    "polychoric_mixed_weights": lambda: polychoric(ITEMS, continuous=["asks"], weights=np.ones(60)),
    "polychoric_continuous_name": lambda: polychoric(ITEMS, continuous=["trust"]),
    "polychoric_continuous_constant": lambda: polychoric(ITEMS.assign(asks=1.5), continuous=["asks"]),
    "efa_too_many": lambda: efa(ITEMS, 2, seed=1),
    "efa_none": lambda: efa(ITEMS, 0, seed=1),
    "efa_no_starts": lambda: efa(ITEMS, 1, seed=1, n_starts=0),
    "efa_rotation": lambda: efa(ITEMS, 1, seed=1, rotation="oblmin"),
    "efa_target_missing": lambda: efa(ITEMS, 1, seed=1, rotation="target"),
    "efa_target_shape": lambda: efa(ITEMS, 1, seed=1, rotation="target", target=np.zeros((2, 2))),
    "efa_bifactor_two": lambda: efa(ITEMS, 2, seed=1, rotation="bifactor"),
    "efa_indefinite_ml": lambda: efa(
        ITEMS.assign(again=ITEMS["asks"]), 1, correlation="pearson", extraction="ml", seed=1
    ),
    "efa_dwls_matrix": lambda: efa(ITEMS.corr(), 1, n_obs=60, extraction="dwls", seed=1),
    "efa_not_square": lambda: efa(ITEMS, 1, n_obs=60, seed=1),
    "efa_not_correlations": lambda: efa(ITEMS.cov() * 2, 1, n_obs=60, seed=1),
    "efa_matrix_people": lambda: efa(ITEMS.corr(), 1, n_obs=1, correlation="pearson", seed=1),
    "efa_no_overlap": lambda: efa(
        ITEMS.astype(float).mask((np.arange(60)[:, None] < 30) == (np.arange(4) < 1)), 1, missing="pairwise", seed=1
    ),
    "n_factors_iterations": lambda: n_factors(ITEMS, correlation="pearson", seed=1, n_iterations=5),
    "n_factors_quantile": lambda: n_factors(ITEMS, correlation="pearson", seed=1, quantile=95),
    "n_factors_pairwise": lambda: n_factors(ITEMS, correlation="pearson", seed=1, missing="pairwise"),
    "n_factors_two_items": lambda: n_factors(ITEMS[["asks", "helps"]], correlation="polychoric", seed=1),
    "icc_constant": lambda: icc(ITEMS * 0),
    "icc_few": lambda: icc(ITEMS.head(3)),
    "icc_level": lambda: icc(ITEMS, level=2),
}

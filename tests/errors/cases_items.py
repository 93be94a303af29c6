"""Errors of item analysis, reliability, polychorics and exploration."""

import numpy as np
import pandas as pd

from sctoolkit import reliability

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
}

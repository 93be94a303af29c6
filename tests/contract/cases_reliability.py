"""Contract cases of item analysis, reliability, polychorics and exploration."""

import numpy as np
import pandas as pd


def likert(n=80, p=5, seed=1):
    rng = np.random.default_rng(seed)
    latent = rng.standard_normal((n, 1)) * 0.8 + rng.standard_normal((n, p)) * 0.6
    return pd.DataFrame(np.digitize(latent, [-1.0, -0.3, 0.4, 1.0]) + 1, columns=[f"item_{j}" for j in range(p)])


CASES = {
    "item_analysis": lambda: ((likert(),), {}),
    "reliability": lambda: ((likert(),), {"ordered": True}),
    "reliability[continuous]": lambda: ((likert(),), {"ordered": False, "ci": "feldt"}),
    "reliability[bootstrap]": lambda: (
        (likert(),),
        {"ordered": True, "ci": "bootstrap", "seed": 1, "n_bootstrap": 100},
    ),
}

"""Contract cases of item analysis, reliability, polychorics and exploration."""

import numpy as np
import pandas as pd


def likert(n=80, p=5, seed=1):
    rng = np.random.default_rng(seed)
    latent = rng.standard_normal((n, 1)) * 0.8 + rng.standard_normal((n, p)) * 0.6
    return pd.DataFrame(np.digitize(latent, [-1.0, -0.3, 0.4, 1.0]) + 1, columns=[f"item_{j}" for j in range(p)])


CASES = {
    "icc": lambda: ((likert(p=2),), {}),
    "icc[raters]": lambda: ((likert(p=4),), {}),
    "polychoric": lambda: ((likert(),), {}),
    "polychoric[mixed]": lambda: ((likert().assign(age=np.arange(80.0)),), {"continuous": ["age"]}),
    "polychoric[pairwise]": lambda: (
        (likert().mask(np.random.default_rng(3).random((80, 5)) < 0.1),),
        {"missing": "pairwise", "nacov": "diagonal", "weights": np.linspace(0.5, 2, 80)},
    ),
    "efa": lambda: ((likert(p=6), 2), {"seed": 1}),
    "efa[one]": lambda: ((likert(p=6), 1), {"seed": 1, "extraction": "ml", "correlation": "pearson"}),
    "efa[matrix]": lambda: ((likert(p=6).corr(), 2), {"seed": 1, "correlation": "pearson", "n_obs": 80}),
    "n_factors": lambda: ((likert(p=6),), {"correlation": "polychoric", "seed": 1, "n_iterations": 20}),
    "n_factors[pearson]": lambda: ((likert(p=6),), {"correlation": "pearson", "seed": 1, "n_iterations": 20}),
    "reliability[groups]": lambda: ((likert(p=8),), {"ordered": False, "group_factors": 2}),
    "reliability[group bca]": lambda: (
        (likert(p=8),),
        {"ordered": False, "group_factors": 3, "ci": "bca", "seed": 1, "n_bootstrap": 100},
    ),
    "reliability[design]": lambda: (
        (likert().assign(weight=np.linspace(0.5, 2, 80), village=np.arange(80) % 16),),
        {"ordered": True, "weights": "weight", "cluster": "village"},
    ),
    "item_analysis[design]": lambda: (
        (likert(),),
        {"weights": np.linspace(0.5, 2, 80), "cluster": np.arange(80) % 16},
    ),
    "item_analysis": lambda: ((likert(),), {}),
    "reliability": lambda: ((likert(),), {"ordered": True}),
    "reliability[continuous]": lambda: ((likert(),), {"ordered": False, "ci": "feldt"}),
    "reliability[bootstrap]": lambda: (
        (likert(),),
        {"ordered": True, "ci": "bootstrap", "seed": 1, "n_bootstrap": 100},
    ),
}

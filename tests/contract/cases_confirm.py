"""Contract cases of confirmatory models and invariance."""

import numpy as np
import pandas as pd


def answers(n=240, seed=2):
    rng = np.random.default_rng(seed)
    factor = rng.standard_normal((n, 1))
    latent = factor * 0.8 + rng.standard_normal((n, 4)) * 0.6
    frame = pd.DataFrame(np.digitize(latent, [-0.8, 0.0, 0.8]) + 1, columns=list("abcd"))
    frame["side"] = np.repeat(["residents", "staff"], n // 2)
    return frame


def measured():
    frame = answers()
    rng = np.random.default_rng(3)
    return frame.assign(d=frame["d"] + rng.standard_normal(len(frame)), age=rng.integers(18, 80, len(frame)))


MODEL = "trust =~ a + b + c + d"
CASES = {
    "cfa": lambda: ((answers(), MODEL), {"ordered": True}),
    "cfa[continuous]": lambda: ((answers(), MODEL), {"ordered": False}),
    "cfa[groups]": lambda: ((answers(), MODEL), {"ordered": True, "group": "side", "group_equal": ["loadings"]}),
    "cfa[defined]": lambda: ((answers(), "trust =~ x*a + y*b + c + d\ngap := x - y"), {"ordered": False}),
    "cfa[mixed]": lambda: ((measured(), MODEL), {"ordered": ["a", "b", "c"]}),
    "cfa[covariates]": lambda: ((measured(), MODEL + "\ntrust ~ age\na ~ age"), {"ordered": ["a", "b", "c"]}),
    "invariance": lambda: ((answers(), MODEL), {"ordered": True, "group": "side"}),
    "alignment": lambda: ((answers(), MODEL), {"ordered": False, "group": "side", "n_draws": 20}),
    "invariance[continuous]": lambda: ((answers(), MODEL), {"ordered": False, "group": "side"}),
}

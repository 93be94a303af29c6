"""Contract cases of models of change through the measurement engine."""

import numpy as np
import pandas as pd


def panel(n=160, waves=3, seed=6):
    rng = np.random.default_rng(seed)
    usual, now = rng.normal(size=(n, 2)), rng.normal(size=(n, 2))
    columns = {}
    for t in range(1, waves + 1):
        columns[f"trust_{t}"], columns[f"work_{t}"] = (usual + now).T
        now = now @ np.array([[0.3, 0.2], [0.0, 0.3]]) + rng.normal(size=(n, 2))
    return pd.DataFrame(columns).assign(site=np.arange(n) % 16)


def items(n=220, seed=8):
    rng = np.random.default_rng(seed)
    pre = rng.normal(size=(n, 1))
    post = 0.3 + 0.7 * pre + 0.5 * rng.normal(size=(n, 1))
    parts = [standing + rng.normal(size=(n, 4)) * 0.8 for standing in (pre, post)]
    names = [f"{item}_{wave}" for wave in ("pre", "post") for item in "abcd"]
    return pd.DataFrame(np.digitize(np.hstack(parts), [-1.0, 0.0, 1.0]) + 1.0, columns=names)


CHANGE = {"items": ["a", "b", "c", "d"], "waves": ("pre", "post")}
LAGS = {"x": "trust", "y": "work", "waves": [1, 2, 3]}
CASES = {
    "latent_change": lambda: ((items(),), {**CHANGE, "ordered": True}),
    "latent_change[continuous]": lambda: ((items(),), {**CHANGE, "ordered": False, "partial": ["b ~ 1"]}),
    "latent_change[few]": lambda: ((items(90),), {**CHANGE, "ordered": False}),
    "latent_change[groups]": lambda: (
        (items().assign(arm=np.repeat(["x", "y"], 110)),),
        {**CHANGE, "ordered": True, "group": "arm", "propose": False},
    ),
    "cross_lagged": lambda: ((panel(),), LAGS),
    "cross_lagged[free]": lambda: ((panel(),), {**LAGS, "equal": False, "cluster": "site"}),
    "cross_lagged[groups]": lambda: (
        (panel().assign(arm=np.repeat(["x", "y"], 80), age=np.arange(160) % 7),),
        {**LAGS, "waves": [1, 2], "group": "arm", "covariates": ["age"]},
    ),
    "cross_lagged[two waves]": lambda: ((panel(),), {**LAGS, "waves": [1, 2]}),
}

"""Contract cases of change and programme: public function -> arguments on small data."""

import numpy as np
import pandas as pd


def panel() -> pd.DataFrame:
    rng = np.random.default_rng(7)
    rows = [
        (i, w, i % 8, "community" if i % 8 < 4 else "statutory", "programme" if i % 2 else "other",
         round(3 + 0.3 * w + rng.normal(), 2))
        for i in range(48)
        for w in (1, 2)
        if w == 1 or i % 5
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["id", "wave", "org", "side", "arm", "trust"])


KEYS = {"outcome": "trust", "unit": "id", "wave": "wave", "cluster": "org", "n_draws": 99}

CASES = {
    "grim": lambda: ((["84", "14"], 23), {}),
    "estimate_change": lambda: ((panel(),), dict(KEYS)),
    "estimate_change[sides]": lambda: ((panel(),), {**KEYS, "side": "side"}),
    "estimate_change[groups]": lambda: ((panel(),), {**KEYS, "group": "arm", "treated": "programme"}),
    "estimate_change[one wave]": lambda: ((panel().query("wave == 1"),), dict(KEYS)),
}

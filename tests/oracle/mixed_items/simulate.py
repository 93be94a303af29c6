"""Simulate the mixed data that the oracle figures were computed from.

Two factors that depend on a yes-or-no covariate and a continuous one: `u1` to `u4` ordered (2 to 5 categories), `y1`
to `y4` continuous, two of them skewed; a group, a sampling weight, a cluster; and a copy with missing answers.
"""

from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
CATEGORIES = {"u1": 5, "u2": 3, "u3": 2, "u4": 4}


def mixed(n: int = 600) -> pd.DataFrame:
    rng = np.random.default_rng(20261101)
    x1, x2 = rng.integers(0, 2, n).astype(float), rng.standard_normal(n)
    group, cluster = rng.integers(1, 3, n), np.repeat(np.arange(60), n // 60)
    place = 0.3 * rng.standard_normal((60, 2))
    noise = rng.multivariate_normal([0, 0], [[1, 0.4], [0.4, 1]], n) + place[cluster]
    factors = np.column_stack([0.4 * x1 + 0.3 * x2, -0.2 * x1 + 0.5 * x2]) + noise
    factors += 0.2 * (group == 2)[:, None]
    loading = {"u1": 0.8, "u2": 0.7, "y1": 0.9, "y2": 0.6, "u3": 0.75, "u4": 0.65, "y3": 0.8, "y4": 0.7}
    frame = pd.DataFrame(index=range(n))
    for j, (name, size) in enumerate(loading.items()):
        error = rng.standard_normal(n) if name not in ("y2", "y4") else rng.gamma(4.0, 0.5, n) - 2.0
        value = size * factors[:, int(j > 3)] + np.sqrt(1 - size**2) * error + 0.3 * (name == "u2") * x1
        if name in CATEGORIES:
            k = CATEGORIES[name]
            frame[name] = np.searchsorted(np.linspace(-0.9, 1.2, k - 1) if k > 2 else [0.3], value)
        else:
            frame[name] = (2.0 + 1.5 * value).round(3)
    frame["x1"], frame["x2"] = x1.astype(int), x2.round(3)
    frame["group"], frame["weight"], frame["cluster"] = group, rng.uniform(0.5, 2.0, n).round(3), cluster
    return frame


def with_gaps(frame: pd.DataFrame) -> pd.DataFrame:
    rng = np.random.default_rng(20261102)
    gaps = frame.astype(float)
    items = [name for name in frame if name[0] in "uy"]
    gaps[items] = gaps[items].mask(rng.random((len(frame), len(items))) < 0.08)
    return gaps


if __name__ == "__main__":
    simulated = mixed()
    simulated.to_csv(HERE / "mixed.csv", index=False)
    with_gaps(simulated).to_csv(HERE / "gaps.csv", index=False)

"""Simulate the ordinal data that the measurement oracles were computed from.

Three correlated factors with three items each, 2 to 5 categories, a sampling weight and a cluster; a copy with
missing answers; and one factor with six skewed five-category items coded 1 to 5.
"""

from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
CATEGORIES = (5, 5, 3, 5, 4, 2, 5, 5, 4)


def three_factors(n: int = 500) -> pd.DataFrame:
    rng = np.random.default_rng(20260101)
    phi = np.array([[1.0, 0.5, 0.4], [0.5, 1.0, 0.45], [0.4, 0.45, 1.0]])
    loading = np.array([0.8, 0.7, 0.6, 0.75, 0.65, 0.7, 0.8, 0.6, 0.7])
    place = rng.standard_normal((50, 3)) * 0.4
    cluster = np.repeat(np.arange(50), n // 50)
    factors = rng.standard_normal((n, 3)) @ np.linalg.cholesky(phi).T * np.sqrt(1 - 0.16) + place[cluster]
    latent = factors[:, np.repeat([0, 1, 2], 3)] * loading + rng.standard_normal((n, 9)) * np.sqrt(1 - loading**2)
    frame = pd.DataFrame(index=range(n))
    for j, k in enumerate(CATEGORIES):
        cuts = np.linspace(-1.1, 1.3, k - 1) if k > 2 else np.array([0.3])
        frame[f"y{j + 1}"] = np.searchsorted(cuts + 0.1 * (j % 3), latent[:, j])
    frame["weight"] = rng.uniform(0.5, 2.0, n).round(3)
    frame["cluster"] = cluster
    return frame


def with_gaps(frame: pd.DataFrame) -> pd.DataFrame:
    rng = np.random.default_rng(20260102)
    gaps = frame.astype(float)
    items = [name for name in frame if name.startswith("y")]
    gaps[items] = gaps[items].mask(rng.random((len(frame), len(items))) < 0.08)
    return gaps


def one_factor(n: int = 300) -> pd.DataFrame:
    rng = np.random.default_rng(20260103)
    loading = np.array([0.8, 0.7, 0.6, 0.75, 0.5, 0.65])
    latent = rng.standard_normal((n, 1)) * loading + rng.standard_normal((n, 6)) * np.sqrt(1 - loading**2)
    cuts = np.array([-1.6, -0.9, -0.2, 0.8])
    return pd.DataFrame({f"t{j + 1}": 1 + np.searchsorted(cuts + 0.15 * (j - 2), latent[:, j]) for j in range(6)})


if __name__ == "__main__":
    simulated = three_factors()
    simulated.to_csv(HERE / "polychoric" / "ordinal.csv", index=False)
    with_gaps(simulated).to_csv(HERE / "polychoric" / "gaps.csv", index=False)
    one_factor().to_csv(HERE / "reliability" / "likert.csv", index=False)

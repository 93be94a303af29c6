"""Make the data of the oracles for confirmatory models: `python tests/oracle/cfa/simulate.py`."""

from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
LOADINGS = np.array([0.8, 0.7, 0.6, 0.75, 0.7, 0.65, 0.8, 0.55])


def latent_responses(n: int, shift: float, rng: np.random.Generator, spread: float = 1.0) -> np.ndarray:
    factors = rng.multivariate_normal([shift, 0.5 * shift], spread * np.array([[1.0, 0.5], [0.5, 1.0]]), size=n)
    common = factors[:, [0, 0, 0, 0, 1, 1, 1, 1]] * LOADINGS
    extra = rng.normal(size=(n, 1)) * np.array([0.3, 0.3, 0, 0, 0, 0, 0, 0])
    return common + extra + rng.normal(size=(n, 8)) * np.sqrt(1 - LOADINGS**2)


def ordinal(seed: int, cuts: list[float]) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    first, second = latent_responses(350, 0.0, rng), latent_responses(300, 0.3, rng, 1.3)
    second[:, 2] += 0.35
    codes = 1 + np.digitize(np.vstack([first, second]), cuts)
    frame = pd.DataFrame(codes, columns=[f"u{k}" for k in range(1, 9)])
    frame["g"] = ["a"] * 350 + ["b"] * 300
    frame["w"] = np.round(rng.uniform(0.5, 2.0, size=650), 3)
    frame["c"] = rng.integers(0, 40, size=650)
    return frame


def continuous(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    n = 400
    x = rng.normal(size=(n, 2))
    eta = 0.4 * x[:, 0] + 0.3 * x[:, 1] + rng.normal(size=n) * 0.8
    mediator = 0.5 * eta + rng.normal(size=n)
    skewed = rng.exponential(size=(n, 6)) - 1.0
    items = np.column_stack([eta, eta, eta, mediator, mediator, mediator]) * [1, 0.8, 1.2, 1, 0.7, 0.9] + skewed
    frame = pd.DataFrame(np.round(items + 3.0, 4), columns=[f"y{k}" for k in range(1, 7)])
    frame["x1"], frame["x2"] = np.round(x[:, 0], 4), (x[:, 1] > 0).astype(int)
    frame["g"] = np.where(np.arange(n) < 220, "a", "b")
    frame["w"] = np.round(rng.uniform(0.5, 2.0, size=n), 3)
    frame["c"] = rng.integers(0, 35, size=n)
    return frame


def with_holes(frame: pd.DataFrame, seed: int, share: float, columns: list[str]) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    holed = frame.copy()
    block = holed[columns].to_numpy(dtype=float, copy=True)
    block[rng.random(block.shape) < share] = np.nan
    holed[columns] = block
    return holed


def longitudinal(seed: int, cuts: list[float]) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    n = 500
    first = rng.normal(size=n)
    second = 0.4 + 0.7 * first + rng.normal(size=n) * 0.75
    own = rng.normal(size=(n, 4)) * 0.35
    weights = np.array([0.8, 0.7, 0.75, 0.65])
    blocks = []
    for wave, eta in enumerate((first, second)):
        latent = eta[:, None] * weights + own + rng.normal(size=(n, 4)) * 0.55
        latent[:, 3] += 0.45 * wave
        blocks.append(1 + np.digitize(latent, cuts))
    names = [f"u{k}.{wave}" for wave in ("pre", "post") for k in range(1, 5)]
    return pd.DataFrame(np.hstack(blocks), columns=names)


if __name__ == "__main__":
    five = ordinal(20240501, [-1.3, -0.4, 0.4, 1.2])
    five.to_csv(HERE / "five.csv", index=False)
    ordinal(20240502, [-0.6, 0.7]).to_csv(HERE / "three.csv", index=False)
    ordinal(20240503, [0.1]).to_csv(HERE / "binary.csv", index=False)
    with_holes(five, 20240504, 0.08, [f"u{k}" for k in range(1, 9)]).to_csv(HERE / "five_missing.csv", index=False)
    normal = continuous(20240505)
    normal.to_csv(HERE / "continuous.csv", index=False)
    gaps = with_holes(normal, 20240506, 0.1, [f"y{k}" for k in range(1, 7)])
    gaps.to_csv(HERE / "continuous_missing.csv", index=False)
    longitudinal(20240507, [-1.2, -0.3, 0.5, 1.4]).to_csv(HERE / "longitudinal.csv", index=False)

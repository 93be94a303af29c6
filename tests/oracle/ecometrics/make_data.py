"""Simulate the data of the ecometric oracle: 25 places of 2 to 14 people, five items, some answers missing."""

from pathlib import Path

import numpy as np
import pandas as pd

rng = np.random.default_rng(20240610)
sizes = rng.integers(2, 15, 25)
place = np.repeat(np.arange(1, 26), sizes)
tendency = (
    np.array([3.1, 2.8, 3.4, 2.9, 3.2])
    + (0.45 * rng.normal(size=25))[place - 1][:, None]
    + 0.7 * rng.normal(size=(place.size, 1))
    + 0.8 * rng.normal(size=(place.size, 5))
)
answers = np.clip(np.round(tendency), 1, 5)
answers[rng.random(answers.shape) < 0.07] = np.nan
frame = pd.DataFrame(answers, columns=[f"q{j}" for j in range(1, 6)]).astype("Int64")
frame.insert(0, "place", [f"P{number:02d}" for number in place])
frame.to_csv(Path(__file__).with_name("simulated.csv"), index=False)

"""Simulate the data of the graded response oracle: two groups, five items of four categories, some answers missing."""

from pathlib import Path

import numpy as np
import pandas as pd

rng = np.random.default_rng(20240607)
slopes = np.array([0.9, 1.4, 2.0, 1.1, 1.6])
intercepts = np.array([[2.0, 0.3, -1.6], [1.2, -0.2, -1.9], [2.6, 0.6, -1.4], [1.7, 0.1, -1.1], [0.9, -0.8, -2.4]])
group = np.repeat([1, 2], [260, 240])
theta = np.where(group == 1, rng.normal(0.0, 1.0, 500), rng.normal(0.5, 1.25, 500))
chance = 1.0 / (1.0 + np.exp(-(slopes[None, :, None] * theta[:, None, None] + intercepts[None])))
answers = (rng.random((500, 5, 1)) < chance).sum(axis=2).astype(float)
answers[rng.random(answers.shape) < 0.06] = np.nan
frame = pd.DataFrame(answers, columns=[f"q{j}" for j in range(1, 6)]).astype("Int64")
frame.insert(0, "group", group)
frame.to_csv(Path(__file__).with_name("simulated.csv"), index=False)

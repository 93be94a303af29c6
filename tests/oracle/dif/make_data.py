"""Simulate the data of the DIF oracle: three groups, six items of two to four categories, one item with DIF."""

from pathlib import Path

import numpy as np
import pandas as pd

rng = np.random.default_rng(20240609)
group = np.repeat([0, 1, 2], [260, 220, 120])
theta = rng.normal(np.array([0.0, 0.3, -0.2])[group], 1.0)
cuts = [np.array([-1.2, 0.0, 1.3]), np.array([-0.8, 0.9]), np.array([0.1]), np.array([-1.5, -0.2, 1.0])] * 2
columns = {}
for j in range(6):
    tendency = 1.4 * theta + 0.7 * (j == 1) * (group == 1) + rng.logistic(size=600)
    columns[f"q{j + 1}"] = (tendency[:, None] > cuts[j]).sum(axis=1)
frame = pd.DataFrame(columns)
frame.insert(0, "group", group)
frame.to_csv(Path(__file__).with_name("simulated.csv"), index=False)

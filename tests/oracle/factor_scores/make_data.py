"""Simulate the data of the factor score oracle: two factors, eight items of three to five categories."""

from pathlib import Path

import numpy as np
import pandas as pd

rng = np.random.default_rng(20240608)
factors = rng.multivariate_normal([0.0, 0.0], [[1.0, 0.45], [0.45, 1.0]], size=400)
loadings = np.array([0.8, 0.7, 0.6, 0.75, 0.65, 0.8, 0.7, 0.55])
tendency = factors[:, np.repeat([0, 1], 4)] * loadings + rng.normal(size=(400, 8)) * np.sqrt(1.0 - loadings**2)
cuts = [[-1.2, -0.4, 0.4, 1.2], [-0.8, 0.0, 0.9], [-0.6, 0.7], [-1.0, -0.2, 0.5, 1.4]] * 2
answers = {f"q{j + 1}": 1 + np.searchsorted(cuts[j], tendency[:, j]) for j in range(8)}
pd.DataFrame(answers).to_csv(Path(__file__).with_name("ordinal.csv"), index=False)

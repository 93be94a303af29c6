import numpy as np
import pandas as pd

from sctoolkit import cfa, efa, grm


def _items(groups: bool = False) -> pd.DataFrame:
    rng = np.random.default_rng(4)
    theta = rng.normal(size=(160, 1))
    answers = 1.0 + (theta[:, :, None] * 1.3 + rng.logistic(size=(160, 5, 1)) > np.array([-0.9, 0.8])).sum(axis=2)
    frame = pd.DataFrame(answers, columns=[f"q{j}" for j in range(1, 6)])
    frame.iloc[3, 2] = np.nan
    if groups:
        frame["side"] = np.where(np.arange(160) < 80, "community", "statutory")
    return frame


CASES = {
    "grm": lambda: ((_items(),), {}),
    "grm[weights]": lambda: ((_items(),), {"weights": np.linspace(0.5, 2.0, len(_items()))}),
    "grm[groups]": lambda: ((_items(groups=True),), {"group": "side", "free_items": ["q2"]}),
    "item_fit": lambda: ((grm(_items()), _items()), {}),
    "person_fit": lambda: ((grm(_items()), _items()), {}),
    "factor_scores": lambda: ((grm(_items()), _items()), {}),
    "factor_scores[ordinal]": lambda: ((cfa(_items(), "f =~ q1 + q2 + q3 + q4 + q5", ordered=True),), {}),
    "dif": lambda: ((_items(groups=True), "side"), {}),
    "dif[mantel]": lambda: ((_items(groups=True), "side"), {"method": "mantel"}),
    "dif[irt]": lambda: ((_items(groups=True), "side"), {"method": "irt"}),
    "ecometrics": lambda: ((_items(groups=True).assign(side=np.arange(160) // 8),), {"place": "side"}),
    "factor_scores[efa]": lambda: ((efa(_items(), 1, seed=1), _items()), {}),
}

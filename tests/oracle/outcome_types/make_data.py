"""Write the panel of `outcome_types.R`: a yes or no, an ordered item and a count; organisations of two arms."""

from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent


def main() -> None:
    rng = np.random.default_rng(4)
    rows = []
    for key in range(112):
        org, person = key % 14, rng.normal(0, 0.8)
        for wave in (1, 2):
            if wave == 2 and rng.random() < 0.15:
                continue
            mean = person + (0.2 + 0.5 * (org % 2)) * (wave - 1)
            yes = int(rng.random() < 1 / (1 + np.exp(-mean)))
            item = int(np.digitize(mean + rng.logistic(), [-2, -0.7, 0.7, 2])) + 1
            months = round(float(rng.uniform(1, 3)), 1)
            rows.append((key, wave, org, org % 2, yes, item, rng.poisson(months * np.exp(0.2 + 0.5 * mean)), months))
    names = ["id", "wave", "org", "arm", "yes", "item", "count", "months"]
    pd.DataFrame(rows, columns=names).to_csv(HERE / "panel.csv", index=False)


if __name__ == "__main__":
    main()

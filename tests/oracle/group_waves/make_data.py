"""Write the simulated panels of `group_waves.R`: two arms over three waves in organisations, and over four without."""

from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent


def main() -> None:
    rng = np.random.default_rng(31)
    rows, key = [], 0
    for org in range(1, 13):
        arm, level, drift = org % 2, rng.normal(0, 0.3), rng.normal(0, 0.1)
        for _ in range(int(rng.integers(4, 9))):
            key += 1
            person = rng.normal(0, 0.6)
            for wave in (1, 2, 3):
                if rng.random() > (0.05, 0.2, 0.3)[wave - 1]:
                    y = 3 + level + person + (0.1 + drift + 0.2 * arm) * (wave - 1) + rng.normal(0, 0.5)
                    weight = round(float(rng.uniform(0.5, 2)), 2)
                    rows.append((key, wave, org, arm, weight, round(y, 2)))
    pd.DataFrame(rows, columns=["id", "wave", "org", "arm", "w", "y"]).to_csv(HERE / "three.csv", index=False)
    rows = []
    for key in range(1, 71):
        arm, person, own = key % 2, rng.normal(0, 0.6), rng.normal(0, 0.3)
        for wave in (1, 2, 3, 4):
            if rng.random() > 0.12:
                y = 3 + person + (0.1 + own + 0.15 * arm) * (wave - 1) + rng.normal(0, 0.4)
                rows.append((key, wave, arm, round(y, 2)))
    pd.DataFrame(rows, columns=["id", "wave", "arm", "y"]).to_csv(HERE / "four.csv", index=False)


if __name__ == "__main__":
    main()

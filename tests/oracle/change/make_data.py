"""Write the simulated panels of `change.R`: partly linked people in organisations of two sides and two arms."""

from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent


def main() -> None:
    rng = np.random.default_rng(20)
    rows, key = [], 0
    for org in range(1, 13):
        level, drift = rng.normal(0, 0.4), rng.normal(0, 0.15)
        for _ in range(int(rng.integers(5, 12))):
            key += 1
            person = rng.normal(0, 0.7)
            for wave in (1, 2):
                if rng.random() < (0.1 if wave == 1 else 0.3):
                    continue
                gain = (0.2 + drift + 0.2 * (org % 2)) * (wave - 1)
                y = np.clip(3 + level + person + gain + rng.normal(0, 0.5), 1, 5)
                linked = key if rng.random() > 0.15 else ""
                rows.append((linked, wave, org, "community" if org <= 7 else "statutory",
                             "programme" if org % 2 else "other", round(y * 5) / 5))  # fmt: skip
    names = ["id", "wave", "org", "side", "arm", "y"]
    pd.DataFrame(rows, columns=names).to_csv(HERE / "panel.csv", index=False)
    rows = []
    for key in range(60):
        org, person = key % 6, rng.normal(0, 0.6)
        for wave in range(1, 5):
            if rng.random() > 0.15:
                rows.append((key, wave, org, round(3 + 0.1 * org + person + 0.1 * wave + rng.normal(0, 0.5), 2)))
    pd.DataFrame(rows, columns=["id", "wave", "org", "y"]).to_csv(HERE / "waves.csv", index=False)


if __name__ == "__main__":
    main()

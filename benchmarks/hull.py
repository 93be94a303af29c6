"""How often the rules for the number of factors find the number that is there.

    python benchmarks/hull.py [samples]

Twelve ordinal items of five categories, one to three factors; polychoric correlations. Appends to RESULTS-hull.md.
"""

from __future__ import annotations

import datetime
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from sctoolkit import n_factors

RULES = ("Hull, CAF", "Hull, CFI", "parallel, factors, permuted", "parallel, components, permuted", "MAP", "EKC")


def sample(n: int, m: int, phi: float, loading: float, rng: np.random.Generator) -> pd.DataFrame:
    factors = np.sqrt(phi) * rng.standard_normal((n, 1)) + np.sqrt(1 - phi) * rng.standard_normal((n, m))
    latent = loading * factors[:, np.arange(12) % m] + np.sqrt(1 - loading**2) * rng.standard_normal((n, 12))
    return pd.DataFrame(np.digitize(latent, [-1.5, -0.5, 0.5, 1.5]), columns=[f"q{j}" for j in range(12)])


def main() -> None:
    samples = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    rows = []
    for n in (150, 400):
        for m, phi, loading in ((1, 0.0, 0.6), (2, 0.3, 0.6), (3, 0.3, 0.6), (3, 0.5, 0.7)):
            rng = np.random.default_rng([n, m, int(10 * phi)])
            hits = dict.fromkeys(RULES, 0)
            for run in range(samples):
                found = n_factors(sample(n, m, phi, loading, rng), correlation="polychoric", seed=run, n_iterations=40)
                for rule in RULES:
                    hits[rule] += rule in found.suggestions and found.suggestions[rule].n_factors == m
            rows.append(
                {"n": n, "factors": m, "phi": phi, "loading": loading} | {k: v / samples for k, v in hits.items()}
            )
    shown = pd.DataFrame(rows).to_string(index=False, float_format=lambda value: f"{value:.2f}")
    report = f"""
## {datetime.date.today()}, {samples} samples a row

Share of samples in which a rule finds the number of factors of the population (12 items, five categories).

```
{shown}
```
"""
    path = Path(__file__).parent / "RESULTS-hull.md"
    with path.open("a", encoding="utf-8") as file:
        if file.tell() == 0:
            file.write("# Number of factors found\n")
        file.write(report)
    print(report)


if __name__ == "__main__":
    main()

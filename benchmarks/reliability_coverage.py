"""Do intervals of reliability cover, and are standard errors of polychorics as large as they say?

    python benchmarks/reliability_coverage.py [replications]

Five ordinal items of one factor with known loadings and thresholds; population alpha and categorical omega follow
from the bivariate normal without sampling. Appends to RESULTS-reliability_coverage.md.
"""

from __future__ import annotations

import datetime
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from sctoolkit import reliability
from sctoolkit.numerics.ordinal.ordinal_statistics import ordinal_statistics
from sctoolkit.numerics.reliability.omega_categorical import omega_categorical, score_covariances
from sctoolkit.numerics.reliability.reliability import alpha

LOADING = np.array([0.8, 0.7, 0.6, 0.75, 0.5])
SHAPES = {"symmetric": [-1.2, -0.4, 0.4, 1.2], "skewed": [-2.0, -1.5, -1.0, 0.0], "binary": [0.5]}


def population(cuts: list[float]) -> dict[str, float]:
    taus = np.tile(cuts, (5, 1)).astype(float)
    steps, common = np.ones_like(taus), np.outer(LOADING, LOADING)
    implied = np.where(np.eye(5, dtype=bool), 1.0, common)
    return {
        "omega_categorical": omega_categorical(taus, steps, common, implied),
        "alpha": alpha(score_covariances(taus, steps, implied)),
    }


def sample(n: int, cuts: list[float], rng: np.random.Generator) -> pd.DataFrame:
    latent = rng.standard_normal((n, 1)) * LOADING + rng.standard_normal((n, 5)) * np.sqrt(1 - LOADING**2)
    return pd.DataFrame(np.digitize(latent, cuts), columns=list("abcde"))


def one(n: int, shape: str, replications: int, rng: np.random.Generator) -> dict[str, object]:
    cuts, inside, estimates, errors = SHAPES[shape], {}, [], []
    truth, skipped = population(cuts), 0
    for _ in range(replications):
        items = sample(n, cuts, rng)
        if items.nunique().min() < 2:
            skipped += 1
            continue
        plain, feldt = reliability(items, ordered=True), reliability(items, ordered=False, ci="feldt")
        figures = {**{term: plain.coefficients[term] for term in truth}, "alpha (Feldt)": feldt.coefficients["alpha"]}
        for term, figure in figures.items():
            if np.isfinite(figure.ci_low):
                hit = figure.ci_low <= truth[term.split()[0]] <= figure.ci_high
                inside.setdefault(term, []).append(hit)
        codes = np.column_stack([np.unique(column, return_inverse=True)[1] for column in items.to_numpy().T])
        stats = ordinal_statistics(codes.astype(np.int8), nacov="diagonal")
        if not stats.at_bound[0]:
            estimates.append(stats.correlation[1, 0])
            errors.append(np.sqrt(stats.gamma_diagonal[-10] / n))
    return {
        "n": n, "items": shape, **{f"{term} covers": np.mean(hits) for term, hits in inside.items()},
        "omega given": len(inside["omega_categorical"]) / replications,
        "r bias": np.mean(estimates) - LOADING[0] * LOADING[1], "r se / sd": np.mean(errors) / np.std(estimates),
    }  # fmt: skip


def main() -> None:
    replications = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    rng = np.random.default_rng(20260201)
    rows = [one(n, shape, replications, rng) for n in (100, 300) for shape in SHAPES]
    shown = pd.DataFrame(rows).to_string(index=False, float_format=lambda value: f"{value:.3f}")
    report = f"""
## {datetime.date.today()}, {replications} samples a row

Share of 95% intervals that hold the population value (delta, and Feldt for alpha), share of samples where categorical
omega was given (no Heywood case), bias of a polychoric correlation and its mean standard error over its spread.

```
{shown}
```
"""
    with (Path(__file__).parent / "RESULTS-reliability_coverage.md").open("a", encoding="utf-8") as file:
        file.write(report)
    print(report)


if __name__ == "__main__":
    main()

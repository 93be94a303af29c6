"""Make the simulated studies behind the oracles of small-sample inference, mixed models and imputation.

python tests/oracle/small_sample/simulate.py
"""

from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]


def people(rng: np.random.Generator) -> pd.DataFrame:
    """Eleven unequal sites, four of them treated, people with two waves each, weights and strata."""
    sizes = np.array([3, 17, 9, 5, 22, 11, 8, 14, 6, 19, 7])
    site = np.repeat(np.arange(11), sizes)
    person = np.arange(len(site))
    treated = np.isin(site, [1, 4, 6, 9]).astype(float)
    ability, place = rng.normal(size=len(site)), rng.normal(size=11) * 0.5
    drift = rng.normal(size=11) * 0.3
    age = rng.integers(18, 80, len(site))
    stratum = rng.choice(list("abc"), len(site))
    weight = np.round(rng.uniform(0.4, 2.5, len(site)), 3)
    rows = []
    for post in (0, 1):
        noise = rng.normal(size=len(site)) * 0.6
        score = 3 + place[site] + 0.6 * ability + post * (0.2 + 0.3 * treated + drift[site]) + 0.01 * (age - 50) + noise
        rows.append(pd.DataFrame({"site": site, "person": person, "post": post, "treated": treated, "age": age,
                                  "stratum": stratum, "weight": weight, "y": np.round(score, 3)}))  # fmt: skip
    out = pd.concat(rows).sort_values(["site", "person", "post"])
    keep = rng.random(len(out)) > 0.12
    return out[keep].reset_index(drop=True)


def crossed(rng: np.random.Generator) -> pd.DataFrame:
    """Twenty-four people rated by nine raters, a third of the ratings missing; slopes by person."""
    person, rater = (x.ravel() for x in np.meshgrid(np.arange(24), np.arange(9), indexing="ij"))
    x = np.round(rng.normal(size=person.size), 3)
    person_effect, slope = rng.normal(size=24), 0.5 * rng.normal(size=24)
    y = (
        1
        + 0.4 * x
        + person_effect[person]
        + slope[person] * x
        + 0.7 * rng.normal(size=9)[rater]
        + rng.normal(size=x.size)
    )
    frame = pd.DataFrame({"person": person, "rater": rater, "group": person % 2, "x": x, "y": np.round(y, 3)})
    return frame[rng.random(len(frame)) > 0.33].reset_index(drop=True)


def imputed(rng: np.random.Generator) -> pd.DataFrame:
    """Seven completed data sets of 60 people (made by hand: noise around the same values)."""
    x, z = rng.normal(size=60), rng.normal(size=60)
    y = 0.5 * x - 0.3 * z + rng.normal(size=60)
    holes = rng.random(60) < 0.3
    parts = []
    for m in range(7):
        filled = np.where(holes, y + rng.normal(size=60) * 0.9, y)
        parts.append(pd.DataFrame({"imputation": m + 1, "x": x, "z": z, "y": filled}).round(4))
    return pd.concat(parts)


def pairs(rng: np.random.Generator) -> pd.DataFrame:
    """Forty people measured twice, in two arms, scores 10 to 50."""
    pre = np.round(30 + 6 * rng.normal(size=40))
    post = np.round(12 + 0.7 * pre + 4 * rng.normal(size=40))
    return pd.DataFrame({"arm": np.arange(40) % 2, "pre": pre, "post": post})


if __name__ == "__main__":
    people(np.random.default_rng(11)).to_csv(ROOT / "small_sample" / "people.csv", index=False)
    crossed(np.random.default_rng(12)).to_csv(ROOT / "lmm" / "crossed.csv", index=False)
    imputed(np.random.default_rng(13)).to_csv(ROOT / "multiple_imputation" / "imputed.csv", index=False)
    pairs(np.random.default_rng(14)).to_csv(ROOT / "effect_sizes" / "pairs.csv", index=False)

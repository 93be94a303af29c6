"""What the errors and tests of item response models, DIF and place scores do over repeated samples.

    python benchmarks/irt_simulations.py            (all but the comparison of matching scores)
    python benchmarks/irt_simulations.py matching

Results are appended to RESULTS-irt_simulations.md. The slow tests check the same quantities with fewer samples.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from sctoolkit import dif, ecometrics, grm, item_fit

HERE = Path(__file__).parent
SLOPES = np.array([0.9, 1.3, 1.8, 1.1, 1.5, 1.2])
STEPS = np.array([1.5, 0.0, -1.5]) + np.array([[0.3], [-0.4], [0.0], [0.8], [-0.2], [0.1]])
NAMES = [f"q{j}" for j in range(6)]


def answers(rng: np.random.Generator, n: int, mean: float = 0.0, slopes: np.ndarray = SLOPES) -> pd.DataFrame:
    logits = slopes[None, :, None] * rng.normal(mean, 1.0, size=(n, 1, 1)) + STEPS[None]
    return pd.DataFrame(
        (rng.random((n, 6, 1)) < 1.0 / (1.0 + np.exp(-logits))).sum(axis=2).astype(float), columns=NAMES
    )


def graded(n: int, runs: int) -> list[str]:
    """Coverage of slopes and intercepts, rejection by C2 and S-X2."""
    slopes, steps, rejected, misfit = [], [], [], []
    for run in range(runs):
        items = answers(np.random.default_rng(run), n)
        fit = grm(items)
        table = fit.tidy().set_index(["item", "term"])
        for j, name in enumerate(NAMES):
            row = table.loc[(name, "slope")]
            slopes.append(row["ci_low"] < SLOPES[j] < row["ci_high"])
            for c in range(3):
                row = table.loc[(name, f"intercept_{c + 1}")]
                steps.append(row["ci_low"] < STEPS[j, c] < row["ci_high"])
        rejected.append(fit.fit.p_value < 0.05)
        misfit.append(np.nanmean(item_fit(fit, items).p_value < 0.05))
    return [
        f"| GRM slopes, 95% interval covers | {n} | {runs} | {np.mean(slopes):.3f} | .95 |",
        f"| GRM intercepts, 95% interval covers | {n} | {runs} | {np.mean(steps):.3f} | .95 |",
        f"| C2 rejects a right model at 5% | {n} | {runs} | {np.mean(rejected):.3f} | .05 |",
        f"| S-X2 rejects a fitting item at 5% | {n} | {runs} | {np.mean(misfit):.3f} | .05 |",
    ]


def functioning(n: int, runs: int, method: str) -> str:
    """Rejection of items that work alike, with groups half an sd apart."""
    rates = []
    for run in range(runs):
        rng = np.random.default_rng(run)
        data = pd.concat([answers(rng, n), answers(rng, n, 0.5)], ignore_index=True)
        found = dif(data, np.repeat(["a", "b"], n), method=method, purify=False)
        rates.append(np.mean([entry.p_value < 0.05 for entry in found.items]))
    return f"| DIF by {method} rejects an item that works alike at 5% | 2 x {n} | {runs} | {np.mean(rates):.3f} | .05 |"


def matched(runs: int) -> list[str]:
    """Rejection of items that work alike by what people are matched on, how groups differ and how slopes do."""
    lines = []
    for slopes, named in ((SLOPES, "slopes 0.9 to 1.8"), (np.full(6, 1.3), "slopes equal")):
        for gap in (0.0, 0.5):
            data = []
            for run in range(runs):
                rng = np.random.default_rng(1000 + run)
                data.append(pd.concat([answers(rng, 300, 0.0, slopes), answers(rng, 300, gap, slopes)]).to_numpy())
            for matching in ("total", "rest"):
                for method in ("mantel", "logistic"):
                    side = np.repeat(["a", "b"], 300)
                    options = {"method": method, "matching": matching, "purify": False}
                    found = [dif(pd.DataFrame(table, columns=NAMES), side, **options).items for table in data]
                    rate = np.mean([[entry.p_value < 0.05 for entry in items] for items in found])
                    what = f"DIF by {method}, {matching} score, groups {gap} sd apart, {named}, rejects at 5%"
                    lines.append(f"| {what} | 2 x 300 | {runs} | {rate:.3f} | .05 |")
    return lines


def places(n_people: int, runs: int) -> str:
    """Coverage of the intervals of 20 place scores."""
    inside = []
    for run in range(runs):
        rng = np.random.default_rng(run)
        truth = 3.0 + 0.5 * rng.normal(size=20)
        site = np.repeat(np.arange(20), n_people)
        tendency = truth[site][:, None] + 0.7 * rng.normal(size=(site.size, 1)) + 0.8 * rng.normal(size=(site.size, 4))
        found = ecometrics(pd.DataFrame(tendency, columns=list("abcd")), place=site)
        inside.append(np.mean((found.ci_low < truth) & (truth < found.ci_high)))
    return f"| place scores, 95% interval covers | 20 x {n_people} | {runs} | {np.mean(inside):.3f} | .95 |"


def main() -> None:
    if sys.argv[1:] == ["matching"]:
        lines = matched(200)
    else:
        lines = [*graded(300, 200), *graded(1000, 100)]
        lines += [functioning(300, 60, method) for method in ("logistic", "mantel", "irt")]
        lines += [places(10, 100)]
    head = f"\n## {date.today()}\n\n| quantity | n | samples | found | nominal |\n|---|---|---|---|---|\n"
    with (HERE / "RESULTS-irt_simulations.md").open("a", encoding="utf-8") as file:
        if file.tell() == 0:
            file.write("# Simulations of item response models, DIF and place scores\n")
        file.write(head + "\n".join(lines) + "\n")
    print(head + "\n".join(lines))


if __name__ == "__main__":
    main()

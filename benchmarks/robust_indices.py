"""Do robust (catML) CFI and RMSEA of constrained multi-group ordinal models estimate their population values?

    python benchmarks/robust_indices.py [replications] [people a group]

Two groups, eight items of five categories, two factors; the second group has another mean and spread of the factors.
Four populations: items alike; two residual correlations that the model lacks; two loadings that differ; two intercepts
that differ. Population values come from the model fitted to the exact thresholds and correlations. Appends to
RESULTS-robust_indices.md.
"""

from __future__ import annotations

import datetime
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from sctoolkit import invariance
from sctoolkit.errors import SctoolkitError
from sctoolkit.measurement.invariance.invariance_fit import as_result, fit_level
from sctoolkit.measurement.invariance.invariance_setup import prepare
from sctoolkit.measurement.invariance.invariance_steps import ladder
from sctoolkit.measurement.structure.model_syntax import parse_model

NAMES = list("abcdpqrs")
MODEL = "f =~ a + b + c + d\ng =~ p + q + r + s"
LOADINGS = np.array([0.8, 0.7, 0.6, 0.7, 0.75, 0.65, 0.7, 0.6])
CUTS = np.array([-1.1, -0.2, 0.6, 1.4])
POPULATIONS = ("alike", "residual correlations", "loadings", "intercepts")
LEVELS = ("configural", "thresholds", "metric", "scalar", "strict")


def truth(population: str, group: int) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and covariance of the latent responses of a group."""
    loading, shift = LOADINGS.copy(), np.zeros(8)
    if group and population == "loadings":
        loading[[1, 6]] -= 0.3
    if group and population == "intercepts":
        shift[[1, 6]] = 0.4
    pattern = np.zeros((8, 2))
    pattern[:4, 0], pattern[4:, 1] = loading[:4], loading[4:]
    spread = np.array([[1.0, 0.4], [0.4, 1.0]]) * (1.21 if group else 1.0)
    residual = np.diag(1 - LOADINGS**2)
    if population == "residual correlations":
        for i, j in ((0, 1), (2, 6)):
            residual[i, j] = residual[j, i] = 0.3 * np.sqrt(residual[i, i] * residual[j, j])
    mean = pattern @ np.full(2, 0.3 * group) + shift
    return mean, pattern @ spread @ pattern.T + residual


def draw(population: str, n: int, rng: np.random.Generator) -> pd.DataFrame:
    parts = [
        np.digitize(rng.multivariate_normal(*truth(population, g), size=n, method="cholesky"), CUTS) + 1 for g in (0, 1)
    ]
    return pd.DataFrame(np.vstack(parts), columns=NAMES).assign(side=np.repeat(["one", "two"], n))


def population_values(population: str) -> dict[str, tuple[float, float]]:
    """Return (RMSEA, CFI) of every level at the exact moments; weights come from a large sample."""
    data = draw(population, 100_000, np.random.default_rng(1))
    setup = prepare(data, parse_model(MODEL), True, "WLSMV", "side", None, None, None, None, "listwise", "lavaan",
                    "refuse", None, {})  # fmt: skip
    a, b = np.triu_indices(8, 1)
    ordinal, moments = [], []
    for g, (stats, group) in enumerate(zip(setup.sample.ordinal, setup.sample.moments, strict=True)):
        mean, spread = truth(population, g)
        sd = np.sqrt(np.diag(spread))
        thresholds = tuple((CUTS - mean[i]) / sd[i] for i in range(8))
        correlation = spread / np.outer(sd, sd)
        ordinal.append(replace(stats, thresholds=thresholds, correlation=correlation))
        moments.append(replace(group, observed=np.concatenate([*thresholds, correlation[a, b]])))
    exact = replace(setup, sample=replace(setup.sample, ordinal=tuple(ordinal), moments=tuple(moments)))
    found = {}
    for level in ladder(True, [4] * 8):
        fit = fit_level(exact, level.kinds)
        discrepancy = sum(
            0.5 * _discrepancy(own.sigma / np.outer(own.sd, own.sd), stats.correlation)
            for own, stats in zip(fit.matrices, ordinal, strict=True)
        )
        base = -sum(0.5 * np.linalg.slogdet(stats.correlation)[1] for stats in ordinal)
        found[level.name] = (float(np.sqrt(2.0 * max(discrepancy, 0.0) / fit.dof)), float(1.0 - discrepancy / base))
        as_result(exact, fit)
    return found


def _discrepancy(sigma: np.ndarray, r: np.ndarray) -> float:
    return float(np.linalg.slogdet(sigma)[1] - np.linalg.slogdet(r)[1] + np.sum(r * np.linalg.inv(sigma)) - len(r))


def one(task: tuple[str, int, np.random.SeedSequence]) -> list[dict[str, object]]:
    population, n, seed = task
    try:
        found = invariance(
            draw(population, n, np.random.default_rng(seed)), MODEL, ordered=True, group="side", propose=False
        )
    except SctoolkitError:
        return []
    rows = []
    for entry in found.tests:
        measures = found.models[entry.level].measures
        rows.append(
            {
                "population": population, "n": n, "level": entry.level,
                **{name: measures[name] for name in ("rmsea_robust", "cfi_robust", "rmsea_scaled", "cfi_scaled",
                                                     "rmsea_ci_low_robust", "rmsea_ci_high_robust")},
                "rejected": np.nan if entry.test is None else float(entry.test.p_value < 0.05),
            }
        )  # fmt: skip
    return rows


def summary(table: pd.DataFrame) -> str:
    lines = [
        "| population | n a group | level | RMSEA | robust, mean (SD) | 90% interval holds it | scaled, mean | CFI | "
        "robust | scaled | step rejected |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for population in dict.fromkeys(table["population"]):
        known = population_values(population)
        for (n, level), part in table[table["population"] == population].groupby(["n", "level"], sort=False):
            rmsea, cfi = known[level]
            held = (part["rmsea_ci_low_robust"] <= rmsea + 1e-9) & (rmsea <= part["rmsea_ci_high_robust"])
            step = "" if np.isnan(part["rejected"]).all() else f"{part['rejected'].mean():.2f}"
            lines.append(
                f"| {population} | {n} | {level} | {rmsea:.4f} | {part['rmsea_robust'].mean():.4f} "
                f"({part['rmsea_robust'].std():.4f}) | {held.mean():.2f} | {part['rmsea_scaled'].mean():.4f} | "
                f"{cfi:.4f} | {part['cfi_robust'].mean():.4f} | {part['cfi_scaled'].mean():.4f} | {step} |"
            )
    return "\n".join(lines)


def main() -> None:
    replications, n = ([int(value) for value in sys.argv[1:3]] + [300, 500][len(sys.argv) - 1 :])[:2]
    tasks = [
        (population, n, seed)
        for k, population in enumerate(POPULATIONS)
        for seed in np.random.SeedSequence(50 + k).spawn(replications)
    ]
    with ProcessPoolExecutor(2) as pool:
        rows = [row for part in pool.map(one, tasks, chunksize=5) for row in part]
    text = summary(pd.DataFrame(rows))
    path = Path(__file__).parent / "RESULTS-robust_indices.md"
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n## {datetime.date.today().isoformat()}, {replications} samples a population\n\n{text}\n")
    print(text)


if __name__ == "__main__":
    main()

"""Do intervals of reliability cover, and are standard errors of polychorics as large as they say?

    python benchmarks/reliability_coverage.py [replications]
    python benchmarks/reliability_coverage.py methods [replications [people]]

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
from sctoolkit.measurement.items.reliability_bootstrap import Sample, coefficient_draws
from sctoolkit.measurement.items.reliability_figures import linear_figures, ordinal_figures
from sctoolkit.measurement.items.reliability_intervals import IntervalPlan
from sctoolkit.measurement.items.scale_input import scale_input
from sctoolkit.numerics.ordinal.ordinal_statistics import ordinal_statistics
from sctoolkit.numerics.reliability.bootstrap import (
    bca_interval,
    jackknife_frequencies,
    percentile_interval,
    resampling_frequencies,
)
from sctoolkit.numerics.reliability.omega_categorical import omega_categorical, score_covariances
from sctoolkit.numerics.reliability.reliability import alpha, feldt_interval

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


def on_scales(estimate: float, error: float) -> dict[str, tuple[float, float]]:
    """Delta intervals on four scales."""
    scales = {
        "delta, plain": (lambda x: x, lambda x: x, 1.0),
        "delta, log(1 - x)": (lambda x: -np.log(1 - x), lambda z: 1 - np.exp(-z), 1 / (1 - estimate)),
        "delta, logit": (
            lambda x: np.log(x / (1 - x)), lambda z: 1 / (1 + np.exp(-z)), 1 / (estimate * (1 - estimate)),
        ),
        "delta, Fisher z": (np.arctanh, np.tanh, 1 / (1 - estimate**2)),
    }  # fmt: skip
    ends = {}
    for name, (there, back, slope) in scales.items():
        middle, reach = there(estimate), 1.959964 * slope * error
        ends[name] = float(back(middle - reach)), float(back(middle + reach))
    return ends


def compared(n: int, shape: str, replications: int, rng: np.random.Generator, n_bootstrap: int = 299) -> pd.DataFrame:
    """Coverage, misses and width of every way to make an interval, from the same samples and resamples."""
    truth, rows = population(SHAPES[shape]), []
    for run in range(replications):
        items = sample(n, SHAPES[shape], rng)
        if items.nunique().min() < 2:
            continue
        given = scale_input(items, None, ordered=True, missing="listwise", on_reversed="caveat")
        plan = IntervalPlan("delta", None, 0, 0.95)
        figures = linear_figures(given, "observed", plan)[0]
        ordinal, _, weights, _ = ordinal_figures(given, given.coded, "observed", plan)
        drawn = resampling_frequencies(n, n_bootstrap, run)
        every = np.vstack([drawn, jackknife_frequencies(n)])
        draws = coefficient_draws(given, Sample(None, weights, None, "observed"), every)
        for term, figure in (("omega_categorical", ordinal["omega_categorical"]), ("alpha", figures["alpha"])):
            known, left = (part[np.isfinite(part)] for part in np.split(draws[term], [n_bootstrap]))
            if not np.isfinite(figure.std_error) or known.size < n_bootstrap / 2:
                continue
            ends = on_scales(figure.estimate, figure.std_error)
            ends["percentile bootstrap"] = percentile_interval(known, 0.95)
            ends["BCa bootstrap"] = bca_interval(figure.estimate, known, left, 0.95)
            if term == "alpha":
                ends["Feldt"] = feldt_interval(figure.estimate, n, 5)
            rows += [(term, way, low, high, truth[term]) for way, (low, high) in ends.items()]
    table = pd.DataFrame(rows, columns=["term", "interval", "low", "high", "truth"])
    table["covers"] = (table["low"] <= table["truth"]) & (table["truth"] <= table["high"])
    table["too low"], table["too high"] = table["high"] < table["truth"], table["low"] > table["truth"]
    table["width"] = table["high"] - table["low"]
    shown = table.groupby(["term", "interval"], sort=False)[["covers", "too low", "too high", "width"]].mean()
    return shown.reset_index().assign(n=n, items=shape)[["n", "items", *shown.reset_index().columns]]


def methods(replications: int, sizes: tuple[int, ...]) -> str:
    """The table of ways, as it is appended."""
    rng = np.random.default_rng(20261125)
    table = pd.concat([compared(n, shape, replications, rng) for n in sizes for shape in SHAPES])
    shown = table.to_string(index=False, float_format=lambda value: f"{value:.3f}")
    head = f"## {datetime.date.today()}, ways to make an interval, {replications} samples a row, 299 resamples"
    return f"\n{head}\n\n```\n{shown}\n```\n"


def main() -> None:
    if sys.argv[1:2] == ["methods"]:
        asked = [int(value) for value in sys.argv[2:]]
        report = methods(asked[0] if asked else 500, tuple(asked[1:]) or (100, 300))
        with (Path(__file__).parent / "RESULTS-reliability_coverage.md").open("a", encoding="utf-8") as file:
            file.write(report)
        print(report)
        return
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

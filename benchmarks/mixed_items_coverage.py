"""Coverage of 95 % intervals of models of ordered and continuous items given covariates, and size of their test.

    python benchmarks/mixed_items_coverage.py [n_samples]

Writes benchmarks/RESULTS-mixed_items.md. The second design makes the continuous items skewed, which the sample
statistics do not allow for: it shows what the caveat `continuous_not_normal` is about.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from sctoolkit import cfa
from sctoolkit.errors import SctoolkitError

MODEL = "f =~ u1 + u2 + u3 + y1 + y2 + y3\nf ~ x1 + x2\nu1 ~ x1"
LOADINGS = {"u1": 0.8, "u2": 0.7, "u3": 0.6, "y1": 0.8, "y2": 0.7, "y3": 0.6}
PATHS = {"f ~ x1": 0.4, "f ~ x2": 0.3, "u1 ~ x1": 0.3}
CUTS = {"u1": (-0.8, 0.2, 1.0), "u2": (0.3,), "u3": (-0.5, 0.5)}


def truth() -> dict[str, float]:
    """Return the population values of the free parameters; latent responses have variance 1 given covariates."""
    found = {f"f =~ {name}": value for name, value in LOADINGS.items()} | PATHS
    found |= {f"{name} | t{k + 1}": cut for name, cuts in CUTS.items() for k, cut in enumerate(cuts)}
    for name in ("y1", "y2", "y3"):
        found |= {f"{name} ~ 1": 1.0, f"{name} ~~ {name}": 1.0 - LOADINGS[name] ** 2}
    return found


def sample(rng: np.random.Generator, n: int, skewed: bool) -> pd.DataFrame:
    """Return one sample."""
    x = np.column_stack([rng.integers(0, 2, n), rng.standard_normal(n)])
    factor = x @ [PATHS["f ~ x1"], PATHS["f ~ x2"]] + rng.standard_normal(n)
    frame = pd.DataFrame({"x1": x[:, 0], "x2": x[:, 1]})
    for name, loading in LOADINGS.items():
        error = rng.standard_normal(n)
        if skewed and name in ("y1", "y2", "y3"):
            error = (rng.chisquare(2, n) - 2.0) / 2.0
        value = loading * factor + np.sqrt(1.0 - loading**2) * error
        if name == "u1":
            value = value + PATHS["u1 ~ x1"] * x[:, 0]
        frame[name] = np.digitize(value, CUTS[name]) if name in CUTS else 1.0 + value
    return frame


def simulate(n_samples: int, n: int, skewed: bool, seed: int = 1) -> tuple[pd.DataFrame, float, int]:
    """Return coverage and standard errors by parameter, the share of tests below .05, and the fits that failed."""
    rng, goal = np.random.default_rng(seed), truth()
    estimates, errors, p_values, failed = [], [], [], 0
    for _ in range(n_samples):
        try:
            result = cfa(sample(rng, n, skewed), MODEL, ordered=list(CUTS))
        except SctoolkitError:
            failed += 1
            continue
        table = result.tidy().assign(name=lambda rows: rows["lhs"] + " " + rows["op"] + " " + rows["rhs"])
        table = table.set_index("name").loc[list(goal)]
        estimates.append(table["estimate"].to_numpy())
        errors.append(table["std_error"].to_numpy())
        p_values.append(result.measures["p_value_scaled"])
    found, spread, target = np.array(estimates), np.array(errors), np.array(list(goal.values()))
    inside = np.abs(found - target) <= 1.959964 * spread
    frame = pd.DataFrame(
        {
            "true": target,
            "mean": found.mean(axis=0),
            "coverage": inside.mean(axis=0),
            "se_over_sd": spread.mean(axis=0) / found.std(axis=0, ddof=1),
        },
        index=list(goal),
    )
    return frame, float(np.mean(np.array(p_values) < 0.05)), failed


def main() -> None:
    """Run both designs and write the report."""
    warnings.simplefilter("error")
    n_samples = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    lines = ["# Ordered and continuous items given covariates: coverage of 95 % intervals", ""]
    lines += [f"{n_samples} samples of 300 people, WLSMV, model `{MODEL.replace(chr(10), '; ')}`.", ""]
    for skewed in (False, True):
        frame, size, failed = simulate(n_samples, 300, skewed)
        kind = "chi-square (2) errors of the continuous items" if skewed else "normal items"
        lines += [f"## {kind}", "", f"Share of scaled tests below .05: {size:.3f}; fits that failed: {failed}.", ""]
        lines += ["| parameter | true | mean | coverage | mean SE / SD |", "|---|---|---|---|---|"]
        for name, row in zip(frame.index, frame.to_numpy(), strict=True):
            figures = " | ".join(f"{value:.3f}" for value in row)
            lines.append(f"| `{name.replace('|', chr(92) + '|')}` | {figures} |")
        lines.append("")
    (Path(__file__).parent / "RESULTS-mixed_items.md").write_text("\n".join(lines), encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()

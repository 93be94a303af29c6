"""Polychoric matrices and ordinal parallel analysis beside lavaan and psych, in one run on one machine.

    python benchmarks/polychoric.py [--quick]

Appends to RESULTS-polychoric.md and redraws RESULTS-polychoric.png. One thread on both sides, processor time, so that
other work on the machine counts little. Every comparison first
checks that the numbers agree.
"""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_name] = "1"

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from sctoolkit import n_factors, polychoric  # noqa: E402
from sctoolkit.numerics.ordinal.ordinal_statistics import ordinal_statistics  # noqa: E402

HERE = Path(__file__).parent
LABELS = {
    "psych": "psych::polychoric",
    "lavCor": "lavaan::lavCor",
    "ours_nacov": "ours with full NACOV (arrays)",
    "ours": "ours (frame)",
}
R_MATRIX = """
suppressMessages({library(lavaan); library(psych)}); options(mc.cores = 1)
args <- commandArgs(TRUE); data <- read.csv(args[1]); items <- names(data)
clock <- function(code) {
  best <- Inf; code <- substitute(code)
  for (k in 1:as.integer(args[3])) best <- min(best, sum(system.time(out <- eval.parent(code))[1:2]))
  list(best, out)
}
a <- clock(lavCor(data, ordered = items)); b <- clock(suppressWarnings(psych::polychoric(data, correct = 0)))
write.csv(unclass(a[[2]]), args[2], row.names = FALSE)
cat(a[[1]], b[[1]], max(abs(b[[2]]$rho - unclass(a[[2]]))), "\\n")
"""
R_NACOV = """
suppressMessages(library(lavaan)); args <- commandArgs(TRUE); data <- read.csv(args[1]); items <- names(data)
cat(sum(system.time(lavCor(data, ordered = items, se = "robust.sem", output = "lavaan"))[1:2]), "\\n")
"""
R_PARALLEL = """
suppressMessages(library(psych)); options(mc.cores = 1)
args <- commandArgs(TRUE); data <- read.csv(args[1]); n <- as.integer(args[2])
run <- function() fa.parallel(data, cor = "poly", fa = "both", n.iter = n, plot = FALSE)
sink("/dev/null")
spent <- sum(system.time(suppressWarnings(suppressMessages(run())))[1:2])
sink(); cat(spent / n, "\\n")
"""


def simulate(n: int, p: int, k: int = 5, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    factors = rng.standard_normal((n, 2)) @ np.array([[1.0, 0.4], [0.0, 0.917]])
    loading = np.linspace(0.5, 0.8, p)
    latent = factors[:, np.arange(p) % 2] * loading + rng.standard_normal((n, p)) * np.sqrt(1 - loading**2)
    return pd.DataFrame(np.digitize(latent, np.linspace(-1.2, 1.4, k - 1)) + 1, columns=[f"y{j}" for j in range(p)])


def best(call: Callable[[], object], times: int = 5) -> float:
    found = []
    for _ in range(times):
        start = time.process_time()
        call()
        found.append(time.process_time() - start)
    return min(found)


def run_r(script: str, *arguments: object) -> list[float]:
    with tempfile.NamedTemporaryFile("w", suffix=".R") as file:
        file.write(script)
        file.flush()
        done = subprocess.run(["Rscript", file.name, *map(str, arguments)], capture_output=True, text=True, check=True)
    return [float(word) for word in done.stdout.split()]


def matrix_case(n: int, p: int, folder: Path, repeats: int) -> dict[str, float]:
    data = simulate(n, p)
    data.to_csv(folder / "data.csv", index=False)
    ours = best(lambda: polychoric(data, nacov="none"))
    lavaan, psych, _ = run_r(R_MATRIX, folder / "data.csv", folder / "out.csv", repeats)
    gap = np.abs(pd.read_csv(folder / "out.csv").to_numpy() - polychoric(data, nacov="none").correlation).max()
    codes = data.to_numpy(dtype=np.int8) - 1
    full = best(lambda: ordinal_statistics(codes), 3)
    return {"n": n, "items": p, "ours": ours, "lavCor": lavaan, "psych": psych, "gap": float(gap), "ours_nacov": full}


def draw(table: pd.DataFrame, path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    sides = ((table[table["items"] == 20].sort_values("n"), "n", "respondents (20 items)"),
             (table[table["n"] == 2000].sort_values("items"), "items", "items (2,000 respondents)"))  # fmt: skip
    for axis, (part, column, label) in zip(axes, sides, strict=True):
        for name in ("psych", "lavCor", "ours_nacov", "ours"):
            axis.loglog(part[column], part[name], "o-", label=LABELS[name])
        axis.set_xlabel(label)
        axis.set_ylabel("seconds of processor time")
        axis.grid(alpha=0.3)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=4, frameon=False)
    figure.savefig(path, dpi=110)


def main() -> None:
    quick = "--quick" in sys.argv
    cases = [(500, 20), (2000, 20), (10_000, 20), (2000, 10), (2000, 40)] + ([] if quick else [(100_000, 20)])
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for n, p in cases:
            rows.append(matrix_case(n, p, folder, 1 if n > 20_000 or p > 20 else 2))
            print(rows[-1], flush=True)
        data = simulate(10_000, 20)
        data.to_csv(folder / "data.csv", index=False)
        nacov_r = run_r(R_NACOV, folder / "data.csv")[0]
        nacov = best(lambda: ordinal_statistics(data.to_numpy(dtype=np.int8) - 1), 3)
        small = simulate(500, 20)
        small.to_csv(folder / "data.csv", index=False)
        parallel_r = run_r(R_PARALLEL, folder / "data.csv", 2 if quick else 5)[0]
        # psych draws one data set of each kind an iteration, as n_factors does
        parallel = best(lambda: n_factors(small, correlation="polychoric", seed=1, n_iterations=500), 1) / 500
    table = pd.DataFrame(rows)
    draw(table, HERE / "RESULTS-polychoric.png")
    table["x lavCor"], table["x psych"] = table["lavCor"] / table["ours"], table["psych"] / table["ours"]
    shown = table.to_string(index=False, float_format=lambda value: f"{value:.3g}")
    report = f"""
## {datetime.date.today()}, {platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}

Seconds of processor time (user and system), one thread each, best of repeats; `gap` is the
largest difference from lavCor.

```
{shown}
```

NACOV, 10,000 x 20: lavaan {nacov_r:.2f} s (with its matrix), ours {nacov:.3f} s, {nacov_r / nacov:.0f} times.
Parallel analysis on polychorics, 500 x 20, per iteration (one data set of each kind, both eigenvalue sets):
psych::fa.parallel {parallel_r:.2f} s, ours {parallel * 1000:.1f} ms, {parallel_r / parallel:.0f} times.
"""
    with (HERE / "RESULTS-polychoric.md").open("a", encoding="utf-8") as file:
        file.write(report)
    print(report)


if __name__ == "__main__":
    main()

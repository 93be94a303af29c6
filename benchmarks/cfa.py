"""Ordinal CFA (WLSMV) beside lavaan in one run: `python benchmarks/cfa.py [--growth] [--small]`.

20 items of 5 categories, 4 factors, estimates, standard errors, scaled and robust fit. Ours is the public call on a
frame, caveats included. Writes on top of RESULTS-cfa.md; ``--growth`` also draws growth-cfa.png. Growth is in processor
seconds: run it with OMP_NUM_THREADS=1, so that they are those of one thread.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from sctoolkit import cfa

HERE = Path(__file__).parent
R_CODE = """
suppressPackageStartupMessages(library(lavaan))
args <- commandArgs(TRUE)
data <- read.csv(args[1]); model <- readLines(args[2]); items <- names(data)
run <- function() system.time(fit <<- cfa(model, data, ordered = items, std.lv = TRUE, estimator = "WLSMV"))
times <- replicate(as.integer(args[3]), {t <- run(); c(t["elapsed"], t["user.self"] + t["sys.self"])})
cat(min(times[1, ]), min(times[2, ]), fitMeasures(fit, "chisq.scaled"), as.character(packageVersion("lavaan")))
"""


def simulate(n: int, items: int = 20, factors: int = 4, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    loadings = np.linspace(0.5, 0.85, items)
    phi = np.full((factors, factors), 0.4) + 0.6 * np.eye(factors)
    eta = rng.multivariate_normal(np.zeros(factors), phi, size=n)
    latent = eta[:, np.arange(items) * factors // items] * loadings
    latent += rng.normal(size=(n, items)) * np.sqrt(1 - loadings**2)
    return pd.DataFrame(np.digitize(latent, [-1.2, -0.4, 0.4, 1.2]) + 1, columns=[f"i{k}" for k in range(items)])


def model(items: int = 20, factors: int = 4) -> str:
    owner = np.arange(items) * factors // items
    return "\n".join(f"f{j} =~ " + " + ".join(f"i{k}" for k in np.flatnonzero(owner == j)) for j in range(factors))


def ours(data: pd.DataFrame, text: str, repeats: int, **options: object) -> tuple[float, float, float]:
    """Seconds on the clock, processor seconds, corrected chi-square."""
    clock, processor = [], []
    for _ in range(repeats):
        start, busy = time.perf_counter(), time.process_time()
        result = cfa(data, text, ordered=True, **options)
        clock.append(time.perf_counter() - start)
        processor.append(time.process_time() - busy)
    return min(clock), min(processor), result.measures["chi2_scaled"]


def lavaan(data: pd.DataFrame, text: str, repeats: int) -> tuple[float, float, float, str]:
    with tempfile.TemporaryDirectory() as folder:
        table, syntax, script = (Path(folder) / name for name in ("data.csv", "model.txt", "run.R"))
        data.to_csv(table, index=False)
        syntax.write_text(text)
        script.write_text(R_CODE)
        out = subprocess.run(
            ["Rscript", str(script), str(table), str(syntax), str(repeats)], capture_output=True, text=True, check=True
        ).stdout.split()
    return float(out[-4]), float(out[-3]), float(out[-2]), out[-1]


def versus(sizes: dict[int, tuple[int, int, str]]) -> list[str]:
    lines = [
        "Clock and processor seconds (of all threads); the ratio of processor seconds is the one that a busy machine",
        "leaves alone.\n",
        "| respondents | ours, clock | ours, processor | lavaan, clock | lavaan, processor | times, clock | "
        "times, processor | floor | chi2, ours | chi2, lavaan |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for n, (repeats, r_repeats, floor) in sizes.items():
        data, text = simulate(n), model()
        ours(data, text, 1)
        first = ours(data, text, repeats)
        r_clock, r_busy, r_chi2, version = lavaan(data, text, r_repeats)
        second = ours(data, text, repeats)
        clock, busy = min(first[0], second[0]), min(first[1], second[1])
        lines.append(
            f"| {n} | {clock:.4f} | {busy:.4f} | {r_clock:.3f} ({version}) | {r_busy:.3f} | {r_clock / clock:.0f} | "
            f"{r_busy / busy:.0f} | {floor} | {first[2]:.3f} | {r_chi2:.3f} |"
        )
    return lines


def growth() -> list[str]:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 3, figsize=(12, 3.6), layout="constrained")
    runs: list[tuple[str, list[int], list[float]]] = []
    sizes = [200, 500, 1000, 3000, 10_000, 30_000, 100_000]
    runs.append(("respondents", sizes, [ours(simulate(n), model(), 4)[1] for n in sizes]))
    widths = [8, 12, 20, 32, 48, 64]
    runs.append(("items", widths, [ours(simulate(1000, k), model(k), 4)[1] for k in widths]))
    counts = [1, 2, 4, 8, 16]
    times = []
    for count in counts:
        data = simulate(400 * count)
        options = {}
        if count > 1:
            data["site"] = np.arange(len(data)) % count
            options = {"group": "site"}
        times.append(ours(data, model(), 4, **options)[1])
    runs.append(("groups of 400", counts, times))
    lines = []
    for axis, (name, at, seconds) in zip(axes, runs, strict=True):
        axis.loglog(at, seconds, "o-", color="#24508c")
        axis.set_xticks(at, labels=[f"{size:,}" for size in at], rotation=30 if max(at) > 100 else 0)
        marks = [mark for mark in (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0) if min(seconds) <= mark <= max(seconds)]
        axis.set_yticks(marks, labels=[f"{mark:g}" for mark in marks])
        axis.minorticks_off()
        axis.set_xlabel(name)
        axis.set_ylabel("processor seconds")
        axis.grid(alpha=0.3, which="both")
        slope = np.polyfit(np.log(at[-3:]), np.log(seconds[-3:]), 1)[0]
        axis.set_title(f"~ {name.split()[0]}^{slope:.1f} at the end", fontsize=10)
        lines.append(f"- {name}: " + ", ".join(f"{a}: {s:.3f} s" for a, s in zip(at, seconds, strict=True)))
        lines[-1] += f" (exponent at the end {slope:.2f})"
    figure.savefig(HERE / "growth-cfa.png", dpi=120)
    return lines


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--small", action="store_true", help="500 respondents only")
    chosen = parser.parse_args()
    threads = os.environ.get("OMP_NUM_THREADS", "all")
    lines = [
        f"\n## {time.strftime('%Y-%m-%d %H:%M')}, {'growth' if chosen.growth else 'beside lavaan'}\n",
        f"Python {platform.python_version()}, numpy {np.__version__}, {os.cpu_count()} cores, threads: {threads}, load "
        f"at the start {os.getloadavg()[0]:.1f}.\n",
    ]
    sizes = {500: (15, 5, "20"), 10_000: (5, 2, ""), 100_000: (4, 1, "50")}
    if chosen.small:
        sizes = {500: sizes[500]}
    lines += growth() if chosen.growth else versus(sizes)
    text = "\n".join(lines) + "\n"
    sys.stdout.write(text)
    results = HERE / "RESULTS-cfa.md"
    head, mark, earlier = results.read_text(encoding="utf-8").partition("\n## ")
    results.write_text(head + text + mark + earlier, encoding="utf-8")


if __name__ == "__main__":
    main()

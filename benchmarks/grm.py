"""Graded response model: growth of the time with respondents and items.

    python benchmarks/grm.py

There is no rival in Debian's R; the figures show that time grows in proportion to respondents. CPU
seconds of one thread, so that a busy machine does not show. Results are appended to
RESULTS-grm.md.
"""

from __future__ import annotations

import os
import platform
import time
from datetime import date
from pathlib import Path

import numpy as np

from sctoolkit.numerics.irt.grm import fit_grm, parameter_vcov
from sctoolkit.numerics.irt.grm_likelihood import normal_grid
from sctoolkit.numerics.irt.grm_scores import eap_scores
from sctoolkit.numerics.irt.patterns import distinct_patterns

HERE = Path(__file__).parent
CASES = ((500, 10), (500, 20), (2_000, 20), (10_000, 20), (50_000, 20), (100_000, 20), (10_000, 40))


def simulate(n: int, k: int) -> np.ndarray:
    rng = np.random.default_rng(n + k)
    slopes = np.linspace(0.8, 2.2, k)
    logits = slopes[None, :, None] * rng.normal(size=(n, 1, 1)) + np.array([2.0, 0.7, -0.7, -2.0])
    return (rng.random((n, k, 1)) < 1.0 / (1.0 + np.exp(-logits))).sum(axis=2)


def plot(points: list[tuple[int, float, float]]) -> None:
    """Draw seconds against respondents on logarithmic axes, with the line of proportional growth."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    n, fitted, scored = (np.array(column, dtype=float) for column in zip(*points, strict=True))
    figure, axes = pyplot.subplots(figsize=(6.0, 4.0), layout="constrained")
    axes.loglog(n, fitted, marker="o", label="fit with standard errors")
    axes.loglog(n, scored, marker="s", label="EAP scores")
    axes.loglog(n, fitted[-1] * n / n[-1], linestyle=":", color="0.5", label="proportional growth")
    axes.set(xlabel="respondents", ylabel="CPU seconds", title="Graded response model, 20 items of 5 categories")
    axes.legend(frameon=False)
    figure.savefig(HERE / "RESULTS-grm.svg", metadata={"Date": None})
    pyplot.close(figure)


def main() -> None:
    lines, points = [], []
    for n, k in CASES:
        codes = simulate(n, k)
        start = time.process_time()
        fit = fit_grm(codes)
        parameter_vcov(fit)
        fitted = time.process_time() - start
        start = time.process_time()
        eap_scores(distinct_patterns(codes).codes, fit.items, normal_grid())
        scored = time.process_time() - start
        bias = float((fit.items.slopes - np.linspace(0.8, 2.2, k)).mean())
        lines.append(f"| {n:,} | {k} | {fit.n_iterations} | {fitted:.2f} | {scored:.3f} | {bias:+.3f} |")
        print(lines[-1], flush=True)
        if k == 20:
            points.append((n, fitted, scored))
    head = (
        f"\n## {date.today()}: numpy {np.__version__}, {platform.machine()}, {os.cpu_count()} cores\n\n"
        "| respondents | items | iterations | fit with errors, CPU s | EAP scores, CPU s | mean error of slopes |\n"
        "|---|---|---|---|---|---|\n"
    )
    with (HERE / "RESULTS-grm.md").open("a", encoding="utf-8") as file:
        if file.tell() == 0:
            file.write("# Graded response model: growth with respondents and items (five categories)\n")
        file.write(head + "\n".join(lines) + "\n")
    plot(points)


if __name__ == "__main__":
    main()

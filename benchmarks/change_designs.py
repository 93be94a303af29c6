"""How often the primary answer of `estimate_change` rejects a true null, and how often its interval holds the truth.

Run: python benchmarks/change_designs.py [studies a cell, 400 unless said]; writes RESULTS-change_designs.md.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

from sctoolkit.change.pooling.plan import Design, simulate_study
from sctoolkit.change.route.estimate_change import estimate_change

HERE = Path(__file__).parent
CELLS = [
    ("one group, linked", {"comparison": "none", "linked": 1.0, "attrition": 0.0}),
    ("one group, 60 % linked, 20 % lost", {"comparison": "none", "linked": 0.6, "attrition": 0.2}),
    ("one group, unlinked", {"comparison": "none", "linked": 0.0, "attrition": 0.0}),
    ("half of organisations treated", {"comparison": "organisations", "linked": 1.0, "attrition": 0.2}),
    ("two organisations treated", {"comparison": "organisations", "linked": 1.0, "attrition": 0.2, "treated": 2}),
    ("three organisations treated", {"comparison": "organisations", "linked": 1.0, "attrition": 0.2, "treated": 3}),
]
ORGANISATIONS = (4, 8, 12, 20)


def cell(g: int, options: dict, n_studies: int, rng: np.random.Generator) -> tuple[float, float, str]:
    """Return the share of p < .05 under the null, the coverage of 95 % intervals, and the inference used."""
    treated = options.get("treated")
    share = treated / g if treated else 0.5
    design = Design(
        n_people=10, n_organisations=g, comparison=options["comparison"], share_treated=share, correlation=0.6, icc=0.1,
        size_cv=0.5, linked=options["linked"], attrition=options["attrition"], n_categories=None,
    )  # fmt: skip
    call = {"outcome": "score", "unit": "respondent", "wave": "wave", "cluster": "organisation", "n_draws": 9}
    if options["comparison"] != "none":
        call |= {"group": "group", "treated": "1"}
    rejected, covered, used = [], [], {}
    for _ in range(n_studies):
        best = (result := estimate_change(simulate_study(design, 0.0, rng), **call)).primary
        if best is None or not np.isfinite(best.p_value):
            continue
        used[result.route.inference] = used.get(result.route.inference, 0) + 1
        rejected.append(best.p_value < 0.05)
        covered.append(best.ci_low <= 0 <= best.ci_high)
    return float(np.mean(rejected)), float(np.mean(covered)), max(used, key=used.get)


def main() -> None:
    n_studies = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    rng = np.random.default_rng(20)
    lines = [
        "# Type I error of the primary answer of `estimate_change`",
        "",
        f"{n_studies} simulated studies a cell, Monte-Carlo error {np.sqrt(0.05 * 0.95 / n_studies):.3f}; 10 people an "
        "organisation on average (coefficient of variation 0.5), ICC 0.10, correlation over waves 0.6, nominal 0.05.",
        "Intervals hold the truth in one minus the share shown.",
        "",
        "| design | " + " | ".join(f"G = {g}" for g in ORGANISATIONS) + " |",
        "|---|" + "---|" * len(ORGANISATIONS),
    ]
    start = time.perf_counter()
    for name, options in CELLS:
        shown = []
        for g in ORGANISATIONS:
            if options.get("treated", 0) >= g - 1:
                shown.append("")
                continue
            rejected, _, used = cell(g, options, n_studies, rng)
            shown.append(f"{rejected:.3f} {used.split(',')[0]}")
            print(name, g, shown[-1], flush=True)
        lines.append(f"| {name} | " + " | ".join(shown) + " |")
        took = f"{time.perf_counter() - start:.0f} s on one core."
        (HERE / "RESULTS-change_designs.md").write_text("\n".join([*lines, "", took, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()

"""Coverage of the two estimators behind the primary answer when the change differs between organisations.

Run: python benchmarks/varied_changes.py [studies a cell, 1500 unless said]; prints one line a cell. It is the second
study of change_designs.py without the router and its checks, which makes 1,500 studies a cell affordable.
"""

from __future__ import annotations

import sys

import numpy as np
from change_designs import EFFECT, ORGANISATIONS, Cell, varied

from sctoolkit.change.pooling.planned_study import simulate_study
from sctoolkit.change.route.estimates import Estimate, linear_contrast, over_organisations
from sctoolkit.numerics.linear.cluster_means import collapse

FORMS = ("half of organisations treated", "three organisations treated", "two organisations treated")


def answers(cell: Cell, rng: np.random.Generator) -> dict[str, Estimate]:
    """Return the difference in change by means of organisations, and by CR2 where the router would take it."""
    design = cell.design()
    frame = varied(simulate_study(design, EFFECT, rng), design, rng)
    before, after = (frame[frame["wave"] == wave] for wave in (1, 2))
    change = after["score"].to_numpy(float) - before["score"].to_numpy(float)
    site, arm = after["organisation"].to_numpy(int), after["group"].to_numpy(float)
    labels = {"estimand": "difference in change", "role": "check"}
    taking = collapse(arm, site) > 0.5
    found = {"means": over_organisations(collapse(change, site), 0.95, treated=taking, n_obs=len(change), **labels)}
    if cell.form.startswith("half") and cell.g >= 8:
        design_matrix = np.column_stack([arm, np.ones(len(arm))])
        found["CR2"] = linear_contrast(
            design_matrix, change, np.array([1.0, 0.0]), 0.95, clusters=site, estimator="regression", **labels
        )
    return found


def main() -> None:
    studies = int(sys.argv[1]) if len(sys.argv) > 1 else 1500
    for cell in [Cell("varied", form, "unequal", g) for form in FORMS for g in ORGANISATIONS]:
        if not cell.possible():
            continue
        rng = np.random.default_rng([3, cell.g])
        held: dict[str, list[bool]] = {}
        for _ in range(studies):
            for name, e in answers(cell, rng).items():
                held.setdefault(name, []).append(e.ci_low <= EFFECT <= e.ci_high)
        print(cell.form, cell.g, {name: round(float(np.mean(v)), 3) for name, v in held.items()}, flush=True)


if __name__ == "__main__":
    main()

"""Make tests/oracle/honest_trends/smooth_intervals.json: fixed-length intervals under smoothness by diff-diff.

diff-diff's smoothness intervals equal those of R HonestDiD to four decimals. Run: python tests/oracle/honest_trends.py
"""

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
from diff_diff.honest_did import _compute_optimal_flci

cases = []
rng = np.random.default_rng(2023)
for n_before, n_after in [(1, 1), (2, 2), (3, 2), (5, 3)]:
    k = n_before + n_after
    mix = rng.normal(size=(k, k)) * 0.1
    cov = (mix @ mix.T + np.eye(k) * 0.01).round(6)
    coef = (rng.normal(size=k) * 0.1 + 0.5 * (np.arange(k) >= n_before)).round(4)
    weights = np.full(n_after, 1 / n_after)
    for bend in (0.0, 0.02, 0.1, 0.5):
        low, high = _compute_optimal_flci(
            coef[:n_before], coef[n_before:], cov, weights, n_before, n_after, bend, alpha=0.05
        )
        cases.append(
            {"n_before": n_before, "n_after": n_after, "coef": coef.tolist(), "cov": cov.tolist(), "bend": bend,
             "ci_low": float(low), "ci_high": float(high)}
        )  # fmt: skip
out = {"program": f"diff-diff {version('diff-diff')}", "level": 0.95, "cases": cases}
path = Path(__file__).parent / "honest_trends" / "smooth_intervals.json"
path.write_text(json.dumps(out, indent=1) + "\n", encoding="utf-8")

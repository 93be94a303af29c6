"""One group at three waves or more: each wave against the first, and a straight line through all of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from sctoolkit.change.route.estimates import Estimate, mixed_contrasts
from sctoolkit.change.route.linkage import linkage_caveats
from sctoolkit.change.route.one_group import CHANGE, linked, organisation_checks, unlinked, wave_means
from sctoolkit.change.route.setting import Findings, Setting
from sctoolkit.change.route.sizes import percent_of_range, scaled


def waves(setting: Setting) -> Findings:
    """Estimate the change from the first wave to each later one; the last is the primary answer."""
    panel = setting.panel
    estimates = trajectory(setting)
    primary = next((e for e in estimates if e.role == "primary"), None)
    for code in range(1, len(panel.waves)):
        estimates += linked(setting, panel, "check", last=code)
        estimates += unlinked(setting, panel, "check", last=code)
    estimates += organisation_checks(setting, panel)
    if primary is not None:
        first = panel.outcome[panel.wave == 0]
        estimates += percent_of_range(primary, setting.scale_range)
        if len(first) > 1:
            spread = float(first.std(ddof=1))
            estimates.append(scaled(primary, spread, "d, first wave", "over the standard deviation of the first wave"))
    estimates += wave_means(setting, panel)
    return Findings(
        estimates=tuple(estimates),
        caveats=linkage_caveats(setting, [e for e in estimates if e.wave == panel.waves[-1]]),
        template="changed_waves",
    )


def trajectory(setting: Setting) -> list[Estimate]:
    """Return each wave less the first, and the mean step a wave, from one mixed model on all records."""
    panel = setting.panel
    n_waves = len(panel.waves)
    design = np.column_stack([np.ones(panel.n_obs), *((panel.wave == code) for code in range(1, n_waves))]).astype(
        float
    )
    steps = np.arange(n_waves) - (n_waves - 1) / 2
    trend = np.concatenate([[0.0], steps[1:] / (steps**2).sum()])
    rows = np.vstack([np.eye(n_waves)[1:], trend])
    shared: dict[str, Any] = {"estimator": "mixed model"}
    labels: list[dict[str, Any]] = [
        {
            "estimand": f"{CHANGE}, all records", "wave": panel.waves[code],
            "role": "primary" if code == n_waves - 1 else "check", **shared,
        }
        for code in range(1, n_waves)
    ]  # fmt: skip
    labels.append({"estimand": "mean change a wave, straight line", "role": "check", "term": "trend", **shared})
    found = mixed_contrasts(design, panel.outcome, rows, setting.level, panel.unit, panel.cluster, panel.wave, labels)
    return sorted(found, key=lambda e: e.role != "primary")

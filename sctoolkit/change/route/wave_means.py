"""The mean of each wave, of everyone or of one side or group."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from sctoolkit.change.route.estimates import Estimate, compact, from_t, linear_contrast
from sctoolkit.change.route.panel import Panel
from sctoolkit.change.route.setting import Setting


def wave_means(setting: Setting, panel: Panel, side: str | None = None, group: str | None = None) -> list[Estimate]:
    """Return the mean of each wave with its interval."""
    found = []
    for code, label in enumerate(panel.waves):
        rows = panel.wave == code
        n = int(rows.sum())
        if n == 0:
            continue
        labels: dict[str, Any] = {
            "estimand": "mean", "estimator": "mean of the wave", "role": "detail", "wave": label, "side": side,
            "group": group,
        }  # fmt: skip
        y = panel.outcome[rows]
        if n < 2:
            nan = float("nan")
            found.append(from_t(float(y[0]), nan, nan, setting.level, n_obs=n, method="one answer", **labels))
            continue
        clusters = None if panel.cluster is None else compact(panel.cluster[rows])
        if clusters is not None and clusters.max() < 1:
            clusters = None
        weights = None if panel.weight is None else panel.weight[rows]
        mean = linear_contrast(
            np.ones((n, 1)), y, np.ones(1), setting.level, clusters=clusters, weights=weights, **labels
        )
        found.append(replace(mean, statistic=float("nan"), p_value=float("nan")))
    return found

"""The size of a change in units that people can use, each named by its standardiser."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from sctoolkit.change.route.estimates import Estimate, compact, linear_contrast
from sctoolkit.change.route.panel import Panel
from sctoolkit.change.route.setting import Setting
from sctoolkit.errors import NotIdentifiedError
from sctoolkit.numerics.change.paired_effect_sizes import paired_effect_sizes, small_sample_factor

FloatArray = npt.NDArray[np.float64]


def scaled(primary: Estimate, divisor: float, name: str, method: str) -> Estimate:
    """Return an estimate divided by a number that is taken as known."""
    if not divisor > 0:
        divisor = float("nan")
    return Estimate(
        estimand=name, estimator=name, role="detail", estimate=primary.estimate / divisor,
        std_error=primary.std_error / divisor, dof=primary.dof, ci_low=primary.ci_low / divisor,
        ci_high=primary.ci_high / divisor, ci_level=primary.ci_level, n_obs=primary.n_obs,
        n_clusters=primary.n_clusters, method=method, term="size", wave=primary.wave, side=primary.side,
        group=primary.group,
    )  # fmt: skip


def percent_of_range(primary: Estimate, scale_range: tuple[float, float] | None) -> list[Estimate]:
    """Return an estimate as percent of the scale's range, if the range is known."""
    if scale_range is None:
        return []
    low, high = scale_range
    return [scaled(primary, (high - low) / 100, "percent of range", f"range {low:g} to {high:g}")]


def linked_sizes(setting: Setting) -> list[Estimate]:
    """Return g_av, g_rm and the probability of improvement of linked people; of ordered answers only the last."""
    panel = setting.panel
    i, j = panel.pairs(0, setting.last)
    if len(i) < 3:
        return []
    better = _improvement(setting, panel, i, j)
    if setting.outcome_type != "scale":
        return better if setting.outcome_type == "ordinal" else []
    pre, post = panel.outcome[i], panel.outcome[j]
    clustered = panel.cluster is not None and np.unique(panel.cluster[j]).size > 1
    clusters = compact(panel.cluster[j]) if clustered and panel.cluster is not None else None
    found: list[Estimate] = []
    common: dict[str, Any] = {
        "role": "detail", "term": "size", "n_obs": len(i), "wave": panel.waves[setting.last], "ci_level": setting.level,
    }  # fmt: skip
    change = linear_contrast(
        np.ones((len(i), 1)), post - pre, np.ones(1), setting.level, clusters=clusters,
        weights=panel.pair_weights(i, j), estimand="mean change", estimator="paired differences", role="detail",
    )  # fmt: skip
    found += percent_of_range(change, setting.scale_range)
    try:
        sizes = paired_effect_sizes(pre, post, setting.level)
    except NotIdentifiedError:
        sizes = {}
    for name, says in (
        ("g_av", "mean of the two standard deviations"),
        ("g_rm", "change, rescaled by the correlation"),
    ):
        if name not in sizes:
            continue
        size = sizes[name]
        if (clusters is not None or panel.weight is not None) and np.isfinite(size.standardiser):
            factor = size.standardiser / small_sample_factor(len(i) - 1)
            found.append(scaled(change, factor, name, f"over the {says}; interval of the mean change"))
        else:
            found.append(
                Estimate(
                    estimand=name, estimator=name, estimate=size.estimate, std_error=size.std_error,
                    ci_low=size.ci_low, ci_high=size.ci_high, method=f"over the {says}", **common,
                )
            )  # fmt: skip
    return [*found, *better]


def _improvement(setting: Setting, panel: Panel, i: Any, j: Any) -> list[Estimate]:
    """Return the chance that a linked person rose, half of those who stayed counted."""
    clustered = panel.cluster is not None and np.unique(panel.cluster[j]).size > 1
    clusters = compact(panel.cluster[j]) if clustered and panel.cluster is not None else None
    scores = (np.sign(panel.outcome[j] - panel.outcome[i]) + 1) / 2
    better = linear_contrast(
        np.ones((len(i), 1)), scores, np.ones(1), setting.level, clusters=clusters, weights=panel.pair_weights(i, j),
        estimand="probability of improvement", estimator="P(D > 0) + P(D = 0) / 2", role="detail", term="size",
        wave=panel.waves[setting.last],
    )  # fmt: skip
    return [replace(better, statistic=float("nan"), p_value=float("nan"))]


def unlinked_sizes(setting: Setting) -> list[Estimate]:
    """Return the difference of waves over their pooled standard deviation, Hedges' g."""
    panel = setting.panel
    early, late = panel.outcome[panel.wave == 0], panel.outcome[panel.wave == setting.last]
    n1, n2 = len(early), len(late)
    if min(n1, n2) < 2 or setting.outcome_type != "scale":
        return []
    pooled = np.sqrt(((n1 - 1) * early.var(ddof=1) + (n2 - 1) * late.var(ddof=1)) / (n1 + n2 - 2))
    rows = (panel.wave == 0) | (panel.wave == setting.last)
    post = (panel.wave[rows] == setting.last).astype(float)
    clusters = None if panel.cluster is None else compact(panel.cluster[rows])
    if clusters is not None and clusters.max() < 1:
        clusters = None
    difference = linear_contrast(
        np.column_stack([np.ones(len(post)), post]), panel.outcome[rows], np.array([0.0, 1.0]), setting.level,
        clusters=clusters, weights=None if panel.weight is None else panel.weight[rows], estimand="mean change",
        estimator="difference of waves", role="detail", wave=panel.waves[setting.last],
    )  # fmt: skip
    found = percent_of_range(difference, setting.scale_range)
    divisor = float(pooled) / small_sample_factor(n1 + n2 - 2)
    return [*found, scaled(difference, divisor, "g", "Hedges, over the pooled standard deviation")]

"""One group at three waves or more: each wave against the first, and a straight line through all of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from sctoolkit.change.route.estimates import Estimate, records_contrast
from sctoolkit.change.route.group_waves import SLOPES_FROM
from sctoolkit.change.route.linkage import linkage_caveats
from sctoolkit.change.route.mixed_estimates import mixed_contrasts
from sctoolkit.change.route.one_group import organisation_checks
from sctoolkit.change.route.outcome_type import change_words
from sctoolkit.change.route.setting import Findings, Setting
from sctoolkit.change.route.sizes import percent_of_range, scaled
from sctoolkit.change.route.typed_change import ratio_moved, typed_change, with_primary_of
from sctoolkit.change.route.wave_means import wave_means
from sctoolkit.change.route.waves_compared import linked, unlinked


def waves(setting: Setting) -> Findings:
    """Estimate the change from the first wave to each later one; the last is the primary answer."""
    panel = setting.panel
    estimates = trajectory(setting)
    for code in range(1, len(panel.waves)):
        last = code == setting.last
        own = linked(setting, panel, "primary" if last and panel.ordered else "check", last=code)
        means_first = last and not setting.modelled and setting.by_means and not panel.ordered
        estimates += own
        estimates += unlinked(setting, panel, "primary" if means_first or (last and panel.ordered and not own) else
                              "check", last=code)  # fmt: skip
    estimates += organisation_checks(setting, panel)
    typed, notes = typed_change(setting)
    estimates = with_primary_of([*estimates, *typed])
    primary = next((e for e in estimates if e.role == "primary"), None)
    if primary is not None and setting.outcome_type == "scale":
        first = panel.outcome[panel.wave == 0]
        estimates += percent_of_range(primary, setting.scale_range)
        if len(first) > 1:
            spread = float(first.std(ddof=1))
            estimates.append(scaled(primary, spread, "d, first wave", "over the standard deviation of the first wave"))
    estimates += wave_means(setting, panel)
    return Findings(
        estimates=tuple(estimates),
        caveats=(*notes, *linkage_caveats(setting, [e for e in estimates if e.wave == panel.waves[-1]])),
        template="changed_waves",
        fields=ratio_moved(estimates),
    )


def trajectory(setting: Setting) -> list[Estimate]:
    """Return each wave less the first, and the mean step a wave, from one model on all records.

    A mixed model; for weighted records and outcomes that are no scale a regression, with the mixed model without
    weights beside that of weighted scores. Ordered answers have no such model.
    """
    panel = setting.panel
    if panel.ordered:
        return []
    n_waves = len(panel.waves)
    design = np.column_stack([np.ones(panel.n_obs), *((panel.wave == code) for code in range(1, n_waves))]).astype(
        float
    )
    steps = np.arange(n_waves) - (n_waves - 1) / 2
    trend = np.concatenate([[0.0], steps[1:] / (steps**2).sum()])
    rows = np.vstack([np.eye(n_waves)[1:], trend])
    word = change_words(setting.outcome_type)
    by_model = setting.modelled or not setting.by_means
    labels: list[dict[str, Any]] = [
        {
            "estimand": f"{word}, all records", "wave": panel.waves[code],
            "role": "primary" if code == n_waves - 1 and by_model else "check",
        }
        for code in range(1, n_waves)
    ]  # fmt: skip
    labels.append({"estimand": f"{word} a wave, straight line", "role": "check", "term": "trend"})
    found: list[Estimate] = []
    if not setting.modelled:
        found = [
            records_contrast(
                design, panel.outcome, row, setting.level, panel.unit, panel.cluster, panel.weight,
                estimator="regression on all records", **label,
            )
            for row, label in zip(rows, labels, strict=True)
        ]  # fmt: skip
    if setting.outcome_type == "scale":
        model: dict[str, Any] = {"estimator": "mixed model"}
        if found:
            model = {"estimator": "mixed model, unweighted", "role": "check"}
        found += mixed_contrasts(
            design, panel.outcome, rows, setting.level, panel.unit, panel.cluster, panel.wave,
            [{**label, **model} for label in labels],
            slopes=n_waves >= SLOPES_FROM and setting.route.facts.linkage != "unlinked",
        )  # fmt: skip
    return sorted(found, key=lambda e: e.role != "primary")

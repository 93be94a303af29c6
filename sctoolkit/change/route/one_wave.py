"""Where change cannot be estimated: what these data still describe, and why they say no more."""

from __future__ import annotations

from typing import Any

import numpy as np

from sctoolkit.change.route.estimates import Estimate, compact, linear_contrast, over_organisations
from sctoolkit.change.route.setting import Findings, Setting
from sctoolkit.change.route.wave_means import wave_means
from sctoolkit.numerics.linear.cluster_means import collapse
from sctoolkit.result import Caveat


def one_wave(setting: Setting) -> Findings:
    """Describe the waves, side by side where there are sides."""
    panel, facts = setting.panel, setting.route.facts
    if panel.side is not None:
        estimates = [
            e
            for code, name in enumerate(panel.sides)
            for e in wave_means(setting, panel.rows(panel.side == code), name)
        ]
    else:
        estimates = wave_means(setting, panel)
    if setting.route.design == "confounded_waves":
        why = (
            f"No organisation answered both at {facts.first} and at {facts.last}: change and choice of organisations "
            "cannot be told apart."
        )
        return Findings(
            estimates=tuple(estimates), template="confounded",
            caveats=(Caveat(code="organisations_confounded_with_waves", sentence=why),),
        )  # fmt: skip
    return Findings(
        estimates=tuple(estimates),
        caveats=(Caveat(code="one_wave", sentence=f"Change needs a second wave; only {facts.last} has answers."),),
        template="described",
        fields={"waves": facts.last},
    )


def one_wave_groups(setting: Setting) -> Findings:
    """Set groups side by side at one wave; after random assignment the difference is what the programme made."""
    panel, facts = setting.panel, setting.route.facts
    if panel.group is None:
        raise AssertionError("the route promised groups")
    arm = panel.group == setting.treated
    randomised = facts.comparison == "randomised"
    estimates: list[Estimate] = []
    labels: dict[str, Any] = {
        "estimand": "difference between groups after", "wave": panel.waves[-1], "n_obs": panel.n_obs,
    }  # fmt: skip
    clusters = None if panel.cluster is None else compact(panel.cluster)
    single = clusters is not None and facts.level == "organisation"
    if min(arm.sum(), (~arm).sum()) >= 2:
        by_means = setting.route.inference == "cluster means"
        estimates.append(
            linear_contrast(
                np.column_stack([arm.astype(float), np.ones(len(arm))]), panel.outcome, np.array([1.0, 0.0]),
                setting.level, clusters=clusters if clusters is not None and clusters.max() > 0 else None,
                weights=panel.weight, role="primary" if randomised and not by_means else "check",
                estimator="difference of means", **labels,
            )
        )  # fmt: skip
        if single and clusters is not None:
            treated = collapse(arm.astype(float), clusters) > 0.5
            estimates.append(
                over_organisations(
                    collapse(panel.outcome, clusters), setting.level, treated=treated,
                    role="primary" if randomised and by_means else "check", **labels,
                )
            )  # fmt: skip
    for name, rows in (("programme", arm), ("comparison", ~arm)):
        estimates += wave_means(setting, panel.rows(rows), group=name)
    before = Caveat(code="one_wave", sentence="There is no wave before: groups may have differed all along.")
    return Findings(
        estimates=tuple(sorted(estimates, key=lambda e: e.role != "primary")),
        caveats=() if randomised else (before,),
        template="randomised" if randomised else "difference_described",
    )


def constant(setting: Setting) -> Findings:
    """Say that every answer is the same."""
    panel = setting.panel
    means = [
        Estimate(
            estimand="mean", estimator="mean of the wave", role="detail", estimate=float(panel.outcome[0]),
            ci_level=setting.level, n_obs=int((panel.wave == code).sum()), wave=label,
            method="every answer is the same",
        )
        for code, label in enumerate(panel.waves)
    ]  # fmt: skip
    sentence = (
        f"Every answer to {setting.outcome} is {panel.outcome[0]:g}: there is no change to estimate and no uncertainty "
        "to give."
    )
    return Findings(
        estimates=tuple(means),
        caveats=(Caveat(code="constant_outcome", sentence=sentence),),
        template="constant",
        rung="L0",
    )

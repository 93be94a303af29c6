"""Participants and a comparison group at three waves or more: one difference a follow-up wave, and a straight line.

After random assignment both arms share their mean at the first wave (constrained longitudinal analysis); groups that
existed keep a mean of their own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from sctoolkit.change.route.arms import GROUPS, alone, arm_changes
from sctoolkit.change.route.estimates import Estimate, Role, records_contrast
from sctoolkit.change.route.group_contrasts import DIFFERENCE, over_sites, repeated_cross_sections, treated_rows
from sctoolkit.change.route.mixed_estimates import mixed_contrasts, within
from sctoolkit.change.route.panel import Panel
from sctoolkit.change.route.setting import Findings, Setting
from sctoolkit.change.route.two_groups import declared, finish, linked_contrasts, lord, one_primary
from sctoolkit.change.route.typed_difference import typed_difference
from sctoolkit.errors import NotIdentifiedError
from sctoolkit.result import Caveat

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

SLOPES_FROM = 4
"""Number of waves from which people have a slope of their own."""


def group_waves(setting: Setting) -> Findings:
    """Estimate the difference between groups at each later wave; that at the last is the primary answer."""
    panel = setting.panel
    treated = treated_rows(setting, panel)
    usable, notes = _both_arms(panel, treated)
    found, arms = _by_wave(setting, panel, treated, usable)
    found += _fixed_effects(setting, panel, treated, usable)
    first = "" if found else declared(setting)
    for code in usable[1:]:
        last = code == setting.last
        found += linked_contrasts(setting, panel, treated, first if last else "", code)
        if setting.route.facts.linkage == "unlinked" or (last and not any(e.role == "primary" for e in found)):
            role: Role = "check" if any(e.role == "primary" for e in found) or not last else "primary"
            found += repeated_cross_sections(setting, panel, treated, role, code)
    found += over_sites(setting, panel, treated, "check")
    typed, doubts = typed_difference(setting, panel, treated)
    found = one_primary(setting, _promoted([*found, *typed]))
    arms = arms or arm_changes(setting, panel, treated)
    return finish(setting, found, (*notes, *lord(setting, found), *doubts), arms)


def _both_arms(panel: Panel, treated: BoolArray) -> tuple[list[int], tuple[Caveat, ...]]:
    """Return the waves at which both groups answered, and a caveat on the others."""
    n = len(panel.waves)
    counts = [
        min(int((treated & (panel.wave == c)).sum()), int((~treated & (panel.wave == c)).sum())) for c in range(n)
    ]
    usable = [code for code in range(n) if counts[code] > 0]
    lost = [panel.waves[code] for code in range(n) if counts[code] == 0]
    if not lost:
        return usable, ()
    sentence = f"Only one group answered at wave {', '.join(lost)}: no difference between groups is given there."
    return usable, (Caveat(code="wave_with_one_group", sentence=sentence, numbers={"waves": lost}),)


def _by_wave(
    setting: Setting, panel: Panel, treated: BoolArray, usable: list[int]
) -> tuple[list[Estimate], list[Estimate]]:
    """Return the difference at each wave and the straight line, and each group's own change, all of one model."""
    if panel.ordered or 0 not in usable or len(usable) < 2:
        return [], []
    keep = np.isin(panel.wave, usable)
    part, arm = panel.rows(keep), treated[keep]
    design, rows, labels = wave_contrasts(part, arm, usable, setting.route.facts.comparison == "randomised")
    if setting.last not in usable:
        labels[len(usable) - 2]["role"] = "check"
    many = len(usable) >= SLOPES_FROM and setting.route.facts.linkage != "unlinked"
    options = (setting.level, part.unit, part.cluster)
    found: list[Estimate] = []
    if not setting.modelled:
        found = [
            records_contrast(
                design, part.outcome, row, *options, part.weight, **label, estimator="regression on all records"
            )
            for row, label in zip(rows, labels, strict=True)
        ]
    if setting.outcome_type == "scale":
        named = [{**label, "estimator": "mixed model"} for label in labels]
        if found:
            named = [{**label, "estimator": "mixed model, unweighted", "role": "check"} for label in labels if
                     label["role"] != "arm"]  # fmt: skip
        found += mixed_contrasts(design, part.outcome, rows[: len(named)], *options, part.wave, named, slopes=many)
    groups = {name: panel.rows(own) for name, own in zip(GROUPS, (treated, ~treated), strict=True)}
    arms = [alone(setting, groups[str(e.group)], e) for e in found if e.role == "arm"]
    rest = sorted((e for e in found if e.role != "arm"), key=lambda e: e.role != "primary")
    return rest, sorted(arms, key=lambda e: e.wave != panel.waves[setting.last])


def wave_contrasts(
    panel: Panel, arm: BoolArray, waves: list[int], equal_start: bool
) -> tuple[FloatArray, FloatArray, list[dict[str, Any]]]:
    """Return the design of wave by arm, and its contrasts in rows with their labels.

    Contrasts: the difference at each wave after the first, the straight line through them, then each group's change.
    """
    later = np.column_stack([panel.wave == code for code in waves[1:]]).astype(float)
    k = later.shape[1]
    start = [] if equal_start else [arm.astype(float)]
    design = np.column_stack([later * arm[:, None], np.ones(panel.n_obs), later, *start])
    steps = np.array(waves) - np.mean(waves)
    unit, p = np.eye(design.shape[1]), design.shape[1]
    line = np.zeros(p)
    line[:k] = steps[1:] / (steps**2).sum()
    estimand = f"{DIFFERENCE} in change, all records"
    rows, labels = [], []
    for position, code in enumerate(waves[1:]):
        rows.append(unit[position])
        role = "primary" if position == k - 1 else "check"
        labels.append({"estimand": estimand, "wave": panel.waves[code], "role": role})
    rows.append(line)
    labels.append({"estimand": f"{DIFFERENCE} in change a wave, straight line", "role": "check", "term": "trend"})
    for position, code in enumerate(waves[1:]):
        for name in GROUPS:
            rows.append(unit[k + 1 + position] + (unit[position] if name == "programme" else 0))
            labels.append({"estimand": "mean change, all records", "wave": panel.waves[code], "role": "arm",
                           "group": name})  # fmt: skip
    return design, np.array(rows), labels


def _fixed_effects(setting: Setting, panel: Panel, treated: BoolArray, usable: list[int]) -> list[Estimate]:
    """Return the differences with every person's own level taken out, CR2 by organisation or person; unweighted."""
    if panel.ordered or 0 not in usable or len(usable) < 2 or setting.route.facts.linkage == "unlinked":
        return []
    keep = np.isin(panel.wave, usable)
    part, arm = panel.rows(keep), treated[keep]
    later = np.column_stack([part.wave == code for code in usable[1:]]).astype(float)
    design = np.column_stack([later * arm[:, None], later])
    name = f"within people{'' if panel.weight is None else ', unweighted'}"
    found = []
    for position, code in enumerate(usable[1:]):
        try:
            found.append(
                records_contrast(
                    design, part.outcome, np.eye(design.shape[1])[position], setting.level, part.unit, part.cluster,
                    absorb=within(part.unit, part.cluster), estimator=name, role="check", wave=panel.waves[code],
                    estimand=f"{DIFFERENCE} in change, linked people",
                )
            )  # fmt: skip
        except NotIdentifiedError:
            return []
    return found


def _promoted(found: list[Estimate]) -> list[Estimate]:
    """Return the estimates with another primary where the model could not be fitted."""
    best = next((e for e in found if e.role == "primary"), None)
    if best is None or np.isfinite(best.estimate):
        return found
    other = next((e for e in found if e.wave == best.wave and np.isfinite(e.estimate) and e.role == "check"), None)
    if other is None:
        return found
    kept = [replace(e, role="check") if e is best else e for e in found if e is not other]
    return [replace(other, role="primary"), *kept]

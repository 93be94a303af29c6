"""Each group's own change, beside the difference between groups."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from sctoolkit.change.route.estimates import Estimate
from sctoolkit.change.route.panel import Panel
from sctoolkit.change.route.setting import Setting
from sctoolkit.change.route.waves_compared import linked, unlinked

BoolArray = npt.NDArray[np.bool_]

GROUPS = ("programme", "comparison")


def arm_changes(setting: Setting, panel: Panel, treated: BoolArray) -> list[Estimate]:
    """Return the change of participants and of the comparison group from the first to the last wave, role ``arm``."""
    found: list[Estimate] = []
    for name, rows in zip(GROUPS, (treated, ~treated), strict=True):
        own = panel.rows(rows)
        change = linked(setting, own, "arm") if setting.route.facts.linkage != "unlinked" else []
        change = change or unlinked(setting, own, "arm")
        found += [replace(alone(setting, own, e), group=name, role="arm") for e in change[:1]]
    return found


def alone(setting: Setting, own: Panel, estimate: Estimate) -> Estimate:
    """Return an estimate without its interval where one organisation stands for the whole group."""
    if setting.route.facts.level != "organisation" or own.cluster is None or np.unique(own.cluster).size > 1:
        return estimate
    nan = float("nan")
    return replace(
        estimate, std_error=nan, statistic=nan, dof=nan, p_value=nan, ci_low=nan, ci_high=nan,
        method="one organisation: no interval for the group",
    )  # fmt: skip

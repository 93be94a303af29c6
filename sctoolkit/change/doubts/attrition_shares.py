"""Who is missing at follow-up: shares by group, side and starting point, and how those lost differ."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from sctoolkit.change.doubts.attrition_views import Start
from sctoolkit.change.route.estimates import Estimate, linear_contrast, welch
from sctoolkit.change.route.panel import Panel

BoolArray = npt.NDArray[np.bool_]


def shares_followed_up(panel: Panel, start: Start) -> list[Estimate]:
    """Return the share followed up: overall, by group, by side and by third of the first answer."""
    first = np.flatnonzero((panel.wave == 0) & panel.keyed)
    found = [_share(start.stayed, start.level, "all")]
    if start.arm is not None:
        for name, value in (("programme", 1.0), ("comparison", 0.0)):
            found.append(_share(start.stayed[start.arm == value], start.level, name, group=name))
    if panel.side is not None:
        for code, name in enumerate(panel.sides):
            found.append(_share(start.stayed[panel.side[first] == code], start.level, name, side=name))
    cuts = np.quantile(start.before, [1 / 3, 2 / 3])
    thirds = np.searchsorted(cuts, start.before)
    for code, name in enumerate(("lowest third at start", "middle third at start", "highest third at start")):
        found.append(_share(start.stayed[thirds == code], start.level, name, term=name))
    return found


def _share(stayed: BoolArray, level: float, name: str, **labels: Any) -> Estimate:
    """Return a share with its Wilson interval."""
    n = len(stayed)
    if n == 0:
        return Estimate(estimand="followed up", estimator=name, role="detail", estimate=float("nan"), **labels)
    z = float(stats.norm.ppf(0.5 + level / 2))
    share = float(stayed.mean())
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * float(np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)))
    return Estimate(
        estimand="followed up", estimator=name, role="detail", estimate=share, ci_low=middle - half,
        ci_high=middle + half, ci_level=level, n_obs=n, method="Wilson interval", **labels,
    )  # fmt: skip


def lost_against_rest(start: Start) -> list[Estimate]:
    """Return how those lost differ at the start, and how follow-up differs between groups."""
    lost = ~start.stayed
    found = []
    if min(lost.sum(), start.stayed.sum()) >= 2:
        found.append(
            welch(
                start.before[lost], start.before[start.stayed], start.level, estimand="first answer, lost less kept",
                estimator="difference of means", role="detail",
            )
        )  # fmt: skip
    if start.arm is not None and np.ptp(start.arm) > 0:
        found.append(
            linear_contrast(
                np.column_stack([start.arm, np.ones(len(start.arm))]), start.stayed.astype(float), np.array([1.0, 0.0]),
                start.level, clusters=start.clusters, estimand="followed up, programme less comparison",
                estimator="difference of shares", role="detail",
            )
        )  # fmt: skip
    return found

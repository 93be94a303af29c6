"""Two sides at two waves: each side's change, the gap at each wave and how it changed. Sides are never pooled."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from sctoolkit.change.route.estimates import (
    Estimate,
    Role,
    compact,
    linear_contrast,
    over_organisations,
)
from sctoolkit.change.route.linkage import unweighted
from sctoolkit.change.route.mixed_estimates import mixed_contrast
from sctoolkit.change.route.panel import Panel
from sctoolkit.change.route.setting import Findings, Setting
from sctoolkit.change.route.wave_means import wave_means
from sctoolkit.change.route.waves_compared import all_records, linked, organisation_gains, unlinked
from sctoolkit.result import Caveat

FloatArray = npt.NDArray[np.float64]

FEW_ORGANISATIONS = 4


def two_sides(setting: Setting) -> Findings:
    """Estimate each side's change, the gap between two sides at each wave, and the change of the gap."""
    panel = setting.panel
    if panel.side is None:
        raise AssertionError("the route promised sides")
    pair = compared_sides(panel)
    estimates: list[Estimate] = []
    if pair is not None:
        estimates += gap_change(setting, panel, pair)
        estimates += gaps(setting, panel, pair)
    for code, name in enumerate(panel.sides):
        estimates += own_change(setting, panel.rows(panel.side == code), name)
    caveats = [*_small_sides(panel), *_alone(panel, pair), *unweighted(setting, estimates)]
    if pair is None:
        caveats.append(
            Caveat(code="one_side_only", sentence="Only one side answered at both waves: there is no gap to follow.")
        )
        return Findings(estimates=tuple(estimates), caveats=tuple(caveats), template="described")
    a, b = pair
    return Findings(
        estimates=tuple(estimates),
        caveats=tuple(caveats),
        template="gap_changed",
        fields={"side_a": panel.sides[a], "side_b": panel.sides[b]},
    )


def compared_sides(panel: Panel) -> tuple[int, int] | None:
    """Return the two sides that are compared: community and statutory where they are, else the first two."""
    last = len(panel.waves) - 1
    if panel.side is None:
        return None
    full = [
        code
        for code in range(len(panel.sides))
        if ((panel.side == code) & (panel.wave == 0)).sum() > 1
        and ((panel.side == code) & (panel.wave == last)).sum() > 1
    ]
    named = {panel.sides[code]: code for code in full}
    if {"community", "statutory"} <= named.keys():
        return named["community"], named["statutory"]
    rest = [code for code in full if panel.sides[code] != "broker"]
    return (rest[0], rest[1]) if len(rest) > 1 else None


def own_change(setting: Setting, panel: Panel, name: str) -> list[Estimate]:
    """Return one side's own change, as far as its linkage allows, and its means."""
    found: list[Estimate] = []
    for estimate in (linked, all_records, unlinked):
        if estimate is all_records and len(panel.pairs(0, setting.last)[0]) < 2:
            continue
        if (panel.wave == 0).any() and (panel.wave == setting.last).any():
            found += estimate(setting, panel, "check")
    return [_with_side(e, name) for e in found[:4]] + wave_means(setting, panel, side=name)


def _with_side(estimate: Estimate, name: str) -> Estimate:
    """Return an estimate of one side: a part, not an answer to the question about both."""
    return replace(estimate, side=name, role="detail", estimand=f"own {estimate.estimand}")


def gaps(setting: Setting, panel: Panel, pair: tuple[int, int]) -> list[Estimate]:
    """Return the gap, first side less second, at each wave."""
    found = []
    side = np.empty(0) if panel.side is None else panel.side
    for code, wave in enumerate(panel.waves):
        rows = (panel.wave == code) & np.isin(side, pair)
        first = (side[rows] == pair[0]).astype(float)
        if min(first.sum(), len(first) - first.sum()) < 2:
            continue
        labels: dict[str, Any] = {
            "estimand": f"gap, {panel.sides[pair[0]]} less {panel.sides[pair[1]]}", "estimator": "difference of sides",
            "role": "detail", "wave": wave,
        }  # fmt: skip
        found.append(
            linear_contrast(
                np.column_stack([np.ones(len(first)), first]), panel.outcome[rows], np.array([0.0, 1.0]), setting.level,
                clusters=_clusters(panel, rows), weights=_weights(panel, rows), **labels,
            )
        )  # fmt: skip
    return found


def gap_change(setting: Setting, panel: Panel, pair: tuple[int, int]) -> list[Estimate]:
    """Return the change of the gap from the first to the last wave: regression, organisations' means, mixed model."""
    if panel.side is None:
        return []
    rows = ((panel.wave == 0) | (panel.wave == setting.last)) & np.isin(panel.side, pair)
    y, post = panel.outcome[rows], (panel.wave[rows] == setting.last).astype(float)
    first = (panel.side[rows] == pair[0]).astype(float)
    design = np.column_stack([np.ones(len(y)), post, first, post * first])
    row = np.array([0.0, 0.0, 0.0, 1.0])
    labels: dict[str, Any] = {
        "estimand": f"change of the gap, {panel.sides[pair[0]]} less {panel.sides[pair[1]]}",
        "wave": panel.waves[setting.last],
    }  # fmt: skip
    clusters = _clusters(panel, rows)
    means = _organisations(setting, panel, rows, y, post, first, labels)
    fewest = min((e.n_clusters or 0) for e in means) if means else 99
    means_first = bool(means) and _fewest_organisations(clusters, first) < FEW_ORGANISATIONS and fewest > 1
    regression: Role = "check" if means_first else "primary"
    found = [
        linear_contrast(
            design, y, row, setting.level, clusters=clusters, weights=_weights(panel, rows), role=regression,
            estimator="wave by side", **labels,
        )
    ]  # fmt: skip
    found += [_role(e, "primary" if means_first else "check") for e in means]
    found.append(
        mixed_contrast(
            design, y, row, setting.level, panel.unit[rows], clusters, post.astype(np.int64), role="check",
            estimator=f"mixed model{'' if panel.weight is None else ', unweighted'}", **labels,
        )
    )  # fmt: skip
    return sorted(found, key=lambda e: e.role != "primary")


def _role(estimate: Estimate, role: Role) -> Estimate:
    """Return the estimate in another role."""
    return replace(estimate, role=role)


def _organisations(
    setting: Setting,
    panel: Panel,
    rows: Any,
    y: FloatArray,
    post: FloatArray,
    first: FloatArray,
    labels: dict[str, Any],
) -> list[Estimate]:
    """Return the difference of the sides' mean gains over organisations, Welch."""
    if panel.cluster is None:
        return []
    clusters, weights = panel.cluster[rows], _weights(panel, rows)
    gains = []
    for member in (first == 1, first == 0):
        both = np.intersect1d(clusters[member & (post == 1)], clusters[member & (post == 0)])
        keep = member & np.isin(clusters, both)
        if both.size == 0:
            return []
        gains.append(
            organisation_gains(y[keep], post[keep], compact(clusters[keep]), None if weights is None else weights[keep])
        )
    treated = np.arange(len(gains[0]) + len(gains[1])) < len(gains[0])
    return [
        over_organisations(
            np.concatenate(gains), setting.level, treated=treated, equal_variances=False, n_obs=len(y), role="check",
            **labels,
        )
    ]  # fmt: skip


def _clusters(panel: Panel, rows: Any) -> Any:
    """Return the organisations of some rows as codes from 0, None when there are fewer than two."""
    if panel.cluster is None:
        return None
    clusters = compact(panel.cluster[rows])
    return clusters if clusters.max() > 0 else None


def _weights(panel: Panel, rows: Any) -> Any:
    """Return the weights of some rows, if there are any."""
    return None if panel.weight is None else panel.weight[rows]


def _fewest_organisations(clusters: Any, first: FloatArray) -> int:
    """Return the number of organisations on the smaller side."""
    if clusters is None:
        return 99
    return int(min(np.unique(clusters[first == 1]).size, np.unique(clusters[first == 0]).size))


def _alone(panel: Panel, pair: tuple[int, int] | None) -> tuple[Caveat, ...]:
    """Return a caveat when one organisation stands for a whole side."""
    if pair is None or panel.cluster is None or panel.side is None:
        return ()
    single = [panel.sides[code] for code in pair if np.unique(panel.cluster[panel.side == code]).size == 1]
    if not single:
        return ()
    return (
        Caveat(
            code="one_organisation_for_a_side",
            sentence=f"One organisation stands for the whole {' and '.join(single)} side: no standard error of the gap "
            "is valid, because organisation and side cannot be told apart.",
            numbers={"sides": single},
        ),
    )


def _small_sides(panel: Panel) -> tuple[Caveat, ...]:
    """Return the number of people on each side, always, and a warning where it is small."""
    if panel.side is None:
        return ()
    counts = {
        name: [int(((panel.side == code) & (panel.wave == wave)).sum()) for wave in range(len(panel.waves))]
        for code, name in enumerate(panel.sides)
    }
    told = "; ".join(f"{name} {', '.join(map(str, numbers))}" for name, numbers in counts.items())
    smallest = min(min(numbers) for numbers in counts.values())
    return (
        Caveat(
            code="people_by_side",
            sentence=f"People by side, wave by wave: {told}.",
            numbers=counts,
            n_people=smallest,
        ),
    )

"""One group at two waves: linked, partly linked or not, the honest answers side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from sctoolkit.change.doubts.leave_out import leave_out
from sctoolkit.change.route.estimates import (
    Estimate,
    Role,
    compact,
    from_permutation,
    from_t,
    linear_contrast,
    mixed_contrast,
    over_organisations,
    welch,
)
from sctoolkit.change.route.linkage import linkage_caveats
from sctoolkit.change.route.outcome_checks import ordered_change
from sctoolkit.change.route.panel import Panel
from sctoolkit.change.route.setting import Findings, Setting
from sctoolkit.change.route.sizes import linked_sizes, unlinked_sizes
from sctoolkit.numerics.change.partial_overlap import partial_overlap
from sctoolkit.numerics.linear.cluster_means import collapse
from sctoolkit.numerics.linear.permutation import flip_signs
from sctoolkit.result import Caveat

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

CHANGE = "mean change"


def one_group(setting: Setting) -> Findings:
    """Estimate the change of one group from the first to the last wave, in every way that the linkage allows."""
    panel, facts = setting.panel, setting.route.facts
    key = {"linked": "linked", "partly linked": "all", "unlinked": "unlinked"}[facts.linkage]
    estimates: list[Estimate] = []
    for name, estimate in (("linked", linked), ("all", all_records), ("overlap", overlapping), ("unlinked", unlinked)):
        if name in {"linked", "all", "overlap"} and facts.linkage == "unlinked":
            continue
        found = estimate(setting, panel, "primary" if name == key else "check")
        estimates += found
    if facts.linkage != "unlinked":
        estimates += organisation_checks(setting, panel)
        estimates += ordered_change(setting)
        estimates += linked_sizes(setting)
    else:
        estimates += unlinked_sizes(setting)
    estimates += wave_means(setting, panel)
    left_out, hangs = _one_left_out(setting, panel)
    return Findings(
        estimates=(*estimates, *left_out),
        caveats=(*hangs, *linkage_caveats(setting, estimates)),
        template=f"changed_{key}",
    )


def linked(setting: Setting, panel: Panel, role: Role, first: int = 0, last: int | None = None) -> list[Estimate]:
    """Return the mean of the paired differences; with few organisations of the organisations' means."""
    end = setting.last if last is None else last
    i, j = panel.pairs(first, end)
    if len(i) < 2:
        return []
    change = panel.outcome[j] - panel.outcome[i]
    weights = None if panel.weight is None else (panel.weight[i] + panel.weight[j]) / 2
    labels: dict[str, Any] = {"estimand": f"{CHANGE}, linked people", "wave": panel.waves[end]}
    if panel.cluster is None or np.unique(panel.cluster).size < 2:
        return [_intercept(change, setting.level, weights, role, "paired differences", **labels)]
    clusters = compact(panel.cluster[j])
    few = setting.route.inference == "cluster means"
    cr2 = linear_contrast(
        np.ones((len(change), 1)), change, np.ones(1), setting.level, clusters=clusters, weights=weights,
        estimator="paired differences", role="check" if few else role, **labels,
    )  # fmt: skip
    if not few:
        return [cr2]
    means = over_organisations(
        collapse(change, clusters, weights), setting.level, role=role, n_obs=len(change), **labels
    )
    return [means, cr2]


def _intercept(
    values: FloatArray, level: float, weights: FloatArray | None, role: Role, estimator: str, **labels: Any
) -> Estimate:
    """Return a mean of independent values with t(n - 1), or HC2 when weighted."""
    if weights is not None:
        return linear_contrast(
            np.ones((len(values), 1)),
            values,
            np.ones(1),
            level,
            weights=weights,
            role=role,
            estimator=estimator,
            **labels,
        )
    n = len(values)
    return from_t(
        float(values.mean()), float(values.std(ddof=1) / np.sqrt(n)), n - 1, level, n_obs=n, role=role,
        estimator=estimator, method=f"t({n - 1}), people independent", **labels,
    )  # fmt: skip


def all_records(setting: Setting, panel: Panel, role: Role, first: int = 0, last: int | None = None) -> list[Estimate]:
    """Return the change over all records of two waves: people linked or not, by a mixed model."""
    end = setting.last if last is None else last
    rows = (panel.wave == first) | (panel.wave == end)
    post = (panel.wave[rows] == end).astype(float)
    return [
        mixed_contrast(
            np.column_stack([np.ones(len(post)), post]), panel.outcome[rows], np.array([0.0, 1.0]), setting.level,
            panel.unit[rows], None if panel.cluster is None else panel.cluster[rows], post.astype(np.int64),
            estimand=f"{CHANGE}, all records", estimator="mixed model", role=role, wave=panel.waves[end],
        )
    ]  # fmt: skip


def overlapping(setting: Setting, panel: Panel, role: Role) -> list[Estimate]:
    """Return the partly overlapping samples t; without a p-value where organisations matter."""
    i, j = panel.pairs(0, setting.last)
    early, late = np.flatnonzero(panel.wave == 0), np.flatnonzero(panel.wave == setting.last)
    only_early, only_late = np.setdiff1d(early, i), np.setdiff1d(late, j)
    if not len(only_early) and not len(only_late):
        return []
    y = panel.outcome
    result = partial_overlap(y[i], y[j], y[only_early], y[only_late])
    clustered = panel.cluster is not None and np.unique(panel.cluster).size > 1
    return [
        from_t(
            result.difference, np.nan if clustered else result.std_error, np.nan if clustered else result.dof,
            setting.level, estimand=f"{CHANGE}, all records", estimator="partly overlapping samples", role=role,
            n_obs=len(early) + len(late), wave=panel.waves[setting.last],
            method="estimate only: organisations not accounted for" if clustered else "Derrick 2017, variances unequal",
        )
    ]  # fmt: skip


def unlinked(setting: Setting, panel: Panel, role: Role, first: int = 0, last: int | None = None) -> list[Estimate]:
    """Return the difference of the waves' means; within organisations where they answered at both waves."""
    end = setting.last if last is None else last
    rows = (panel.wave == first) | (panel.wave == end)
    y, post = panel.outcome[rows], (panel.wave[rows] == end).astype(float)
    weights = None if panel.weight is None else panel.weight[rows]
    labels: dict[str, Any] = {
        "estimand": f"{CHANGE}, waves compared", "wave": panel.waves[end], "estimator": "difference of waves",
    }  # fmt: skip
    if min(post.sum(), len(post) - post.sum()) < 2:
        return []
    if panel.cluster is None or np.unique(panel.cluster).size < 2:
        if weights is None:
            return [welch(y[post == 1], y[post == 0], setting.level, role=role, **labels)]
        design = np.column_stack([np.ones(len(y)), post])
        return [linear_contrast(design, y, np.array([0.0, 1.0]), setting.level, weights=weights, role=role, **labels)]
    cluster = compact(panel.cluster[rows])
    both = np.intersect1d(cluster[post == 1], cluster[post == 0])
    if both.size < 2:
        design = np.column_stack([np.ones(len(y)), post])
        return [
            linear_contrast(
                design, y, np.array([0.0, 1.0]), setting.level, clusters=cluster, weights=weights, role=role, **labels
            )
        ]
    keep = np.isin(cluster, both)
    return _within_organisations(
        y[keep], post[keep], compact(cluster[keep]), None if weights is None else weights[keep], setting, role, labels
    )


def _within_organisations(
    y: FloatArray, post: FloatArray, cluster: Any, weights: FloatArray | None, setting: Setting, role: Role,
    labels: dict[str, Any],
) -> list[Estimate]:  # fmt: skip
    """Return the change within organisations: CR2, and the mean of organisations' changes."""
    few = setting.route.inference == "cluster means"
    design, absorb = post[:, None], cluster
    if weights is not None:  # sweeping is exact only without weights
        design, absorb = np.column_stack([post, cluster[:, None] == np.arange(cluster.max() + 1)]), None
    row = np.zeros(design.shape[1])
    row[0] = 1.0
    cr2 = linear_contrast(
        design, y, row, setting.level, clusters=cluster, weights=weights, absorb=absorb,
        role="check" if few else role, **labels,
    )  # fmt: skip
    means = over_organisations(
        organisation_gains(y, post, cluster, weights), setting.level, n_obs=len(y), role=role if few else "check",
        **{**labels, "estimator": "means of organisations"},
    )  # fmt: skip
    return [means, cr2] if few else [cr2, means]


def organisation_gains(y: FloatArray, post: FloatArray, cluster: IntArray, weights: FloatArray | None) -> FloatArray:
    """Return each organisation's mean after less its mean before; every organisation answered at both."""
    late, early = (
        collapse(y[rows], compact(cluster[rows]), None if weights is None else weights[rows])
        for rows in (post == 1, post == 0)
    )
    return late - early


def organisation_checks(setting: Setting, panel: Panel) -> list[Estimate]:
    """Return the means of organisations where CR2 is primary, and the sign-flip of organisations' mean changes."""
    if panel.cluster is None or np.unique(panel.cluster).size < 2:
        return []
    i, j = panel.pairs(0, setting.last)
    if len(i) < 2:
        return []
    change, clusters = panel.outcome[j] - panel.outcome[i], compact(panel.cluster[j])
    if clusters.max() < 1:
        return []
    labels: dict[str, Any] = {"estimand": f"{CHANGE}, linked people", "wave": panel.waves[setting.last]}
    means = collapse(change, clusters)
    found = []
    if setting.route.inference != "cluster means":
        found.append(
            over_organisations(
                means, setting.level, role="check", n_obs=len(change), estimator="means of organisations, linked",
                **labels,
            )
        )  # fmt: skip
    if np.ptp(means) > 0:
        flips = flip_signs(means, n_draws=setting.n_draws, seed=setting.seed)
        found.append(
            from_permutation(
                flips, setting.level, "sign-flip", estimator="sign-flip of organisations", role="check",
                n_obs=len(change), n_clusters=len(means), **labels,
            )
        )  # fmt: skip
    return found


def _one_left_out(setting: Setting, panel: Panel) -> tuple[list[Estimate], tuple[Caveat, ...]]:
    """Return how much the mean of organisations hangs on one of them."""
    if panel.cluster is None:
        return [], ()
    i, j = panel.pairs(0, setting.last)
    if len(i) > 1:
        codes, found = np.unique(panel.cluster[j], return_inverse=True)
        gains = collapse(panel.outcome[j] - panel.outcome[i], found)
    else:
        early, late = panel.wave == 0, panel.wave == setting.last
        codes = np.intersect1d(panel.cluster[early], panel.cluster[late])
        rows = np.isin(panel.cluster, codes) & (early | late)
        if len(codes) < 2:
            return [], ()
        post = (panel.wave[rows] == setting.last).astype(float)
        gains = organisation_gains(panel.outcome[rows], post, compact(panel.cluster[rows]), None)
    return leave_out(gains, None, [panel.clusters[code] for code in codes], setting.level)


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
        weights = None if panel.weight is None else panel.weight[rows]
        if n < 2:
            nan = float("nan")
            found.append(
                from_t(float(panel.outcome[rows][0]), nan, nan, setting.level, n_obs=n, method="one answer", **labels)
            )
            continue
        clusters = None if panel.cluster is None else compact(panel.cluster[rows])
        if clusters is not None and clusters.max() < 1:
            clusters = None
        mean = linear_contrast(
            np.ones((n, 1)),
            panel.outcome[rows],
            np.ones(1),
            setting.level,
            clusters=clusters,
            weights=weights,
            **labels,
        )
        found.append(replace(mean, statistic=float("nan"), p_value=float("nan")))
    return found

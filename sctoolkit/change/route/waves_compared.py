"""Two waves of one group compared: linked people, all records, overlapping samples, waves as they stand."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sctoolkit.change.route.estimates import (
    Estimate,
    Role,
    compact,
    from_t,
    linear_contrast,
    over_organisations,
    records_contrast,
    welch,
)
from sctoolkit.change.route.mixed_estimates import mixed_contrast
from sctoolkit.change.route.outcome_type import change_words
from sctoolkit.change.route.panel import Panel
from sctoolkit.change.route.setting import Setting
from sctoolkit.numerics.change.partial_overlap import partial_overlap
from sctoolkit.numerics.change.placements import placements
from sctoolkit.numerics.linear.cluster_means import collapse

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def linked(setting: Setting, panel: Panel, role: Role, first: int = 0, last: int | None = None) -> list[Estimate]:
    """Return the mean of the paired differences; with few organisations of the organisations' means."""
    end = setting.last if last is None else last
    i, j = panel.pairs(first, end)
    if len(i) < 2:
        return []
    change, weights = panel.gains(i, j), panel.pair_weights(i, j)
    labels: dict[str, Any] = {
        "estimand": f"{change_words(setting.outcome_type)}, linked people", "wave": panel.waves[end],
    }  # fmt: skip
    clusters = None if panel.cluster is None else compact(panel.cluster[j])
    if clusters is None or clusters.max() < 1:
        return [_intercept(change, setting.level, weights, role, "paired differences", **labels)]
    few = setting.by_means
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
    n = len(values)
    labels |= {"role": role, "estimator": estimator}
    if weights is not None:
        return linear_contrast(np.ones((n, 1)), values, np.ones(1), level, weights=weights, **labels)
    return from_t(
        float(values.mean()), float(values.std(ddof=1) / np.sqrt(n)), n - 1, level, n_obs=n,
        method=f"t({n - 1}), people independent", **labels,
    )  # fmt: skip


def all_records(setting: Setting, panel: Panel, role: Role, first: int = 0, last: int | None = None) -> list[Estimate]:
    """Return the change over all records of two waves, people linked or not.

    By a mixed model; for weighted records and outcomes that are no scale by a regression, and the mixed model without
    weights is then a check.
    """
    end = setting.last if last is None else last
    rows = (panel.wave == first) | (panel.wave == end)
    post = (panel.wave[rows] == end).astype(float)
    if panel.ordered or post.all() or not post.any():
        return []
    design, row, y = np.column_stack([np.ones(len(post)), post]), np.array([0.0, 1.0]), panel.outcome[rows]
    cluster = None if panel.cluster is None else panel.cluster[rows]
    labels: dict[str, Any] = {
        "estimand": f"{change_words(setting.outcome_type)}, all records", "wave": panel.waves[end],
    }  # fmt: skip
    found: list[Estimate] = []
    if not setting.modelled:
        weights = None if panel.weight is None else panel.weight[rows]
        few = setting.by_means and role == "primary"
        found.append(
            records_contrast(
                design, y, row, setting.level, panel.unit[rows], cluster, weights, role="check" if few else role,
                estimator="regression on all records", **labels,
            )
        )  # fmt: skip
    if setting.modelled or setting.outcome_type == "scale":
        found.append(
            mixed_contrast(
                design, y, row, setting.level, panel.unit[rows], cluster, post.astype(np.int64),
                role=role if setting.modelled else "check",
                estimator="mixed model" if setting.modelled else "mixed model, unweighted", **labels,
            )
        )  # fmt: skip
    return found


def overlapping(setting: Setting, panel: Panel, role: Role) -> list[Estimate]:
    """Return the partly overlapping samples t; without a p-value where organisations matter."""
    i, j = panel.pairs(0, setting.last)
    early, late = np.flatnonzero(panel.wave == 0), np.flatnonzero(panel.wave == setting.last)
    only_early, only_late = np.setdiff1d(early, i), np.setdiff1d(late, j)
    if panel.ordered or (not len(only_early) and not len(only_late)):
        return []
    y = panel.outcome
    result = partial_overlap(y[i], y[j], y[only_early], y[only_late])
    clustered = panel.cluster is not None and np.unique(panel.cluster).size > 1
    return [
        from_t(
            result.difference, np.nan if clustered else result.std_error, np.nan if clustered else result.dof,
            setting.level, estimand=f"{change_words(setting.outcome_type)}, all records", role=role,
            estimator=f"partly overlapping samples{'' if panel.weight is None else ', unweighted'}",
            n_obs=len(early) + len(late), wave=panel.waves[setting.last],
            method="estimate only: organisations not accounted for" if clustered else "Derrick 2017, variances unequal",
        )
    ]  # fmt: skip


def unlinked(setting: Setting, panel: Panel, role: Role, first: int = 0, last: int | None = None) -> list[Estimate]:
    """Return the difference of the waves' means; within organisations where they answered at both waves.

    Of ordered answers it is the chance of a higher less that of a lower answer, over all pairs of people.
    """
    end = setting.last if last is None else last
    rows = (panel.wave == first) | (panel.wave == end)
    y, post = panel.outcome[rows], (panel.wave[rows] == end).astype(float)
    weights = None if panel.weight is None else panel.weight[rows]
    labels: dict[str, Any] = {
        "estimand": f"{change_words(setting.outcome_type, linked=False)}, waves compared", "wave": panel.waves[end],
        "estimator": "placements of answers" if panel.ordered else "difference of waves",
    }  # fmt: skip
    if min(post.sum(), len(post) - post.sum()) < 2:
        return []
    if panel.ordered:
        y = placements(y, post == 1, weights)
    cluster = None if panel.cluster is None else compact(panel.cluster[rows])
    design, row = np.column_stack([np.ones(len(y)), post]), np.array([0.0, 1.0])
    if cluster is None or cluster.max() < 1:
        if weights is None:
            return [welch(y[post == 1], y[post == 0], setting.level, role=role, **labels)]
        return [linear_contrast(design, y, row, setting.level, weights=weights, role=role, **labels)]
    both = np.intersect1d(cluster[post == 1], cluster[post == 0])
    few = setting.by_means
    if both.size < 2 or (panel.ordered and not few):  # placements are among everyone, so organisations stay together
        return [linear_contrast(design, y, row, setting.level, clusters=cluster, weights=weights, role=role, **labels)]
    keep = np.isin(cluster, both)
    return _within_organisations(
        y[keep], post[keep], compact(cluster[keep]), None if weights is None else weights[keep], setting, role, labels
    )


def _within_organisations(
    y: FloatArray, post: FloatArray, cluster: Any, weights: FloatArray | None, setting: Setting, role: Role,
    labels: dict[str, Any],
) -> list[Estimate]:  # fmt: skip
    """Return the change within organisations: CR2, and the mean of organisations' changes."""
    few = setting.by_means
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

"""How participants and others differ over two waves: in change, after given before, organisation by organisation."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sctoolkit.change.route.estimates import (
    Estimate,
    Role,
    compact,
    from_permutation,
    from_t,
    linear_contrast,
    over_organisations,
    records_contrast,
)
from sctoolkit.change.route.mixed_estimates import mixed_contrast
from sctoolkit.change.route.outcome_type import change_words
from sctoolkit.change.route.panel import Panel
from sctoolkit.change.route.setting import Setting
from sctoolkit.errors import NotIdentifiedError
from sctoolkit.numerics.change.placements import placements
from sctoolkit.numerics.linear.cluster_means import collapse
from sctoolkit.numerics.linear.errors_in_variables import corrected_regression
from sctoolkit.numerics.linear.least_squares import fit_least_squares
from sctoolkit.numerics.linear.permutation import permute_assignment
from sctoolkit.numerics.linear.wild_bootstrap import wild_bootstrap

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

DIFFERENCE = "difference between groups"


def treated_rows(setting: Setting, panel: Panel) -> BoolArray:
    """Return which rows belong to participants."""
    if panel.group is None:
        raise AssertionError("the route promised a comparison group")
    result: BoolArray = panel.group == setting.treated
    return result


def ancova(setting: Setting, panel: Panel, i: Any, j: Any, arm: BoolArray, role: Role) -> list[Estimate]:
    """Return the difference after, given before (and covariates), on linked people; not of ordered answers."""
    if panel.ordered:
        return []
    before = panel.outcome[i] - panel.outcome[i].mean()
    columns = [arm.astype(float), np.ones(len(arm)), before]
    if panel.covariates.size:
        columns += [column - column.mean() for column in panel.covariates[j].T]
    row = np.zeros(len(columns))
    row[0] = 1.0
    return _regression(
        setting, panel, np.column_stack(columns), panel.outcome[j], row, j, role, "ANCOVA",
        f"{DIFFERENCE} after, given before", panel.pair_weights(i, j),
    )  # fmt: skip


def change_scores(setting: Setting, panel: Panel, i: Any, j: Any, arm: BoolArray, role: Role) -> list[Estimate]:
    """Return the difference of mean changes on linked people: difference-in-differences."""
    columns = [arm.astype(float), np.ones(len(arm))]
    return _regression(
        setting, panel, np.column_stack(columns), panel.gains(i, j), np.array([1.0, 0.0]), j, role,
        "difference-in-differences", f"{DIFFERENCE} in change", panel.pair_weights(i, j),
    )  # fmt: skip


def _regression(
    setting: Setting, panel: Panel, design: FloatArray, y: FloatArray, row: FloatArray, rows: Any, role: Role,
    name: str, estimand: str, weights: FloatArray | None,
) -> list[Estimate]:  # fmt: skip
    """Return one regression contrast with its sandwich, and at the last wave the bootstrap beside it."""
    clusters = None if panel.cluster is None else compact(panel.cluster[rows])
    if clusters is not None and clusters.max() < 1:
        clusters = None
    end = int(panel.wave[rows].max())
    labels: dict[str, Any] = {"estimand": estimand, "wave": panel.waves[end]}
    try:
        found = [
            linear_contrast(
                design, y, row, setting.level, clusters=clusters, weights=weights, role=role, estimator=name, **labels
            )
        ]
    except NotIdentifiedError:
        return []
    by_organisation = clusters is not None and setting.route.facts.level == "organisation" and end == setting.last
    if by_organisation and clusters is not None and np.isfinite(found[0].std_error):
        fit = fit_least_squares(design, y, weights)
        kind = "webb" if 4096 < 2 ** (int(clusters.max()) + 1) < 2**13 else "rademacher"
        try:
            boot = wild_bootstrap(fit, clusters, row, n_draws=setting.n_draws, seed=setting.seed, weights=kind)  # type: ignore[arg-type]
        except NotIdentifiedError:
            return found
        found.append(
            Estimate(
                estimate=boot.estimate, statistic=boot.statistic, p_value=boot.p_value, ci_low=boot.ci_low,
                ci_high=boot.ci_high, ci_level=setting.level, role="check", estimator=f"{name}, wild bootstrap",
                n_obs=fit.n_obs, n_clusters=int(clusters.max()) + 1,
                method=f"wild cluster bootstrap, smallest attainable p {boot.smallest_p:.2g}", **labels,
            )
        )  # fmt: skip
    return found


def corrected_ancova(setting: Setting, panel: Panel, i: Any, j: Any, arm: BoolArray) -> list[Estimate]:
    """Return the ANCOVA with the unreliability of the value before taken out, if its reliability is known."""
    if setting.reliability is None or panel.ordered:
        return []
    reliability = setting.reliability * (1 - setting.false_match_rate)
    design = np.column_stack([arm.astype(float), np.ones(len(arm)), panel.outcome[i] - panel.outcome[i].mean()])
    clusters = None if panel.cluster is None else compact(panel.cluster[j])
    if clusters is not None and clusters.max() < 1:
        clusters = None
    weights = panel.pair_weights(i, j)
    within = within_reliability(reliability, panel.outcome[i], arm)
    if within <= 0:
        return []
    fit = corrected_regression(design, panel.outcome[j], 2, within, clusters=clusters, weights=weights)
    n = len(arm) if clusters is None else int(clusters.max()) + 1
    few = setting.route.inference in {"none", "cluster means"}
    return [
        from_t(
            float(fit.coef[0]), float("nan") if few else float(np.sqrt(fit.vcov[0, 0])), n - 2, setting.level,
            estimand=f"{DIFFERENCE} after, given true value before", estimator="ANCOVA, reliability corrected",
            role="check", n_obs=len(arm), n_clusters=None if clusters is None else n, wave=panel.waves[setting.last],
            method=f"errors in variables, reliability within groups {within:.2f}, t({n - 2})",
        )
    ]  # fmt: skip


def within_reliability(reliability: float, before: FloatArray, arm: BoolArray) -> float:
    """Return the reliability within groups, given that over all people.

    Notes
    -----
    1 - (1 - r) * variance / variance within groups: the error stays, the true variance between groups is taken out.

    Examples
    --------
    >>> within_reliability(0.8, np.array([1.0, 2, 3, 1, 2, 3]), np.array([True] * 3 + [False] * 3))
    0.8
    """
    inside = float(np.mean([before[arm].var() * arm.sum(), before[~arm].var() * (~arm).sum()])) * 2 / len(arm)
    total = float(before.var())
    return 1 - (1 - reliability) * total / inside if inside > 0 else 0.0


def has_empty_cell(arm: BoolArray, late: BoolArray) -> bool:
    """Return whether a group did not answer at one of two waves."""
    return bool(min((arm & late).sum(), (arm & ~late).sum(), (~arm & late).sum(), (~arm & ~late).sum()) < 1)


def repeated_cross_sections(
    setting: Setting, panel: Panel, treated: BoolArray, role: Role, last: int | None = None
) -> list[Estimate]:
    """Return the difference of the waves' differences, people not linked; of ordered answers of net chances."""
    end = setting.last if last is None else last
    rows = (panel.wave == 0) | (panel.wave == end)
    arm, late = treated[rows], panel.wave[rows] == end
    if has_empty_cell(arm, late):
        return []
    y = panel.outcome[rows]
    if panel.ordered:
        weights = np.ones(len(y)) if panel.weight is None else panel.weight[rows]
        y = y.copy()
        for one in (arm, ~arm):
            y[one] = placements(panel.outcome[rows][one], late[one], weights[one])
    design = np.column_stack([arm & late, np.ones(len(arm)), arm, late]).astype(float)
    return _regression(
        setting, panel, design, y, np.array([1.0, 0.0, 0.0, 0.0]), np.flatnonzero(rows), role,
        "difference-in-differences", f"{DIFFERENCE} in change, waves compared",
        None if panel.weight is None else panel.weight[rows],
    )  # fmt: skip


def all_records(
    setting: Setting, panel: Panel, treated: BoolArray, role: Role = "check", last: int | None = None
) -> list[Estimate]:
    """Return the difference in change over all records, linked or not: mixed model, weighted or typed by regression."""
    end = setting.last if last is None else last
    rows = (panel.wave == 0) | (panel.wave == end)
    arm, post = treated[rows].astype(float), (panel.wave[rows] == end).astype(float)
    if setting.route.inference == "none" or panel.ordered or has_empty_cell(arm > 0, post > 0):
        return []
    design, row, y = np.column_stack([arm * post, np.ones(len(arm)), arm, post]), np.eye(4)[0], panel.outcome[rows]
    cluster = None if panel.cluster is None else panel.cluster[rows]
    labels: dict[str, Any] = {
        "estimand": f"{DIFFERENCE} in change, all records", "role": role, "wave": panel.waves[end],
    }  # fmt: skip
    if setting.modelled:
        return [
            mixed_contrast(
                design, y, row, setting.level, panel.unit[rows], cluster, post.astype(np.int64),
                estimator="mixed model", **labels,
            )
        ]  # fmt: skip
    weights = None if panel.weight is None else panel.weight[rows]
    return [
        records_contrast(
            design, y, row, setting.level, panel.unit[rows], cluster, weights, estimator="regression on all records",
            **labels,
        )
    ]  # fmt: skip


def over_sites(setting: Setting, panel: Panel, treated: BoolArray, role: Role) -> list[Estimate]:
    """Return the difference of organisations' mean gains: t(G - 2), Welch's t, and the permutation of organisations."""
    if panel.cluster is None or setting.route.facts.level != "organisation":
        return []
    gains, arm, n_obs, _ = organisation_changes(setting, panel, treated)
    if arm.all() or not arm.any():
        return []
    labels: dict[str, Any] = {
        "estimand": f"{DIFFERENCE} in change", "role": role, "n_obs": n_obs, "wave": panel.waves[setting.last],
    }  # fmt: skip
    if setting.outcome_type != "scale":
        labels["estimand"] += f", {change_words(setting.outcome_type, setting.route.facts.linkage != 'unlinked')}"
    found = [over_organisations(gains, setting.level, treated=arm, **labels)]
    if min(arm.sum(), (~arm).sum()) > 1:
        unequal = {**labels, "role": "check", "estimator": "means of organisations, Welch"}
        found.append(over_organisations(gains, setting.level, treated=arm, equal_variances=False, **unequal))
    if np.ptp(gains) > 0:
        permuted = permute_assignment(gains, arm, n_draws=setting.n_draws, seed=setting.seed, ci_level=setting.level)
        found.append(
            from_permutation(
                permuted, setting.level, "permutation of organisations", estimator="permutation of organisations",
                n_clusters=len(gains), **labels,
            )
        )  # fmt: skip
    return found


def organisation_changes(
    setting: Setting, panel: Panel, treated: BoolArray
) -> tuple[FloatArray, BoolArray, int, list[str]]:
    """Return each organisation's mean change, whether it takes part, the number of records behind them, and names.

    Changes are those of linked people where they can be linked, otherwise the mean after less the mean before.
    """
    if panel.cluster is None:
        return np.empty(0), np.empty(0, dtype=bool), 0, []
    if setting.route.facts.linkage != "unlinked":
        i, j = panel.pairs(0, setting.last)
        found, codes = np.unique(panel.cluster[j], return_inverse=True)
        gains = collapse(panel.gains(i, j), codes, panel.pair_weights(i, j))
        names = [panel.clusters[code] for code in found]
        return gains, collapse(treated[j].astype(float), codes) > 0.5, len(i), names
    early, late = panel.wave == 0, panel.wave == setting.last
    both = np.intersect1d(panel.cluster[early], panel.cluster[late])
    keep = np.isin(panel.cluster, both)
    after, before = keep & late, keep & early
    y = panel.outcome
    if panel.ordered:
        y = placements(y, late, panel.weight)
    gains = _means(panel, y, after) - _means(panel, y, before)
    arm = collapse(treated[after].astype(float), compact(panel.cluster[after])) > 0.5
    return gains, arm, int((after | before).sum()), [panel.clusters[code] for code in both]


def _means(panel: Panel, y: FloatArray, rows: BoolArray) -> FloatArray:
    """Return organisations' means over some rows."""
    codes = np.zeros(0, dtype=np.int64) if panel.cluster is None else panel.cluster[rows]
    return collapse(y[rows], compact(codes), None if panel.weight is None else panel.weight[rows])

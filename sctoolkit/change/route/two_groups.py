"""Participants and a comparison group before and after: ANCOVA and difference-in-differences, always both."""

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
)
from sctoolkit.change.route.linkage import linkage_caveats
from sctoolkit.change.route.one_group import wave_means
from sctoolkit.change.route.panel import Panel
from sctoolkit.change.route.setting import Findings, Setting
from sctoolkit.change.route.sizes import percent_of_range, scaled
from sctoolkit.errors import NotIdentifiedError
from sctoolkit.numerics.change.paired_effect_sizes import small_sample_factor
from sctoolkit.numerics.linear.cluster_means import collapse
from sctoolkit.numerics.linear.errors_in_variables import corrected_regression
from sctoolkit.numerics.linear.least_squares import fit_least_squares
from sctoolkit.numerics.linear.permutation import permute_assignment
from sctoolkit.numerics.linear.wild_bootstrap import wild_bootstrap
from sctoolkit.result import Caveat

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

DIFFERENCE = "difference between groups"
LOST_UNEVENLY = 0.10


def two_groups(setting: Setting) -> Findings:
    """Estimate how participants and the comparison group differ: after, given before, and in their change."""
    panel, facts = setting.panel, setting.route.facts
    primary = setting.primary or ("ancova" if facts.comparison == "randomised" else "did")
    treated = _treated(setting, panel)
    if facts.linkage == "unlinked":
        found = repeated_cross_sections(setting, panel, treated, "primary")
        found += _organisations(setting, panel, treated, "check")
        return _finish(setting, _one_primary(setting, found), ())
    found = []
    i, j = panel.pairs(0, setting.last)
    arm = treated[j]
    if min(arm.sum(), (~arm).sum()) >= 2:
        found += ancova(setting, panel, i, j, arm, "primary" if primary == "ancova" else "check")
        found += change_scores(setting, panel, i, j, arm, "primary" if primary == "did" else "check")
        found += corrected_ancova(setting, panel, i, j, arm)
    if facts.linkage == "partly linked":
        found += all_records(setting, panel, treated)
    found += _organisations(setting, panel, treated, "check")
    return _finish(setting, _one_primary(setting, found), _lord(setting, found))


def _treated(setting: Setting, panel: Panel) -> BoolArray:
    """Return which rows belong to participants."""
    if panel.group is None:
        raise AssertionError("the route promised a comparison group")
    result: BoolArray = panel.group == setting.treated
    return result


def ancova(setting: Setting, panel: Panel, i: Any, j: Any, arm: BoolArray, role: Role) -> list[Estimate]:
    """Return the difference after, given the value before (and covariates), on linked people."""
    before = panel.outcome[i] - panel.outcome[i].mean()
    columns = [arm.astype(float), np.ones(len(arm)), before]
    if panel.covariates.size:
        columns += [column - column.mean() for column in panel.covariates[j].T]
    row = np.zeros(len(columns))
    row[0] = 1.0
    return _regression(
        setting, panel, np.column_stack(columns), panel.outcome[j], row, j, role, "ANCOVA",
        f"{DIFFERENCE} after, given before",
    )  # fmt: skip


def change_scores(setting: Setting, panel: Panel, i: Any, j: Any, arm: BoolArray, role: Role) -> list[Estimate]:
    """Return the difference of mean changes on linked people: difference-in-differences."""
    columns = [arm.astype(float), np.ones(len(arm))]
    return _regression(
        setting, panel, np.column_stack(columns), panel.outcome[j] - panel.outcome[i], np.array([1.0, 0.0]), j, role,
        "difference-in-differences", f"{DIFFERENCE} in change",
    )  # fmt: skip


def _regression(
    setting: Setting, panel: Panel, design: FloatArray, y: FloatArray, row: FloatArray, rows: Any, role: Role,
    name: str, estimand: str,
) -> list[Estimate]:  # fmt: skip
    """Return one regression contrast with the sandwich that the design supports, and the bootstrap beside it."""
    clusters = None if panel.cluster is None else compact(panel.cluster[rows])
    if clusters is not None and clusters.max() < 1:
        clusters = None
    weights = None if panel.weight is None else panel.weight[rows]
    labels: dict[str, Any] = {"estimand": estimand, "wave": panel.waves[setting.last]}
    try:
        found = [
            linear_contrast(
                design, y, row, setting.level, clusters=clusters, weights=weights, role=role, estimator=name, **labels
            )
        ]
    except NotIdentifiedError:
        return []
    if clusters is not None and setting.route.facts.level == "organisation" and np.isfinite(found[0].std_error):
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
    if setting.reliability is None:
        return []
    reliability = setting.reliability * (1 - setting.false_match_rate)
    design = np.column_stack([arm.astype(float), np.ones(len(arm)), panel.outcome[i] - panel.outcome[i].mean()])
    clusters = None if panel.cluster is None else compact(panel.cluster[j])
    if clusters is not None and clusters.max() < 1:
        clusters = None
    weights = None if panel.weight is None else panel.weight[j]
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


def repeated_cross_sections(setting: Setting, panel: Panel, treated: BoolArray, role: Role) -> list[Estimate]:
    """Return the difference of the waves' differences, people not linked."""
    rows = (panel.wave == 0) | (panel.wave == setting.last)
    arm, post = treated[rows].astype(float), (panel.wave[rows] == setting.last).astype(float)
    design = np.column_stack([arm * post, np.ones(len(arm)), arm, post])
    return _regression(
        setting, panel, design, panel.outcome[rows], np.array([1.0, 0.0, 0.0, 0.0]), np.flatnonzero(rows), role,
        "difference-in-differences", f"{DIFFERENCE} in change, waves compared",
    )  # fmt: skip


def all_records(setting: Setting, panel: Panel, treated: BoolArray) -> list[Estimate]:
    """Return the difference in change over all records, linked or not, by a mixed model."""
    rows = (panel.wave == 0) | (panel.wave == setting.last)
    arm, post = treated[rows].astype(float), (panel.wave[rows] == setting.last).astype(float)
    if setting.route.inference == "none":
        return []
    return [
        mixed_contrast(
            np.column_stack([arm * post, np.ones(len(arm)), arm, post]), panel.outcome[rows],
            np.array([1.0, 0.0, 0.0, 0.0]), setting.level, panel.unit[rows],
            None if panel.cluster is None else panel.cluster[rows], post.astype(np.int64),
            estimand=f"{DIFFERENCE} in change, all records", estimator="mixed model", role="check",
            wave=panel.waves[setting.last],
        )
    ]  # fmt: skip


def _organisations(setting: Setting, panel: Panel, treated: BoolArray, role: Role) -> list[Estimate]:
    """Return the difference of organisations' mean gains: t(G - 2), and the permutation of organisations."""
    if panel.cluster is None or setting.route.facts.level != "organisation":
        return []
    gains, arm, n_obs, _ = organisation_changes(setting, panel, treated)
    if arm.all() or not arm.any():
        return []
    labels: dict[str, Any] = {
        "estimand": f"{DIFFERENCE} in change", "role": role, "n_obs": n_obs, "wave": panel.waves[setting.last],
    }  # fmt: skip
    found = [over_organisations(gains, setting.level, treated=arm, **labels)]
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
        gains = collapse(panel.outcome[j] - panel.outcome[i], codes)
        names = [panel.clusters[code] for code in found]
        return gains, collapse(treated[j].astype(float), codes) > 0.5, len(i), names
    early, late = panel.wave == 0, panel.wave == setting.last
    both = np.intersect1d(panel.cluster[early], panel.cluster[late])
    keep = np.isin(panel.cluster, both)
    after, before = keep & late, keep & early
    gains = collapse(panel.outcome[after], compact(panel.cluster[after])) - collapse(
        panel.outcome[before], compact(panel.cluster[before])
    )
    arm = collapse(treated[after].astype(float), compact(panel.cluster[after])) > 0.5
    return gains, arm, int((after | before).sum()), [panel.clusters[code] for code in both]


def _one_primary(setting: Setting, found: list[Estimate]) -> list[Estimate]:
    """Return the estimates with one primary: that of organisations' means where the route says so, none if it must."""
    if setting.route.inference == "none":
        return [replace(e, role="check") if e.estimator != "permutation of organisations" else e for e in found]
    if setting.route.inference == "cluster means":
        means = next((e for e in found if e.estimator == "means of organisations"), None)
        if means is not None:
            rest = [replace(e, role="check") for e in found if e is not means]
            return [replace(means, role="primary"), *rest]
    return sorted(found, key=lambda e: e.role != "primary")


def _lord(setting: Setting, found: list[Estimate]) -> tuple[Caveat, ...]:
    """Return the explanation of Lord's paradox, and a warning when the sign depends on the choice."""
    by_name = {e.estimator: e.estimate for e in reversed(found)}
    did, given = by_name.get("difference-in-differences"), by_name.get("ANCOVA")
    if did is None or given is None or setting.route.facts.comparison == "randomised":
        return ()
    corrected = by_name.get("ANCOVA, reliability corrected")
    caveats = [
        Caveat(
            code="lords_paradox",
            sentence="ANCOVA compares people who started alike, difference-in-differences how far each group moved: "
            f"{given:+.2f} and {did:+.2f} points. They agree only when the groups start alike.",
            numbers={"ancova": given, "did": did, **({} if corrected is None else {"ancova_corrected": corrected})},
        )
    ]
    values = [value for value in (did, given, corrected) if value is not None]
    if min(values) < 0 < max(values):
        caveats.append(
            Caveat(
                code="sign_not_determined",
                sentence="The sign depends on how the difference at the start is treated: not determined by these "
                "data.",
                numbers={"ancova": given, "did": did},
            )
        )
    return tuple(caveats)


def _finish(setting: Setting, found: list[Estimate], caveats: tuple[Caveat, ...]) -> Findings:
    """Return the findings with sizes, means by group and wave, and what to say."""
    panel = setting.panel
    treated = _treated(setting, panel)
    primary = next((e for e in found if e.role == "primary"), None)
    details: list[Estimate] = []
    if primary is not None:
        details += percent_of_range(primary, setting.scale_range)
        details += _standardised(primary, panel, treated)
    for name, rows in (("programme", treated), ("comparison", ~treated)):
        details += wave_means(setting, panel.rows(rows), group=name)
    template, rung, assumption, lost = _strength(setting, caveats)
    hangs: tuple[Caveat, ...] = ()
    if panel.cluster is not None and setting.route.facts.level == "organisation":
        gains, arm, _, names = organisation_changes(setting, panel, treated)
        left_out, hangs = leave_out(gains, arm, names, setting.level)
        details += left_out
    return Findings(
        estimates=(*found, *details),
        caveats=(*caveats, *lost, *hangs, *_start(panel, treated), *linkage_caveats(setting, found)),
        template=template,
        fields={"assumption": assumption} if template == "comparison" else {},
        rung=rung,
    )


def _strength(setting: Setting, caveats: tuple[Caveat, ...]) -> tuple[str, str | None, str, tuple[Caveat, ...]]:
    """Return the sentence to say, a lowered rung, the assumption, and a caveat when follow-up differs by arm."""
    facts = setting.route.facts
    if setting.route.inference == "none":
        return "one_treated", None, "", ()
    if any(c.code == "sign_not_determined" for c in caveats):
        return "undetermined", "L1", "", ()
    if facts.comparison != "randomised":
        return "comparison", None, setting.route.assumption, ()
    if facts.lost_by_arm is None or abs(facts.lost_by_arm) < LOST_UNEVENLY:
        return "randomised", None, "", ()
    caveat = Caveat(
        code="follow_up_differs_by_arm",
        sentence=f"Follow-up differs by {100 * abs(facts.lost_by_arm):.0f} points between arms: chance no longer "
        "decides who is compared, and the claim is lowered. See `attrition`.",
        numbers={"lost_by_arm": facts.lost_by_arm},
    )
    return "comparison", "L4", "those lost would have answered as those who stayed", (caveat,)


def _standardised(primary: Estimate, panel: Panel, treated: BoolArray) -> list[Estimate]:
    """Return the primary estimate over the groups' pooled standard deviation before, d_ppc2."""
    first, second = (panel.outcome[(panel.wave == 0) & rows] for rows in (treated, ~treated))
    n1, n2 = len(first), len(second)
    if min(n1, n2) < 2:
        return []
    pooled = np.sqrt(((n1 - 1) * first.var(ddof=1) + (n2 - 1) * second.var(ddof=1)) / (n1 + n2 - 2))
    divisor = float(pooled) / small_sample_factor(n1 + n2 - 2)
    return [scaled(primary, divisor, "d_ppc2", "Morris 2008, over the pooled standard deviation before")]


def _start(panel: Panel, treated: BoolArray) -> tuple[Caveat, ...]:
    """Return the gap between the groups at the start."""
    first, second = (panel.outcome[(panel.wave == 0) & rows] for rows in (treated, ~treated))
    if min(len(first), len(second)) < 2:
        return ()
    spread = float(np.sqrt((first.var(ddof=1) + second.var(ddof=1)) / 2))
    gap = float(first.mean() - second.mean())
    if spread == 0 or abs(gap) < 0.1 * spread:
        return ()
    return (
        Caveat(
            code="groups_differ_at_start",
            sentence=f"Participants start {gap:+.2f} points ({gap / spread:+.2f} standard deviations) from the others.",
            numbers={"gap": gap, "std_difference": gap / spread},
            n_people=min(len(first), len(second)),
        ),
    )

"""Participants and a comparison group before and after: ANCOVA and difference-in-differences, always both."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from sctoolkit.change.doubts.leave_out import leave_out
from sctoolkit.change.route.arms import arm_changes
from sctoolkit.change.route.estimates import Estimate
from sctoolkit.change.route.group_contrasts import (
    all_records,
    ancova,
    change_scores,
    corrected_ancova,
    organisation_changes,
    over_sites,
    repeated_cross_sections,
    treated_rows,
)
from sctoolkit.change.route.guard import FEW_SITES
from sctoolkit.change.route.linkage import linkage_caveats
from sctoolkit.change.route.marginal_estimates import RATIO
from sctoolkit.change.route.panel import Panel
from sctoolkit.change.route.setting import Findings, Setting
from sctoolkit.change.route.sizes import percent_of_range, scaled
from sctoolkit.change.route.typed_change import ratio_moved, with_primary_of
from sctoolkit.change.route.typed_difference import typed_difference
from sctoolkit.change.route.wave_means import wave_means
from sctoolkit.numerics.change.paired_effect_sizes import small_sample_factor
from sctoolkit.result import Caveat

BoolArray = npt.NDArray[np.bool_]

LOST_UNEVENLY = 0.10


def two_groups(setting: Setting) -> Findings:
    """Estimate how participants and the comparison group differ: after, given before, and in their change."""
    panel, facts = setting.panel, setting.route.facts
    treated = treated_rows(setting, panel)
    found: list[Estimate] = []
    if facts.linkage != "unlinked":
        found = linked_contrasts(setting, panel, treated, declared(setting))
        if facts.linkage == "partly linked":
            found += all_records(setting, panel, treated)
    if not any(e.role == "primary" for e in found):
        found = [*repeated_cross_sections(setting, panel, treated, "primary"), *found]
    found += over_sites(setting, panel, treated, "check")
    typed, notes = typed_difference(setting, panel, treated)
    found = one_primary(setting, [*found, *typed])
    return finish(setting, found, (*lord(setting, found), *notes), arm_changes(setting, panel, treated))


def declared(setting: Setting) -> str:
    """Return which answer of linked people is primary: as declared, else by how the groups came about."""
    if setting.panel.ordered:
        return "did"
    return setting.primary or ("ancova" if setting.route.facts.comparison == "randomised" else "did")


def linked_contrasts(
    setting: Setting, panel: Panel, treated: BoolArray, primary: str, last: int | None = None
) -> list[Estimate]:
    """Return ANCOVA, difference-in-differences and the corrected ANCOVA of people linked to one wave."""
    end = setting.last if last is None else last
    i, j = panel.pairs(0, end)
    arm = treated[j]
    if min(arm.sum(), (~arm).sum()) < 2:
        return []
    found = ancova(setting, panel, i, j, arm, "primary" if primary == "ancova" else "check")
    found += change_scores(setting, panel, i, j, arm, "primary" if primary == "did" else "check")
    return found + (corrected_ancova(setting, panel, i, j, arm) if end == setting.last else [])


def one_primary(setting: Setting, found: list[Estimate]) -> list[Estimate]:
    """Return the estimates with one primary: that of organisations' means where the route says so, none if it must."""
    if setting.route.inference == "none":
        return [replace(e, role="check") if e.estimator != "permutation of organisations" else e for e in found]
    if setting.by_means:
        means = next((e for e in found if e.estimator == "means of organisations"), None)
        if means is not None:
            rest = [replace(e, role="check") for e in found if e is not means]
            return [replace(means, role="primary"), *rest]
    return with_primary_of(found)


def lord(setting: Setting, found: list[Estimate]) -> tuple[Caveat, ...]:
    """Return the explanation of Lord's paradox, and a warning when the sign depends on the choice."""
    at_end = [e for e in reversed(found) if e.wave == setting.panel.waves[setting.last]]
    by_name = {e.estimator: e.estimate for e in at_end}
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


def finish(setting: Setting, found: list[Estimate], caveats: tuple[Caveat, ...], arms: list[Estimate]) -> Findings:
    """Return the findings with each group's own change, sizes, means by group and wave, and what to say."""
    panel = setting.panel
    treated = treated_rows(setting, panel)
    primary = next((e for e in found if e.role == "primary"), None)
    details: list[Estimate] = []
    if primary is not None and primary.estimand != RATIO and not panel.ordered:
        details += percent_of_range(primary, setting.scale_range)
        details += _standardised(primary, panel, treated) if setting.outcome_type == "scale" else []
    for name, rows in (("programme", treated), ("comparison", ~treated)):
        details += wave_means(setting, panel.rows(rows), group=name)
    template, rung, assumption, lost = _strength(setting, caveats)
    if primary is None and setting.route.inference != "none":
        template, rung, lost = "groups_described", "L0", (*lost, *_no_baseline(panel, treated))
    hangs: tuple[Caveat, ...] = ()
    if panel.cluster is not None and setting.route.facts.level == "organisation":
        gains, arm, _, names = organisation_changes(setting, panel, treated)
        left_out, hangs = leave_out(gains, arm, names, setting.level)
        details += left_out
        hangs = (*hangs, *_few_may_vary(setting, arm))
    first, others = found[:1] if primary is not None else [], found[1:] if primary is not None else found
    return Findings(
        estimates=(*first, *arms, *others, *details),
        caveats=(*caveats, *lost, *hangs, *_start(panel, treated), *linkage_caveats(setting, found)),
        template=template,
        fields={**({"assumption": assumption} if template == "comparison" else {}), **ratio_moved(found)},
        rung=rung,
    )


def _no_baseline(panel: Panel, treated: BoolArray) -> tuple[Caveat, ...]:
    """Return which group was not asked at which of the two waves, so that no difference in change can be had."""
    last = len(panel.waves) - 1
    empty = [
        f"{name} at wave {panel.waves[wave]}"
        for name, rows in (("the programme group", treated), ("the comparison group", ~treated))
        for wave in (0, last)
        if (rows & (panel.wave == wave)).sum() < 2
    ]
    told = f"fewer than two answers of {' and '.join(empty)}" if empty else "no variation to compare"
    sentence = f"No difference in change can be estimated: {told}. Each group is described on its own."
    return (Caveat(code="groups_cannot_be_compared", sentence=sentence, numbers={"empty": empty}),)


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


def _few_may_vary(setting: Setting, arm: BoolArray) -> tuple[Caveat, ...]:
    """Return a warning where 2 or 3 organisations stand for one group and equal spread is taken on trust."""
    fewest = int(min(arm.sum(), (~arm).sum()))
    if not setting.by_means or not 1 < fewest <= FEW_SITES or len(arm) <= 2 * fewest:
        return ()
    sentence = (
        f"{fewest} organisations stand for one group, and the interval takes changes to spread alike in both groups: "
        "where the programme makes them spread more, 95 % intervals hold the truth in 91 to 94 % (simulated). Welch's "
        "interval beside it does without."
    )
    return (Caveat(code="equal_spread_on_trust", sentence=sentence, numbers={"organisations": fewest}),)


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

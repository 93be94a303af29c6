"""What changed: one call over every linkage and design, with the route, the answers side by side and the claim."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from sctoolkit.change.models.model_frame import require_columns
from sctoolkit.change.route.change import Change
from sctoolkit.change.route.check_arguments import check_arguments
from sctoolkit.change.route.claims import moved_word, say
from sctoolkit.change.route.comparison import treated_code
from sctoolkit.change.route.design_caveats import design_caveats
from sctoolkit.change.route.facts import Assignment, gather_facts
from sctoolkit.change.route.group_waves import group_waves
from sctoolkit.change.route.one_group import one_group
from sctoolkit.change.route.one_wave import constant, one_wave, one_wave_groups
from sctoolkit.change.route.other_designs import OTHER, Columns
from sctoolkit.change.route.outcome_checks import expected_drift, scale_ends
from sctoolkit.change.route.outcome_type import OutcomeType, check_exposure
from sctoolkit.change.route.panel import Panel, left_out_caveat, read_panel
from sctoolkit.change.route.router import TYPED, Route, make_route
from sctoolkit.change.route.setting import Findings, PrimaryOfGroups, Setting
from sctoolkit.change.route.two_groups import two_groups
from sctoolkit.change.route.two_sides import two_sides
from sctoolkit.change.route.waves import waves as all_waves
from sctoolkit.errors import DesignError
from sctoolkit.result import Caveat, Provenance

DESIGNS: dict[str, Callable[[Setting], Findings]] = {
    "one_wave": one_wave,
    "confounded_waves": one_wave,
    "one_wave_groups": one_wave_groups,
    "one_wave_randomised": one_wave_groups,
    "one_group_linked": one_group,
    "one_group_partly": one_group,
    "one_group_unlinked": one_group,
    "one_group_waves": all_waves,
    "two_sides": two_sides,
    "existing_groups": two_groups,
    "existing_groups_waves": group_waves,
    "randomised": two_groups,
    "randomised_waves": group_waves,
    "one_treated": two_groups,
}
"""Design of the router -> function that estimates it; `OTHER` holds those with a public function of their own."""


TYPED_SUBJECT = {"binary": "the share of yes in", "ordinal": "answers to"}
"""What rises or falls where it is no mean."""


def estimate_change(
    scores: Any,
    *,
    outcome: str,
    unit: str | None,
    wave: str,
    cluster: str | None = None,
    group: str | None = None,
    side: str | None = None,
    weight: str | None = None,
    outcome_type: OutcomeType | None = None,
    exposure: str | None = None,
    treated: Any = None,
    assignment: Assignment | None = None,
    primary: PrimaryOfGroups | None = None,
    covariates: Sequence[str] = (),
    entry: str | None = None,
    dose: str | None = None,
    then: str | None = None,
    waves: Sequence[Any] | None = None,
    reliability: float | None = None,
    false_match_rate: float = 0.0,
    scale_range: tuple[float, float] | None = None,
    population_mean: float | None = None,
    ci_level: float = 0.95,
    n_draws: int = 9999,
    seed: int = 1,
) -> Change:
    """Estimate what changed between waves, as the design allows, and say what may be said.

    Parameters
    ----------
    scores : DataFrame, or `Scores`
        One row a respondent and wave. Not changed.
    outcome : str
        Column of the score. Rows without a score are left out and counted.
    unit : str or None
        Column that links a respondent over waves; empty cells, or None, link to nothing.
    wave : str
        Column of the wave; waves are sorted, numbers as numbers.
    cluster : str, optional
        Column of the organisation. Give it whenever people belong to organisations.
    group : str, optional
        Column of the comparison: two groups, one of which takes part.
    side : str, optional
        Column of the side (community, statutory, broker). Sides are kept apart and their gap is followed.
    weight : str, optional
        Column of weights, 0 or more. Weighted records are answered by regression; mixed models and rank tests, which
        cannot use them, stand beside it as unweighted checks and are named so.
    outcome_type : {"scale", "ordinal", "binary", "count"}, optional
        What the outcome is. Unless told, 0 and 1 are taken for no and yes and everything else for a scale; the route
        says which. ``ordinal``: one item whose answers have an order, followed by the share that rose less the share
        that fell; ``binary``: difference of shares by linear probability, McNemar and a marginal logit beside it;
        ``count``: ratio of mean counts by Poisson quasi-likelihood, the difference beside it.
    exposure : str, optional
        With a count: column of what was counted over (months, people), above 0.
    treated : optional
        Label of the group that takes part; needed unless it is 1, true, programme, treated or intervention.
    assignment : {"randomised", "existing", "matched"}, optional
        How the comparison was formed; `existing` unless said. ``matched`` weights the groups until they are alike in
        `covariates` (`matched_comparison`).
    primary : {"did", "ancova"}, optional
        Which answer of two groups was declared primary; both are always given. ANCOVA after random assignment,
        difference-in-differences otherwise.
    covariates : sequence of str, optional
        Columns for the ANCOVA or the matching, measured before.
    entry : str, optional
        Column of the wave at which an organisation enters, empty for never: entrants are compared with those not yet
        entered (`staggered_did`).
    dose : str, optional
        Column of how much of the programme an organisation met up to a wave (`dose_response`).
    then : str, optional
        Column of how people at the last wave see their start, looking back (`then_test`).
    waves : sequence, optional
        Waves in their order; others are left out.
    reliability : float in (0, 1], optional
        Reliability of the score before, over all people; adds the corrected ANCOVA.
    false_match_rate : float in [0, 1), optional
        Share of links that are wrong.
    scale_range : (low, high), optional
        Ends of the scale, for percent of the range and for who stands at an end.
    population_mean : float, optional
        Mean of the people that participants were chosen from by their score: the change that would come by itself is
        then told.
    ci_level : float, optional
        Level of the intervals.
    n_draws, seed : int, optional
        Draws of bootstrap and permutation where patterns are too many to list, and their seed.

    Returns
    -------
    Change
        The route, the primary estimate and its checks, with groups each one's own change (role ``arm``), sizes, means,
        the claim and its rung. Where change cannot be estimated the result describes what can be, and says why.

    Raises
    ------
    DataError
        If columns are absent, not numeric or contradict each other, weights are negative, values are not of the type
        that was told, or no row can be used.
    DesignError
        If the groups are not two, which one takes part is not clear, or a design lacks a column that it needs.
    OptionError
        If an option is out of its range, or two designs are asked for at once.

    Notes
    -----
    Two organisations on a side or three: means of organisations with t(G - 2); four and more: CR2 with Satterthwaite;
    one: no standard error from organisations at all. Shares and counts go by means of organisations below ten of them.

    Groups at three waves or more: a mixed model with wave as a factor by arm, people and organisations (and their
    waves) as random intercepts, people's own slopes from four waves on, Kenward-Roger; after random assignment both
    arms share their mean at the first wave. One difference a later wave, the last primary, and a straight line.

    References
    ----------
    Pustejovsky and Tipton (2018), doi:10.1080/07350015.2016.1247004; Kenward and Roger (1997), doi:10.2307/2533558;
    Derrick et al. (2017), doi:10.22237/jmasm/1493597280; Ding and Li (2019), doi:10.1017/pan.2019.25; Liang and Zeger
    (2000), Sankhya B 62, 134-148 (constrained longitudinal analysis).
    Oracles: sleep_paired, kielmc_did; tests/oracle/change.R, tests/oracle/group_waves.R.

    Examples
    --------
    >>> frame = pd.DataFrame({"id": [1, 2, 3, 1, 2, 3], "wave": [1] * 3 + [2] * 3, "trust": [2.0, 3, 3, 3, 3, 5]})
    >>> result = estimate_change(frame, outcome="trust", unit="id", wave="wave")
    >>> result.rung, result.primary.estimate
    ('L1', 1.0)
    """
    check_arguments(
        ci_level=ci_level, reliability=reliability, false_match_rate=false_match_rate, scale_range=scale_range,
        assignment=assignment, primary=primary, n_draws=n_draws, seed=seed,
    )  # fmt: skip
    columns = Columns(
        outcome=outcome, unit=unit, wave=wave, cluster=cluster, group=group, side=side, weight=weight,
        exposure=exposure, entry=entry, dose=dose, then=then, covariates=tuple(covariates),
        waves=None if waves is None else tuple(waves),
    )  # fmt: skip
    data = scores if isinstance(scores, pd.DataFrame) else scores.frame()
    panel, route, code, notes = _route(data, columns, treated, assignment, outcome_type)
    setting = Setting(
        panel=panel, route=route, outcome=outcome, outcome_type=_analysed_as(route), level=ci_level, treated=code,
        primary=primary, reliability=reliability, false_match_rate=false_match_rate, scale_range=scale_range,
        population_mean=population_mean, n_draws=n_draws, seed=seed,
    )  # fmt: skip
    return _answer(data, columns, setting, notes)


def route_of(scores: Any, **options: Any) -> Route:
    """Return the route that `estimate_change` would take with the same arguments, without estimating anything."""
    data = scores if isinstance(scores, pd.DataFrame) else scores.frame()
    named = {name: options[name] for name in Columns.__slots__ if options.get(name) is not None}
    for name in ("covariates", "waves"):
        if name in named:
            named[name] = tuple(named[name])
    columns = Columns(**{"unit": None, **named})
    treated, assignment = options.get("treated"), options.get("assignment")
    return _route(data, columns, treated, assignment, options.get("outcome_type"))[1]


def _route(
    data: pd.DataFrame, columns: Columns, treated: Any, assignment: Assignment | None, outcome_type: str | None
) -> tuple[Panel, Route, int | None, tuple[Caveat, ...]]:
    """Return the panel, the route, the code of the group that takes part and what was noticed on the way."""
    columns.check()
    panel = read_panel(
        data, outcome=columns.outcome, unit=columns.unit, wave=columns.wave, cluster=columns.cluster,
        group=columns.group, side=columns.side, weight=columns.weight, exposure=columns.exposure,
        covariates=columns.covariates, waves=columns.waves,
    )  # fmt: skip
    require_columns(data, [name for name in (columns.entry, columns.dose, columns.then) if name is not None])
    code, notes = treated_code(panel, columns.group, treated)
    if code is not None and len(panel.sides) > 1:
        raise DesignError(
            "A comparison of groups must be made on one side at a time: sides are never pooled.",
            where=f"`{columns.side}` holds {', '.join(panel.sides)}",
            hint="Keep the rows of one side, or leave `group` out to follow the gap between sides.",
        )
    facts = gather_facts(
        panel, outcome=columns.outcome, treated=code, assignment=assignment, outcome_type=outcome_type,
        staggered=columns.entry is not None, dose=columns.dose, then=columns.then is not None,
    )  # fmt: skip
    check_exposure(columns.exposure, facts.outcome_type)
    if panel.exposure is not None:
        panel = replace(panel, outcome=panel.outcome / panel.exposure)
    route = make_route(facts)
    return replace(panel, ordered=_analysed_as(route) == "ordinal"), route, code, notes


def _analysed_as(route: Route) -> OutcomeType:
    """Return the type by which the design analyses the outcome; designs that compare means know scales only."""
    return route.facts.outcome_type if route.design in TYPED else "scale"


def _answer(data: pd.DataFrame, columns: Columns, setting: Setting, notes: tuple[Caveat, ...]) -> Change:
    """Return the result: the estimates of the design, the claim on its rung, and every reservation."""
    route, panel = setting.route, setting.panel
    if route.design in OTHER and route.facts.outcome_kind != "constant":
        answered = OTHER[route.design](data, columns, setting)
        estimates, claim, rung, own = answered.estimates, answered.claim, answered.rung, answered.caveats
    else:
        is_constant = route.facts.outcome_kind == "constant"
        findings = constant(setting) if is_constant else DESIGNS[route.design](setting)
        claim, rung = _claim(setting, findings)
        estimates = findings.estimates
        own = (*findings.caveats, *scale_ends(setting), *expected_drift(setting), *left_out_caveat(panel))
    facts = route.facts
    return Change(
        route=route,
        estimates=estimates,
        claim=claim,
        rung=rung,
        provenance=Provenance(
            analysis=f"change in {setting.outcome}", scale=setting.outcome, waves=panel.waves, n_in=panel.n_in,
            n_used=panel.n_obs, missing_rule="rows without a score, wave or named label left out", seed=setting.seed,
            options={
                "cluster": columns.cluster, "group": columns.group, "side": columns.side, "weight": columns.weight,
                "entry": columns.entry, "dose": columns.dose, "then": columns.then, "exposure": columns.exposure,
                "outcome_type": facts.outcome_type, "assignment": facts.comparison, "ci_level": setting.level,
                "false_match_rate": setting.false_match_rate, "reliability": setting.reliability,
                "primary": setting.primary, "n_draws": setting.n_draws,
            },
        ),
        caveats=(*notes, *design_caveats(setting), *own),
    )  # fmt: skip


def _claim(setting: Setting, findings: Findings) -> tuple[str, str]:
    """Return the sentence that may be said, and the rung it stands on."""
    facts, rung = setting.route.facts, findings.rung or setting.route.rung
    best = next((e for e in findings.estimates if e.role == "primary"), None)
    template = findings.template
    if setting.outcome_type in TYPED_SUBJECT and template.startswith("changed_"):
        template = template.replace("changed_", "typed_", 1)
    fields = {
        "outcome": setting.outcome,
        "first": facts.first,
        "last": facts.last,
        "waves": facts.last,
        "moved": moved_word(np.nan, np.nan) if best is None else moved_word(best.ci_low, best.ci_high),
        "subject": TYPED_SUBJECT.get(setting.outcome_type, ""),
        **findings.fields,
    }
    return say(template, rung, **fields), rung


__all__ = ["Change", "estimate_change", "treated_code"]

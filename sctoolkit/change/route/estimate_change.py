"""What changed: one call over every linkage and design, with the route, the answers side by side and the claim."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.change.route.claims import moved_word, say
from sctoolkit.change.route.estimates import Estimate, show
from sctoolkit.change.route.one_group import one_group
from sctoolkit.change.route.one_wave import constant, one_wave, one_wave_groups
from sctoolkit.change.route.outcome_checks import expected_drift, scale_ends
from sctoolkit.change.route.panel import Panel, label_of, left_out_caveat, read_panel
from sctoolkit.change.route.router import Assignment, Route, gather_facts, make_route
from sctoolkit.change.route.setting import Findings, PrimaryOfGroups, Setting
from sctoolkit.change.route.two_groups import two_groups
from sctoolkit.change.route.two_sides import two_sides
from sctoolkit.change.route.waves import waves as all_waves
from sctoolkit.errors import DesignError, OptionError, did_you_mean
from sctoolkit.options import check_option
from sctoolkit.result import Caveat, Provenance, Result, jsonable, tidy_frame

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
    "randomised": two_groups,
    "one_treated": two_groups,
}
"""Design of the router -> function that estimates it."""

PROGRAMME_LABELS = ("1", "true", "programme", "program", "treated", "treatment", "intervention", "yes")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Change(Result):
    """What changed, in every honest way the design allows; ``estimates`` has at most one ``primary``."""

    route: Route
    estimates: tuple[Estimate, ...]
    claim: str
    rung: str
    provenance: Provenance
    caveats: tuple[Caveat, ...] = ()

    @property
    def primary(self) -> Estimate | None:
        """The estimate that the route chose, None where nothing about change can be estimated."""
        return next((estimate for estimate in self.estimates if estimate.role == "primary"), None)

    def tidy(self) -> pd.DataFrame:
        """Return one row an estimate: the primary, its checks, then sizes and means."""
        return tidy_frame(estimate.row() for estimate in self.estimates)

    def glance(self) -> pd.DataFrame:
        """Return the design, the rung and the primary estimate in one row."""
        best, facts = self.primary, self.route.facts
        return pd.DataFrame(
            [
                {
                    "design": self.route.design, "rung": self.rung, "linkage": facts.linkage,
                    "n_obs": self.provenance.n_used, "n_linked": facts.n_linked, "n_clusters": facts.n_organisations,
                    "estimator": None if best is None else best.estimator,
                    "estimate": np.nan if best is None else best.estimate,
                    "ci_low": np.nan if best is None else best.ci_low,
                    "ci_high": np.nan if best is None else best.ci_high,
                    "min_p": np.nan if self.route.min_p is None else self.route.min_p,
                }
            ]
        )  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-safe record with the route and the claim."""
        return {**super(Change, self).to_dict(), "claim": self.claim, "rung": self.rung, "route": jsonable(self.route)}

    def __str__(self) -> str:
        route = self.route
        how = route.inference if self.primary is None else self.primary.method
        below = f"({self.rung}; {route.design.replace('_', ' ')}; {how})"
        return show(self.claim, below, self.estimates, self.caveats)


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
    treated: Any = None,
    assignment: Assignment | None = None,
    primary: PrimaryOfGroups | None = None,
    covariates: Sequence[str] = (),
    waves: Sequence[Any] | None = None,
    reliability: float | None = None,
    false_match_rate: float = 0.0,
    scale_range: tuple[float, float] | None = None,
    population_mean: float | None = None,
    conf_level: float = 0.95,
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
        Column of weights, 0 or more.
    treated : optional
        Label of the group that takes part; needed unless it is 1, true, programme, treated or intervention.
    assignment : {"randomised", "existing", "matched"}, optional
        How the comparison was formed; `existing` unless said.
    primary : {"did", "ancova"}, optional
        Which answer of two groups was declared primary; both are always given. ANCOVA after random assignment,
        difference-in-differences otherwise.
    covariates : sequence of str, optional
        Columns for the ANCOVA, measured before.
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
    conf_level : float, optional
        Level of the intervals.
    n_draws, seed : int, optional
        Draws of bootstrap and permutation where patterns are too many to list, and their seed.

    Returns
    -------
    Change
        The route, the primary estimate and its checks, sizes, means, the claim and its rung. Where change cannot be
        estimated the result describes what can be, and says why.

    Raises
    ------
    DataError
        If columns are absent, not numeric or contradict each other, weights are negative, or no row can be used.
    DesignError
        If the groups are not two, or which one takes part is not clear.

    Notes
    -----
    Two organisations on a side or three: means of organisations with t(G - 2); four and more: CR2 with Satterthwaite;
    one: no standard error from organisations at all.

    References
    ----------
    Pustejovsky and Tipton (2018), doi:10.1080/07350015.2016.1247004; Kenward and Roger (1997), doi:10.2307/2533558;
    Derrick et al. (2017), doi:10.22237/jmasm/1493597280; Ding and Li (2019), doi:10.1017/pan.2019.25.
    Oracles: sleep_paired, kielmc_did; tests/oracle/change.R.

    Examples
    --------
    >>> frame = pd.DataFrame({"id": [1, 2, 3, 1, 2, 3], "wave": [1] * 3 + [2] * 3, "trust": [2.0, 3, 3, 3, 3, 5]})
    >>> result = estimate_change(frame, outcome="trust", unit="id", wave="wave")
    >>> result.rung, result.primary.estimate
    ('L1', 1.0)
    """
    _check_options(conf_level, reliability, false_match_rate, scale_range, assignment, primary)
    panel = read_panel(
        scores, outcome=outcome, unit=unit, wave=wave, cluster=cluster, group=group, side=side, weight=weight,
        covariates=covariates, waves=waves,
    )  # fmt: skip
    code, notes = treated_code(panel, group, treated)
    if code is not None and len(panel.sides) > 1:
        raise DesignError(
            "A comparison of groups must be made on one side at a time: sides are never pooled.",
            where=f"`{side}` holds {', '.join(panel.sides)}",
            hint="Keep the rows of one side, or leave `group` out to follow the gap between sides.",
        )
    facts = gather_facts(panel, outcome=outcome, treated=code, assignment=assignment)
    route = make_route(facts)
    if route.design not in DESIGNS:
        raise DesignError(
            f"The design `{route.design}` has a function of its own.",
            hint="Use `matched_comparison` for people made alike by weights.",
        )
    setting = Setting(
        panel=panel, route=route, outcome=outcome, level=conf_level, treated=code, primary=primary,
        reliability=reliability, false_match_rate=false_match_rate, scale_range=scale_range,
        population_mean=population_mean, n_draws=n_draws, seed=seed,
    )  # fmt: skip
    findings = constant(setting) if facts.outcome_kind == "constant" else DESIGNS[route.design](setting)
    claim, rung = _claim(setting, findings)
    return Change(
        route=route,
        estimates=findings.estimates,
        claim=claim,
        rung=rung,
        provenance=Provenance(
            analysis=f"change in {outcome}", scale=outcome, waves=panel.waves, n_in=panel.n_in, n_used=panel.n_obs,
            missing_rule="rows without a score, wave or named label left out", seed=seed,
            options={
                "cluster": cluster, "group": group, "side": side, "weight": weight, "assignment": facts.comparison,
                "conf_level": conf_level, "false_match_rate": false_match_rate, "reliability": reliability,
                "primary": primary, "n_draws": n_draws,
            },
        ),
        caveats=(
            *notes, *_design_caveats(setting), *findings.caveats, *scale_ends(setting), *expected_drift(setting),
            *left_out_caveat(panel),
        ),
    )  # fmt: skip


def route_of(scores: Any, **options: Any) -> Route:
    """Return the route that `estimate_change` would take with the same arguments, without estimating anything."""
    named = {name: options.get(name) for name in ("cluster", "group", "side", "weight", "waves")}
    panel = read_panel(
        scores, outcome=options["outcome"], unit=options["unit"], wave=options["wave"],
        covariates=options.get("covariates", ()), **named,
    )  # fmt: skip
    code, _ = treated_code(panel, named["group"], options.get("treated"))
    return make_route(
        gather_facts(panel, outcome=options["outcome"], treated=code, assignment=options.get("assignment"))
    )


def _check_options(
    level: float, reliability: float | None, false_match_rate: float, scale_range: tuple[float, float] | None,
    assignment: str | None, primary: str | None,
) -> None:  # fmt: skip
    """Raise unless the options are legal."""
    if not 0.5 <= level < 1:
        raise OptionError(f"Option `conf_level` must lie between 0.5 and 1, not {level:g}.", hint="Use 0.95 for 95 %.")
    if reliability is not None and not 0 < reliability <= 1:
        raise OptionError(f"Option `reliability` must lie above 0 and at most at 1, not {reliability:g}.")
    if not 0 <= false_match_rate < 1:
        raise OptionError(f"Option `false_match_rate` must lie from 0 to below 1, not {false_match_rate:g}.")
    if scale_range is not None and not scale_range[0] < scale_range[1]:
        raise OptionError(f"Option `scale_range` must rise, not run from {scale_range[0]:g} to {scale_range[1]:g}.")
    if assignment is not None:
        check_option("assignment", assignment, ("randomised", "existing", "matched"))
    if primary is not None:
        check_option("primary", primary, ("did", "ancova"))


def treated_code(panel: Panel, group: str | None, treated: Any) -> tuple[int | None, tuple[Caveat, ...]]:
    """Return the code of the group that takes part, and a caveat when there is nobody to compare it with."""
    if panel.group is None:
        if treated is not None:
            raise OptionError("Option `treated` needs `group`, the column that holds it.")
        return None, ()
    if len(panel.groups) == 1:
        sentence = (
            f"`{group}` holds `{panel.groups[0]}` only: there is no comparison, and only change can be described."
        )
        return None, (Caveat(code="no_comparison", sentence=sentence),)
    if len(panel.groups) > 2:
        raise DesignError(
            f"Column `{group}` must hold two groups, not {len(panel.groups)}: "
            + ", ".join(f"`{name}`" for name in panel.groups[:6])
            + ".",
            hint="Compare two at a time, or merge groups before.",
        )
    if treated is not None:
        label = label_of(treated)
        if label not in panel.groups:
            raise DesignError(f"`{label}` must be a group of column `{group}`.", hint=did_you_mean(label, panel.groups))
        return panel.groups.index(label), ()
    found = [code for code, name in enumerate(panel.groups) if name.casefold() in PROGRAMME_LABELS]
    if len(found) != 1:
        shown = " or ".join(f"`treated={name!r}`" for name in panel.groups)
        raise DesignError(
            f"It must be clear which group of `{group}` takes part in the programme.", hint=f"Give {shown}."
        )
    return found[0], ()


def _claim(setting: Setting, findings: Findings) -> tuple[str, str]:
    """Return the sentence that may be said, and the rung it stands on."""
    facts, rung = setting.route.facts, findings.rung or setting.route.rung
    best = next((e for e in findings.estimates if e.role == "primary"), None)
    fields = {
        "outcome": setting.outcome,
        "first": facts.first,
        "last": facts.last,
        "waves": facts.last,
        "moved": moved_word(np.nan, np.nan) if best is None else moved_word(best.ci_low, best.ci_high),
        **findings.fields,
    }
    return say(findings.template, rung, **fields), rung


def _design_caveats(setting: Setting) -> tuple[Caveat, ...]:
    """Return what the design alone makes a reader need to know."""
    facts, route = setting.route.facts, setting.route
    caveats = []
    if route.inference == "none":
        caveats.append(
            Caveat(
                code="one_organisation_on_a_side",
                sentence=f"{facts.n_treated} organisations with and {facts.n_control} without the programme: no "
                "sandwich standard error is valid, so none is given; means of organisations rest on equal variances.",
                numbers={"n_treated": facts.n_treated, "n_control": facts.n_control},
            )
        )
    if route.min_p is not None and route.min_p > 1 - setting.level and facts.n_waves > 1:
        caveats.append(
            Caveat(
                code="cannot_reach_level",
                sentence=f"With so few organisations permutation cannot reach {1 - setting.level:.2g} by design: its "
                f"smallest p is {route.min_p:.3g}.",
                numbers={"min_p": route.min_p},
            )
        )
    if route.inference_text.startswith("One organisation"):
        caveats.append(
            Caveat(code="one_organisation", sentence="One organisation: intervals speak of its people only.")
        )
    switched = _several(setting.panel.unit, setting.panel.group)
    if switched:
        caveats.append(
            Caveat(
                code="changed_group",
                sentence=f"{switched} people are in more than one group; each counts where it was at the last wave.",
                numbers={"n": switched},
                n_people=switched,
            )
        )
    movers = _several(setting.panel.unit, setting.panel.cluster)
    if movers:
        caveats.append(
            Caveat(
                code="moved_between_organisations",
                sentence=f"{movers} people are in more than one organisation; each record counts where it was given.",
                numbers={"n": movers},
                n_people=movers,
            )
        )
    return tuple(caveats)


def _several(unit: npt.NDArray[np.int64], codes: npt.NDArray[np.int64] | None) -> int:
    """Return the number of units that stand under more than one code."""
    if codes is None:
        return 0
    pairs = np.unique(np.column_stack([unit, codes]), axis=0)
    return int((np.bincount(pairs[:, 0]) > 1).sum())


__all__ = ["Change", "estimate_change"]

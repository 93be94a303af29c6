"""The router: from six answers about the design to what is estimated, how, and what may be said.

``route(panel, facts) -> Route``; the rules are tables in routes.toml.
"""

from __future__ import annotations

import textwrap
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import comb
from typing import Any, Literal

import numpy as np

from sctoolkit.change.route.claims import Rung, check_wording, ladder
from sctoolkit.change.route.estimates import MANY_ORGANISATIONS
from sctoolkit.change.route.panel import Panel

Assignment = Literal["randomised", "existing", "matched"]
MOSTLY = 0.95
FEW_ON_A_SIDE = 4
FEW_SINGLE = 6
MIXED = frozenset({"one_group_partly", "one_group_waves"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the data and the study say about the design; counts of people and organisations."""

    outcome: str
    first: str
    last: str
    n_waves: int
    n_first: int
    n_last: int
    n_linked: int
    linkage: str
    comparison: str
    level: str
    n_organisations: int | None
    n_treated: int | None
    n_control: int | None
    outcome_kind: str
    lost: float
    lost_by_arm: float | None
    confounded: bool
    staggered: bool = False
    dose: str | None = None
    then: bool = False
    sides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to one of the six questions."""

    question: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What is estimated and how, what carries the claim, what must be checked, and what may be said."""

    design: str
    answers: tuple[Answer, ...]
    estimand: str
    estimator: str
    inference: str
    inference_text: str
    size: str
    assumption: str
    checks: tuple[str, ...]
    refused: str
    rung: Rung
    min_p: float | None
    facts: Facts

    @property
    def may_say(self) -> str:
        """What the rung means."""
        return ladder()[self.rung].means

    def __str__(self) -> str:
        info = ladder()[self.rung]
        lines = [
            *(f"{answer.question} {answer.text}" for answer in self.answers),
            f"Estimated:   {self.estimand}",
            f"By:          {self.estimator}",
            f"How sure:    {self.inference_text}",
            f"Size:        {self.size}",
            f"Rests on:    {self.assumption}",
            f"Check:       {'; '.join(self.checks)}",
            *([f"Not offered: {self.refused}"] if self.refused else []),
            f"May be said: {info.id} {info.name} (level {info.level}). {info.means}",
        ]
        return "\n".join(part for line in lines for part in textwrap.wrap(line, 88, subsequent_indent=" " * 13) or [""])


@cache
def rules() -> dict[str, Any]:
    """Return the content of routes.toml."""
    return tomllib.loads(files("sctoolkit.change.route").joinpath("routes.toml").read_text(encoding="utf-8"))


def gather_facts(
    panel: Panel,
    *,
    outcome: str,
    treated: int | None = None,
    assignment: Assignment | None = None,
    staggered: bool = False,
    dose: str | None = None,
    then: bool = False,
) -> Facts:
    """Answer the router's questions from the data.

    Parameters
    ----------
    panel : Panel
    outcome : str
        Name of the outcome, for the texts.
    treated : int, optional
        Code of the group that takes part; None when there is no comparison.
    assignment : {"randomised", "existing", "matched"}, optional
        How the comparison was formed.
    staggered, dose, then
        Whether organisations enter at different waves, the name of the dose, and whether a then-test was asked.
    """
    n_waves = len(panel.waves)
    last = n_waves - 1
    early, late = panel.wave == 0, panel.wave == last
    linked = len(panel.pairs(0, last)[0]) if n_waves > 1 else 0
    treated_rows = None if treated is None or panel.group is None else panel.group == treated
    level, n_treated, n_control = _assignment_level(panel, treated_rows)
    return Facts(
        outcome=outcome,
        first=f"wave {panel.waves[0]}",
        last=f"wave {panel.waves[-1]}",
        n_waves=n_waves,
        n_first=int(early.sum()),
        n_last=int(late.sum()),
        n_linked=linked,
        linkage=_linkage(linked, int(early.sum()), int(late.sum()), n_waves),
        comparison="none" if treated_rows is None else (assignment or "existing"),
        level=level,
        n_organisations=None if panel.cluster is None else len(np.unique(panel.cluster)),
        n_treated=n_treated,
        n_control=n_control,
        outcome_kind=outcome_kind(panel.outcome),
        lost=1 - linked / max(int(early.sum()), 1),
        lost_by_arm=_lost_by_arm(panel, treated_rows, last),
        confounded=_confounded(panel),
        staggered=staggered,
        dose=dose,
        then=then,
        sides=panel.sides if panel.side is not None else (),
    )


def _linkage(linked: int, n_first: int, n_last: int, n_waves: int) -> str:
    """Return how the waves hang together."""
    if n_waves < 2:
        return "post only"
    if linked < 2:
        return "unlinked"
    return "linked" if 2 * linked >= MOSTLY * (n_first + n_last) else "partly linked"


def _assignment_level(panel: Panel, treated: Any) -> tuple[str, int | None, int | None]:
    """Return whether people or organisations were assigned, and the organisations on each side."""
    if panel.cluster is None:
        return "person", None, None
    if treated is None:
        return "organisation", None, None
    with_it, without = np.unique(panel.cluster[treated]), np.unique(panel.cluster[~treated])
    mixed = np.intersect1d(with_it, without).size
    if mixed > 0.5 * len(np.unique(panel.cluster)):
        return "person", len(with_it), len(without)
    return "organisation", len(with_it), len(without)


def _lost_by_arm(panel: Panel, treated: Any, last: int) -> float | None:
    """Return the difference between arms in the share lost to follow-up."""
    if treated is None or last == 0:
        return None
    early, _ = panel.pairs(0, last)
    stayed = np.zeros(panel.n_obs, dtype=bool)
    stayed[early] = True
    start = panel.wave == 0
    if not (start & treated).any() or not (start & ~treated).any():
        return None
    return float(stayed[start & ~treated].mean() - stayed[start & treated].mean())


def _confounded(panel: Panel) -> bool:
    """Return whether every organisation answered at one wave only."""
    if panel.cluster is None or len(panel.waves) < 2:
        return False
    pairs = np.unique(np.column_stack([panel.cluster, panel.wave]), axis=0)
    return len(pairs) == len(np.unique(panel.cluster)) and len(pairs) > 1


def outcome_kind(values: np.ndarray) -> str:
    """Return the kind of outcome: constant, binary, single ordered item, or scale score.

    Examples
    --------
    >>> outcome_kind(np.array([1.0, 2.0, 5.0, 3.0])), outcome_kind(np.array([1.5, 2.0, 2.25]))
    ('ordered item', 'scale score')
    """
    found = np.unique(values)
    if found.size == 1:
        return "constant"
    if found.size == 2:
        return "binary"
    whole = bool(np.all(found == np.round(found)))
    return "ordered item" if whole and found.size <= 7 else "scale score"


def choose_design(facts: Facts) -> str:
    """Return the key of the design in routes.toml."""
    by_organisation = facts.comparison != "none" and facts.level == "organisation" and facts.n_treated is not None
    one_treated = by_organisation and min(facts.n_treated or 0, facts.n_control or 0) < 2
    if facts.n_waves < 2:
        if facts.then:
            return "then_test"
        if facts.comparison == "none":
            return "one_wave"
        return "one_wave_randomised" if facts.comparison == "randomised" and not one_treated else "one_wave_groups"
    if facts.confounded and facts.n_linked < 2:
        return "confounded_waves"
    if facts.staggered:
        return "staggered"
    if facts.comparison != "none":
        return "one_treated" if one_treated else {"existing": "existing_groups"}.get(facts.comparison, facts.comparison)
    if facts.dose is not None:
        return "dose"
    if len(facts.sides) > 1:
        return "two_sides"
    if facts.n_waves > 2:
        return "one_group_waves"
    return {"linked": "one_group_linked", "partly linked": "one_group_partly", "unlinked": "one_group_unlinked"}[
        facts.linkage
    ]


def choose_inference(facts: Facts, design: str = "") -> tuple[str, float | None]:
    """Return the key of the inference rule in routes.toml, and the smallest p that a permutation can reach."""
    n = facts.n_organisations
    if n is None:
        return ("mixed_people" if design in MIXED else "persons"), None
    if n < 2:
        return "one_organisation", None
    if design == "two_sides":
        return "two_sides", None
    if facts.comparison == "none":
        flips = min(1.0, 2 / 2**n)
        if design in MIXED:
            return ("mixed" if n <= MANY_ORGANISATIONS else "mixed_many"), flips
        return ("few_single_group" if n < FEW_SINGLE else "single_group"), flips
    if facts.level == "person":
        return "persons_in_organisations", None
    a, b = facts.n_treated or 0, facts.n_control or 0
    return ("one_treated" if min(a, b) < 2 else "few" if min(a, b) < FEW_ON_A_SIDE else "many"), smallest_p(a, b)


def smallest_p(n_treated: int, n_control: int) -> float:
    """Return the smallest two-sided p of a permutation of sites.

    Examples
    --------
    >>> smallest_p(3, 3), smallest_p(1, 9)
    (0.1, 0.1)
    """
    assignments = comb(n_treated + n_control, n_treated)
    return (2.0 if n_treated == n_control else 1.0) / assignments


def make_route(facts: Facts) -> Route:
    """Return the route that the rules give for these facts.

    Raises
    ------
    DesignError
        If a text of the rules says more than its rung allows.
    """
    design = choose_design(facts)
    rule = rules()["design"][design]
    key, min_p = choose_inference(facts, design)
    rule_of_inference = rules()["inference"][key]
    named = {"outcome": facts.outcome, "first": facts.first, "last": facts.last, "dose": facts.dose or "the programme"}
    sides = [side for side in facts.sides if side != "broker"] or [*facts.sides]
    named |= {"side_a": sides[0] if sides else "", "side_b": sides[1] if len(sides) > 1 else ""}
    dof = (facts.n_organisations or 0) - (2 if facts.comparison != "none" else 1)
    counted = {
        "n_organisations": facts.n_organisations, "n_treated": facts.n_treated, "n_control": facts.n_control,
        "dof": dof, "min_p": "none" if min_p is None else f"{min_p:.2g}",
    }  # fmt: skip
    for text in (rule["estimand"], rule["estimator"], rule["size"], rule["assumption"], rule["refused"]):
        check_wording(text, rule["rung"])
    return Route(
        design=design,
        answers=_answers(facts),
        estimand=rule["estimand"].format(**named),
        estimator=rule["estimator"].format(**named),
        inference=rule_of_inference["primary"],
        inference_text=rule_of_inference["says"].format(**counted),
        size=rule["size"].format(**named),
        assumption=rule["assumption"].format(**named),
        checks=tuple(check.format(**named) for check in rule["checks"]),
        refused=rule["refused"],
        rung=rule["rung"],
        min_p=min_p,
        facts=facts,
    )


def _answers(facts: Facts) -> tuple[Answer, ...]:
    """Return the six answers in words."""
    linked = f"{facts.n_first} at {facts.first}, {facts.n_last} at {facts.last}, {facts.n_linked} at both"
    who = linked if facts.n_waves > 1 else f"{facts.n_first} at {facts.first}"
    groups = {
        "none": "No.", "randomised": "Yes, by chance.", "existing": "Yes, groups that existed.",
        "matched": "Yes, made alike by weights.",
    }  # fmt: skip
    sites = ""
    if facts.n_organisations is not None:
        sites = f" {facts.n_organisations} organisations"
        if facts.n_treated is not None:
            sites += f", {facts.n_treated} with it and {facts.n_control} without"
        sites += "."
    level = {"person": "To people.", "organisation": "To organisations."}[facts.level]
    start = "organisations enter at different times" if facts.staggered else "one start"
    missing = "Not known from one wave."
    if facts.n_waves > 1:
        missing = f"{facts.lost:.0%} of those at {facts.first} are not linked to {facts.last}."
        if facts.lost_by_arm is not None:
            missing += f" Participants less comparison: {100 * facts.lost_by_arm:+.0f} points."
    texts: Mapping[str, str] = {
        "Q1": f"{facts.linkage[:1].upper()}{facts.linkage[1:]}: {who}.",
        "Q2": groups[facts.comparison],
        "Q3": level + sites,
        "Q4": f"{facts.n_waves} wave{'s' * (facts.n_waves != 1)}, {start}.",
        "Q5": f"{facts.outcome_kind[:1].upper()}{facts.outcome_kind[1:]}.",
        "Q6": missing,
    }
    return tuple(Answer(question=text, text=texts[key]) for key, text in rules()["question"].items())

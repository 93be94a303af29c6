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
from typing import Any

from sctoolkit.change.route.claims import Rung, check_wording, ladder
from sctoolkit.change.route.estimates import MANY_ORGANISATIONS
from sctoolkit.change.route.facts import Assignment as Assignment
from sctoolkit.change.route.facts import Facts
from sctoolkit.change.route.outcome_type import says_type

FEW_ON_A_SIDE = 4
FEW_SINGLE = 6
FEW_MARGINAL = 10
"""Below this number of organisations shares and counts are compared by organisations' means."""
MIXED = frozenset({"one_group_partly", "one_group_waves", "existing_groups_waves", "randomised_waves"})
"""Designs that a mixed model answers when the outcome is a scale score without weights."""
WITHOUT_MODEL = {
    "one_group_partly": "regression on all records",
    "one_group_waves": "regression on all records, wave by wave",
    "existing_groups_waves": "regression on all records, wave as a factor by arm",
    "randomised_waves": "regression on all records, wave as a factor by arm, both arms equal at {first}",
}
"""How those designs are answered otherwise: regression with errors that allow for people's answers being alike."""
TYPED = frozenset(
    {"one_group_linked", "one_group_partly", "one_group_unlinked", "one_group_waves", "existing_groups",
     "existing_groups_waves", "randomised", "randomised_waves", "one_treated"}
)  # fmt: skip
"""Designs in which the type of outcome decides how change is measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to one of the six questions."""

    question: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What is estimated and how, what carries the claim, what must be checked, and what may be said.

    ``other`` names arguments of `estimate_change` that lead to another design.
    """

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
    other: tuple[str, ...] = ()

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
            *([f"Also:        {'; '.join(self.other)}"] if self.other else []),
            f"May be said: {info.id} {info.name} (level {info.level}). {info.means}",
        ]
        return "\n".join(part for line in lines for part in textwrap.wrap(line, 88, subsequent_indent=" " * 13) or [""])


@cache
def rules() -> dict[str, Any]:
    """Return the content of routes.toml."""
    return tomllib.loads(files("sctoolkit.change.route").joinpath("routes.toml").read_text(encoding="utf-8"))


def choose_design(facts: Facts) -> str:
    """Return the key of the design in routes.toml."""
    by_organisation = facts.comparison != "none" and facts.level == "organisation" and facts.n_treated is not None
    one_treated = by_organisation and min(facts.n_treated or 0, facts.n_control or 0) < 2
    if facts.then:
        return "then_test"
    if facts.n_waves < 2:
        if facts.comparison == "none":
            return "one_wave"
        return "one_wave_randomised" if facts.comparison == "randomised" and not one_treated else "one_wave_groups"
    if facts.confounded and facts.n_linked < 2:
        return "confounded_waves"
    if facts.staggered:
        return "staggered"
    if facts.comparison != "none":
        if one_treated:
            return "one_treated"
        base = {"existing": "existing_groups"}.get(facts.comparison, facts.comparison)
        return f"{base}_waves" if facts.n_waves > 2 and base != "matched" else base
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
    if design in {"staggered", "dose", "matched", "then_test"}:
        return design, None
    key, min_p = _by_organisations(facts, design)
    if facts.outcome_type != "count" or facts.weighted or design not in TYPED:
        return key, min_p
    by_ratio = {"persons": "counts_of_people", "single_group": "counts", "many": "counts"}
    return by_ratio.get(key, "counts" if key == "persons_in_organisations" and _enough(facts) else key), min_p


def _enough(facts: Facts) -> bool:
    """Return whether a marginal model may count organisations."""
    return (facts.n_organisations or 0) >= FEW_MARGINAL


def _by_organisations(facts: Facts, design: str) -> tuple[str, float | None]:
    """Return the inference rule that the number of organisations asks for."""
    n = facts.n_organisations
    modelled = design in MIXED and facts.outcome_type == "scale" and not facts.weighted
    if n is None:
        return ("mixed_people" if modelled else "persons"), None
    if n < 2:
        return "one_organisation", None
    if design == "two_sides":
        return "two_sides", None
    few = facts.outcome_type in {"binary", "count"} and n < FEW_MARGINAL
    if facts.comparison == "none":
        flips = min(1.0, 2 / 2**n)
        if modelled:
            return ("mixed" if n <= MANY_ORGANISATIONS else "mixed_many"), flips
        return ("few_single_group" if few or n < FEW_SINGLE else "single_group"), flips
    if facts.level == "person":
        return ("mixed_groups" if modelled else "persons_in_organisations"), None
    a, b = facts.n_treated or 0, facts.n_control or 0
    if modelled:
        return ("mixed_groups" if n <= MANY_ORGANISATIONS else "mixed_groups_many"), smallest_p(a, b)
    key = "one_treated" if min(a, b) < 2 else "few" if few or min(a, b) < FEW_ON_A_SIDE else "many"
    return key, smallest_p(a, b)


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
    rule = _with_type(rule, facts, design)
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
        other=tuple(rule.get("other", ())),
    )


def _with_type(rule: Mapping[str, Any], facts: Facts, design: str) -> Mapping[str, Any]:
    """Return a design's rule with what the type of outcome and weights make of it."""
    if design not in TYPED:
        return rule
    told = rules()["outcome"].get(facts.outcome_type)
    if told is not None and facts.outcome_kind != "constant":
        how = f"{WITHOUT_MODEL.get(design, rule['estimator'])} {told['estimator']}"
        estimand = f"{rule['estimand']}, {told['estimand']}"
        return {**rule, "estimand": estimand, "estimator": how, "size": told["size"],
                "checks": [*told["checks"], *rule["checks"]]}  # fmt: skip
    if facts.weighted and design in MIXED:
        how = f"weighted {WITHOUT_MODEL[design]}"
        return {**rule, "estimator": how, "checks": ["mixed model without weights", *rule["checks"]]}
    return rule


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
        "Q5": says_type(facts.outcome_type, facts.outcome_kind, facts.type_told),
        "Q6": missing,
    }
    return tuple(Answer(question=text, text=texts[key]) for key, text in rules()["question"].items())

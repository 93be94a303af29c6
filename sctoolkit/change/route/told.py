"""Which estimates of a change are told to a reader, and the others that answer the same question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from sctoolkit.change.route.estimate_change import Change
from sctoolkit.change.route.estimates import Estimate

About = Literal["all", "side", "gap", "arm", "groups"]

OWN_CHANGE: dict[str, tuple[str, ...]] = {
    "linked": ("own mean change, linked people",),
    "partly linked": ("own mean change, all records", "own mean change, waves compared"),
    "unlinked": ("own mean change, waves compared",),
}
"""Linkage -> the estimand that speaks for one side, best first."""

OTHER_UNITS = ("share", "chance", "probability", "odds", "rate", "ratio", "mean change a wave")
"""Beginnings of estimands that are not points of the scale from one wave to another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One change as it is told: of whom, the estimate that speaks, and those that answer the same in the same unit.

    ``about`` is ``all``, ``side`` or ``arm`` (with its name in ``side`` or ``group``), ``gap`` between the sides, or
    ``groups`` compared.
    """

    about: About
    side: str
    group: str
    estimate: Estimate
    others: tuple[Estimate, ...]


def told(change: Change) -> tuple[Told, ...]:
    """Return the changes that are told: own ones of sides and their gap, groups and their arms, or the primary.

    Parameters
    ----------
    change : Change
        What `estimate_change` returned.

    Examples
    --------
    >>> import pandas as pd
    >>> from sctoolkit import estimate_change
    >>> scores = pd.DataFrame({"id": [1, 2, 3, 4] * 2, "wave": [1] * 4 + [2] * 4, "trust": [2, 3, 3, 2, 4, 3, 5, 4.0]})
    >>> [one.about for one in told(estimate_change(scores, outcome="trust", unit="id", wave="wave"))]
    ['all']
    """
    facts, primary = change.route.facts, change.primary
    if len(facts.sides) < 2:
        if primary is None:
            return ()
        if facts.comparison == "none":
            return (_told(change, primary, "all"),)
        arms = [_told(change, arm, "arm") for arm in change.arms if arm.wave == primary.wave]
        return (_told(change, primary, "groups"), *arms)
    own = [_own_change(change, side) for side in facts.sides]
    sides = [_told(change, estimate, "side") for estimate in own if estimate is not None]
    return (*sides, *(() if primary is None else (_told(change, primary, "gap"),)))


def in_points(estimate: Estimate) -> bool:
    """Whether an estimate is a change in points of the scale, and not a share, a chance or a ratio."""
    return not estimate.estimand.startswith(OTHER_UNITS)


def _told(change: Change, estimate: Estimate, about: About) -> Told:
    others = [other for other in change.estimates if other is not estimate and _answers_the_same(other, estimate)]
    return Told(
        about=about, side=estimate.side or "", group=estimate.group or "", estimate=estimate, others=tuple(others)
    )


def _own_change(change: Change, side: str) -> Estimate | None:
    """The estimate that speaks for one side."""
    for estimand in OWN_CHANGE.get(change.route.facts.linkage, ()):
        for estimate in change.estimates:
            if estimate.side == side and estimate.estimand == estimand and np.isfinite(estimate.estimate):
                return estimate
    return None


def _answers_the_same(other: Estimate, estimate: Estimate) -> bool:
    """Whether an estimate is of the same people's same change, in points."""
    if not np.isfinite(other.estimate) or other.term is not None or in_points(other) != in_points(estimate):
        return False
    if not in_points(estimate) and other.estimand != estimate.estimand:
        return False
    if (other.wave, other.side, other.group) != (estimate.wave, estimate.side, estimate.group):
        return False
    if estimate.side:
        return other.estimand.startswith("own mean change")
    return other.role == "check"

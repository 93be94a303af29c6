"""What the data and the study say about the design: the router's six questions answered with numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from sctoolkit.change.route.outcome_type import OutcomeType, outcome_kind, resolve_type
from sctoolkit.change.route.panel import Panel

Assignment = Literal["randomised", "existing", "matched"]
MOSTLY = 0.95
"""Share of the records of both waves that must be linked for the waves to count as linked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the data and the study say about the design; counts of people and organisations.

    ``outcome_kind`` is what the values look like, ``outcome_type`` what they are analysed as.
    """

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
    outcome_type: OutcomeType = "scale"
    type_told: bool = False
    weighted: bool = False
    staggered: bool = False
    dose: str | None = None
    then: bool = False
    sides: tuple[str, ...] = ()


def gather_facts(
    panel: Panel,
    *,
    outcome: str,
    treated: int | None = None,
    assignment: Assignment | None = None,
    outcome_type: str | None = None,
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
    outcome_type : {"scale", "ordinal", "binary", "count"}, optional
        What was told about the outcome.
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
        outcome_type=resolve_type(outcome_type, panel.outcome, outcome),
        type_told=outcome_type is not None,
        weighted=panel.weight is not None,
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
    """Return whether no organisation answered both at the first and at the last wave."""
    if panel.cluster is None or len(panel.waves) < 2:
        return False
    first, last = (np.unique(panel.cluster[panel.wave == code]) for code in (0, len(panel.waves) - 1))
    return not np.intersect1d(first, last).size

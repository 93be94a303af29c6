"""Whether a change is large enough to matter, where the plan says what matters."""

from __future__ import annotations

from sctoolkit.change.pooling.equivalence import SizeTests, equivalence
from sctoolkit.change.route.estimate_change import Change
from sctoolkit.evaluation.outcome import Outcome


def size_of(change: Change | None, outcome: Outcome) -> SizeTests | None:
    """Judge a change against the plan's smallest one that matters; None where the plan names none."""
    if change is None or outcome.smallest_change is None:
        return None
    return equivalence(change, smallest=outcome.smallest_change)

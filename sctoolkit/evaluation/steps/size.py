"""Whether changes are large enough to matter, where the plan says what matters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from sctoolkit.change.pooling.equivalence import SizeTests, equivalence
from sctoolkit.change.route.change import Change
from sctoolkit.evaluation.outcome import Outcome
from sctoolkit.evaluation.steps.attempt import attempt
from sctoolkit.result import Caveat


def sizes_of(
    changes: Iterable[tuple[str, Change]], outcome: Outcome, caveats: list[Caveat]
) -> Iterator[tuple[str, SizeTests]]:
    """Judge each change against the plan's smallest one that matters; nothing where the plan names none."""
    if outcome.smallest_change is None:
        return
    for side, change in changes:
        call = partial(equivalence, change, smallest=outcome.smallest_change)
        found = attempt(call, "judgement of size", outcome, caveats)
        if found is not None:
            yield side, found

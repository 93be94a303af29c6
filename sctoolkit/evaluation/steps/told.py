"""The changes of an outcome that are told, side by side where groups are compared on each."""

from __future__ import annotations

from dataclasses import replace

from sctoolkit.change.route.told import Told, told
from sctoolkit.evaluation.evaluation import Finding


def told_of(finding: Finding) -> tuple[Told, ...]:
    """Return the changes of an outcome that are told; none where there is one wave, or no change was estimated."""
    return tuple(
        replace(one, side=side) if side else one
        for side, change in finding.changes
        if change.route.facts.n_waves > 1
        for one in told(change)
    )

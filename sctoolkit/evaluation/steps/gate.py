"""The gate of measurement: each change carries the verdict on whether the items kept their meaning."""

from __future__ import annotations

from sctoolkit.change.route.estimate_change import Change
from sctoolkit.change.route.invariance_gate import Verdict, with_invariance
from sctoolkit.evaluation.steps.measure import Measurement
from sctoolkit.measurement.invariance.invariance_result import Invariance

HOLDS = frozenset({"scalar", "strict", "variances", "covariances", "means"})


def gated(change: Change, measurement: Measurement | None) -> Change:
    """Return a change with the verdicts over waves and over sides, and the points that are item drift.

    Drift over waves is a part of a change; drift over sides is a part of a gap at one wave: only its verdict is told.
    """
    if measurement is None:
        return change
    if measurement.over_sides is not None:
        change = with_invariance(change, verdict=verdict_of(measurement.over_sides), over="sides")
    if measurement.over_waves is not None:
        effects = measurement.over_waves.score_effects
        own = len(change.route.facts.sides) < 2
        drift = effects[-1].drift if own and effects else None
        change = with_invariance(change, verdict=verdict_of(measurement.over_waves), drift=drift, over="waves")
    return change


def verdict_of(result: Invariance) -> Verdict:
    """Return the verdict in the words of the gate: ``partial`` where only releases carry it to the scalar level."""
    if result.verdict in HOLDS:
        return "scalar" if result.verdict == "scalar" else "strict"
    if result.partial_verdict in HOLDS:
        return "partial"
    below: dict[str, Verdict] = {"configural": "configural", "thresholds": "thresholds", "metric": "metric"}
    return below.get(result.verdict, "none")

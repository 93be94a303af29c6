"""Change between the compared waves, with the verdict on its measurement."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pandas as pd

from sctoolkit.change.route.estimate_change import Change, estimate_change
from sctoolkit.change.route.router import Assignment
from sctoolkit.evaluation.answers import Answers
from sctoolkit.evaluation.outcome import Outcome
from sctoolkit.evaluation.steps.attempt import attempt
from sctoolkit.evaluation.steps.gate import gated
from sctoolkit.evaluation.steps.measure import Measurement
from sctoolkit.evaluation.steps.strata import sides
from sctoolkit.evaluation.study import Study, pair_of
from sctoolkit.evaluation.study_file import Analysis
from sctoolkit.result import Caveat
from sctoolkit.survey.linkage import Linkage

N_DRAWS = 1999


def changes_in(
    study: Study, answers: Answers, outcome: Outcome, measurement: Measurement | None, caveats: list[Caveat]
) -> Iterator[tuple[str, Change]]:
    """Yield the change of one outcome by the study's design; groups are compared on each side, never over both."""
    comparison, frame = study.plan.analysis.comparison, answers.frame
    if comparison in frame.columns:
        frame = frame[frame[comparison] != ""]
    parts = tuple(sides(frame)) if comparison == "group" else (("", frame),)
    for side, rows in parts if len(parts) > 1 else (("", frame),):
        call = partial(_change, study, answers, outcome, measurement, rows)
        found = attempt(call, f"change on the {side} side" if side else "change", outcome, caveats)
        if found is not None:
            yield side, found


def _change(
    study: Study, answers: Answers, outcome: Outcome, measurement: Measurement | None, frame: pd.DataFrame
) -> Change:
    """Return the change of one outcome in some rows, with the verdict on its measurement."""
    plan, present = study.plan.analysis, set(frame.columns)
    grouped = plan.comparison == "group"
    change = estimate_change(
        frame.rename(columns={outcome.name: outcome.label}),
        outcome=outcome.label,
        unit="respondent" if "respondent" in present else None,
        wave="wave",
        cluster="organisation" if "organisation" in present else None,
        group="group" if grouped else None,
        side="side" if plan.comparison == "side" and "side" in present else None,
        weight="weight" if "weight" in present else None,
        treated=plan.treated if grouped else None,
        assignment=_assignment(plan) if grouped else None,
        waves=pair_of(study, answers.responses),
        reliability=None if measurement is None else measurement.headline_reliability(),
        scale_range=outcome.range,
        ci_level=plan.ci_level,
        n_draws=N_DRAWS,
        false_match_rate=false_links(answers.linkage),
        seed=plan.seed,
    )
    return gated(change, measurement)


def false_links(linkage: Linkage | None) -> float:
    """Share of links that are expected to be wrong; 0 where people were linked by a key of the programme."""
    if linkage is None:
        return 0.0
    linked = sum(step.linked for step in linkage.steps)
    return min(0.99, sum(step.expected_false for step in linkage.steps) / linked) if linked else 0.0


def _assignment(plan: Analysis) -> Assignment | None:
    """How the groups came about, in the words of the router."""
    return plan.assignment if plan.assignment in ("randomised", "existing") else None

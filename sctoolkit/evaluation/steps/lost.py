"""Who was lost between the compared waves, side by side."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from sctoolkit.change.doubts.attrition import Attrition, attrition
from sctoolkit.evaluation.answers import Answers
from sctoolkit.evaluation.outcome import Outcome
from sctoolkit.evaluation.steps.attempt import attempt
from sctoolkit.evaluation.steps.spell import rows_of_waves
from sctoolkit.evaluation.steps.strata import sides
from sctoolkit.evaluation.study import Study, pair_of
from sctoolkit.result import Caveat


def lost_people(
    study: Study, answers: Answers, outcome: Outcome, caveats: list[Caveat]
) -> Iterator[tuple[str, Attrition]]:
    """Who was lost between the compared waves, side by side, for primary outcomes with people who can be followed.

    Where the plan compares groups, the share followed up and the change are told group by group.
    """
    frame, waves = answers.frame, pair_of(study, answers.responses)
    if not outcome.primary or len(waves) < 2 or "respondent" not in frame.columns:
        return
    plan = study.plan.analysis
    grouped = plan.comparison == "group" and "group" in frame.columns
    for side, rows in sides(rows_of_waves(frame, waves).rename(columns={outcome.name: outcome.label})):
        call = partial(
            attrition,
            rows[rows["group"] != ""] if grouped else rows,
            group="group" if grouped else None,
            treated=plan.treated if grouped else None,
            assignment=plan.assignment if grouped and plan.assignment in ("randomised", "existing") else None,
            outcome=outcome.label,
            unit="respondent",
            wave="wave",
            cluster="organisation" if "organisation" in frame.columns else None,
            scale_range=outcome.range,
            ci_level=plan.ci_level,
            seed=plan.seed,
        )
        found = attempt(call, "analysis of those lost", outcome, caveats)
        if found is not None:
            yield side, found

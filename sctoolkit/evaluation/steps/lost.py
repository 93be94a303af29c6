"""Who was lost between the compared waves, side by side."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from sctoolkit.change.doubts.attrition import Attrition, attrition
from sctoolkit.evaluation.answers import Answers
from sctoolkit.evaluation.outcome import Outcome
from sctoolkit.evaluation.steps.attempt import attempt
from sctoolkit.evaluation.study import Study, pair_of
from sctoolkit.result import Caveat


def lost_people(
    study: Study, answers: Answers, outcome: Outcome, caveats: list[Caveat]
) -> Iterator[tuple[str, Attrition]]:
    """Who was lost between the compared waves, side by side, for primary outcomes with people who can be followed."""
    frame, waves = answers.frame, pair_of(study, answers.responses)
    if not outcome.primary or len(waves) < 2 or "respondent" not in frame.columns:
        return
    rows = frame[frame["wave"].isin(waves)].rename(columns={outcome.name: outcome.label})
    sides = sorted(set(rows["side"]) - {""}) if "side" in rows.columns else [""]
    for side in sides:
        call = partial(
            attrition,
            rows[rows["side"] == side] if side else rows,
            outcome=outcome.label,
            unit="respondent",
            wave="wave",
            cluster="organisation" if "organisation" in frame.columns else None,
            scale_range=outcome.range,
            conf_level=study.plan.analysis.ci_level,
            seed=study.plan.analysis.seed,
        )
        found = attempt(call, "analysis of those lost", outcome, caveats)
        if found is not None:
            yield side, found

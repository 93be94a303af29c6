"""Relation of an outcome to what the engagement log counts, within organisations and between them."""

from __future__ import annotations

from sctoolkit.change.designs.dose import Dose, dose_response
from sctoolkit.evaluation.answers import Answers
from sctoolkit.evaluation.outcome import Outcome
from sctoolkit.evaluation.programme import Programme
from sctoolkit.evaluation.steps.spell import rows_of_waves
from sctoolkit.evaluation.study import Study, waves_of

DOSES: dict[str, tuple[str, float]] = {
    "hours": ("hours of engagement", 10.0),
    "contacts": ("contacts", 10.0),
    "brokered_meetings": ("meetings with both sides present", 5.0),
    "grant_amount": ("money granted", 1000.0),
}
"""Dose -> how it is named, and the step that a slope is told for."""


def by_dose(study: Study, answers: Answers, outcome: Outcome, programme: Programme) -> Dose | None:
    """Relate a primary outcome to what the log counts; None where there is no log."""
    if programme.exposures is None or not outcome.primary:
        return None
    dose = study.plan.logs.dose
    counted = programme.exposures.frame()[["organisation", "wave", dose]]
    rows = answers.frame.merge(counted, on=["organisation", "wave"]).rename(columns={outcome.name: outcome.label})
    rows = rows_of_waves(rows, waves_of(study, answers.responses))
    return dose_response(
        rows,
        outcome=outcome.label,
        wave="wave",
        cluster="organisation",
        dose=dose,
        unit="respondent" if "respondent" in rows.columns else None,
        side="side" if "side" in rows.columns else None,
        ci_level=study.plan.analysis.ci_level,
    )

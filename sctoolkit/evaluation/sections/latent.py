"""Change with errors of measurement taken out."""

from __future__ import annotations

from collections.abc import Iterator

from sctoolkit.evaluation.evaluation import Evaluation
from sctoolkit.evaluation.outcome import Outcome
from sctoolkit.evaluation.sections.naming import outcome_caveats
from sctoolkit.evaluation.sections.waves import wave_name
from sctoolkit.evaluation.study import pair_of
from sctoolkit.measurement.panel.latent_change_result import LatentChange
from sctoolkit.report.document import Draft
from sctoolkit.report.sections.latent import LatentRow, latent_section


def latent_drafts(evaluation: Evaluation) -> Iterator[Draft]:
    """Latent change of primary scales; nothing where too few people could be followed."""
    found = [(f.outcome, side, result) for f in evaluation.findings for side, result in f.latent]
    if found:
        first, last = (wave_name(wave) for wave in pair_of(evaluation.study, evaluation.answers[0].responses))
        yield latent_section(
            [_row(outcome, side, result, first, last) for outcome, side, result in found],
            level=evaluation.study.plan.analysis.ci_level,
            caveats=outcome_caveats((outcome, result.caveats) for outcome, _, result in found),
        )


def _row(outcome: Outcome, side: str, result: LatentChange, first: str, last: str) -> LatentRow:
    named = {estimate.term: estimate for estimate in result.estimates}
    latent, people, drift = named["latent"], named["score, people"], named["score, items"]
    return LatentRow(
        scale=outcome.key,
        label=outcome.label,
        first=first,
        last=last,
        side=side,
        estimate=latent.estimate,
        interval=(latent.ci_low, latent.ci_high),
        people=people.estimate,
        drift=drift.estimate,
        drift_interval=(drift.ci_low, drift.ci_high),
        n=result.n_linked,
    )

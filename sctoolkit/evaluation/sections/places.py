"""How well the scales tell organisations apart."""

from __future__ import annotations

from collections.abc import Iterator

from sctoolkit.evaluation.evaluation import Evaluation
from sctoolkit.evaluation.outcome import Outcome
from sctoolkit.evaluation.sections.waves import wave_name
from sctoolkit.evaluation.steps.places import Places
from sctoolkit.measurement.scores.ecometrics_result import Ecometrics
from sctoolkit.report.document import Draft
from sctoolkit.report.sections.places import PlaceScale, places_section

TOLD_IN_TABLE = frozenset({"places_do_not_differ", "rows_left_out"})


def places_drafts(evaluation: Evaluation) -> Iterator[Draft]:
    """Yield the section on organisations; nothing where no primary scale was asked in several of them."""
    found = [(finding.outcome, place) for finding in evaluation.findings for place in finding.places]
    scales = [_scale(outcome, place, place.result) for outcome, place in found if place.result is not None]
    told = {caveat.sentence: caveat for _, place in found for caveat in place.caveats}
    for _, place in found:
        for caveat in () if place.result is None else place.result.caveats:
            if caveat.code not in TOLD_IN_TABLE:
                told.setdefault(caveat.sentence, caveat)
    if scales:
        yield places_section(scales, level=evaluation.study.plan.analysis.ci_level, caveats=list(told.values()))


def _scale(outcome: Outcome, place: Places, result: Ecometrics) -> PlaceScale:
    return PlaceScale(
        scale=outcome.key,
        label=outcome.label,
        side=place.side,
        wave=wave_name(place.wave),
        n=int(result.n_people.sum()),
        n_organisations=len(result.places),
        share=result.icc,
        share_low=result.anova.icc1_low,
        share_high=result.anova.icc1_high,
        reliability=result.overall_reliability,
        needed=result.people_needed,
        threshold=result.threshold,
    )

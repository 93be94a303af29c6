"""How many people changed by more than errors of measurement."""

from __future__ import annotations

from collections.abc import Iterator

from sctoolkit.change.pooling.reliable_change import FORMULAS, ReliableChange
from sctoolkit.evaluation.evaluation import Evaluation
from sctoolkit.evaluation.outcome import Outcome
from sctoolkit.evaluation.sections.naming import outcome_caveats
from sctoolkit.evaluation.sections.waves import wave_name
from sctoolkit.evaluation.study import pair_of
from sctoolkit.report.document import Draft
from sctoolkit.report.sections.persons import PersonCounts, persons_section

SAID_ELSEWHERE = frozenset({"crossings_by_chance", "rows_left_out"})


def persons_drafts(evaluation: Evaluation) -> Iterator[Draft]:
    """Change person by person; nothing where nobody could be followed or errors of measurement are not known."""
    found = [(f.outcome, side, result) for f in evaluation.findings for side, result in f.persons]
    if not found:
        return
    first, last = (wave_name(wave) for wave in pair_of(evaluation.study, evaluation.answers[0].responses))
    caveats = outcome_caveats(
        (outcome, [one for one in result.caveats if one.code not in SAID_ELSEWHERE]) for outcome, _, result in found
    )
    yield persons_section(
        [_counts(outcome, side, result, first, last) for outcome, side, result in found],
        reliability=f"the reliability of each scale at {first}",
        level=evaluation.study.plan.analysis.ci_level,
        caveats=caveats,
    )


def _counts(outcome: Outcome, side: str, result: ReliableChange, first: str, last: str) -> PersonCounts:
    rose, within, fell = next(counts[1:] for counts in result.counts if counts[0] == FORMULAS[result.formula])
    return PersonCounts(
        scale=outcome.key, label=outcome.label, first=first, last=last, rose=rose, within=within, fell=fell,
        mdc=result.mdc, side=side,
    )  # fmt: skip

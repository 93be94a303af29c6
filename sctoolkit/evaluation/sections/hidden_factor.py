"""What a hidden difference between existing groups would have to be."""

from __future__ import annotations

from collections.abc import Iterator

from sctoolkit.change.doubts.sensitivity import Sensitivity
from sctoolkit.evaluation.evaluation import Evaluation
from sctoolkit.evaluation.outcome import Outcome
from sctoolkit.evaluation.sections.waves import wave_name
from sctoolkit.evaluation.study import pair_of
from sctoolkit.report.document import Draft
from sctoolkit.report.sections.hidden_factor import HiddenFactor, hidden_factor_section


def hidden_factor_drafts(evaluation: Evaluation) -> Iterator[Draft]:
    """Comparisons of existing groups against hidden differences; nothing where no groups were compared."""
    waves = [wave_name(wave) for wave in pair_of(evaluation.study, evaluation.answers[0].responses)]
    factors = [
        _factor(finding.outcome, side, result, *waves)
        for finding in evaluation.findings
        for side, result in finding.hidden_factors
    ]
    if factors:
        yield hidden_factor_section(factors, level=evaluation.study.plan.analysis.ci_level)


def _factor(outcome: Outcome, side: str, result: Sensitivity, first: str, last: str) -> HiddenFactor:
    mark = next(iter(result.benchmarks), None)
    nothing = float("nan")
    return HiddenFactor(
        scale=outcome.key,
        label=outcome.label,
        side=side,
        first=first,
        last=last,
        estimate=result.estimate,
        robustness=100 * result.robustness,
        robustness_ci=100 * result.robustness_ci,
        left=nothing if mark is None else mark.estimate,
        left_low=nothing if mark is None else mark.ci_low,
        left_high=nothing if mark is None else mark.ci_high,
        n=int(result.provenance.n_used or 0),
    )

"""Change with dose: what the engagement log counts, set beside the scores."""

from __future__ import annotations

from collections.abc import Iterator

from sctoolkit.change.designs.dose import Dose
from sctoolkit.change.route.estimates import Estimate
from sctoolkit.evaluation.evaluation import Evaluation
from sctoolkit.evaluation.outcome import Outcome
from sctoolkit.evaluation.steps.dose import DOSES
from sctoolkit.report.document import Draft
from sctoolkit.report.sections.dose import DoseSlope, dose_section
from sctoolkit.report.sections.one_table import Said


def dose_drafts(evaluation: Evaluation) -> Iterator[Draft]:
    """Yield the section on dose; nothing where no log says how much there was."""
    found = [(finding.outcome, finding.by_dose) for finding in evaluation.findings if finding.by_dose is not None]
    if not found:
        return
    name, step = DOSES[evaluation.study.plan.logs.dose]
    slopes = [slope for outcome, result in found for slope in _slopes(outcome, result, step)]
    told = {caveat.sentence: caveat for _, result in found for caveat in result.caveats}
    yield dose_section(
        slopes,
        [Said(sentence=result.claim, rung=result.rung) for _, result in found],
        dose=name,
        step=step,
        level=evaluation.study.plan.analysis.ci_level,
        caveats=list(told.values()),
    )


def _slopes(outcome: Outcome, result: Dose, step: float) -> Iterator[DoseSlope]:
    for estimate in result.estimates:
        yield DoseSlope(
            scale=outcome.key,
            label=outcome.label,
            what=_named(estimate),
            estimate=step * estimate.estimate,
            ci_low=step * estimate.ci_low,
            ci_high=step * estimate.ci_high,
            p_value=estimate.p_value,
            n=estimate.n_obs,
            n_organisations=estimate.n_clusters or 0,
        )


def _named(estimate: Estimate) -> str:
    """The slope in words: within or between organisations, of one side, or the difference of two sides."""
    if estimate.estimand.startswith("difference of slopes"):
        return estimate.estimand
    kind = "within" if estimate.estimand.startswith("change") else "between"
    return f"{kind} organisations, {estimate.side}" if estimate.side else f"{kind} organisations"

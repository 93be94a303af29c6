"""Who is missing, and whether the results survive it."""

from __future__ import annotations

from collections.abc import Iterator

from sctoolkit.change.doubts.attrition import Attrition
from sctoolkit.evaluation.evaluation import Evaluation
from sctoolkit.evaluation.outcome import Outcome
from sctoolkit.report.document import Draft
from sctoolkit.report.sections.missing_people import FollowUp, LostView, Verdict, missing_people


def missing_drafts(evaluation: Evaluation) -> Iterator[Draft]:
    """Who is missing and whether the results survive it; nothing where nobody could be followed."""
    found = [(f.outcome, side, result) for f in evaluation.findings for side, result in f.attrition]
    if not found:
        return
    shares = [share for outcome, side, result in found for share in _follow_up(outcome, side, result)]
    views = [view for outcome, side, result in found for view in _views(outcome, side, result)]
    verdicts = [Verdict(label=outcome.label, sentence=result.verdict, side=side) for outcome, side, result in found]
    yield missing_people(shares, views, verdicts, level=evaluation.study.plan.analysis.ci_level)


def _follow_up(outcome: Outcome, side: str, result: Attrition) -> Iterator[FollowUp]:
    for estimate in result.estimates:
        if estimate.estimand == "followed up":
            yield FollowUp(
                scale=outcome.key,
                label=outcome.label,
                part=estimate.estimator,
                share=estimate.estimate,
                ci_low=estimate.ci_low,
                ci_high=estimate.ci_high,
                n=estimate.n_obs,
                side=side,
            )


def _views(outcome: Outcome, side: str, result: Attrition) -> Iterator[LostView]:
    for estimate in result.estimates:
        if estimate.role in ("primary", "check"):
            yield LostView(
                scale=outcome.key,
                label=outcome.label,
                view=estimate.estimator,
                estimate=estimate.estimate,
                ci_low=estimate.ci_low,
                ci_high=estimate.ci_high,
                n=estimate.n_obs,
                side=side,
                main=estimate.role == "primary",
            )

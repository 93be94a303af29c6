"""Whether another reckoning would say otherwise: primary outcomes, every way that the design allows."""

from __future__ import annotations

from collections.abc import Iterator

from sctoolkit.change.route.told import Told
from sctoolkit.evaluation.evaluation import Evaluation, Finding
from sctoolkit.evaluation.sections.change import scale_change
from sctoolkit.evaluation.steps.told import told_of
from sctoolkit.report.document import Draft
from sctoolkit.report.sections.doubts import Reckoning, doubts_section


def doubts_drafts(evaluation: Evaluation) -> Iterator[Draft]:
    """Every told change of primary outcomes beside the other answers; nothing where each stands alone."""
    rows = [
        row
        for finding in evaluation.findings
        if finding.outcome.primary
        for one in told_of(finding)
        for row in _reckonings(evaluation, finding, one)
    ]
    if rows:
        yield doubts_section(rows, level=evaluation.study.plan.analysis.ci_level)


def _reckonings(evaluation: Evaluation, finding: Finding, one: Told) -> Iterator[Reckoning]:
    """The told way, then the others, each name once."""
    if not one.others:
        return
    for estimate in (one.estimate, *one.others):
        yield Reckoning(
            change=scale_change(evaluation, finding, one, estimate),
            way=estimate.estimator,
            told=estimate is one.estimate,
        )

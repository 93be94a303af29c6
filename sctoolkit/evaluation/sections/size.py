"""Whether changes are large enough to matter, where the plan says what matters."""

from __future__ import annotations

from collections.abc import Iterator

from sctoolkit.evaluation.evaluation import Evaluation
from sctoolkit.evaluation.sections.change import scale_change
from sctoolkit.evaluation.steps.told import told_of
from sctoolkit.report.document import Draft
from sctoolkit.report.sections.size import SizedChange, size_section


def size_drafts(evaluation: Evaluation) -> Iterator[Draft]:
    """Changes against the smallest one that matters; nothing where the plan names none."""
    rows, levels = [], set()
    for finding in evaluation.findings:
        tests = {id(test.estimate): (size, test.test) for _, size in finding.sizes for test in size.tests}
        for one in told_of(finding):
            if id(one.estimate) in tests:
                size, test = tests[id(one.estimate)]
                levels.add(1 - 2 * size.alpha)
                rows.append(
                    SizedChange(
                        change=scale_change(evaluation, finding, one),
                        smallest=size.smallest,
                        ci_low=test.ci_low,
                        ci_high=test.ci_high,
                    )
                )
    if rows:
        yield size_section(rows, level=min(levels))

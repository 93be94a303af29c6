"""How strong a hidden difference between the groups would have to be, where groups were not drawn by lot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

import pandas as pd

from sctoolkit.change.doubts.sensitivity import Sensitivity, sensitivity
from sctoolkit.change.route.change import Change
from sctoolkit.change.route.comparison import treated_code
from sctoolkit.change.route.panel import read_panel
from sctoolkit.change.route.told import told
from sctoolkit.evaluation.answers import Answers
from sctoolkit.evaluation.outcome import Outcome
from sctoolkit.evaluation.steps.attempt import attempt
from sctoolkit.evaluation.study import Study, pair_of
from sctoolkit.result import Caveat

FEWEST = 10
"""Fewest people that such a judgement is made on."""


def hidden_factors(
    study: Study, answers: Answers, outcome: Outcome, changes: Iterable[tuple[str, Change]], caveats: list[Caveat]
) -> Iterator[tuple[str, Sensitivity]]:
    """Ask it of primary outcomes whose change was compared between existing groups of people who can be followed.

    Later scores are explained by the group and the score before, which is the measured factor that hidden ones are
    told in. Errors are those of the theory, for independent people.
    """
    rows = answers.frame
    drawn = study.plan.analysis.assignment == "randomised"
    if drawn or not outcome.primary or "respondent" not in rows.columns:
        return
    for side, change in changes:
        if any(one.about == "groups" for one in told(change)):
            own = rows[rows["side"] == side] if side else rows
            call = partial(_hidden_factor, study, answers, outcome, own)
            found = attempt(call, "judgement of hidden differences", outcome, caveats)
            if found is not None:
                yield side, found


def _hidden_factor(study: Study, answers: Answers, outcome: Outcome, rows: pd.DataFrame) -> Sensitivity | None:
    plan = study.plan.analysis
    pair = pair_of(study, answers.responses)
    panel = read_panel(rows, outcome=outcome.name, unit="respondent", wave="wave", group="group", waves=pair)
    first, last = panel.pairs(0, len(panel.waves) - 1)
    treated, _ = treated_code(panel, "group", plan.treated)
    if panel.group is None or len(first) < FEWEST:
        return None
    both = pd.DataFrame(
        {"after": panel.outcome[last], "before": panel.outcome[first], "part": panel.group[last] == treated}
    )
    return sensitivity(
        "after ~ part + before", both.astype(float), treatment="part", benchmarks=["before"], multiples=(1,),
        ci_level=plan.ci_level,
    )  # fmt: skip

"""Which of two scales follows the other a wave later, within people, where waves and people allow the question."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import pandas as pd

from sctoolkit.errors import DesignError
from sctoolkit.evaluation.answers import Answers
from sctoolkit.evaluation.steps.attempt import attempt
from sctoolkit.evaluation.steps.spell import rows_of_waves, sortable, spell_of
from sctoolkit.evaluation.steps.strata import sides
from sctoolkit.evaluation.study import Study
from sctoolkit.measurement.panel.cross_lagged import cross_lagged
from sctoolkit.measurement.panel.cross_lagged_result import CrossLagged
from sctoolkit.result import Caveat

FEWEST_PEOPLE = 200
FEWEST_WAVES = 3
FEWEST_CLUSTERS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class BothWays:
    """Two scales over the waves, on one side; without a result, why."""

    instrument: str
    side: str
    result: CrossLagged | None
    caveats: tuple[Caveat, ...] = ()


def both_ways(study: Study, answers: Answers) -> Iterator[BothWays]:
    """Yield the cross-lagged model of the two scales of ``[reciprocal]``, side by side."""
    if study.plan.reciprocal is None or not set(study.plan.reciprocal.scales) <= set(answers.frame.columns):
        return
    x, y = study.plan.reciprocal.scales
    waves = spell_of(study, answers.responses)
    for side, rows in sides(answers.frame):
        caveats: list[Caveat] = []
        name = f"Whether `{x}` follows `{y}` or the other way round" + (f", {side}" if side else "")
        result = attempt(partial(_model, study, rows, waves), "estimate", name, caveats)
        yield BothWays(instrument=answers.instrument.id, side=side, result=result, caveats=tuple(caveats))


def _model(study: Study, rows: pd.DataFrame, waves: tuple[str, ...]) -> CrossLagged:
    assert study.plan.reciprocal is not None, "the caller has seen to it"
    x, y = study.plan.reciprocal.scales
    if len(waves) < FEWEST_WAVES or "respondent" not in rows.columns:
        raise DesignError(
            "Three waves or more with people who can be followed are needed, and the study has none such.",
            hint="With two waves, change within people cannot be told from differences between them.",
        )
    table = rows_of_waves(rows[rows["respondent"] != ""], waves)
    answered = table[table[x].notna() & table[y].notna()]["respondent"].value_counts()
    if (answered > 1).sum() < FEWEST_PEOPLE:
        raise DesignError(
            f"At least {FEWEST_PEOPLE} people with both scores at two waves or more are needed, and there are fewer.",
            hint="Say how each scale changed.",
        )
    clustered = "organisation" in table.columns and table["organisation"].nunique() >= FEWEST_CLUSTERS
    return cross_lagged(
        table,
        x=x,
        y=y,
        waves=list(sortable(waves).values()),
        unit="respondent",
        wave="wave",
        cluster="organisation" if clustered else None,
        ci_level=study.plan.analysis.ci_level,
    )

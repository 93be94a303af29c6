"""Who gained: change in each organisation and each group of people that the plan names, drawn towards the mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import pandas as pd

from sctoolkit.change.pooling.shrunken_changes import ShrunkenChanges, shrunken_changes
from sctoolkit.disclosure.presets import get_preset
from sctoolkit.evaluation.answers import Answers
from sctoolkit.evaluation.outcome import Outcome
from sctoolkit.evaluation.steps.attempt import attempt
from sctoolkit.evaluation.steps.spell import rows_of_waves
from sctoolkit.evaluation.steps.strata import Stratum, strata
from sctoolkit.evaluation.study import Study, pair_of
from sctoolkit.result import Caveat

FEW_ORGANISATIONS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupChanges:
    """Change of one outcome by the values of one column, within one stratum; without a result, why."""

    by: str
    stratum: Stratum
    result: ShrunkenChanges | None
    caveats: tuple[Caveat, ...] = ()


def changes_by_group(study: Study, answers: Answers, outcome: Outcome) -> Iterator[GroupChanges]:
    """Yield the changes of a primary outcome by organisation and by each column of ``analysis.splits``."""
    frame, pair = answers.frame, pair_of(study, answers.responses)
    if not outcome.primary or len(pair) < 2:
        return
    for by in columns_of(study, frame):
        for stratum, rows in strata(study, frame):
            caveats: list[Caveat] = []
            call = partial(_changes, study, rows_of_waves(rows[rows[by] != ""], pair), outcome, by)
            result = attempt(call, f"change by {by}", outcome, caveats)
            caveats += [] if result is None else _few_organisations(result, by)
            yield GroupChanges(by=by, stratum=stratum, result=result, caveats=tuple(caveats))


def columns_of(study: Study, frame: pd.DataFrame) -> tuple[str, ...]:
    """Return the columns by which changes are told: organisations, then those of the plan."""
    known = ("organisation",) if "organisation" in frame.columns else ()
    return (*known, *(name for name in study.plan.analysis.splits if name in frame.columns))


def fewest_people(study: Study) -> int:
    """Return the fewest people of whom the study's disclosure rules show a mean; two without rules."""
    return max(2, get_preset(study.plan.study.disclosure).statistics_from)


def _changes(study: Study, rows: pd.DataFrame, outcome: Outcome, by: str) -> ShrunkenChanges:
    clustered = by != "organisation" and "organisation" in rows.columns
    return shrunken_changes(
        rows.rename(columns={outcome.name: outcome.label}),
        outcome=outcome.label,
        wave="wave",
        by=by,
        unit="respondent" if "respondent" in rows.columns else None,
        cluster="organisation" if clustered else None,
        minimum=fewest_people(study),
        ci_level=study.plan.analysis.ci_level,
    )


def _few_organisations(result: ShrunkenChanges, by: str) -> list[Caveat]:
    """Warn where people of one kind come from few organisations: the errors of their changes are then hardly known."""
    counts = [one.n_clusters for one in result.estimates if one.estimator == "raw" and one.n_clusters]
    if by == "organisation" or not counts or min(counts) >= FEW_ORGANISATIONS:
        return []
    sentence = (
        f"Some of the groups by {by} come from as few as {min(counts)} organisations: their intervals are less sure "
        "than they look."
    )
    return [Caveat(code="few_organisations", sentence=sentence, numbers={"n_clusters": min(counts)})]

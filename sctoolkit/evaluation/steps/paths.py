"""Along a path that the plan names: from one thing through a second, a wave later, to a third, later still."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import pandas as pd

from sctoolkit.change.designs.mediation import Mediation, mediation
from sctoolkit.errors import DesignError
from sctoolkit.evaluation.answers import Answers
from sctoolkit.evaluation.programme import Programme
from sctoolkit.evaluation.steps.attempt import attempt
from sctoolkit.evaluation.steps.dose import DOSES
from sctoolkit.evaluation.steps.spell import spell_of
from sctoolkit.evaluation.steps.strata import sides
from sctoolkit.evaluation.study import Study
from sctoolkit.evaluation.study_file import PathPlan
from sctoolkit.result import Caveat

N_DRAWS = 2000
BEFORE = ("through_before", "to_before")
"""Columns of what is held constant: the second and the third thing at the first wave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlongPath:
    """One path on one side: the waves of its three steps and what was found; without a result, why."""

    plan: PathPlan
    instrument: str
    side: str
    waves: tuple[str, ...]
    result: Mediation | None
    caveats: tuple[Caveat, ...] = ()


def paths_of(study: Study, answers: Answers, programme: Programme) -> Iterator[AlongPath]:
    """Yield each path of the plan whose scales this instrument has, side by side."""
    spell = spell_of(study, answers.responses)
    waves = (spell[0], spell[len(spell) // 2], spell[-1]) if len(spell) > 2 else spell
    for path in study.plan.path:
        if not {path.through, path.to} <= set(answers.frame.columns):
            continue
        for side, rows in sides(answers.frame):
            caveats: list[Caveat] = []
            name = f"Path from `{path.start}` through `{path.through}` to `{path.to}`" + (f", {side}" if side else "")
            call = partial(_along, study, rows, path, waves, programme)
            result = attempt(call, "estimate", name, caveats)
            yield AlongPath(
                plan=path, instrument=answers.instrument.id, side=side, waves=waves, result=result,
                caveats=tuple(caveats),
            )  # fmt: skip


def _along(study: Study, rows: pd.DataFrame, path: PathPlan, waves: tuple[str, ...], programme: Programme) -> Mediation:
    if len(waves) < 3:
        there = "there are two" if len(waves) > 1 else "there is one"
        raise DesignError(
            f"A path needs three waves, one for each of its steps, and {there}.",
            hint="With two waves, say how each thing changed; which comes first cannot be told.",
        )
    if "respondent" not in rows.columns:
        raise DesignError(
            "A path needs people who can be followed over waves, and there is no column for the respondent.",
            hint="Name it in `[columns]`: `respondent`.",
        )
    table = path_table(study, rows, path, waves, programme)
    return mediation(
        table,
        exposure="start",
        mediator="through",
        outcome="to",
        covariates=BEFORE,
        waves=(1, 2, 3),
        cluster="organisation" if "organisation" in table.columns else None,
        n_draws=N_DRAWS,
        seed=study.plan.analysis.seed,
        ci_level=study.plan.analysis.ci_level,
    )


def path_table(
    study: Study, rows: pd.DataFrame, path: PathPlan, waves: tuple[str, ...], programme: Programme
) -> pd.DataFrame:
    """Return one row a person of the first wave: the start, what it goes through and leads to, and these two before.

    A scale at the start is that of the first wave; a dose is what was counted up to the second, in steps that a slope
    is told for; a group is 1 for those who took part.
    """
    known = rows[rows["respondent"] != ""]
    at = [known[known["wave"] == wave].set_index("respondent") for wave in waves]
    table = pd.DataFrame(
        {
            "through_before": at[0][path.through],
            "to_before": at[0][path.to],
            "through": at[1][path.through].reindex(at[0].index),
            "to": at[2][path.to].reindex(at[0].index),
        }
    )
    if "organisation" in at[0].columns:
        table = table.assign(organisation=at[0]["organisation"])[at[0]["organisation"] != ""]
    if path.start == "group":
        table["start"] = (at[0]["group"] == study.plan.analysis.treated).astype(float).where(at[0]["group"] != "")
    elif path.start == "dose":
        table["start"] = _doses(study, programme, table, waves[1])
    else:
        table["start"] = at[0][path.start]
    return table.reset_index()


def _doses(study: Study, programme: Programme, table: pd.DataFrame, wave: str) -> pd.Series:
    """Return what the log counts for a person's organisation up to a wave, in steps of a size worth telling."""
    if programme.exposures is None or "organisation" not in table.columns:
        raise DesignError(
            "A path that begins with a dose needs an engagement log that can be read, and organisations.",
            hint="Add `engagement` under `[logs]` and `organisation` under `[columns]`, or begin with a score.",
        )
    counted = programme.exposures.frame()
    own = counted[counted["wave"] == wave].set_index("organisation")[study.plan.logs.dose]
    return table["organisation"].map(own) / DOSES[study.plan.logs.dose][1]

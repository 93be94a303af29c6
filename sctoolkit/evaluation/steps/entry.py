"""Comparison of organisations that entered with those that had not yet, wave by wave."""

from __future__ import annotations

from sctoolkit.change.designs.staggered_did import StaggeredDid, staggered_did
from sctoolkit.evaluation.answers import Answers
from sctoolkit.evaluation.outcome import Outcome
from sctoolkit.evaluation.programme import Programme
from sctoolkit.evaluation.study import Study, waves_of


def by_entry(study: Study, answers: Answers, outcome: Outcome, programme: Programme) -> StaggeredDid | None:
    """Compare by the time of entry; None but for primary outcomes of a study that says that entry was staggered."""
    if study.plan.analysis.assignment != "staggered" or programme.entry is None or not outcome.primary:
        return None
    numbers = {wave: place for place, wave in enumerate(waves_of(study, answers.responses), start=1)}
    rows = answers.frame[answers.frame["wave"].isin(list(numbers))].merge(programme.entry, on="organisation")
    rows = rows.assign(wave=rows["wave"].map(numbers))
    return staggered_did(
        rows.rename(columns={outcome.name: outcome.label}),
        outcome=outcome.label,
        unit="organisation",
        wave="wave",
        entry="entry",
        conf_level=study.plan.analysis.ci_level,
        seed=study.plan.analysis.seed,
    )

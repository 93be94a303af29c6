"""Comparison of organisations that entered with those that had not yet, wave by wave."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from sctoolkit.change.designs.staggered_did import StaggeredDid, staggered_did
from sctoolkit.evaluation.answers import Answers
from sctoolkit.evaluation.outcome import Outcome
from sctoolkit.evaluation.programme import Programme
from sctoolkit.evaluation.steps.attempt import attempt
from sctoolkit.evaluation.steps.strata import sides
from sctoolkit.evaluation.study import Study, waves_of
from sctoolkit.result import Caveat


def by_entry(
    study: Study, answers: Answers, outcome: Outcome, programme: Programme, caveats: list[Caveat]
) -> Iterator[tuple[str, StaggeredDid]]:
    """Compare by the time of entry, side by side; nothing but for primary outcomes where entry was staggered."""
    if study.plan.analysis.assignment != "staggered" or programme.entry is None or not outcome.primary:
        return
    numbers = {wave: place for place, wave in enumerate(waves_of(study, answers.responses), start=1)}
    rows = answers.frame[answers.frame["wave"].isin(list(numbers))].merge(programme.entry, on="organisation")
    rows = rows.assign(wave=rows["wave"].map(numbers)).rename(columns={outcome.name: outcome.label})
    for side, part in sides(rows):
        call = partial(
            staggered_did,
            part,
            outcome=outcome.label,
            unit="organisation",
            wave="wave",
            entry="entry",
            ci_level=study.plan.analysis.ci_level,
            seed=study.plan.analysis.seed,
        )
        what = f"comparison by entry on the {side} side" if side else "comparison by entry"
        found = attempt(call, what, outcome, caveats)
        if found is not None:
            yield side, found

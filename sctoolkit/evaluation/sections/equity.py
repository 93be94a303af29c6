"""Who gained: the changes of organisations and of the groups of people that the plan names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from sctoolkit.change.pooling.shrunken_changes import ShrunkenChanges
from sctoolkit.evaluation.evaluation import Evaluation, Finding
from sctoolkit.evaluation.outcome import Outcome
from sctoolkit.evaluation.sections.change import answers_of
from sctoolkit.evaluation.sections.waves import wave_name
from sctoolkit.evaluation.steps.equity import GroupChanges
from sctoolkit.evaluation.study import pair_of
from sctoolkit.report.document import Draft
from sctoolkit.report.sections.equity import GroupChange, Spread, equity_section
from sctoolkit.report.words import counted


def equity_drafts(evaluation: Evaluation) -> Iterator[Draft]:
    """Yield the section on who gained; nothing where there are no groups to tell apart."""
    found = [(finding, entry) for finding in evaluation.findings for entry in finding.equity]
    if not found:
        return
    found.sort(key=lambda one: one[1].by != "organisation")
    first, last = pair_of(evaluation.study, evaluation.answers[0].responses)
    changes = [row for finding, entry in found for row in _rows(evaluation, finding, entry)]
    spreads = [_spread(finding.outcome, entry, entry.result) for finding, entry in found if entry.result is not None]
    told = {caveat.sentence: caveat for _, entry in found for caveat in entry.caveats}
    yield equity_section(
        changes,
        spreads,
        first=wave_name(first),
        last=wave_name(last),
        level=evaluation.study.plan.analysis.ci_level,
        caveats=list(told.values()),
    )


def _rows(evaluation: Evaluation, finding: Finding, entry: GroupChanges) -> Iterator[GroupChange]:
    """Yield the groups that are shown, in the order of their names, then those too small together."""
    if entry.result is None:
        return
    outcome, by = finding.outcome, entry.by
    raw = {one.group: one.estimate for one in entry.result.estimates if one.estimator == "raw"}
    made = partial(GroupChange, scale=outcome.key, label=outcome.label, by=by, side=entry.stratum.name)
    for one in entry.result.estimates:
        if one.estimator == "shrunken":
            yield made(
                group=str(one.group),
                n=one.n_obs,
                estimate=one.estimate,
                ci_low=one.ci_low,
                ci_high=one.ci_high,
                raw=raw[one.group],
            )
    withheld = entry.result.withheld
    if withheld:
        n = _people(evaluation, outcome, entry, withheld)
        yield made(group=counted("equity.others", len(withheld)), n=n)


def _people(evaluation: Evaluation, outcome: Outcome, entry: GroupChanges, groups: Sequence[str]) -> int:
    """Return how many people of some groups have a score at the wave at which they are most."""
    answers = answers_of(evaluation, outcome)
    rows = answers.frame[answers.frame[outcome.name].notna() & answers.frame[entry.by].isin(groups)]
    for role, value in (("side", entry.stratum.side), ("group", entry.stratum.group)):
        rows = rows[rows[role] == value] if value else rows
    counts = [int((rows["wave"] == wave).sum()) for wave in pair_of(evaluation.study, answers.responses)]
    return max(counts)


def _spread(outcome: Outcome, entry: GroupChanges, result: ShrunkenChanges) -> Spread:
    mean = next(one for one in result.estimates if one.role == "primary")
    new = next(one for one in result.estimates if one.estimator == "prediction interval")
    open_ended = entry.by == "organisation"
    return Spread(
        scale=outcome.key,
        label=outcome.label,
        by=entry.by,
        side=entry.stratum.name,
        n_groups=int(mean.n_clusters or 0),
        n=mean.n_obs,
        mean=mean.estimate,
        ci_low=mean.ci_low if open_ended else float("nan"),
        ci_high=mean.ci_high if open_ended else float("nan"),
        spread=result.spread,
        new_low=new.ci_low if open_ended else float("nan"),
        new_high=new.ci_high if open_ended else float("nan"),
    )

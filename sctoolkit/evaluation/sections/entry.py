"""Comparison of organisations that entered with those that had not yet."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from sctoolkit.change.designs.staggered_did import StaggeredDid
from sctoolkit.change.route.estimates import Estimate
from sctoolkit.evaluation.evaluation import Evaluation
from sctoolkit.evaluation.outcome import Outcome
from sctoolkit.evaluation.sections.change import answers_of
from sctoolkit.evaluation.sections.naming import outcome_caveats
from sctoolkit.evaluation.study import waves_of
from sctoolkit.report.document import Draft
from sctoolkit.report.sections.by_entry import EntryClaim, EntryGain, by_entry_section


def entry_drafts(evaluation: Evaluation) -> Iterator[Draft]:
    """Comparison of organisations that entered with those that had not yet; nothing where none was made."""
    found = [(finding.outcome, side, result) for finding in evaluation.findings for side, result in finding.by_entry]
    if not found:
        return
    gains = [gain for outcome, side, result in found for gain in _gains(evaluation, outcome, side, result)]
    claims = [
        EntryClaim(label=outcome.label, sentence=result.claim, rung=result.rung, side=side)
        for outcome, side, result in found
    ]
    caveats = outcome_caveats((_of_side(outcome, side), result.caveats) for outcome, side, result in found)
    yield by_entry_section(gains, claims, level=evaluation.study.plan.analysis.ci_level, caveats=caveats)


def _of_side(outcome: Outcome, side: str) -> Outcome:
    """Return an outcome under the name of one side, for remarks on it."""
    return replace(outcome, name=f"{outcome.name} {side}", label=f"{outcome.label}, {side}") if side else outcome


def _gains(evaluation: Evaluation, outcome: Outcome, side: str, result: StaggeredDid) -> Iterator[EntryGain]:
    n = _people(evaluation, outcome, side)
    shown = [e for e in result.estimates if e.role != "detail" or e.estimator == "by waves since entry"]
    for estimate in sorted(shown, key=_place):
        open_ended = math.isinf(estimate.ci_low) and math.isinf(estimate.ci_high)
        low, high = (math.nan, math.nan) if open_ended else (estimate.ci_low, estimate.ci_high)
        yield EntryGain(
            scale=outcome.key,
            label=outcome.label,
            side=side,
            what=_what(estimate),
            kind=estimate.role,
            estimate=estimate.estimate,
            ci_low=low,
            ci_high=high,
            p_value=estimate.p_value,
            n=n,
            n_organisations=estimate.n_clusters or 0,
        )


def _people(evaluation: Evaluation, outcome: Outcome, side: str) -> int:
    """People with a value at any wave; answers where nobody can be followed."""
    answers = answers_of(evaluation, outcome)
    frame = answers.frame
    rows = frame[frame[outcome.name].notna() & frame["wave"].isin(waves_of(evaluation.study, answers.responses))]
    rows = rows[rows["side"] == side] if side else rows
    if "respondent" not in rows.columns:
        return len(rows)
    return int(rows.loc[rows["respondent"] != "", "respondent"].nunique() + (rows["respondent"] == "").sum())


def _place(estimate: Estimate) -> int:
    """Reading order: on average, by permutation, by waves since entry, before entry."""
    if estimate.estimator.startswith("permutation"):
        return 1
    return 0 if not estimate.term else 3 if " before " in estimate.term else 2


def _what(estimate: Estimate) -> str:
    """Return what a row is, in words."""
    if not estimate.term:
        permuted = estimate.estimator.startswith("permutation")
        return "on average, entries in any other order" if permuted else "on average"
    kind, _, number = estimate.term.partition(": ")
    waves = "1 wave" if number == "1" else f"{number} waves"
    if " before " in kind:
        return f"{waves} before entry (0 expected)"
    return "at the first wave after entry" if number == "0" else f"{waves} later"

"""Comparison of organisations that entered with those that had not yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sctoolkit.change.designs.staggered_did import StaggeredDid
from sctoolkit.change.designs.staggered_rows import BY_ORDER, BY_WAVE_SINCE_ENTRY
from sctoolkit.change.route.estimates import Estimate
from sctoolkit.evaluation.evaluation import Evaluation
from sctoolkit.evaluation.outcome import Outcome
from sctoolkit.evaluation.sections.change import answers_of
from sctoolkit.evaluation.sections.naming import outcome_caveats
from sctoolkit.evaluation.study import waves_of
from sctoolkit.report.document import Draft
from sctoolkit.report.sections.by_entry import EntryGain, by_entry_section
from sctoolkit.report.sections.one_table import Said
from sctoolkit.report.words import capital, listed
from sctoolkit.result import Caveat


def entry_drafts(evaluation: Evaluation) -> Iterator[Draft]:
    """Comparison of organisations that entered with those that had not yet; nothing where none was made."""
    found = [(finding.outcome, side, result) for finding in evaluation.findings for side, result in finding.by_entry]
    if not found:
        return
    gains = [gain for outcome, side, result in found for gain in _gains(evaluation, outcome, side, result)]
    caveats = outcome_caveats((_of_side(outcome, side), _remarks(result)) for outcome, side, result in found)
    level = evaluation.study.plan.analysis.ci_level
    yield by_entry_section(gains, list(_claims(found)), level=level, caveats=caveats)


def _claims(found: list[tuple[Outcome, str, StaggeredDid]]) -> Iterator[Said]:
    """Return what may be said, once for all sides of which it is the same."""
    said: dict[tuple[str, str], list[str]] = {}
    for _, side, result in found:
        said.setdefault((result.claim, result.rung), []).append(side)
    for (sentence, rung), sides in said.items():
        told = f"{capital(listed(sides))}: {sentence[:1].lower()}{sentence[1:]}" if all(sides) else sentence
        yield Said(sentence=told, rung=rung)


def _remarks(result: StaggeredDid) -> tuple[Caveat, ...]:
    """Return the remarks but a joint test of one difference, whose p stands in the table."""
    return tuple(
        caveat
        for caveat in result.caveats
        if caveat.code != "waves_before_entry" or caveat.numbers["n_differences"] != 1
    )


def _of_side(outcome: Outcome, side: str) -> Outcome:
    """Return an outcome under the name of one side, for remarks on it."""
    return replace(outcome, name=f"{outcome.name} {side}", label=f"{outcome.label}, {side}") if side else outcome


def _gains(evaluation: Evaluation, outcome: Outcome, side: str, result: StaggeredDid) -> Iterator[EntryGain]:
    n = _people(evaluation, outcome, side)
    shown = [e for e in result.estimates if e.role != "detail" or e.estimator == BY_WAVE_SINCE_ENTRY]
    for estimate in sorted(shown, key=_place):
        yield EntryGain(
            scale=outcome.key,
            label=outcome.label,
            side=side,
            what=_what(estimate),
            kind=estimate.role,
            estimate=estimate.estimate,
            ci_low=estimate.ci_low,
            ci_high=estimate.ci_high,
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
    """Reading order: what the claim is about, the other average, by waves since entry, before entry."""
    if estimate.term:
        return 3 if " before " in estimate.term else 2
    return 0 if estimate.role == "primary" else 1


def _what(estimate: Estimate) -> str:
    """Return what a row is, in words."""
    if not estimate.term:
        return "by order of entry" if estimate.estimator == BY_ORDER else _average(estimate)
    kind, _, number = estimate.term.partition(": ")
    waves = "1 wave" if number == "1" else f"{number} waves"
    if " before " in kind:
        return f"{waves} before (0 expected)"
    return "first wave after" if number == "0" else f"{waves} later"


def _average(estimate: Estimate) -> str:
    """Return how the average with errors from organisations is called; it may have to leave single ones out."""
    return "on average" if "without" not in estimate.method else "on average, without single organisations"

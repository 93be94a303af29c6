"""Comparison of organisations that entered with those that had not yet."""

from __future__ import annotations

from collections.abc import Iterator

from sctoolkit.change.staggered_did import StaggeredDid
from sctoolkit.evaluation.evaluate import Evaluation
from sctoolkit.evaluation.outcome import Outcome
from sctoolkit.evaluation.sections.change import answers_of
from sctoolkit.report.document import Draft
from sctoolkit.report.sections.by_entry import EntryClaim, EntryGain, by_entry_section


def entry_drafts(evaluation: Evaluation) -> Iterator[Draft]:
    """Comparison of organisations that entered with those that had not yet; nothing where none was made."""
    found = [(finding.outcome, finding.by_entry) for finding in evaluation.findings if finding.by_entry is not None]
    if not found:
        return
    gains = [gain for outcome, result in found for gain in _gains(evaluation, outcome, result)]
    claims = [EntryClaim(label=outcome.label, sentence=result.claim, rung=result.rung) for outcome, result in found]
    told = {caveat.sentence: caveat for _, result in found for caveat in result.caveats}
    level = evaluation.study.plan.analysis.ci_level
    yield by_entry_section(gains, claims, level=level, caveats=list(told.values()))


def _gains(evaluation: Evaluation, outcome: Outcome, result: StaggeredDid) -> Iterator[EntryGain]:
    frame = answers_of(evaluation, outcome).frame
    n = int((frame[outcome.name].notna() & frame["wave"].isin(result.provenance.waves or frame["wave"])).sum())
    for estimate in result.estimates:
        if estimate.role == "detail" and estimate.estimator != "by waves since entry":
            continue
        permuted = estimate.estimator.startswith("permutation")
        yield EntryGain(
            scale=outcome.name,
            label=outcome.label,
            what=estimate.term or ("on average, by permutation of the order of entry" if permuted else "on average"),
            kind=estimate.role,
            estimate=estimate.estimate,
            ci_low=estimate.ci_low,
            ci_high=estimate.ci_high,
            p_value=estimate.p_value,
            n=n,
            n_organisations=estimate.n_clusters or 0,
        )

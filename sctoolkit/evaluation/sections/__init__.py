"""From results to the sections of a report: each module hands one section builder what it needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sctoolkit.evaluation.evaluation import Evaluation
from sctoolkit.evaluation.sections.beliefs import beliefs_drafts
from sctoolkit.evaluation.sections.change import change_drafts
from sctoolkit.evaluation.sections.claim import claim_draft
from sctoolkit.evaluation.sections.dimensions import dimensions_drafts
from sctoolkit.evaluation.sections.dose import dose_drafts
from sctoolkit.evaluation.sections.doubts import doubts_drafts
from sctoolkit.evaluation.sections.entry import entry_drafts
from sctoolkit.evaluation.sections.equity import equity_drafts
from sctoolkit.evaluation.sections.hidden_factor import hidden_factor_drafts
from sctoolkit.evaluation.sections.latent import latent_drafts
from sctoolkit.evaluation.sections.measurement import reliability_drafts, structure_drafts
from sctoolkit.evaluation.sections.missing import missing_drafts
from sctoolkit.evaluation.sections.paths import paths_drafts, reciprocal_drafts
from sctoolkit.evaluation.sections.persons import persons_drafts
from sctoolkit.evaluation.sections.places import places_drafts
from sctoolkit.evaluation.sections.quality import quality_draft
from sctoolkit.evaluation.sections.scores import scores_draft
from sctoolkit.evaluation.sections.size import size_drafts
from sctoolkit.evaluation.sections.who import who_draft
from sctoolkit.report.document import Draft

RESULTS, DOUBTS, MEASUREMENT = "What was found", "How sure it is", "How it was measured"
"""Parts of a report."""


def drafts(evaluation: Evaluation) -> tuple[Draft, ...]:
    """Return the sections in reading order, before disclosure control: what was found, how sure, how measured."""
    parts = (
        (RESULTS, _results(evaluation)),
        (DOUBTS, _doubts(evaluation)),
        (MEASUREMENT, _measurement(evaluation)),
    )
    return tuple(replace(draft, part=part) for part, listed in parts for draft in listed)


def _results(evaluation: Evaluation) -> Iterator[Draft]:
    """Who answered, what changed, for whom, and what may be said of it."""
    yield who_draft(evaluation)
    yield from change_drafts(evaluation)
    yield from size_drafts(evaluation)
    yield from persons_drafts(evaluation)
    yield from equity_drafts(evaluation)
    yield from beliefs_drafts(evaluation)
    yield from entry_drafts(evaluation)
    yield from dose_drafts(evaluation)
    yield from paths_drafts(evaluation)
    yield from reciprocal_drafts(evaluation)
    yield claim_draft(evaluation)


def _doubts(evaluation: Evaluation) -> Iterator[Draft]:
    """What would speak against the change that is told."""
    yield from missing_drafts(evaluation)
    yield from doubts_drafts(evaluation)
    yield from hidden_factor_drafts(evaluation)
    yield from latent_drafts(evaluation)


def _measurement(evaluation: Evaluation) -> Iterator[Draft]:
    """Answers, scores, and what they are worth."""
    yield scores_draft(evaluation)
    yield from reliability_drafts(evaluation)
    yield from places_drafts(evaluation)
    yield from structure_drafts(evaluation)
    yield from dimensions_drafts(evaluation)
    yield quality_draft(evaluation)

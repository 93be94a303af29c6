"""From results to the sections of a report: each module hands one section builder what it needs."""

from __future__ import annotations

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


def drafts(evaluation: Evaluation) -> tuple[Draft, ...]:
    """Return the sections in reading order, before disclosure control."""
    return (
        who_draft(evaluation),
        *change_drafts(evaluation),
        *size_drafts(evaluation),
        *persons_drafts(evaluation),
        *equity_drafts(evaluation),
        *beliefs_drafts(evaluation),
        *entry_drafts(evaluation),
        *dose_drafts(evaluation),
        *paths_drafts(evaluation),
        *reciprocal_drafts(evaluation),
        claim_draft(evaluation),
        *doubts_drafts(evaluation),
        *hidden_factor_drafts(evaluation),
        *latent_drafts(evaluation),
        *missing_drafts(evaluation),
        scores_draft(evaluation),
        *reliability_drafts(evaluation),
        *places_drafts(evaluation),
        *structure_drafts(evaluation),
        *dimensions_drafts(evaluation),
        quality_draft(evaluation),
    )

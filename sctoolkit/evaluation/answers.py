"""One instrument's answers: read, audited, linked and scored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from sctoolkit.evaluation.outcome import outcome_frame
from sctoolkit.evaluation.study import Study
from sctoolkit.instrument.model import Instrument
from sctoolkit.scoring.score import score
from sctoolkit.scoring.scores import Scores
from sctoolkit.survey.combine import combine
from sctoolkit.survey.link import link
from sctoolkit.survey.linkage import Linkage
from sctoolkit.survey.quality import Quality, check
from sctoolkit.survey.read import read
from sctoolkit.survey.responses import Responses

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """One instrument's answers: audited, linked and scored."""

    instrument: Instrument
    responses: Responses
    quality: Quality
    linkage: Linkage | None
    scores: Scores
    frame: pd.DataFrame


def answers_to(study: Study, instrument: Instrument, say: Say) -> Answers:
    """Read, audit, link and score one instrument."""
    responses = combine(*(_read(study, instrument, index, say) for index in range(len(study.plan.file))))
    say("Auditing the answers")
    quality = check(responses)
    linkage = None
    if study.plan.linkage.tolerance and "respondent" in responses.roles and len(responses.waves()) > 1:
        say("Linking people over waves")
        linkage = link(responses, key="respondent", tolerance=study.plan.linkage.tolerance)
        responses = linkage.responses
    say("Scoring")
    scores = score(responses)
    assert len(scores.values) == responses.n, "every row must be scored or have a reason"
    frame = outcome_frame(scores, study.plan.analysis.items)
    return Answers(
        instrument=instrument, responses=responses, quality=quality, linkage=linkage, scores=scores, frame=frame
    )


def _read(study: Study, instrument: Instrument, index: int, say: Say) -> Responses:
    """Read one file of the plan."""
    plan, entry = study.plan, study.plan.file[index]
    say(f"Reading {entry.path}")
    items = {code: column for code, column in plan.columns.items.items() if code in instrument.by_code}
    asked = {code: columns for code, columns in plan.asked.items() if code in instrument.by_code}
    return read(
        study.path(entry.path),
        instrument,
        format=entry.format,
        sheet=entry.sheet,
        encoding=entry.encoding,
        delimiter=entry.delimiter,
        mapping=None if entry.mapping is None else study.path(entry.mapping),
        item_columns=entry.item_columns,
        wave=entry.wave,
        side=entry.side,
        columns={**plan.columns.roles(), **items},
        missing_codes=plan.missing_codes,
        answers=plan.answers,
        asked=asked,
        consent=plan.consent or None,
        multiple=plan.multiple or None,
        keep=plan.columns.keep,
    )

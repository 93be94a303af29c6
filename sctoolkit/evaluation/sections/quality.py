"""Flags, and scores that were not given."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sctoolkit.evaluation.evaluate import Answers, Evaluation
from sctoolkit.evaluation.sections.waves import wave_name
from sctoolkit.evaluation.study import waves_of
from sctoolkit.report.document import Draft
from sctoolkit.report.sections.data_quality import Flag, NotScored, data_quality
from sctoolkit.scoring.scores import SCORE_REASONS, SCORED

FLAG_RULES: dict[str, str] = {
    "straight_lining": "one answer throughout a block that holds reversed items",
    "long_string": "a long run of one answer",
    "variability": "hardly any difference between answers",
    "even_odd": "answers to like items that do not go together",
    "distance": "a pattern far from all others",
    "alike": "nearly the same answers as somebody else",
    "unanswered": "many questions left open",
    "seconds_per_item": "answered faster than one can read",
    "share_of_median_duration": "much faster than others",
}


def quality_draft(evaluation: Evaluation) -> Draft:
    """Return the section on flagged answers and on scores that were not given."""
    flags = [flag for answers in evaluation.answers for flag in _flags(evaluation, answers)]
    return data_quality(flags, [row for answers in evaluation.answers for row in _not_scored(evaluation, answers)])


def _flags(evaluation: Evaluation, answers: Answers) -> Iterator[Flag]:
    """How many rows each quality index flags, wave by wave; indices that flag nobody by rule are left out."""
    quality = answers.quality
    wave = answers.responses.roles["wave"]
    for place, name in enumerate(quality.names):
        if quality.flags[:, place].any():
            for at in waves_of(evaluation.study, answers.responses):
                count = int(quality.flags[wave == at, place].sum())
                yield Flag(name=name.replace("_", " "), rule=FLAG_RULES.get(name, ""), n=count, wave=wave_name(at))


def _not_scored(evaluation: Evaluation, answers: Answers) -> Iterator[NotScored]:
    scores = answers.scores
    wave = scores.roles["wave"]
    shown = {finding.outcome.name: finding.outcome.label for finding in evaluation.findings if finding.outcome.is_scale}
    for place, name in enumerate(scores.scales):
        if name not in shown:
            continue
        for at in waves_of(evaluation.study, answers.responses):
            reasons = scores.reasons[wave == at, place]
            for number, count in zip(*np.unique(reasons[reasons != SCORED], return_counts=True), strict=True):
                reason = SCORE_REASONS[int(number)].replace("_", " ")
                yield NotScored(scale=name, label=shown[name], reason=reason, n=int(count), wave=wave_name(at))

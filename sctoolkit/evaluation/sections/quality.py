"""Flags, and scores that were not given."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from sctoolkit.evaluation.answers import Answers
from sctoolkit.evaluation.evaluation import Evaluation
from sctoolkit.evaluation.sections.waves import wave_name
from sctoolkit.evaluation.study import waves_of
from sctoolkit.evaluation.took_part import took_part
from sctoolkit.report.document import Draft
from sctoolkit.report.sections.data_quality import Flag, NotScored, data_quality
from sctoolkit.scoring.scores import SCORE_REASONS, SCORED

FLAGS: dict[str, tuple[str, str]] = {
    "straight_lining": ("Straight lining", "one answer throughout a block that holds reversed items"),
    "long_string": ("Long run", "a long run of one answer"),
    "variability": ("Little variation", "hardly any difference between answers"),
    "even_odd": ("Inconsistent", "answers to like items that do not go together"),
    "distance": ("Unusual pattern", "a pattern far from all others"),
    "alike": ("Near duplicate", "nearly the same answers as somebody else"),
    "unanswered": ("Unanswered", "many questions left open"),
    "seconds_per_item": ("Fast", "answered faster than one can read"),
    "share_of_median_duration": ("Faster than others", "much less time than others took"),
}
"""Index -> name and rule in words."""


def quality_draft(evaluation: Evaluation) -> Draft:
    """Return the section on flagged answers and on scores that were not given."""
    present = took_part(evaluation.answers)
    flags = [flag for answers in evaluation.answers for flag in _flags(evaluation, answers, present)]
    missing = [row for answers in evaluation.answers for row in _not_scored(evaluation, answers, present)]
    return data_quality(flags, missing)


def _flags(evaluation: Evaluation, answers: Answers, present: npt.NDArray[np.bool_]) -> Iterator[Flag]:
    """How many people each quality index flags, wave by wave; indices that flag nobody by rule are left out."""
    flags = answers.quality.flags & present[:, None]
    wave = answers.responses.roles["wave"]
    several = len(evaluation.answers) > 1
    for place, name in enumerate(answers.quality.names):
        if flags[:, place].any():
            title, rule = FLAGS.get(name, (name.replace("_", " ").capitalize(), ""))
            about = answers.instrument.name if several else ""
            for at in waves_of(evaluation.study, answers.responses):
                n = int(flags[wave == at, place].sum())
                yield Flag(name=title, rule=rule, n=n, wave=wave_name(at), instrument=about)


def _not_scored(evaluation: Evaluation, answers: Answers, present: npt.NDArray[np.bool_]) -> Iterator[NotScored]:
    """How many of those who took part have no score on a scale, with the reason."""
    scores = answers.scores
    wave = scores.roles["wave"]
    own = [
        f.outcome for f in evaluation.findings if f.outcome.is_scale and f.outcome.instrument == answers.instrument.id
    ]
    shown = {outcome.name: outcome for outcome in own}
    for place, name in enumerate(scores.scales):
        if name not in shown:
            continue
        for at in waves_of(evaluation.study, answers.responses):
            reasons = scores.reasons[(wave == at) & present, place]
            for number, count in zip(*np.unique(reasons[reasons != SCORED], return_counts=True), strict=True):
                reason = SCORE_REASONS[int(number)].replace("_", " ")
                n, at_wave = int(count), wave_name(at)
                yield NotScored(scale=shown[name].key, label=shown[name].label, reason=reason, n=n, wave=at_wave)

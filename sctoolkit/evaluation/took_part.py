"""Who took part: a panel file also holds rows of people who were not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sctoolkit.survey.responses import REASONS, Responses

if TYPE_CHECKING:
    from sctoolkit.evaluation.answers import Answers

ABSENT: tuple[int, ...] = (REASONS.index("skipped"), REASONS.index("not_asked"))
"""Reasons of which a row may be made up without anybody having answered."""


def took_part(answers: tuple[Answers, ...]) -> npt.NDArray[np.bool_]:
    """Return which rows hold an answer, or a typed "don't know" or refusal, to an item of any instrument.

    Parameters
    ----------
    answers : tuple of Answers
        All instruments of a study; they were read from the same files, hence have the same rows.

    Returns
    -------
    (n,) bool array
    """
    together: npt.NDArray[np.bool_] = np.any([replied(one.responses) for one in answers], axis=0)
    return together


def replied(responses: Responses) -> npt.NDArray[np.bool_]:
    """Return which rows hold a reply to an item of one instrument."""
    replies: npt.NDArray[np.bool_] = ~np.isin(responses.reasons, ABSENT)
    return np.asarray(replies.any(axis=1), dtype=np.bool_)

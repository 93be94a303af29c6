"""From answer codes to values: what a code scores, turned where the item is reverse-keyed."""

from __future__ import annotations

import numpy as np

from sctoolkit.instrument.model import Instrument
from sctoolkit.result import FloatArray


def item_values(instrument: Instrument, code: str, answers: FloatArray) -> FloatArray:
    """Return the score values of the answer codes of one item, before keying; nan stays nan."""
    response = instrument.response_of(code)
    moved = [answer for answer in response.codes if answer.score != answer.code]
    values = answers.copy()
    for answer in moved:
        values[answers == answer.code] = answer.score
    return values


def keyed_values(instrument: Instrument, code: str, answers: FloatArray) -> FloatArray:
    """Return keyed values of one item: ``low + high - value`` where it is reverse-keyed, nan where nobody knows."""
    keying = instrument.by_code[code].keying
    if keying is None:
        return np.full_like(answers, np.nan)
    values = item_values(instrument, code, answers)
    if keying == 1:
        return values
    response = instrument.response_of(code)
    return np.subtract(response.low + response.high, values, out=values)

"""From answer codes to keyed item values: the value of a code, turned where the item is reverse-keyed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sctoolkit.errors import DataError, did_you_mean
from sctoolkit.instrument.model import Instrument
from sctoolkit.result import FloatArray

if TYPE_CHECKING:
    from sctoolkit.scoring.scores import Scores
    from sctoolkit.survey.responses import Responses


def item_values(instrument: Instrument, code: str, answers: FloatArray) -> FloatArray:
    """Return the score values of the answer codes of one item, before keying; nan stays nan."""
    response = instrument.response_of(code)
    moved = [answer for answer in response.codes if answer.score != answer.code]
    if not moved:
        return answers.copy()
    values = answers.copy()
    for answer in moved:
        values[answers == answer.code] = answer.score
    return values


def keyed_values(instrument: Instrument, code: str, answers: FloatArray) -> FloatArray:
    """Return keyed values of one item: ``low + high - value`` where it is reverse-keyed, nan where nobody knows."""
    values = item_values(instrument, code, answers)
    keying = instrument.by_code[code].keying
    if keying is None:
        return np.full_like(values, np.nan)
    response = instrument.response_of(code)
    return values if keying == 1 else response.low + response.high - values


def keyed_frame(data: Scores | Responses, scale: str | None) -> pd.DataFrame:
    """Return the keyed items of a scale (all items that the data have, without ``scale``), one row a row of the data.

    Raises
    ------
    DataError
        If the instrument has no such scale, or none of its items are in the data.
    """
    responses = data.responses if hasattr(data, "responses") else data
    instrument = responses.instrument
    if scale is not None and scale not in instrument.scale:
        raise DataError(
            f"`scale` must be a scale of `{instrument.id}`, not `{scale}`.", hint=did_you_mean(scale, instrument.scale)
        )
    wanted = responses.items if scale is None else instrument.scale[scale].items
    present = [code for code in wanted if code in responses.items]
    if not present:
        raise DataError(
            f"The data must hold items of scale `{scale}`, and they hold none.",
            where=f"Its items: {', '.join(wanted)}.",
        )
    columns = {
        code: keyed_values(instrument, code, responses.codes[:, responses.items.index(code)]) for code in present
    }
    return pd.DataFrame(columns)

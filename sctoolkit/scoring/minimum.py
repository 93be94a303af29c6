"""How many items must be answered before a score is given: the scale's minimum, or that of the form used."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
import numpy.typing as npt

from sctoolkit.instrument.model import Instrument, Scale
from sctoolkit.survey.responses import REASONS, Responses


def minimum_of(instrument: Instrument, scale: Scale, asked: Collection[str]) -> int:
    """Return the minimum for people who were put the items ``asked``: that of the shortest form which carries them."""
    for form, minimum in form_minima(instrument, scale):
        if not beyond(instrument, scale, form) & set(asked):
            return minimum
    return scale.minimum or len(scale.items)


def row_minima(responses: Responses, scale: Scale) -> npt.NDArray[np.int64]:
    """Return the minimum of every row, (n,): a row of a short form was put none of the items beyond it."""
    instrument = responses.instrument
    minima = np.full(responses.n, scale.minimum or len(scale.items), dtype=np.int64)
    for form, minimum in reversed(list(form_minima(instrument, scale))):
        places = [responses.items.index(code) for code in beyond(instrument, scale, form) if code in responses.items]
        short = (responses.reasons[:, places] == REASONS.index("not_asked")).all(axis=1)
        minima[short] = minimum
    return minima


def form_minima(instrument: Instrument, scale: Scale) -> Iterator[tuple[str, int]]:
    """Yield the forms that have a minimum of their own, the shortest first."""
    for form in instrument.instrument.forms:
        if form in scale.form_minimum:
            yield form, scale.form_minimum[form]


def beyond(instrument: Instrument, scale: Scale, form: str) -> set[str]:
    """Return the items of the scale that the form does not carry."""
    return set(scale.items) - {item.code for item in instrument.items_of_form(form)}

"""The indices that `check` gives each row, and from which value on a row is flagged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.errors import NotIdentifiedError
from sctoolkit.instrument.keying import keyed_values
from sctoolkit.numerics.reliability import careless
from sctoolkit.result import FloatArray
from sctoolkit.survey.blocks import halvable_scales, item_blocks, turned_blocks
from sctoolkit.survey.responses import ANSWERED, REASONS, Responses

MOST_COMPARED = 20_000
"""Rows up to which answers are compared pair by pair; beyond, only equal ones are found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """From which value on an index flags a row; conventions, where no source is named.

    ``straight_items``: answers in a block of both directions that must all be equal. ``seconds_per_item``: 2 (Huang et
    al. 2012, doi:10.1007/s10869-011-9231-8). ``share_of_median``: of the wave's median duration. ``even_odd``, with at
    least ``even_odd_scales`` scales. ``distance_p``: chance of the distance under normality. ``alike``, with at least
    ``alike_items`` answers in common. ``unanswered``: share of the items put to a person.
    """

    straight_items: int = 4
    seconds_per_item: float = 2.0
    share_of_median: float = 1 / 3
    even_odd: float = 0.30
    even_odd_scales: int = 4
    distance_p: float = 0.001
    alike: float = 0.95
    alike_items: int = 10
    unanswered: float = 0.5


@dataclass(frozen=True, slots=True)
class Index:
    """One index: a value a row (nan where it cannot be had) and which rows it flags (None: it flags nobody)."""

    values: FloatArray
    flags: npt.NDArray[np.bool_] | None


def straight_lining(responses: Responses, limits: Limits) -> Index:
    """Most answers given alike throughout a block of both directions; 0 where answers differ."""
    values = np.full(responses.n, np.nan)
    for block in turned_blocks(responses.instrument, responses.items):
        answers = _codes(responses, block)
        count = (~np.isnan(answers)).sum(axis=1)
        spread = careless.response_variability(answers)
        flat = np.where(spread == 0, count, 0.0)
        values = np.where(count >= limits.straight_items, np.fmax(values, flat), values)
    return Index(values, values >= limits.straight_items)


def long_string(responses: Responses, limits: Limits) -> Index:
    """Longest run of equal answers within a block of one response scale; no accepted limit, so nobody is flagged."""
    runs = [
        careless.longest_run(_codes(responses, block)) for block in item_blocks(responses.instrument, responses.items)
    ]
    values = np.max(runs, axis=0).astype(np.float64)
    return Index(np.where(responses.took_part, values, np.nan), None)


def variability(responses: Responses, limits: Limits) -> Index:
    """SD of a person's answers in the longest block; no accepted limit, so nobody is flagged."""
    block = max(item_blocks(responses.instrument, responses.items), key=len)
    return Index(careless.response_variability(_codes(responses, block)), None)


def even_odd(responses: Responses, limits: Limits) -> Index | None:
    """Even-odd consistency over scales; None where there are too few of them."""
    scales = halvable_scales(responses.instrument, responses.items)
    if len(scales) < limits.even_odd_scales:
        return None
    values = careless.even_odd([_keyed(responses, scale) for scale in scales])
    return Index(values, values < limits.even_odd)


def distance(responses: Responses, limits: Limits) -> Index | None:
    """Chance, under normality, of answers as far from the mean; None where the covariance cannot be had."""
    known = [code for code in responses.items if responses.instrument.by_code[code].keyed]
    values = _keyed(responses, known)
    varied = [place for place in range(len(known)) if np.nanmax(values[:, place], initial=-np.inf)
              > np.nanmin(values[:, place], initial=np.inf)]  # fmt: skip
    if len(varied) < 2:
        return None
    try:
        p_value = careless.chance_of_distance(values[:, varied])
    except NotIdentifiedError:
        return None
    return Index(p_value, p_value < limits.distance_p)


def twins(responses: Responses, limits: Limits) -> Index | None:
    """Largest share of equal answers with anybody else in the wave; None for questionnaires of few items."""
    if len(responses.items) < limits.alike_items:
        return None
    waves = responses.roles.get("wave", np.full(responses.n, "", dtype=object))
    values = np.full(responses.n, np.nan)
    for wave in dict.fromkeys(waves.tolist()):
        rows = np.flatnonzero(waves == wave)
        if len(rows) <= MOST_COMPARED:
            values[rows] = careless.most_alike(responses.codes[rows], least=limits.alike_items)
        else:
            values[rows] = _equal(responses.codes[rows], limits.alike_items)
    return Index(values, values >= limits.alike)


def _equal(codes: FloatArray, least: int) -> FloatArray:
    """Return 1 for rows that equal another one, 0 for the others, nan for those with too few answers."""
    given = ~np.isnan(codes)
    flat = np.nanmax(np.where(given, codes, -np.inf), axis=1) <= np.nanmin(np.where(given, codes, np.inf), axis=1)
    repeated = pd.DataFrame(codes).duplicated(keep=False).to_numpy(dtype=np.float64)
    return np.where((given.sum(axis=1) < least) | flat, np.nan, repeated)


def unanswered(responses: Responses, limits: Limits) -> Index:
    """Share of the items put to a person that got no answer, for whatever reason; nan where none was put."""
    put = (responses.reasons != REASONS.index("not_asked")).sum(axis=1)
    answered = (responses.reasons == ANSWERED).sum(axis=1)
    values = np.divide(put - answered, put, out=np.full(responses.n, np.nan), where=put > 0)
    return Index(values, values > limits.unanswered)


def speed(responses: Responses, limits: Limits) -> Mapping[str, Index]:
    """Seconds an answered item, and duration as a share of the wave's median; nothing without a duration."""
    if "duration" not in responses.roles:
        return {}
    seconds = responses.role("duration")
    answered = (responses.reasons == ANSWERED).sum(axis=1)
    each = np.divide(seconds, answered, out=np.full(responses.n, np.nan), where=answered > 0)
    share = np.full(responses.n, np.nan)
    waves = responses.roles.get("wave", np.full(responses.n, "", dtype=object))
    for wave in dict.fromkeys(waves.tolist()):
        rows = np.flatnonzero((waves == wave) & np.isfinite(seconds) & (answered > 0))
        median = float(np.median(seconds[rows])) if len(rows) else 0.0
        if median > 0:
            share[rows] = seconds[rows] / median
    return {
        "seconds_per_item": Index(each, each < limits.seconds_per_item),
        "share_of_median_duration": Index(share, share < limits.share_of_median),
    }


def _codes(responses: Responses, block: Sequence[str]) -> FloatArray:
    return responses.codes[:, [responses.items.index(code) for code in block]]


def _keyed(responses: Responses, codes: Sequence[str]) -> FloatArray:
    columns = [
        keyed_values(responses.instrument, code, responses.codes[:, responses.items.index(code)]) for code in codes
    ]
    return np.column_stack(columns) if columns else np.zeros((responses.n, 0))

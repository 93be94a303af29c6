"""How item values become one score a respondent: one function a rule, arrays in and arrays out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sctoolkit.instrument.keying import item_values, keyed_values
from sctoolkit.instrument.model import Instrument, Scale
from sctoolkit.result import FloatArray

IntArray = npt.NDArray[np.int64]
BLOCK = 16_384
"""Rows worked on at once, so that a block of one item's values stays in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Made:
    """Scores of one scale before the rule on missing answers: (n,) values, nan where the rule has no number."""

    values: FloatArray
    n_answered: IntArray


def apply_rule(instrument: Instrument, scale: Scale, items: Sequence[str], codes: FloatArray) -> Made:
    """Return the scores of one scale from the (n, k) answer codes of those of its items that the data have."""
    n = len(codes)
    values, n_answered = np.empty(n), np.empty(n, dtype=np.int64)
    rule = _RULES[scale.rule]
    for start in range(0, n, BLOCK):
        block = slice(start, start + BLOCK)
        values[block], n_answered[block] = rule(instrument, scale, items, codes[block])
    if scale.factor != 1.0:
        values *= scale.factor
    return Made(values, n_answered)


Block = tuple[FloatArray, IntArray]


def _totals(
    instrument: Instrument, scale: Scale, items: Sequence[str], codes: FloatArray
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Return the weighted sum over answered items, the sum of their weights, and how many were answered."""
    n = len(codes)
    total, weight, answered = np.zeros(n), np.zeros(n), np.zeros(n, dtype=np.int64)
    values_of = keyed_values if scale.keyed else item_values
    for place, item in enumerate(items):
        values = values_of(instrument, item, codes[:, place])
        given = ~np.isnan(values)
        np.copyto(values, 0.0, where=~given)
        share = scale.weights.get(item, 1.0) if scale.rule == "weighted" else 1.0
        total += values if share == 1.0 else share * values
        weight += given if share == 1.0 else share * given
        answered += given
    return total, weight, answered


def _mean(instrument: Instrument, scale: Scale, items: Sequence[str], codes: FloatArray) -> Block:
    """Mean of the answered items."""
    total, _, answered = _totals(instrument, scale, items, codes)
    return _ratio(total, answered.astype(np.float64)), answered


def _sum(instrument: Instrument, scale: Scale, items: Sequence[str], codes: FloatArray) -> Block:
    """Sum over all items of the scale; where some are not answered, their mean stands in for them."""
    total, _, answered = _totals(instrument, scale, items, codes)
    k = len(scale.items)
    complete = answered == k
    return np.where(complete, total, _ratio(total, answered.astype(np.float64)) * k), answered


def _weighted(instrument: Instrument, scale: Scale, items: Sequence[str], codes: FloatArray) -> Block:
    """Weighted sum; where some items are not answered, the weighted mean of the others stands in for them."""
    total, weight, answered = _totals(instrument, scale, items, codes)
    whole = sum(scale.weights.values())
    if all(share > 0 for share in scale.weights.values()):
        return np.where(answered == len(scale.items), total, _ratio(total, weight) * whole), answered
    return np.where(answered == len(scale.items), total, np.nan), answered


def _table(instrument: Instrument, scale: Scale, items: Sequence[str], codes: FloatArray) -> Block:
    """Published conversion of the complete sum."""
    total, _, answered = _totals(instrument, scale, items, codes)
    raw, converted = np.array(sorted(scale.table), dtype=np.float64).T
    places = np.clip(np.searchsorted(raw, total), 0, len(raw) - 1)
    found = (answered == len(scale.items)) & (raw[places] == total)
    return np.where(found, converted[places], np.nan), answered


def _count(instrument: Instrument, scale: Scale, items: Sequence[str], codes: FloatArray) -> Block:
    """Number of items with a counted value, before keying; items that are not answered count nothing."""
    hits, answered = np.zeros(len(codes)), np.zeros(len(codes), dtype=np.int64)
    for place, item in enumerate(items):
        values = item_values(instrument, item, codes[:, place])
        hits += np.isin(values, scale.counted[item])
        answered += ~np.isnan(values)
    return hits, answered


def _pairs(instrument: Instrument, scale: Scale, items: Sequence[str], codes: FloatArray) -> Block:
    """Number of pairs of items that both have a counted value; what is not answered counts nothing."""
    counted = {
        item: np.isin(item_values(instrument, item, codes[:, place]), scale.counted[item])
        for place, item in enumerate(items)
    }
    hits = np.zeros(len(codes))
    for first, second in scale.pairs:
        if first in counted and second in counted:
            hits += counted[first] & counted[second]
    return hits, np.count_nonzero(~np.isnan(codes), axis=1).astype(np.int64)


def _position(summary: str) -> Callable[[Instrument, Scale, Sequence[str], FloatArray], Block]:
    """Return a rule of the position generator: highest, lowest, range, mean or sum of the prestige reached."""

    def rule(instrument: Instrument, scale: Scale, items: Sequence[str], codes: FloatArray) -> Block:
        prestige = np.array([scale.weights[item] for item in items])
        reached = np.zeros(codes.shape, dtype=bool)
        for place, item in enumerate(items):
            values = item_values(instrument, item, codes[:, place])
            counted = scale.counted.get(item)
            reached[:, place] = values > 0 if counted is None else np.isin(values, counted)
        answered: IntArray = np.count_nonzero(~np.isnan(codes), axis=1).astype(np.int64)
        top = np.where(reached, prestige, -np.inf).max(axis=1)
        some = reached.any(axis=1)
        if summary == "max":
            return np.where(some, top, np.nan), answered
        if summary == "sum":
            return reached @ prestige, answered
        if summary in {"min", "range"}:
            low = np.where(reached, prestige, np.inf).min(axis=1)
            if summary == "min":
                return np.where(some, low, np.nan), answered
            spread = np.zeros(len(codes))
            np.subtract(top, low, out=spread, where=some)
            return np.where(some, spread, np.nan), answered
        return _ratio(reached @ prestige, reached.sum(axis=1).astype(np.float64)), answered

    return rule


def _ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """Divide where the denominator is not zero; nan elsewhere."""
    quotient = np.full(len(numerator), np.nan)
    np.divide(numerator, denominator, out=quotient, where=denominator != 0)
    return quotient


_RULES: dict[str, Callable[[Instrument, Scale, Sequence[str], FloatArray], Block]] = {
    "mean": _mean,
    "sum": _sum,
    "weighted": _weighted,
    "table": _table,
    "count": _count,
    "pairs": _pairs,
    "position_max": _position("max"),
    "position_min": _position("min"),
    "position_range": _position("range"),
    "position_mean": _position("mean"),
    "position_sum": _position("sum"),
}

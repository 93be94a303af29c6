"""Pairs of ordered items without covariates, through two-way tables: correlations and influence of every row."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sctoolkit.numerics.ordinal.conditional_pairs import PairFit
from sctoolkit.numerics.ordinal.contingency import CodeArray, pair_tables
from sctoolkit.numerics.ordinal.nacov import influences
from sctoolkit.numerics.ordinal.polychoric import polychorics
from sctoolkit.numerics.ordinal.thresholds import padded_thresholds, thresholds

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def tabled_pairs(values: FloatArray, widths: IntArray, mass: FloatArray) -> dict[tuple[int, int], PairFit]:
    """Return the fit of every pair of ordered items by the places of its items.

    Parameters
    ----------
    values : (n, p) array
        Categories of ordered items; nan where missing.
    widths : (p,) int array
        Categories of every item; 0 marks a continuous one.
    mass : (n,) array
        What each row counts for.

    Notes
    -----
    The same kernels as for ordered items alone, so that two-by-two tables with an empty cell follow the same rule.
    """
    place = np.flatnonzero(widths > 0)
    if place.size < 2:
        return {}
    codes: CodeArray = np.where(np.isnan(values[:, place]), -1.0, values[:, place]).astype(np.int8)
    k = int(widths.max())
    counted = pair_tables(codes, k, mass)
    taus = tuple(thresholds(counted.margins[at, : widths[item]]) for at, item in enumerate(place))
    bounds = padded_thresholds(taus)
    fit = polychorics(counted.tables, bounds[counted.first], bounds[counted.second])
    effects = influences(counted, taus, bounds, np.where(fit.at_bound, np.nan, fit.correlations))
    answers = np.where(codes < 0, effects.pairs.shape[1] - 1, codes).astype(np.int64)
    found: dict[tuple[int, int], PairFit] = {}
    for pair, (i, j) in enumerate(zip(counted.first, counted.second, strict=True)):
        influence = effects.pairs[pair, answers[:, i], answers[:, j]]
        found[int(place[i]), int(place[j])] = PairFit(
            float(fit.correlations[pair]), np.asarray(influence), bool(fit.at_bound[pair])
        )
    return found

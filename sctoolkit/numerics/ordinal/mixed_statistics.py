"""Correlations of ordinal and continuous items together: polychoric, polyserial and product-moment.

Oracle: tests/oracle/polychoric.R (lavaan::lavCor on mixed data).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sctoolkit.numerics.ordinal.contingency import CodeArray, pair_tables
from sctoolkit.numerics.ordinal.nacov import influences
from sctoolkit.numerics.ordinal.polychoric import polychorics
from sctoolkit.numerics.ordinal.polyserial import pearson_influence, polyserial
from sctoolkit.numerics.ordinal.thresholds import padded_thresholds, thresholds

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class MixedStatistics:
    """Thresholds (empty for continuous items), correlations and Gamma in the house order; pairs at the bound."""

    thresholds: tuple[FloatArray, ...]
    correlation: FloatArray
    gamma: FloatArray
    at_bound: BoolArray


def mixed_statistics(table: FloatArray, n_categories: npt.NDArray[np.int64]) -> MixedStatistics:
    """Statistics of complete mixed data.

    Parameters
    ----------
    table : (n, p) array
        Codes 0, 1, ... of ordinal items, values of continuous ones.
    n_categories : (p,) array
        Categories of each item; 0 marks a continuous one.
    """
    n, p = table.shape
    ordinal = np.flatnonzero(n_categories > 0)
    place = {int(item): at for at, item in enumerate(ordinal)}
    codes: CodeArray = table[:, ordinal].astype(np.int8)
    taus: dict[int, FloatArray] = {}
    r_ordinal, pair_influence, bound_pairs = np.zeros(0), np.zeros((0, n)), np.zeros(0, dtype=bool)
    item_influence: dict[int, FloatArray] = {}
    if ordinal.size:
        k = int(n_categories.max())
        counted = pair_tables(codes, k)
        fitted = tuple(thresholds(counted.margins[at, : n_categories[item]]) for item, at in place.items())
        bounds = padded_thresholds(fitted)
        fit = polychorics(counted.tables, bounds[counted.first], bounds[counted.second])
        r_ordinal, bound_pairs = fit.correlations, fit.at_bound
        effects = influences(counted, fitted, bounds, np.where(bound_pairs, np.nan, r_ordinal))
        for item, at in place.items():
            taus[item] = fitted[at]
            item_influence[item] = effects.items[at][codes[:, at]]
        first, second = counted.first, counted.second
        pair_influence = effects.pairs[np.arange(first.size)[:, None], codes[:, first].T, codes[:, second].T]
    upper = np.triu_indices(ordinal.size, 1)
    ordinal_pair = {(int(a), int(b)): at for at, (a, b) in enumerate(zip(*upper, strict=True))}
    correlation, columns, at_bound = np.eye(p), [], []
    for i in range(p):
        for j in range(i + 1, p):
            if i in place and j in place:
                at = ordinal_pair[(place[i], place[j])]
                r, column, bound = float(r_ordinal[at]), pair_influence[at], bool(bound_pairs[at])
            elif i in place or j in place:
                a, b = (i, j) if i in place else (j, i)
                serial = polyserial(codes[:, place[a]], taus[a], item_influence[a], table[:, b])
                r, column, bound = serial.correlation, serial.influence, serial.at_bound
            else:
                r, column = pearson_influence(table[:, i], table[:, j])
                bound = abs(r) > 1.0 - 1e-12
            correlation[i, j] = correlation[j, i] = r
            columns.append(column)
            at_bound.append(bound)
    rows = [*(item_influence[item].T for item in place), np.array(columns)]
    stacked = np.vstack(rows)
    empty = np.zeros(0)
    return MixedStatistics(
        tuple(taus.get(item, empty) for item in range(p)), correlation, n * (stacked @ stacked.T), np.array(at_bound)
    )

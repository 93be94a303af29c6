"""Two-way tables of all pairs of ordinal items, from one cross-product of their indicator columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
CodeArray = npt.NDArray[np.int8]

MISSING = -1
_BLOCK = 4096


@dataclass(frozen=True, slots=True)
class PairTables:
    """Counts (or sums of weights) of p items with at most k categories.

    ``margins`` (p, k) counts every answer to an item; ``tables`` (n_pairs, k, k) the people who answered both, rows
    by the category of ``first``, columns by that of ``second``. Pairs run (0, 1), (0, 2), ..., (1, 2), ...: the
    lower triangle of the correlation matrix column by column, which is lavaan's order.
    """

    margins: FloatArray
    tables: FloatArray
    first: IntArray
    second: IntArray


def pair_order(n_items: int) -> tuple[IntArray, IntArray]:
    """First and second item of every pair, in the order of the lower triangle column by column."""
    first, second = np.triu_indices(n_items, 1)
    return first.astype(np.int64), second.astype(np.int64)


def pair_tables(codes: CodeArray, n_categories: int, weights: FloatArray | None = None) -> PairTables:
    """Tables of all pairs.

    Parameters
    ----------
    codes : (n, p) int8 array
        Categories 0 .. n_categories - 1; `MISSING` where there is no answer.
    n_categories : int
        Largest number of categories of any item.
    weights : (n,) array, optional
        Weight of each row; 1 when left out.

    Notes
    -----
    Indicators of a block of rows are multiplied with themselves. Without weights this runs in single precision,
    where counts of up to 2^24 in a block are exact.
    """
    n_rows, n_items = codes.shape
    width = n_items * n_categories
    total = np.zeros((width, width))
    for start in range(0, n_rows, _BLOCK):
        stop = start + _BLOCK
        if weights is None:
            hot = indicators(codes[start:stop], n_categories)
            total += hot @ hot.T
        else:
            exact = indicators(codes[start:stop], n_categories).astype(np.float64)
            total += exact @ (exact * weights[start:stop]).T
    square = total.reshape(n_items, n_categories, n_items, n_categories)
    first, second = pair_order(n_items)
    margins = np.ascontiguousarray(np.diagonal(total).reshape(n_items, n_categories))
    return PairTables(margins, np.ascontiguousarray(square[first, :, second, :]), first, second)


def indicators(codes: CodeArray, n_categories: int) -> npt.NDArray[np.float32]:
    """Indicator rows of all items and categories, (n_items * n_categories, n), in single precision."""
    n_rows, n_items = codes.shape
    hot = np.empty((n_items, n_categories, n_rows), dtype=np.float32)
    columns = np.ascontiguousarray(codes.T)
    for category in range(n_categories):
        np.equal(columns, category, out=hot[:, category], casting="unsafe")
    return hot.reshape(n_items * n_categories, n_rows)

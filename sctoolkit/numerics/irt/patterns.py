"""Distinct answer patterns: every likelihood of coded items depends on the data through them alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

_LARGEST_KEY = 2**62


@dataclass(frozen=True, slots=True)
class Patterns:
    """Distinct rows of a matrix of category codes.

    Attributes
    ----------
    codes : (n_patterns, n_items) int array
        Category numbers from 0; -1 where the answer is missing.
    counts : (n_patterns,) float array
        How many respondents (or how much weight) gave the pattern.
    inverse : (n_respondents,) int array
        Pattern of each respondent.
    """

    codes: IntArray
    counts: FloatArray
    inverse: IntArray


def distinct_patterns(codes: IntArray, weights: FloatArray | None = None) -> Patterns:
    """Return the distinct rows of ``codes``, their counts and the row of each respondent.

    Parameters
    ----------
    codes : (n, k) int array
        Category numbers, -1 where missing.
    weights : (n,) float array, optional
        Summed within patterns in place of counting.

    Notes
    -----
    Rows are read as digits of one integer where that fits 62 bits, which sorts ten times faster than whole rows.

    Examples
    --------
    >>> found = distinct_patterns(np.array([[0, 1], [2, -1], [0, 1]]))
    >>> found.codes.tolist(), found.counts.tolist(), found.inverse.tolist()
    ([[0, 1], [2, -1]], [2.0, 1.0], [0, 1, 0])
    """
    if codes.shape[0] == 0:
        return Patterns(codes, np.zeros(0), np.zeros(0, dtype=np.int64))
    keys = _row_keys(codes)
    if keys is None:
        rows, first, inverse = np.unique(codes, axis=0, return_index=True, return_inverse=True)
    else:
        _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
        rows = codes[first]
    inverse = inverse.reshape(-1)
    counts = np.bincount(inverse, weights=weights, minlength=len(first)).astype(np.float64)
    return Patterns(np.ascontiguousarray(rows), counts, inverse)


def _row_keys(codes: IntArray) -> IntArray | None:
    """Read each row as one mixed-radix integer; None when it would overflow."""
    radix = codes.max(axis=0) + 2
    if float(np.sum(np.log2(radix))) >= np.log2(_LARGEST_KEY):
        return None
    place = np.concatenate([[1], np.cumprod(radix[::-1])[:-1]])[::-1].astype(np.int64)
    keys: IntArray = (codes + 1) @ place
    return keys

"""Covariances of items: weighted, from pairs of answers, for one sample or for many resamples of it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def weighted_covariances(table: FloatArray, frequencies: FloatArray, weights: FloatArray | None = None) -> FloatArray:
    """Covariances of resamples, each pair of items from those who answered both, (b, k, k).

    Parameters
    ----------
    table : (n, k) array
        Item values, nan where missing.
    frequencies : (b, n) array
        How often each respondent is in each resample; ones for the sample itself.
    weights : (n,) array, optional
        Sampling weights; only their ratios matter.

    Returns
    -------
    (b, k, k) array
        nan where fewer than two people answered both items of a pair.

    Notes
    -----
    ``sum w (x - mean) (y - mean) / sum w * n / (n - 1)`` with the weighted means and the number n of answers of the
    pair. Whole-number weights therefore give the covariances of a file in which rows are repeated, up to the factor of
    the degrees of freedom, which no ratio of covariances of complete data depends on.

    Examples
    --------
    >>> float(weighted_covariances(np.array([[1.0], [2.0], [3.0]]), np.ones((1, 3)))[0, 0, 0])
    1.0
    """
    k = table.shape[1]
    known = ~np.isnan(table)
    shifted = np.where(known, table - np.nanmean(table, axis=0), 0.0)
    seen = known.astype(np.float64)
    result = np.empty((len(frequencies), k, k))
    with np.errstate(invalid="ignore", divide="ignore"):
        for place, frequency in zip(result, frequencies, strict=True):
            n = (seen * frequency[:, None]).T @ seen
            drawn = frequency if weights is None else frequency * weights
            weighted, mass = shifted * drawn[:, None], seen * drawn[:, None]
            total = n if weights is None else mass.T @ seen
            sums = weighted.T @ seen
            place[:] = (weighted.T @ shifted - sums * sums.T / total) / total * (n / (n - 1.0))
            place[n < 2.0] = np.nan
    return result

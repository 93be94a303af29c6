"""Thresholds of ordinal items: normal quantiles of cumulative proportions.

Oracle: tests/oracle/polychoric.R (lavaan::lavCor).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from sctoolkit.errors import NotIdentifiedError

FloatArray = npt.NDArray[np.float64]


def thresholds(counts: FloatArray) -> FloatArray:
    """Thresholds of one item.

    Parameters
    ----------
    counts : (k,) array
        People (or sums of weights) in each category, all above zero, k >= 2.

    Returns
    -------
    (k - 1,) array
        Increasing points on the standard normal latent scale.

    Raises
    ------
    NotIdentifiedError
        If fewer than two categories are given or one of them is empty.

    Notes
    -----
    ``tau_c = Phi^-1(proportion at or below c)``, the maximum likelihood estimate without covariates.

    References
    ----------
    Olsson (1979), doi:10.1007/BF02296207.

    Examples
    --------
    >>> thresholds(np.array([50.0, 50.0])).tolist()
    [0.0]
    """
    if counts.size < 2 or bool(np.any(counts <= 0.0)):
        raise NotIdentifiedError(
            "Thresholds need at least 2 categories, each of them used.",
            where=f"Answers in each category, from the lowest: {', '.join(f'{count:g}' for count in counts)}.",
            hint="Leave a constant item out, and merge a category that nobody used with its neighbour.",
        )
    return np.asarray(ndtri(np.cumsum(counts)[:-1] / counts.sum()))


def padded_thresholds(items: tuple[FloatArray, ...]) -> FloatArray:
    """Category bounds of all items in one (p, k_max + 1) array: -inf, thresholds, then +inf to the end."""
    widest = max(item.size for item in items)
    bounds = np.full((len(items), widest + 2), np.inf)
    bounds[:, 0] = -np.inf
    for row, item in zip(bounds, items, strict=True):
        row[1 : item.size + 1] = item
    return bounds

"""Statistics of single items within a scale, from covariances.

Oracle: tests/oracle/reliability.R (psych::alpha, item.stats and alpha.drop).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sctoolkit.numerics.reliability.reliability import alpha

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


def item_rest_r(covariance: FloatArray) -> FloatArray:
    """Correlation of each item with the sum of the other items; nan where either does not vary.

    Examples
    --------
    >>> item_rest_r(np.array([[1.0, 0.5], [0.5, 1.0]])).tolist()
    [0.5, 0.5]
    """
    variances = np.diagonal(covariance)
    with_total = covariance.sum(axis=1)
    rest = covariance.sum() - 2.0 * with_total + variances
    scale = np.sqrt(np.maximum(variances * rest, 0.0))
    return np.asarray(np.divide(with_total - variances, scale, out=np.full_like(scale, np.nan), where=scale > 0.0))


def alpha_if_dropped(covariance: FloatArray) -> FloatArray:
    """Alpha of the other items when each item is left out in turn; nan with fewer than 3 items."""
    k = len(covariance)
    if k < 3:
        return np.full(k, np.nan)
    rest = [np.delete(np.delete(covariance, j, axis=0), j, axis=1) for j in range(k)]
    return np.array([alpha(part) if part.sum() > 0.0 else np.nan for part in rest])


def against_the_rest(correlation: FloatArray, n_obs: float) -> BoolArray:
    """Items that run against the direction of most others, beyond chance.

    Notes
    -----
    The first principal component of the correlations is pointed so that most of its weight is positive; an item
    counts when its weight is negative and its correlation with the component of the others is below
    ``-2 / sqrt(n)``.
    """
    known = np.where(np.isfinite(correlation), correlation, 0.0)
    _, vectors = np.linalg.eigh(known)
    direction = vectors[:, -1]
    if np.sum(direction < 0.0) > len(direction) / 2 or (
        np.sum(direction < 0.0) == len(direction) / 2 and direction.sum() < 0.0
    ):
        direction = -direction
    aligned = known * np.sign(direction)[:, None] * np.sign(direction)
    toward = item_rest_r(aligned) * np.sign(direction)
    return np.asarray((direction < 0.0) & (np.nan_to_num(toward) < -2.0 / np.sqrt(n_obs)))

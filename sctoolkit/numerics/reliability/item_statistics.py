"""Statistics of single items: their answers, and their place within a scale from covariances.

Oracle: tests/oracle/reliability.R (psych::alpha, item.stats and alpha.drop) and tests/oracle/reliability_design.R
(survey::svymean).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sctoolkit.numerics.reliability.reliability import alpha

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

DESCRIPTIONS = (
    "n_obs", "missing_share", "mean", "sd", "skewness", "floor_share", "ceiling_share", "n_categories",
)  # fmt: skip


def describe_items(table: FloatArray, weights: FloatArray | None = None) -> FloatArray:
    """Describe the answers to each item, (k, 8): the columns of ``DESCRIPTIONS``.

    Parameters
    ----------
    table : (n, k) array
        Item values, nan where missing. Floor and ceiling are the lowest and highest answer to any item.
    weights : (n,) array, optional
        Sampling weights, all above zero; counts stay counts of people.

    Notes
    -----
    The variance is ``sum w (x - mean)^2 / sum w * n / (n - 1)`` with n answers.

    Examples
    --------
    >>> describe_items(np.array([[1.0, 2.0], [3.0, 2.0]]))[0, :4].tolist()
    [2.0, 0.0, 2.0, 1.414...]
    """
    mass = np.ones(len(table)) if weights is None else weights
    low, high = np.nanmin(table), np.nanmax(table)
    rows = []
    for column in table.T:
        seen = ~np.isnan(column)
        answers, share = column[seen], mass[seen] / max(float(mass[seen].sum()), 1e-300)
        n = answers.size
        if n == 0:
            rows.append([0.0, 1.0, *[np.nan] * 5, 0.0])
            continue
        mean = float(share @ answers)
        apart = answers - mean
        spread = float(share @ apart**2)
        skewness = float(share @ apart**3) / spread**1.5 if spread > 0.0 else np.nan
        sd = float(np.sqrt(spread * n / (n - 1))) if n > 1 else np.nan
        ends = [float(share @ (answers == low)), float(share @ (answers == high))]
        missing = 1.0 - float(mass[seen].sum()) / float(mass.sum())
        rows.append([n, missing, mean, sd, skewness, *ends, np.unique(answers).size])
    return np.array(rows, dtype=np.float64)


def mean_errors(table: FloatArray, weights: FloatArray | None = None, clusters: IntArray | None = None) -> FloatArray:
    """Standard error of the mean of each item, (k,), over those who answered it; nan where it is not defined.

    Parameters
    ----------
    table : (n, k) array
        Item values, nan where missing.
    weights : (n,) array, optional
        Sampling weights.
    clusters : (n,) int array, optional
        Cluster of each respondent.

    Notes
    -----
    Linearisation with replacement: ``J / (J - 1) sum_c (sum_{i in c} w_i (x_i - mean))^2 / (sum w)^2`` over J clusters,
    or respondents where there are none.

    Examples
    --------
    >>> mean_errors(np.array([[1.0], [3.0]])).tolist()
    [1.0]
    """
    errors = np.full(table.shape[1], np.nan)
    for j, column in enumerate(table.T):
        seen = ~np.isnan(column)
        mass = np.ones(int(seen.sum())) if weights is None else weights[seen]
        if mass.size < 2:
            continue
        drawn = mass * (column[seen] - float(mass @ column[seen]) / float(mass.sum()))
        if clusters is not None:
            number = np.unique(clusters[seen], return_inverse=True)[1]
            drawn = np.bincount(number, weights=drawn)
        if drawn.size > 1:
            errors[j] = np.sqrt(float(drawn @ drawn) * drawn.size / (drawn.size - 1.0)) / float(mass.sum())
    return errors


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

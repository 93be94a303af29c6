"""Comparing means of clusters (Donald and Lang): a two-sample or one-sample t over sites, with covariates.

``cluster_means(values, treated=None, ...) -> ClusterMeans``; ``collapse(values, codes, weights=None)`` makes the means.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import t as t_distribution

from sctoolkit.errors import NotIdentifiedError
from sctoolkit.numerics.linear.least_squares import fit_least_squares

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ClusterMeans:
    """A t test over clusters."""

    estimate: float
    std_error: float
    statistic: float
    dof: float
    p_value: float
    ci_low: float
    ci_high: float
    n_clusters: int


def collapse(values: FloatArray, codes: IntArray, weights: FloatArray | None = None) -> FloatArray:
    """Return the (weighted) mean of each cluster; columns of a matrix each for themselves.

    Examples
    --------
    >>> collapse(np.array([1.0, 3.0, 5.0]), np.array([0, 0, 1])).tolist()
    [2.0, 5.0]
    """
    weight = np.ones(len(codes)) if weights is None else weights
    table = values if values.ndim == 2 else values[:, None]
    totals = np.bincount(codes, weight)
    means = np.column_stack([np.bincount(codes, weight * table[:, j]) / totals for j in range(table.shape[1])])
    return means if values.ndim == 2 else means[:, 0]


def cluster_means(
    values: FloatArray,
    treated: npt.NDArray[np.bool_] | None = None,
    *,
    covariates: FloatArray | None = None,
    equal_variances: bool = True,
    ci_level: float = 0.95,
) -> ClusterMeans:
    """Test a difference between treated and control clusters, or a mean over clusters.

    Parameters
    ----------
    values : (G,) one mean a cluster
    treated : (G,) booleans, optional
        Without it the mean of ``values`` is tested against zero.
    covariates : (G, k) cluster-level covariates, optional
    equal_variances : bool
        Pooled t(G - 2 - k), the rule when one side has few clusters; else Welch, without covariates only.
    ci_level : float

    Raises
    ------
    NotIdentifiedError
        If no degrees of freedom are left, or Welch has an arm with one cluster.

    Notes
    -----
    Exact when cluster means are normal with equal variance: near enough when clusters are of similar size or differ
    more between than within.

    References
    ----------
    Donald and Lang (2007), doi:10.1162/rest.89.2.221.   Oracle: tests/oracle/small_sample.R (t.test, lm).

    Examples
    --------
    >>> cluster_means(np.array([1.0, 2.0, 4.0, 5.0]), np.array([False, False, True, True])).dof
    2.0
    """
    n = values.size
    if treated is not None and not equal_variances:
        return _welch(values[treated], values[~treated], ci_level)
    columns = [np.ones(n)] + ([] if treated is None else [treated.astype(np.float64)])
    if covariates is not None:
        columns.append(covariates - covariates.mean(axis=0))
    design = np.column_stack(columns)
    dof = n - design.shape[1]
    if dof < 1 or (treated is not None and not 0 < treated.sum() < n):
        raise NotIdentifiedError(
            "A test over clusters needs more clusters than parameters, and clusters in every arm; it has too few.",
            where=f"Clusters: {n}; parameters: {design.shape[1]}.",
            hint="Leave covariates out, or describe the clusters one by one.",
        )
    fit = fit_least_squares(design, values)
    position = 0 if treated is None else 1
    error = float(np.sqrt(fit.sigma2 * fit.bread[position, position]))
    return _summary(float(fit.coef[position]), error, float(dof), ci_level, n)


def _summary(estimate: float, error: float, dof: float, ci_level: float, n: int) -> ClusterMeans:
    half = float(t_distribution.ppf(0.5 + ci_level / 2, dof)) * error
    statistic = estimate / error if error > 0 else float("nan")
    p_value = float(2 * t_distribution.sf(abs(statistic), dof))
    return ClusterMeans(estimate, error, statistic, dof, p_value, estimate - half, estimate + half, n)


def _welch(first: FloatArray, second: FloatArray, ci_level: float) -> ClusterMeans:
    if min(first.size, second.size) < 2:
        raise NotIdentifiedError(
            f"Welch's test needs at least 2 clusters in each arm, not {first.size} and {second.size}.",
            hint="Describe the clusters one by one: a single one does not show how much clusters differ.",
        )
    a, b = first.var(ddof=1) / first.size, second.var(ddof=1) / second.size
    dof = float((a + b) ** 2 / (a**2 / (first.size - 1) + b**2 / (second.size - 1)))
    return _summary(float(first.mean() - second.mean()), float(np.sqrt(a + b)), dof, ci_level, first.size + second.size)

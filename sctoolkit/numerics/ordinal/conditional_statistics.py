"""What a model of ordered and continuous items, with or without covariates, is fitted to (Muthen 1984).

`conditional_statistics` is the one door. Order of the statistics: locations item by item (thresholds of an ordered
item, intercept of a continuous one), slopes covariate by covariate, variances of the continuous items, then the lower
triangle of the covariances column by column. A covariance is a correlation where both items are ordered, and a
correlation times the standard deviation of the continuous item where one is: the unit of a latent response is its
standard deviation given the covariates.

Oracle: tests/oracle/mixed_items.R (lavaan: statistics and Gamma, with weights, clusters and missing answers).

References
----------
Muthen (1984), doi:10.1007/BF02294210; Muthen, du Toit & Spisic (1997).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sctoolkit.errors import DataError
from sctoolkit.numerics.ordinal.conditional_margins import (
    ContinuousMargin,
    Margin,
    OrderedMargin,
    fit_margin,
    margin_influence,
)
from sctoolkit.numerics.ordinal.conditional_pairs import PairFit, fit_pair
from sctoolkit.numerics.ordinal.tabled_pairs import tabled_pairs

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ConditionalStatistics:
    """Statistics of p items given q covariates, and Gamma.

    Attributes
    ----------
    locations : tuple of p arrays
        Thresholds of an ordered item, the intercept of a continuous one.
    slopes : (p, q) array
        Probit or linear regressions on the covariates.
    covariance : (p, p) array
        Residual covariances; 1 on the diagonal of ordered items.
    gamma : (m, m) array
        N times the covariance of `observed`; nan for pairs at the bound.
    variances : (m,) array
        Diagonal of Gamma without regard to clusters, whose inverse is the weight of DWLS.
    n_obs : float
        Rows with at least one answer (or their frequencies).
    n_clusters : int or None
    n_pairwise : (n_pairs,) array
        People who answered both items.
    n_empty_cells : (n_pairs,) int array
        Cells that nobody chose, for pairs of ordered items; 0 for others.
    at_bound : (n_pairs,) bool array
    """

    locations: tuple[FloatArray, ...]
    slopes: FloatArray
    covariance: FloatArray
    ordered: BoolArray
    gamma: FloatArray
    variances: FloatArray
    n_obs: float
    n_clusters: int | None
    n_pairwise: FloatArray
    n_empty_cells: IntArray
    at_bound: BoolArray

    @property
    def observed(self) -> FloatArray:
        """Return all statistics in one vector."""
        a, b = np.triu_indices(self.ordered.size, 1)
        variances = np.diag(self.covariance)[~self.ordered]
        return np.concatenate([*self.locations, self.slopes.T.ravel(), variances, self.covariance[a, b]])


def conditional_statistics(
    values: FloatArray,
    n_categories: npt.ArrayLike,
    covariates: FloatArray | None = None,
    *,
    weights: FloatArray | None = None,
    frequencies: FloatArray | None = None,
    clusters: npt.NDArray[np.generic] | None = None,
) -> ConditionalStatistics:
    """Return locations, slopes, variances and covariances with their asymptotic covariance.

    Parameters
    ----------
    values : (n, p) array
        Categories 0, 1, ... of ordered items, values of continuous ones; nan where missing. Every item uses all rows
        that answered it, every pair all that answered both.
    n_categories : (p,) array of int
        Categories of every item; 0 marks a continuous one.
    covariates : (n, q) array, optional
        Complete.
    weights : (n,) array, optional
        Sampling weights; rescaled to sum to the number of rows.
    frequencies : (n,) array, optional
        How many people each row stands for.
    clusters : (n,) array, optional

    Raises
    ------
    DataError
        If weights and frequencies are both given, or covariates are incomplete.
    NotIdentifiedError
        If a category is unused or covariates determine an item.

    Notes
    -----
    With B the derivative of the estimating equations and S the casewise scores, Gamma = N B^-1 (sum S S') B^-T. B comes
    from outer products of scores: within items, between a pair and its two items, and of a pair with itself. That is
    consistent where latent responses and continuous items are normal given the covariates, and not beyond.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = rng.normal(size=(2000, 1))
    >>> pair = x + rng.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], size=2000)
    >>> pair[:, 0] = pair[:, 0] > 0
    >>> conditional_statistics(pair, [2, 0], x).slopes.round(1).tolist()
    [[1.0], [1.0]]
    """
    if weights is not None and frequencies is not None:
        raise DataError(
            "Rows must have `weights` or `frequencies`, not both.",
            hint="Frequencies count people; weights say how many each stands for.",
        )
    widths = np.asarray(n_categories, dtype=np.int64)
    n, p = values.shape
    x = np.zeros((n, 0)) if covariates is None else covariates
    if not np.isfinite(x).all():
        raise DataError(
            "Covariates must be known for every row, and some are missing.",
            hint="Leave the rows without a covariate out first, or fill them in.",
        )
    mass, n_obs = _masses(n, weights, frequencies)
    margins = [fit_margin(values[:, j], int(widths[j]), x, mass) for j in range(p)]
    effects = [margin_influence(margin, mass) for margin in margins]
    pairs = _pairs(values, widths, x, margins, effects, mass)
    influence = _in_order(margins, effects, pairs, x.shape[1])
    scale = np.sqrt(mass) if frequencies is not None else mass
    influence *= scale
    gamma, variances, n_clusters = _gamma(influence, n_obs, clusters)
    covariance = np.diag([margin.sd**2 for margin in margins])
    a, b = np.triu_indices(p, 1)
    sd = np.array([margin.sd for margin in margins])
    covariance[a, b] = covariance[b, a] = np.array([pair.correlation for pair in pairs]) * sd[a] * sd[b]
    seen = np.array([margin.seen for margin in margins], dtype=np.float64)
    return ConditionalStatistics(
        locations=tuple(margin.locations for margin in margins),
        slopes=np.array([margin.slopes for margin in margins]).reshape(p, x.shape[1]),
        covariance=covariance,
        ordered=widths > 0,
        gamma=gamma,
        variances=variances,
        n_obs=n_obs,
        n_clusters=n_clusters,
        n_pairwise=((seen * mass) @ seen.T)[a, b],
        n_empty_cells=_empty_cells(margins, widths),
        at_bound=np.array([pair.at_bound for pair in pairs]),
    )


def _masses(n: int, weights: FloatArray | None, frequencies: FloatArray | None) -> tuple[FloatArray, float]:
    """Return what each row counts for, and the number of people."""
    if frequencies is not None:
        return np.asarray(frequencies, dtype=np.float64), float(np.sum(frequencies))
    if weights is None:
        return np.ones(n), float(n)
    return np.asarray(weights * (n / np.sum(weights)), dtype=np.float64), float(n)


def _pairs(
    values: FloatArray,
    widths: IntArray,
    x: FloatArray,
    margins: list[Margin],
    effects: list[FloatArray],
    mass: FloatArray,
) -> list[PairFit]:
    """Return the fit of every pair in the house order; pairs of ordered items go through tables without covariates."""
    p = len(margins)
    tabled = {} if x.shape[1] else tabled_pairs(values, widths, mass)
    nobody = PairFit(float("nan"), np.full(mass.size, np.nan), False)
    found = []
    for i in range(p):
        for j in range(i + 1, p):
            own = tabled.get((i, j)) or fit_pair(margins[i], margins[j], (effects[i], effects[j]), mass)
            found.append(own or nobody)
    return found


def _in_order(margins: list[Margin], effects: list[FloatArray], pairs: list[PairFit], q: int) -> FloatArray:
    """Return the influence of every row on every statistic, (m, n)."""
    sizes = [margin.locations.size for margin in margins]
    locations = [effect[:, :size].T for effect, size in zip(effects, sizes, strict=True)]
    slopes = [effect[:, size + k][None] for k in range(q) for effect, size in zip(effects, sizes, strict=True)]
    spread = {
        j: effect[:, -1]
        for j, (margin, effect) in enumerate(zip(margins, effects, strict=True))
        if isinstance(margin, ContinuousMargin)
    }
    a, b = np.triu_indices(len(margins), 1)
    covariances = []
    for i, j, pair in zip(a.tolist(), b.tolist(), pairs, strict=True):
        scale = margins[i].sd * margins[j].sd
        row = scale * pair.influence
        for k in (i, j):
            if k in spread:
                row = row + pair.correlation * scale / (2.0 * margins[k].sd ** 2) * spread[k]
        covariances.append(row[None])
    return np.vstack([*locations, *slopes, *(row[None] for row in spread.values()), *covariances])


def _gamma(
    influence: FloatArray, n_obs: float, clusters: npt.NDArray[np.generic] | None
) -> tuple[FloatArray, FloatArray, int | None]:
    """Return Gamma, its diagonal without clusters and the number of clusters."""
    variances = n_obs * np.sum(influence**2, axis=1)
    if clusters is None:
        return n_obs * (influence @ influence.T), variances, None
    labels = np.unique(clusters, return_inverse=True)[1]
    count = int(labels.max()) + 1
    order = np.argsort(labels, kind="stable")
    starts = np.searchsorted(labels[order], np.arange(count))
    sums = np.add.reduceat(influence[:, order], starts, axis=1)
    return n_obs * count / (count - 1.0) * (sums @ sums.T), variances, count


def _empty_cells(margins: list[Margin], widths: IntArray) -> IntArray:
    """Return the cells that nobody chose, pair by pair."""
    counts = []
    for i, first in enumerate(margins):
        for j in range(i + 1, len(margins)):
            second = margins[j]
            if not isinstance(first, OrderedMargin) or not isinstance(second, OrderedMargin):
                counts.append(0)
                continue
            both = first.seen & second.seen
            used = np.unique(first.codes[both] * widths[j] + second.codes[both]).size
            counts.append(int(widths[i] * widths[j]) - used)
    return np.array(counts, dtype=np.int64)

"""Asymptotic covariance of thresholds and polychoric correlations (NACOV, Gamma).

With B the derivative of the estimating equations and S the casewise scores, ``Gamma = N B^-1 (sum S S') B^-T``. B is
block triangular and its blocks are sums over two-way tables, so that ``B^-1 S`` of a case is a sum of terms that
depend on one answer (a threshold) or on two (a correlation). These influences are tabulated once per item and pair;
the covariance is then one cross-product of looked-up columns, and its diagonal needs the tables alone.

Order of the statistics: thresholds item by item, then the lower triangle of the correlations column by column.

Oracle: tests/oracle/polychoric.R (lavaan, NACOV with missing answers, weights and clusters).

References
----------
Muthen (1984), doi:10.1007/BF02294210. Joreskog (1994), doi:10.1007/BF02296131.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from sctoolkit.numerics.ordinal.bivariate_normal import normal_pdf
from sctoolkit.numerics.ordinal.contingency import CodeArray, PairTables
from sctoolkit.numerics.ordinal.polychoric import score_ratios

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

_BLOCK = 1024


@dataclass(frozen=True, slots=True)
class Influences:
    """Influence of an answer on every statistic: the inverse of B times the casewise scores.

    ``items[j]`` (k + 1, m_j): effect of answering c to item j on its m_j thresholds; ``pairs`` (n_pairs, k + 1,
    k + 1): effect of two answers on the correlation. The last row and column stand for a missing answer.
    """

    items: tuple[FloatArray, ...]
    pairs: FloatArray


def influences(tables: PairTables, thresholds: tuple[FloatArray, ...], bounds: FloatArray, r: FloatArray) -> Influences:
    """Tabulate the influences from weighted tables, thresholds and correlations.

    Parameters
    ----------
    tables : PairTables
        Weighted tables, as counted (before any zero-cell rule).
    thresholds : tuple of (m_j,) arrays
        Thresholds of every item.
    bounds : (p, k + 1) array
        The same, padded from -inf to +inf.
    r : (n_pairs,) array
        Correlations; pairs with nan get nan influences.
    """
    k = bounds.shape[1] - 1
    stacked = _item_influences(bounds, tables.margins)
    items = tuple(effect[:, : tau.size] for effect, tau in zip(stacked, thresholds, strict=True))
    known = np.isfinite(r)
    rho, n = np.where(known, r, 0.0), tables.tables
    first, second = bounds[tables.first], bounds[tables.second]
    pi, ratio = score_ratios(first, second, rho, n)
    information = np.where(known, np.einsum("pab,pab,pab->p", n, ratio, ratio), np.nan)
    per_cell = np.divide(n * ratio, pi, out=np.zeros_like(pi), where=(n > 0.0) & (pi > 0.0))
    by_first = _threshold_cross(first, second, rho, per_cell)
    by_second = _threshold_cross(second, first, rho, np.swapaxes(per_cell, 1, 2))
    pairs = np.zeros((r.size, k + 1, k + 1))
    pairs[:, :k, :k] = ratio
    pairs -= np.einsum("pc,pac->pa", by_first, stacked[tables.first])[:, :, None]
    pairs -= np.einsum("pc,pbc->pb", by_second, stacked[tables.second])[:, None, :]
    information[information <= 0.0] = np.nan
    return Influences(items, pairs / information[:, None, None])


def _item_influences(bounds: FloatArray, margins: FloatArray) -> FloatArray:
    """Effect of each answer a on the thresholds of its item, (1[a <= c] - P_c) / (n phi(tau_c)): (p, k + 1, k - 1)."""
    p, k = margins.shape
    tau = bounds[:, 1:-1]
    finite = np.isfinite(tau)
    n = margins.sum(axis=1, keepdims=True)
    per_unit = np.divide(1.0, n * normal_pdf(np.where(finite, tau, 0.0)), out=np.zeros_like(tau), where=finite)
    effects = np.zeros((p, k + 1, k - 1))
    reached = np.arange(k)[:, None] <= np.arange(k - 1)
    effects[:, :k] = reached - (np.cumsum(margins, axis=1)[:, :-1] / n)[:, None, :]
    return np.asarray(effects * per_unit[:, None, :])


def _threshold_cross(own: FloatArray, other: FloatArray, r: FloatArray, per_cell: FloatArray) -> FloatArray:
    """Cross-information of each pair's correlation with the thresholds of its row item, (n_pairs, k - 1)."""
    s = np.sqrt((1.0 - r) * (1.0 + r))[:, None, None]
    finite = np.isfinite(own[:, 1:-1])
    tau = np.where(finite, own[:, 1:-1], 0.0)
    density = np.where(finite, normal_pdf(tau), 0.0)
    slices = np.diff(ndtr((other[:, None, :] - r[:, None, None] * tau[:, :, None]) / s), axis=2)
    return np.asarray(density * np.einsum("pcb,pcb->pc", slices, per_cell[:, :-1] - per_cell[:, 1:]))


def nacov_diagonal(effects: Influences, squared: PairTables, n_obs: float) -> FloatArray:
    """Diagonal of Gamma from two-way tables of squared weights (plain counts when there are no weights)."""
    k = squared.margins.shape[1]
    full = np.zeros_like(effects.pairs)
    full[:, :k, :k] = squared.tables
    full[:, :k, k] = squared.margins[squared.first] - squared.tables.sum(axis=2)
    full[:, k, :k] = squared.margins[squared.second] - squared.tables.sum(axis=1)
    items = [margin @ item[:k] ** 2 for margin, item in zip(squared.margins, effects.items, strict=True)]
    pairs = np.einsum("pab,pab,pab->p", full, effects.pairs, effects.pairs)
    return n_obs * np.concatenate([*items, pairs])


def nacov(
    effects: Influences,
    codes: CodeArray,
    n_obs: float,
    *,
    weights: FloatArray | None = None,
    clusters: IntArray | None = None,
    correlations_only: bool = False,
) -> FloatArray:
    """Gamma in lavaan's order, or its block of the correlations.

    Parameters
    ----------
    effects : Influences
        Tabulated influences.
    codes : (n, p) int8 array
        Answers; -1 where missing (it finds the last row of the influence tables).
    n_obs : float
        Number of people N in ``Gamma = N ...``.
    weights : (n,) array, optional
        Factor of each row's influence: the sampling weight, or the root of a frequency.
    clusters : (n,) int array, optional
        Cluster of each row, 0 .. J - 1; influences are summed within clusters, the result times J / (J - 1).
    correlations_only : bool
        Leave the thresholds out.
    """
    if clusters is not None:
        sums = _cluster_sums(effects, codes, clusters, weights, correlations_only)
        n_clusters = len(sums)
        return np.asarray(n_obs * n_clusters / (n_clusters - 1.0) * (sums.T @ sums))
    n_thresholds = 0 if correlations_only else sum(item.shape[1] for item in effects.items)
    size = n_thresholds + len(effects.pairs)
    total = np.zeros((size, size))
    for start in range(0, len(codes), _BLOCK):
        rows = slice(start, start + _BLOCK)
        columns = _looked_up(effects, codes[rows], correlations_only)
        if weights is not None:
            columns *= weights[rows]
        total += columns @ columns.T
    total *= n_obs
    return total


def _looked_up(effects: Influences, codes: CodeArray, correlations_only: bool) -> FloatArray:
    """Influences of a block of rows on every statistic, (m, rows)."""
    n_pairs, width, _ = effects.pairs.shape
    answers = np.ascontiguousarray(np.where(codes < 0, width - 1, codes).T, dtype=np.int32)
    thresholds = 0 if correlations_only else sum(item.shape[1] for item in effects.items)
    columns = np.empty((thresholds + n_pairs, len(codes)))
    at = 0
    for item, answer in zip(effects.items if thresholds else (), answers, strict=False):
        np.take(item.T, answer, axis=1, out=columns[at : at + item.shape[1]], mode="clip")
        at += item.shape[1]
    cells = effects.pairs.ravel()
    place = np.arange(n_pairs, dtype=np.int32)[:, None] * width**2
    first = 0
    for i in range(len(answers) - 1):
        last = first + len(answers) - 1 - i
        cell = place[first:last] + answers[i] * width
        cell += answers[i + 1 :]
        cells.take(cell, out=columns[at + first : at + last], mode="clip")
        first = last
    return columns


def _cluster_sums(
    effects: Influences,
    codes: CodeArray,
    clusters: IntArray,
    weights: FloatArray | None,
    correlations_only: bool,
) -> FloatArray:
    """Sums of the influences within each cluster, (J, m)."""
    order = np.argsort(clusters, kind="stable")
    sums: FloatArray | None = None
    for start in range(0, len(codes), _BLOCK):
        rows = order[start : start + _BLOCK]
        columns = _looked_up(effects, codes[rows], correlations_only)
        if weights is not None:
            columns *= weights[rows]
        names, starts = np.unique(clusters[rows], return_index=True)
        if sums is None:
            sums = np.zeros((int(clusters.max()) + 1, columns.shape[0]))
        sums[names] += np.add.reduceat(columns, starts, axis=1).T
    assert sums is not None
    return sums

"""What a model of ordinal items is fitted to: thresholds, polychoric correlations and their covariance.

`ordinal_statistics` is the one door; confirmatory models, exploratory models and reliability all start from its
record. Order of the statistics everywhere: thresholds item by item, then the lower triangle of the correlation
matrix column by column (pairs (0, 1), (0, 2), ..., (1, 2), ...), which is lavaan's order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from sctoolkit.errors import DataError, NotIdentifiedError
from sctoolkit.numerics.ordinal.contingency import MISSING, CodeArray, PairTables, pair_tables
from sctoolkit.numerics.ordinal.nacov import influences, nacov, nacov_diagonal
from sctoolkit.numerics.ordinal.polychoric import polychorics
from sctoolkit.numerics.ordinal.thresholds import padded_thresholds, thresholds

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Nacov = Literal["full", "correlations", "diagonal", "none"]


@dataclass(frozen=True, slots=True)
class OrdinalStatistics:
    """Thresholds, correlations and Gamma of p ordinal items.

    Attributes
    ----------
    thresholds : tuple of p arrays
        Thresholds of each item (its number of categories less one).
    correlation : (p, p) array
        Polychoric correlations, 1 on the diagonal; nan where no one answered both items.
    gamma : (m, m) array or None
        N times the covariance of (thresholds, correlations), with ``nacov="full"``. Rows and columns of pairs at
        the bound are nan: their variance is not defined.
    gamma_correlations : (n_pairs, n_pairs) array or None
        The block of the correlations, with ``nacov="full"`` or ``"correlations"``.
    gamma_diagonal : (m,) array or None
        Diagonal of Gamma, unless ``nacov="none"``. Its inverse is the weight of DWLS. (With clusters and
        ``nacov="correlations"`` the entries of the thresholds are nan.)
    n_obs : float
        People used: rows with at least one answer (sum of frequencies where given); N in Gamma.
    n_clusters : int or None
        Clusters, where given.
    n_empty_cells : (n_pairs,) int array
        Cells of each pair's table that nobody chose.
    n_pairwise : (n_pairs,) array
        People (or weights) who answered both items of the pair.
    at_bound, corrected, converged : (n_pairs,) bool arrays
        Perfectly ordered pairs; two-by-two tables with one empty cell, corrected by lavaan's rule; pairs whose
        iteration ended well.
    """

    thresholds: tuple[FloatArray, ...]
    correlation: FloatArray
    gamma: FloatArray | None
    gamma_correlations: FloatArray | None
    gamma_diagonal: FloatArray | None
    n_obs: float
    n_clusters: int | None
    n_empty_cells: IntArray
    n_pairwise: FloatArray
    at_bound: BoolArray
    corrected: BoolArray
    converged: BoolArray


def ordinal_statistics(
    codes: npt.ArrayLike,
    n_categories: npt.ArrayLike | None = None,
    *,
    weights: FloatArray | None = None,
    frequencies: FloatArray | None = None,
    clusters: npt.NDArray[np.generic] | None = None,
    missing: Literal["listwise", "pairwise"] = "listwise",
    nacov: Nacov = "full",
) -> OrdinalStatistics:
    """Thresholds, polychoric correlations and their asymptotic covariance.

    Parameters
    ----------
    codes : (n, p) array
        Categories 0, 1, ..., K_j - 1 of each item; nan (or a negative number in an integer array) where missing.
    n_categories : (p,) array of int, optional
        Categories of each item; the largest code plus one when left out. Every category must be used.
    weights : (n,) array, optional
        Sampling weights; rescaled to sum to the number of rows used. The covariance is then that of the design.
    frequencies : (n,) array, optional
        How many people each row stands for.
    clusters : (n,) array, optional
        Cluster of each row; the covariance is then robust to dependence within clusters.
    missing : {"listwise", "pairwise"}
        Use complete rows only, or for every item and pair all rows that answered.
    nacov : {"full", "correlations", "diagonal", "none"}
        How much of Gamma to compute. The diagonal needs no pass over the rows.

    Raises
    ------
    DataError
        If arrays disagree in length, weights are negative or not finite, or no row is left.
    NotIdentifiedError
        If an item is constant or one of its categories is unused.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> latent = rng.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], size=2000)
    >>> stats = ordinal_statistics((latent > 0).astype(float), nacov="none")
    >>> round(float(stats.correlation[1, 0]), 1)
    0.5
    """
    answers = as_codes(codes)
    rows = _usable_rows(answers, weights, frequencies, missing)
    answers = answers[rows]
    widths = _widths(answers, n_categories)
    k = int(widths.max())
    weight, n_obs = _row_weights(rows, weights, frequencies)
    counted = pair_tables(answers, k, weight)
    taus = tuple(_item_thresholds(j, counted.margins[j, : widths[j]]) for j in range(len(widths)))
    bounds = padded_thresholds(taus)
    fit = polychorics(counted.tables, bounds[counted.first], bounds[counted.second])
    r = np.where(fit.at_bound, np.nan, fit.correlations)
    full, block, diagonal, n_clusters = None, None, None, None
    labels = None if clusters is None else np.unique(np.asarray(clusters)[rows], return_inverse=True)[1]
    if labels is not None:
        n_clusters = int(labels.max()) + 1
    if nacov != "none":
        full, block, diagonal = _covariance(
            nacov, answers, counted, taus, bounds, r, n_obs, weight, frequencies is not None, labels
        )
    return OrdinalStatistics(
        thresholds=taus,
        correlation=_square(fit.correlations, len(widths)),
        gamma=full,
        gamma_correlations=block,
        gamma_diagonal=diagonal,
        n_obs=n_obs,
        n_clusters=n_clusters,
        n_empty_cells=_empty_cells(counted, widths),
        n_pairwise=counted.tables.sum(axis=(1, 2)),
        at_bound=fit.at_bound,
        corrected=fit.corrected,
        converged=fit.converged,
    )


def as_codes(codes: npt.ArrayLike) -> CodeArray:
    """Return answers as small integers with `MISSING` for nan and negative numbers."""
    values = np.asarray(codes)
    if values.ndim != 2 or values.shape[1] < 2:
        raise DataError(
            "Answers must form a table with people in rows and at least 2 items in columns.",
            where=f"Dimensions: {values.ndim}; sizes: {' by '.join(map(str, values.shape))}.",
            hint="Pass one column an item, in an array of two dimensions.",
        )
    if values.dtype == np.int8:
        return values
    known = values >= 0
    if bool(np.any(known & ((values > 126) | (values != np.floor(np.where(known, values, 0)))))):
        raise DataError(
            "Categories must be whole numbers from 0 to 126, and some are not.",
            hint="Count the categories of each item from 0; continuous answers have no polychoric correlation.",
        )
    return np.where(known, values, MISSING).astype(np.int8)


def _usable_rows(
    answers: CodeArray, weights: FloatArray | None, frequencies: FloatArray | None, missing: str
) -> IntArray:
    """Rows that count under the missing rule and have weight above zero."""
    if weights is not None and frequencies is not None:
        raise DataError(
            "Rows must have `weights` or `frequencies`, not both.",
            hint="Frequencies count people; weights say how many each stands for.",
        )
    seen = answers >= 0
    keep = seen.all(axis=1) if missing == "listwise" else seen.any(axis=1)
    for name, column in (("weights", weights), ("frequencies", frequencies)):
        if column is None:
            continue
        if np.shape(column) != (len(answers),) or not bool(np.all(np.isfinite(column) & (np.asarray(column) >= 0.0))):
            raise DataError(
                f"`{name}` must hold one finite number of at least 0 for each of {len(answers)} rows.",
                hint=f"Give 0 to rows that should not count, and `{name}=None` where all count once.",
            )
        keep &= np.asarray(column) > 0.0
    if not keep.any():
        raise DataError(
            f"Some row must be answered in full and have weight, and none of {len(answers)} is.",
            hint='Use `missing="pairwise"`, which needs pairs of answers only.',
        )
    return np.flatnonzero(keep).astype(np.int64)


def _widths(answers: CodeArray, n_categories: npt.ArrayLike | None) -> IntArray:
    """Number of categories of every item."""
    largest: IntArray = answers.max(axis=0).astype(np.int64) + 1
    if n_categories is None:
        return largest
    widths = np.asarray(n_categories, dtype=np.int64)
    if widths.shape != largest.shape or bool(np.any(largest > widths)):
        raise DataError(
            "`n_categories` must hold a number for each item, none below the categories found.",
            where=(
                f"Found: {', '.join(map(str, largest.tolist()))}.",
                f"Given: {', '.join(map(str, widths.ravel().tolist()))}.",
            ),
            hint="Count the categories offered, which may be more than those used, in the order of the items.",
        )
    return widths


def _item_thresholds(position: int, counts: FloatArray) -> FloatArray:
    """Thresholds of the item at a position, or an error that names the position."""
    try:
        return thresholds(counts)
    except NotIdentifiedError as error:
        where = (f"Item {position + 1}, counted from 1.", *error.where)
        raise NotIdentifiedError(error.problem, where=where, hint=error.hint) from None


def _row_weights(
    rows: IntArray, weights: FloatArray | None, frequencies: FloatArray | None
) -> tuple[FloatArray | None, float]:
    """Weights of the usable rows and the number of people that they stand for."""
    if frequencies is not None:
        used = np.asarray(frequencies, dtype=np.float64)[rows]
        return used, float(used.sum())
    if weights is None:
        return None, float(rows.size)
    used = np.asarray(weights, dtype=np.float64)[rows]
    return used * (rows.size / used.sum()), float(rows.size)


def _covariance(
    extent: Nacov,
    answers: CodeArray,
    counted: PairTables,
    taus: tuple[FloatArray, ...],
    bounds: FloatArray,
    r: FloatArray,
    n_obs: float,
    weight: FloatArray | None,
    is_frequency: bool,
    labels: IntArray | None,
) -> tuple[FloatArray | None, FloatArray | None, FloatArray]:
    """Gamma, its block of correlations and its diagonal, as far as asked for."""
    effects = influences(counted, taus, bounds, r)
    n_thresholds = sum(tau.size for tau in taus)
    tabled = None
    if labels is None:
        squared = counted if weight is None or is_frequency else pair_tables(answers, bounds.shape[1] - 1, weight**2)
        tabled = nacov_diagonal(effects, squared, n_obs)
        if extent == "diagonal":
            return None, None, tabled
        if is_frequency and weight is not None:
            weight = np.sqrt(weight)
        else:
            answers, weight = _distinct(answers, weight, bounds.shape[1])
    only = extent == "correlations"
    gamma = nacov(effects, answers, n_obs, weights=weight, clusters=labels, correlations_only=only)
    diagonal = np.diagonal(gamma).copy()
    if only:
        missing_part = np.full(n_thresholds, np.nan)
        return None, gamma, tabled if tabled is not None else np.concatenate([missing_part, diagonal])
    if extent == "diagonal":
        return None, None, diagonal
    return gamma, gamma[n_thresholds:, n_thresholds:], diagonal


def _distinct(answers: CodeArray, weight: FloatArray | None, width: int) -> tuple[CodeArray, FloatArray | None]:
    """Distinct rows with the root of their summed squared weights, where that shortens the work."""
    n_rows, n_items = answers.shape
    if float(width) ** n_items > 0.25 * n_rows:
        return answers, weight
    key = (answers.astype(np.int64) + 1) @ (width + 1) ** np.arange(n_items, dtype=np.int64)
    _, index, inverse = np.unique(key, return_index=True, return_inverse=True)
    mass = np.bincount(inverse, weights=None if weight is None else weight**2)
    return answers[index], np.sqrt(mass.astype(np.float64))


def _square(values: FloatArray, n_items: int) -> FloatArray:
    """Symmetric matrix with ones on the diagonal from its lower triangle column by column."""
    matrix = np.eye(n_items)
    upper = np.triu_indices(n_items, 1)
    matrix[upper] = values
    matrix.T[upper] = values
    return matrix


def _empty_cells(counted: PairTables, widths: IntArray) -> IntArray:
    """Cells of each pair's table that nobody chose."""
    zeros = (counted.tables == 0.0).sum(axis=(1, 2))
    k = counted.margins.shape[1]
    padding = k * k - widths[counted.first] * widths[counted.second]
    return np.asarray(zeros - padding, dtype=np.int64)

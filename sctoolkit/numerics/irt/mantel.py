"""Tests and effect sizes of an association between group and answer within strata of a matching score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class StratifiedTest:
    """A chi-square statistic and its degrees of freedom."""

    chi2: float
    dof: int


@dataclass(frozen=True, slots=True)
class MeanDifference:
    """Standardised mean difference in points of the answer: focal less reference at equal matching scores."""

    value: float
    std_error: float


def stratified_tables(answers: IntArray, group: IntArray, stratum: IntArray, n_groups: int) -> FloatArray:
    """Return counts by stratum, group and category, (S, G, K), of strata with at least two groups.

    Examples
    --------
    >>> stratified_tables(np.array([0, 1, 1]), np.array([0, 1, 0]), np.array([5, 5, 9]), 2).tolist()
    [[[1.0, 0.0], [0.0, 1.0]]]
    """
    levels, numbers = np.unique(stratum, return_inverse=True)
    out = np.zeros((levels.size, n_groups, int(answers.max()) + 1))
    np.add.at(out, (numbers.reshape(-1), group, answers), 1.0)
    return np.asarray(out[(out.sum(axis=2) > 0).sum(axis=1) >= 2])


def generalized_mantel_haenszel(tables: FloatArray) -> StratifiedTest:
    """Return the generalised Mantel-Haenszel test, which takes neither groups nor categories as ordered.

    Notes
    -----
    G = (n - m)' V^-1 (n - m) with n, m, V the sums over strata of cells, and of their hypergeometric means and
    covariances, without the last group and category; (G - 1)(K - 1) degrees of freedom.

    References
    ----------
    Mantel & Haenszel (1959), doi:10.1093/jnci/22.4.719; Somes (1986), doi:10.1080/00031305.1986.10475381.
    Oracle: tests/oracle/dif.R (mantelhaen.test).
    """
    return _quadratic(tables, np.eye(tables.shape[2])[:, :-1])


def mantel_mean_scores(tables: FloatArray, scores: FloatArray) -> StratifiedTest:
    """Return the test that groups differ in mean answer within strata, with G - 1 degrees of freedom.

    Parameters
    ----------
    tables : (S, G, K) float array
    scores : (K,) float array
        Points of the categories.

    References
    ----------
    Mantel (1963), doi:10.1080/01621459.1963.10500879; Landis, Heyman & Koch (1978), doi:10.2307/1402373.
    Test: moments over all permutations within strata.
    """
    return _quadratic(tables, scores[:, None])


def _quadratic(tables: FloatArray, columns: FloatArray) -> StratifiedTest:
    """Quadratic form of cells combined by ``columns`` (K, r), under permutation within strata."""
    n_groups = tables.shape[1]
    width = columns.shape[1]
    gap = np.zeros((n_groups - 1) * width)
    spread = np.zeros((gap.size, gap.size))
    for table in tables:
        n = table.sum()
        if n < 2:
            continue
        rows, cells = table.sum(axis=1)[:-1], table.sum(axis=0)
        mean = np.outer(rows, cells @ columns) / n
        gap += ((table[:-1] @ columns) - mean).reshape(-1)
        by_row = np.diag(rows) * n - np.outer(rows, rows)
        by_column = n * (columns.T * cells) @ columns - np.outer(cells @ columns, cells @ columns)
        spread += np.kron(by_row, by_column) / (n**2 * (n - 1.0))
    rank = int(np.linalg.matrix_rank(spread, tol=1e-10 * max(float(np.abs(spread).max(initial=0.0)), 1e-300)))
    if rank == 0:
        return StratifiedTest(float("nan"), 0)
    return StratifiedTest(float(gap @ np.linalg.pinv(spread, rcond=1e-10, hermitian=True) @ gap), rank)


def mean_difference(tables: FloatArray, scores: FloatArray) -> MeanDifference:
    """Return the difference in mean answer at equal matching scores, weighted by the focal group (the second).

    Parameters
    ----------
    tables : (S, 2, K) float array
        Reference first, focal second.

    References
    ----------
    Dorans & Schmitt (1991), ETS RR-91-47; error: Zwick & Thayer (1996), doi:10.3102/10769986021003187.

    Examples
    --------
    >>> mean_difference(np.array([[[5.0, 5.0], [2.0, 8.0]]]), np.array([0.0, 1.0])).value
    0.3...
    """
    value, variance = 0.0, 0.0
    n_focal = tables[:, 1].sum()
    for reference, focal in tables:
        n_r, n_f = reference.sum(), focal.sum()
        n = n_r + n_f
        weight = n_f / n_focal
        value += weight * (focal @ scores / n_f - reference @ scores / n_r)
        both = reference + focal
        spread = n_r * n_f / (n**2 * (n - 1.0)) * (n * (both @ scores**2) - (both @ scores) ** 2)
        variance += weight**2 * (1.0 / n_f + 1.0 / n_r) ** 2 * spread
    return MeanDifference(float(value), float(np.sqrt(variance)))


def cumulative_log_odds(tables: FloatArray) -> float:
    """Return the common log odds ratio over all cuts of the answer; above 0 when the focal group answers higher.

    Notes
    -----
    log of sum_s sum_c A_sc D_sc / n_s over sum_s sum_c B_sc C_sc / n_s; for two categories the Mantel-Haenszel ratio.

    References
    ----------
    Liu & Agresti (1996), doi:10.2307/2533038; Penfield & Algina (2003), doi:10.1111/j.1745-3984.2003.tb01150.x.
    Oracle: mantelhaen.test for two categories.
    """
    above, below = 0.0, 0.0
    for reference, focal in tables:
        n = reference.sum() + focal.sum()
        for cut in range(1, tables.shape[2]):
            above += focal[cut:].sum() * reference[:cut].sum() / n
            below += focal[:cut].sum() * reference[cut:].sum() / n
    if above == 0.0 or below == 0.0:
        return float("nan")
    return float(np.log(above / below))

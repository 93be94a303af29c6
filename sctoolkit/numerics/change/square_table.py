"""Answers of the same people twice, as a square table: equal shares, and as many moves up as down.

``stuart_maxwell(table) -> (chi2, dof)``, ``bowker(table) -> (chi2, dof)``.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def stuart_maxwell(table: FloatArray) -> tuple[float, int]:
    """Return the statistic of equal margins and its degrees of freedom.

    Parameters
    ----------
    table : (k, k) float array
        Counts: first answer in rows, second in columns.

    Notes
    -----
    d' V^-1 d with d the differences of margins and V their covariance; answers whose margins do not vary are left out,
    and dof is the rank of V.

    References
    ----------
    Stuart (1955), doi:10.1093/biomet/42.3-4.412; Maxwell (1970), doi:10.1192/bjp.116.535.651.
    Oracle: statsmodels SquareTable.homogeneity.

    Examples
    --------
    >>> statistic, dof = stuart_maxwell(np.array([[10.0, 8.0], [2.0, 10.0]]))
    >>> round(statistic, 6), dof
    (3.6, 1)
    """
    gap = table.sum(axis=1) - table.sum(axis=0)
    spread = -(table + table.T)
    np.fill_diagonal(spread, table.sum(axis=1) + table.sum(axis=0) - 2 * np.diag(table))
    values, vectors = np.linalg.eigh(spread)
    keep = values > 1e-10 * max(float(values.max()), 1.0)
    turned = vectors[:, keep].T @ gap
    return float((turned**2 / values[keep]).sum()), int(keep.sum())


def bowker(table: FloatArray) -> tuple[float, int]:
    """Return the statistic of symmetry and its degrees of freedom: pairs of answers between which someone moved.

    References
    ----------
    Bowker (1948), doi:10.1080/01621459.1948.10483284. Oracle: R mcnemar.test on more than two answers.

    Examples
    --------
    >>> bowker(np.array([[10.0, 8.0], [2.0, 10.0]]))
    (3.6, 1)
    """
    up, down = table[np.triu_indices_from(table, 1)], table.T[np.triu_indices_from(table, 1)]
    seen = up + down > 0
    return float(((up - down)[seen] ** 2 / (up + down)[seen]).sum()), int(seen.sum())

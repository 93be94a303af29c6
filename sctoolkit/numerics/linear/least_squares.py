"""Weighted least squares through a QR factorisation, with one set of fixed effects swept out.

``fit_least_squares(design, outcome, weights=None, absorb=None) -> LeastSquares`` is the start of every sandwich in
`numerics.vcov`: it keeps the orthonormal basis that makes the later algebra a matter of small matrices.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve_triangular

from sctoolkit.errors import DataError, NotIdentifiedError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LeastSquares:
    """A least-squares fit: n rows, p columns.

    ``basis`` Z = X R^-1 satisfies Z'WZ = I; ``root`` is R, upper triangular, so that (X'WX)^-1 = R^-1 R^-T, which is
    ``bread``. ``n_params`` counts absorbed effects too. ``r_squared`` is that of the columns, within absorbed effects.
    """

    coef: FloatArray
    bread: FloatArray
    basis: FloatArray
    root: FloatArray
    residuals: FloatArray
    weights: FloatArray
    n_obs: int
    n_params: int
    dof_resid: int
    sigma2: float
    r_squared: float

    def contrast_in_basis(self, contrasts: FloatArray) -> FloatArray:
        """Return R^-T c for contrasts in rows (q, p), as columns (p, q)."""
        solved: FloatArray = solve_triangular(self.root, np.atleast_2d(contrasts).T, trans="T")
        return solved


def dependent_columns(design: FloatArray, tolerance: float = 1e-9) -> list[int]:
    """Return the columns that are linear combinations of columns before them.

    Parameters
    ----------
    design : (n, p) float array
    tolerance : float
        Share of a column's length that must be left after the columns before it are taken out.

    Examples
    --------
    >>> dependent_columns(np.array([[1.0, 0.0, 1.0], [1.0, 1.0, 2.0], [1.0, 5.0, 6.0]]))
    [2]
    """
    norms = np.sqrt((design**2).sum(axis=0))
    found = [int(j) for j in np.flatnonzero(norms == 0)]
    kept = [int(j) for j in np.flatnonzero(norms > 0)]
    while kept:
        left = np.abs(np.diagonal(np.linalg.qr(design[:, kept] / norms[kept], mode="r")))
        short = np.flatnonzero(left < tolerance)
        extra = kept[int(short[0])] if short.size else (kept[len(left)] if len(left) < len(kept) else None)
        if extra is None:
            break
        found.append(extra)
        kept.remove(extra)
    return sorted(found)


def sweep(columns: FloatArray, codes: IntArray, weights: FloatArray) -> FloatArray:
    """Return columns minus their weighted mean within each code."""
    totals = np.bincount(codes, weights)
    out = np.empty_like(columns)
    for j in range(columns.shape[1]):
        out[:, j] = columns[:, j] - (np.bincount(codes, weights * columns[:, j]) / totals)[codes]
    return out


def check_weights(weights: npt.ArrayLike | None, n_obs: int) -> FloatArray:
    """Return weights as an array; they must be finite and positive."""
    if weights is None:
        return np.ones(n_obs)
    array = np.asarray(weights, dtype=np.float64)
    bad = ~(np.isfinite(array) & (array > 0))
    if array.shape != (n_obs,) or bad.any():
        raise DataError(
            "Weights must be one positive number a row, and some are not.",
            where=f"{int(bad.sum())} of {array.size} weights are zero, negative or missing; {n_obs} rows.",
            hint="Leave out rows that should not count, or give every row a positive weight.",
        )
    return array


def fit_least_squares(
    design: FloatArray,
    outcome: FloatArray,
    weights: npt.ArrayLike | None = None,
    absorb: npt.ArrayLike | None = None,
) -> LeastSquares:
    """Fit outcome = design @ coef (+ one effect a level of ``absorb``) by weighted least squares.

    Parameters
    ----------
    design : (n, p) float array, full column rank (after absorption)
    outcome : (n,) float array
    weights : (n,) positive array, optional
    absorb : (n,) array of integer codes from 0, optional
        One set of fixed effects that are swept out; the design then holds no intercept.

    Returns
    -------
    LeastSquares

    Raises
    ------
    DataError
        If weights are not positive.
    NotIdentifiedError
        If a column depends on the others or there are no more rows than parameters need.

    References
    ----------
    Frisch and Waugh (1933), doi:10.2307/1907330, for the sweep.   Oracle: tests/oracle/small_sample.R (stats::lm).

    Examples
    --------
    >>> X = np.column_stack([np.ones(4), [0.0, 0.0, 1.0, 1.0]])
    >>> fit_least_squares(X, np.array([1.0, 3.0, 4.0, 8.0])).coef
    array([2., 4.])
    """
    n_obs = len(outcome)
    weight = check_weights(weights, n_obs)
    n_levels = 0
    if absorb is not None:
        codes = np.asarray(absorb, dtype=np.int64)
        n_levels = int(codes.max()) + 1
        swept = sweep(np.column_stack([design, outcome]), codes, weight)
        norms = np.sqrt((design**2).sum(axis=0))
        swept[:, :-1][:, np.sqrt((swept[:, :-1] ** 2).sum(axis=0)) < 1e-10 * norms] = 0.0
        design, outcome = swept[:, :-1], swept[:, -1]
    half = np.sqrt(weight)
    dependent = dependent_columns(design * half[:, None])
    if dependent:
        raise NotIdentifiedError(
            "Every column of the design must carry information of its own, and some do not.",
            where=f"Columns {dependent} (counted from 0) depend on the columns before them or on absorbed effects.",
            hint="Leave those columns out.",
        )
    orthonormal, root = np.linalg.qr(design * half[:, None])
    coef = solve_triangular(root, orthonormal.T @ (half * outcome))
    residuals = outcome - design @ coef
    if float(weight @ residuals**2) <= 1e-26 * float(weight @ outcome**2):
        residuals = np.zeros(n_obs)  # a perfect fit: what is left is rounding
    inverse = solve_triangular(root, np.eye(design.shape[1]))
    n_params = design.shape[1] + n_levels
    rss = float(weight @ residuals**2)
    centre = 0.0 if absorb is not None else float(weight @ outcome / weight.sum())
    total = float(weight @ (outcome - centre) ** 2)
    dof_resid = n_obs - n_params
    return LeastSquares(
        coef=coef,
        bread=inverse @ inverse.T,
        basis=orthonormal / half[:, None],
        root=root,
        residuals=residuals,
        weights=weight,
        n_obs=n_obs,
        n_params=n_params,
        dof_resid=dof_resid,
        sigma2=rss / dof_resid if dof_resid > 0 else float("nan"),
        r_squared=1.0 - rss / total if total > 0 else float("nan"),
    )

"""Regression with one covariate that is measured with known reliability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sctoolkit.errors import NotIdentifiedError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CorrectedFit:
    """Coefficients (p,) and their covariance (p, p), ``scores`` (n, p) each row's part in them."""

    coef: FloatArray
    vcov: FloatArray
    scores: FloatArray


def corrected_regression(
    design: FloatArray,
    outcome: FloatArray,
    column: int,
    reliability: float,
    *,
    clusters: IntArray | None = None,
    weights: FloatArray | None = None,
) -> CorrectedFit:
    """Regress with the error variance of one column taken out of its sum of squares.

    Parameters
    ----------
    design : (n, p) float array
        With an intercept; the other columns are taken as free of error.
    outcome : (n,) float array
    column : int
        The column measured with error.
    reliability : float in (0, 1]
        Reliability of the column within groups: of what is left when the other columns are taken out.
    clusters : (n,) integer array, optional
        Codes from 0; the covariance then adds up over clusters.
    weights : (n,) float array, optional

    Returns
    -------
    CorrectedFit

    Raises
    ------
    NotIdentifiedError
        If the reliability is so low that nothing is left of the column.

    Notes
    -----
    With M = X'WX, the error variance is (1 - reliability) times the mean square of the column given the others, and
    b = (M - n s E)^-1 X'Wy, E zero but for the column's place. The covariance is that of the estimating equations
    (reliability taken as known), times G/(G-1) or n/(n-p).

    References
    ----------
    Fuller (1987), Measurement Error Models, doi:10.1002/9780470316665, section 2.2.

    Examples
    --------
    >>> x = np.array([0.0, 1.0, 2.0, 3.0]); X = np.column_stack([np.ones(4), x])
    >>> corrected_regression(X, 2 * x, 1, 0.8).coef
    array([-0.75,  2.5 ])
    """
    weight = np.ones(len(outcome)) if weights is None else weights / weights.mean()
    others = np.delete(design, column, axis=1)
    half = np.sqrt(weight)[:, None]
    fitted = others @ np.linalg.lstsq(others * half, design[:, column] * half[:, 0], rcond=None)[0]
    own = design[:, column] - fitted
    error = (1 - reliability) * float(weight @ own**2)
    moments = design.T @ (weight[:, None] * design)
    moments[column, column] -= error
    if float(weight @ own**2) <= 0 or reliability <= 0 or np.linalg.cond(moments) > 1e14:
        raise NotIdentifiedError(
            f"The starting value must vary within groups and be reliable; reliability {reliability:g} leaves nothing.",
            hint="Check the reliability of the score (omega or alpha), or use the model without correction.",
        )
    coef = np.linalg.solve(moments, design.T @ (weight * outcome))
    scores = (weight * (outcome - design @ coef))[:, None] * design
    scores[:, column] += (1 - reliability) * weight * own**2 * coef[column]
    sums = scores
    if clusters is not None:
        sums = np.zeros((int(clusters.max()) + 1, design.shape[1]))
        np.add.at(sums, clusters, scores)
    n, p = design.shape
    factor = n / (n - p) if clusters is None else len(sums) / max(len(sums) - 1, 1)
    inverse = np.linalg.inv(moments)
    return CorrectedFit(coef=coef, vcov=factor * inverse @ (sums.T @ sums) @ inverse, scores=scores @ inverse.T)

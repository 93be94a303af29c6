"""Cumulative logit and probit models of an ordered answer, proportional or not, by Newton's method.

``fit_cumulative(design, codes, n_categories, link="logit", nominal=None) -> CumulativeFit``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit, ndtr, ndtri

from sctoolkit.errors import ConvergenceError, DataError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Link = Literal["logit", "probit"]


@dataclass(frozen=True, slots=True)
class CumulativeFit:
    """P(answer <= k) = F(threshold_k - x'slope).

    ``params``: thresholds (K - 1), then for each nominal column its K - 1 shifts, then slopes (p). ``vcov`` is the
    inverse observed information; ``scores`` (n, m) allow sandwich variances.
    """

    params: FloatArray
    vcov: FloatArray
    scores: FloatArray
    loglik: float
    n_thresholds: int
    n_slopes: int

    @property
    def thresholds(self) -> FloatArray:
        """Cut-points (K - 1,)."""
        return self.params[: self.n_thresholds]

    @property
    def slopes(self) -> FloatArray:
        """Coefficients (p,): positive moves answers upwards."""
        return self.params[len(self.params) - self.n_slopes :]


def link_functions(x: FloatArray, link: Link) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return F, its density and the density's derivative; infinities give 0 or 1 and no density."""
    if link == "logit":
        p = expit(x)
        density = p * (1 - p)
        return p, density, density * (1 - 2 * p)
    p = ndtr(x)
    density = np.exp(-0.5 * np.minimum(x**2, 1400.0)) / np.sqrt(2 * np.pi)
    return p, density, -np.where(np.isfinite(x), x, 0.0) * density


def fit_cumulative(
    design: FloatArray, codes: IntArray, n_categories: int, link: Link = "logit", nominal: FloatArray | None = None,
    require_finite: bool = True,
) -> CumulativeFit:  # fmt: skip
    """Fit an ordered answer.

    Parameters
    ----------
    design : (n, p) array without intercept; p may be 0
    codes : (n,) integers from 0 to n_categories - 1, every one used
    n_categories : int, at least 2
    link : {"logit", "probit"}
    nominal : (n, j) array, optional
        Columns whose coefficients differ by threshold (non-proportional odds).
    require_finite : bool
        Without it a likelihood whose maximum lies at infinity is still returned, for likelihood-ratio tests.

    Raises
    ------
    DataError
        If a category is not used.
    ConvergenceError
        If a column separates low from high answers, so that no estimate exists.

    References
    ----------
    McCullagh (1980), doi:10.1111/j.2517-6161.1980.tb01109.x.   Oracle: ordinal_wine (ordinal::clm), MASS::polr.

    Examples
    --------
    >>> x = np.array([[0.0], [0.0], [0.0], [1.0], [1.0], [1.0]])
    >>> fit = fit_cumulative(x, np.array([0, 0, 1, 0, 1, 1]), 2)
    >>> round(float(fit.slopes[0]), 4)
    1.3863
    """
    counts = np.bincount(codes, minlength=n_categories)
    if (counts == 0).any() or n_categories < 2:
        raise DataError(
            "An ordered model needs at least 2 categories, each of them used, and some are not.",
            where=f"Answers in each category, from the lowest: {', '.join(map(str, counts.tolist()))}.",
            hint="Merge categories that nobody used with a neighbour.",
        )
    upper, lower, ends = _rows(design, codes, n_categories, nominal)
    k = n_categories - 1
    params = np.zeros(upper.shape[1])
    share = np.cumsum(counts)[:-1] / len(codes)
    params[:k] = logit(share) if link == "logit" else ndtri(share)
    value, score, hessian = _moments(params, upper, lower, ends, link)
    for _ in range(100):
        gradient = score.sum(axis=0)
        step = np.linalg.lstsq(hessian, gradient, rcond=None)[0]
        size = 1.0
        while True:
            trial = _moments(params - size * step, upper, lower, ends, link)
            if trial[0] >= value - 1e-12 * abs(value) or size < 1e-6:
                break
            size /= 2
        params, gain = params - size * step, trial[0] - value
        value, score, hessian = trial
        if not require_finite and gain < 1e-13 * abs(value):
            break
        if np.abs(size * step).max() < 1e-11 * (1 + np.abs(params).max()):
            break
    infinite = np.abs(params).max() > 30 or np.linalg.eigvalsh(-hessian)[0] <= 1e-9
    if not np.isfinite(value) or (infinite and require_finite):
        raise ConvergenceError(
            "An ordered model must have a finite estimate, and some column separates the answers.",
            hint="Merge rare categories, leave the column out, or report the cross-table.",
        )
    vcov = np.asarray(np.linalg.pinv(-hessian) if infinite else np.linalg.inv(-hessian), dtype=np.float64)
    return CumulativeFit(params, vcov, score, value, k, design.shape[1])


def _rows(
    design: FloatArray, codes: IntArray, n_categories: int, nominal: FloatArray | None
) -> tuple[FloatArray, FloatArray, tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]]:
    """Derivatives of the upper and lower cut of each row in the parameters, and which cuts are infinite."""
    n, k = len(codes), n_categories - 1
    cuts = np.eye(k)
    parts = []
    for cut in (codes, codes - 1):
        inside = (cut >= 0) & (cut < k)
        pick = np.where(inside[:, None], cuts[np.clip(cut, 0, k - 1)], 0.0)
        blocks = [pick]
        if nominal is not None:
            blocks += [-pick * nominal[:, [j]] for j in range(nominal.shape[1])]
        blocks.append(np.where(inside[:, None], -design, 0.0) if design.size else np.zeros((n, design.shape[1])))
        parts.append(np.hstack(blocks))
    return parts[0], parts[1], (codes == k, codes == 0)


def _moments(
    params: FloatArray, upper: FloatArray, lower: FloatArray, ends: tuple[npt.NDArray[np.bool_], ...], link: Link
) -> tuple[float, FloatArray, FloatArray]:
    """Log-likelihood, scores by row and Hessian."""
    fu, du, cu = link_functions(np.where(ends[0], np.inf, upper @ params), link)
    fl, dl, cl = link_functions(np.where(ends[1], -np.inf, lower @ params), link)
    p = fu - fl
    if (p <= 0).any():
        return -np.inf, np.zeros_like(upper), -np.eye(upper.shape[1])
    scores = (du[:, None] * upper - dl[:, None] * lower) / p[:, None]
    hessian = upper.T @ ((cu / p)[:, None] * upper) - lower.T @ ((cl / p)[:, None] * lower) - scores.T @ scores
    return float(np.log(p).sum()), scores, hessian

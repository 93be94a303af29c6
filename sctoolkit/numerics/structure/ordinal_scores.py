"""Factor scores from ordinal answers: mode (EBM) and mean (EAP) of the factors given a pattern."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_BLOCK = 4096
_TINY = 1e-300
_NODES = {1: 21, 2: 11, 3: 7, 4: 5}


@dataclass(frozen=True, slots=True)
class ProbitModel:
    """A factor model for normal response tendencies y* = nu + Lambda eta + eps, cut at thresholds.

    Attributes
    ----------
    loadings : (p, m) float array
    thresholds : (p, K - 1) float array
        Ascending; plus infinity where an item has fewer categories.
    intercepts : (p,) float array
    residual_sd : (p,) float array
    factor_mean : (m,) float array
        Subtracted where latent means are free: the prior is centred there.
    factor_cov : (m, m) float array
    """

    loadings: FloatArray
    thresholds: FloatArray
    intercepts: FloatArray
    residual_sd: FloatArray
    factor_mean: FloatArray
    factor_cov: FloatArray


@dataclass(frozen=True, slots=True)
class OrdinalScores:
    """Scores (n, m) and posterior covariances (n, m, m) of patterns."""

    scores: FloatArray
    covariance: FloatArray

    @property
    def std_error(self) -> FloatArray:
        """Posterior standard deviations, (n, m)."""
        return np.asarray(np.sqrt(np.diagonal(self.covariance, axis1=1, axis2=2)))


def ebm_scores(codes: IntArray, model: ProbitModel, tol: float = 1e-9, max_iterations: int = 100) -> OrdinalScores:
    """Return the posterior mode of the factors for each pattern, with the inverse curvature as covariance.

    Parameters
    ----------
    codes : (n, p) int array
        Category numbers from 0; -1 missing, which leaves the item out.

    Notes
    -----
    Maximises sum_j log[Phi(u_j) - Phi(l_j)] - (eta - alpha)' Phi^-1 (eta - alpha) / 2, which is concave, by Newton
    steps over all patterns at once, held within two prior standard deviations; rows that have arrived rest. lavaan
    0.6-14 scores groups with free means or scales differently: it takes the mean off the thresholds as well, and
    multiplies them by 1 / sd while the loadings keep their metric.

    References
    ----------
    Muthen (1998-2004), Mplus Technical Appendix 11.   Oracle: tests/oracle/factor_scores.R (lavaan::lavPredict).
    """
    n, m = codes.shape[0], model.factor_mean.size
    scores = np.empty((n, m))
    covariance = np.empty((n, m, m))
    for start in range(0, n, _BLOCK):
        rows = slice(start, min(start + _BLOCK, n))
        scores[rows], covariance[rows] = _modes(codes[rows], model, tol, max_iterations)
    return OrdinalScores(scores, covariance)


def eap_ordinal_scores(codes: IntArray, model: ProbitModel) -> OrdinalScores:
    """Return posterior mean and covariance of up to four factors, by quadrature placed around each mode.

    Notes
    -----
    Adaptive Gauss-Hermite rule: 21, 11, 7 or 5 nodes a factor, on mode + R z with R R' the inverse curvature (Naylor &
    Smith, 1982; Schilling & Bock, 2005, doi:10.1007/s11336-003-1141-x).
    """
    m = model.factor_mean.size
    modes = ebm_scores(codes, model)
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES[m])
    points = np.stack(np.meshgrid(*[nodes] * m, indexing="ij"), axis=-1).reshape(-1, m)
    log_weight = np.log(np.stack(np.meshgrid(*[weights] * m, indexing="ij"), axis=-1).reshape(-1, m)).sum(axis=1)
    log_weight = log_weight + 0.5 * (points**2).sum(axis=1)
    precision = np.linalg.inv(model.factor_cov)
    scores, covariance = np.empty_like(modes.scores), np.empty_like(modes.covariance)
    block = max(1, 400_000 // (points.shape[0] * codes.shape[1]))
    for start in range(0, codes.shape[0], block):
        rows = slice(start, min(start + block, codes.shape[0]))
        root = np.linalg.cholesky(modes.covariance[rows])
        eta = modes.scores[rows][:, None, :] + np.einsum("nab,qb->nqa", root, points)
        log_post = _log_likelihood(codes[rows], eta, model)
        gap = eta - model.factor_mean
        log_post += log_weight - 0.5 * np.einsum("nqa,ab,nqb->nq", gap, precision, gap)
        share = np.exp(log_post - log_post.max(axis=1, keepdims=True))
        share /= share.sum(axis=1, keepdims=True)
        scores[rows] = np.einsum("nq,nqa->na", share, eta)
        centred = eta - scores[rows][:, None, :]
        covariance[rows] = np.einsum("nq,nqa,nqb->nab", share, centred, centred)
    return OrdinalScores(scores, covariance)


def _modes(codes: IntArray, model: ProbitModel, tol: float, max_iterations: int) -> tuple[FloatArray, FloatArray]:
    """Newton steps for one block of patterns."""
    low, high = _bounds(codes, model)
    slopes = model.loadings / model.residual_sd[:, None]
    products = np.einsum("pa,pb->pab", slopes, slopes).reshape(slopes.shape[0], -1)
    precision = np.linalg.inv(model.factor_cov)
    reach = 2.0 * np.sqrt(np.diag(model.factor_cov))
    m = model.factor_mean.size
    eta = np.tile(model.factor_mean, (codes.shape[0], 1))
    curvature = np.empty((codes.shape[0], m, m))
    active = np.arange(codes.shape[0])
    for _ in range(max_iterations):
        here = eta[active]
        slope, weight = _interval_derivatives(low[active], high[active], here @ slopes.T)
        gradient = slope @ slopes - (here - model.factor_mean) @ precision
        hessian = (weight @ products).reshape(-1, m, m) + precision
        curvature[active] = hessian
        step = np.linalg.solve(hessian, gradient[:, :, None])[:, :, 0]
        shrink = np.minimum(1.0, 1.0 / np.maximum((np.abs(step) / reach).max(axis=1), 1e-300))
        step *= shrink[:, None]
        eta[active] = here + step
        active = active[np.abs(step).max(axis=1) > tol]
        if active.size == 0:
            break
    return eta, np.asarray(np.linalg.inv(curvature), dtype=np.float64)


def _bounds(codes: IntArray, model: ProbitModel) -> tuple[FloatArray, FloatArray]:
    """Standardised thresholds below and above each answer, (n, p); infinite for a missing one."""
    p, n_steps = model.thresholds.shape
    padded = np.full((p, n_steps + 2), np.inf)
    padded[:, 0] = -np.inf
    padded[:, 1:-1] = (model.thresholds - model.intercepts[:, None]) / model.residual_sd[:, None]
    seen = codes >= 0
    at = np.where(seen, codes, 0)
    item = np.arange(p)
    return np.where(seen, padded[item, at], -np.inf), np.where(seen, padded[item, at + 1], np.inf)


def _interval(low: FloatArray, high: FloatArray, linear: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Standardised ends and the normal probability between them, taken in the tail where it is small."""
    below, above = low - linear, high - linear
    upper_tail = below > 0.0
    left = np.where(upper_tail, -above, below)
    right = np.where(upper_tail, -below, above)
    return below, above, np.maximum(ndtr(right) - ndtr(left), _TINY)


def _interval_derivatives(low: FloatArray, high: FloatArray, linear: FloatArray) -> tuple[FloatArray, FloatArray]:
    """First derivative, and negative second, of log[Phi(u) - Phi(l)] in the linear predictor."""
    below, above, chance = _interval(low, high, linear)
    density_low, density_high = _phi(below), _phi(above)
    slope = (density_low - density_high) / chance
    inner = (
        np.where(np.isfinite(above), above, 0.0) * density_high - np.where(np.isfinite(below), below, 0.0) * density_low
    )
    return slope, np.maximum(inner / chance + slope**2, 0.0)


def _log_likelihood(codes: IntArray, eta: FloatArray, model: ProbitModel) -> FloatArray:
    """Log-likelihood of each pattern at each of its points, (n, q)."""
    low, high = _bounds(codes, model)
    linear = eta @ (model.loadings / model.residual_sd[:, None]).T
    _, _, chance = _interval(low[:, None, :], high[:, None, :], linear)
    return np.asarray(np.log(chance).sum(axis=2))


def _phi(x: FloatArray) -> FloatArray:
    """Standard normal density, 0 at infinity."""
    return np.asarray(np.exp(-0.5 * x * x) * 0.3989422804014327)

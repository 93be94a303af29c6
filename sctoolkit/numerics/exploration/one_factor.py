"""One common factor fitted by weighted least squares, for one matrix or a stack of them.

Oracle: tests/oracle/reliability.R (lavaan, WLSMV with one factor).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def one_factor(correlation: FloatArray, weights: FloatArray | None = None, n_iterations: int = 200) -> FloatArray:
    """Loadings of one factor that minimise ``sum_{i<j} w_ij (r_ij - l_i l_j)^2``.

    Parameters
    ----------
    correlation : (..., p, p) array
        Correlations, p >= 3; the diagonal is not used.
    weights : (..., p, p) array, optional
        Symmetric weights, 1 when left out (ULS); the inverse variances of polychorics give DWLS.

    Returns
    -------
    (..., p) array
        Loadings with positive sum. A loading above 1 is a Heywood case and is left to the caller.

    Notes
    -----
    Gauss-Newton with a Levenberg damping that falls after each improvement; the curvature is
    ``W * (l l') + diag(W l^2)``.
    """
    r = np.asarray(correlation, dtype=np.float64)
    p = r.shape[-1]
    off = 1.0 - np.eye(p)
    w = off * (np.ones_like(r) if weights is None else np.broadcast_to(weights, r.shape))
    w = w / np.maximum(w.max(axis=(-2, -1), keepdims=True), 1e-300)
    values, vectors = np.linalg.eigh(r)
    loadings = vectors[..., -1] * np.sqrt(np.maximum(values[..., -1:], 1e-3)) * 0.9
    damping = np.full((*r.shape[:-2], 1, 1), 1e-3)
    value = _misfit(r, w, loadings)
    for _ in range(n_iterations):
        residual = r - loadings[..., :, None] * loadings[..., None, :]
        gradient = np.einsum("...ij,...ij,...j->...i", w, residual, loadings)
        outer = loadings[..., :, None] * loadings[..., None, :]
        curvature = w * outer + np.eye(p) * np.einsum("...ij,...j->...i", w, loadings**2)[..., None]
        diagonal = np.eye(p) * (damping * (np.einsum("...ii->...i", curvature)[..., None] + 1e-12))
        step = np.linalg.solve(curvature + diagonal, gradient[..., None])[..., 0]
        candidate = loadings + step
        attempt = _misfit(r, w, candidate)
        better = attempt <= value
        loadings = np.where(better[..., None], candidate, loadings)
        value = np.where(better, attempt, value)
        damping = np.where(better[..., None, None], damping * 0.1, damping * 10.0)
        damping = np.clip(damping, 1e-12, 1e8)
        if float(np.abs(step).max()) < 1e-11:
            break
    return np.asarray(loadings * np.where(loadings.sum(axis=-1, keepdims=True) < 0.0, -1.0, 1.0))


def _misfit(r: FloatArray, w: FloatArray, loadings: FloatArray) -> FloatArray:
    """Weighted sum of squared residuals."""
    residual = r - loadings[..., :, None] * loadings[..., None, :]
    return np.asarray(np.sum(w * residual**2, axis=(-2, -1)))


def loading_jacobian(loadings: FloatArray, weights: FloatArray) -> FloatArray:
    """Derivative of the fitted loadings in the correlations at fixed weights, (p, n_pairs), pairs in house order.

    The expected (Gauss-Newton) form ``(D'WD)^-1 D'W`` that the sandwich of DWLS uses.
    """
    p = loadings.size
    first, second = np.triu_indices(p, 1)
    d = np.zeros((first.size, p))
    pair = np.arange(first.size)
    d[pair, first] = loadings[second]
    d[pair, second] = loadings[first]
    weighted = d * weights[first, second][:, None]
    return np.asarray(np.linalg.solve(d.T @ weighted, weighted.T))

"""What each cluster gives to a sandwich: adjusted scores and the pieces of their moments, for CR0 to CR3.

Each function takes a fit, the rows in cluster order and the bounds of clusters, and returns `Pieces`: ``scores``
(G, p), ``own``, ``cross``, ``spread``, ``share`` (G, p, p), as `numerics.vcov.ClusterParts` describes them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sctoolkit.numerics.linear.least_squares import LeastSquares

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Pieces = tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]

TOLERANCE = 1e-10  # relative to the largest eigenvalue of the adjustment's matrix, so that units do not matter


def _grams(fit: LeastSquares, order: IntArray, bounds: IntArray, scale: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return Z_g' diag(scale) Z_g and Z_g'W_g e_g of each cluster."""
    z = fit.basis[order]
    right = z * scale[order][:, None]
    error = (fit.weights * fit.residuals)[order]
    n_clusters, p = len(bounds) - 1, z.shape[1]
    grams, scores = np.empty((n_clusters, p, p)), np.empty((n_clusters, p))
    for g in range(n_clusters):
        rows = slice(bounds[g], bounds[g + 1])
        grams[g] = z[rows].T @ right[rows]
        scores[g] = error[rows] @ z[rows]
    return grams, scores


def unadjusted(fit: LeastSquares, order: IntArray, bounds: IntArray, working: FloatArray | None) -> Pieces:
    """A_g = I."""
    share, scores = _grams(fit, order, bounds, fit.weights)
    phi = np.ones(fit.n_obs) if working is None else working
    spread, _ = _grams(fit, order, bounds, fit.weights**2 * phi)
    return scores, share, spread, spread, share


def gram(fit: LeastSquares, order: IntArray, bounds: IntArray) -> Pieces:
    """CR2 with equal weights and an equal-variance working model, from Gram matrices alone.

    A_g Z_g = Z_g R_g with R_g = (I - Z_g'Z_g)^(-1/2), p x p, directions without information dropped.
    """
    weight = float(fit.weights[0])
    share, scores = _grams(fit, order, bounds, fit.weights)
    values, vectors = np.linalg.eigh(share)
    left = 1.0 - values
    root = np.where(left > TOLERANCE, 1.0 / np.sqrt(np.where(left > TOLERANCE, left, 1.0)), 0.0)
    adjust = np.einsum("gpk,gk,gqk->gpq", vectors, root, vectors)
    own = np.einsum("gpk,gk,gqk->gpq", vectors, root * values, vectors)
    spread = weight * np.einsum("gpk,gk,gqk->gpq", vectors, root**2 * values, vectors)
    return np.einsum("gpq,gq->gp", adjust, scores), own, weight * own, spread, share


def leave_out(fit: LeastSquares, order: IntArray, bounds: IntArray, working: FloatArray | None) -> Pieces:
    """CR3: V_g = W_g Z_g N_g with N_g = (I - Z_g'W_gZ_g)^-1."""
    share, scores = _grams(fit, order, bounds, fit.weights)
    phi = np.ones(fit.n_obs) if working is None else working
    square, _ = _grams(fit, order, bounds, fit.weights**2 * phi)
    values, vectors = np.linalg.eigh(share)
    left = 1.0 - values
    inverse = np.where(left > TOLERANCE, 1.0 / np.where(left > TOLERANCE, left, 1.0), 0.0)
    adjust = np.einsum("gpk,gk,gqk->gpq", vectors, inverse, vectors)
    cross = square @ adjust
    return np.einsum("gpq,gq->gp", adjust, scores), share @ adjust, cross, adjust @ cross, share


def low_rank(fit: LeastSquares, order: IntArray, bounds: IntArray) -> Pieces:
    """CR2 with weights and an equal-variance working model: B_g = I + U_g S U_g', U_g = [Z_g, W_gZ_g]."""
    z, w, e = fit.basis[order], fit.weights[order], fit.residuals[order]
    n_clusters, p = len(bounds) - 1, z.shape[1]
    wz = z * w[:, None]
    middle = wz.T @ wz
    core = np.block([[middle, -np.eye(p)], [-np.eye(p), np.zeros((p, p))]])
    scores, own, cross, spread, share = _empty(n_clusters, p)
    for g in range(n_clusters):
        rows = slice(bounds[g], bounds[g + 1])
        q, r = np.linalg.qr(np.hstack([z[rows], wz[rows]]))
        values, vectors = np.linalg.eigh(r @ core @ r.T)
        values += 1.0
        keep = values > TOLERANCE * max(float(values.max()), 1.0)
        change = np.where(keep, 1.0 / np.sqrt(np.where(keep, values, 1.0)), 0.0) - 1.0
        basis = q @ vectors
        v = wz[rows] + (basis * change) @ (basis.T @ wz[rows])
        scores[g], own[g], cross[g], spread[g] = e[rows] @ v, z[rows].T @ v, wz[rows].T @ v, v.T @ v
        share[g] = z[rows].T @ wz[rows]
    return scores, own, cross, spread, share


def dense(fit: LeastSquares, order: IntArray, bounds: IntArray, working: FloatArray) -> Pieces:
    """CR2 under unequal working variances; a matrix of the size of each cluster is formed."""
    z, w, e, phi = fit.basis[order], fit.weights[order], fit.residuals[order], working[order]
    phi = phi / phi.mean()
    factor = float(working.mean())
    n_clusters, p = len(bounds) - 1, z.shape[1]
    wz = z * w[:, None]
    middle = (wz * phi[:, None]).T @ wz
    scores, own, cross, spread, share = _empty(n_clusters, p)
    for g in range(n_clusters):
        rows = slice(bounds[g], bounds[g + 1])
        zg, wzg, f, d = z[rows], wz[rows], phi[rows], np.sqrt(phi[rows])
        mixed = zg @ (wzg * f[:, None]).T
        inside = np.diag(f) - mixed - mixed.T + zg @ middle @ zg.T
        values, vectors = np.linalg.eigh(d[:, None] * inside * d)
        keep = values > TOLERANCE * float(values.max())
        root = np.where(keep, 1.0 / np.sqrt(np.where(keep, values, 1.0)), 0.0)
        v = d[:, None] * ((vectors * root) @ (vectors.T @ (d[:, None] * wzg)))
        scores[g], own[g], share[g] = e[rows] @ v, zg.T @ v, zg.T @ wzg
        cross[g], spread[g] = (wzg * f[:, None]).T @ v, (v * f[:, None]).T @ v
    return scores, own, cross * factor, spread * factor, share


def _empty(n_clusters: int, p: int) -> Pieces:
    square = (n_clusters, p, p)
    return np.empty((n_clusters, p)), np.empty(square), np.empty(square), np.empty(square), np.empty(square)

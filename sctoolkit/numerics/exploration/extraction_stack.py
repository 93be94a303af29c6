"""Minres extraction of many resamples of one sample at once, from the sample's solution."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sctoolkit.errors import SctoolkitError
from sctoolkit.numerics.exploration.extraction import LOWEST_UNIQUENESS, Extraction, extract

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_ROUNDS = 40


def minres_stack(correlations: FloatArray, sample: Extraction) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Minres loadings of every correlation matrix.

    Parameters
    ----------
    correlations : (b, p, p) array
        Matrices near that of the sample; nan matrices are passed over.
    sample : Extraction
        The sample's minres solution.

    Returns
    -------
    (b, p, m), (b, p) and (b,) arrays
        Unrotated loadings, uniquenesses, and where there are any.

    Notes
    -----
    The same function as `extract` minimises, by projected Gauss-Newton steps in all matrices together; matrices that
    have not settled after 40 rounds go through `extract`.
    """
    p, m = sample.loadings.shape
    known = np.asarray(np.isfinite(correlations).all(axis=(1, 2)))
    r = np.where(known[:, None, None], correlations, np.eye(p))
    psi = np.broadcast_to(sample.uniquenesses, (len(r), p)).copy()
    settled = np.zeros(len(r), dtype=np.bool_)
    for _ in range(_ROUNDS):
        active = np.flatnonzero(known & ~settled)
        if not active.size:
            break
        psi[active], settled[active] = _step(r[active], psi[active], m)
    for at in np.flatnonzero(known & ~settled):
        try:
            psi[at] = extract(r[at], m, "minres").uniquenesses
            settled[at] = True
        except SctoolkitError:
            continue
    values, vectors = np.linalg.eigh(r - psi[:, :, None] * np.eye(p))
    loadings = vectors[:, :, ::-1][:, :, :m] * np.sqrt(np.maximum(values[:, ::-1][:, None, :m], 0.0))
    return loadings, psi, settled


def _step(r: FloatArray, psi: FloatArray, m: int) -> tuple[FloatArray, BoolArray]:
    """One projected Gauss-Newton step, and where it was not needed any more."""
    p = psi.shape[1]
    values, vectors = np.linalg.eigh(r - psi[:, :, None] * np.eye(p))
    basis = vectors[:, :, :-m]
    gradient = -np.einsum("bij,bj->bi", basis**2, values[:, :-m])
    fixed = ((psi <= LOWEST_UNIQUENESS) & (gradient > 0.0)) | ((psi >= 1.0) & (gradient < 0.0))
    gradient = np.where(fixed, 0.0, gradient)
    curvature = np.einsum("bik,bjk->bij", basis, basis) ** 2
    curvature = (
        np.where(fixed[:, :, None] | fixed[:, None, :], 0.0, curvature)
        + np.eye(p) * np.where(fixed, 1.0, 1e-9)[:, :, None]
    )
    step = -np.linalg.solve(curvature, gradient[:, :, None])[:, :, 0]
    moved = np.clip(psi + np.clip(step, -0.2, 0.2), LOWEST_UNIQUENESS, 1.0)
    return moved, np.asarray(np.abs(gradient).max(axis=1) < 1e-9)

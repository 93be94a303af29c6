"""Rotation of many resamples of one solution at once, each from where the sample's rotation ended."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sctoolkit.numerics.exploration.rotation import descend
from sctoolkit.numerics.exploration.rotation_criteria import ORTHOGONAL, criterion

FloatArray = npt.NDArray[np.float64]

_TOLERANCE = 1e-5


def rotate_stack(
    stack: FloatArray, rotation: str, unrotated: FloatArray, rotated: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Rotate the loadings of resamples near the sample's solution.

    Parameters
    ----------
    stack : (b, p, m) array
        Unrotated loadings of each resample, m >= 2.
    rotation : str
        A name that `criterion` knows, without target or scaling of rows.
    unrotated, rotated : (p, m) arrays
        The sample's solution before and after rotation.

    Returns
    -------
    (b, p, m) and (b, m, m) arrays
        Patterns and factor correlations, factors in the order and direction of the sample's; nan where the rotation
        did not settle.

    Notes
    -----
    Each resample is turned to the sample's unrotated loadings first (orthogonal Procrustes) and then rotated from the
    sample's basis, so that all of them end in the same optimum of the criterion.
    """
    orthogonal = rotation in ORTHOGONAL
    basis = np.linalg.inv(np.linalg.lstsq(unrotated, rotated, rcond=None)[0]).T
    left, _, right = np.linalg.svd(np.swapaxes(stack, 1, 2) @ unrotated)
    turned, _, settled = descend(stack, criterion(rotation), left @ right @ basis, orthogonal, _TOLERANCE)
    inverse = np.swapaxes(np.linalg.inv(turned), 1, 2)
    phi = np.swapaxes(turned, 1, 2) @ turned
    keep = settled[:, None, None]
    return np.where(keep, stack @ inverse, np.nan), np.where(keep, phi, np.nan)

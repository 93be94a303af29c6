"""Criteria of simple structure: value and gradient for a stack of loading matrices.

Every criterion takes loadings (..., p, m) and returns its value (...) and its gradient (..., p, m); smaller is
simpler.

References
----------
Kaiser (1958), doi:10.1007/BF02289233 (varimax). Jennrich and Sampson (1966), doi:10.1007/BF02289465 (direct
quartimin, oblimin). Yates (1987), Multivariate Exploratory Data Analysis (geomin). Browne (2001),
doi:10.1207/S15327906MBR3601_05 (target, overview). Jennrich and Bentler (2011), doi:10.1007/s11336-011-9218-4
(bifactor).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Criterion = Callable[[FloatArray], tuple[FloatArray, FloatArray]]

GEOMIN_EPSILON = 0.001
ORTHOGONAL = ("varimax", "quartimax", "bifactor")


def criterion(name: str, *, target: FloatArray | None = None, epsilon: float = GEOMIN_EPSILON) -> Criterion:
    """Return the criterion of a rotation.

    Parameters
    ----------
    name : {"varimax", "quartimax", "oblimin", "quartimin", "geomin", "target", "bifactor"}
        Direct oblimin has its parameter at 0, which is quartimin; bifactor is the orthogonal form whose first factor
        is general.
    target : (p, m) array, optional
        Wanted loadings, nan where anything may be; needed for "target".
    epsilon : float
        Softening of geomin.
    """
    if name == "geomin":
        return lambda loadings: _geomin(loadings, epsilon)
    if name == "target":
        if target is None:
            raise ValueError("target rotation needs a target")
        wanted = target
        return lambda loadings: _target(loadings, wanted)
    table: dict[str, Criterion] = {
        "varimax": _varimax,
        "quartimax": _quartimax,
        "oblimin": _quartimin,
        "quartimin": _quartimin,
        "bifactor": _bifactor,
    }
    return table[name]


def _quartimin(loadings: FloatArray) -> tuple[FloatArray, FloatArray]:
    """A quarter of the sum of products of squared loadings on different factors."""
    squares = loadings**2
    others = squares.sum(axis=-1, keepdims=True) - squares
    return 0.25 * np.sum(squares * others, axis=(-2, -1)), loadings * others


def _varimax(loadings: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Minus a quarter of the summed squared deviations of squared loadings within factors."""
    squares = loadings**2
    deviations = squares - squares.mean(axis=-2, keepdims=True)
    return -0.25 * np.sum(deviations**2, axis=(-2, -1)), -loadings * deviations


def _quartimax(loadings: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Minus a quarter of the sum of fourth powers."""
    return -0.25 * np.sum(loadings**4, axis=(-2, -1)), -(loadings**3)


def _geomin(loadings: FloatArray, epsilon: float) -> tuple[FloatArray, FloatArray]:
    """Sum over items of the geometric mean of softened squared loadings."""
    softened = loadings**2 + epsilon
    means = np.exp(np.log(softened).mean(axis=-1, keepdims=True))
    return means.sum(axis=(-2, -1)), 2.0 / loadings.shape[-1] * loadings / softened * means


def _target(loadings: FloatArray, target: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Sum of squared distances from the specified loadings."""
    distance = np.where(np.isnan(target), 0.0, loadings - np.nan_to_num(target))
    return np.sum(distance**2, axis=(-2, -1)), 2.0 * distance


def _bifactor(loadings: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Quartimin over all factors but the first."""
    value, gradient = _quartimin(loadings[..., 1:])
    return value, np.concatenate([np.zeros_like(loadings[..., :1]), gradient], axis=-1)

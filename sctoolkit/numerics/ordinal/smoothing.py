"""The nearest usable matrix to a correlation matrix that is not positive definite."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def smoothed(correlation: FloatArray, floor: float = 1e-6) -> FloatArray:
    """Correlations with eigenvalues below `floor` raised to it, rescaled to a unit diagonal.

    References
    ----------
    Knol and ten Berge (1989), doi:10.1007/BF02294200; the simple form of Wothke (1993) that psych::cor.smooth uses.

    Examples
    --------
    >>> bad = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    >>> bool(np.linalg.eigvalsh(smoothed(bad))[0] > 0)
    True
    """
    values, vectors = np.linalg.eigh(correlation)
    if float(values[0]) >= floor:
        return correlation.copy()
    raised = np.maximum(values, floor)
    raised *= len(values) / raised.sum()
    matrix = (vectors * raised) @ vectors.T
    scale = np.sqrt(np.diagonal(matrix))
    matrix /= np.outer(scale, scale)
    np.fill_diagonal(matrix, 1.0)
    return np.asarray(matrix)

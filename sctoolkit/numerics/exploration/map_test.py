"""Velicer's minimum average partial test (MAP).

Oracle: tests/oracle/factors.R (psych::vss).

References
----------
Velicer (1976), doi:10.1007/BF02293557. Velicer, Eaton and Fava (2000), doi:10.1007/978-1-4615-4397-8_3 (fourth power).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def average_partials(correlation: FloatArray, power: int = 2) -> FloatArray:
    """Average squared (or fourth power) partial correlation after 0, 1, ..., p - 2 components.

    Returns
    -------
    (p - 1,) array
        The number of components is the place of the smallest entry; entries that are not defined (an item fully
        explained) are infinite.
    """
    p = len(correlation)
    values, vectors = np.linalg.eigh(correlation)
    components = vectors[:, ::-1] * np.sqrt(np.maximum(values[::-1], 0.0))
    off = ~np.eye(p, dtype=bool)
    result = np.full(p - 1, np.inf)
    for m in range(p - 1):
        partial = correlation - components[:, :m] @ components[:, :m].T
        diagonal = np.diagonal(partial)
        if float(diagonal.min()) <= 1e-10:
            break
        partial = partial / np.sqrt(np.outer(diagonal, diagonal))
        result[m] = np.mean(np.abs(partial[off]) ** power)
    return result

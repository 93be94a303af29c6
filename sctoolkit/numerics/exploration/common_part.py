"""Common part accounted for (CAF), the fit index of the Hull method that needs no distribution.

References
----------
Lorenzo-Seva, Timmerman and Kiers (2011), doi:10.1080/00273171.2011.564527. Kaiser (1970), doi:10.1007/BF02291817 (KMO).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def common_part_accounted_for(residual: FloatArray) -> float:
    """One minus the sampling adequacy (KMO) of the residual correlations.

    Parameters
    ----------
    residual : (p, p) array
        Correlations less those that the factors explain, with 1 on the diagonal.
    """
    inverse = np.linalg.pinv(residual, hermitian=True)
    scale = np.sqrt(np.abs(np.diagonal(inverse)))
    partial = -inverse / np.outer(scale, scale)
    off = ~np.eye(len(residual), dtype=bool)
    squared = float(np.sum(residual[off] ** 2))
    return 1.0 - squared / (squared + float(np.sum(partial[off] ** 2)))

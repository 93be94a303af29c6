"""Empirical Kaiser criterion.

References
----------
Braeken and van Assen (2017), doi:10.1037/met0000074.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def reference_eigenvalues(eigenvalues: FloatArray, n_obs: float) -> FloatArray:
    """Reference value of every eigenvalue: its expectation given the larger ones, and at least 1.

    Notes
    -----
    ``max( (p - sum_{i<j} l_i) / (p - j + 1) * (1 + sqrt(p / n))^2, 1 )``. Programs that leave the 1 out retain more
    factors than the published rule.

    Examples
    --------
    >>> reference_eigenvalues(np.array([2.0, 0.6, 0.4]), 100).round(2).tolist()
    [1.38, 1.0, 1.0]
    """
    p = eigenvalues.size
    before = np.concatenate([[0.0], np.cumsum(eigenvalues)[:-1]])
    limit = (p - before) / (p - np.arange(p)) * (1.0 + np.sqrt(p / n_obs)) ** 2
    return np.asarray(np.maximum(limit, 1.0))


def leading_run(eigenvalues: FloatArray, reference: FloatArray) -> int:
    """How many leading eigenvalues exceed their references without a break."""
    above = eigenvalues > reference
    return int(above.size if above.all() else np.argmin(above))

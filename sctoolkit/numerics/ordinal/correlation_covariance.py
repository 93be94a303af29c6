"""Asymptotic covariance of product-moment correlations: from the data, or from normal theory.

References
----------
Steiger and Hakstian (1982), doi:10.1111/j.2044-8317.1982.tb00652.x. Olkin and Siotani (1976) (normal theory).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def distribution_free(table: FloatArray) -> FloatArray:
    """N times the covariance of the correlations of complete data, pairs in house order, without normality."""
    centred = table - table.mean(axis=0)
    z = centred / np.sqrt(np.mean(centred**2, axis=0))
    first, second = np.triu_indices(table.shape[1], 1)
    r = (z.T @ z / len(z))[first, second]
    total = np.zeros((first.size, first.size))
    for start in range(0, len(z), 2048):
        block = z[start : start + 2048]
        a, b = block[:, first], block[:, second]
        influence = a * b - 0.5 * r * (a * a + b * b)
        total += influence.T @ influence
    return total / len(z)


def normal_theory(correlation: FloatArray) -> FloatArray:
    """N times the covariance of the correlations of normal data, pairs in house order.

    Examples
    --------
    >>> float(normal_theory(np.array([[1.0, 0.5], [0.5, 1.0]]))[0, 0])
    0.5625
    """
    r = correlation
    i, j = np.triu_indices(len(r), 1)
    k, l = i, j
    ij, kl = r[i, j][:, None], r[k, l][None, :]
    ik, jl = r[np.ix_(i, k)], r[np.ix_(j, l)]
    il, jk = r[np.ix_(i, l)], r[np.ix_(j, k)]
    return np.asarray(
        0.5 * ij * kl * (ik**2 + il**2 + jk**2 + jl**2)
        + ik * jl
        + il * jk
        - (ij * ik * il + ij * jk * jl + kl * ik * jk + kl * il * jl)
    )

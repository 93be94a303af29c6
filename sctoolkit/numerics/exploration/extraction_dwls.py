"""Extraction of common factors by diagonally weighted least squares on the correlations.

Oracle: tests/oracle/factors.R (lavaan::efa, WLSMV).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sctoolkit.errors import ConvergenceError
from sctoolkit.numerics.exploration.extraction import LOWEST_UNIQUENESS, Extraction, extract

FloatArray = npt.NDArray[np.float64]


def extract_dwls(correlation: FloatArray, n_factors: int, variances: FloatArray) -> Extraction:
    """Common factors that minimise ``sum_{i<j} (r_ij - (L L')_ij)^2 / v_ij``.

    Parameters
    ----------
    correlation : (p, p) array
        Correlations.
    n_factors : int
        Factors m.
    variances : (n_pairs,) array
        Variances of the correlations, pairs in house order.

    Notes
    -----
    Levenberg-Marquardt over the loadings from the minres solution; uniquenesses are ``1 - communality`` and unbounded
    (a Heywood case shows as a communality of one or more).
    """
    p = len(correlation)
    first, second = np.triu_indices(p, 1)
    root = 1.0 / np.sqrt(variances / variances.mean())
    loadings = extract(correlation, n_factors, "minres").loadings
    damping, residual = 1e-4, _residual(correlation, loadings, first, second, root)
    pair, iteration, largest = np.arange(first.size), 0, np.inf
    while largest > 1e-10 and damping < 1e10 and iteration < 500:
        iteration += 1
        jacobian = np.zeros((first.size, p, n_factors))
        jacobian[pair, first] = loadings[second] * root[:, None]
        jacobian[pair, second] = loadings[first] * root[:, None]
        flat = jacobian.reshape(first.size, -1)
        gradient, curvature = flat.T @ residual, flat.T @ flat
        largest = float(np.abs(gradient).max())
        step = np.linalg.solve(curvature + damping * np.eye(len(curvature)), gradient).reshape(p, n_factors)
        attempt = _residual(correlation, loadings + step, first, second, root)
        better = attempt @ attempt <= residual @ residual
        if better:
            loadings, residual = loadings + step, attempt
        damping = max(damping * 0.2, 1e-10) if better else damping * 10.0
    if largest > 1e-5:
        raise ConvergenceError(
            f"Weighted extraction must settle, and for {n_factors} factor{'' if n_factors == 1 else 's'} it did not in "
            f"{iteration} rounds.",
            hint='Ask for fewer factors, or use `extraction="minres"`.',
        )
    left, sizes, _ = np.linalg.svd(loadings, full_matrices=False)
    canonical = left * sizes
    canonical = canonical * np.where(canonical.sum(axis=0) < 0.0, -1.0, 1.0)
    uniquenesses = 1.0 - (canonical**2).sum(axis=1)
    value = float(residual @ residual) / float(variances.mean())
    return Extraction(canonical, uniquenesses, value, uniquenesses <= LOWEST_UNIQUENESS, iteration)


def _residual(
    correlation: FloatArray,
    loadings: FloatArray,
    first: npt.NDArray[np.intp],
    second: npt.NDArray[np.intp],
    root: FloatArray,
) -> FloatArray:
    """Weighted residual correlations."""
    implied = np.einsum("pm,pm->p", loadings[first], loadings[second])
    return np.asarray((correlation[first, second] - implied) * root)

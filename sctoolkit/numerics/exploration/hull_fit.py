"""Fit of 0, 1, ..., m factors for the Hull method: common part accounted for (CAF) and comparative fit (CFI).

References
----------
Lorenzo-Seva, Timmerman and Kiers (2011), doi:10.1080/00273171.2011.564527. Bentler (1990),
doi:10.1037/0033-2909.107.2.238 (CFI). McDonald and Marsh (1990), doi:10.1037/0033-2909.107.2.247.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sctoolkit.errors import SctoolkitError
from sctoolkit.numerics.exploration.common_part import common_part_accounted_for
from sctoolkit.numerics.exploration.extraction import dof, extract

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FitByFactors:
    """``fit`` of 0, 1, ... factors, larger is better, and their numbers of free loadings ``n_parameters``."""

    fit: FloatArray
    n_parameters: FloatArray


def caf_by_factors(correlation: FloatArray, most: int) -> FitByFactors:
    """CAF of 0 .. ``most`` factors by minres; fewer where an extraction does not end."""
    fits = [common_part_accounted_for(correlation)]
    for m in range(1, most + 1):
        try:
            loadings = extract(correlation, m, "minres").loadings
        except SctoolkitError:
            break
        residual = correlation - loadings @ loadings.T
        np.fill_diagonal(residual, 1.0)
        fits.append(common_part_accounted_for(residual))
    return _with_parameters(fits, len(correlation))


def cfi_by_factors(correlation: FloatArray, most: int, n_obs: float) -> FitByFactors:
    """CFI, not capped at 1, of 0 .. ``most`` factors by maximum likelihood; fewer where an extraction does not end.

    Parameters
    ----------
    correlation : (p, p) array
        Correlations, positive definite.
    most : int
        Largest number of factors.
    n_obs : float
        People behind them.

    Raises
    ------
    NotIdentifiedError
        If the matrix is not positive definite.

    Notes
    -----
    ``1 - (T_m - d_m) / (T_0 - d_0)`` with T the discrepancy times N - 1 and d the degrees of freedom; 0 factors, the
    baseline of independent items, have 0. It is not capped at 1 (then it is the relative noncentrality index, McDonald
    and Marsh 1990): capped, every number of factors from the right one on would fit alike, and the hull would end
    before it. The index describes: with polychoric correlations T is no chi-square.
    """
    p = len(correlation)
    baseline = -(n_obs - 1.0) * float(np.linalg.slogdet(correlation)[1]) - p * (p - 1) / 2.0
    fits = [0.0]
    for m in range(1, most + 1):
        try:
            excess = (n_obs - 1.0) * extract(correlation, m, "ml").discrepancy - dof(p, m)
        except SctoolkitError:
            if m == 1:
                raise
            break
        fits.append(1.0 - excess / baseline if baseline > 0.0 else 0.0)
    return _with_parameters(fits, p)


def _with_parameters(fits: list[float], p: int) -> FitByFactors:
    """Fits with the free loadings of each number of factors."""
    m = np.arange(len(fits))
    return FitByFactors(np.array(fits), p * m - m * (m - 1) / 2.0)

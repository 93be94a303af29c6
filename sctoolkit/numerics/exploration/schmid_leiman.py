"""Schmid-Leiman transformation and omega hierarchical.

Oracle: tests/oracle/reliability.R (psych::omega).

References
----------
Schmid and Leiman (1957), doi:10.1007/BF02289209. Zinbarg et al. (2005), doi:10.1007/s11336-003-0974-7.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sctoolkit.numerics.exploration.extraction import extract

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SchmidLeiman:
    """A general and m group factors, all orthogonal.

    ``general`` (p,), ``group`` (p, m), ``second_order`` (m,) loadings of the oblique factors on the general one.
    """

    general: FloatArray
    group: FloatArray
    second_order: FloatArray


def schmid_leiman(loadings: FloatArray, factor_corr: FloatArray) -> SchmidLeiman:
    """Turn an oblique solution into a general factor and group factors.

    Parameters
    ----------
    loadings : (p, m) array
        Oblique pattern.
    factor_corr : (m, m) array
        Factor correlations, m >= 2. With two factors their loadings on the general one are not identified and are
        set equal.

    Notes
    -----
    One factor (minres) of the factor correlations gives second-order loadings g; the general loadings are ``P g`` and
    the group loadings ``P diag(sqrt(1 - g^2))``.
    """
    m = len(factor_corr)
    if m == 2:
        second = np.full(2, np.sqrt(max(float(factor_corr[0, 1]), 0.0)))
    else:
        second = extract(factor_corr, 1, "minres").loadings[:, 0]
    second = np.clip(second, -1.0, 1.0)
    return SchmidLeiman(loadings @ second, loadings * np.sqrt(1.0 - second**2), second)


def omega_hierarchical(general: FloatArray, correlation: FloatArray) -> float:
    """Share of the variance of the sum of standardised items that the general factor explains."""
    return float(general.sum()) ** 2 / float(correlation.sum())


def omega_total_standardised(uniquenesses: FloatArray, correlation: FloatArray) -> float:
    """Share of the variance of the sum of standardised items that is not unique variance."""
    return 1.0 - float(uniquenesses.sum()) / float(correlation.sum())


def explained_common_variance(general: FloatArray, group: FloatArray) -> float:
    """Share of the common variance that the general factor explains (ECV)."""
    common = float(general @ general)
    return common / (common + float(np.sum(group**2)))

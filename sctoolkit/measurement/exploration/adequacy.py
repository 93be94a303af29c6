"""Sampling adequacy of a correlation matrix: KMO and Bartlett's test of sphericity.

The one module that imports factor_analyzer; its fitted classes are not used.

References
----------
Kaiser (1970), doi:10.1007/BF02291817. Bartlett (1951), doi:10.1093/biomet/38.3-4.337. Oracle: tests/oracle/factors.R
(psych::KMO, psych::cortest.bartlett).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2

from sctoolkit.errors import NotIdentifiedError

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Adequacy:
    """KMO overall and by item (0 to 1), and Bartlett's chi-square with its degrees of freedom and p-value."""

    kmo: float
    kmo_items: FloatArray
    bartlett_chi2: float
    bartlett_dof: int
    bartlett_p_value: float


def adequacy(correlation: FloatArray, n_obs: float) -> Adequacy:
    """KMO and Bartlett's test from a positive definite correlation matrix.

    Raises
    ------
    NotIdentifiedError
        If the matrix is not positive definite: both need its inverse or determinant.

    Notes
    -----
    factor_analyzer works on data; a data set with exactly the given correlations is handed to it. Bartlett's test
    assumes normal items, so that for polychorics it is descriptive. Many items give a determinant near zero without
    being singular; factor_analyzer then warns of a generalised inverse, which for a positive definite matrix is the
    inverse.
    """
    p = len(correlation)
    values, vectors = np.linalg.eigh(correlation)
    if float(values[0]) <= 1e-10:
        raise NotIdentifiedError(
            "KMO and Bartlett's test need a positive definite correlation matrix, and this one is not.",
            hint="Use `smooth=True`, or leave a redundant item out.",
        )
    from factor_analyzer.factor_analyzer import calculate_kmo

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The inverse of the variance-covariance matrix", UserWarning)
        items, overall = calculate_kmo(_stand_in(values, vectors))
    statistic = -(n_obs - 1.0 - (2.0 * p + 5.0) / 6.0) * float(np.log(values).sum())
    degrees = p * (p - 1) // 2
    return Adequacy(
        kmo=float(overall),
        kmo_items=np.asarray(items, dtype=np.float64),
        bartlett_chi2=statistic,
        bartlett_dof=degrees,
        bartlett_p_value=float(chi2.sf(statistic, degrees)),
    )


def _stand_in(values: FloatArray, vectors: FloatArray) -> FloatArray:
    """Data whose correlations are exactly those with the given eigenvalues and eigenvectors."""
    p = len(values)
    plus = np.vstack([np.eye(p), -np.eye(p)]) * np.sqrt(p)
    return np.asarray(plus @ (vectors * np.sqrt(values)).T)

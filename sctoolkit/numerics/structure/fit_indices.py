"""Fit indices on plain numbers."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq
from scipy.special import chdtr, chndtr

from sctoolkit.numerics.structure.implied_moments import FloatArray

NAN = float("nan")


def cfi(chi2: float, dof: float, chi2_base: float, dof_base: float) -> float:
    """Return the comparative fit index, between 0 and 1.

    Notes
    -----
    1 - max(T - df, 0) / max(T_b - df_b, T - df, 0). The robust version takes T and ``dof * c`` of each model.

    References
    ----------
    Bentler (1990), doi:10.1037/0033-2909.107.2.238.

    Examples
    --------
    >>> cfi(85.306, 24, 918.852, 36)
    0.930...
    """
    if not all(map(np.isfinite, (chi2, dof, chi2_base, dof_base))):
        return NAN
    misfit = max(chi2 - dof, 0.0)
    worst = max(chi2_base - dof_base, misfit)
    return 1.0 - misfit / worst if worst > 0.0 else 1.0


def tli(
    chi2: float, dof: float, chi2_base: float, dof_base: float, *, scale: float = 1.0, scale_base: float = 1.0
) -> float:
    """Return the Tucker-Lewis index; it may leave the range 0 to 1.

    Notes
    -----
    1 - [(T - c df) / df] / [(T_b - c_b df_b) / df_b], c = 1 for the naive index.

    References
    ----------
    Tucker & Lewis (1973), doi:10.1007/BF02291170.

    Examples
    --------
    >>> tli(85.306, 24, 918.852, 36)
    0.895...
    """
    if dof == 0:
        return 1.0 if np.isfinite(chi2_base) else NAN
    base = (chi2_base - scale_base * dof_base) / dof_base
    return 1.0 - (chi2 - scale * dof) / dof / base if base != 0.0 else NAN


def rmsea(chi2: float, dof: float, n: float, n_groups: int = 1, *, scale: float = 1.0) -> float:
    """Return the root mean square error of approximation.

    Notes
    -----
    sqrt(G) sqrt(max(T - c df, 0) / (N df)).

    References
    ----------
    Steiger (1990), doi:10.1207/s15327906mbr2502_4; Steiger (1998) for groups.

    Examples
    --------
    >>> rmsea(85.306, 24, 301)
    0.092...
    """
    if dof <= 0:
        return 0.0
    return float(np.sqrt(n_groups * max(chi2 - scale * dof, 0.0) / (n * dof)))


def rmsea_interval(
    chi2: float, dof: float, n: float, n_groups: int = 1, *, scale: float = 1.0, level: float = 0.90
) -> tuple[float, float]:
    """Return the bounds of the two-sided interval of the RMSEA.

    Notes
    -----
    The bounds are sqrt(G c l / (N df)) with l the noncentrality at which P(chi2_df(l) <= T / c) is (1 + level) / 2 and
    (1 - level) / 2; 0 where none exists.
    """
    if dof <= 0:
        return 0.0, 0.0
    if not (np.isfinite(chi2) and chi2 >= 0.0 and scale > 0.0):
        return NAN, NAN
    tail = (1.0 - level) / 2.0
    low = _noncentrality(chi2 / scale, dof, 1.0 - tail)
    high = _noncentrality(chi2 / scale, dof, tail)
    factor = n_groups * scale / (n * dof)
    return float(np.sqrt(low * factor)), float(np.sqrt(high * factor))


def close_fit(chi2: float, dof: float, n: float, n_groups: int = 1, *, bound: float = 0.05) -> float:
    """Return the p-value of the hypothesis that the RMSEA is at most ``bound``."""
    if dof <= 0:
        return NAN
    return 1.0 - float(chndtr(chi2, dof, n * dof * bound**2 / n_groups))


def srmr(residuals: FloatArray, divisor: float) -> float:
    """Return the root of the sum of squared residuals over ``divisor``."""
    return float(np.sqrt(np.sum(residuals**2) / divisor))


def _noncentrality(chi2: float, dof: float, probability: float) -> float:
    """Return l with P(chi2_dof(l) <= chi2) = probability, 0 where none exists."""
    if chdtr(dof, chi2) <= probability:
        return 0.0

    def excess(value: float) -> float:
        return float(chndtr(chi2, dof, value)) - probability

    high = max(chi2, 1.0)
    while excess(high) > 0.0:
        high *= 2.0
    if not (excess(0.0) >= 0.0 >= excess(high)):
        return NAN
    return float(brentq(excess, 0.0, high, xtol=1e-10, rtol=1e-12))

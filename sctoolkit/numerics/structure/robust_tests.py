"""Test statistics corrected for non-normality: mean adjusted, and scaled and shifted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from sctoolkit.numerics.structure.implied_moments import FloatArray


@dataclass(frozen=True, slots=True)
class CorrectedTest:
    """A corrected chi-square: ``chi2 = uncorrected / scaling_factor + shift``."""

    chi2: float
    dof: float
    p_value: float
    scaling_factor: float
    shift: float


def upper_tail(chi2: float, dof: float) -> float:
    """Return P(chi2_dof > chi2); nan without degrees of freedom.

    Examples
    --------
    >>> round(upper_tail(3.841459, 1), 6)
    0.05
    """
    if dof <= 0 or not np.isfinite(chi2):
        return float("nan")
    return float(chdtrc(dof, max(chi2, 0.0)))


def mean_adjusted(chi2: float, dof: int, trace_1: float) -> CorrectedTest:
    """Return the mean-adjusted (Satorra-Bentler) statistic ``chi2 * dof / trace_1``.

    Notes
    -----
    Undefined (nan) where the trace is not positive, which MLR can bring about in small samples.

    References
    ----------
    Satorra & Bentler (1994).

    Examples
    --------
    >>> mean_adjusted(10.0, 5, 10.0).chi2
    5.0
    """
    if dof <= 0:
        return CorrectedTest(0.0, 0.0, float("nan"), float("nan"), 0.0)
    factor = trace_1 / dof
    if not factor > 0.0:
        return CorrectedTest(float("nan"), float(dof), float("nan"), factor, 0.0)
    return CorrectedTest(chi2 / factor, float(dof), upper_tail(chi2 / factor, dof), factor, 0.0)


def scaled_and_shifted(chi2: float, dof: int, trace_1: float, trace_2: float) -> CorrectedTest:
    """Return the scaled-and-shifted statistic of WLSMV and ULSMV.

    Notes
    -----
    a = sqrt(dof / t2), b = dof - a t1, T = a chi2 + b on dof degrees of freedom.

    References
    ----------
    Asparouhov & Muthen (2010), Simple second order chi-square correction.   Oracle: tests/oracle/cfa.R.

    Examples
    --------
    >>> scaled_and_shifted(10.0, 5, 5.0, 5.0).chi2
    10.0
    """
    if dof <= 0:
        return CorrectedTest(0.0, 0.0, float("nan"), float("nan"), 0.0)
    slope = float(np.sqrt(dof / trace_2))
    shift = dof - slope * trace_1
    value = slope * chi2 + shift
    return CorrectedTest(value, float(dof), upper_tail(value, dof), 1.0 / slope, shift)


def independence_traces(weight: FloatArray, gamma: FloatArray) -> tuple[float, float]:
    """Return tr(W Gamma) and tr((W Gamma)^2) of the covariances, for the baseline of uncorrelated items."""
    if weight.ndim == 1:
        return float(weight @ gamma.diagonal()), float(weight @ (gamma * gamma) @ weight)
    through = weight @ gamma
    return float(np.trace(through)), float(np.sum(through * through.T))

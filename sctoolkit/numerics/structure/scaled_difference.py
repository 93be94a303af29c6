"""Test of a nested model when statistics need correction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import null_space

from sctoolkit.numerics.structure.implied_moments import FloatArray
from sctoolkit.numerics.structure.robust_tests import scaled_and_shifted, upper_tail
from sctoolkit.numerics.structure.sandwich import Sandwich


@dataclass(frozen=True, slots=True)
class DifferenceTest:
    """Chi-square difference with its degrees of freedom and p-value (nan without degrees of freedom)."""

    chi2: float
    dof: int
    p_value: float


def scaled_difference(
    slopes_free: Sequence[FloatArray],
    slopes_nested: Sequence[FloatArray],
    sandwich_free: Sandwich,
    chi2_free: float,
    chi2_nested: float,
    dof: int,
) -> DifferenceTest:
    """Return the scaled-and-shifted difference test (DIFFTEST) by the Jacobian construction.

    Parameters
    ----------
    slopes_free, slopes_nested : sequences of (m_g, q) float arrays
        Jacobians of the two models at their own estimates, one a group.
    sandwich_free : Sandwich
        Of the less restricted model.
    chi2_free, chi2_nested : float
        Uncorrected statistics.
    dof : int
        Difference in degrees of freedom.

    Notes
    -----
    H = (D1'D1)^-1 D1'D0, A the orthogonal complement of its columns, P = (D1'W D1)^-1;
    U_d = W D1 P A'(A P A')^-1 A P D1'W; a = sqrt(m / tr((U_d Gamma)^2)), T = a (X0 - X1) + m - a tr(U_d Gamma).
    Restrictions taken from the parameter tables would be wrong where identification changes between the models.

    References
    ----------
    Satorra (2000); Asparouhov & Muthen (2006), Mplus Web Note 10.   Oracle: tests/oracle/invariance.R (lavaan).
    """
    if dof <= 0:
        return DifferenceTest(max(chi2_nested - chi2_free, 0.0), 0, float("nan"))
    free, nested = np.vstack(slopes_free), np.vstack(slopes_nested)
    unit = np.sqrt(np.sum(free**2, axis=0))
    link = np.linalg.lstsq(free / unit, nested, rcond=None)[0] / unit[:, None]
    spread = np.sqrt(np.sum(link**2, axis=0))
    restriction = null_space((link / spread).T, rcond=1e-9).T
    half = restriction @ sandwich_free.bread_inverse
    core = half @ restriction.T
    product = np.linalg.solve(core, half @ sandwich_free.meat @ half.T)
    trace_1, trace_2 = float(np.trace(product)), float(np.sum(product * product.T))
    test = scaled_and_shifted(chi2_nested - chi2_free, dof, trace_1, trace_2)
    return DifferenceTest(test.chi2, dof, test.p_value)


def satorra_bentler_difference(
    chi2_free: float, dof_free: int, scale_free: float, chi2_nested: float, dof_nested: int, scale_nested: float
) -> DifferenceTest:
    """Return the difference test of mean-adjusted statistics (MLM, MLR).

    Notes
    -----
    c_d = (d0 c0 - d1 c1) / (d0 - d1), T_d = (X0 - X1) / c_d. A negative c_d leaves the test undefined (nan).

    References
    ----------
    Satorra & Bentler (2001), doi:10.1007/BF02296192.

    Examples
    --------
    >>> satorra_bentler_difference(10.0, 5, 1.0, 16.0, 7, 1.0).chi2
    6.0
    """
    dof = dof_nested - dof_free
    if dof <= 0:
        return DifferenceTest(max(chi2_nested - chi2_free, 0.0), 0, float("nan"))
    own = dof_free * scale_free if dof_free > 0 else 0.0
    scale = (dof_nested * scale_nested - own) / dof
    if scale <= 0.0:
        return DifferenceTest(float("nan"), dof, float("nan"))
    chi2 = (chi2_nested - chi2_free) / scale
    return DifferenceTest(chi2, dof, upper_tail(chi2, dof))

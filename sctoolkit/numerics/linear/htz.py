"""Joint tests of several contrasts with few clusters: the approximate Hotelling test HTZ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import f as f_distribution

from sctoolkit.errors import NotIdentifiedError
from sctoolkit.numerics.linear.least_squares import LeastSquares
from sctoolkit.numerics.linear.satterthwaite import inner
from sctoolkit.numerics.linear.vcov import ClusterParts

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class JointF:
    """An F test of ``dof_num`` contrasts at once; ``dof_den`` is nan where the data cannot carry the test."""

    statistic: float
    dof_num: int
    dof_den: float
    p_value: float


def htz(fit: LeastSquares, parts: ClusterParts, contrasts: FloatArray, null: FloatArray | None = None) -> JointF:
    """Test contrasts @ coef = null with the HTZ approximation.

    Parameters
    ----------
    fit : LeastSquares
    parts : ClusterParts
        Of `numerics.vcov.cluster_parts`; CR2 is the adjustment that the approximation was made for.
    contrasts : (q, p) array of full row rank
    null : (q,) array, optional
        Zero unless given.

    Returns
    -------
    JointF
        ``dof_den`` = eta - q + 1; where it is not positive the p-value is nan.

    Raises
    ------
    NotIdentifiedError
        If the contrasts have no variance of full rank.

    Notes
    -----
    F = (eta - q + 1) / (eta q) * Q with Q the Wald statistic and
    eta = q (q + 1) / sum_st Var(D_st), D the working-model standardised variance matrix.

    References
    ----------
    Tipton and Pustejovsky (2015), doi:10.3102/1076998615606099.   Oracle: tests/oracle/small_sample.R (Wald_test).
    """
    rows = np.atleast_2d(contrasts)
    q = rows.shape[0]
    gap = rows @ fit.coef - (0.0 if null is None else null)
    variance = rows @ parts.vcov @ rows.T
    expected = np.array([[parts.form(s, t).trace() for t in rows] for s in rows])
    values, vectors = np.linalg.eigh(expected)
    if np.linalg.matrix_rank(variance) < q or values[0] <= 1e-12 * values[-1]:
        raise NotIdentifiedError(
            f"A joint test of {q} contrasts needs a variance of rank {q}, and the clusters do not give one.",
            where=f"{parts.n_clusters} clusters.",
            hint="Test fewer contrasts at once.",
        )
    wald = float(gap @ np.linalg.solve(variance, gap))
    standard = (vectors / np.sqrt(values)) @ vectors.T @ rows
    forms = [[parts.form(s, t) for t in standard] for s in standard]
    spread = sum(inner(forms[s][s], forms[t][t]) + inner(forms[s][t], forms[t][s]) for s in range(q) for t in range(q))
    eta = q * (q + 1) / spread
    dof_den = eta - q + 1
    statistic = dof_den / (eta * q) * wald
    if dof_den <= 0:
        return JointF(float("nan"), q, float("nan"), float("nan"))
    return JointF(statistic, q, dof_den, float(f_distribution.sf(statistic, q, dof_den)))

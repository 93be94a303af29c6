"""Standard errors of rotated loadings and factor correlations, and the test of the exploratory model.

The derivative of the solution in the sample correlations (`solution_derivative`) around the covariance of these (from
polychorics, from the data, or from normal theory) is the sandwich.

Oracle: tests/oracle/factors.R (lavaan::efa; it has no standard errors for promax, and another unrotated solution).

References
----------
Jennrich (1974), doi:10.1007/BF02291490. Zhang and Preacher (2015), doi:10.3102/1076998615606098. Asparouhov and
Muthen (2010), Simple second order chi-square correction (scaled and shifted test).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sctoolkit.numerics.exploration.rotation_criteria import Criterion
from sctoolkit.numerics.exploration.rotation_derivative import solution_derivative

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RotationErrors:
    """Standard errors and the traces that the scaled test needs.

    ``loadings`` (p, m); ``factor_corr`` (m, m), 0 on the diagonal; ``trace`` and ``trace_squared`` of U Gamma.
    """

    loadings: FloatArray
    factor_corr: FloatArray
    trace: float
    trace_squared: float


def rotation_errors(
    loadings: FloatArray,
    factor_corr: FloatArray,
    uniquenesses: FloatArray,
    *,
    rotation: str,
    measure: Criterion | None,
    kaiser: bool,
    weight: FloatArray,
    gamma: FloatArray,
    n_obs: float,
    base: FloatArray | None = None,
    scaled: bool = False,
) -> RotationErrors:
    """Sandwich standard errors of a rotated solution.

    Parameters
    ----------
    loadings, factor_corr, uniquenesses, rotation, measure, kaiser, weight, base, scaled
        As in `solution_derivative`.
    gamma : (n_pairs, n_pairs) array
        N times the covariance of the correlations.
    n_obs : float
        N.
    """
    derivative = solution_derivative(
        loadings, factor_corr, uniquenesses, rotation=rotation, measure=measure, kaiser=kaiser, weight=weight,
        base=base, scaled=scaled,
    )  # fmt: skip
    trace, trace_squared = _traces(derivative.jacobian, weight, derivative.inner, gamma, len(gamma))
    return RotationErrors(
        _errors(derivative.loadings, gamma, n_obs), _errors(derivative.factor_corr, gamma, n_obs), trace, trace_squared
    )


def _errors(derivative: FloatArray, gamma: FloatArray, n_obs: float) -> FloatArray:
    """Standard errors of a table of estimates from its derivative in the correlations."""
    variances = np.einsum("rca,ab,rcb->rc", derivative, gamma, derivative, optimize=True) / n_obs
    return np.asarray(np.sqrt(np.maximum(variances, 0.0)))


def _traces(
    jacobian: FloatArray, weight: FloatArray, inner: FloatArray, gamma: FloatArray, n_pairs: int
) -> tuple[float, float]:
    """tr(U Gamma) and tr(U Gamma U Gamma) with U the residual weight."""
    carried = weight @ jacobian
    residual = weight - carried @ np.linalg.pinv(inner, rcond=1e-10, hermitian=True) @ carried.T
    product = residual[:n_pairs, :n_pairs] @ gamma
    return float(np.trace(product)), float(np.sum(product * product.T))


def discrepancy_weight(method: str, implied: FloatArray, variances: FloatArray | None = None) -> FloatArray:
    """Weight of a discrepancy over the moments (pairs in house order, then the diagonal).

    ``"minres"`` and ``"principal_axis"``: 1; ``"dwls"``: inverse variances of the correlations; ``"ml"``: the normal
    weight at the implied matrix.
    """
    p = len(implied)
    pairs = np.triu_indices(p, 1)
    if method == "ml":
        first, second = np.concatenate([pairs[0], np.arange(p)]), np.concatenate([pairs[1], np.arange(p)])
        inverse = np.linalg.inv(implied)
        both = (
            inverse[np.ix_(first, first)] * inverse[np.ix_(second, second)]
            + inverse[np.ix_(first, second)] * inverse[np.ix_(second, first)]
        )
        twice = np.where(first == second, 1.0, 2.0)
        return np.asarray(0.25 * both * np.outer(twice, twice))
    diagonal = np.ones(pairs[0].size + p)
    if method == "dwls":
        assert variances is not None
        diagonal[: pairs[0].size] = 1.0 / variances
        diagonal[pairs[0].size :] = 1.0 / variances.mean()
    return np.diag(diagonal)

"""Standard errors of rotated loadings and factor correlations, and the test of the exploratory model.

The rotated solution is the minimum of the discrepancy under the stationarity conditions of the rotation. The
augmented information of loadings, factor correlations and uniquenesses gives their derivative in the sample
correlations, and the covariance of these (from polychorics, from the data, or from normal theory) the sandwich.

Oracle: tests/oracle/factors.R (lavaan::efa).

References
----------
Jennrich (1974), doi:10.1007/BF02291490. Zhang and Preacher (2015), doi:10.3102/1076998615606098. Asparouhov and
Muthen (2010), Simple second order chi-square correction (scaled and shifted test).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sctoolkit.numerics.exploration.rotation_criteria import ORTHOGONAL, Criterion

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RotationErrors:
    """Standard errors (nan where there are none) and the traces that the scaled test needs.

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
) -> RotationErrors:
    """Sandwich standard errors of a rotated solution.

    Parameters
    ----------
    loadings, factor_corr, uniquenesses : arrays
        The rotated solution.
    rotation : str
        Its name; without a criterion (``measure`` None: "none", "promax") only the traces are returned.
    kaiser : bool
        Whether rows were scaled during rotation.
    weight : (n_moments, n_moments) array
        Weight of the discrepancy over all moments i <= j (off-diagonal pairs in house order, then the diagonal).
    gamma : (n_pairs, n_pairs) array
        N times the covariance of the correlations.
    n_obs : float
        N.
    """
    p, m = loadings.shape
    pairs = np.triu_indices(p, 1)
    free = np.triu_indices(m, 1)
    oblique = rotation not in ORTHOGONAL and rotation != "none"
    jacobian = _jacobian(loadings, factor_corr, pairs, free, oblique)
    inner = jacobian.T @ weight @ jacobian
    n_pairs = pairs[0].size
    trace, trace_squared = _traces(jacobian, weight, inner, gamma, n_pairs)
    nothing = np.full((p, m), np.nan), np.full((m, m), np.nan)
    if measure is None and m > 1:
        return RotationErrors(*nothing, trace, trace_squared)

    def stationarity(theta: FloatArray) -> FloatArray:
        pattern, phi = _unpacked(theta, p, m, free, oblique)
        return _conditions(pattern, phi, measure, kaiser, oblique)

    theta = np.concatenate([loadings.ravel(), factor_corr[free] if oblique else np.zeros(0)])
    constraints = np.zeros((0, jacobian.shape[1]))
    if m > 1:
        constraints = np.hstack([_differences(stationarity, theta), np.zeros((stationarity(theta).size, p))])
    n_parameters, n_constraints = jacobian.shape[1], len(constraints)
    scale = np.trace(inner) / n_parameters
    augmented = np.block(
        [[inner, scale * constraints.T], [scale * constraints, np.zeros((n_constraints, n_constraints))]]
    )
    right = np.vstack([jacobian.T @ weight[:, :n_pairs], np.zeros((n_constraints, n_pairs))])
    derivative = np.linalg.lstsq(augmented, right, rcond=1e-13)[0][: theta.size]
    variances = np.einsum("ta,ab,tb->t", derivative, gamma, derivative) / n_obs
    errors = np.sqrt(np.maximum(variances, 0.0))
    of_phi = np.zeros((m, m))
    if oblique:
        of_phi[free] = errors[p * m :]
        of_phi = of_phi + of_phi.T
    return RotationErrors(errors[: p * m].reshape(p, m), of_phi, trace, trace_squared)


def _unpacked(
    theta: FloatArray, p: int, m: int, free: tuple[npt.NDArray[np.intp], ...], oblique: bool
) -> tuple[FloatArray, FloatArray]:
    """Loadings and factor correlations from the parameter vector."""
    phi = np.eye(m)
    if oblique:
        phi[free] = theta[p * m :]
        phi.T[free] = theta[p * m :]
    return theta[: p * m].reshape(p, m), phi


def _conditions(
    pattern: FloatArray, phi: FloatArray, measure: Criterion | None, kaiser: bool, oblique: bool
) -> FloatArray:
    """What is zero at a stationary point of the rotation."""
    assert measure is not None
    scaled = pattern
    if kaiser:
        scaled = pattern / np.sqrt(np.sum(pattern * (pattern @ phi), axis=1, keepdims=True))
    slope = measure(scaled)[1]
    product = scaled.T @ slope
    m = len(phi)
    if oblique:
        return np.asarray((product @ np.linalg.inv(phi))[~np.eye(m, dtype=bool)])
    return np.asarray((product - product.T)[np.triu_indices(m, 1)])


def _differences(function: object, point: FloatArray, step: float = 1e-5) -> FloatArray:
    """Central differences of a vector function, (outputs, inputs)."""
    assert callable(function)
    columns = []
    for at in range(point.size):
        shift = np.zeros_like(point)
        shift[at] = step
        columns.append((function(point + shift) - function(point - shift)) / (2.0 * step))
    return np.array(columns).T


def _jacobian(
    loadings: FloatArray,
    phi: FloatArray,
    pairs: tuple[npt.NDArray[np.intp], ...],
    free: tuple[npt.NDArray[np.intp], ...],
    oblique: bool,
) -> FloatArray:
    """Derivatives of the implied moments (pairs, then diagonal) in loadings, factor correlations, uniquenesses."""
    p, m = loadings.shape
    first, second = np.concatenate([pairs[0], np.arange(p)]), np.concatenate([pairs[1], np.arange(p)])
    moment = np.arange(first.size)
    structure = loadings @ phi
    by_loading = np.zeros((first.size, p, m))
    np.add.at(by_loading, (moment, first), structure[second])
    np.add.at(by_loading, (moment, second), structure[first])
    parts = [by_loading.reshape(first.size, p * m)]
    if oblique:
        a, b = free
        parts.append(loadings[first][:, a] * loadings[second][:, b] + loadings[first][:, b] * loadings[second][:, a])
    by_unique = np.zeros((first.size, p))
    by_unique[pairs[0].size + np.arange(p), np.arange(p)] = 1.0
    return np.hstack([*parts, by_unique])


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

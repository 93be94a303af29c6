"""Derivative of an exploratory solution in the correlations: what its standard errors are made of.

The rotated solution is the minimum of the discrepancy under the stationarity conditions of the rotation (an unrotated
one: under the conditions that make it canonical). The augmented information of loadings, factor correlations and
uniquenesses gives the derivative of all of them in the sample correlations. Promax is a fixed function of the varimax
solution, so that its derivative follows by the chain rule.

Oracle: tests/measurement/exploration/test_factors.py (differences of the map from correlations to rotated loadings).

References
----------
Jennrich (1974), doi:10.1007/BF02291490. Zhang and Preacher (2015), doi:10.3102/1076998615606098.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sctoolkit.numerics.exploration.rotation import promax
from sctoolkit.numerics.exploration.rotation_criteria import ORTHOGONAL, Criterion

FloatArray = npt.NDArray[np.float64]
Indices = tuple[npt.NDArray[np.intp], ...]
Conditions = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, slots=True)
class SolutionDerivative:
    """Derivative of a solution in the correlations, pairs in house order, and what the test of the model needs.

    ``loadings`` (p, m, n_pairs), ``factor_corr`` (m, m, n_pairs), ``uniquenesses`` (p, n_pairs); ``jacobian`` of the
    implied moments in the parameters of the orthogonal or oblique solution and ``inner``, its weighted cross-product.
    """

    loadings: FloatArray
    factor_corr: FloatArray
    uniquenesses: FloatArray
    jacobian: FloatArray
    inner: FloatArray


def solution_derivative(
    loadings: FloatArray,
    factor_corr: FloatArray,
    uniquenesses: FloatArray,
    *,
    rotation: str,
    measure: Criterion | None,
    kaiser: bool,
    weight: FloatArray,
    base: FloatArray | None = None,
    scaled: bool = False,
) -> SolutionDerivative:
    """Derivative of loadings, factor correlations and uniquenesses in the correlations.

    Parameters
    ----------
    loadings, factor_corr, uniquenesses : arrays
        The solution.
    rotation : str
        Its name. "none" takes the canonical conditions, "promax" goes through ``base``.
    measure : Criterion or None
        Criterion of the rotation (that of varimax for "promax"); not used for "none" and one factor.
    kaiser : bool
        Whether rows were scaled during rotation.
    weight : (n_moments, n_moments) array
        Weight of the discrepancy over all moments i <= j (off-diagonal pairs in house order, then the diagonal).
    base : (p, m) array, optional
        Varimax loadings that promax started from, factors in the order of ``loadings``.
    scaled : bool
        Whether unrotated loadings are canonical after division by the uniquenesses (ML) rather than plainly.
    """
    if rotation == "promax" and base is not None and len(factor_corr) > 1:
        return _through_promax(base, uniquenesses, measure, kaiser, weight)
    p, m = loadings.shape
    free = np.triu_indices(m, 1)
    oblique = rotation not in (*ORTHOGONAL, "none", "promax")
    jacobian = moment_jacobian(loadings, factor_corr, oblique=oblique)
    inner = jacobian.T @ weight @ jacobian

    def conditions(theta: FloatArray) -> FloatArray:
        pattern, phi = _unpacked(theta[:-p], p, m, free, oblique)
        if rotation == "none" or measure is None:
            return _canonical(pattern, theta[-p:] if scaled else np.ones(p))
        return _stationary(pattern, phi, measure, kaiser, oblique)

    theta = np.concatenate([loadings.ravel(), factor_corr[free] if oblique else np.zeros(0), uniquenesses])
    constraints = differences(conditions, theta) if m > 1 else np.zeros((0, theta.size))
    n_pairs = p * (p - 1) // 2
    derivative = _augmented(inner, constraints, jacobian.T @ weight[:, :n_pairs])
    of_phi = np.zeros((m, m, n_pairs))
    if oblique:
        of_phi[free] = derivative[p * m : -p]
        of_phi = of_phi + of_phi.transpose(1, 0, 2)
    return SolutionDerivative(derivative[: p * m].reshape(p, m, n_pairs), of_phi, derivative[-p:], jacobian, inner)


def _through_promax(
    base: FloatArray, uniquenesses: FloatArray, measure: Criterion | None, kaiser: bool, weight: FloatArray
) -> SolutionDerivative:
    """Derivative of a promax solution: that of varimax, then that of the map from varimax to promax."""
    p, m = base.shape
    inner = solution_derivative(
        base, np.eye(m), uniquenesses, rotation="varimax", measure=measure, kaiser=kaiser, weight=weight
    )

    def onward(flat: FloatArray) -> FloatArray:
        pattern, phi = promax(flat.reshape(p, m))
        return np.concatenate([pattern.ravel(), phi.ravel()])

    n_pairs = inner.uniquenesses.shape[1]
    chained = differences(onward, base.ravel()) @ inner.loadings.reshape(p * m, n_pairs)
    return SolutionDerivative(
        chained[: p * m].reshape(p, m, n_pairs), chained[p * m :].reshape(m, m, n_pairs), inner.uniquenesses,
        inner.jacobian, inner.inner,
    )  # fmt: skip


def _augmented(inner: FloatArray, constraints: FloatArray, right: FloatArray) -> FloatArray:
    """Solve the information bordered by the constraints."""
    n_parameters, n_constraints = len(inner), len(constraints)
    scale = np.trace(inner) / n_parameters
    bordered = np.block(
        [[inner, scale * constraints.T], [scale * constraints, np.zeros((n_constraints, n_constraints))]]
    )
    padded = np.vstack([right, np.zeros((n_constraints, right.shape[1]))])
    return np.asarray(np.linalg.lstsq(bordered, padded, rcond=1e-13)[0][:n_parameters])


def _unpacked(theta: FloatArray, p: int, m: int, free: Indices, oblique: bool) -> tuple[FloatArray, FloatArray]:
    """Loadings and factor correlations from the parameter vector."""
    phi = np.eye(m)
    if oblique:
        phi[free] = theta[p * m :]
        phi.T[free] = theta[p * m :]
    return theta[: p * m].reshape(p, m), phi


def _canonical(loadings: FloatArray, uniquenesses: FloatArray) -> FloatArray:
    """What is zero in an unrotated solution: the off-diagonals of its loadings' cross-product."""
    product = loadings.T @ (loadings / uniquenesses[:, None])
    return np.asarray(product[np.triu_indices(loadings.shape[1], 1)])


def _stationary(pattern: FloatArray, phi: FloatArray, measure: Criterion, kaiser: bool, oblique: bool) -> FloatArray:
    """What is zero at a stationary point of the rotation."""
    scaled = pattern
    if kaiser:
        scaled = pattern / np.sqrt(np.sum(pattern * (pattern @ phi), axis=1, keepdims=True))
    slope = measure(scaled)[1]
    product = scaled.T @ slope
    m = len(phi)
    if oblique:
        return np.asarray((product @ np.linalg.inv(phi))[~np.eye(m, dtype=bool)])
    return np.asarray((product - product.T)[np.triu_indices(m, 1)])


def differences(function: Conditions, point: FloatArray, step: float = 1e-5) -> FloatArray:
    """Central differences of a vector function, (outputs, inputs)."""
    columns = []
    for at in range(point.size):
        shift = np.zeros_like(point)
        shift[at] = step
        columns.append((function(point + shift) - function(point - shift)) / (2.0 * step))
    return np.array(columns).T


def moment_jacobian(loadings: FloatArray, phi: FloatArray, *, oblique: bool) -> FloatArray:
    """Derivatives of the implied moments (pairs, then diagonal) in loadings, factor correlations, uniquenesses."""
    p, m = loadings.shape
    pairs, free = np.triu_indices(p, 1), np.triu_indices(m, 1)
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

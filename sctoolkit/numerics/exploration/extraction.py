"""Extraction of common factors from a correlation matrix: minres, maximum likelihood, principal axis.

Oracle: tests/oracle/factors.R (psych::fa, stats::factanal).

References
----------
Harman and Jones (1966), doi:10.1007/BF02289468 (minres). Joreskog (1967), doi:10.1007/BF02289658 (ML).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from sctoolkit.errors import ConvergenceError, NotIdentifiedError

FloatArray = npt.NDArray[np.float64]
Discrepancy = Callable[[FloatArray, FloatArray, int], tuple[float, FloatArray, FloatArray]]

LOWEST_UNIQUENESS = 0.005


@dataclass(frozen=True, slots=True)
class Extraction:
    """Unrotated solution.

    ``loadings`` (p, m), columns with positive sums; ``uniquenesses`` (p,); ``discrepancy`` the minimised function (sum
    over pairs of squared residuals, weighted for DWLS; the likelihood function for ML); ``heywood``
    (p,) marks items whose uniqueness ended at its lower bound: communality of one or more.
    """

    loadings: FloatArray
    uniquenesses: FloatArray
    discrepancy: float
    heywood: npt.NDArray[np.bool_]
    n_iterations: int


def dof(n_items: int, n_factors: int) -> int:
    """Degrees of freedom of an exploratory model: ((p - m)^2 - (p + m)) / 2."""
    return ((n_items - n_factors) ** 2 - (n_items + n_factors)) // 2


def extract(correlation: FloatArray, n_factors: int, method: str, start: FloatArray | None = None) -> Extraction:
    """Common factors of a correlation (or covariance) matrix.

    Parameters
    ----------
    correlation : (p, p) array
        Correlations; for ML positive definite.
    n_factors : int
        Factors m; the model must have 0 or more degrees of freedom.
    method : {"minres", "ml", "principal_axis"}
        ``minres`` minimises the sum of squared off-diagonal residuals (ULS), ``ml`` the normal likelihood function,
        ``principal_axis`` iterates communalities to their fixed point, which is a stationary point of minres.
    start : (p,) array, optional
        Starting uniquenesses; ``1 / diag(R^-1)`` when left out.

    Raises
    ------
    NotIdentifiedError
        If the model has more parameters than correlations, or ML meets a matrix that is not positive definite.
    ConvergenceError
        If the iteration does not end.

    Notes
    -----
    ML and minres are minimised over uniquenesses (bounded below by 0.005), loadings following from eigenvectors: by
    Gauss-Newton steps with projection on the bound, and by L-BFGS-B where these do not settle.
    """
    p = len(correlation)
    if n_factors < 1 or dof(p, n_factors) < 0:
        most = max_factors(p)
        raise NotIdentifiedError(
            f"{n_factors} factors need more correlations than {p} items have.",
            hint=f"Ask for at most {most} factor{'' if most == 1 else 's'}, or add items.",
        )
    if method == "principal_axis":
        return _principal_axis(correlation, n_factors, start)
    if method == "ml" and float(np.linalg.eigvalsh(correlation)[0]) <= 1e-10:
        raise NotIdentifiedError(
            "Maximum likelihood needs a positive definite correlation matrix, and this one is not.",
            hint='Use `extraction="minres"`, leave a redundant item out, or ask for smoothing.',
        )
    discrepancy = _ml if method == "ml" else _uls
    psi = _start(correlation) if start is None else np.clip(start, LOWEST_UNIQUENESS, None)
    psi, value, n_iterations = _minimise(discrepancy, correlation, n_factors, psi)
    loadings = _loadings(correlation, psi, n_factors, method == "ml")
    return Extraction(loadings, psi, value, psi <= LOWEST_UNIQUENESS * (1 + 1e-9), n_iterations)


def max_factors(n_items: int) -> int:
    """Largest number of factors with 0 or more degrees of freedom."""
    return max((m for m in range(1, n_items) if dof(n_items, m) >= 0), default=0)


def squared_multiple_correlations(correlation: FloatArray) -> FloatArray:
    """Squared multiple correlation of each item with the others; by pseudo-inverse where singular."""
    inverse = np.linalg.pinv(correlation, hermitian=True)
    diagonal = np.diagonal(correlation)
    with np.errstate(divide="ignore"):
        return np.asarray(np.clip(diagonal - 1.0 / np.diagonal(inverse), 0.0, diagonal))


def _start(correlation: FloatArray) -> FloatArray:
    """Starting uniquenesses from squared multiple correlations."""
    diagonal = np.diagonal(correlation)
    return np.clip(diagonal - squared_multiple_correlations(correlation), 0.05 * diagonal, 0.95 * diagonal)


def _uls(psi: FloatArray, correlation: FloatArray, m: int) -> tuple[float, FloatArray, FloatArray]:
    """Concentrated least squares: value, gradient and Gauss-Newton curvature in the uniquenesses."""
    values, vectors = np.linalg.eigh(correlation - np.diag(psi))
    rest, basis = values[:-m], vectors[:, :-m]
    gradient = -(basis * basis) @ rest
    return 0.5 * float(rest @ rest), gradient, (basis @ basis.T) ** 2


def _ml(psi: FloatArray, correlation: FloatArray, m: int) -> tuple[float, FloatArray, FloatArray]:
    """Concentrated normal likelihood function: value, gradient and Gauss-Newton curvature in the uniquenesses."""
    scale = 1.0 / np.sqrt(psi)
    values, vectors = np.linalg.eigh(correlation * np.outer(scale, scale))
    rest, basis = np.maximum(values[:-m], 1e-12), vectors[:, :-m]
    gradient = (basis * basis) @ (1.0 - rest) / psi
    return float(np.sum(rest - np.log(rest) - 1.0)), gradient, (basis @ basis.T) ** 2 / np.outer(psi, psi)


def _minimise(
    discrepancy: Discrepancy, correlation: FloatArray, m: int, psi: FloatArray
) -> tuple[FloatArray, float, int]:
    """Projected Gauss-Newton, then L-BFGS-B where it stalls."""
    upper = np.diagonal(correlation).copy()
    value, gradient, curvature = discrepancy(psi, correlation, m)
    for iteration in range(1, 101):
        free = ~((psi <= LOWEST_UNIQUENESS) & (gradient > 0.0)) & ~((psi >= upper) & (gradient < 0.0))
        if not free.any() or float(np.abs(gradient[free]).max()) < 1e-9:
            return psi, value, iteration
        ridge = 1e-10 * np.trace(curvature) / len(psi)
        step = np.zeros_like(psi)
        inner = curvature[np.ix_(free, free)] + ridge * np.eye(int(free.sum()))
        step[free] = -np.linalg.lstsq(inner, gradient[free], rcond=None)[0]
        for shrink in 0.5 ** np.arange(12):
            candidate = np.clip(psi + shrink * step, LOWEST_UNIQUENESS, upper)
            result = discrepancy(candidate, correlation, m)
            if result[0] <= value - 1e-4 * abs(float(gradient @ (candidate - psi))):
                break
        else:
            break
        moved = float(np.abs(candidate - psi).max())
        psi, (value, gradient, curvature) = candidate, result
        if moved < 1e-12:
            return psi, value, iteration
    return _finish(discrepancy, correlation, m, psi, upper)


def _finish(
    discrepancy: Discrepancy, correlation: FloatArray, m: int, psi: FloatArray, upper: FloatArray
) -> tuple[FloatArray, float, int]:
    """L-BFGS-B from where Gauss-Newton stopped."""

    def objective(x: FloatArray) -> tuple[float, FloatArray]:
        return discrepancy(x, correlation, m)[:2]

    fit: Any = minimize(
        objective,
        psi,
        jac=True,
        method="L-BFGS-B",
        bounds=[(LOWEST_UNIQUENESS, top) for top in upper],
        options={"maxiter": 2000, "ftol": 1e-15, "gtol": 1e-9},
    )
    at_end = np.clip(fit.x - discrepancy(fit.x, correlation, m)[1], LOWEST_UNIQUENESS, upper) - fit.x
    if float(np.abs(at_end).max()) > 1e-4:
        raise ConvergenceError(
            f"Extraction must settle, and for {m} factor{'' if m == 1 else 's'} it did not in {fit.nit} iterations.",
            hint="Ask for fewer factors, or use another extraction.",
        )
    return np.asarray(fit.x, dtype=np.float64), float(fit.fun), int(fit.nit)


def _loadings(correlation: FloatArray, psi: FloatArray, m: int, is_ml: bool) -> FloatArray:
    """Loadings that belong to uniquenesses, largest factor first."""
    if is_ml:
        scale = np.sqrt(psi)
        values, vectors = np.linalg.eigh(correlation / np.outer(scale, scale))
        raw = scale[:, None] * vectors[:, ::-1][:, :m] * np.sqrt(np.maximum(values[::-1][:m] - 1.0, 0.0))
    else:
        values, vectors = np.linalg.eigh(correlation - np.diag(psi))
        raw = vectors[:, ::-1][:, :m] * np.sqrt(np.maximum(values[::-1][:m], 0.0))
    return np.asarray(raw * np.where(raw.sum(axis=0) < 0.0, -1.0, 1.0))


def _principal_axis(correlation: FloatArray, m: int, start: FloatArray | None, most: int = 20_000) -> Extraction:
    """Iterated principal factors, to the fixed point of the communalities."""
    diagonal = np.diagonal(correlation)
    psi = _start(correlation) if start is None else start
    iteration = 0
    for iteration in range(1, most + 1):  # noqa: B007
        loadings = _loadings(correlation, psi, m, is_ml=False)
        update = np.clip(diagonal - (loadings**2).sum(axis=1), LOWEST_UNIQUENESS, diagonal)
        moved = float(np.abs(update - psi).max())
        psi = update
        if moved < 1e-9:
            break
    else:
        raise ConvergenceError(
            f"Principal axes must settle; for {m} factor{'' if m == 1 else 's'} they did not in {iteration} rounds.",
            hint='Use `extraction="minres"`, which reaches the same solution faster.',
        )
    residual = correlation - loadings @ loadings.T
    np.fill_diagonal(residual, 0.0)
    value = 0.5 * float(np.sum(residual**2))
    return Extraction(loadings, psi, value, psi <= LOWEST_UNIQUENESS * (1 + 1e-9), iteration)

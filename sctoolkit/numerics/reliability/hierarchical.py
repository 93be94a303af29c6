"""Omega hierarchical of a scale with group factors: estimates, their derivatives and their bootstrap draws.

Two ways beside each other: Schmid-Leiman on an oblique solution (minres, oblimin), and bifactor rotation of one factor
more. Oracle: tests/oracle/reliability.R (psych::omega).

References
----------
Schmid and Leiman (1957), doi:10.1007/BF02289209. Zinbarg et al. (2005), doi:10.1007/s11336-003-0974-7. Jennrich and
Bentler (2011), doi:10.1007/s11336-011-9218-4.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sctoolkit.errors import SctoolkitError
from sctoolkit.numerics.exploration.extraction import Extraction, extract
from sctoolkit.numerics.exploration.extraction_stack import minres_stack
from sctoolkit.numerics.exploration.rotation import Rotated, rotate
from sctoolkit.numerics.exploration.rotation_criteria import criterion
from sctoolkit.numerics.exploration.rotation_derivative import SolutionDerivative, differences, solution_derivative
from sctoolkit.numerics.exploration.rotation_errors import discrepancy_weight
from sctoolkit.numerics.exploration.rotation_stack import rotate_stack
from sctoolkit.numerics.exploration.schmid_leiman import (
    explained_common_variance,
    omega_hierarchical,
    omega_total_standardised,
    schmid_leiman,
)

FloatArray = npt.NDArray[np.float64]

GROUP_TERMS = ("omega_hierarchical", "omega_total_groups", "explained_common_variance")
BIFACTOR_TERM = "omega_hierarchical_bifactor"


@dataclass(frozen=True, slots=True)
class Hierarchical:
    """Omega hierarchical, omega total and ECV by Schmid-Leiman, and omega hierarchical by bifactor rotation.

    ``estimates`` by term; ``groups`` and ``oblique`` the solution behind the first three, ``more`` and ``bifactor``
    that behind the last, None with two group factors.
    """

    estimates: dict[str, float]
    groups: Extraction
    oblique: Rotated
    more: Extraction | None
    bifactor: Rotated | None


def hierarchical(correlation: FloatArray, group_factors: int) -> Hierarchical:
    """Estimate omega hierarchical from (p, p) correlations with 2 or more group factors.

    Raises
    ------
    NotIdentifiedError, ConvergenceError
        If the items are too few for the factors or an extraction does not end.
    """
    groups = extract(correlation, group_factors, "minres")
    oblique = rotate(groups.loadings, "oblimin", n_starts=30, seed=0)
    estimates = _by_groups(oblique.loadings, oblique.factor_corr, groups.uniquenesses, correlation)
    if group_factors == 2:
        return Hierarchical(estimates, groups, oblique, None, None)
    more = extract(correlation, group_factors + 1, "minres")
    bifactor = rotate(more.loadings, "bifactor", n_starts=30, seed=0)
    estimates[BIFACTOR_TERM] = omega_hierarchical(bifactor.loadings[:, 0], correlation)
    return Hierarchical(estimates, groups, oblique, more, bifactor)


def _by_groups(
    pattern: FloatArray, phi: FloatArray, uniquenesses: FloatArray, correlation: FloatArray
) -> dict[str, float]:
    """The three figures of the Schmid-Leiman solution."""
    split = schmid_leiman(pattern, phi)
    figures = (
        omega_hierarchical(split.general, correlation),
        omega_total_standardised(uniquenesses, correlation),
        explained_common_variance(split.general, split.group),
    )
    return dict(zip(GROUP_TERMS, figures, strict=True))


def hierarchical_gradients(fit: Hierarchical, correlation: FloatArray) -> dict[str, FloatArray]:
    """Derivative of every estimate by each correlation, (p, p) above the diagonal.

    Notes
    -----
    The derivative of the rotated solution in the correlations (`solution_derivative`) times that of the figure in the
    solution, and the direct one through the variance of the sum. Left out where uniquenesses are at their bound.
    """
    pairs = np.triu_indices(len(correlation), 1)
    rows: dict[str, FloatArray] = {}
    if not bool(fit.groups.heywood.any()):
        rows |= _group_rows(fit, correlation)
    if fit.more is not None and fit.bifactor is not None and not bool(fit.more.heywood.any()):
        general, total = fit.bifactor.loadings[:, 0], float(correlation.sum())
        slope = _derivative(fit.more, fit.bifactor, "bifactor")
        through = 2.0 * float(general.sum()) / total * slope.loadings[:, 0].sum(axis=0)
        rows[BIFACTOR_TERM] = through - 2.0 * fit.estimates[BIFACTOR_TERM] / total
    return {term: _square(row, pairs) for term, row in rows.items()}


def _group_rows(fit: Hierarchical, correlation: FloatArray) -> dict[str, FloatArray]:
    """Derivatives of the figures of the Schmid-Leiman solution by each pair."""
    p, m = fit.oblique.loadings.shape
    upper = np.triu_indices(m, 1)

    def figures(theta: FloatArray) -> FloatArray:
        phi = np.eye(m)
        phi[upper] = theta[p * m : -p]
        phi.T[upper] = theta[p * m : -p]
        return np.array(list(_by_groups(theta[: p * m].reshape(p, m), phi, theta[-p:], correlation).values()))

    slope = _derivative(fit.groups, fit.oblique, "oblimin")
    theta = np.concatenate([fit.oblique.loadings.ravel(), fit.oblique.factor_corr[upper], fit.groups.uniquenesses])
    inner = np.vstack([slope.loadings.reshape(p * m, -1), slope.factor_corr[upper], slope.uniquenesses])
    total = float(correlation.sum())
    direct = (
        -2.0 * fit.estimates["omega_hierarchical"] / total,
        2.0 * (1.0 - fit.estimates["omega_total_groups"]) / total,
        0.0,
    )
    rows = differences(figures, theta) @ inner
    return {term: row + extra for term, row, extra in zip(GROUP_TERMS, rows, direct, strict=True)}


def _derivative(fit: Extraction, turned: Rotated, rotation: str) -> SolutionDerivative:
    """Derivative of a rotated minres solution."""
    implied = turned.loadings @ turned.factor_corr @ turned.loadings.T
    return solution_derivative(
        turned.loadings, turned.factor_corr, fit.uniquenesses, rotation=rotation, measure=criterion(rotation),
        kaiser=False, weight=discrepancy_weight("minres", implied),
    )  # fmt: skip


def _square(row: FloatArray, pairs: tuple[npt.NDArray[np.intp], ...]) -> FloatArray:
    """Entries of pairs as the upper triangle of a matrix."""
    p = int(pairs[1].max()) + 1
    matrix = np.zeros((p, p))
    matrix[pairs] = row
    return matrix


def hierarchical_draws(fit: Hierarchical, correlations: FloatArray) -> dict[str, FloatArray]:
    """Every estimate in each of (b, p, p) correlation matrices of resamples; nan where a solution does not exist."""
    draws = {term: np.full(len(correlations), np.nan) for term in fit.estimates}
    loadings, uniquenesses, found = minres_stack(correlations, fit.groups)
    patterns, phis = rotate_stack(loadings[found], "oblimin", fit.groups.loadings, fit.oblique.loadings)
    for at, pattern, phi in zip(np.flatnonzero(found), patterns, phis, strict=True):
        if not bool(np.isfinite(pattern).all()):
            continue
        try:
            figures = _by_groups(pattern, phi, uniquenesses[at], correlations[at])
        except SctoolkitError:
            continue
        for term, figure in figures.items():
            draws[term][at] = figure
    if fit.more is not None and fit.bifactor is not None:
        loadings, _, found = minres_stack(correlations, fit.more)
        patterns, _ = rotate_stack(loadings[found], "bifactor", fit.more.loadings, fit.bifactor.loadings)
        draws[BIFACTOR_TERM][found] = patterns[:, :, 0].sum(axis=1) ** 2 / correlations[found].sum(axis=(1, 2))
    return draws

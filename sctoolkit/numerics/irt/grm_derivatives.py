"""Log-likelihood of a graded response model over groups, its gradient and its information matrices."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from sctoolkit.numerics.irt.grm_layout import Layout, jacobian, reduced_items, second_order
from sctoolkit.numerics.irt.grm_likelihood import (
    Coded,
    Grid,
    complete_information,
    expectation,
    gradient,
    missing_information,
    pattern_scores,
)

FloatArray = npt.NDArray[np.float64]


def total_loglik(groups: list[Coded], layout: Layout, grid: Grid, psi: FloatArray) -> float:
    """Log-likelihood over all groups."""
    return sum(expectation(data, reduced_items(layout, psi, g), grid).loglik for g, data in enumerate(groups))


def score_and_complete(
    groups: list[Coded], layout: Layout, grid: Grid, psi: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Gradient and complete-data information in the free parameters."""
    score = np.zeros(psi.size)
    complete = np.zeros((psi.size, psi.size))
    for g, data in enumerate(groups):
        items = reduced_items(layout, psi, g)
        expected = expectation(data, items, grid)
        change = jacobian(layout, psi, g)
        score += gradient(expected, items, grid).reshape(-1) @ change
        complete += _sandwich(complete_information(expected, items, grid), change)
    return score, complete


def _sandwich(blocks: FloatArray, change: FloatArray) -> FloatArray:
    """Return J' blockdiag(blocks) J."""
    k, width, _ = blocks.shape
    parts = change.reshape(k, width, -1)
    return np.asarray(change.T @ np.einsum("jab,jbp->jap", blocks, parts).reshape(k * width, -1))


def observed_information(groups: list[Coded], layout: Layout, grid: Grid, psi: FloatArray) -> FloatArray:
    """Observed information: complete less missing, with the curvature of the change of parameters."""
    out = np.zeros((psi.size, psi.size))
    for g, data in enumerate(groups):
        items = reduced_items(layout, psi, g)
        expected = expectation(data, items, grid)
        change = jacobian(layout, psi, g)
        out += _sandwich(complete_information(expected, items, grid), change)
        out -= change.T @ missing_information(data, items, grid) @ change
        out -= second_order(layout, gradient(expected, items, grid), g)
    return out


def score_crossproduct(groups: list[Coded], layout: Layout, grid: Grid, psi: FloatArray) -> FloatArray:
    """Sum over respondents of outer products of their (weighted) scores."""
    out = np.zeros((psi.size, psi.size))
    for g, data in enumerate(groups):
        items = reduced_items(layout, psi, g)
        scores = pattern_scores(data, items, grid).reshape(data.counts.size, -1) @ jacobian(layout, psi, g)
        out += scores.T @ (scores * data.squared[:, None])
    return out


def solve_definite(matrix: FloatArray, vector: FloatArray) -> FloatArray | None:
    """Solve with a positive definite matrix; None when it is not one."""
    try:
        return np.asarray(cho_solve(cho_factor(matrix), vector))
    except (LinAlgError, ValueError):
        return None

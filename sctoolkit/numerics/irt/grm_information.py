"""Fisher information of graded response items about theta, and the reliability that follows from it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sctoolkit.numerics.irt.grm_curves import GradedItems, category_probabilities, cumulative
from sctoolkit.numerics.irt.grm_likelihood import Grid

FloatArray = npt.NDArray[np.float64]


def item_information(items: GradedItems, theta: FloatArray) -> FloatArray:
    """Return the information of each item at each theta, shape (k, n_theta), in units of 1 / theta squared.

    Notes
    -----
    I(theta) = a^2 sum_c P_c (1 - P*_c - P*_(c+1))^2, the sum of P'_c^2 / P_c.

    References
    ----------
    Samejima (1969), Psychometrika Monograph 17.   Test: second differences of log P.

    Examples
    --------
    >>> item_information(GradedItems(np.array([2.0]), np.array([[0.0]])), np.array([0.0]))
    array([[1.]])
    """
    p_star = cumulative(items, theta)
    edge = np.ones((p_star.shape[0], 1, p_star.shape[2]))
    at_least = np.concatenate([edge, p_star], axis=1)
    next_up = np.concatenate([p_star, 0.0 * edge], axis=1)
    slope = 1.0 - at_least - next_up
    return np.asarray(items.slopes[:, None] ** 2 * (category_probabilities(items, theta) * slope**2).sum(axis=1))


def expected_scores(items: GradedItems, theta: FloatArray) -> FloatArray:
    """Return E(X | theta) with categories scored 0, 1, ..., shape (k, n_theta)."""
    return np.asarray(cumulative(items, theta).sum(axis=1))


def marginal_reliability(items: GradedItems, grid: Grid, sd: float = 1.0, mean: float = 0.0) -> float:
    """Return the mean over theta of I / (I + 1 / sd^2), the reliability of a score from these items.

    References
    ----------
    Green, Bock, Humphreys, Linn & Reckase (1984), doi:10.1111/j.1745-3984.1984.tb01039.x.
    """
    information = item_information(items, mean + sd * grid.nodes).sum(axis=0)
    return float(grid.weights @ (information / (information + 1.0 / sd**2)))

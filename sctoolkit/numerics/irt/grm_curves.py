"""Category probabilities of graded response items, without cancellation in the tails.

P(X >= c | theta) = logistic(a theta + d_c), d_1 > d_2 > ...; a category is the difference of two neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, log_expit

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GradedItems:
    """Slopes and intercepts of k items with at most K categories.

    Attributes
    ----------
    slopes : (k,) float array
        a, in logits per unit of theta.
    intercepts : (k, K - 1) float array
        d_1 > d_2 > ...; minus infinity where an item has fewer categories.
    """

    slopes: FloatArray
    intercepts: FloatArray

    @property
    def n_categories(self) -> npt.NDArray[np.int64]:
        """Number of categories of each item."""
        return np.asarray(np.isfinite(self.intercepts).sum(axis=1) + 1, dtype=np.int64)

    @property
    def difficulties(self) -> FloatArray:
        """b_c = -d_c / a: the point of theta where half answer c or higher; nan where there is no such category."""
        finite = np.where(np.isfinite(self.intercepts), self.intercepts, np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(-finite / self.slopes[:, None])


def cumulative(items: GradedItems, theta: FloatArray) -> FloatArray:
    """Return P(X >= c | theta) for c = 1 .. K - 1, shape (k, K - 1, n_theta).

    Examples
    --------
    >>> cumulative(GradedItems(np.array([1.0]), np.array([[0.0]])), np.array([0.0]))
    array([[[0.5]]])
    """
    return np.asarray(expit(items.slopes[:, None, None] * theta + items.intercepts[:, :, None]))


def log_category(items: GradedItems, theta: FloatArray) -> FloatArray:
    """Return log P(X = c | theta) for c = 0 .. K - 1, shape (k, K, n_theta); minus infinity for absent categories.

    Notes
    -----
    logistic(x) - logistic(y) = logistic(x) logistic(-y) (1 - exp(y - x)), which keeps full relative accuracy where
    both are near one.

    References
    ----------
    Samejima (1969), Psychometrika Monograph 17.
    """
    logits = items.slopes[:, None, None] * theta + items.intercepts[:, :, None]
    k, _, n = logits.shape
    edge = np.zeros((k, 1, n))
    at_least = np.concatenate([edge, log_expit(logits)], axis=1)
    below_next = np.concatenate([log_expit(-logits), edge], axis=1)
    gap = np.log(-np.expm1(-steps(items)))
    out = at_least + below_next + gap[:, :, None]
    out[~present(items)] = -np.inf
    return np.asarray(out)


def category_probabilities(items: GradedItems, theta: FloatArray) -> FloatArray:
    """Return P(X = c | theta), shape (k, K, n_theta); rows of absent categories are zero.

    Examples
    --------
    >>> items = GradedItems(np.array([1.0]), np.array([[1.0, -1.0]]))
    >>> category_probabilities(items, np.array([0.0])).ravel().round(4)
    array([0.2689, 0.4621, 0.2689])
    """
    return np.asarray(np.exp(log_category(items, theta)))


def present(items: GradedItems) -> npt.NDArray[np.bool_]:
    """Return which of the K categories each item has, shape (k, K)."""
    return np.asarray(np.arange(items.intercepts.shape[1] + 1) < items.n_categories[:, None])


def steps(items: GradedItems) -> FloatArray:
    """Return d_c - d_(c+1) for c = 0 .. K - 1, shape (k, K); infinite at both ends and for absent categories."""
    k, n_steps = items.intercepts.shape
    finite = np.isfinite(items.intercepts)
    inside = finite[:, 1:]
    gaps = np.full((k, n_steps + 1), np.inf)
    gaps[:, 1:-1][inside] = (items.intercepts[:, :-1] - np.where(inside, items.intercepts[:, 1:], 0.0))[inside]
    return gaps

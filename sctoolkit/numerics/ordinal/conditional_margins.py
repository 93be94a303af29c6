"""First stage: every item by itself, given covariates (Muthen 1984).

An ordered item gets thresholds and probit slopes, a continuous one an intercept, slopes and a residual variance. Each
margin turns derivatives of a likelihood in its own standardised quantities into casewise scores of its parameters, in
the order locations, slopes, variance; the second stage uses the same turn for pairs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sctoolkit.errors import NotIdentifiedError
from sctoolkit.numerics.ordinal.probit_regression import bound_scores, probability_slopes, probit_regression

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class OrderedMargin:
    """An ordered item: ``low`` and ``high`` (n,) bound the latent residual of each row; 0 where unseen."""

    locations: FloatArray
    slopes: FloatArray
    seen: BoolArray
    codes: IntArray
    x: FloatArray
    low: FloatArray
    high: FloatArray

    @property
    def sd(self) -> float:
        """Return the standard deviation of the latent residual."""
        return 1.0

    def own_scores(self) -> FloatArray:
        """Return the casewise scores of the item's own likelihood, 0 where unseen."""
        _, by_low, by_high = probability_slopes(self.low, self.high)
        return np.where(self.seen[:, None], self.scores((by_low, by_high)), 0.0)

    def scores(self, by: tuple[FloatArray, ...]) -> FloatArray:
        """Return scores of (thresholds, slopes) from derivatives in (low, high)."""
        return bound_scores(by[0], by[1], self.codes, self.x, self.locations.size)


@dataclass(frozen=True, slots=True)
class ContinuousMargin:
    """A continuous item: ``z`` (n,) its standardised residual; 0 where unseen."""

    locations: FloatArray
    slopes: FloatArray
    variance: float
    seen: BoolArray
    x: FloatArray
    z: FloatArray

    @property
    def sd(self) -> float:
        """Return the residual standard deviation."""
        return float(np.sqrt(self.variance))

    def own_scores(self) -> FloatArray:
        """Return the casewise scores of the item's own likelihood, 0 where unseen."""
        return np.where(self.seen[:, None], self.scores((-self.z,)), 0.0)

    def scores(self, by: tuple[FloatArray, ...]) -> FloatArray:
        """Return scores of (intercept, slopes, variance) from the derivative in z."""
        by_mean = -by[0] / self.sd
        by_variance = -0.5 * (by[0] * self.z + 1.0) / self.variance
        return np.column_stack([by_mean, by_mean[:, None] * self.x, by_variance])


Margin = OrderedMargin | ContinuousMargin


def fit_margin(column: FloatArray, width: int, x: FloatArray, weights: FloatArray) -> Margin:
    """Fit one item by itself: of ``width`` categories, or continuous where that is 0; nan where missing."""
    if width == 0:
        return continuous_margin(column, x, weights)
    return ordered_margin(np.where(np.isnan(column), -1.0, column).astype(np.int64), width, x, weights)


def ordered_margin(codes: IntArray, n_categories: int, x: FloatArray, weights: FloatArray) -> OrderedMargin:
    """Fit an ordered item; codes below 0 are missing."""
    seen = codes >= 0
    fit = probit_regression(codes[seen], x[seen], n_categories, weights[seen])
    low, high = np.zeros(codes.size), np.zeros(codes.size)
    low[seen], high[seen] = fit.low, fit.high
    return OrderedMargin(fit.thresholds, fit.slopes, seen, np.maximum(codes, 0), x, low, high)


def continuous_margin(values: FloatArray, x: FloatArray, weights: FloatArray) -> ContinuousMargin:
    """Fit a continuous item by weighted least squares; the variance has divisor n.

    Raises
    ------
    NotIdentifiedError
        If covariates determine the item, or each other.
    """
    seen = np.isfinite(values)
    design = np.column_stack([np.ones(int(seen.sum())), x[seen]])
    root = np.sqrt(weights[seen])
    solution, _, rank, _ = np.linalg.lstsq(root[:, None] * design, root * values[seen], rcond=1e-10)
    rest = values[seen] - design @ solution
    variance = float(np.average(rest**2, weights=weights[seen]))
    whole = float(np.average((values[seen] - np.average(values[seen])) ** 2))
    if rank < design.shape[1] or variance <= 1e-10 * whole:
        raise NotIdentifiedError(
            "A continuous item must not be told exactly by covariates, nor covariates by each other.",
            where=f"{int(seen.sum())} answers, {x.shape[1]} covariates.",
            hint="Leave out a covariate that others determine.",
        )
    z = np.zeros(values.size)
    z[seen] = rest / np.sqrt(variance)
    return ContinuousMargin(solution[:1], solution[1:], variance, seen, x, z)


def margin_influence(margin: Margin, weights: FloatArray) -> FloatArray:
    """Return the influence of every row on the item's parameters, (n, k); 0 where unseen.

    Notes
    -----
    Information from outer products of scores, as in lavaan and Mplus: for a continuous item this takes it to be normal.
    """
    scores = margin.own_scores()
    information = scores.T @ (weights[:, None] * scores)
    return np.asarray(np.linalg.solve(information, scores.T).T)

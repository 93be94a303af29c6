"""Sample statistics of ordered items beside continuous ones or given covariates, in the positions of the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sctoolkit.errors import NotIdentifiedError
from sctoolkit.measurement.structure.model_data import ModelData
from sctoolkit.numerics.ordinal.conditional_margins import fit_margin
from sctoolkit.numerics.ordinal.conditional_statistics import ConditionalStatistics, conditional_statistics
from sctoolkit.numerics.structure.implied_moments import FloatArray, IntArray, ModelState

if TYPE_CHECKING:
    from sctoolkit.measurement.structure.model_fit import ModelFit


@dataclass(frozen=True, slots=True)
class MixedGroup:
    """Statistics of one group; arrays have one place an item of the model, covariates included.

    Attributes
    ----------
    thresholds : tuple of arrays
        Empty for continuous items and covariates.
    mean : (p,) array
        Intercepts of continuous items, means of covariates, 0 for ordered items.
    covariance : (p, p) array
        Residual covariances given the covariates (1 on the diagonal of ordered items); those of the covariates
        themselves; 0 between the two.
    correlation : (p, p) array
        The same as correlations.
    slopes : (p, p) array
        Regression of the row item on the covariate in the column.
    n_empty_cells : (n_pairs,) int array
    own : ConditionalStatistics
        In the order of the items without covariates.
    """

    thresholds: tuple[FloatArray, ...]
    mean: FloatArray
    covariance: FloatArray
    correlation: FloatArray
    slopes: FloatArray
    n_empty_cells: IntArray
    own: ConditionalStatistics


def mixed_group(data: ModelData, index: int, *, less: float) -> MixedGroup:
    """Return the statistics of one group; covariances of covariates have the divisor n - ``less``.

    Raises
    ------
    NotIdentifiedError
        If the regression of an item on the covariates has no solution; the item is named.
    """
    items, held = _places(data)
    values = data.values[index].copy()
    for k, name in enumerate(data.items):
        if name in data.ordered:
            values[:, k] = np.where(data.codes[index][:, k] < 0, np.nan, data.codes[index][:, k])
    weights = None if data.weights is None else data.weights[index]
    x = values[:, held]
    widths = [len(data.categories[data.items[k]]) if data.items[k] in data.ordered else 0 for k in items]
    try:
        own = conditional_statistics(
            values[:, items],
            widths,
            x,
            weights=weights,
            clusters=None if data.clusters is None else data.clusters[index],
        )
    except NotIdentifiedError as error:
        failing = [data.items[k] for k, width in zip(items, widths, strict=True) if not _fits(values[:, k], width, x)]
        where = (f"Item `{failing[0]}`.", *((f"Group `{data.groups[index]}`.",) if data.groups[index] else ()))
        raise NotIdentifiedError(error.problem, where=(*where, *error.where), hint=error.hint) from None
    return _placed(own, items, held, x, weights, less)


def _fits(column: FloatArray, width: int, x: FloatArray) -> bool:
    """Say whether the regression of an item on the covariates has a solution."""
    try:
        fit_margin(column, width, x, np.ones(column.size))
    except NotIdentifiedError:
        return False
    return True


def _places(data: ModelData) -> tuple[IntArray, IntArray]:
    """Return the positions of items and of covariates."""
    held = np.array([name in data.covariates for name in data.items])
    return np.flatnonzero(~held), np.flatnonzero(held)


def _placed(
    own: ConditionalStatistics,
    items: IntArray,
    x: IntArray,
    covariates: FloatArray,
    weights: FloatArray | None,
    less: float,
) -> MixedGroup:
    """Return statistics in the positions of the model."""
    p = items.size + x.size
    mean, covariance, slopes = np.zeros(p), np.zeros((p, p)), np.zeros((p, p))
    nothing = np.zeros(0)
    thresholds = [nothing] * p
    for k, at in enumerate(items):
        if own.ordered[k]:
            thresholds[at] = own.locations[k]
        else:
            mean[at] = own.locations[k][0]
    covariance[np.ix_(items, items)] = own.covariance
    slopes[np.ix_(items, x)] = own.slopes
    if x.size:
        mean[x] = np.average(covariates, axis=0, weights=weights)
        spread = np.cov(covariates, rowvar=False, ddof=0, aweights=weights).reshape(x.size, x.size)
        covariance[np.ix_(x, x)] = spread * (own.n_obs / (own.n_obs - less))
    sd = np.sqrt(np.diag(covariance))
    return MixedGroup(
        tuple(thresholds), mean, covariance, covariance / np.outer(sd, sd), slopes, own.n_empty_cells, own
    )


def covariances_with_covariates(fit: ModelFit, states: Sequence[ModelState]) -> list[FloatArray]:
    """Return the covariances of disturbances of every group with those of held covariates put in."""
    x = [fit.table.variables.position[name] for name in fit.table.variables.covariates]
    found = []
    for state, group in zip(states, fit.ordinal or [None] * len(states), strict=True):
        covariances = state.covariances
        if x and isinstance(group, MixedGroup):
            covariances = covariances.copy()
            covariances[np.ix_(x, x)] = group.covariance[np.ix_(x, x)]
        found.append(covariances)
    return found

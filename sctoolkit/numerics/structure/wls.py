"""Weighted least squares on thresholds, means, variances and correlations (ULS, DWLS, WLS)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from sctoolkit.numerics.structure.free_thresholds import GroupMoments, without_free_thresholds
from sctoolkit.numerics.structure.implied_jacobian import own_jacobian
from sctoolkit.numerics.structure.implied_moments import (
    BoolArray,
    FloatArray,
    GroupModel,
    IntArray,
    Layout,
    ModelState,
    evaluate,
    moments,
)
from sctoolkit.numerics.structure.scoring_solver import Solution, minimise


def weigh(weight: FloatArray, right: FloatArray) -> FloatArray:
    """Return ``W @ right`` for a diagonal (vector) or full weight."""
    if weight.ndim == 2:
        product: FloatArray = weight @ right
        return product
    return weight[:, None] * right if right.ndim == 2 else weight * right


def fit_wls(
    models: Sequence[GroupModel], layouts: Sequence[Layout], groups: Sequence[GroupMoments], start: FloatArray
) -> Solution:
    """Minimise F = sum_g (n_g / N) (s - sigma)' W (s - sigma) by Gauss-Newton with the analytic Jacobian.

    Parameters
    ----------
    models, layouts, groups : sequences of equal length
        One entry a group.
    start : (q,) float array

    Returns
    -------
    Solution
        ``objective`` is F.

    References
    ----------
    Muthen (1984), doi:10.1007/BF02294210.   Oracle: tests/oracle/cfa.R (lavaan).
    """
    reduced = without_free_thresholds(models, layouts, groups)
    if reduced is not None:
        part = fit_wls(reduced.models, reduced.layouts, reduced.groups, start[reduced.columns])
        return reduced.restored(part)
    parts = separate_groups(models)
    if len(parts) > 1:
        return _fit_apart(parts, models, layouts, groups, start)
    n_total = sum(group.n for group in groups)

    latest: list[ModelState] = []
    at: list[FloatArray] = []

    def objective(z: FloatArray) -> float:
        value = 0.0
        states = [evaluate(model, z) for model in models]
        for state, layout, group in zip(states, layouts, groups, strict=True):
            gap = group.observed - moments(layout, state)
            value += group.n / n_total * float(gap @ weigh(group.weight, gap))
        latest[:] = states
        at[:] = [z]
        return value

    def derivatives(z: FloatArray) -> tuple[FloatArray, FloatArray]:
        gradient, hessian = np.zeros(z.size), np.zeros((z.size, z.size))
        known = bool(at) and at[0] is z
        for index, (model, layout, group) in enumerate(zip(models, layouts, groups, strict=True)):
            state = latest[index] if known else evaluate(model, z)
            slope = own_jacobian(model, layout, state)
            weighted = weigh(group.weight, slope.values) * (2.0 * group.n / n_total)
            gradient[slope.columns] -= weighted.T @ (group.observed - moments(layout, state))
            hessian[np.ix_(slope.columns, slope.columns)] += weighted.T @ slope.values
        return gradient, hessian

    return minimise(objective, derivatives, start)


def separate_groups(models: Sequence[GroupModel]) -> list[IntArray]:
    """Return the groups in parts that have no parameter in common."""
    has = np.zeros((len(models), models[0].entry_map.shape[1]), dtype=np.float32)
    for row, model in zip(has, models, strict=True):
        row[model.own] = 1.0
    return connected_parts(has @ has.T > 0.0)


def connected_parts(linked: BoolArray) -> list[IntArray]:
    """Return the members of every part of a symmetric relation; nothing links one part with another.

    Examples
    --------
    >>> relation = np.eye(3, dtype=bool)
    >>> relation[0, 2] = relation[2, 0] = True
    >>> [part.tolist() for part in connected_parts(relation)]
    [[0, 2], [1]]
    """
    parts, left = [], np.arange(len(linked))
    while left.size:
        inside, wider = linked[left[0]], linked[linked[left[0]]].any(axis=0)
        while not np.array_equal(inside, wider):
            inside, wider = wider, linked[wider].any(axis=0)
        parts.append(np.flatnonzero(inside))
        left = left[~inside[left]]
    return parts


def _fit_apart(
    parts: Sequence[IntArray],
    models: Sequence[GroupModel],
    layouts: Sequence[Layout],
    groups: Sequence[GroupMoments],
    start: FloatArray,
) -> Solution:
    """Minimise over each part of the groups alone, since F is a sum over them."""
    n_total = sum(group.n for group in groups)
    z, objective, decrement, n_iterations, converged = start.copy(), 0.0, 0.0, 0, True
    for part in parts:
        columns = np.unique(np.concatenate([models[g].own for g in part]))
        own = [replace(models[g], entry_map=models[g].entry_map[:, columns]) for g in part]
        found = fit_wls(own, [layouts[g] for g in part], [groups[g] for g in part], start[columns])
        share = sum(groups[g].n for g in part) / n_total
        z[columns] = found.z
        objective, decrement = objective + share * found.objective, decrement + share * found.decrement
        n_iterations, converged = max(n_iterations, found.n_iterations), converged and found.converged
    return Solution(z, objective, decrement, n_iterations, converged)


__all__ = ["GroupMoments", "connected_parts", "fit_wls", "weigh"]

"""Weighted least squares on thresholds, means, variances and correlations (ULS, DWLS, WLS)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sctoolkit.numerics.structure.free_thresholds import GroupMoments, without_free_thresholds
from sctoolkit.numerics.structure.implied_jacobian import jacobian
from sctoolkit.numerics.structure.implied_moments import FloatArray, GroupModel, Layout, ModelState, evaluate, moments
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
    Muthen (1984), doi:10.1007/BF02294210.   Oracle: tests/oracle/cfa_ordinal.R (lavaan).
    """
    reduced = without_free_thresholds(models, layouts, groups)
    if reduced is not None:
        part = fit_wls(reduced.models, reduced.layouts, reduced.groups, start[reduced.columns])
        return reduced.restored(part)
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
            slope = jacobian(model, layout, state)
            weighted = weigh(group.weight, slope) * (group.n / n_total)
            gradient -= 2.0 * weighted.T @ (group.observed - moments(layout, state))
            hessian += 2.0 * weighted.T @ slope
        return gradient, hessian

    return minimise(objective, derivatives, start)


def group_objectives(
    models: Sequence[GroupModel], layouts: Sequence[Layout], groups: Sequence[GroupMoments], z: FloatArray
) -> FloatArray:
    """Return (s - sigma)' W (s - sigma) of every group."""
    values = []
    for model, layout, group in zip(models, layouts, groups, strict=True):
        gap = group.observed - moments(layout, evaluate(model, z))
        values.append(float(gap @ weigh(group.weight, gap)))
    return np.array(values)


__all__ = ["GroupMoments", "fit_wls", "group_objectives", "weigh"]

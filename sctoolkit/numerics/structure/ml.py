"""Maximum likelihood for continuous items, complete or incomplete, with robust errors and tests (MLM, MLR)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sctoolkit.numerics.structure.implied_jacobian import jacobian
from sctoolkit.numerics.structure.implied_moments import FloatArray, GroupModel, IntArray, Layout, evaluate
from sctoolkit.numerics.structure.normal_patterns import (
    Pattern,
    expected_information,
    log_likelihood,
    moment_gradient,
    moment_information,
)
from sctoolkit.numerics.structure.scoring_solver import Solution, minimise


@dataclass(frozen=True, slots=True)
class NormalGroup:
    """Continuous data of one group with its saturated moments.

    ``data`` (n, p) with nan where missing; ``weights`` (n,) or None; ``clusters`` (n,) int or None.
    """

    data: FloatArray
    patterns: tuple[Pattern, ...]
    mean: FloatArray
    covariance: FloatArray
    n: float
    weights: FloatArray | None
    clusters: IntArray | None


def implied_mean(model: GroupModel, group: NormalGroup, mu: FloatArray) -> FloatArray:
    """Return the modelled means, or the observed ones when means are not modelled."""
    return mu if model.mean_structure else group.mean


def model_gradient(model: GroupModel, layout: Layout, group: NormalGroup, z: FloatArray) -> FloatArray:
    """Return the gradient of a group's log-likelihood by the parameters."""
    state = evaluate(model, z)
    slope = jacobian(model, layout, state)
    gradient = moment_gradient(group.patterns, implied_mean(model, group, state.mu), state.sigma)
    return slope.T @ gradient[gradient.size - slope.shape[0] :]


def fit_ml(
    models: Sequence[GroupModel], layouts: Sequence[Layout], groups: Sequence[NormalGroup], start: FloatArray
) -> Solution:
    """Maximise the normal likelihood by Fisher scoring with the analytic Jacobian.

    Parameters
    ----------
    models, layouts, groups : sequences of equal length
    start : (q,) float array

    Returns
    -------
    Solution
        ``objective`` is (saturated - model log-likelihood) / N, half the usual discrepancy.

    References
    ----------
    Joreskog (1969), doi:10.1007/BF02289343; Arbuckle (1996) for incomplete rows.   Oracle: tests/oracle/cfa.R.
    """
    n_total = sum(group.n for group in groups)
    saturated = sum(log_likelihood(group.patterns, group.mean, group.covariance) for group in groups)

    def objective(z: FloatArray) -> float:
        value = 0.0
        for model, group in zip(models, groups, strict=True):
            state = evaluate(model, z)
            value += log_likelihood(group.patterns, implied_mean(model, group, state.mu), state.sigma)
        return (saturated - value) / n_total

    def derivatives(z: FloatArray) -> tuple[FloatArray, FloatArray]:
        gradient, information = np.zeros(z.size), np.zeros((z.size, z.size))
        for model, layout, group in zip(models, layouts, groups, strict=True):
            state = evaluate(model, z)
            slope = jacobian(model, layout, state)
            by_moment = moment_gradient(group.patterns, implied_mean(model, group, state.mu), state.sigma)
            gradient -= slope.T @ by_moment[by_moment.size - slope.shape[0] :] / n_total
            information += expected_information(group.patterns, state.sigma, slope, model.mean_structure) / n_total
        return gradient, information

    return minimise(objective, derivatives, start)


def observed_information(
    models: Sequence[GroupModel], layouts: Sequence[Layout], groups: Sequence[NormalGroup], z: FloatArray
) -> FloatArray:
    """Return minus the Hessian of the log-likelihood.

    Notes
    -----
    J' H J with the closed-form Hessian H by the moments, plus the curvature of the moments weighted by the gradient,
    by central differences of J(z)' g at fixed g.
    """
    total = np.zeros((z.size, z.size))
    for model, layout, group in zip(models, layouts, groups, strict=True):
        state = evaluate(model, z)
        mu = implied_mean(model, group, state.mu)
        slope = jacobian(model, layout, state)
        skip = 0 if model.mean_structure else model.n_items
        gradient = moment_gradient(group.patterns, mu, state.sigma)[skip:]
        inner = moment_information(group.patterns, mu, state.sigma, observed=True)[skip:, skip:]
        total += slope.T @ inner @ slope
        for k in range(z.size):
            step = np.zeros(z.size)
            step[k] = 1e-5 * max(1.0, abs(float(z[k])))
            ahead = jacobian(model, layout, evaluate(model, z + step)).T @ gradient
            behind = jacobian(model, layout, evaluate(model, z - step)).T @ gradient
            total[:, k] -= (ahead - behind) / (2.0 * step[k])
    return np.asarray(0.5 * (total + total.T))

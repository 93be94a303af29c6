"""The baseline of fit indices: items without covariances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from sctoolkit.measurement.structure.model_fit import ModelFit
from sctoolkit.measurement.structure.specification import covariates
from sctoolkit.numerics.structure.implied_jacobian import GroupSlope
from sctoolkit.numerics.structure.implied_moments import (
    FloatArray,
    GroupModel,
    IntArray,
    Kind,
    Layout,
    evaluate,
    moment_layout,
)
from sctoolkit.numerics.structure.ml import NormalGroup
from sctoolkit.numerics.structure.ml_robust import normal_inference
from sctoolkit.numerics.structure.normal_patterns import data_patterns, log_likelihood
from sctoolkit.numerics.structure.robust_tests import independence_traces
from sctoolkit.numerics.structure.sandwich import wls_sandwich
from sctoolkit.numerics.structure.wls import weigh

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Baseline:
    """Test of the model without covariances between items."""

    chi2: float
    dof: int
    trace_1: float
    trace_2: float


def ordinal_baseline(fit: ModelFit) -> Baseline:
    """Return the test of uncorrelated items with free thresholds, means and variances.

    Notes
    -----
    Slopes on covariates are free under the lavaan convention and zero under that of Mplus.
    """
    less = 1.0 if fit.convention == "lavaan" else 0.0
    free = [_free_moments(layout, slopes=fit.convention == "lavaan") for layout in fit.layouts]
    chi2, dof = 0.0, sum(layout.n_moments - own.size for layout, own in zip(fit.layouts, free, strict=True))
    for group, own in zip(fit.moments, free, strict=True):
        gap = group.observed.copy()
        gap[own] = 0.0
        if group.weight.ndim == 2:
            gap[own] = -np.linalg.solve(group.weight[np.ix_(own, own)], group.weight[own] @ gap)
        chi2 += (group.n - less) * float(gap @ weigh(group.weight, gap))
    return Baseline(chi2, dof, *_baseline_traces(fit, free))


def _baseline_traces(fit: ModelFit, free: Sequence[IntArray]) -> tuple[float, float]:
    """Return tr(U Gamma) and tr((U Gamma)^2); under diagonal weights U is that of the moments not free."""
    if any(group.weight.ndim == 2 for group in fit.moments):
        starts = np.cumsum([0, *(own.size for own in free)])
        slopes = [
            GroupSlope(start + np.arange(own.size), np.eye(layout.n_moments)[:, own])
            for start, own, layout in zip(starts, free, fit.layouts, strict=False)
        ]
        sandwich = wls_sandwich(slopes, fit.moments, int(starts[-1]))
        assert sandwich is not None
        return sandwich.trace_1, sandwich.trace_2
    trace_1 = trace_2 = 0.0
    for group, own in zip(fit.moments, free, strict=True):
        weight = group.weight.copy()
        weight[own] = 0.0
        first, second = independence_traces(weight, group.gamma)
        trace_1, trace_2 = trace_1 + first, trace_2 + second
    return trace_1, trace_2


def _free_moments(layout: Layout, *, slopes: bool) -> IntArray:
    """Return the places of the moments that the baseline leaves free."""
    t, k = layout.n_locations, layout.slope_item.size
    last = t + k + layout.variance_item.size
    return np.arange(last) if slopes else np.concatenate([np.arange(t), np.arange(t + k, last)])


def normal_baseline(fit: ModelFit) -> Baseline:
    """Return the test of uncorrelated items; covariates keep their covariances."""
    chi2, trace, dof = 0.0, 0.0, 0
    for group in fit.normal:
        model, z = independence(group, held_covariates(fit), fit.table.mean_structure)
        state = evaluate(model, z)
        saturated = log_likelihood(group.patterns, group.mean, group.covariance)
        chi2 += 2.0 * (saturated - log_likelihood(group.patterns, state.mu, state.sigma))
        pairs, x = group.mean.size * (group.mean.size - 1) // 2, len(held_covariates(fit))
        dof += pairs - x * (x - 1) // 2
        if fit.estimator in ("MLM", "MLR"):
            layout = moment_layout(model.ordered, model.threshold_item, model.mean_structure)
            incomplete = len(group.patterns) > 1
            inference = normal_inference(
                [model],
                [layout],
                [group],
                z,
                estimator=fit.estimator,
                observed=incomplete or fit.estimator == "MLR",
                structured=fit.convention == "lavaan",
            )
            trace += NAN if inference is None else inference.sandwich.trace_1
    return Baseline(chi2, dof, trace, NAN)


def independence(group: NormalGroup, held: Sequence[int], mean_structure: bool) -> tuple[GroupModel, FloatArray]:
    """Return the model of uncorrelated items (covariates correlate) and its estimates."""
    p = group.mean.size
    columns = [data_patterns(group.data[:, [k]], group.weights)[-1] for k in range(p)]
    mean = np.array([float(part.mean[0]) for part in columns])
    variance = [float(part.covariance[0, 0]) for part in columns]
    pairs = list(combinations(held, 2))
    entries = [(Kind.COVARIANCE, k, k) for k in range(p)] + [(Kind.COVARIANCE, a, b) for a, b in pairs]
    entries += [(Kind.MEAN, k, 0) for k in range(p)] if mean_structure else []
    where = np.array(entries, dtype=np.intp)
    z = np.array([*variance, *(float(group.covariance[a, b]) for a, b in pairs), *(mean if mean_structure else ())])
    model = GroupModel(
        ordered=np.zeros(p, dtype=bool),
        threshold_item=np.zeros(0, dtype=np.intp),
        paths=np.zeros((p, p)),
        covariances=np.zeros((p, p)),
        means=mean,
        thresholds=np.zeros(0),
        scales=np.ones(p),
        kind=where[:, 0],
        row=where[:, 1],
        col=where[:, 2],
        entry_map=np.eye(z.size),
        entry_offset=np.zeros(z.size),
        derived=np.zeros(0, dtype=np.intp),
        mean_structure=mean_structure,
    )
    return model, z


def held_covariates(fit: ModelFit) -> list[int]:
    """Return the positions of covariates on which the likelihood is conditional (complete continuous data)."""
    if fit.ordered or any(len(group.patterns) > 1 for group in fit.normal):
        return []
    return [fit.table.variables.position[name] for name in covariates(fit.table)]


def n_parameters(fit: ModelFit) -> int:
    """Return the number of parameters, moments of covariates not counted where the likelihood is conditional."""
    held, names = held_covariates(fit), covariates(fit.table)
    if not held:
        return fit.table.n_free
    free = [row for row in fit.table.parameters if row.role == "free" and row.lhs in names]
    own = [row for row in free if (row.op == "~~" and row.rhs in names) or (row.op == "~" and row.rhs == "1")]
    return fit.table.n_free - len(own)

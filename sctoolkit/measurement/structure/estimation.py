"""Fit a parameter table to sample statistics: estimates, standard errors, the uncorrected test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NoReturn

import numpy as np

from sctoolkit.errors import ConvergenceError, NotIdentifiedError
from sctoolkit.measurement.structure.model_data import ModelData
from sctoolkit.measurement.structure.model_fit import ModelFit, group_matrices
from sctoolkit.measurement.structure.model_sample import Sample
from sctoolkit.measurement.structure.parameter_table import ParameterTable, group_models, place
from sctoolkit.measurement.structure.specification import check_counts, describe_direction, with_sample_covariates
from sctoolkit.measurement.structure.starting_values import starting_values
from sctoolkit.numerics.structure.implied_jacobian import GroupSlope, own_jacobian
from sctoolkit.numerics.structure.implied_moments import (
    FloatArray,
    GroupModel,
    Kind,
    Layout,
    ModelState,
    evaluate,
    moment_layout,
    moments,
)
from sctoolkit.numerics.structure.ml import fit_ml
from sctoolkit.numerics.structure.ml_robust import NormalInference, normal_inference
from sctoolkit.numerics.structure.sandwich import Sandwich, flat_directions, wls_sandwich
from sctoolkit.numerics.structure.scoring_solver import Solution
from sctoolkit.numerics.structure.wls import fit_wls, weigh


def estimate(table: ParameterTable, data: ModelData, sample: Sample, estimator: str, convention: str) -> ModelFit:
    """Fit a model.

    Parameters
    ----------
    table : ParameterTable
    data : ModelData
    sample : Sample
    estimator : str
    convention : {"lavaan", "mplus"}

    Raises
    ------
    NotIdentifiedError
        If parameters outnumber moments or some are not determined at the solution.
    ConvergenceError
        If no start leads to a solution.
    """
    table = with_sample_covariates(table, sample.mean, sample.spread)
    models = group_models(table)
    layouts = tuple(
        moment_layout(model.ordered, model.threshold_item, model.mean_structure, model.covariates) for model in models
    )
    dof = check_counts(sum(layout.n_moments for layout in layouts), table)
    if sample.ordinal:
        solution = _solve(table, sample, lambda start: fit_wls(models, layouts, sample.moments, start))
    else:
        solution = _solve(table, sample, lambda start: fit_ml(models, layouts, sample.normal, start))
    states = tuple(evaluate(model, solution.z) for model in models)
    slopes = tuple(own_jacobian(*parts) for parts in zip(models, layouts, states, strict=True))
    if not solution.converged:
        _refuse_solution(table, models, layouts, sample, solution, slopes)
    if sample.ordinal:
        chi2, sandwich, vcov = _wls_results(table, layouts, states, slopes, sample, convention)
    else:
        chi2, sandwich, vcov = _ml_results(table, models, layouts, slopes, sample, solution, estimator, convention)
    estimates, errors = _rows(table, states, solution.z, vcov)
    return ModelFit(
        table=table,
        data=data,
        estimator=estimator,
        convention=convention,
        models=models,
        layouts=layouts,
        z=solution.z,
        vcov=vcov,
        estimates=estimates,
        std_errors=errors,
        slopes=slopes,
        matrices=tuple(group_matrices(*parts) for parts in zip(models, states, strict=True)),
        chi2=chi2,
        dof=dof,
        sandwich=sandwich,
        ordinal=sample.ordinal,
        moments=sample.moments,
        normal=sample.normal,
        converged=solution.converged,
        n_iterations=solution.n_iterations,
    )


def _solve(table: ParameterTable, sample: Sample, fit: Callable[[FloatArray], Solution]) -> Solution:
    """Return the first converged solution over several starts, else the best one."""
    best: Solution | None = None
    for loading in (None, 0.5, 0.8, 0.3):
        start = starting_values(table, sample.spread, sample.mean, sample.thresholds, loading=loading)
        solution = fit(start)
        if solution.converged:
            return solution
        if best is None or solution.objective < best.objective:
            best = solution
    assert best is not None
    return best


def _wls_results(
    table: ParameterTable,
    layouts: tuple[Layout, ...],
    states: tuple[ModelState, ...],
    slopes: tuple[GroupSlope, ...],
    sample: Sample,
    convention: str,
) -> tuple[float, Sandwich, FloatArray]:
    """Return chi-square, sandwich and covariance of a least-squares fit."""
    sandwich = wls_sandwich(slopes, sample.moments, table.n_free)
    if sandwich is None:
        _refuse_identification(table, _curvature(slopes, sample, table.n_free))
    less = 1.0 if convention == "lavaan" else 0.0
    chi2 = 0.0
    for layout, state, group in zip(layouts, states, sample.moments, strict=True):
        gap = group.observed - moments(layout, state)
        chi2 += (group.n - less) * float(gap @ weigh(group.weight, gap))
    return chi2, sandwich, sandwich.vcov(sum(sample.n) - less * len(sample.n))


def _ml_results(
    table: ParameterTable,
    models: tuple[GroupModel, ...],
    layouts: tuple[Layout, ...],
    slopes: tuple[GroupSlope, ...],
    sample: Sample,
    solution: Solution,
    estimator: str,
    convention: str,
) -> tuple[float, Sandwich, FloatArray]:
    """Return chi-square, sandwich and covariance of a maximum-likelihood fit."""
    incomplete = any(
        len(group.patterns) > 1 or group.patterns[0].items.size < group.mean.size for group in sample.normal
    )
    observed = incomplete or estimator == "MLR" or (convention == "mplus" and estimator == "ML")
    inference: NormalInference | None = normal_inference(
        models,
        layouts,
        sample.normal,
        solution.z,
        estimator=estimator,
        observed=observed,
        structured=convention == "lavaan",
    )
    if inference is None:
        _refuse_identification(table, _curvature(slopes, sample, table.n_free))
    n = sum(sample.n)
    return 2.0 * n * solution.objective, inference.sandwich, inference.vcov


def _curvature(slopes: tuple[GroupSlope, ...], sample: Sample, n_parameters: int) -> FloatArray:
    """Return an information matrix whose null directions are those of the Jacobian."""
    total = np.zeros((n_parameters, n_parameters))
    for index, slope in enumerate(slopes):
        weighted = weigh(sample.moments[index].weight, slope.values) if sample.moments else slope.values
        total[np.ix_(slope.columns, slope.columns)] += weighted.T @ slope.values
    return total


def _refuse_identification(table: ParameterTable, information: FloatArray) -> NoReturn:
    """Raise for parameters that the data do not determine."""
    directions = flat_directions(information, 1e-7)
    named = describe_direction(table, directions[0]) if directions.size else "unknown parameters"
    raise NotIdentifiedError(
        "Every parameter must be determined by the data, and some are not.",
        where=f"Different values of {named} fit equally well.",
        hint=(
            "Fix or equate one of them, or give the factor more items.",
            *(
                ('If a residual variance is near zero, `parameterization="delta"` still has a solution.',)
                if table.parameterization == "theta" and table.variables.ordered
                else ()
            ),
        ),
    )


def _refuse_solution(
    table: ParameterTable,
    models: tuple[GroupModel, ...],
    layouts: tuple[Layout, ...],
    sample: Sample,
    solution: Solution,
    slopes: tuple[GroupSlope, ...],
) -> NoReturn:
    """Raise for a fit that did not converge, with the likely reason."""
    curvature = _curvature(slopes, sample, table.n_free)
    if flat_directions(curvature, 1e-7).size:
        size = np.abs(table.mapping @ solution.z)
        if np.isfinite(size).all() and size.max() < 50.0:
            _refuse_identification(table, curvature)
    values = table.offset + table.mapping @ solution.z
    worst = int(np.argmax(np.abs(values)))
    raise ConvergenceError(
        f"The iteration must come to rest, and it did not within {solution.n_iterations} steps from 4 starts.",
        where=f"`{table.parameters[worst].name}` drifted furthest.",
        hint=(
            "A residual variance may be heading below zero, or items share too little: look at what is named above.",
            *(('Use `parameterization="delta"`.',) if table.parameterization == "theta" and sample.ordinal else ()),
        ),
    )


def _rows(
    table: ParameterTable, states: tuple[ModelState, ...], z: FloatArray, vcov: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return estimates and standard errors of the rows of the table."""
    free = np.array([row.role == "free" for row in table.parameters])
    estimates = np.where(free, table.offset + table.mapping @ z, [row.value for row in table.parameters])
    spread = row_variances(table.mapping, vcov)
    with np.errstate(invalid="ignore"):
        errors = np.where(free & (spread > 0.0), np.sqrt(spread), np.nan)
    for index, row in enumerate(table.parameters):
        if row.role == "derived":
            kind, i, j = place(table.variables, row)
            assert kind == Kind.COVARIANCE
            estimates[index] = states[row.group].covariances[i, j]
    return estimates, errors


def row_variances(mapping: FloatArray, vcov: FloatArray) -> FloatArray:
    """Return diag(A V A'); most rows of A hold one parameter."""
    variances = np.asarray(mapping**2 @ np.diag(vcov))
    mixed = np.flatnonzero(np.count_nonzero(mapping, axis=1) > 1)
    variances[mixed] = np.sum((mapping[mixed] @ vcov) * mapping[mixed], axis=1)
    return variances


def refit(fit: ModelFit, table: ParameterTable) -> ModelFit:
    """Return another model fitted to the same sample statistics."""
    sample = Sample(fit.ordinal, fit.moments, fit.normal)
    return estimate(replace(table), fit.data, sample, fit.estimator, fit.convention)

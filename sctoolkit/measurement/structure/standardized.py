"""Standardised solutions (std.all and std.lv) with delta-method standard errors."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sctoolkit.measurement.structure.equality import evaluate_expression
from sctoolkit.measurement.structure.mixed_statistics import covariances_with_covariates
from sctoolkit.measurement.structure.model_fit import ModelFit
from sctoolkit.measurement.structure.parameter_table import place
from sctoolkit.numerics.structure.implied_moments import FloatArray, evaluate

Standard = Literal["all", "lv"]


def standardized_values(fit: ModelFit, z: FloatArray, kind: Standard = "all") -> FloatArray:
    """Return standardised values of every row of the table at parameters ``z``.

    Notes
    -----
    Loadings and regressions are multiplied by sd(predictor) / sd(outcome), variances divided by the total variance,
    covariances by the (residual) standard deviations of their two variables, intercepts and thresholds by sd. The sd of
    an ordered item is that of its latent response; what covariates explain is part of every sd. ``kind="lv"``
    standardises latent variables alone.
    """
    table = fit.table
    values = np.empty(len(table.parameters))
    free = np.array([row.role == "free" for row in table.parameters])
    current = np.where(free, table.offset + table.mapping @ z, fit.estimates)
    states = [evaluate(model, z) for model in fit.models]
    p = len(fit.items)
    scales, whole = [], covariances_with_covariates(fit, states)
    for state, covariances in zip(states, whole, strict=True):
        spread = np.diag(state.total @ covariances @ state.total.T)
        with np.errstate(invalid="ignore"):
            sd = np.sqrt(np.where(spread > 0.0, spread, np.nan))
        if kind == "lv":
            sd = np.concatenate([np.ones(p), sd[p:]])
        scales.append(sd)
    for index, row in enumerate(table.parameters):
        sd, state, covariances = scales[row.group], states[row.group], whole[row.group]
        _, i, j = place(table.variables, row)
        value = state.covariances[i, j] if row.role == "derived" else current[index]
        at = table.variables.position[row.lhs]
        if row.op == "~~" and i == j:
            values[index] = value / sd[i] ** 2
        elif row.op == "~~":
            values[index] = value / _residual_scale(covariances, i, j, p, kind)
        elif row.op in ("=~", "~") and row.rhs != "1":
            values[index] = value * sd[j] / sd[i]
        elif row.op == "~*~":
            values[index] = value * (state.sd[at] if kind == "all" else 1.0)
        else:
            values[index] = value / sd[at]
    return values


def _residual_scale(covariances: FloatArray, i: int, j: int, p: int, kind: Standard) -> float:
    """Return the product of the (residual) standard deviations of two variables."""
    product = 1.0
    for k in (i, j):
        if kind == "all" or k >= p:
            product *= abs(float(covariances[k, k]))
    return float(np.sqrt(product)) if product > 0.0 else float("nan")


def standardized_errors(fit: ModelFit, kind: Standard = "all") -> FloatArray:
    """Return delta-method standard errors of the standardised values (nan for constants)."""
    slope = np.empty((len(fit.table.parameters), fit.z.size))
    for k in range(fit.z.size):
        step = np.zeros(fit.z.size)
        step[k] = 1e-5 * max(1.0, abs(float(fit.z[k])))
        ahead, behind = standardized_values(fit, fit.z + step, kind), standardized_values(fit, fit.z - step, kind)
        slope[:, k] = (ahead - behind) / (2.0 * step[k])
    spread = np.sum((slope @ fit.vcov) * slope, axis=1)
    return np.sqrt(np.where(spread > 1e-14, spread, np.nan))


def defined_values(fit: ModelFit) -> list[tuple[str, str, float, float]]:
    """Return (name, expression, estimate, standard error) of every `:=` line; later lines may use earlier names.

    Notes
    -----
    The gradient by the labels is exact (complex step).
    """
    table = fit.table
    free = [row.label if row.role == "free" else "" for row in table.parameters]
    rows = {label: index for index, label in enumerate(free) if label and not label.startswith(".")}
    rows |= {row.label: k for k, row in enumerate(table.parameters) if row.label and row.role == "fixed"}
    labels = list(rows)
    index = [rows[label] for label in labels]
    mapping = table.mapping[index]
    covariance = mapping @ fit.vcov @ mapping.T
    point: dict[str, complex] = {label: complex(fit.estimates[rows[label]]) for label in labels}
    found = []
    for name, expression in table.definitions:
        value = _chain(table.definitions, name, point)
        gradient = np.array(
            [_chain(table.definitions, name, {**point, label: point[label] + 1e-30j}).imag / 1e-30 for label in labels]
        )
        spread = float(gradient @ covariance @ gradient)
        found.append((name, expression, float(np.real(value)), float(np.sqrt(spread)) if spread > 0 else float("nan")))
    return found


def _chain(definitions: tuple[tuple[str, str], ...], name: str, point: dict[str, complex]) -> complex:
    """Return the value of a defined name, working through the definitions before it."""
    known = dict(point)
    for other, expression in definitions:
        known[other] = complex(evaluate_expression(expression, known))
        if other == name:
            break
    return known[name]

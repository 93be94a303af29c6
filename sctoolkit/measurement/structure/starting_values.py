"""Where the iteration starts: loadings from one factor an own set of items, the rest from the sample."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from sctoolkit.measurement.structure.parameter_table import Parameter, ParameterTable
from sctoolkit.numerics.structure.implied_moments import FloatArray


def starting_values(
    table: ParameterTable,
    spread: Sequence[FloatArray],
    mean: Sequence[FloatArray],
    thresholds: Sequence[FloatArray],
    *,
    loading: float | None = None,
) -> FloatArray:
    """Return starting values of the free parameters after equalities.

    Parameters
    ----------
    table : ParameterTable
    spread : sequence of (p, p) float arrays
        Sample covariances (correlations for ordered items) of every group.
    mean : sequence of (p,) float arrays
    thresholds : sequence of (t,) float arrays
    loading : float, optional
        One standardised loading for all items, in place of estimates; another start when the first one fails.
    """
    values = np.zeros(len(table.parameters))
    places: list[list[int]] = [[] for _ in table.groups]
    for index, row in enumerate(table.parameters):
        places[row.group].append(index)
    for group, own in enumerate(places):
        rows = [table.parameters[index] for index in own]
        sd = np.sqrt(np.diag(spread[group]))
        factors = _factor_starts(table, rows, spread[group] / np.outer(sd, sd), sd, loading)
        for index, row in zip(own, rows, strict=True):
            if row.role == "free":
                given = not math.isnan(row.value)
                values[index] = row.value if given else _start(table, row, factors, sd, mean[group], thresholds[group])
    free = [index for index, row in enumerate(table.parameters) if row.role == "free"]
    mapping, target = table.mapping[free], values[free] - table.offset[free]
    counts = np.sum(mapping**2, axis=0)
    if bool(np.all(np.count_nonzero(mapping, axis=1) == 1)):
        return np.asarray(target @ mapping / counts)
    return np.asarray(np.linalg.lstsq(mapping, target, rcond=None)[0])


def _factor_starts(
    table: ParameterTable, parameters: list[Parameter], correlation: FloatArray, sd: FloatArray, loading: float | None
) -> dict[str, tuple[float, dict[str, float]]]:
    """Return the standard deviation and the standardised loadings of every latent variable."""
    at = table.variables.position
    found: dict[str, tuple[float, dict[str, float]]] = {}
    for latent in table.variables.latents:
        rows = [row for row in parameters if row.op == "=~" and row.lhs == latent]
        own = [at[row.rhs] for row in rows if at[row.rhs] < sd.size]
        standard = dict.fromkeys((row.rhs for row in rows), 0.7)
        if loading is not None:
            standard = dict.fromkeys(standard, loading)
        elif len(own) > 1:
            values = _one_factor(correlation[np.ix_(own, own)])
            names = [row.rhs for row in rows if at[row.rhs] < sd.size]
            standard.update(dict(zip(names, values.tolist(), strict=True)))
        marker = next((row for row in rows if row.role == "fixed" and row.value != 0.0), None)
        if marker is None:
            found[latent] = (1.0, standard)
            continue
        size = standard[marker.rhs] / marker.value * (sd[at[marker.rhs]] if at[marker.rhs] < sd.size else 1.0)
        sign = -1.0 if size < 0 else 1.0
        found[latent] = (max(abs(size), 0.05), {key: sign * value for key, value in standard.items()})
    return found


def _one_factor(correlation: FloatArray) -> FloatArray:
    """Return loadings of one factor by a few principal-axis steps, reflected to a positive sum."""
    k = correlation.shape[0]
    reduced = correlation.copy()
    reduced[np.arange(k), np.arange(k)] = np.max(np.abs(correlation - np.eye(k)), axis=0)
    loadings = np.zeros(k)
    for _ in range(5):
        values, vectors = np.linalg.eigh(reduced)
        loadings = vectors[:, -1] * np.sqrt(max(values[-1], 0.01))
        reduced[np.arange(k), np.arange(k)] = np.clip(loadings**2, 0.02, 0.9)
    loadings = np.clip(loadings, -0.9, 0.9)
    return loadings if loadings.sum() >= 0 else -loadings


def _start(
    table: ParameterTable,
    row: Parameter,
    factors: dict[str, tuple[float, dict[str, float]]],
    sd: FloatArray,
    mean: FloatArray,
    thresholds: FloatArray,
) -> float:
    """Return the starting value of one parameter."""
    variables, at = table.variables, table.variables.position
    observed = row.lhs in variables.items
    if row.op == "=~":
        size, standard = factors[row.lhs]
        value = standard[row.rhs]
        scale = sd[at[row.rhs]] if row.rhs in variables.items else factors[row.rhs][0]
        if row.rhs in variables.ordered and table.parameterization == "theta":
            scale = 1.0 / math.sqrt(1.0 - min(value**2, 0.8))
        return float(value * scale / size)
    if row.op == "|":
        return float(thresholds[variables.first_threshold[row.lhs] + int(row.rhs[1:]) - 1])
    if row.op == "~*~":
        return 1.0
    if row.op == "~" and row.rhs == "1":
        return float(mean[at[row.lhs]]) if observed and row.lhs not in variables.ordered else 0.0
    if row.op == "~~" and row.lhs == row.rhs:
        if row.lhs in variables.ordered:
            return 1.0
        if not observed:
            return factors[row.lhs][0] ** 2
        loaded = [standard[row.lhs] for _, standard in factors.values() if row.lhs in standard]
        return float(sd[at[row.lhs]] ** 2 * max(1.0 - sum(value**2 for value in loaded), 0.3))
    return 0.0

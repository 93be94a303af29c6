"""Observed and implied moments of ordered items beside continuous ones or given covariates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sctoolkit.measurement.structure.mixed_statistics import MixedGroup
from sctoolkit.measurement.structure.model_fit import ModelFit
from sctoolkit.numerics.structure.implied_moments import FloatArray, IntArray, Layout, evaluate, moments


@dataclass(frozen=True, slots=True)
class MomentTable:
    """Moments of one group in matrices over all items of the model; covariates hold their sample moments.

    ``located`` holds thresholds and intercepts item by item, ``slopes`` the regressions on covariates (columns) and
    ``covariance`` what is left given them, in the units of the moments (latent responses have sd 1).
    """

    located: FloatArray
    slopes: FloatArray
    covariance: FloatArray


def moment_tables(fit: ModelFit, group: int) -> tuple[MomentTable, MomentTable]:
    """Return observed and implied moments of a group."""
    layout = fit.layouts[group]
    implied = moments(layout, evaluate(fit.models[group], fit.z))
    sample = fit.ordinal[group]
    assert isinstance(sample, MixedGroup)
    return (
        _unfolded(fit.moments[group].observed, layout, sample),
        _unfolded(implied, layout, sample),
    )


def _unfolded(values: FloatArray, layout: Layout, sample: MixedGroup) -> MomentTable:
    """Return a vector of moments in matrices."""
    located, slope, variance, pairs = np.split(
        values, np.cumsum([layout.n_locations, layout.slope_item.size, layout.variance_item.size])
    )
    covariance, slopes = sample.covariance.copy(), np.zeros_like(sample.covariance)
    covariance[layout.variance_item, layout.variance_item] = variance
    covariance[layout.pair_a, layout.pair_b] = covariance[layout.pair_b, layout.pair_a] = pairs
    slopes[layout.slope_item, layout.slope_covariate] = slope
    return MomentTable(located, slopes, covariance)


def mixed_srmr_parts(fit: ModelFit, group: int) -> tuple[FloatArray, float]:
    """Return residuals and divisor of the SRMR of a group.

    Notes
    -----
    With p items and c covariates. lavaan: residual covariances given the covariates over observed standard
    deviations, divisor p (p + 1) / 2 + c. Mplus: correlations, standardised thresholds and means, and relative
    variances of the responses with what the covariates explain, divisor (p + c)(p + c + 1) / 2 plus thresholds and
    means; matched to outputs ex5.3 and ex5.16, the documentation being silent about covariates.
    """
    observed, implied = moment_tables(fit, group)
    layout, x = fit.layouts[group], fit.models[group].covariates
    own = np.setdiff1d(np.arange(len(fit.items)), x)
    if fit.convention == "lavaan":
        sd = np.sqrt(np.diag(observed.covariance))
        gap = (observed.covariance - implied.covariance) / np.outer(sd, sd)
        a, b = np.triu_indices(own.size, 1)
        return gap[own[a], own[b]], own.size * (own.size + 1) / 2 + x.size
    sample = fit.ordinal[group]
    assert isinstance(sample, MixedGroup)
    first = _unconditional(observed, sample, layout, x)
    second = _unconditional(implied, sample, layout, x)
    residuals = [seen - expected for seen, expected in zip(first[:2], second[:2], strict=True)]
    relative = 1.0 - (second[2] / first[2]) ** 2
    if not x.size:
        relative = relative[~fit.models[group].ordered]
    total = len(fit.items)
    return np.concatenate([*residuals, relative]), total * (total + 1) / 2 + layout.n_locations + x.size


def _unconditional(
    table: MomentTable, sample: MixedGroup, layout: Layout, x: IntArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return correlations, standardised locations and standard deviations with covariates at the sample moments."""
    explained = table.slopes @ sample.covariance @ table.slopes.T
    covariance = table.covariance + explained
    shared = table.slopes @ sample.covariance
    covariance[:, x] += shared[:, x]
    covariance[x, :] += shared[:, x].T
    sd = np.sqrt(np.diag(covariance))
    a, b = np.triu_indices(sd.size, 1)
    item, threshold = layout.location_item, layout.location_threshold >= 0
    shift = (table.slopes @ sample.mean)[item]
    located = np.where(threshold, table.located - shift, table.located + shift) / sd[item]
    return (covariance / np.outer(sd, sd))[a, b], np.concatenate([located, sample.mean[x] / sd[x]]), sd


def response_correlations(fit: ModelFit, group: int) -> tuple[FloatArray, FloatArray]:
    """Return observed and implied correlations given the covariates."""
    observed, implied = moment_tables(fit, group)
    first, second = np.sqrt(np.diag(observed.covariance)), np.sqrt(np.diag(implied.covariance))
    return observed.covariance / np.outer(first, first), implied.covariance / np.outer(second, second)


def response_scale(fit: ModelFit, group: int) -> FloatArray:
    """Return products of the observed standard deviations; 1 between ordered items."""
    sd = np.sqrt(np.diag(moment_tables(fit, group)[0].covariance))
    return np.asarray(np.outer(sd, sd))


def mixed_rows(fit: ModelFit, group: int) -> list[tuple[str, str, str, float, float]]:
    """Return (item, with, moment, observed, implied) of every moment of a group."""
    layout, names = fit.layouts[group], fit.items
    observed, implied = moment_tables(fit, group)
    found: list[tuple[str, str, str, float, float]] = []
    number = 0
    for place, (item, which) in enumerate(zip(layout.location_item, layout.location_threshold, strict=True)):
        number = number + 1 if place and layout.location_item[place - 1] == item else 1
        term, kind = (f"t{number}", "threshold") if which >= 0 else ("", "intercept")
        found.append((names[item], term, kind, float(observed.located[place]), float(implied.located[place])))
    ordered = fit.models[group].ordered
    pairs = [(i, x, "slope") for i, x in zip(layout.slope_item, layout.slope_covariate, strict=True)]
    cells = [(i, i, "variance") for i in layout.variance_item]
    for a, b in zip(layout.pair_a, layout.pair_b, strict=True):
        cells.append((a, b, "correlation" if ordered[a] and ordered[b] else "covariance"))
    found.extend(
        (names[i], names[x], kind, float(observed.slopes[i, x]), float(implied.slopes[i, x])) for i, x, kind in pairs
    )
    found.extend(
        (names[a], names[b], kind, float(observed.covariance[a, b]), float(implied.covariance[a, b]))
        for a, b, kind in cells
    )
    return found

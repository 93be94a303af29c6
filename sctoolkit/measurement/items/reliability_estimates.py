"""The coefficients of one scale from its item values: point estimates, standard errors, bootstrap draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sctoolkit.errors import SctoolkitError
from sctoolkit.measurement.items.scale_input import ScaleInput
from sctoolkit.numerics.exploration.one_factor import one_factor
from sctoolkit.numerics.ordinal.ordinal_statistics import OrdinalStatistics
from sctoolkit.numerics.ordinal.thresholds import padded_thresholds
from sctoolkit.numerics.reliability.influence import alpha_influence, correlation_influence, influence_error
from sctoolkit.numerics.reliability.omega import (
    CongenericFactor,
    Denominator,
    congeneric,
    omega_influence,
    omega_total,
)
from sctoolkit.numerics.reliability.omega_categorical import omega_categorical, omega_categorical_gradient
from sctoolkit.numerics.reliability.reliability import alpha

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LinearEstimates:
    """Alpha, standardised alpha and omega of items taken as continuous; nan omega where it is not identified."""

    estimates: Mapping[str, float]
    std_errors: Mapping[str, float]
    uniquenesses: FloatArray | None
    heywood: tuple[int, ...]
    problem: str


@dataclass(frozen=True, slots=True)
class OrdinalEstimates:
    """Categorical omega and the theoretical coefficients of the latent responses."""

    estimates: Mapping[str, float]
    std_errors: Mapping[str, float]
    heywood: tuple[int, ...]
    problem: str


def linear_estimates(scale: ScaleInput, denominator: Denominator) -> LinearEstimates:
    """Coefficients from covariances, with distribution-free standard errors where rows are complete."""
    covariance, correlation = scale.covariance, scale.correlation
    estimates = {"alpha": alpha(covariance), "alpha_standardised": alpha(correlation), "omega_total": float("nan")}
    influences = {}
    if scale.complete:
        k = len(covariance)
        slope = np.full((k, k), 2.0 * k / (k - 1) * k / float(correlation.sum()) ** 2)
        influences["alpha"] = alpha_influence(scale.table, covariance, scale.weights)
        influences["alpha_standardised"] = correlation_influence(scale.table, covariance, slope, scale.weights)
    factor, problem = _one_congeneric(covariance)
    if factor is not None:
        total = float(covariance.sum()) if denominator == "observed" else None
        estimates["omega_total"] = omega_total(factor.loadings, factor.uniquenesses, total)
        if scale.complete:
            influences["omega_total"] = omega_influence(scale.table, covariance, factor, denominator, scale.weights)
    return LinearEstimates(
        estimates=estimates,
        std_errors={term: influence_error(pull, scale.weights, scale.clusters) for term, pull in influences.items()},
        uniquenesses=None if factor is None else factor.uniquenesses / np.diagonal(covariance),
        heywood=() if factor is None else tuple(np.flatnonzero(factor.heywood).tolist()),
        problem=problem,
    )


def _one_congeneric(covariance: FloatArray) -> tuple[CongenericFactor | None, str]:
    """The one-factor solution, or why there is none."""
    if len(covariance) < 3:
        return None, "Omega needs at least 3 items; with 2, read alpha."
    try:
        return congeneric(covariance), ""
    except SctoolkitError as error:
        return None, f"Omega was not estimated: {error.problem}"


def ordinal_estimates(
    statistics: OrdinalStatistics, values: tuple[FloatArray, ...], denominator: Denominator, weights: FloatArray
) -> OrdinalEstimates:
    """Categorical omega from thresholds and polychorics, with its delta standard error where Gamma is at hand.

    ``weights`` (p, p) are those of the one-factor fit to the polychorics.
    """
    p = len(values)
    r = statistics.correlation
    taus, steps = _padded(statistics, values)
    estimates = {"omega_categorical": float("nan"), "alpha_ordinal": float("nan"), "omega_latent": float("nan")}
    if not bool(np.isfinite(r).all()):
        return OrdinalEstimates(estimates, {}, (), "Some pairs of items have no answers in common.")
    estimates["alpha_ordinal"] = alpha(r)
    loadings = one_factor(r, weights) if p > 2 else np.full(2, np.sqrt(max(float(r[1, 0]), 0.0)))
    if float(np.abs(loadings).max()) >= 1.0:
        worst = tuple(np.flatnonzero(np.abs(loadings) >= 1.0).tolist())
        return OrdinalEstimates(estimates, {}, worst, "")
    common = np.outer(loadings, loadings)
    implied = np.where(np.eye(p, dtype=bool), 1.0, r if denominator == "observed" else common)
    estimates["omega_categorical"] = omega_categorical(taus, steps, common, implied)
    estimates["omega_latent"] = float(loadings.sum()) ** 2 / float(implied.sum())
    if statistics.gamma is None or p < 3 or bool(statistics.at_bound.any()):
        return OrdinalEstimates(estimates, {}, (), "")
    observed = denominator == "observed"
    gradient = omega_categorical_gradient(taus, steps, loadings, r, weights, observed=observed)
    error = float(np.sqrt(gradient @ statistics.gamma @ gradient / statistics.n_obs))
    return OrdinalEstimates(estimates, {"omega_categorical": error}, (), "")


def _padded(statistics: OrdinalStatistics, values: tuple[FloatArray, ...]) -> tuple[FloatArray, FloatArray]:
    """Thresholds padded with +inf and the score differences across them padded with 0."""
    taus = padded_thresholds(statistics.thresholds)[:, 1:-1]
    steps = np.zeros_like(taus)
    for row, answers in zip(steps, values, strict=True):
        row[: answers.size - 1] = np.diff(answers)
    return taus, steps


def dwls_weights(statistics: OrdinalStatistics, p: int) -> FloatArray:
    """Inverse variances of the polychorics as a matrix; 1 everywhere where they are not at hand."""
    weights = np.ones((p, p))
    if statistics.gamma_diagonal is None:
        return weights
    first, second = np.triu_indices(p, 1)
    variances = statistics.gamma_diagonal[-first.size :]
    if bool(np.isfinite(variances).all()):
        weights[first, second] = weights[second, first] = 1.0 / variances
    return weights

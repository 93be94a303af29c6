"""Bootstrap draws of reliability coefficients: respondents are resampled and every coefficient is estimated anew."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sctoolkit.measurement.items.scale_input import ScaleInput
from sctoolkit.numerics.exploration.one_factor import one_factor
from sctoolkit.numerics.ordinal.contingency import CodeArray
from sctoolkit.numerics.ordinal.ordinal_resampling import resampled_polychorics
from sctoolkit.numerics.reliability.covariance import weighted_covariances
from sctoolkit.numerics.reliability.hierarchical import Hierarchical, hierarchical_draws
from sctoolkit.numerics.reliability.omega import Denominator, congeneric_stack
from sctoolkit.numerics.reliability.omega_categorical import score_covariances

FloatArray = npt.NDArray[np.float64]

_CHUNK = 50


@dataclass(frozen=True, slots=True)
class Sample:
    """The sample's solutions that every resample starts from.

    ``uniquenesses`` standardised, of the congeneric factor, None without one; ``pair_weights`` (k, k) of the fit to
    polychorics, None for continuous items; ``groups`` the solution with group factors, None where not asked for.
    """

    uniquenesses: FloatArray | None
    pair_weights: FloatArray | None
    groups: Hierarchical | None
    denominator: Denominator


def coefficient_draws(scale: ScaleInput, sample: Sample, frequencies: FloatArray) -> dict[str, FloatArray]:
    """Draws of every coefficient of the scale, from one pass over the resamples.

    Parameters
    ----------
    scale : ScaleInput
        The items in use.
    sample : Sample
        Solutions of the sample.
    frequencies : (b, n) array
        How often each respondent is in each resample.

    Returns
    -------
    dict of str to (b,) array
        nan where a resample has no estimate: a constant item, a Heywood case, no convergence.
    """
    parts: list[dict[str, FloatArray]] = []
    matrices: list[FloatArray] = []
    for start in range(0, len(frequencies), _CHUNK):
        drawn = frequencies[start : start + _CHUNK]
        part, correlations = linear_draws(scale, drawn, sample.uniquenesses, sample.denominator)
        if scale.coded is not None and sample.pair_weights is not None:
            weighted = drawn if scale.weights is None else drawn * scale.weights
            more, correlations = ordinal_draws(
                scale.coded.codes, scale.coded.values, weighted, sample.pair_weights, sample.denominator
            )
            part |= more
        parts.append(part)
        matrices.append(correlations)
    draws = {term: np.concatenate([part[term] for part in parts]) for term in parts[0]}
    if sample.groups is not None:
        draws |= hierarchical_draws(sample.groups, np.concatenate(matrices))
    return draws


def linear_draws(
    scale: ScaleInput, frequencies: FloatArray, uniquenesses: FloatArray | None, denominator: Denominator
) -> tuple[dict[str, FloatArray], FloatArray]:
    """Draws of alpha, standardised alpha and omega of items taken as continuous, and the correlations (b, k, k).

    Pairs of answers count where some are missing. ``uniquenesses`` are the standardised uniquenesses of the sample,
    from which omega is estimated anew; without them omega is left out.
    """
    k = scale.table.shape[1]
    covariances = weighted_covariances(scale.table, frequencies, scale.weights)
    variances = np.einsum("bii->bi", covariances)
    usable = (variances > 0.0).all(axis=1) & np.isfinite(covariances).all(axis=(1, 2))
    covariances = np.where(usable[:, None, None], covariances, np.eye(k) + 0.5)
    spread = np.sqrt(np.einsum("bii->bi", covariances))
    correlations = covariances / (spread[:, :, None] * spread[:, None, :])
    total, standardised = covariances.sum(axis=(1, 2)), correlations.sum(axis=(1, 2))
    draws = {
        "alpha": k / (k - 1) * (1.0 - _over((spread**2).sum(axis=1), total)),
        "alpha_standardised": k / (k - 1) * (1.0 - _over(np.full_like(total, k), standardised)),
    }
    if uniquenesses is not None:
        definite = np.linalg.eigvalsh(correlations)[:, 0] > 1e-8
        fitted = np.where(definite[:, None, None], covariances, np.eye(k) + 0.5)
        loadings, unique = congeneric_stack(fitted, uniquenesses)
        common = loadings.sum(axis=1) ** 2
        omega = common / (total if denominator == "observed" else common + unique.sum(axis=1))
        draws["omega_total"] = np.where(definite, omega, np.nan)
    known = {term: np.where(usable, column, np.nan) for term, column in draws.items()}
    return known, np.where(usable[:, None, None], correlations, np.nan)


def _over(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Shares of totals that vary; nan where a resample's total does not."""
    return np.divide(part, whole, out=np.full_like(whole, np.nan), where=whole > 0.0)


def ordinal_draws(
    codes: CodeArray,
    values: tuple[FloatArray, ...],
    frequencies: FloatArray,
    weights: FloatArray,
    denominator: Denominator,
) -> tuple[dict[str, FloatArray], FloatArray]:
    """Draws of categorical omega, ordinal alpha and omega of the latent responses, and the polychorics (b, p, p).

    Thresholds, polychorics and loadings are estimated anew in every resample; the weights of the one-factor fit are
    those of the sample. Draws with a Heywood case or a constant item are nan.
    """
    p, k = len(values), max(answers.size for answers in values)
    steps = np.zeros((p, k - 1))
    for row, answers in zip(steps, values, strict=True):
        row[: answers.size - 1] = np.diff(answers)
    taus, polychorics = resampled_polychorics(codes, k, frequencies)
    usable = np.asarray(np.isfinite(polychorics).all(axis=(1, 2)))
    r = np.where(usable[:, None, None], polychorics, np.eye(p))
    loadings = one_factor(r, weights) if p > 2 else np.sqrt(np.maximum(r[:, [0, 1], [1, 0]], 0.0))
    usable &= np.abs(loadings).max(axis=1) < 1.0
    loadings = np.where(usable[:, None], loadings, 0.0)
    common = loadings[:, :, None] * loadings[:, None, :]
    implied = np.where(np.eye(p, dtype=bool), 1.0, r if denominator == "observed" else common)
    explained = score_covariances(taus, steps, common).sum(axis=(1, 2))
    total = score_covariances(taus, steps, implied).sum(axis=(1, 2))
    draws = {
        "omega_categorical": _over(explained, total),
        "alpha_ordinal": p / (p - 1) * (1.0 - p / r.sum(axis=(1, 2))),
        "omega_latent": loadings.sum(axis=1) ** 2 / implied.sum(axis=(1, 2)),
    }
    return {term: np.where(usable, column, np.nan) for term, column in draws.items()}, polychorics

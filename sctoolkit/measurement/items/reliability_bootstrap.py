"""Bootstrap draws of reliability coefficients: respondents are resampled and every coefficient is estimated anew."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sctoolkit.numerics.exploration.one_factor import one_factor
from sctoolkit.numerics.ordinal.contingency import CodeArray
from sctoolkit.numerics.ordinal.ordinal_resampling import resampled_polychorics
from sctoolkit.numerics.reliability.omega import Denominator, congeneric_stack
from sctoolkit.numerics.reliability.omega_categorical import score_covariances

FloatArray = npt.NDArray[np.float64]

_CHUNK = 50


def resampling_frequencies(n_obs: int, n_bootstrap: int, seed: int) -> FloatArray:
    """How often each respondent is drawn in each resample, (n_bootstrap, n_obs)."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(n_obs, np.full(n_obs, 1.0 / n_obs), size=n_bootstrap).astype(np.float64)


def linear_draws(
    table: FloatArray, frequencies: FloatArray, uniquenesses: FloatArray | None, denominator: Denominator
) -> dict[str, FloatArray]:
    """Draws of alpha, standardised alpha and omega of items taken as continuous (pairwise where answers are missing).

    ``uniquenesses`` are the standardised uniquenesses of the sample, from which omega is estimated anew; without
    them omega is left out.
    """
    k = table.shape[1]
    covariances = _covariances(table, frequencies)
    variances = np.einsum("bii->bi", covariances)
    usable = (variances > 0.0).all(axis=1) & np.isfinite(covariances).all(axis=(1, 2))
    covariances = np.where(usable[:, None, None], covariances, np.eye(k) + 0.5)
    scale = np.sqrt(np.einsum("bii->bi", covariances))
    correlations = covariances / (scale[:, :, None] * scale[:, None, :])
    total, standardised = covariances.sum(axis=(1, 2)), correlations.sum(axis=(1, 2))
    draws = {
        "alpha": k / (k - 1) * (1.0 - (scale**2).sum(axis=1) / total),
        "alpha_standardised": k / (k - 1) * (1.0 - k / standardised),
    }
    if uniquenesses is not None:
        definite = np.linalg.eigvalsh(correlations)[:, 0] > 1e-8
        fitted = np.where(definite[:, None, None], covariances, np.eye(k) + 0.5)
        loadings, unique = congeneric_stack(fitted, uniquenesses)
        common = loadings.sum(axis=1) ** 2
        omega = common / (total if denominator == "observed" else common + unique.sum(axis=1))
        draws["omega_total"] = np.where(definite, omega, np.nan)
    return {term: np.where(usable, column, np.nan) for term, column in draws.items()}


def _covariances(table: FloatArray, frequencies: FloatArray) -> FloatArray:
    """Pairwise covariances of every resample, (b, k, k)."""
    centred = table - np.nanmean(table, axis=0)
    known = (~np.isnan(centred)).astype(np.float64)
    centred = np.where(known > 0.0, centred, 0.0)
    result = np.empty((len(frequencies), table.shape[1], table.shape[1]))
    with np.errstate(invalid="ignore", divide="ignore"):
        for place, frequency in zip(result, frequencies, strict=True):
            weighted, counted = centred * frequency[:, None], known * frequency[:, None]
            n, sums = counted.T @ known, weighted.T @ known
            place[:] = (weighted.T @ centred - sums * sums.T / n) / (n - 1.0)
    return result


def ordinal_draws(
    codes: CodeArray,
    values: tuple[FloatArray, ...],
    frequencies: FloatArray,
    weights: FloatArray,
    denominator: Denominator,
) -> dict[str, FloatArray]:
    """Draws of categorical omega, ordinal alpha and omega of the latent responses.

    Thresholds, polychorics and loadings are estimated anew in every resample; the weights of the one-factor fit are
    those of the sample. Draws with a Heywood case or a constant item are nan.
    """
    p, k = len(values), max(answers.size for answers in values)
    steps = np.zeros((p, k - 1))
    for row, answers in zip(steps, values, strict=True):
        row[: answers.size - 1] = np.diff(answers)
    terms = ("omega_categorical", "alpha_ordinal", "omega_latent")
    draws: dict[str, list[FloatArray]] = {term: [] for term in terms}
    for start in range(0, len(frequencies), _CHUNK):
        taus, r = resampled_polychorics(codes, k, frequencies[start : start + _CHUNK])
        usable = np.asarray(np.isfinite(r).all(axis=(1, 2)))
        r = np.where(usable[:, None, None], r, np.eye(p))
        loadings = one_factor(r, weights) if p > 2 else np.sqrt(np.maximum(r[:, [0, 1], [1, 0]], 0.0))
        usable &= np.abs(loadings).max(axis=1) < 1.0
        loadings = np.where(usable[:, None], loadings, 0.0)
        common = loadings[:, :, None] * loadings[:, None, :]
        implied = np.where(np.eye(p, dtype=bool), 1.0, r if denominator == "observed" else common)
        explained = score_covariances(taus, steps, common).sum(axis=(1, 2))
        total = score_covariances(taus, steps, implied).sum(axis=(1, 2))
        chunk = (
            explained / total,
            p / (p - 1) * (1.0 - p / r.sum(axis=(1, 2))),
            loadings.sum(axis=1) ** 2 / implied.sum(axis=(1, 2)),
        )
        for term, column in zip(terms, chunk, strict=True):
            draws[term].append(np.where(usable, column, np.nan))
    return {term: np.concatenate(columns) for term, columns in draws.items()}

"""Categorical omega: reliability of a sum of ordinal items under a factor model of their latent responses.

Oracle: tests/oracle/reliability.R (semTools::reliability, semTools::compRelSEM).

References
----------
Green and Yang (2009), doi:10.1007/s11336-008-9099-3.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from sctoolkit.numerics.exploration.one_factor import loading_jacobian
from sctoolkit.numerics.ordinal.bivariate_normal import bivariate_normal_cdf, bivariate_normal_pdf, normal_pdf

FloatArray = npt.NDArray[np.float64]


def score_covariances(thresholds: FloatArray, steps: FloatArray, correlation: FloatArray) -> FloatArray:
    """Covariances of item scores that correlations of latent responses imply.

    Parameters
    ----------
    thresholds : (..., p, k) array
        Thresholds of each item, padded with +inf.
    steps : (p, k) array
        Difference of item score across each threshold, 1 for scores 0, 1, 2, ...
    correlation : (..., p, p) array
        Latent correlations; a 1 on the diagonal gives the variance of the item, a communality its true part.

    Returns
    -------
    (..., p, p) array
        ``sum_c sum_d step_ic step_jd [Phi2(tau_ic, tau_jd; r_ij) - Phi(tau_ic) Phi(tau_jd)]``.
    """
    h, k, r = _grid(thresholds, correlation)
    excess = bivariate_normal_cdf(h, k, r) - ndtr(h) * ndtr(k)
    return np.asarray(np.einsum("...ijcd,ic,jd->...ij", excess, steps, steps))


def _grid(thresholds: FloatArray, correlation: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Broadcastable thresholds of both items and correlations over (i, j, c, d)."""
    return thresholds[..., :, None, :, None], thresholds[..., None, :, None, :], correlation[..., :, :, None, None]


def omega_categorical(thresholds: FloatArray, steps: FloatArray, common: FloatArray, correlation: FloatArray) -> float:
    """Share of the variance of the sum score that common factors explain.

    Parameters
    ----------
    thresholds, steps : (p, k) arrays
        As in `score_covariances`.
    common : (p, p) array
        Latent covariances due to the factors wanted, communalities on the diagonal (``Lambda Phi Lambda'``).
    correlation : (p, p) array
        Latent correlations, 1 on the diagonal: the polychorics ("observed") or those that the model implies.
    """
    explained = score_covariances(thresholds, steps, common).sum()
    return float(explained / score_covariances(thresholds, steps, correlation).sum())


def _gradients(thresholds: FloatArray, steps: FloatArray, correlation: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Derivatives of the total of `score_covariances`: by each threshold (p, k) and by each ordered pair (p, p)."""
    h, k, r = _grid(thresholds, correlation)
    finite = np.isfinite(h)
    at = np.where(finite, h, 0.0)
    inside = np.abs(r) < 1.0
    s = np.sqrt(np.where(inside, 1.0 - r * r, 1.0))
    gap = k - r * at
    conditional = np.where(inside, ndtr(gap / s), 0.5 * (np.sign(gap) + 1.0))
    by_threshold = np.where(finite, normal_pdf(at), 0.0) * (conditional - ndtr(k))
    density = np.where(inside, bivariate_normal_pdf(h, k, np.where(inside, r, 0.0)), 0.0)
    return (
        2.0 * np.einsum("ijcd,ic,jd->ic", by_threshold, steps, steps),
        np.asarray(np.einsum("ijcd,ic,jd->ij", density, steps, steps)),
    )


def omega_categorical_gradient(
    thresholds: FloatArray,
    steps: FloatArray,
    loadings: FloatArray,
    correlation: FloatArray,
    weights: FloatArray,
    *,
    observed: bool,
) -> FloatArray:
    """Gradient of one-factor categorical omega in the thresholds (item by item) and polychorics (house order).

    Parameters
    ----------
    loadings : (p,) array
        One-factor loadings fitted to the polychorics with ``weights``.
    correlation : (p, p) array
        Polychorics.
    weights : (p, p) array
        Weights of that fit.
    observed : bool
        Whether omega was divided by the variance that the polychorics, rather than the model, imply.
    """
    common = np.outer(loadings, loadings)
    implied = np.where(np.eye(len(loadings), dtype=bool), 1.0, correlation if observed else common)
    top = float(score_covariances(thresholds, steps, common).sum())
    bottom = float(score_covariances(thresholds, steps, implied).sum())
    top_tau, top_r = _gradients(thresholds, steps, common)
    bottom_tau, bottom_r = _gradients(thresholds, steps, implied)
    np.fill_diagonal(bottom_r, 0.0)
    share = top / bottom
    by_tau = (top_tau - share * bottom_tau) / bottom
    by_loading = 2.0 * (top_r @ loadings) / bottom
    direct = np.zeros(len(loadings) * (len(loadings) - 1) // 2)
    if observed:
        direct = -2.0 * share * bottom_r[np.triu_indices(len(loadings), 1)] / bottom
    else:
        by_loading = by_loading - 2.0 * share * (bottom_r @ loadings) / bottom
    by_pair = by_loading @ loading_jacobian(loadings, weights) + direct
    return np.concatenate([by_tau[np.isfinite(thresholds)], by_pair])

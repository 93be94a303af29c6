"""Polyserial correlations and the covariance of mixed ordinal and continuous statistics.

Oracle: tests/oracle/polychoric.R (lavaan::lavCor on mixed data).

References
----------
Olsson, Drasgow and Dorans (1982), doi:10.1007/BF02294164.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sctoolkit.numerics.ordinal.bivariate_normal import normal_interval, normal_pdf

FloatArray = npt.NDArray[np.float64]
CodeArray = npt.NDArray[np.int8]

_BOUND = 0.999


@dataclass(frozen=True, slots=True)
class Polyserial:
    """Correlation of an ordinal with a continuous item, and the influence of every case on it, (n,).

    The influence counts the estimation of the thresholds, the mean and the variance; its sum of squares is the
    sampling variance.
    """

    correlation: float
    influence: FloatArray
    at_bound: bool


def standardise(values: FloatArray) -> FloatArray:
    """Values minus their mean, over their root mean square deviation (divisor n)."""
    centred = values - values.mean()
    return np.asarray(centred / np.sqrt(np.mean(centred**2)))


def polyserial(
    codes: CodeArray, thresholds: FloatArray, threshold_influence: FloatArray, values: FloatArray
) -> Polyserial:
    """Two-step maximum likelihood correlation of an ordinal item with a continuous one.

    Parameters
    ----------
    codes : (n,) int8 array
        Categories 0, 1, ..., complete.
    thresholds : (k - 1,) array
        Thresholds of the item.
    threshold_influence : (n, k - 1) array
        Influence of every case on them.
    values : (n,) array
        The continuous item.

    Notes
    -----
    Maximises ``sum log[Phi((tau_c - r z) / s) - Phi((tau_{c-1} - r z) / s)]``, s = sqrt(1 - r^2), z standardised, by
    scoring with the outer product of the casewise scores, inside a bracket.
    """
    z = standardise(values)
    bounds = np.concatenate([[-np.inf], thresholds, [np.inf]])
    low, high = bounds[codes.astype(np.int64)], bounds[codes.astype(np.int64) + 1]
    r = float(np.clip(np.corrcoef(codes, z)[0, 1], -0.9, 0.9))
    left, right = -_BOUND, _BOUND
    for _ in range(100):
        score = _score(low, high, z, r)
        total = float(score.sum())
        left, right = (r, right) if total > 0.0 else (left, r)
        step = total / float(score @ score)
        target = r + step
        if not left < target < right:
            target = 0.5 * (left + right)
        moved, r = abs(target - r), target
        if moved < 1e-10:
            break
    at_bound = abs(r) >= _BOUND - 1e-7
    influence = np.full(z.size, np.nan) if at_bound else _influence(low, high, z, r, threshold_influence, codes)
    return Polyserial(float(np.sign(r) * _BOUND) if at_bound else r, influence, at_bound)


def _parts(low: FloatArray, high: FloatArray, z: FloatArray, r: float) -> tuple[FloatArray, ...]:
    """Standardised bounds, their densities and the casewise probability."""
    s = np.sqrt(1.0 - r * r)
    below, above = (low - r * z) / s, (high - r * z) / s
    return below, above, normal_pdf(below), normal_pdf(above), np.maximum(normal_interval(below, above), 1e-300)


def _score(low: FloatArray, high: FloatArray, z: FloatArray, r: float) -> FloatArray:
    """Casewise derivative of the log-likelihood in r."""
    _, _, density_low, density_high, probability = _parts(low, high, z, r)
    tail = (1.0 - r * r) ** 1.5
    up = np.where(np.isfinite(high), density_high * (r * np.where(np.isfinite(high), high, 0.0) - z), 0.0)
    down = np.where(np.isfinite(low), density_low * (r * np.where(np.isfinite(low), low, 0.0) - z), 0.0)
    return np.asarray((up - down) / tail / probability)


def _influence(
    low: FloatArray, high: FloatArray, z: FloatArray, r: float, threshold_influence: FloatArray, codes: CodeArray
) -> FloatArray:
    """Casewise influence on r, first-stage estimates included."""
    score = _score(low, high, z, r)
    _, _, density_low, density_high, probability = _parts(low, high, z, r)
    s = np.sqrt(1.0 - r * r)
    n_thresholds = threshold_influence.shape[1]
    by_threshold = np.zeros((z.size, n_thresholds + 1))
    case = np.arange(z.size)
    at = codes.astype(np.int64)
    by_threshold[case, at] += density_high / probability / s
    by_threshold[case, at - 1] -= density_low / probability / s  # category 0 writes to the spare last column
    by_z = -(r / s) * (density_high - density_low) / probability
    cross = score @ by_threshold[:, :n_thresholds]
    about_mean, about_sd = float(score @ -by_z), float(score @ (-by_z * z))
    n = z.size
    first_stage = threshold_influence @ cross + about_mean * z / n + about_sd * 0.5 * (z**2 - 1.0) / n
    return np.asarray((score - first_stage) / float(score @ score))


def pearson_influence(x: FloatArray, y: FloatArray) -> tuple[float, FloatArray]:
    """Product-moment correlation of two continuous items and the influence of every case on it."""
    a, b = standardise(x), standardise(y)
    r = float(np.mean(a * b))
    return r, (a * b - 0.5 * r * (a * a + b * b)) / x.size

"""Scores that are weighted sums of continuous items, and how well they determine their factors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ScoreWeights:
    """Weights of one kind of factor score.

    Attributes
    ----------
    weights : (p, m) float array
        Scores are (y - mean) @ weights, on the metric of the factors.
    error : (m, m) float array
        Covariance of score less factor; for Bartlett scores that of the score given the factor.
    """

    weights: FloatArray
    error: FloatArray


def regression_weights(loadings: FloatArray, factor_cov: FloatArray, sigma: FloatArray) -> ScoreWeights:
    """Return Thurstone's regression weights Sigma^-1 Lambda Phi.

    Parameters
    ----------
    loadings : (p, m) float array
    factor_cov : (m, m) float array
    sigma : (p, p) float array
        Covariance (or correlation) matrix of the items, model-implied or observed.

    Notes
    -----
    The error covariance is Phi - Phi Lambda' Sigma^-1 Lambda Phi, the posterior covariance under normality.

    References
    ----------
    Thurstone (1935), The Vectors of Mind.   Oracle: tests/oracle/factor_scores.R (lavaan, psych).

    Examples
    --------
    >>> found = regression_weights(np.array([[0.6], [0.6]]), np.eye(1), np.array([[1, 0.36], [0.36, 1]]))
    >>> found.weights.ravel().round(4)
    array([0.4412, 0.4412])
    """
    structure = loadings @ factor_cov
    weights = np.asarray(np.linalg.solve(sigma, structure), dtype=np.float64)
    return ScoreWeights(weights, factor_cov - structure.T @ weights)


def bartlett_weights(loadings: FloatArray, residual_cov: FloatArray) -> ScoreWeights:
    """Return Bartlett's weights Theta^-1 Lambda (Lambda' Theta^-1 Lambda)^-1: unbiased for the factor of each person.

    References
    ----------
    Bartlett (1937), doi:10.1111/j.2044-8295.1937.tb00863.x.   Oracle: tests/oracle/factor_scores.R (lavaan, psych).
    """
    precise = np.linalg.solve(residual_cov, loadings)
    error = np.linalg.inv(loadings.T @ precise)
    return ScoreWeights(precise @ error, error)


def ten_berge_weights(loadings: FloatArray, factor_cov: FloatArray, sigma: FloatArray) -> ScoreWeights:
    """Return the weights of ten Berge's scores, whose covariances are exactly those of the factors.

    Notes
    -----
    W = Sigma^-1/2 C Phi^1/2 with C = Sigma^-1/2 L (L' Sigma^-1 L)^-1/2 and L = Lambda Phi^1/2.

    References
    ----------
    ten Berge, Krijnen, Wansbeek & Shapiro (1999), doi:10.1016/S0024-3795(97)10007-6.   Oracle: psych::factor.scores.
    """
    root = _power(factor_cov, 0.5)
    scaled = loadings @ root
    solved = np.linalg.solve(sigma, scaled)
    weights = solved @ _power(scaled.T @ solved, -0.5) @ root
    cross = weights.T @ loadings @ factor_cov
    return ScoreWeights(weights, 2.0 * factor_cov - cross - cross.T)


def determinacy(loadings: FloatArray, factor_cov: FloatArray, sigma: FloatArray) -> FloatArray:
    """Return the correlation of each factor with its best linear score, (m,), between 0 and 1.

    Notes
    -----
    sqrt(diag(Phi Lambda' Sigma^-1 Lambda Phi) / diag Phi). Two sets of scores that both fit the model can correlate as
    low as 2 rho^2 - 1 (Guttman, 1955; Grice, 2001): below about .71 they can even run against each other.

    References
    ----------
    Grice (2001), doi:10.1037/1082-989X.6.4.430.   Oracle: psych::factor.scores (R2).
    """
    structure = loadings @ factor_cov
    explained = np.einsum("pm,pm->m", structure, np.linalg.solve(sigma, structure))
    return np.asarray(np.sqrt(explained / np.diag(factor_cov)))


def _power(matrix: FloatArray, exponent: float) -> FloatArray:
    """Power of a symmetric positive definite matrix."""
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * values**exponent) @ vectors.T)

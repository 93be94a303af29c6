"""Means and covariances without a model, from complete or incomplete rows (EM)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sctoolkit.errors import ConvergenceError
from sctoolkit.numerics.structure.implied_moments import FloatArray
from sctoolkit.numerics.structure.normal_patterns import Pattern


def saturated_moments(
    patterns: Sequence[Pattern], n_items: int, *, max_iterations: int = 5000, tolerance: float = 1e-10
) -> tuple[FloatArray, FloatArray]:
    """Return the maximum-likelihood means and covariances.

    Parameters
    ----------
    patterns : sequence of Pattern
    n_items : int
    max_iterations : int
    tolerance : float
        Largest change of a standardised moment at which EM stops.

    Returns
    -------
    mean : (p,) float array
    covariance : (p, p) float array

    Raises
    ------
    ConvergenceError
        If EM does not settle: too few rows answer some pair of items.

    Notes
    -----
    Closed form for one complete pattern. E-step: conditional means and covariances of the missing items given the
    observed ones of the pattern.

    References
    ----------
    Little & Rubin (2002), Statistical Analysis with Missing Data, section 11.2.   Oracle: tests/oracle/cfa.R.
    """
    if len(patterns) == 1 and patterns[0].items.size == n_items:
        return patterns[0].mean.copy(), patterns[0].covariance.copy()
    n = sum(pattern.n for pattern in patterns)
    mu, sigma = _available(patterns, n_items)
    for _ in range(max_iterations):
        first, second = np.zeros(n_items), np.zeros((n_items, n_items))
        for pattern in patterns:
            mean, spread = _completed(pattern, mu, sigma)
            first += pattern.n * mean
            second += pattern.n * (spread + np.outer(mean, mean))
        new_mu = first / n
        new_sigma = second / n - np.outer(new_mu, new_mu)
        sd = np.sqrt(np.diag(new_sigma))
        change = max(np.max(np.abs(new_mu - mu) / sd), np.max(np.abs(new_sigma - sigma) / np.outer(sd, sd)))
        mu, sigma = new_mu, new_sigma
        if change < tolerance:
            return mu, sigma
    raise ConvergenceError(
        "Means and covariances must be determined by the incomplete rows, and EM did not settle.",
        where=f"Patterns of missing answers: {len(patterns)}; rows: {n:.0f}.",
        hint='Drop items that few people answered, or use `missing="listwise"`.',
    )


def _available(patterns: Sequence[Pattern], n_items: int) -> tuple[FloatArray, FloatArray]:
    """Return means and variances of the answers at hand, covariances zero."""
    count, first, second = np.zeros(n_items), np.zeros(n_items), np.zeros(n_items)
    for pattern in patterns:
        count[pattern.items] += pattern.n
        first[pattern.items] += pattern.n * pattern.mean
        second[pattern.items] += pattern.n * (np.diag(pattern.covariance) + pattern.mean**2)
    mean = first / count
    return mean, np.diag(second / count - mean**2)


def _completed(pattern: Pattern, mu: FloatArray, sigma: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the expected mean and covariance of all items in a pattern."""
    seen = pattern.items
    slope = np.linalg.solve(sigma[np.ix_(seen, seen)], sigma[seen]).T
    mean = mu + slope @ (pattern.mean - mu[seen])
    spread = slope @ pattern.covariance @ slope.T + sigma - slope @ sigma[seen]
    mean[seen] = pattern.mean
    return mean, spread

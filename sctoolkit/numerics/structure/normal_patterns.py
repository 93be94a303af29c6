"""Normal likelihood of complete and incomplete data: value, gradient and information by means and covariances.

Data enter as patterns of observed items (one pattern when nothing is missing), each through its size, means and
covariances; so complete-data maximum likelihood and FIML are one computation. Moments are ordered as in
`sctoolkit.numerics.structure.implied_moments.Layout` for continuous items: means, variances, covariances.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sctoolkit.numerics.structure.implied_moments import FloatArray, IntArray

LOG_2PI = float(np.log(2.0 * np.pi))


@dataclass(frozen=True, slots=True)
class Pattern:
    """Rows with the same items observed.

    ``items`` (o,) positions; ``rows`` (r,) positions in the group's data; ``n`` sum of weights; ``mean`` (o,) and
    ``covariance`` (o, o) weighted moments with divisor ``n``.
    """

    items: IntArray
    rows: IntArray
    n: float
    mean: FloatArray
    covariance: FloatArray


def data_patterns(data: FloatArray, weights: FloatArray | None = None) -> tuple[Pattern, ...]:
    """Return the patterns of a data matrix; rows without any answer are left out.

    Parameters
    ----------
    data : (n, p) float array
        nan where missing.
    weights : (n,) float array, optional
    """
    weight = np.ones(data.shape[0]) if weights is None else weights
    seen = np.isfinite(data)
    if bool(seen.all()):
        return (_pattern(data, weight, np.arange(data.shape[1]), np.arange(data.shape[0])),)
    kinds, inverse = np.unique(seen, axis=0, return_inverse=True)
    inverse = inverse.reshape(-1)
    return tuple(
        _pattern(data, weight, np.flatnonzero(kind), np.flatnonzero(inverse == index))
        for index, kind in enumerate(kinds)
        if kind.any()
    )


def _pattern(data: FloatArray, weight: FloatArray, items: IntArray, rows: IntArray) -> Pattern:
    """Return size, means and covariances of some rows and items."""
    part, own = data[np.ix_(rows, items)], weight[rows]
    n = float(own.sum())
    mean = own @ part / n
    centred = part - mean
    return Pattern(items, rows, n, mean, (centred * own[:, None]).T @ centred / n)


def log_likelihood(patterns: Sequence[Pattern], mu: FloatArray, sigma: FloatArray) -> float:
    """Return the log-likelihood; minus infinity where Sigma is not positive definite.

    Examples
    --------
    >>> patterns = data_patterns(np.array([[0.0], [2.0]]))
    >>> round(log_likelihood(patterns, np.array([1.0]), np.eye(1)), 6)
    -2.837877
    """
    total = 0.0
    for pattern in patterns:
        items = pattern.items
        try:
            factor = np.linalg.cholesky(sigma[np.ix_(items, items)])
        except np.linalg.LinAlgError:
            return -np.inf
        gap = np.linalg.solve(factor, pattern.mean - mu[items])
        half = np.linalg.solve(factor, pattern.covariance)
        spread = float(np.trace(np.linalg.solve(factor, half.T)))
        logdet = 2.0 * float(np.log(np.diag(factor)).sum())
        total -= 0.5 * pattern.n * (items.size * LOG_2PI + logdet + spread + float(gap @ gap))
    return total


def moment_gradient(patterns: Sequence[Pattern], mu: FloatArray, sigma: FloatArray) -> FloatArray:
    """Return the gradient of the log-likelihood by (means, variances, covariances)."""
    p = mu.size
    by_mean, by_sigma = np.zeros(p), np.zeros((p, p))
    for pattern in patterns:
        at = np.ix_(pattern.items, pattern.items)
        inverse = np.linalg.inv(sigma[at])
        gap = pattern.mean - mu[pattern.items]
        spread = inverse @ (pattern.covariance + np.outer(gap, gap)) @ inverse
        by_mean[pattern.items] += pattern.n * inverse @ gap
        by_sigma[at] += 0.5 * pattern.n * (spread - inverse)
    return np.concatenate([by_mean, np.diag(by_sigma), 2.0 * by_sigma[np.triu_indices(p, 1)]])


def expected_information(
    patterns: Sequence[Pattern], sigma: FloatArray, slope: FloatArray, mean_structure: bool = True
) -> FloatArray:
    """Return the expected information of parameters with Jacobian ``slope``, without the p* x p* weight.

    Notes
    -----
    sum n [J_mu' S^-1 J_mu + tr(S^-1 dS_k S^-1 dS_l) / 2] over patterns; rows of ``slope`` are means (when modelled),
    variances, covariances.
    """
    p, size = sigma.shape[0], slope.shape[1]
    start = p if mean_structure else 0
    change = np.zeros((size, p, p))
    a, b = np.triu_indices(p, 1)
    change[:, a, b] = change[:, b, a] = slope[start + p :].T
    diagonal = np.arange(p)
    change[:, diagonal, diagonal] = slope[start : start + p].T
    information = np.zeros((size, size))
    for pattern in patterns:
        at = np.ix_(pattern.items, pattern.items)
        inverse = np.linalg.inv(sigma[at])
        own = change[:, pattern.items[:, None], pattern.items] if pattern.items.size < p else change
        turned = inverse @ own
        flat = turned.reshape(size, -1)
        information += 0.5 * pattern.n * flat @ turned.transpose(0, 2, 1).reshape(size, -1).T
        if mean_structure:
            means = slope[pattern.items]
            information += pattern.n * means.T @ inverse @ means
    return information


def moment_information(patterns: Sequence[Pattern], mu: FloatArray, sigma: FloatArray, *, observed: bool) -> FloatArray:
    """Return the information of (means, variances, covariances), expected or observed.

    Notes
    -----
    Expected: n W for means and n tr(W E W F) / 2 for covariances. Observed: the latter becomes
    n [2 tr(E W F V) - tr(E W F W)] / 2 with V = W M W, M the moments about mu, plus the cross block n W F W (m - mu).
    """
    p = mu.size
    a = np.concatenate([np.arange(p), np.triu_indices(p, 1)[0]])
    b = np.concatenate([np.arange(p), np.triu_indices(p, 1)[1]])
    means, cross = np.zeros((p, p)), np.zeros((p, a.size))
    spread = np.zeros((a.size, a.size))
    for pattern in patterns:
        at = np.ix_(pattern.items, pattern.items)
        w = np.zeros((p, p))
        w[at] = np.linalg.inv(sigma[at])
        means += pattern.n * w
        left = _symmetric_product(w, w, a, b)
        if not observed:
            spread += 0.5 * pattern.n * left
            continue
        gap = np.zeros(p)
        gap[pattern.items] = pattern.mean - mu[pattern.items]
        moment = np.zeros((p, p))
        moment[at] = pattern.covariance
        moment += np.outer(gap, gap)
        v = w @ moment @ w
        spread += 0.5 * pattern.n * (_symmetric_product(w, v, a, b) + _symmetric_product(v, w, a, b) - left)
        pull = w @ gap
        cross += pattern.n * (w[:, a] * pull[b] + np.where(a == b, 0.0, w[:, b] * pull[a]))
    return np.block([[means, cross], [cross.T, spread]])


def _symmetric_product(w: FloatArray, v: FloatArray, a: IntArray, b: IntArray) -> FloatArray:
    """Return tr(E_ab W E_cd V) for symmetric unit matrices E (off-diagonal ones have two ones)."""
    half = np.where(a == b, 0.5, 1.0)
    product = (
        w[np.ix_(b, a)] * v[np.ix_(a, b)]
        + w[np.ix_(b, b)] * v[np.ix_(a, a)]
        + w[np.ix_(a, a)] * v[np.ix_(b, b)]
        + w[np.ix_(a, b)] * v[np.ix_(b, a)]
    )
    return half[:, None] * half * product


def score_product(
    patterns: Sequence[Pattern],
    data: FloatArray,
    mu: FloatArray,
    sigma: FloatArray,
    *,
    weights: FloatArray | None = None,
    clusters: IntArray | None = None,
) -> FloatArray:
    """Return the sum of outer products of casewise scores by (means, variances, covariances).

    Parameters
    ----------
    patterns : sequence of Pattern
    data : (n, p) float array
        The rows from which the patterns were made.
    mu, sigma : arrays
    weights : (n,) float array, optional
        Sampling weights: scores are multiplied by them, products by their squares.
    clusters : (n,) int array, optional
        Scores are summed within clusters first, and the product multiplied by J / (J - 1), J clusters.
    """
    p = mu.size
    a, b = np.triu_indices(p, 1)
    size = 2 * p + a.size
    product = np.zeros((size, size))
    if clusters is not None:
        clusters = np.unique(clusters, return_inverse=True)[1].reshape(-1)
    sums = None if clusters is None else np.zeros((int(np.unique(clusters).size), size))
    for pattern in patterns:
        at = np.ix_(pattern.items, pattern.items)
        w = np.zeros((p, p))
        w[at] = np.linalg.inv(sigma[at])
        for rows in np.array_split(pattern.rows, max(1, pattern.rows.size // 4096)):
            gap = np.zeros((rows.size, p))
            gap[:, pattern.items] = data[np.ix_(rows, pattern.items)] - mu[pattern.items]
            pull = gap @ w
            scores = np.hstack([pull, 0.5 * (pull**2 - np.diag(w)), pull[:, a] * pull[:, b] - w[a, b]])
            if weights is not None:
                scores *= weights[rows][:, None]
            if sums is None:
                product += scores.T @ scores
            else:
                np.add.at(sums, clusters[rows], scores)  # type: ignore[index]
    if sums is not None:
        return sums.T @ sums * (sums.shape[0] / max(sums.shape[0] - 1, 1))
    return product

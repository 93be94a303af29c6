"""Marginal likelihood of the graded response model over answer patterns, with its scores and information.

Everything is for one group on fixed nodes; several groups are built from it by a change of parameters. Parameters
of k items stand in a padded table of k rows: the slope, then K - 1 intercepts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sctoolkit.numerics.irt.grm_curves import GradedItems, cumulative, log_category, steps

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_BLOCK = 2048


@dataclass(frozen=True, slots=True)
class Grid:
    """Quadrature of a standard normal variable: equally spaced nodes with normal weights that sum to one."""

    nodes: FloatArray
    weights: FloatArray


@dataclass(frozen=True, slots=True)
class Coded:
    """Answer patterns as indicators: ``onehot`` (n_patterns, k, K) of 0 and 1, all 0 where missing.

    ``counts`` (n_patterns,) are people or sums of their weights, ``squared`` sums of their squared weights.
    """

    onehot: npt.NDArray[np.uint8]
    counts: FloatArray
    squared: FloatArray


@dataclass(frozen=True, slots=True)
class Expected:
    """What the E-step gives: the log-likelihood and the expected counts of categories at the nodes, (k, K, q)."""

    loglik: float
    counts: FloatArray


def normal_grid(n_points: int = 61, bound: float = 6.0) -> Grid:
    """Return ``n_points`` nodes on [-bound, bound] for a standard normal variable.

    Examples
    --------
    >>> grid = normal_grid()
    >>> bool(abs(grid.weights @ grid.nodes**2 - 1) < 1e-6)
    True
    """
    nodes = np.linspace(-bound, bound, n_points)
    density = np.exp(-0.5 * nodes**2)
    return Grid(nodes, density / density.sum())


def coded(codes: IntArray, counts: FloatArray, n_categories: int, squared: FloatArray | None = None) -> Coded:
    """Return patterns of category numbers (-1 missing) as indicators; ``squared`` equals counts of people."""
    onehot = (codes[:, :, None] == np.arange(n_categories)).astype(np.uint8)
    return Coded(onehot, counts, counts if squared is None else squared)


def posterior_blocks(
    data: Coded, items: GradedItems, grid: Grid
) -> Iterator[tuple[slice, FloatArray, FloatArray, FloatArray]]:
    """Yield, for blocks of patterns: their slice, indicators (b, kK), posterior (b, q) and log-likelihood (b,)."""
    n, k, n_cat = data.onehot.shape
    log_p = log_category(items, grid.nodes)
    table = np.where(np.isfinite(log_p), log_p, 0.0).reshape(k * n_cat, -1)
    log_weights = np.log(grid.weights)
    flat = data.onehot.reshape(n, k * n_cat)
    for start in range(0, n, _BLOCK):
        rows = slice(start, min(start + _BLOCK, n))
        indicator = flat[rows].astype(np.float64)
        joint = indicator @ table
        joint += log_weights
        top = joint.max(axis=1, keepdims=True)
        joint -= top
        np.exp(joint, out=joint)
        total = joint.sum(axis=1, keepdims=True)
        joint /= total
        yield rows, indicator, joint, (np.log(total) + top)[:, 0]


def expectation(data: Coded, items: GradedItems, grid: Grid) -> Expected:
    """Return the log-likelihood and the expected counts r_jcq (the E-step of Bock and Aitkin, 1981)."""
    _, k, n_cat = data.onehot.shape
    total = 0.0
    counts = np.zeros((k * n_cat, grid.nodes.size))
    for rows, indicator, post, loglik in posterior_blocks(data, items, grid):
        weight = data.counts[rows]
        total += float(weight @ loglik)
        counts += indicator.T @ (post * weight[:, None])
    return Expected(total, counts.reshape(k, n_cat, -1))


def gradient(expected: Expected, items: GradedItems, grid: Grid) -> FloatArray:
    """Return the derivative of the log-likelihood in the padded table of parameters, shape (k, K)."""
    p_star = cumulative(items, grid.nodes)
    lower, upper = expected.counts[:, 1:], expected.counts[:, :-1]
    pull = _inverse_expm1(steps(items))
    total = expected.counts.sum(axis=2)
    terms = lower * (1.0 - p_star) - upper * p_star
    out = np.empty(expected.counts.shape[:2])
    out[:, 0] = np.einsum("jmq,q->j", terms, grid.nodes)
    out[:, 1:] = terms.sum(axis=2) + pull[:, 1:] * total[:, 1:] - pull[:, :-1] * total[:, :-1]
    return out


def complete_information(expected: Expected, items: GradedItems, grid: Grid) -> FloatArray:
    """Return the information if theta were seen, one block an item, shape (k, K, K)."""
    p_star = cumulative(items, grid.nodes)
    weight = p_star * (1.0 - p_star) * (expected.counts[:, 1:] + expected.counts[:, :-1])
    total = expected.counts.sum(axis=2)
    gaps = steps(items)
    finite = np.isfinite(gaps)
    tie = np.zeros_like(gaps)
    tie[finite] = 0.25 / np.sinh(0.5 * np.minimum(gaps[finite], 700.0)) ** 2 * total[finite]
    k, n_cat = total.shape
    out = np.zeros((k, n_cat, n_cat))
    out[:, 0, 0] = np.einsum("jmq,q->j", weight, grid.nodes**2)
    cross = weight @ grid.nodes
    out[:, 0, 1:] = cross
    out[:, 1:, 0] = cross
    index = np.arange(1, n_cat)
    out[:, index, index] = weight.sum(axis=2) + tie[:, 1:] + tie[:, :-1]
    out[:, index[:-1], index[1:]] = -tie[:, 1:-1]
    out[:, index[1:], index[:-1]] = -tie[:, 1:-1]
    return out


def pattern_scores(data: Coded, items: GradedItems, grid: Grid) -> FloatArray:
    """Return the derivative of each pattern's log-likelihood in the padded parameters, shape (n_patterns, k, K)."""
    pull = _inverse_expm1(steps(items))
    out = np.empty(data.onehot.shape)
    for rows, indicator, post, _ in posterior_blocks(data, items, grid):
        out[rows] = _expected_scores(indicator, post, items, grid, pull)
    return out


def missing_information(data: Coded, items: GradedItems, grid: Grid) -> FloatArray:
    """Return the sum over respondents of the posterior covariance of their complete-data scores, (kK, kK).

    Notes
    -----
    Complete less missing information is the observed information (Louis, 1982). The score at a node is linear in the
    indicators, so that the sum of squares needs one cross-product of indicators a node.
    """
    _, k, n_cat = data.onehot.shape
    size = k * n_cat
    no_pull = np.zeros((k, n_cat))
    together = np.zeros((grid.nodes.size, size, size))
    means = np.zeros((size, size))
    for rows, indicator, post, _ in posterior_blocks(data, items, grid):
        share = post * data.counts[rows][:, None]
        for node in np.flatnonzero(share.max(axis=0) > 1e-14):
            together[node] += indicator.T @ (indicator * share[:, node, None])
        mean = _expected_scores(indicator, post, items, grid, no_pull).reshape(-1, size)
        means += mean.T @ (mean * data.counts[rows][:, None])
    tables = np.zeros((grid.nodes.size, k, n_cat, k, n_cat))
    here = np.arange(k)
    tables[:, here, :, here, :] = np.moveaxis(_score_tables(items, grid), 3, 1)
    by_node = tables.reshape(-1, size, size)
    second = (np.swapaxes(by_node, 1, 2) @ together @ by_node).sum(axis=0)
    return np.asarray(second - means)


def _expected_scores(
    indicator: FloatArray, post: FloatArray, items: GradedItems, grid: Grid, pull: FloatArray
) -> FloatArray:
    """Posterior mean of the complete-data scores, (b, k, K); ``pull`` is the part that does not vary with theta."""
    k, n_steps = items.intercepts.shape
    p_star = cumulative(items, grid.nodes).reshape(k * n_steps, -1)
    shape = (post.shape[0], k, n_steps)
    chance = (post @ p_star.T).reshape(shape)
    chance_theta = (post @ (p_star * grid.nodes).T).reshape(shape)
    eap = (post @ grid.nodes)[:, None, None]
    seen = indicator.reshape(-1, k, n_steps + 1)
    lower, upper = seen[:, :, 1:], seen[:, :, :-1]
    out = np.empty((post.shape[0], k, n_steps + 1))
    out[:, :, 1:] = lower * (1.0 - chance + pull[:, 1:]) - upper * (chance + pull[:, :-1])
    out[:, :, 0] = (lower * (eap - chance_theta) - upper * chance_theta).sum(axis=2)
    return out


def _score_tables(items: GradedItems, grid: Grid) -> FloatArray:
    """Derivative of log P(X = c | theta) in the parameters, less its constant part, (k, K categories, K, q)."""
    p_star = cumulative(items, grid.nodes)
    k, n_steps, n_nodes = p_star.shape
    out = np.zeros((k, n_steps + 1, n_steps + 1, n_nodes))
    for step in range(n_steps):
        out[:, step + 1, step + 1] += 1.0 - p_star[:, step]
        out[:, step, step + 1] -= p_star[:, step]
        out[:, step + 1, 0] += grid.nodes * (1.0 - p_star[:, step])
        out[:, step, 0] -= grid.nodes * p_star[:, step]
    return out


def _inverse_expm1(gaps: FloatArray) -> FloatArray:
    """1 / (exp(gap) - 1), zero for an infinite gap."""
    out = np.zeros_like(gaps)
    finite = np.isfinite(gaps)
    out[finite] = 1.0 / np.expm1(np.minimum(gaps[finite], 700.0))
    return out

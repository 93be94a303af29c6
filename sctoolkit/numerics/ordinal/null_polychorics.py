"""Polychoric correlations of many tables at once that are close to independence.

Near independence the bivariate normal is a short tetrachoric series in the correlation, so that cell probabilities
of all tables are polynomials: no distribution function is evaluated. Pairs that are not near independence are left
to `polychorics`.

References
----------
Pearson (1900), doi:10.1098/rsta.1900.0022 (the series). Kendall (1941), doi:10.1093/biomet/32.2.196.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from sctoolkit.numerics.ordinal.bivariate_normal import normal_pdf
from sctoolkit.numerics.ordinal.contingency import CodeArray, indicators, pair_order
from sctoolkit.numerics.ordinal.polychoric import polychorics

FloatArray = npt.NDArray[np.float64]

_LIMIT = 0.5
_TERMS = 24
_STEP = 1e-6


def series_coefficients(bounds: FloatArray, n_terms: int = _TERMS) -> FloatArray:
    """Coefficients c_n of every category, (..., n_terms, k), from category bounds (..., k + 1).

    Notes
    -----
    ``pi_ab(r) = p_a p_b + sum_n r^n c_na c_nb`` with ``c_na`` the difference over category a of
    ``phi(tau) He_{n-1}(tau) / sqrt(n!)``.
    """
    finite = np.isfinite(bounds)
    x = np.where(finite, bounds, 0.0)
    density = np.where(finite, normal_pdf(x), 0.0)
    previous, current = np.zeros_like(x), np.ones_like(x)
    columns = []
    for n in range(1, n_terms + 1):
        columns.append(np.diff(density * current / np.sqrt(n), axis=-1))
        previous, current = current, (x * current - np.sqrt(n - 1.0) * previous) / np.sqrt(n)
    return np.stack(columns, axis=-2)


def null_correlations(samples: npt.NDArray[np.int8], n_categories: int) -> FloatArray:
    """Polychoric matrices of samples with (nearly) independent items.

    Parameters
    ----------
    samples : (b, n, p) int8 array
        Codes 0, 1, ...; -1 where missing.
    n_categories : int
        Largest number of categories.

    Returns
    -------
    (b, p, p) array
        Correlations; 0 for items that a sample leaves constant.
    """
    b, _, p = samples.shape
    first, second = pair_order(p)
    tables = np.empty((b, first.size, n_categories, n_categories))
    margins = np.empty((b, p, n_categories))
    for place, sample in enumerate(samples):
        tables[place], margins[place] = _tables(sample, n_categories, first, second)
    bounds = np.full((b, p, n_categories + 1), np.inf)
    bounds[..., 0] = -np.inf
    total = margins.sum(axis=-1, keepdims=True)
    bounds[..., 1:-1] = ndtri(np.minimum(np.cumsum(margins, axis=-1)[..., :-1] / total, 1.0))
    r = _solve(tables, margins / total, series_coefficients(bounds), first, second)
    sample_at, pair = np.nonzero(~(np.abs(r) < _LIMIT))
    if pair.size:
        at = sample_at
        fit = polychorics(tables[at, pair], bounds[at, first[pair]], bounds[at, second[pair]])
        r[at, pair] = np.nan_to_num(fit.correlations)
    matrices = np.broadcast_to(np.eye(p), (b, p, p)).copy()
    matrices[:, first, second] = r
    matrices[:, second, first] = r
    return matrices


def _tables(
    sample: CodeArray, k: int, first: npt.NDArray[np.int64], second: npt.NDArray[np.int64]
) -> tuple[FloatArray, FloatArray]:
    """Two-way tables of all pairs and margins of one sample."""
    p = sample.shape[1]
    hot = indicators(sample, k)
    cross = (hot @ hot.T).astype(np.float64)
    pairs: FloatArray = cross.reshape(p, k, p, k)[first, :, second, :]
    return pairs, np.diagonal(cross).reshape(p, k)


def _solve(
    tables: FloatArray,
    proportions: FloatArray,
    coefficients: FloatArray,
    first: npt.NDArray[np.int64],
    second: npt.NDArray[np.int64],
) -> FloatArray:
    """Fisher scoring from independence with series probabilities; values at the limit mark pairs left to others."""
    b, n_pairs = tables.shape[:2]
    counts = tables.reshape(b * n_pairs, -1)
    n = counts.sum(axis=1)
    independent = _products(proportions, first, second)
    usable = independent > 0.0
    floor = np.where(usable, independent, 1.0)
    linear = _products(coefficients[..., 0, :], first, second)
    ratio = linear / floor
    r = np.einsum("pc,pc->p", counts, ratio) / np.maximum(n * np.einsum("pc,pc->p", ratio, linear), 1e-300)
    r = np.clip(r, -_LIMIT, _LIMIT)
    n_terms = int(np.clip(np.ceil(-18.0 / np.log(max(1.2 * float(np.abs(r).max(initial=0.0)), 0.1))), 6, _TERMS))
    terms = [linear, *(_products(coefficients[..., at, :], first, second) for at in range(1, n_terms))]
    for _ in range(12):
        pi, slope = _polynomials(terms, r[:, None])
        pi += independent
        ratio = slope / np.where(usable & (pi > 1e-12), pi, np.inf)
        information = n * np.einsum("pc,pc->p", ratio, slope)
        step = np.einsum("pc,pc->p", counts, ratio) / np.maximum(information, 1e-300)
        r = np.clip(r + step, -_LIMIT, _LIMIT)
        if float(np.abs(step[np.abs(r) < _LIMIT]).max(initial=0.0)) < _STEP:
            break
    return np.asarray(r.reshape(b, n_pairs))


def _products(values: FloatArray, first: npt.NDArray[np.int64], second: npt.NDArray[np.int64]) -> FloatArray:
    """Outer products of the two items of every pair, one row a table."""
    both = values[:, first, :, None] * values[:, second, None, :]
    return np.asarray(both.reshape(both.shape[0] * both.shape[1], -1))


def _polynomials(terms: list[FloatArray], r: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Sum of ``terms[n - 1] r^n`` and its derivative, by Horner's rule."""
    value = terms[-1].copy()
    slope = np.zeros_like(value)
    for term in terms[-2::-1]:
        slope *= r
        slope += value
        value *= r
        value += term
    slope *= r
    slope += value
    value *= r
    return value, slope

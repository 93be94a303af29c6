"""Polychoric correlations of many resamples at once: the same people, other frequencies."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from sctoolkit.numerics.ordinal.contingency import CodeArray, indicators, pair_order
from sctoolkit.numerics.ordinal.polychoric import polychorics

FloatArray = npt.NDArray[np.float64]


def resampled_polychorics(
    codes: CodeArray, n_categories: int, frequencies: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Thresholds and polychorics of resamples.

    Parameters
    ----------
    codes : (n, p) int8 array
        Answers 0, 1, ...; -1 where missing.
    n_categories : int
        Largest number of categories of an item.
    frequencies : (b, n) array
        How often each person is in each resample.

    Returns
    -------
    tuple of (b, p, n_categories - 1) and (b, p, p) arrays
        Thresholds, infinite where a resample leaves the categories beyond them empty, and correlations, nan for an
        item that a resample leaves constant.
    """
    p = codes.shape[1]
    hot = indicators(codes, n_categories)
    first, second = pair_order(p)
    tables = np.empty((len(frequencies), first.size, n_categories, n_categories))
    margins = np.empty((len(frequencies), p, n_categories))
    for place, margin, frequency in zip(tables, margins, frequencies.astype(np.float32), strict=True):
        cross = hot @ (hot * frequency).T
        place[:] = cross.reshape(p, n_categories, p, n_categories)[first, :, second, :]
        margin[:] = np.diagonal(cross).reshape(p, n_categories)
    with np.errstate(invalid="ignore", divide="ignore"):
        taus = ndtri(np.cumsum(margins, axis=2)[..., :-1] / margins.sum(axis=2, keepdims=True))
    constant = (margins > 0.0).sum(axis=2) < 2
    bounds = np.full((len(frequencies), p, n_categories + 1), np.inf)
    bounds[:, :, 0] = -np.inf
    bounds[:, :, 1:-1] = taus
    shape = (-1, n_categories, n_categories)
    stacked = [bounds[:, items].reshape(-1, n_categories + 1) for items in (first, second)]
    fit = polychorics(tables.reshape(shape), *stacked)
    values = fit.correlations.reshape(len(frequencies), first.size)
    values = np.where(constant[:, first] | constant[:, second], np.nan, values)
    correlation = np.broadcast_to(np.eye(p), (len(frequencies), p, p)).copy()
    correlation[:, first, second] = values
    correlation[:, second, first] = values
    return taus, correlation

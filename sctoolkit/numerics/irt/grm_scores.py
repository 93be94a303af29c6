"""Scores of theta from answer patterns of graded response items."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sctoolkit.numerics.irt.grm_curves import GradedItems
from sctoolkit.numerics.irt.grm_likelihood import Grid, coded, posterior_blocks

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def eap_scores(
    codes: IntArray, items: GradedItems, grid: Grid, mean: float = 0.0, sd: float = 1.0
) -> tuple[FloatArray, FloatArray]:
    """Return the posterior mean and standard deviation of theta for each pattern, both (n_patterns,).

    Notes
    -----
    Missing answers (-1) are left out of the likelihood; a pattern without answers gets the mean and sd of the group.

    References
    ----------
    Bock & Mislevy (1982), doi:10.1177/014662168200600405.   Oracle: mirt::fscores.
    """
    reduced = GradedItems(items.slopes * sd, items.intercepts + (items.slopes * mean)[:, None])
    data = coded(codes, np.ones(codes.shape[0]), items.intercepts.shape[1] + 1)
    eap, psd = np.empty(codes.shape[0]), np.empty(codes.shape[0])
    for rows, _, post, _ in posterior_blocks(data, reduced, grid):
        centre = post @ grid.nodes
        eap[rows] = centre
        psd[rows] = np.sqrt(np.maximum(post @ grid.nodes**2 - centre**2, 0.0))
    return mean + sd * eap, sd * psd


def map_scores(
    codes: IntArray, items: GradedItems, mean: float = 0.0, sd: float = 1.0, tol: float = 1e-10
) -> tuple[FloatArray, FloatArray]:
    """Return the posterior mode and its standard error for each pattern, both (n_patterns,).

    Notes
    -----
    Newton over all patterns at once; the log posterior is concave, and steps are held below one sd. The error is the
    inverse root of the curvature at the mode.

    References
    ----------
    Samejima (1969), Psychometrika Monograph 17.   Oracle: mirt::fscores(method = "MAP").
    """
    below, above = category_bounds(codes, items)
    theta = np.full(codes.shape[0], mean)
    curvature = np.empty_like(theta)
    for _ in range(100):
        slope, curvature = _derivatives(theta, below, above, items.slopes, mean, sd)
        step = np.clip(slope / curvature, -sd, sd)
        theta = theta + step
        if np.abs(step).max(initial=0.0) < tol * sd:
            break
    return theta, 1.0 / np.sqrt(curvature)


def category_bounds(codes: IntArray, items: GradedItems) -> tuple[FloatArray, FloatArray]:
    """Return the intercepts below and above each answered category, (n, k); nan for a missing answer."""
    k, n_steps = items.intercepts.shape
    padded = np.full((k, n_steps + 2), np.inf)
    padded[:, 1:-1] = items.intercepts
    padded[:, -1] = -np.inf
    seen = codes >= 0
    at = np.where(seen, codes, 0)
    column = np.arange(k)
    below = np.where(seen, padded[column, at], np.nan)
    above = np.where(seen, padded[column, at + 1], np.nan)
    return below, above


def _derivatives(
    theta: FloatArray, below: FloatArray, above: FloatArray, slopes: FloatArray, mean: float, sd: float
) -> tuple[FloatArray, FloatArray]:
    """First derivative and negative second derivative of the log posterior."""
    with np.errstate(over="ignore"):
        reach = 1.0 / (1.0 + np.exp(-(slopes * theta[:, None] + below)))
        beyond = 1.0 / (1.0 + np.exp(-(slopes * theta[:, None] + above)))
    gradient = np.nansum(slopes * (1.0 - reach - beyond), axis=1) - (theta - mean) / sd**2
    curvature = np.nansum(slopes**2 * (reach * (1.0 - reach) + beyond * (1.0 - beyond)), axis=1) + 1.0 / sd**2
    return gradient, curvature

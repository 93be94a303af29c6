"""What an ordered model says in shares: the chance of a higher less that of a lower answer, with its standard error."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import expit, ndtr

from sctoolkit.numerics.ordinal.cumulative_link import CumulativeFit, Link

FloatArray = npt.NDArray[np.float64]


def net_shift(fit: CumulativeFit, design: FloatArray, column: int, link: Link) -> tuple[float, FloatArray]:
    """Return P(higher) - P(lower) of answers with a column one unit up against those without, and its gradient.

    Parameters
    ----------
    fit : CumulativeFit
        Without nominal columns: thresholds, then slopes.
    design : (n, p) float array
        Rows over which the chances are averaged; a 0/1 column is set to 0 and 1, another raised by 1.
    column : int
    link : {"logit", "probit"}

    Returns
    -------
    (float, (m,) float array)
        The chance, and its derivative in ``fit.params`` by central differences.
    """
    values = np.unique(design[:, column])
    base = np.where(np.isin(values, (0.0, 1.0)).all(), 0.0, design[:, column])
    moved = []
    for up in (0.0, 1.0):
        rows = design.copy()
        rows[:, column] = base + up
        moved.append(rows)

    def value(params: FloatArray) -> float:
        thresholds, slopes = params[: fit.n_thresholds], params[len(params) - fit.n_slopes :]
        return _chance(thresholds, [rows @ slopes for rows in moved], link)

    gradient = np.empty(len(fit.params))
    for k, at in enumerate(fit.params):
        step = np.zeros(len(fit.params))
        step[k] = 1e-5 * max(1.0, abs(at))
        gradient[k] = (value(fit.params + step) - value(fit.params - step)) / (2 * step[k])
    return value(fit.params), gradient


def _chance(thresholds: FloatArray, linear: list[FloatArray], link: Link) -> float:
    """Return the mean over rows of P(second > first) - P(second < first)."""
    function = expit if link == "logit" else ndtr
    cuts = np.concatenate([[-np.inf], thresholds, [np.inf]])
    first, second = (np.diff(function(cuts[None, :] - x[:, None]), axis=1) for x in linear)
    below = np.cumsum(first, axis=1) - first
    above = 1 - np.cumsum(first, axis=1)
    return float((second * (below - above)).sum(axis=1).mean())


def clustered_vcov(fit: CumulativeFit, clusters: npt.NDArray[np.int64]) -> FloatArray:
    """Return the sandwich by cluster, with G / (G - 1)."""
    g = int(clusters.max()) + 1
    sums = np.zeros((g, fit.scores.shape[1]))
    np.add.at(sums, clusters, fit.scores)
    return np.asarray(g / (g - 1) * fit.vcov @ (sums.T @ sums) @ fit.vcov)

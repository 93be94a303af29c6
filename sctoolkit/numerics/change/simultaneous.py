"""Bands that hold for several averages at once: the sup-t critical value by a multiplier bootstrap over units."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import stats

FloatArray = npt.NDArray[np.float64]

CHUNK = 2_000_000
"""Multipliers drawn at once."""


def pointwise_level(influence: FloatArray, level: float, *, n_draws: int = 9999, seed: int = 1) -> float:
    """Return the level that each of k intervals must have so that all hold at once with ``level``.

    Parameters
    ----------
    influence : (n, k) float array
        Influence of each unit (the organisation, when people were averaged to organisations) on each average. Columns
        that are not finite or all zero do not count.
    level : float
        Joint level of the band, from 0 to 1.
    n_draws, seed : int
        Draws of the multipliers and their seed.

    Returns
    -------
    float
        From ``level`` (one average, or averages that are one and the same) to ``level ** (1 / k)`` (independent ones).
        Feed it to a t quantile with each average's own degrees of freedom; the normal quantile at it is the sup-t
        critical value itself.

    Notes
    -----
    Each draw gives every unit a standard normal multiplier; the critical value is the ``level`` quantile of the largest
    |sum of multiplied influences / its standard deviation|. Multipliers are given to units, which makes the band robust
    to dependence within units over time.

    References
    ----------
    Callaway and Sant'Anna (2021), doi:10.1016/j.jeconom.2020.12.001, algorithm 1; Montiel Olea and Plagborg-Moller
    (2019), doi:10.1002/jae.2656. Checked against exact cases: one average, the same average twice, independent averages
    (Sidak 1967, doi:10.1080/01621459.1967.10482935).

    Examples
    --------
    >>> one = np.array([[1.0], [-1.0], [2.0], [-2.0]])
    >>> pointwise_level(one, 0.95)
    0.95
    """
    scale = np.sqrt((influence**2).sum(axis=0))
    usable = np.isfinite(scale) & (scale > 0)
    if usable.sum() < 2:
        return level
    parts = influence[:, usable] / scale[usable]
    rng = np.random.default_rng(seed)
    step = max(1, CHUNK // len(parts))
    largest = [
        np.abs(rng.standard_normal((min(step, n_draws - start), len(parts))) @ parts).max(axis=1)
        for start in range(0, n_draws, step)
    ]
    critical = float(np.quantile(np.concatenate(largest), level))
    found = float(2 * stats.norm.cdf(critical) - 1)
    return float(min(max(found, level), level ** (1 / int(usable.sum()))))

"""Intervals by inverting a test that re-deals who was treated, in closed form."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def shift_interval(base: FloatArray, lean: FloatArray, observed: float, level: float) -> tuple[float, float]:
    """Return the shifts that re-dealing does not reject at 1 - level.

    Parameters
    ----------
    base : (B,) float array
        The statistic of the outcome under each deal, the actual one among them.
    lean : (B,) float array
        The same statistic of the treatment itself, from -1 to 1; 1 for the actual deal.
    observed : float
        The statistic of the outcome under the actual deal.
    level : float
        Coverage of the interval.

    Returns
    -------
    (float, float)
        Infinite where nothing is rejected on that side.

    Notes
    -----
    Take a shift s away from the treated: deal b is as far as the actual one where |base - s lean| >= |observed - s|.
    As |lean| <= 1 this is an interval of shifts around ``observed``, bounded by the roots of
    (base - s lean)^2 = (observed - s)^2. So p falls on both sides of ``observed`` and its limits are order statistics
    of those roots: nothing has to be searched.

    Examples
    --------
    >>> shift_interval(np.array([2.0, -2.0]), np.array([1.0, -1.0]), 2.0, 0.95)
    (-inf, inf)
    """
    slack = 1e-10 * max(float(np.abs(base).max()), 1e-300)
    tops, bottoms = np.stack([observed - base, observed + base]), np.stack([1 - lean, 1 + lean])
    tops, bottoms = np.where(np.abs(tops) <= slack, 0.0, tops), np.where(np.abs(bottoms) <= 1e-10, 0.0, bottoms)
    with np.errstate(divide="ignore", invalid="ignore"):
        roots = tops / bottoms
    always = np.isnan(roots).any(axis=0)  # the same deal, or its mirror image: as far at every shift
    below = np.where(always, -np.inf, roots.min(axis=0))
    above = np.where(always, np.inf, roots.max(axis=0))
    rejected = int(np.floor((1 - level) * len(base) + 1e-9))
    return float(np.sort(below)[rejected]), float(np.sort(above)[::-1][rejected])

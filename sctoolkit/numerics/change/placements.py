"""Where each answer stands among those of the other wave or group: what a rank comparison is a difference of means of.

``placements(values, late, weights=None) -> (n,)``
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def placements(values: FloatArray, late: npt.NDArray[np.bool_], weights: FloatArray | None = None) -> FloatArray:
    """Return scores whose mean over ``late`` less that over the others is P(late > early) - P(late < early).

    Parameters
    ----------
    values : (n,) float array
    late : (n,) bool array
        Both kinds must occur.
    weights : (n,) float array, optional

    Returns
    -------
    (n,) float array
        Twice the placement of a value among those of the other set (share below and half the share equal), shifted so
        that the difference of means is the net chance; within a set the spread is that of twice the placements, so that
        Welch's test of the scores is Brunner and Munzel's.

    References
    ----------
    Brunner and Munzel (2000), doi:10.1002/(SICI)1521-4036(200001)42:1<17::AID-BIMJ17>3.0.CO;2-U.

    Examples
    --------
    >>> scores = placements(np.array([1.0, 2.0, 2.0, 3.0]), np.array([False, False, True, True]))
    >>> float(scores[2:].mean() - scores[:2].mean())
    0.75
    """
    weight = np.ones(len(values)) if weights is None else weights
    levels, code = np.unique(values, return_inverse=True)
    shares = [np.bincount(code[rows], weight[rows], minlength=len(levels)) for rows in (~late, late)]
    early_below, late_below = (2 * (np.cumsum(share) - share / 2) / share.sum() for share in shares)
    scores = np.where(late, early_below[code], late_below[code])
    net = float(np.average(scores[late], weights=weight[late])) - 1
    return np.asarray(scores - np.where(late, net, 0.0))

"""Weights for staying in a study: stabilised, cut off, and what they leave of the sample."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sctoolkit.errors import NotIdentifiedError

FloatArray = npt.NDArray[np.float64]


def kish_effective_size(weights: FloatArray) -> float:
    """Return (sum w)^2 / sum w^2.

    Examples
    --------
    >>> kish_effective_size(np.array([1.0, 1.0, 2.0, 2.0]))
    3.6
    """
    return float(weights.sum() ** 2 / (weights**2).sum())


def stabilised_weights(stay: FloatArray, base: FloatArray | float, truncate: float = 0.01) -> FloatArray:
    """Return base / stay, cut off at the ``truncate`` and 1 - ``truncate`` quantiles.

    Parameters
    ----------
    stay : (n,) probability of being seen again given everything, of those seen again
    base : (n,) or float, the same given the arm alone
    truncate : float
    """
    if ((stay <= 0) | (stay > 1)).any():
        outside = int(((stay <= 0) | (stay > 1)).sum())
        raise NotIdentifiedError(
            f"Probabilities of staying must lie above 0 and up to 1, and {outside} of {stay.size} "
            f"{'does' if outside == 1 else 'do'} not.",
            hint="Pass fitted probabilities of staying, not logits or percentages.",
        )
    weights = np.asarray(base / stay, dtype=np.float64)
    low, high = np.quantile(weights, [truncate, 1 - truncate])
    return np.clip(weights, low, high)

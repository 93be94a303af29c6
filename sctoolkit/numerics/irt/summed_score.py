"""The distribution of the sum score given theta, and scores of theta from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sctoolkit.numerics.irt.grm_likelihood import Grid

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SummedScores:
    """Theta for each sum score, 0 to the highest; all arrays are (n_scores,)."""

    eap: FloatArray
    sd: FloatArray
    probability: FloatArray
    reliability: float


def summed_likelihood(probabilities: FloatArray, n_categories: IntArray) -> FloatArray:
    """Return P(sum score = s | theta) for s = 0 .. S, shape (S + 1, n_theta).

    Parameters
    ----------
    probabilities : (k, K, n_theta) float array
        Category probabilities; item categories are scored 0, 1, ...
    n_categories : (k,) int array
        Categories that each item has.

    Notes
    -----
    Items are added one at a time (Lord & Wingersky, 1984, doi:10.1177/014662168400800409; Thissen, Pommerich, Billeaud
    & Williams, 1995, for several categories).

    Examples
    --------
    >>> summed_likelihood(np.full((2, 2, 1), 0.5), np.array([2, 2])).ravel()
    array([0.25, 0.5 , 0.25])
    """
    out = np.ones((1, probabilities.shape[2]))
    for item, width in zip(probabilities, n_categories, strict=True):
        longer = np.zeros((out.shape[0] + int(width) - 1, out.shape[1]))
        for category in range(int(width)):
            longer[category : category + out.shape[0]] += out * item[category]
        out = longer
    return out


def eap_by_sum(probabilities: FloatArray, n_categories: IntArray, grid: Grid) -> SummedScores:
    """Return the posterior mean and sd of theta for each sum score, with the probability of the score.

    Notes
    -----
    Reliability is the variance of these scores over that of theta, one for a standard normal.

    References
    ----------
    Thissen, Pommerich, Billeaud & Williams (1995), doi:10.1177/014662169501900105.   Oracle: mirt "EAPsum".
    """
    joint = summed_likelihood(probabilities, n_categories) * grid.weights
    chance = joint.sum(axis=1)
    eap = joint @ grid.nodes / chance
    variance = np.maximum(joint @ grid.nodes**2 / chance - eap**2, 0.0)
    return SummedScores(eap, np.sqrt(variance), chance, float(chance @ eap**2 - (chance @ eap) ** 2))

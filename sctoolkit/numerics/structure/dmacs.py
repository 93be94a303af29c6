"""Size of item drift: how far item responses expected at the same standing differ between two blocks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from sctoolkit.numerics.structure.implied_moments import FloatArray

N_POINTS = 61


@dataclass(frozen=True, slots=True)
class ItemParameters:
    """One item in one block, on a metric common to the blocks.

    ``thresholds`` is empty for a continuous item; ``codes`` are the values of the categories of an ordered one.
    """

    loading: float
    intercept: float
    residual: float
    thresholds: FloatArray
    codes: FloatArray


@dataclass(frozen=True, slots=True)
class Drift:
    """Differences of one item, focal less reference block, over the focal distribution of the factor.

    ``bias`` expected difference in points of the item; ``dmacs`` its root mean square in pooled standard deviations;
    ``signed`` the mean difference in pooled standard deviations; ``sdi`` and ``udi`` signed and absolute mean
    difference in focal standard deviations.
    """

    bias: float
    dmacs: float
    signed: float
    sdi: float
    udi: float


def normal_quadrature(mean: float, variance: float, n_points: int = N_POINTS) -> tuple[FloatArray, FloatArray]:
    """Return points and weights of a normal distribution, evenly spaced over six standard deviations either side."""
    z = np.linspace(-6.0, 6.0, n_points)
    weight = np.exp(-0.5 * z**2)
    return mean + np.sqrt(variance) * z, weight / weight.sum()


def expected_response(item: ItemParameters, eta: FloatArray) -> FloatArray:
    """Return the expected answer at factor values ``eta`` (n,).

    Notes
    -----
    Continuous: nu + lambda eta. Ordered: code_1 + sum_c (code_{c+1} - code_c) [1 - Phi((tau_c - nu - lambda eta) /
    sqrt(theta))].
    """
    linear = item.intercept + item.loading * eta
    if item.thresholds.size == 0:
        return linear
    sd = np.sqrt(item.residual)
    above = ndtr((linear[:, None] - item.thresholds[None, :]) / sd)
    return np.asarray(item.codes[0] + above @ np.diff(item.codes))


def item_drift(
    reference: ItemParameters, focal: ItemParameters, mean: float, variance: float, sd_focal: float, sd_pooled: float
) -> Drift:
    """Return the drift of an item over the focal distribution N(mean, variance) of its factor.

    Parameters
    ----------
    reference, focal : ItemParameters
    mean, variance : float
        Of the factor in the focal block.
    sd_focal, sd_pooled : float
        Standard deviations of the observed item.

    References
    ----------
    Nye & Drasgow (2011), doi:10.1037/a0022955; Nye et al. (2019), doi:10.1177/1094428118761122; Gunn, Grimm & Edwards
    (2020), doi:10.1080/10705511.2019.1689507.

    Examples
    --------
    >>> none = np.zeros(0)
    >>> first, second = ItemParameters(1.0, 0.0, 1.0, none, none), ItemParameters(1.0, 0.5, 1.0, none, none)
    >>> round(item_drift(first, second, 0.0, 1.0, 1.0, 1.0).dmacs, 6)
    0.5
    """
    eta, weight = normal_quadrature(mean, variance)
    gap = expected_response(focal, eta) - expected_response(reference, eta)
    bias = float(weight @ gap)
    return Drift(
        bias=bias,
        dmacs=float(np.sqrt(weight @ gap**2)) / sd_pooled,
        signed=bias / sd_pooled,
        sdi=bias / sd_focal,
        udi=float(weight @ np.abs(gap)) / sd_focal,
    )

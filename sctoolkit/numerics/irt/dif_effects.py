"""How far apart the expected answers of two groups are at equal theta."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sctoolkit.numerics.irt.grm_curves import GradedItems, category_probabilities
from sctoolkit.numerics.irt.grm_likelihood import Grid

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CurveGap:
    """Areas between expected-answer curves over the theta of the focal group, focal less reference.

    Attributes
    ----------
    signed, unsigned : float
        Mean difference and mean absolute difference, in points of the answer: what a focal person gains on average.
    dmacs : float
        Root mean square difference in pooled standard deviations of the answer, 0 or more.
    """

    signed: float
    unsigned: float
    dmacs: float


def curve_gap(reference: GradedItems, focal: GradedItems, points: FloatArray, grid: Grid, pooled_sd: float) -> CurveGap:
    """Return the areas between the curves of one item under two sets of parameters.

    Parameters
    ----------
    reference, focal : GradedItems
        One item each, on one scale of theta.
    points : (K,) float array
        Answers that the categories stand for.
    grid : Grid
        Theta of the focal group.
    pooled_sd : float
        Standard deviation of the answer, pooled over the groups.

    Notes
    -----
    dMACS = sqrt(int (E_R - E_F)^2 f_F) / SD (Nye & Drasgow, 2011, doi:10.1037/a0022955; signed and unsigned areas:
    Gunn, Grimm & Edwards, 2020, doi:10.1080/10705511.2019.1689507).
    """
    difference = points @ (
        category_probabilities(focal, grid.nodes)[0] - category_probabilities(reference, grid.nodes)[0]
    )
    return CurveGap(
        signed=float(grid.weights @ difference),
        unsigned=float(grid.weights @ np.abs(difference)),
        dmacs=float(np.sqrt(grid.weights @ difference**2)) / pooled_sd,
    )

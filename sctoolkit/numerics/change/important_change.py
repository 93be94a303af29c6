"""The smallest change that people notice, from an anchor question; distribution-based bands only as a fence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sctoolkit.errors import NotIdentifiedError
from sctoolkit.numerics.change.reliable_change import std_error_measurement

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class AnchorChange:
    """Change in points that goes with "slightly better": ``mean`` with its error, and the ROC cut-point ``roc``.

    ``correlation`` of change and anchor should be .30 or more for the anchor to mean anything.
    """

    mean: float
    std_error: float
    n: int
    roc: float
    sensitivity: float
    specificity: float
    correlation: float


def anchor_change(change: FloatArray, anchor: FloatArray, slightly: float, none: float) -> AnchorChange:
    """Estimate the minimal important change from an anchor.

    Parameters
    ----------
    change : (n,) change in points, higher better
    anchor : (n,) answers to "how much have things changed"
    slightly : float
        Code of "slightly better".
    none : float
        Code of "no change".

    Raises
    ------
    NotIdentifiedError
        If fewer than 5 people gave either answer.

    Notes
    -----
    ROC: the cut that brings sensitivity (of "slightly better") and specificity (of "no change") nearest to 1 together.

    References
    ----------
    Jaeschke, Singer and Guyatt (1989), doi:10.1016/0197-2456(89)90005-6; de Vet et al. (2007),
    doi:10.1007/s11136-006-9109-9.

    Examples
    --------
    >>> anchor = np.repeat([3.0, 4.0], 5)
    >>> found = anchor_change(np.array([0, 0, 1, 0, 1, 2, 3, 2, 3, 2.0]), anchor, slightly=4, none=3)
    >>> found.mean, found.roc
    (2.4, 1.5)
    """
    better, same = change[anchor == slightly], change[anchor == none]
    if min(better.size, same.size) < 5:
        raise NotIdentifiedError(
            f"An anchor needs 5 people in each of its two answers, not {better.size} and {same.size}.",
            hint="Merge answers of the anchor, or report distribution-based bands as bands.",
        )
    values = np.unique(np.concatenate([better, same]))
    cuts = (values[1:] + values[:-1]) / 2 if values.size > 1 else values
    hit = (better[:, None] > cuts).mean(axis=0)
    true = (same[:, None] < cuts).mean(axis=0)
    best = int(np.argmin((1 - hit) ** 2 + (1 - true) ** 2))
    spread = float(np.std(change)) * float(np.std(anchor))
    return AnchorChange(
        mean=float(better.mean()),
        std_error=float(better.std(ddof=1) / np.sqrt(better.size)),
        n=int(better.size),
        roc=float(cuts[best]),
        sensitivity=float(hit[best]),
        specificity=float(true[best]),
        correlation=float(np.corrcoef(change, anchor)[0, 1]) if spread > 0 else float("nan"),
    )


def distribution_bands(sd_pre: float, reliability: float) -> dict[str, float]:
    """Return half an SD and one standard error of measurement, in points: a fence, not a finding.

    Examples
    --------
    >>> {name: round(value, 2) for name, value in distribution_bands(7.5, 0.8).items()}
    {'half_sd': 3.75, 'one_sem': 3.35}
    """
    return {"half_sd": sd_pre / 2, "one_sem": std_error_measurement(sd_pre, reliability)}


def floor_ceiling(scores: FloatArray, minimum: float, maximum: float) -> tuple[float, float]:
    """Return the shares of people at the bottom and at the top of a scale; above .15 change is hidden there.

    References
    ----------
    Terwee et al. (2007), doi:10.1016/j.jclinepi.2006.03.012.

    Examples
    --------
    >>> floor_ceiling(np.array([1.0, 1.0, 3.0, 5.0]), 1, 5)
    (0.5, 0.25)
    """
    known = scores[np.isfinite(scores)]
    if known.size == 0 or maximum <= minimum:
        raise NotIdentifiedError(
            "Floor and ceiling need scores and a maximum above the minimum.",
            where=f"Scores: {known.size}; range {minimum:g} to {maximum:g}.",
            hint="Give the range of the scale, not of the answers.",
        )
    return float((known <= minimum).mean()), float((known >= maximum).mean())

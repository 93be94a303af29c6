"""What selective follow-up could have hidden: trimming bounds, worst cases and the tipping point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Lower and upper bound of a difference of means; ``trimmed`` is the share cut from the fuller arm."""

    low: float
    high: float
    trimmed: float = 0.0


def lee_bounds(treated: FloatArray, control: FloatArray, n_treated: int, n_control: int) -> Bounds:
    """Bound the difference among those who would be followed up in either arm.

    Parameters
    ----------
    treated, control : float arrays
        Outcomes of those followed up.
    n_treated, n_control : int
        People who started in each arm.

    Returns
    -------
    Bounds
        Equal ends when the same share was followed up; nan where an arm has nobody left.

    Notes
    -----
    Rests on random assignment and on the arm moving follow-up in one direction only. The arm with the higher share is
    trimmed by p = 1 - (lower share / higher share), from the top for one bound and from the bottom for the other; the
    person at the edge counts in part.

    References
    ----------
    Lee (2009), doi:10.1111/j.1467-937X.2009.00536.x.

    Examples
    --------
    >>> lee_bounds(np.array([1.0, 2.0, 3.0, 4.0]), np.array([2.0, 2.0]), 4, 4)
    Bounds(low=-0.5, high=1.5, trimmed=0.5)
    """
    if not len(treated) or not len(control):
        return Bounds(float("nan"), float("nan"), float("nan"))
    stay_t, stay_c = len(treated) / n_treated, len(control) / n_control
    share = 1 - min(stay_t, stay_c) / max(stay_t, stay_c)
    if stay_t >= stay_c:
        low, high = _trimmed_means(treated, share)
        return Bounds(low - float(control.mean()), high - float(control.mean()), share)
    low, high = _trimmed_means(control, share)
    return Bounds(float(treated.mean()) - high, float(treated.mean()) - low, share)


def _trimmed_means(values: FloatArray, share: float) -> tuple[float, float]:
    """Return the means without the top and without the bottom share, the person at the edge in part."""
    ordered = np.sort(values)
    keep = len(values) * (1 - share)
    weight = np.clip(keep - np.arange(len(values)), 0.0, 1.0)
    return float(ordered @ weight / keep), float(ordered[::-1] @ weight / keep)


def worst_case_bounds(
    treated: FloatArray, control: FloatArray, n_treated: int, n_control: int, low: float, high: float
) -> Bounds:
    """Bound the difference when those lost could have answered anything on the scale.

    Parameters
    ----------
    treated, control : float arrays
        Outcomes of those followed up.
    n_treated, n_control : int
        People who started in each arm.
    low, high : float
        Ends of the scale.

    References
    ----------
    Manski (1990), American Economic Review 80:319-323.

    Examples
    --------
    >>> worst_case_bounds(np.array([4.0]), np.array([2.0]), 2, 1, 1.0, 5.0)
    Bounds(low=0.5, high=2.5, trimmed=0.0)
    """
    lost_t, lost_c = n_treated - len(treated), n_control - len(control)
    t, c = float(treated.sum()), float(control.sum())
    return Bounds(
        (t + lost_t * low) / n_treated - (c + lost_c * high) / n_control,
        (t + lost_t * high) / n_treated - (c + lost_c * low) / n_control,
    )


def tipping_point(estimate: float, std_error: float, critical: float, share_lost: float) -> tuple[float, float]:
    """Return how far below (or above) expectation the lost must lie to change the result.

    Parameters
    ----------
    estimate, std_error : float
        Estimate as if those lost were as expected.
    critical : float
        Quantile of the interval, such as t(.975).
    share_lost : float
        Share of people lost, 0 to 1.

    Returns
    -------
    tuple of float
        The shift of the lost at which the estimate is zero, and at which its interval first holds zero (0 when it
        already does); nan when nobody is lost.

    Examples
    --------
    >>> tipping_point(0.4, 0.1, 2.0, 0.5)
    (-0.8, -0.4)
    """
    if share_lost <= 0:
        return float("nan"), float("nan")
    margin = max(abs(estimate) - critical * std_error, 0.0)
    return -estimate / share_lost, float(-np.sign(estimate) * margin / share_lost)

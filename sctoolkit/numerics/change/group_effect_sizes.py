"""Standardised differences between groups: Hedges' g, d_ppc2 of pre-post-control designs, clustered d."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from sctoolkit.errors import NotIdentifiedError
from sctoolkit.numerics.change.paired_effect_sizes import EffectSize, noncentral_t_interval, small_sample_factor

FloatArray = npt.NDArray[np.float64]


def hedges_g(first: FloatArray, second: FloatArray, ci_level: float = 0.95) -> EffectSize:
    """Return the difference second - first by the pooled SD, corrected by the exact J; noncentral t interval.

    Raises
    ------
    NotIdentifiedError
        If a group has fewer than 2 people or the pooled SD is zero.

    Examples
    --------
    >>> round(hedges_g(np.array([1.0, 2.0, 3.0]), np.array([3.0, 4.0, 5.0])).estimate, 4)
    1.5958
    """
    n1, n2 = first.size, second.size
    dof = n1 + n2 - 2
    pooled = _pooled(first, second)
    root = np.sqrt(n1 * n2 / (n1 + n2))
    d = float(second.mean() - first.mean()) / pooled
    factor = small_sample_factor(dof)
    low, high = noncentral_t_interval(d * root, dof, ci_level)
    error = np.sqrt(1 / root**2 + d**2 / (2 * (n1 + n2)))
    return EffectSize("hedges_g", factor * d, float(factor * error), factor * low / root, factor * high / root, pooled)


def _pooled(first: FloatArray, second: FloatArray) -> float:
    if min(first.size, second.size) < 2:
        raise NotIdentifiedError(
            f"A pooled SD needs at least 2 people in each group, not {first.size} and {second.size}.",
            hint="Join a small group with another, or report the difference in points without a standardised size.",
        )
    total = ((first - first.mean()) ** 2).sum() + ((second - second.mean()) ** 2).sum()
    pooled = float(np.sqrt(total / (first.size + second.size - 2)))
    if pooled == 0:
        raise NotIdentifiedError(
            "A standardised difference needs scores that vary within groups, and they do not.",
            hint="Report the difference of means in points.",
        )
    return pooled


def d_ppc2(
    change_treated: float, change_control: float, sd_pre_treated: float, sd_pre_control: float, n_treated: int,
    n_control: int, r: float, ci_level: float = 0.95, exact: bool = True,
) -> EffectSize:  # fmt: skip
    """Difference of mean changes by the pooled pre SD, with Morris's correction and variance.

    Parameters
    ----------
    change_treated, change_control : float
        Mean changes in points.
    sd_pre_treated, sd_pre_control : float
    n_treated, n_control : int
    r : float
        Correlation of pre and post (average of the groups).
    ci_level : float
    exact : bool
        Whether the factor is the exact J (default) or Morris's 1 - 3 / (4 m - 1).

    References
    ----------
    Morris (2008), doi:10.1177/1094428106291059, equations 8 to 25.   Oracle: morris2008_ppc (metafor data).

    Examples
    --------
    >>> round(d_ppc2(7.9, -3.4, 15.0, 13.8, 20, 20, 0.47, exact=False).estimate, 4)
    0.7685
    """
    m = n_treated + n_control - 2
    if min(n_treated, n_control) < 2 or m <= 2:
        raise NotIdentifiedError(
            f"d_ppc2 needs at least 2 people in each group and 5 in all, not {n_treated} and {n_control}.",
            hint="Report the difference of mean changes in points.",
        )
    pooled = np.sqrt(((n_treated - 1) * sd_pre_treated**2 + (n_control - 1) * sd_pre_control**2) / m)
    factor = small_sample_factor(m) if exact else 1 - 3 / (4 * m - 1)
    d = float(factor * (change_treated - change_control) / pooled)
    spread = 2 * (1 - r) * (n_treated + n_control) / (n_treated * n_control)
    variance = factor**2 * spread * (m / (m - 2)) * (1 + d**2 / spread) - d**2
    error = float(np.sqrt(variance))
    z = float(norm.ppf(0.5 + ci_level / 2))
    return EffectSize("d_ppc2", d, error, d - z * error, d + z * error, float(pooled))


def clustered_d(
    first: FloatArray, second: FloatArray, first_codes: npt.ArrayLike, second_codes: npt.ArrayLike, icc: float,
    ci_level: float = 0.95,
) -> EffectSize:  # fmt: skip
    """Difference second - first by the total SD, of groups made of whole clusters.

    Parameters
    ----------
    first, second : arrays of scores
    first_codes, second_codes : cluster of each person, arrays of integers
    icc : float
        Intraclass correlation, 0 to 1.

    Notes
    -----
    d_T2 of Hedges: the SD pooled over people about the group mean, shrunken for clustering,
    d = (diff / S) sqrt(1 - 2 (n_u - 1) icc / (N - 2)), with the mean cluster size n_u that sums of squares imply, and
    variance (N_T + N_C)/(N_T N_C) (1 + (n_u - 1) icc) + d^2 [(N - 2)(1 - icc)^2 + n_u (N - 2 n_u) icc^2 +
    2 (N - 2 n_u) icc (1 - icc)] / (2 (N - 2) [(N - 2) - 2 (n_u - 1) icc]).

    References
    ----------
    Hedges (2007), doi:10.3102/1076998606298043, equations 15 and 16 (n_u: for unequal sizes, its section on d_T2).
    """
    pooled = _pooled(first, second)
    n1, n2 = first.size, second.size
    total = n1 + n2
    sizes = [np.unique(np.asarray(codes), return_counts=True)[1].astype(float) for codes in (first_codes, second_codes)]
    mean_size = n1 * (sizes[1] ** 2).sum() / (n2 * total) + n2 * (sizes[0] ** 2).sum() / (n1 * total)
    shrink = 1 - 2 * (mean_size - 1) * icc / (total - 2)
    d = float((second.mean() - first.mean()) / pooled * np.sqrt(shrink))
    top = (total - 2) * (1 - icc) ** 2 + mean_size * (total - 2 * mean_size) * icc**2
    top += 2 * (total - 2 * mean_size) * icc * (1 - icc)
    variance = total / (n1 * n2) * (1 + (mean_size - 1) * icc)
    variance += d**2 * top / (2 * (total - 2) * ((total - 2) - 2 * (mean_size - 1) * icc))
    error = float(np.sqrt(variance))
    z = float(norm.ppf(0.5 + ci_level / 2))
    return EffectSize("d_total", d, error, d - z * error, d + z * error, float(pooled / np.sqrt(shrink)))


def percent_of_range(points: float, minimum: float, maximum: float) -> float:
    """Return a difference in points as a percent of the scale's range.

    Examples
    --------
    >>> percent_of_range(0.5, 1, 5)
    12.5
    """
    if maximum <= minimum:
        raise NotIdentifiedError(
            f"A range needs a maximum above its minimum, not {minimum:g} to {maximum:g}.",
            hint="Give the lowest and the highest value that the scale can take, in this order.",
        )
    return 100 * points / (maximum - minimum)

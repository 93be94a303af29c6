"""At which values of a moderator a slope differs from zero."""

from __future__ import annotations

import numpy as np


def johnson_neyman(
    slope: float, interaction: float, variances: tuple[float, float, float], critical: float
) -> tuple[float, ...]:
    """Return the moderator values at which the interval of a slope touches zero.

    Parameters
    ----------
    slope, interaction : float
        Slope at a moderator of zero, and how it changes a step of the moderator.
    variances : (v_slope, v_interaction, covariance)
    critical : float
        Quantile of the interval, such as t(.975, dof).

    Returns
    -------
    tuple of 0, 1 or 2 floats, rising

    Notes
    -----
    Roots in w of (b + m w)^2 = c^2 (v_b + 2 w v_bm + w^2 v_m).

    References
    ----------
    Johnson and Neyman (1936), Statistical Research Memoirs 1:57-93; Bauer and Curran (2005),
    doi:10.1207/s15327906mbr4003_5.

    Examples
    --------
    >>> johnson_neyman(0.0, 1.0, (1.0, 0.0, 0.0), 2.0)
    (-2.0, 2.0)
    """
    v_slope, v_interaction, covariance = variances
    a = interaction**2 - critical**2 * v_interaction
    b = 2 * (slope * interaction - critical**2 * covariance)
    c = slope**2 - critical**2 * v_slope
    if abs(a) < 1e-300:
        return () if b == 0 else (float(-c / b),)
    inside = b**2 - 4 * a * c
    if inside < 0:
        return ()
    root = np.sqrt(inside)
    return tuple(sorted((float((-b - root) / (2 * a)), float((-b + root) / (2 * a)))))

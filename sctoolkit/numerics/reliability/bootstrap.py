"""Resampling of respondents or clusters, and bootstrap intervals: percentile and BCa.

References
----------
Efron (1987), doi:10.2307/2289144 (BCa). Field and Welsh (2007), doi:10.1111/j.1467-9868.2007.00593.x (clusters).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

JACKKNIFE_GROUPS = 200


def resampling_frequencies(n_obs: int, n_bootstrap: int, seed: int, clusters: IntArray | None = None) -> FloatArray:
    """How often each respondent is drawn in each resample, (n_bootstrap, n_obs).

    With ``clusters`` (n_obs,) whole clusters are drawn, as many as there are.
    """
    rng = np.random.default_rng(seed)
    n_units = n_obs if clusters is None else int(clusters.max()) + 1
    drawn = rng.multinomial(n_units, np.full(n_units, 1.0 / n_units), size=n_bootstrap).astype(np.float64)
    return drawn if clusters is None else drawn[:, clusters]


def jackknife_frequencies(n_obs: int, clusters: IntArray | None = None) -> FloatArray:
    """Samples that leave one unit out each, (groups, n_obs): ones, and zeros for those left out.

    Units are respondents or clusters; more than 200 are left out in 200 groups of about equal size, every 200th unit
    together.
    """
    unit = np.arange(n_obs) if clusters is None else clusters
    group = unit % JACKKNIFE_GROUPS
    kept = group != np.arange(min(int(unit.max()) + 1, JACKKNIFE_GROUPS))[:, None]
    return np.asarray(kept, dtype=np.float64)


def percentile_interval(draws: FloatArray, level: float) -> tuple[float, float]:
    """Quantiles of the draws."""
    low, high = np.quantile(draws, [0.5 - 0.5 * level, 0.5 + 0.5 * level])
    return float(low), float(high)


def bca_interval(estimate: float, draws: FloatArray, jackknife: FloatArray, level: float) -> tuple[float, float]:
    """Bias-corrected and accelerated interval.

    Parameters
    ----------
    estimate : float
        The coefficient in the sample.
    draws : (b,) array
        Bootstrap draws, finite.
    jackknife : (g,) array
        The coefficient with one unit (or group of units) left out, finite.
    level : float
        Confidence level.

    Notes
    -----
    ``z0`` is the normal quantile of the share of draws below the estimate (ties count half) and ``a = sum u^3 /
    (6 (sum u^2)^1.5)`` with u the mean of the jackknife values less each; the ends are the draws' quantiles at
    ``Phi(z0 + (z0 + z) / (1 - a (z0 + z)))``. Sums of independent influences add up in second and third moments, so
    that leaving out groups serves as well as leaving out units.

    Examples
    --------
    >>> draws = np.linspace(0.0, 1.0, 1001)
    >>> low, high = bca_interval(0.5, draws, np.array([0.4, 0.6]), 0.95)
    >>> round(low, 3), round(high, 3)
    (0.025, 0.975)
    """
    below = float(np.mean(draws < estimate) + 0.5 * np.mean(draws == estimate))
    bias = float(ndtri(np.clip(below, 0.5 / draws.size, 1.0 - 0.5 / draws.size)))
    away = jackknife.mean() - jackknife
    spread = float(away @ away)
    acceleration = float((away**3).sum()) / (6.0 * spread**1.5) if spread > 0.0 else 0.0
    reach = float(ndtri(0.5 + 0.5 * level))
    shares = [float(ndtr(bias + (bias + z) / (1.0 - acceleration * (bias + z)))) for z in (-reach, reach)]
    low, high = np.quantile(draws, shares)
    return float(low), float(high)

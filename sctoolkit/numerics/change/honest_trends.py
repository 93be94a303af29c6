"""How much trends may bend before a gain is lost: the shortest fixed-length interval under smoothness.

``smooth_interval(coef, cov, times, weights, bend) -> SmoothInterval``; ``largest_bend`` is where it reaches zero, and
``relative_set`` the plug-in identified set under bounded relative magnitudes, which is no confidence interval.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import optimize, special, stats

from sctoolkit.errors import NotIdentifiedError

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SmoothInterval:
    """An interval for a weighted gain when trends may bend by ``bend`` from one period to the next.

    ``estimate`` is of the affine estimator whose interval is shortest: gains less the trend drawn on from before;
    ``bias`` is the most that bending can do to it, ``std_error`` its error; ``multipliers`` (k,) weigh
    the coefficients.
    """

    bend: float
    estimate: float
    std_error: float
    bias: float
    ci_low: float
    ci_high: float
    multipliers: FloatArray


def smooth_interval(
    coef: FloatArray, cov: FloatArray, times: FloatArray, weights: FloatArray, bend: float, *, level: float = 0.95,
    dof: float = np.inf,
) -> SmoothInterval:  # fmt: skip
    """Return the shortest fixed-length interval of Rambachan and Roth.

    Parameters
    ----------
    coef : (k,) float array
        Event-study coefficients against one reference period.
    cov : (k, k) float array
        Their covariance.
    times : (k,) float array
        Periods of the coefficients counted from the reference period: ..., -2, -1, 1, 2, ... without gaps.
    weights : (number of positive times,) float array
        Weights of the gains, summing to what is asked for (1 for an average).
    bend : float
        Most that the slope of the difference in trends may change between adjacent periods, in points; 0 means that
        the trend before goes on in a straight line.
    level : float
        Coverage.
    dof : float
        Degrees of freedom of the standard error, which is widened by t over normal quantiles: without bias the interval
        is that of t.

    Returns
    -------
    SmoothInterval

    Raises
    ------
    NotIdentifiedError
        If periods have gaps, none lies before the reference, or coefficients have no covariance.

    Notes
    -----
    Trends delta with delta_0 = 0 are b s + A w, w their second differences, |w| <= bend. An estimator v'coef has a
    bounded bias only when v's = 0, and then at most bend |A'v|_1. Its half-length is sigma(v) times the level
    quantile of |N(bias / sigma, 1)|, which is convex in v: sequential quadratic programming finds the v before entry.

    References
    ----------
    Rambachan and Roth (2023), doi:10.1093/restud/rdad018, section 3.2; Armstrong and Kolesar (2018),
    doi:10.3982/ECTA14434. Oracle: diff-diff 3.13 (equal to R HonestDiD to four decimals); by hand for a straight line.
    """
    _check(coef, cov, times, weights, bend)
    before = times < 0
    v = np.zeros(len(times))
    v[~before] = weights
    reach = _second_differences(times)
    widen = 1.0 if np.isinf(dof) else float(stats.t.ppf(0.5 + level / 2, dof) / stats.norm.ppf(0.5 + level / 2))
    root = widen * np.linalg.cholesky(cov + 1e-14 * np.trace(cov) / len(cov) * np.eye(len(cov)))
    scale = float(np.linalg.norm(root.T @ v)) or 1.0
    free = _null_space(times[before])
    start = -np.linalg.pinv(times[before][None, :])[:, 0] * float(v @ times)

    def multipliers(z: FloatArray) -> FloatArray:
        out = v.copy()
        out[before] = start + free @ z
        return out

    def parts(z: FloatArray) -> tuple[float, float]:
        chosen = multipliers(z)
        return bend * float(np.abs(reach.T @ chosen).sum()), float(np.linalg.norm(root.T @ chosen))

    best = _shortest(multipliers, reach, root, bend, scale, free.shape[1], level)
    bias, error = parts(best)
    chosen = multipliers(best)
    half = error * folded_quantile(bias / error, level)
    value = float(chosen @ coef)
    return SmoothInterval(float(bend), value, error / widen, bias, value - half, value + half, chosen)


def _check(coef: FloatArray, cov: FloatArray, times: FloatArray, weights: FloatArray, bend: float) -> None:
    """Raise unless the periods lie side by side, one of them before, and the covariance is known."""
    around = np.sort(np.append(times, 0.0))
    if len(np.unique(around)) != len(around) or not np.allclose(np.diff(around), 1.0) or not (times < 0).any():
        raise NotIdentifiedError(
            "Bending trends need coefficients at adjacent periods, at least one of them before the reference period.",
            where=f"periods from the reference: {', '.join(f'{t:g}' for t in times)}",
            hint="Leave out periods beyond a gap; without a period before, nothing is known about trends.",
        )
    if (times > 0).sum() != len(weights) or not np.isfinite(cov).all() or not (np.diag(cov) > 0).all():
        raise NotIdentifiedError(
            "Each gain needs a weight, and all coefficients a covariance above zero.",
            where=f"{int((times > 0).sum())} gains, {len(weights)} weights",
            hint="Cohorts of one organisation have no covariance: leave their periods out.",
        )
    if not bend >= 0:
        raise NotIdentifiedError(
            f"The bend of a trend must be 0 or more, not {bend:g}.",
            where="points by which a slope may change between adjacent periods",
            hint="0 is a straight line.",
        )


def _second_differences(times: FloatArray) -> FloatArray:
    """Return A (k, centres): what a bend at each centre does to the trend at each time, the slope after 0 held."""
    centres = np.arange(times.min() + 1, times.max())
    return np.array(
        [[max(t - c, 0.0) if c > 0 else max(c - t, 0.0) for c in centres] for t in times], dtype=np.float64
    ).reshape(len(times), len(centres))


def _null_space(row: FloatArray) -> FloatArray:
    """Return (k, k - 1): directions that do not change row @ x."""
    return np.asarray(np.linalg.svd(row[None, :])[2][1:].T)


def _shortest(
    multipliers: Callable[[FloatArray], FloatArray], reach: FloatArray, root: FloatArray, bend: float, scale: float,
    n_free: int, level: float,
) -> FloatArray:  # fmt: skip
    """Return the free part of the multipliers that makes the interval shortest."""
    if n_free == 0:
        return np.zeros(0)
    n_bends = reach.shape[1]

    def half(x: FloatArray) -> float:
        error = float(np.linalg.norm(root.T @ multipliers(x[:n_free]))) / scale
        return error * folded_quantile(bend / scale * float(x[n_free:].sum()) / error, level)

    def slack(x: FloatArray) -> FloatArray:
        moved = reach.T @ multipliers(x[:n_free])
        return np.concatenate([x[n_free:] - moved, x[n_free:] + moved])

    def straight(z: FloatArray) -> float:
        return float(np.sum((root.T @ multipliers(z) / scale) ** 2))

    inside: Any = {"type": "ineq", "fun": slack}
    limits: Any = [(None, None)] * n_free + [(0, None)] * n_bends
    starts = [optimize.minimize(straight, np.zeros(n_free)).x, np.zeros(n_free)]
    found = []
    for z in starts:
        x = np.concatenate([z, np.abs(reach.T @ multipliers(z))])
        result = optimize.minimize(
            half, x, method="SLSQP", constraints=inside,
            bounds=limits, options={"maxiter": 500, "ftol": 1e-12},
        )  # fmt: skip
        for candidate in (result.x[:n_free], z):
            tight = np.concatenate([candidate, np.abs(reach.T @ multipliers(candidate))])
            found.append((half(tight), candidate))
    return np.asarray(min(found, key=lambda pair: pair[0])[1])


def folded_quantile(shift: float, level: float) -> float:
    """Return the ``level`` quantile of |N(shift, 1)|.

    Examples
    --------
    >>> round(folded_quantile(0.0, 0.95), 3), round(folded_quantile(5.0, 0.95) - 5, 3)
    (1.96, 1.645)
    """
    if shift > 8:
        return float(shift + stats.norm.ppf(level))
    return float(np.sqrt(special.chndtrix(level, 1, max(shift, 1e-12) ** 2)))


def largest_bend(
    coef: FloatArray, cov: FloatArray, times: FloatArray, weights: FloatArray, *, level: float = 0.95,
    dof: float = np.inf,
) -> float:  # fmt: skip
    """Return the bend at which the interval first holds zero; 0 when it does under a straight line, else above.

    Parameters
    ----------
    coef, cov, times, weights, level, dof
        As for `smooth_interval`.
    """

    def nearest(bend: float) -> float:
        found = smooth_interval(coef, cov, times, weights, bend, level=level, dof=dof)
        return float(np.sign(found.estimate) * (found.ci_low if found.estimate > 0 else found.ci_high))

    if nearest(0.0) <= 0:
        return 0.0
    high = float(np.sqrt(np.diag(cov).max()))
    for _ in range(60):
        if nearest(high) <= 0:
            return float(optimize.brentq(nearest, 0.0, high, xtol=1e-5 * high, rtol=1e-6))
        high *= 2
    return float("inf")


def relative_set(coef: FloatArray, times: FloatArray, weights: FloatArray, multiple: float) -> tuple[float, float]:
    """Return the gains that are possible when steps after entry are at most ``multiple`` times the largest before.

    Parameters
    ----------
    coef, times, weights
        As for `smooth_interval`.
    multiple : float
        M-bar of Rambachan and Roth.

    Returns
    -------
    (float, float)
        The identified set with the coefficients taken as known. It leaves sampling error out and is not a confidence
        interval.

    Examples
    --------
    >>> relative_set(np.array([0.1, 0.5]), np.array([-1.0, 1.0]), np.array([1.0]), 2.0)
    (0.3, 0.7)
    """
    before = times < 0
    order = np.argsort(times[before])
    steps = np.diff(np.append(coef[before][order], 0.0))
    most = multiple * float(np.abs(steps).max())
    value = float(weights @ coef[~before])
    after = times[~before]
    spread = sum(abs(float(weights[after >= step].sum())) for step in np.unique(after)) * most
    return value - spread, value + spread

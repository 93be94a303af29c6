"""Alignment: factor means and variances of many groups when items differ in a few of them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import ndtri

from sctoolkit.errors import ConvergenceError
from sctoolkit.numerics.structure.implied_moments import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Alignment:
    """Factor means and standard deviations (g,), aligned loadings (g, p) and locations (g, t).

    ``loss`` is the objective at the smallest epsilon; ``n_optima`` counts distinct optima over the starts.
    """

    mean: FloatArray
    sd: FloatArray
    loadings: FloatArray
    locations: FloatArray
    loss: float
    n_optima: int


def align(
    loadings: FloatArray,
    locations: FloatArray,
    location_item: IntArray,
    sizes: FloatArray,
    *,
    sign: float = -1.0,
    fixed: bool = True,
    n_starts: int = 20,
    seed: int = 1,
) -> Alignment:
    """Return the alignment of configural estimates (factor N(0, 1) in every group).

    Parameters
    ----------
    loadings : (g, p) float array
    locations : (g, t) float array
        Intercepts (``sign=-1``) or thresholds (``sign=1``) of the items.
    location_item : (t,) int array
        Item of each location.
    sizes : (g,) float array
    sign : float
        Locations become ``location + sign * mean * loading / sd``.
    fixed : bool
        The first group has mean 0 and sd 1; otherwise means are free and sds have product 1 (locations of the metric
        are then decided by the data).
    n_starts, seed : int

    Raises
    ------
    ConvergenceError
        If no start gives a finite optimum.

    Notes
    -----
    Minimises sum_{g<h} w_g w_h [f(lambda_g - lambda_h) + f(nu_g - nu_h)], w_g = sqrt(n_g), f(x) = (x^2 + e)^(1/4), e
    from 0.1 down to 0.001, from several starts.

    References
    ----------
    Asparouhov & Muthen (2014), doi:10.1080/10705511.2014.919210.
    """
    n_groups = loadings.shape[0]
    rng = np.random.default_rng(seed)
    first, second = np.triu_indices(n_groups, 1)
    weight = np.sqrt(sizes[first] * sizes[second])
    weight = weight / weight.sum()

    def unpack(point: FloatArray) -> tuple[FloatArray, FloatArray]:
        if fixed:
            return np.concatenate([[0.0], point[: n_groups - 1]]), np.exp(
                np.concatenate([[0.0], point[n_groups - 1 :]])
            )
        logs = np.concatenate([point[n_groups:], [-point[n_groups:].sum()]])
        return point[:n_groups], np.exp(logs)

    def aligned(point: FloatArray) -> tuple[FloatArray, FloatArray]:
        mean, sd = unpack(point)
        scaled = loadings / sd[:, None]
        return scaled, locations + sign * mean[:, None] * scaled[:, location_item]

    def loss(point: FloatArray, epsilon: float) -> float:
        scaled, moved = aligned(point)
        total = weight @ np.sum(((scaled[first] - scaled[second]) ** 2 + epsilon) ** 0.25, axis=1)
        return float(total + weight @ np.sum(((moved[first] - moved[second]) ** 2 + epsilon) ** 0.25, axis=1))

    size = 2 * (n_groups - 1) if fixed else 2 * n_groups - 1
    found: list[tuple[float, FloatArray]] = []
    for start in range(n_starts):
        point = np.zeros(size) if start == 0 else rng.normal(scale=0.4, size=size)
        for epsilon in (0.1, 0.01, 0.001):
            point = minimize(loss, point, args=(epsilon,), method="BFGS", options={"gtol": 1e-7, "maxiter": 500}).x
        value = loss(point, 0.001)
        if np.isfinite(value):
            found.append((value, point))
    if not found:
        raise ConvergenceError(
            "Alignment must reach an optimum, and no start did.",
            where=f"Starts: {n_starts}; groups: {loadings.shape[0]}; items: {loadings.shape[1]}.",
            hint="Use fewer groups or items.",
        )
    found.sort(key=lambda entry: entry[0])
    best = found[0]
    optima = 1
    for earlier, later in pairwise(found):
        optima += later[0] - earlier[0] > 1e-4
    mean, sd = unpack(best[1])
    scaled, moved = aligned(best[1])
    return Alignment(mean, sd, scaled, moved, best[0], optima)


def invariant_set(estimates: FloatArray, errors: FloatArray, *, alpha: float = 0.001) -> npt.NDArray[np.bool_]:
    """Return which groups share one value of an aligned parameter.

    Parameters
    ----------
    estimates, errors : (g,) float arrays
    alpha : float
        Level of the tests of a group against the set.

    Notes
    -----
    From each group as a seed the set grows by the nearest group while that group does not differ from the (precision
    weighted) mean of the set at ``alpha``; the largest set is kept.

    References
    ----------
    Asparouhov & Muthen (2014), doi:10.1080/10705511.2014.919210, section on non-invariance.

    Examples
    --------
    >>> invariant_set(np.array([0.0, 0.05, 2.0]), np.array([0.1, 0.1, 0.1])).tolist()
    [True, True, False]
    """
    limit = -float(ndtri(alpha / 2.0))
    precision = 1.0 / np.maximum(errors, 1e-12) ** 2
    best = np.zeros(estimates.size, dtype=bool)
    for seed in range(estimates.size):
        member = np.zeros(estimates.size, dtype=bool)
        member[seed] = True
        while not member.all():
            centre = float(np.average(estimates[member], weights=precision[member]))
            spread = np.sqrt(errors**2 + 1.0 / precision[member].sum())
            distance = np.where(member, np.inf, np.abs(estimates - centre) / spread)
            nearest = int(np.argmin(distance))
            if distance[nearest] > limit:
                break
            member[nearest] = True
        if member.sum() > best.sum():
            best = member
    return best

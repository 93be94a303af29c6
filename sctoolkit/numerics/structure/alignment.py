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
    start: tuple[FloatArray, FloatArray] | None = None,
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
    start : (mean, sd), optional
        Start there alone, near an optimum that is known.

    Raises
    ------
    ConvergenceError
        If no start gives a finite optimum.

    Notes
    -----
    Minimises sum_{g<h} w_g w_h [f(lambda_g - lambda_h) + f(nu_g - nu_h)], w_g = sqrt(n_g), f(x) = (x^2 + e)^(1/4), e
    from 0.1 down to 0.001, from several starts, by BFGS with the analytic gradient.

    References
    ----------
    Asparouhov & Muthen (2014), doi:10.1080/10705511.2014.919210.
    """
    loss = AlignmentLoss(loadings, locations, location_item, sizes, sign, fixed)
    rng = np.random.default_rng(seed)
    points = [np.zeros(loss.n_free)] + [rng.normal(scale=0.4, size=loss.n_free) for _ in range(n_starts - 1)]
    if start is not None:
        points = [loss.pack(*start)]
    found: list[tuple[float, FloatArray]] = []
    for point in points:
        for epsilon in (0.1, 0.01, 0.001) if start is None else (0.01, 0.001):
            solved = minimize(loss, point, args=(epsilon,), jac=True, method="BFGS", options={"gtol": 1e-7})
            point, value = solved.x, float(solved.fun)
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
    optima = 1 + sum(later[0] - earlier[0] > 1e-4 for earlier, later in pairwise(found))
    mean, sd = loss.unpack(best[1])
    scaled, moved = loss.aligned(mean, sd)
    return Alignment(mean, sd, scaled, moved, best[0], optima)


@dataclass(frozen=True, slots=True)
class AlignmentLoss:
    """The simplicity function of alignment at a point (free means, then logs of free standard deviations)."""

    loadings: FloatArray
    locations: FloatArray
    location_item: IntArray
    sizes: FloatArray
    sign: float
    fixed: bool

    @property
    def n_free(self) -> int:
        """Return the number of free means and standard deviations."""
        n_groups = int(self.loadings.shape[0])
        return 2 * (n_groups - 1) if self.fixed else 2 * n_groups - 1

    def unpack(self, point: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return means and standard deviations."""
        g = self.loadings.shape[0]
        if self.fixed:
            logs = np.concatenate([[0.0], point[g - 1 :]])
            return np.concatenate([[0.0], point[: g - 1]]), np.exp(logs)
        return point[:g], np.exp(np.concatenate([point[g:], [-point[g:].sum()]]))

    def pack(self, mean: FloatArray, sd: FloatArray) -> FloatArray:
        """Return the point of means and standard deviations."""
        logs = np.log(sd)
        return np.concatenate([mean[1:], logs[1:]] if self.fixed else [mean, logs[:-1]])

    def aligned(self, mean: FloatArray, sd: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return aligned loadings and locations."""
        scaled = self.loadings / sd[:, None]
        return scaled, self.locations + self.sign * mean[:, None] * scaled[:, self.location_item]

    def __call__(self, point: FloatArray, epsilon: float) -> tuple[float, FloatArray]:
        """Return value and gradient."""
        mean, sd = self.unpack(point)
        scaled, moved = self.aligned(mean, sd)
        weight = np.sqrt(np.outer(self.sizes, self.sizes))
        np.fill_diagonal(weight, 0.0)
        weight /= weight.sum()
        value, by_scaled = _pairwise(scaled, weight, epsilon)
        more, by_moved = _pairwise(moved, weight, epsilon)
        by_mean = self.sign * np.sum(by_moved * scaled[:, self.location_item], axis=1)
        for t, item in enumerate(self.location_item):
            by_scaled[:, item] += self.sign * mean * by_moved[:, t]
        by_log = -np.sum(by_scaled * scaled, axis=1)
        if self.fixed:
            return value + more, np.concatenate([by_mean[1:], by_log[1:]])
        return value + more, np.concatenate([by_mean, by_log[:-1] - by_log[-1]])


def _pairwise(values: FloatArray, weight: FloatArray, epsilon: float) -> tuple[float, FloatArray]:
    """Return sum_{g<h} w_gh f(v_g - v_h) over columns and its gradient (g, columns); ``weight`` sums to 1 over all."""
    gap = values[:, None, :] - values[None, :, :]
    inner = gap**2 + epsilon
    root = np.sqrt(np.sqrt(inner))
    value = float(np.einsum("gh,ghk->", weight, root))
    return value, np.asarray(np.einsum("gh,ghk->gk", weight, gap * root / inner))


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

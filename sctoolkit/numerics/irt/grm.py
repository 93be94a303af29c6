"""Graded response model: marginal maximum likelihood for one group or several with shared items."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from sctoolkit.numerics.irt.grm_curves import GradedItems
from sctoolkit.numerics.irt.grm_derivatives import (
    observed_information,
    score_and_complete,
    score_crossproduct,
    solve_definite,
    total_loglik,
)
from sctoolkit.numerics.irt.grm_layout import Layout, make_layout, pack, unpack
from sctoolkit.numerics.irt.grm_likelihood import Coded, Grid, coded, normal_grid
from sctoolkit.numerics.irt.patterns import distinct_patterns

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_LOUIS_WORK = 4e9
RUNAWAY_SLOPE = 40.0
"""Slope at which the iterations give up: the likelihood then rises without end."""


@dataclass(frozen=True, slots=True)
class GrmFit:
    """Estimates of a graded response model.

    Attributes
    ----------
    items : GradedItems
        Parameters of the distinct items; an item that is free over groups stands once for each group.
    item_of : (n_groups, k) int array
        Which row of ``items`` holds in which group.
    group_means, group_sds : (n_groups,) float arrays
        Distribution of theta; the first group has mean 0 and standard deviation 1.
    information : (p, p) float array
        Observed information of the free parameters.
    crossproduct : (p, p) float array
        Sum over respondents of the outer products of their scores.
    columns : (n_items, K) int array
        Place of slope and intercepts in the parameters; -1 where there is none. Then ``mean_columns``, ``sd_columns``.
    decrement : float
        Squared distance to the maximum in standard errors, g' I^-1 g, at the last iteration.
    """

    items: GradedItems
    item_of: IntArray
    group_means: FloatArray
    group_sds: FloatArray
    information: FloatArray
    crossproduct: FloatArray
    columns: IntArray
    mean_columns: IntArray
    sd_columns: IntArray
    loglik: float
    decrement: float
    n_iterations: int
    converged: bool

    @property
    def n_par(self) -> int:
        """Number of free parameters."""
        return int(self.information.shape[0])

    def items_in(self, group: int = 0) -> GradedItems:
        """Return the parameters of the k items in one group, on the common scale of theta."""
        rows = self.item_of[group]
        return GradedItems(self.items.slopes[rows], self.items.intercepts[rows])


def fit_grm(
    codes: IntArray,
    *,
    group: IntArray | None = None,
    item_of: IntArray | None = None,
    slope_of: IntArray | None = None,
    weights: FloatArray | None = None,
    free_groups: bool = True,
    start: FloatArray | None = None,
    tol: float = 1e-10,
    max_iterations: int = 500,
    n_points: int = 61,
    bound: float = 6.0,
) -> GrmFit:
    """Estimate slopes, intercepts and the distributions of groups.

    Parameters
    ----------
    codes : (n, k) int array
        Categories 0, 1, ... without gaps within an item; -1 where the answer is missing. A respondent without any
        answer adds nothing.
    group : (n,) int array, optional
        Group numbers from 0; the first group fixes the scale.
    item_of : (n_groups, k) int array, optional
        Row of the distinct items that each item uses in each group; equal rows share parameters. All shared when left
        out.
    slope_of : (n_items,) int array, optional
        For each distinct item the row, not above it, whose slope it shares.
    weights : (n,) float array, optional
        Sampling weights. The likelihood is then a pseudo-likelihood, and only the sandwich of `parameter_vcov`
        describes the errors of its maximum.
    free_groups : bool
        Whether mean and standard deviation of the later groups are estimated.
    start : (p,) float array, optional
        Free parameters to start from, as `pack` orders them.
    tol : float
        Largest decrement g' I^-1 g at convergence, a squared distance in standard errors.
    n_points, bound : int, float
        Equally spaced quadrature points on [-bound, bound] standard deviations of each group.

    Notes
    -----
    EM-gradient steps (Lange, 1995) on the complete-data information lead into Newton steps on the observed
    information of Louis (1982), or on the cross-product of scores where that would cost too much; both climb the same
    marginal likelihood of Bock and Aitkin (1981), so that the estimate is its maximum rather
    than the place where EM slowed down.

    References
    ----------
    Samejima (1969); Bock & Aitkin (1981), doi:10.1007/BF02293801; Louis (1982), doi:10.1111/j.2517-6161.1982.tb01203.x.
    """
    group = np.zeros(codes.shape[0], dtype=np.int64) if group is None else group
    n_groups = int(group.max()) + 1
    if item_of is None:
        item_of = np.tile(np.arange(codes.shape[1]), (n_groups, 1))
    layout = make_layout(codes, group, item_of, free_groups=free_groups, slope_of=slope_of)
    grid = normal_grid(n_points, bound)
    n_cat = layout.columns.shape[1]
    groups = [
        _coded_group(codes[group == g], None if weights is None else weights[group == g], n_cat)
        for g in range(n_groups)
    ]
    if start is not None:
        return _climb(groups, layout, grid, start.copy(), tol, max_iterations, warm=0)
    return _climb(groups, layout, grid, pack(layout, *_start(codes, group, layout)), tol, max_iterations)


def _coded_group(codes: IntArray, weights: FloatArray | None, n_categories: int) -> Coded:
    """Distinct patterns of one group with the weight and the squared weight behind each."""
    found = distinct_patterns(codes, weights)
    if weights is None:
        return coded(found.codes, found.counts, n_categories)
    squared = np.bincount(found.inverse, weights**2, minlength=found.counts.size).astype(np.float64)
    return coded(found.codes, found.counts, n_categories, squared)


def _start(codes: IntArray, group: IntArray, layout: Layout) -> tuple[GradedItems, FloatArray, FloatArray]:
    """Slopes of 0.85 with the sign of the item-rest correlation; intercepts from cumulative shares."""
    seen = codes >= 0
    answered = np.where(seen, codes, 0).astype(np.float64)
    centred = np.where(seen, answered - answered.sum(axis=0) / np.maximum(seen.sum(axis=0), 1), 0.0)
    rest = centred.sum(axis=1, keepdims=True) - centred
    signs = np.where((centred * rest).sum(axis=0) < 0.0, -1.0, 1.0)
    n_items, n_cat = layout.columns.shape
    slopes = np.empty(n_items)
    intercepts = np.full((n_items, n_cat - 1), -np.inf)
    for row in range(n_items):
        where = np.argwhere(layout.item_of == row)
        item = int(where[0, 1])
        values = codes[np.isin(group, where[:, 0]), item]
        values = values[values >= 0]
        n_steps = int((layout.columns[row] >= 0).sum()) - 1
        share = np.array([(values > step).sum() + 0.5 for step in range(n_steps)]) / (values.size + 1.0)
        slopes[row] = 0.85 * signs[item]
        intercepts[row, :n_steps] = 1.1 * np.log(share / (1.0 - share)) - 1e-3 * np.arange(n_steps)
    n_groups = layout.item_of.shape[0]
    return GradedItems(slopes, intercepts), np.zeros(n_groups), np.ones(n_groups)


def _climb(
    groups: list[Coded], layout: Layout, grid: Grid, psi: FloatArray, tol: float, max_iterations: int, warm: int = 8
) -> GrmFit:
    """Raise the likelihood from ``psi`` until the decrement is below ``tol``; Newton after ``warm`` steps of EM."""
    size = layout.columns.size
    louis = sum(data.counts.size for data in groups) * float(size) ** 2 * grid.nodes.size <= _LOUIS_WORK
    converged, decrement, newton = False, np.inf, False
    matrix = np.zeros((psi.size, psi.size))
    loglik = total_loglik(groups, layout, grid, psi)
    iteration = 0
    for iteration in range(1, max_iterations + 1):
        score, complete = score_and_complete(groups, layout, grid, psi)
        newton = iteration > warm
        matrix = complete
        if newton:
            matrix = (
                observed_information(groups, layout, grid, psi)
                if louis
                else score_crossproduct(groups, layout, grid, psi)
            )
        step = solve_definite(matrix, score)
        if step is None:
            newton, warm = False, iteration + 5
            step = solve_definite(complete, score)
        if step is None:
            break
        decrement = float(step @ score)
        if decrement < (tol if newton else 1e-4 * tol):
            converged = True
            break
        moved = _line_search(groups, layout, grid, psi, step, loglik)
        if moved is None:
            converged = decrement < 1e-6
            break
        psi, loglik = moved
        if np.abs(psi[layout.columns[:, 0]]).max() > RUNAWAY_SLOPE:
            break
    known = matrix if converged and newton and louis else None
    return _finish(groups, layout, grid, psi, loglik, decrement, iteration, converged, known)


def _line_search(
    groups: list[Coded], layout: Layout, grid: Grid, psi: FloatArray, step: FloatArray, loglik: float
) -> tuple[FloatArray, float] | None:
    """Halve the step until parameters are in order and the likelihood does not fall."""
    step = step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-300))
    for _ in range(30):
        trial = psi + step
        if layout.admits(trial):
            value = total_loglik(groups, layout, grid, trial)
            if value >= loglik - 1e-11 * abs(loglik):
                return trial, value
        step = 0.5 * step
    return None


def _finish(
    groups: list[Coded], layout: Layout, grid: Grid, psi: FloatArray, loglik: float, decrement: float,
    n_iterations: int, converged: bool, known: FloatArray | None,
) -> GrmFit:  # fmt: skip
    """Make the record; theta points where the slopes point on balance. ``known`` is the information, if at hand."""
    if psi[layout.columns[:, 0]].sum() < 0.0:
        psi, known = layout.reflected(psi), None
    items, means, sds = unpack(layout, psi)
    return GrmFit(
        items=items,
        item_of=layout.item_of,
        group_means=means,
        group_sds=sds,
        information=observed_information(groups, layout, grid, psi) if known is None else known,
        crossproduct=score_crossproduct(groups, layout, grid, psi),
        columns=layout.columns,
        mean_columns=layout.mean_columns,
        sd_columns=layout.sd_columns,
        loglik=loglik,
        decrement=decrement,
        n_iterations=n_iterations,
        converged=converged,
    )


def parameter_vcov(fit: GrmFit, kind: str = "observed") -> FloatArray:
    """Return the covariance matrix of the estimates; nan throughout when the information is not positive definite.

    Parameters
    ----------
    kind : "observed", "crossproduct" or "sandwich"
        Inverse observed information, inverse cross-product of scores, or the robust product of both.
    """
    matrix = fit.crossproduct if kind == "crossproduct" else fit.information
    try:
        inverse = np.asarray(cho_solve(cho_factor(matrix), np.eye(fit.n_par)))
    except (LinAlgError, ValueError):
        return np.full((fit.n_par, fit.n_par), np.nan)
    return inverse @ fit.crossproduct @ inverse if kind == "sandwich" else inverse

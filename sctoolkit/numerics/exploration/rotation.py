"""Rotation of factor loadings by gradient projection from many random starts at once.

Oracle: tests/oracle/factors.R (GPArotation, stats::varimax, stats::promax).

References
----------
Jennrich (2001), doi:10.1007/BF02294840 (orthogonal). Jennrich (2002), doi:10.1007/BF02294706 (oblique). Bernaards
and Jennrich (2005), doi:10.1177/0013164404272507. Hendrickson and White (1964), doi:10.1111/j.2044-8317.1964.tb00244.x
(promax).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from sctoolkit.numerics.exploration.rotation_criteria import ORTHOGONAL, Criterion, criterion

FloatArray = npt.NDArray[np.float64]

_TOLERANCE = 1e-5
_POLISH = 1e-7
_MAX_ITERATIONS = 2000
_SAME = 1e-4


@dataclass(frozen=True, slots=True)
class Rotated:
    """A rotated solution.

    ``loadings`` (p, m), the pattern; ``factor_corr`` (m, m); ``value`` of the criterion; ``n_starts`` tried, of which
    ``n_at_best`` ended at the best value and ``n_distinct`` different local optima were met (converged starts);
    ``values`` of every start, nan where it did not converge; ``converged`` whether the best one did; ``base`` the
    varimax loadings behind promax, their factors in its order.
    """

    loadings: FloatArray
    factor_corr: FloatArray
    value: float
    n_starts: int
    n_at_best: int
    n_distinct: int
    values: FloatArray
    converged: bool
    base: FloatArray | None = None


def rotate(
    loadings: FloatArray,
    rotation: str,
    *,
    n_starts: int = 30,
    seed: int = 0,
    kaiser: bool = False,
    target: FloatArray | None = None,
) -> Rotated:
    """Rotate loadings to simple structure.

    Parameters
    ----------
    loadings : (p, m) array
        Unrotated loadings, m >= 2.
    rotation : str
        "none", "promax" or a name that `criterion` knows.
    n_starts : int
        Random orthogonal starts, the first being no rotation.
    seed : int
        Seed of the starts.
    kaiser : bool
        Scale items to communality 1 during rotation.
    target : (p, m) array, optional
        For "target".

    Notes
    -----
    All starts descend to a projected gradient of 1e-5; the best one goes on to 1e-7.

    Factors are reflected to positive sums of loadings and ordered by explained variance, except under "target"
    (order of the target) and "bifactor" (the general factor stays first).
    """
    p, m = loadings.shape
    if rotation == "none" or m == 1:
        return Rotated(loadings.copy(), np.eye(m), 0.0, 1, 1, 1, np.zeros(1), True)
    scale = np.sqrt((loadings**2).sum(axis=1, keepdims=True)) if kaiser else np.ones((p, 1))
    scale = np.where(scale > 0.0, scale, 1.0)
    if rotation == "promax":
        return _promaxed(rotate(loadings, "varimax", n_starts=n_starts, seed=seed, kaiser=kaiser))
    orthogonal = rotation in ORTHOGONAL
    starts = random_starts(m, n_starts, seed)
    measure = criterion(rotation, target=target)
    turned, values, settled = descend(loadings / scale, measure, starts, orthogonal, _TOLERANCE)
    known = np.where(settled, values, np.nan)
    best = int(np.nanargmin(known)) if settled.any() else int(np.argmin(values))
    basis = descend(loadings / scale, measure, turned[best : best + 1], orthogonal, _POLISH)[0][0]
    pattern = loadings @ basis if orthogonal else loadings @ np.linalg.inv(basis).T
    phi = np.eye(m) if orthogonal else basis.T @ basis
    pattern, phi = _arranged(pattern, phi, rotation)
    distinct = _distinct(known[settled], abs(float(values[best])))
    at_best = int(np.sum(known <= values[best] + _SAME * max(abs(float(values[best])), 1e-6)))
    return Rotated(pattern, phi, float(values[best]), n_starts, at_best, distinct, known, bool(settled[best]))


def random_starts(m: int, n_starts: int, seed: int) -> FloatArray:
    """Random orthogonal matrices (n_starts, m, m), the first being the identity."""
    rng = np.random.default_rng(seed)
    q, r = np.linalg.qr(rng.standard_normal((n_starts, m, m)))
    q = q * np.sign(np.einsum("sii->si", r))[:, None, :]
    q[0] = np.eye(m)
    return np.asarray(q)


def descend(
    loadings: FloatArray, measure: Criterion, basis: FloatArray, orthogonal: bool, tolerance: float
) -> tuple[FloatArray, FloatArray, npt.NDArray[np.bool_]]:
    """Gradient projection of all starts together; those that settle drop out of the work.

    ``loadings`` are (p, m), or (s, p, m) with one matrix a start; ``basis`` (s, m, m). Returns the bases, values and
    which settled.
    """
    loadings = np.broadcast_to(loadings, (len(basis), *loadings.shape[-2:]))
    done, final = np.zeros(len(basis), dtype=np.bool_), np.full(len(basis), np.inf)
    result = basis.copy()
    active = np.arange(len(basis))
    step = np.ones(len(basis))
    value, gradient = _evaluate(loadings, measure, basis, orthogonal)
    for _ in range(_MAX_ITERATIONS):
        projected = _project(basis, gradient, orthogonal)
        size = np.sqrt(np.sum(projected**2, axis=(1, 2)))
        settled = size < tolerance
        if settled.any():
            result[active[settled]], final[active[settled]] = basis[settled], value[settled]
            done[active[settled]] = True
            keep = ~settled
            active, basis, gradient, loadings = active[keep], basis[keep], gradient[keep], loadings[keep]
            value, step, projected, size = value[keep], step[keep], projected[keep], size[keep]
        if not active.size:
            break
        step = 2.0 * step
        pending = np.ones(active.size, dtype=np.bool_)
        trial_basis, trial_value, trial_gradient = basis.copy(), value.copy(), gradient.copy()
        for _ in range(12):
            where = np.flatnonzero(pending)
            moved = _retract(basis[where] - step[where, None, None] * projected[where], orthogonal)
            new_value, new_gradient = _evaluate(loadings[where], measure, moved, orthogonal)
            trial_basis[where], trial_value[where], trial_gradient[where] = moved, new_value, new_gradient
            slack = 4e-16 * np.abs(value[where])
            enough = value[where] - new_value > 0.5 * size[where] ** 2 * step[where] - slack
            pending[where[enough]] = False
            if not pending.any():
                break
            step[pending] *= 0.5
        basis, value, gradient = trial_basis, trial_value, trial_gradient
    result[active], final[active] = basis, value
    return result, final, done


def _evaluate(
    loadings: FloatArray, measure: Criterion, basis: FloatArray, orthogonal: bool
) -> tuple[FloatArray, FloatArray]:
    """Criterion and its gradient in the rotation matrices."""
    if orthogonal:
        value, slope = measure(loadings @ basis)
        return value, np.swapaxes(loadings, 1, 2) @ slope
    inverse = np.linalg.inv(basis)
    rotated = loadings @ np.swapaxes(inverse, 1, 2)
    value, slope = measure(rotated)
    return value, -np.swapaxes(np.swapaxes(rotated, 1, 2) @ slope @ inverse, 1, 2)


def _project(basis: FloatArray, gradient: FloatArray, orthogonal: bool) -> FloatArray:
    """Gradient within the manifold of rotations."""
    if orthogonal:
        inner = np.swapaxes(basis, 1, 2) @ gradient
        return np.asarray(gradient - basis @ (0.5 * (inner + np.swapaxes(inner, 1, 2))))
    return np.asarray(gradient - basis * np.sum(basis * gradient, axis=1, keepdims=True))


def _retract(moved: FloatArray, orthogonal: bool) -> FloatArray:
    """Back onto the manifold: the polar factor, or columns of unit length."""
    if orthogonal:
        left, _, right = np.linalg.svd(moved)
        return np.asarray(left @ right)
    return np.asarray(moved / np.sqrt(np.sum(moved**2, axis=1, keepdims=True)))


def _distinct(values: FloatArray, size: float) -> int:
    """Number of different local optima by their values."""
    if not values.size:
        return 0
    ordered = np.sort(values)
    return 1 + int(np.sum(np.diff(ordered) > _SAME * max(size, 1e-6)))


def promax(loadings: FloatArray, power: float = 4.0) -> tuple[FloatArray, FloatArray]:
    """Oblique pattern and factor correlations from varimax loadings, by a target of their powers."""
    target = loadings * np.abs(loadings) ** (power - 1.0)
    turn = np.linalg.lstsq(loadings, target, rcond=None)[0]
    turn = turn * np.sqrt(np.diagonal(np.linalg.inv(turn.T @ turn)))
    inverse = np.linalg.inv(turn)
    return loadings @ turn, inverse @ inverse.T


def _promaxed(base: Rotated) -> Rotated:
    """Promax of a varimax solution, with that solution's factors in the order and direction of promax's."""
    pattern, phi = promax(base.loadings)
    order = np.argsort(-np.sum(pattern * (pattern @ phi), axis=0), kind="stable")
    signs = np.where(pattern[:, order].sum(axis=0) < 0.0, -1.0, 1.0)
    return replace(
        base, loadings=pattern[:, order] * signs, factor_corr=phi[np.ix_(order, order)] * np.outer(signs, signs),
        base=base.loadings[:, order] * signs,
    )  # fmt: skip


def _arranged(pattern: FloatArray, phi: FloatArray, rotation: str) -> tuple[FloatArray, FloatArray]:
    """Reflect and order factors."""
    m = pattern.shape[1]
    order = np.arange(m)
    if rotation != "target":
        explained = np.sum(pattern * (pattern @ phi), axis=0)
        order = np.argsort(-explained, kind="stable")
        if rotation == "bifactor":
            order = np.concatenate([[0], [at for at in order if at != 0]]).astype(np.intp)
    pattern, phi = pattern[:, order], phi[np.ix_(order, order)]
    signs = np.where(pattern.sum(axis=0) < 0.0, -1.0, 1.0)
    return pattern * signs, phi * np.outer(signs, signs)

"""First and second derivatives of a mixed model's likelihood, without any matrix of the size of the data.

V = sigma^2 W with W = I + Z1 G1 Z1' + Z2 G2 Z2' (G relative to sigma^2). W1 = I + Z1 G1 Z1' is inverted level by level,
D = W1^-1 = I - Z1 C Z1'; then W^-1 = D - D Z2 H Z2'D. For a covariance parameter r with V_r = dV/dr, everything that
REML, Satterthwaite and Kenward-Roger need are U'D V_r D U and U'D V_r D V_s D U for U = [Z2, X, y].
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sctoolkit.numerics.linear.random_terms import Arrangement

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Solved:
    """What a set of relative Cholesky factors determines: W^-1 and generalised least squares.

    ``bread`` (X'W^-1X)^-1, ``coef`` (p,), ``rss`` r'W^-1 r, ``logdet`` log|W|, ``logdet_fixed`` log|X'W^-1X|;
    ``inner`` C by level; ``outer`` H; ``gram`` U'DU; ``lift`` J with W^-1 [Z2, X, r] = D U J.
    """

    bread: FloatArray
    coef: FloatArray
    rss: float
    logdet: float
    logdet_fixed: float
    inner: FloatArray
    outer: FloatArray
    gram: FloatArray
    lift: FloatArray


@dataclass(frozen=True, slots=True)
class Derivatives:
    """By covariance parameter (first the factors' cells, the residual variance last), in absolute units.

    ``trace`` tr(V^-1 V_r); ``first`` [X, r]'V^-1 V_r V^-1 [X, r] (R, p+1, p+1); ``second`` the same with
    V_r V^-1 V_s (R, R, p+1, p+1); ``trace_second`` tr(V^-1 V_r V^-1 V_s).
    """

    trace: FloatArray
    first: FloatArray
    second: FloatArray
    trace_second: FloatArray


def solve(data: Arrangement, factors: list[FloatArray]) -> Solved:
    """Invert W for relative Cholesky factors (one lower triangle a factor) and fit the fixed effects."""
    lower = factors[0]
    inside = np.eye(lower.shape[0]) + lower.T @ data.level_gram @ lower
    half = np.linalg.cholesky(inside)
    solved = np.linalg.solve(half, np.broadcast_to(lower.T, inside.shape))
    inner = np.swapaxes(solved, 1, 2) @ solved
    logdet = 2.0 * float(np.log(np.diagonal(half, axis1=1, axis2=2)).sum())
    gram = data.cross - _quadratic(data.level_cross, inner)
    q, p = data.n_other, data.n_fixed
    if q:
        spread = _block_diagonal(data, factors)
        core = np.linalg.cholesky(np.eye(q) + spread.T @ gram[:q, :q] @ spread)
        logdet += 2.0 * float(np.log(np.diagonal(core)).sum())
        back = np.linalg.solve(core, spread.T)
        outer = back.T @ back
    else:
        outer = np.zeros((0, 0))
    reduced = gram[q:, q:] - gram[q:, :q] @ outer @ gram[:q, q:]
    root = np.linalg.cholesky(reduced[:p, :p])
    inverse = np.linalg.solve(root, np.eye(p))
    bread = inverse.T @ inverse
    coef = bread @ reduced[:p, p]
    rss = float(reduced[p, p] - reduced[p, :p] @ coef)
    lift = np.eye(q + p + 1)
    lift[q : q + p, -1] = -coef
    lift[:q] -= outer @ (gram[:q] @ lift)
    logdet_fixed = 2.0 * float(np.log(np.diagonal(root)).sum())
    return Solved(bread, coef, rss, logdet, logdet_fixed, inner, outer, gram, lift)


@dataclass(frozen=True, slots=True)
class _Near:
    """Pieces of the parameters of W1 (cells of the first factor, then the residual): Phi_r and their lifts."""

    units: list[FloatArray]
    swept: FloatArray  # Z1'DU by level
    squared: FloatArray  # Z1'D^2 U by level
    t1: FloatArray  # Z1'DZ1 by level
    t2: FloatArray  # Z1'D^2 Z1 by level
    csc: FloatArray
    phi: list[FloatArray]
    lifted: list[FloatArray]
    trace: list[float]


def _near(data: Arrangement, at: Solved) -> _Near:
    q, gram, cross, inner = data.n_other, data.level_gram, data.level_cross, at.inner
    k = gram.shape[1]
    a1 = np.eye(k) - gram @ inner  # Z1'D = a1 Z1'
    t1 = a1 @ gram
    a2 = a1 - t1 @ inner  # Z1'D^2 = a2 Z1'
    csc = inner @ gram @ inner
    units = [_unit(k, i, j) for i, j in data.factors[0].cells()]
    swept = a1 @ cross
    phi = [_bilinear(swept, e, swept) for e in units] + [data.cross + _quadratic(cross, csc - 2 * inner)]
    trace = [float((e * t1).sum()) for e in units] + [data.n_obs - float((inner * gram).sum())]
    trace = [value - float((at.outer * m[:q, :q]).sum()) for value, m in zip(trace, phi, strict=True)]
    lifted = [at.lift.T @ m @ at.lift for m in phi]
    return _Near(units, swept, a2 @ cross, t1, a2 @ gram, csc, phi, lifted, trace)


def derivatives(data: Arrangement, at: Solved, sigma2: float, pairs: bool = True) -> Derivatives:
    """Compute the moments of `Derivatives`; without ``pairs`` those of pairs stay empty."""
    q, near = data.n_other, _near(data, at)
    reach = at.gram[:q] @ at.lift  # Z2'W^-1 [Z2, X, r]
    far = [_apply(cell, reach) for cell in _far_cells(data)]
    m, size = len(near.phi), len(near.phi) + len(far)
    order = np.array([*range(m - 1), *range(m, size), m - 1])  # the residual variance goes last
    trace = np.array([*near.trace, *(float(np.trace(block[:, :q])) for block in far)])
    first = np.array([x[q:, q:] for x in near.lifted] + [reach[:, q:].T @ block[:, q:] for block in far])
    trace, first = trace[order] / sigma2, first[order] / sigma2**2
    if not pairs:
        return Derivatives(trace, first, np.empty(0), np.empty(0))
    second = np.empty((size, size, data.n_fixed + 1, data.n_fixed + 1))
    both = np.empty((size, size))
    for r in range(m):
        for s in range(r, m):
            second[r, s], both[r, s] = _near_pair(data, at, near, r, s)
        for f, cell in enumerate(_far_cells(data)):
            second[r, m + f] = near.lifted[r][q:, :q] @ far[f][:, q:]
            both[r, m + f] = float(_apply(cell, near.lifted[r][:q, :q]).trace())
    for f, left in enumerate(far):
        for g in range(f, len(far)):
            second[m + f, m + g] = left[:, q:].T @ (reach[:, :q] @ far[g][:, q:])
            both[m + f, m + g] = float((left[:, :q] * far[g][:, :q].T).sum())
    for r in range(size):
        for s in range(r):
            second[r, s], both[r, s] = second[s, r].T, both[s, r]
    grid = np.ix_(order, order)
    return Derivatives(trace, first, second[grid] / sigma2**3, both[grid] / sigma2**2)


def _near_pair(data: Arrangement, at: Solved, near: _Near, r: int, s: int) -> tuple[FloatArray, float]:
    """[X, r]'W^-1 V_r W^-1 V_s W^-1 [X, r] and tr(W^-1 V_r W^-1 V_s) for two parameters of W1, r <= s."""
    q, last = data.n_other, len(near.units)
    if s < last:
        psi = _bilinear(near.swept, near.units[r] @ near.t1 @ near.units[s], near.swept)
        delta = float(np.einsum("ij,ljk,km,lmi->", near.units[r], near.t1, near.units[s], near.t1, optimize=True))
    elif r < last:
        psi = _bilinear(near.swept, near.units[r], near.squared)
        delta = float((near.units[r] * near.t2).sum())
    else:
        inner, csc, gram = at.inner, near.csc, data.level_gram
        psi = data.cross + _quadratic(data.level_cross, 3 * csc - 3 * inner - csc @ gram @ inner)
        delta = data.n_obs - 2 * float((inner * gram).sum()) + float((csc * gram).sum())
    x, h = at.lift[:, q:], at.outer
    second = x.T @ psi @ x - (near.phi[r][:q] @ x).T @ (h @ (near.phi[s][:q] @ x))
    hr, hs = h @ near.phi[r][:q, :q], h @ near.phi[s][:q, :q]
    return second, delta - 2 * float((h * psi[:q, :q].T).sum()) + float((hr * hs.T).sum())


def _unit(k: int, i: int, j: int) -> FloatArray:
    """Derivative of a covariance matrix in its element (i, j)."""
    out = np.zeros((k, k))
    out[i, j] = out[j, i] = 1.0
    return out


Cell = tuple[int, int, int, int, int]


def _far_cells(data: Arrangement) -> list[Cell]:
    """Parameters of G2 as (start, levels, k, i, j)."""
    out, start = [], 0
    for factor in data.factors[1:]:
        out += [(start, factor.n_levels, factor.k, i, j) for i, j in factor.cells()]
        start += factor.n_levels * factor.k
    return out


def _apply(cell: Cell, matrix: FloatArray) -> FloatArray:
    """Multiply (dG2/dparameter) by a matrix with q rows."""
    start, levels, k, i, j = cell
    out = np.zeros_like(matrix)
    source = matrix[start : start + levels * k].reshape(levels, k, -1)
    target = out[start : start + levels * k].reshape(levels, k, -1)
    target[:, i] = source[:, j]
    target[:, j] = source[:, i]
    return out


def _block_diagonal(data: Arrangement, factors: list[FloatArray]) -> FloatArray:
    """Relative Cholesky factor of G2 (q, q)."""
    out, start = np.zeros((data.n_other, data.n_other)), 0
    for factor, lower in zip(data.factors[1:], factors[1:], strict=True):
        width = factor.n_levels * factor.k
        out[start : start + width, start : start + width] = np.kron(np.eye(factor.n_levels), lower)
        start += width
    return out


def _bilinear(left: FloatArray, middle: FloatArray, right: FloatArray) -> FloatArray:
    """Sum over levels of left' middle right, for (L, k, c) arrays."""
    c = left.shape[2]
    out: FloatArray = left.reshape(-1, c).T @ (middle @ right).reshape(-1, c)
    return out


def _quadratic(cross: FloatArray, middle: FloatArray) -> FloatArray:
    return _bilinear(cross, middle, cross)

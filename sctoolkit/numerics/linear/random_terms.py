"""Random effects as arrays: which rows belong to which level, and the cross-products that a fit needs of them.

``arrange(terms, design, outcome) -> Arrangement`` puts the grouping factor with most effects first (its part of the
variance is block-diagonal and is inverted level by level) and keeps all others in one sparse block.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from sctoolkit.errors import NotIdentifiedError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class RandomTerm:
    """Effects of ``columns`` (n, k) that vary over the levels ``codes`` (n,); correlated among themselves or not."""

    codes: IntArray
    columns: FloatArray
    correlated: bool = True


@dataclass(frozen=True, slots=True)
class Factor:
    """One grouping factor: effects k per level, ``pattern`` (k, k) true where a covariance is a parameter.

    ``scale`` (k,) is the root mean square by which columns were divided; ``members`` lists (term, column) of each k.
    """

    codes: IntArray
    columns: FloatArray
    pattern: npt.NDArray[np.bool_]
    scale: FloatArray
    members: tuple[tuple[int, int], ...]
    n_levels: int

    @property
    def k(self) -> int:
        """Effects per level."""
        return len(self.members)

    def cells(self) -> list[tuple[int, int]]:
        """Positions (i, j), i >= j, of its covariance parameters."""
        return [(i, j) for i in range(self.k) for j in range(i + 1) if self.pattern[i, j]]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Factors (largest first) and cross-products with U = [Z2, X, y].

    ``level_gram`` (L, k, k) is Z1'Z1 by level, ``level_cross`` (L, k, c) is Z1'U by level, ``cross`` (c, c) is U'U.
    """

    factors: tuple[Factor, ...]
    level_gram: FloatArray
    level_cross: FloatArray
    cross: FloatArray
    n_obs: int
    n_fixed: int

    @property
    def n_other(self) -> int:
        """Number of random effects outside the first factor."""
        return len(self.cross) - self.n_fixed - 1


def _factors(terms: list[RandomTerm]) -> list[Factor]:
    """Merge terms over the same levels."""
    groups: list[list[int]] = []
    for index, term in enumerate(terms):
        for group in groups:
            if np.array_equal(terms[group[0]].codes, term.codes):
                group.append(index)
                break
        else:
            groups.append([index])
    out = []
    for group in groups:
        columns = np.hstack([terms[t].columns for t in group])
        scale = np.sqrt((columns**2).mean(axis=0))
        members = tuple((t, j) for t in group for j in range(terms[t].columns.shape[1]))
        same = np.array([[a[0] == b[0] and (terms[a[0]].correlated or a == b) for b in members] for a in members])
        codes = terms[group[0]].codes
        out.append(Factor(codes, columns / scale, same, scale, members, int(codes.max()) + 1))
    return sorted(out, key=lambda factor: -factor.n_levels * factor.k)


def arrange(terms: list[RandomTerm], design: FloatArray, outcome: FloatArray) -> Arrangement:
    """Compute the cross-products of a mixed model.

    Parameters
    ----------
    terms : list of RandomTerm
        Codes from 0, every one used.
    design : (n, p) float array
    outcome : (n,) float array

    Raises
    ------
    NotIdentifiedError
        If a factor has one level only, as many effects as rows, or a column that is zero throughout.
    """
    n = len(outcome)
    for term in terms:
        levels = int(term.codes.max()) + 1
        if levels < 2 or levels * term.columns.shape[1] >= n or not (term.columns**2).sum(axis=0).all():
            raise NotIdentifiedError(
                "A random effect needs at least 2 levels, fewer effects than rows, and a column that is not zero.",
                where=f"Levels: {levels}; effects a level: {term.columns.shape[1]}; rows: {n}.",
                hint="With one row a level the effect is the residual: leave that term out.",
            )
    factors = _factors(terms)
    first = factors[0]
    fixed = sparse.csr_matrix(np.column_stack([design, outcome]))
    blocks = [_indicator(factor) for factor in factors[1:]]
    u = sparse.hstack([*blocks, fixed], format="csr") if blocks else fixed
    z1 = _indicator(first)
    level_cross = np.asarray((z1.T @ u).todense()).reshape(first.n_levels, first.k, -1)
    level_gram = np.zeros((first.n_levels, first.k, first.k))
    for i in range(first.k):
        for j in range(first.k):
            product = first.columns[:, i] * first.columns[:, j]
            level_gram[:, i, j] = np.bincount(first.codes, product, minlength=first.n_levels)
    return Arrangement(
        factors=tuple(factors),
        level_gram=level_gram,
        level_cross=level_cross,
        cross=np.asarray((u.T @ u).todense()),
        n_obs=n,
        n_fixed=design.shape[1],
    )


def _indicator(factor: Factor) -> sparse.csr_matrix:
    """Z of a factor, levels outermost."""
    n, k = factor.columns.shape
    rows = np.repeat(np.arange(n), k)
    columns = (factor.codes[:, None] * k + np.arange(k)).ravel()
    return sparse.csr_matrix((factor.columns.ravel(), (rows, columns)), shape=(n, factor.n_levels * k))

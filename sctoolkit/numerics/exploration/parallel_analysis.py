"""Parallel analysis: eigenvalues of the data beside those of data without common factors.

Oracle: tests/oracle/factors.R (psych::fa.parallel for the observed eigenvalues).

References
----------
Horn (1965), doi:10.1007/BF02289447. Buja and Eyuboglu (1992), doi:10.1207/s15327906mbr2704_2 (permutation). Garrido,
Abad and Ponsoda (2013), doi:10.1037/a0030005, and Lubbe (2019), doi:10.1037/met0000171 (ordinal items).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from sctoolkit.numerics.exploration.one_factor import one_factor
from sctoolkit.numerics.ordinal.contingency import CodeArray
from sctoolkit.numerics.ordinal.null_polychorics import null_correlations

FloatArray = npt.NDArray[np.float64]
Null = Literal["normal", "permuted"]

_CHUNK = 25


@dataclass(frozen=True, slots=True)
class NullEigenvalues:
    """Eigenvalues of data without common factors, largest first.

    ``components`` (n_iterations, p): of the correlation matrices; ``factors`` (n_iterations, p): of the matrices with
    the communalities of one minres factor on the diagonal.
    """

    components: FloatArray
    factors: FloatArray


def eigenvalues(correlation: FloatArray) -> FloatArray:
    """Eigenvalues of correlation matrices (..., p, p), largest first."""
    return np.asarray(np.linalg.eigvalsh(correlation)[..., ::-1])


def reduced_eigenvalues(correlation: FloatArray) -> FloatArray:
    """Eigenvalues after the communalities of one minres factor replaced the diagonal, largest first."""
    loadings = one_factor(correlation, n_iterations=60)
    reduced = np.array(correlation)
    p = reduced.shape[-1]
    reduced[..., np.arange(p), np.arange(p)] = np.minimum(loadings**2, 0.995)
    return eigenvalues(reduced)


def null_eigenvalues(table: FloatArray, null: Null, *, n_iterations: int, rng: np.random.Generator) -> NullEigenvalues:
    """Null eigenvalues for product-moment correlations of complete data, (n, p).

    ``normal`` draws independent normal data; ``permuted`` shuffles every column of the data by itself.
    """
    n, p = table.shape
    standard = (table - table.mean(axis=0)) / table.std(axis=0)
    parts = []
    for size in _sizes(n_iterations):
        chunk = np.empty((size, p, p))
        for place in chunk:
            drawn = rng.standard_normal((n, p)) if null == "normal" else rng.permuted(standard, axis=0)
            if null == "normal":
                drawn = (drawn - drawn.mean(axis=0)) / drawn.std(axis=0)
            place[:] = drawn.T @ drawn / n
        parts.append((eigenvalues(chunk), reduced_eigenvalues(chunk)))
    return NullEigenvalues(np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts]))


def null_polychoric_eigenvalues(
    codes: CodeArray, n_categories: int, null: Null, *, n_iterations: int, rng: np.random.Generator
) -> NullEigenvalues:
    """Null eigenvalues for polychoric correlations, (n, p) codes with -1 where missing.

    ``permuted`` shuffles every column, so that the proportions of its categories stay; ``normal`` draws independent
    normal responses and cuts them at the thresholds, so that proportions vary as they do in samples.
    """
    n, p = codes.shape
    shares = [np.bincount(column[column >= 0], minlength=n_categories) / np.sum(column >= 0) for column in codes.T]
    cuts = [np.cumsum(share)[:-1] for share in shares]
    parts = []
    for size in _sizes(n_iterations):
        samples = np.empty((size, n, p), dtype=np.int8)
        for sample in samples:
            if null == "permuted":
                sample[:] = rng.permuted(codes, axis=0)
            else:
                uniform = rng.random((p, n))
                for j, cut in enumerate(cuts):
                    sample[:, j] = np.searchsorted(cut, uniform[j], side="right")
        matrices = null_correlations(samples, n_categories)
        parts.append((eigenvalues(matrices), reduced_eigenvalues(matrices)))
    return NullEigenvalues(np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts]))


def _sizes(n_iterations: int) -> Iterator[int]:
    """Chunk sizes that add up to the iterations."""
    for start in range(0, n_iterations, _CHUNK):
        yield min(_CHUNK, n_iterations - start)

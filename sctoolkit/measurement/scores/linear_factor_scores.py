"""Linear factor scores of rows with and without missing answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sctoolkit.numerics.structure.linear_scores import (
    ScoreWeights,
    bartlett_weights,
    regression_weights,
    ten_berge_weights,
)
from sctoolkit.result import FloatArray

IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class LinearModel:
    """A linear factor model: loadings (p, m), covariance (m, m) and mean (m,) of factors, items' covariances (p, p).

    ``sigma`` are all, ``residuals`` those that the factors leave; ``centre`` (p,) are the item means that belong to the
    factor means.
    """

    loadings: FloatArray
    factor_covariance: FloatArray
    factor_mean: FloatArray
    sigma: FloatArray
    residuals: FloatArray
    centre: FloatArray


def linear_rows(values: FloatArray, matrices: LinearModel, method: str) -> tuple[FloatArray, FloatArray]:
    """Return scores and errors, each (n, m); every pattern of missing answers has its own weights.

    A row with fewer answers than factors has no Bartlett or ten Berge score: nan.
    """
    n, m = values.shape[0], matrices.loadings.shape[1]
    scores, errors = np.full((n, m), np.nan), np.full((n, m), np.nan)
    seen = np.isfinite(values)
    kinds, inverse = np.unique(seen, axis=0, return_inverse=True)
    inverse = inverse.reshape(-1)
    for index, kind in enumerate(kinds):
        items = np.flatnonzero(kind)
        if items.size == 0:
            continue
        found = _weights(matrices, items, method)
        if found is None:
            continue
        rows = np.flatnonzero(inverse == index)
        centred = values[np.ix_(rows, items)] - matrices.centre[items]
        scores[rows] = matrices.factor_mean + centred @ found.weights
        errors[rows] = np.sqrt(np.maximum(np.diag(found.error), 0.0))
    return scores, errors


def _weights(matrices: LinearModel, items: IntArray, method: str) -> ScoreWeights | None:
    """Weights from some of the items; None where they do not determine all factors."""
    loadings = matrices.loadings[items]
    inside = np.ix_(items, items)
    if method == "regression":
        return regression_weights(loadings, matrices.factor_covariance, matrices.sigma[inside])
    if np.linalg.matrix_rank(loadings) < loadings.shape[1]:
        return None
    if method == "bartlett":
        return bartlett_weights(loadings, matrices.residuals[inside])
    return ten_berge_weights(loadings, matrices.factor_covariance, matrices.sigma[inside])

"""Sampling weights and clusters of respondents: checked, and as the numbers that estimates need."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.errors import DataError
from sctoolkit.measurement.items.membership import Labels
from sctoolkit.result import Caveat

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

FEW_CLUSTERS = 20


def sampling_weights(labels: Labels | None) -> FloatArray | None:
    """Weights of all rows, nan where unknown.

    Raises
    ------
    DataError
        If a weight is no number, is negative or not finite.
    """
    if labels is None:
        return None
    values = pd.to_numeric(pd.Series(labels, dtype=object), errors="coerce").to_numpy(dtype=np.float64)
    wrong = np.array([label is not None for label in labels]) & ~(np.isfinite(values) & (values >= 0.0))
    if n := int(wrong.sum()):
        row = int(np.flatnonzero(wrong)[0])
        raise DataError(
            f"`weights` must be finite numbers of at least 0, and {n} {'is' if n == 1 else 'are'} not.",
            where=f"Row {row + 1}, counted from 1: {labels[row]}.",
            hint="Sampling weights say how many people of the population each respondent stands for.",
        )
    return values


def weights_in_use(weights: FloatArray | None, rows: BoolArray) -> FloatArray | None:
    """Weights of the rows in use, scaled to a mean of 1.

    Raises
    ------
    DataError
        If the weight of a row in use is unknown.
    """
    if weights is None:
        return None
    used = weights[rows]
    _check_known("weights", np.isnan(used))
    return np.asarray(used / used.mean())


def clusters_in_use(labels: Labels | None, rows: BoolArray) -> IntArray | None:
    """Clusters of the rows in use as numbers from 0.

    Raises
    ------
    DataError
        If the cluster of a row in use is unknown, or there is one cluster only.
    """
    if labels is None:
        return None
    numbers, names = pd.factorize(pd.Series(labels[rows], dtype=object))
    _check_known("cluster", numbers < 0)
    if len(names) < 2:
        raise DataError("`cluster` must hold at least two clusters, not one.", hint="Leave `cluster` out.")
    return numbers.astype(np.int64)


def _check_known(name: str, unknown: BoolArray) -> None:
    """Raise where a column is not known for every row in use."""
    if n := int(unknown.sum()):
        raise DataError(
            f"`{name}` must be known for every respondent in use, but {n} {'is' if n == 1 else 'are'} missing.",
            hint=f"Fill the column in, or leave the rows without `{name}` out first.",
        )


def effective_n(n: int, weights: FloatArray | None) -> float:
    """People that a weighted sample is worth (Kish): ``(sum w)^2 / sum w^2``."""
    return float(n) if weights is None else float(weights.sum()) ** 2 / float(weights @ weights)


def few_clusters(clusters: IntArray | None) -> tuple[Caveat, ...]:
    """A caveat where there are fewer than 20 clusters."""
    if clusters is None or (n := int(clusters.max()) + 1) >= FEW_CLUSTERS:
        return ()
    return (
        Caveat(
            code="few_clusters",
            sentence=f"{n} clusters are few: errors that allow for clusters are too small on average below "
            f"{FEW_CLUSTERS}.",
            numbers={"n_clusters": n},
        ),
    )

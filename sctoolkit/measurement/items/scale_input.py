"""What every coefficient of one scale is estimated from: keyed items, checked, with their sampling design."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.measurement.items.design_columns import (
    clusters_in_use,
    effective_n,
    few_clusters,
    sampling_weights,
    weights_in_use,
)
from sctoolkit.measurement.items.item_checks import (
    OnReversed,
    check_direction,
    check_overlap,
    check_varying,
    dropped_rows,
    few_people,
    identical_items,
    pairwise_covariance,
    usable_rows,
)
from sctoolkit.measurement.items.membership import items_and_labels
from sctoolkit.measurement.items.ordinal_items import OrdinalItems, ordinal_items
from sctoolkit.result import Caveat

if TYPE_CHECKING:
    from sctoolkit.scoring.scores import Scores
    from sctoolkit.survey.responses import Responses

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
MissingRule = Literal["listwise", "pairwise"]


@dataclass(frozen=True, slots=True)
class ScaleInput:
    """Items of the rows in use.

    ``table`` (n, k) with nan where missing; ``covariance`` and ``correlation`` (k, k), weighted; ``coded`` the items as
    categories, None where they are continuous; ``weights`` (n,) with mean 1 and ``clusters`` (n,) numbers from 0, or
    None; ``n_in`` rows given.
    """

    names: tuple[str, ...]
    table: FloatArray
    covariance: FloatArray
    correlation: FloatArray
    coded: OrdinalItems | None
    weights: FloatArray | None
    clusters: IntArray | None
    missing: MissingRule
    n_in: int
    caveats: tuple[Caveat, ...]

    @property
    def complete(self) -> bool:
        """Whether no answer is missing."""
        return not bool(np.isnan(self.table).any())

    @property
    def n_clusters(self) -> int | None:
        """Number of clusters, None where people were not drawn in clusters."""
        return None if self.clusters is None else int(self.clusters.max()) + 1

    @property
    def dof(self) -> float:
        """Degrees of freedom of a standard error: clusters less one, infinite without clusters."""
        return float("inf") if self.n_clusters is None else self.n_clusters - 1.0


def scale_input(
    data: pd.DataFrame | Scores | Responses, scale: str | None, *, ordered: bool, missing: MissingRule,
    on_reversed: OnReversed, weights: Any = None, cluster: Any = None,
) -> ScaleInput:  # fmt: skip
    """Take the items of one scale, leave out rows that do not count, and check the rest.

    Raises
    ------
    DataError
        If an item does not vary, too few rows count, items run against each other, or weights or clusters do not fit.
    """
    items, labels = items_and_labels(data, scale, weights=weights, cluster=cluster)
    rows = usable_rows(items, missing)
    weight = sampling_weights(labels["weights"])
    if weight is not None:
        rows &= weight != 0.0
        usable_rows(items[rows], missing)
    table = items.to_numpy(dtype=np.float64)[rows]
    names = tuple(items.columns)
    check_varying(names, table)
    used, clusters = weights_in_use(weight, rows), clusters_in_use(labels["cluster"], rows)
    covariance, correlation = pairwise_covariance(table, used)
    check_overlap(names, covariance)
    caveats = (
        *check_direction(names, correlation, effective_n(len(table), used), on_reversed),
        *identical_items(names, correlation),
        *dropped_rows(len(items), len(table)),
        *few_people(len(table), len(names), "Reliability"),
        *few_clusters(clusters),
    )
    coded = ordinal_items(items.loc[rows]) if ordered else None
    return ScaleInput(
        names=names, table=table, covariance=covariance, correlation=correlation, coded=coded, weights=used,
        clusters=clusters, missing=missing, n_in=len(items), caveats=caveats,
    )  # fmt: skip

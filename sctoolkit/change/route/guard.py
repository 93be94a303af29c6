"""How many sites stand behind a contrast, and what may be said when they are few.

``contrast_support(design, codes)`` counts, for each column, the clusters in which it is ever non-zero and those in
which it is zero throughout: for a treatment, or a treatment by time term, these are treated and control sites.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sctoolkit.result import Caveat

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

FEW_SITES = 3
LOW_DOF = 4.0


@dataclass(frozen=True, slots=True)
class ContrastSupport:
    """Clusters with and without a column's quality; ``smaller`` is nan where every cluster has it."""

    n_with: int
    n_without: int

    @property
    def smaller(self) -> float:
        """The smaller of the two counts, nan when one of them is zero."""
        return float(min(self.n_with, self.n_without)) if self.n_with and self.n_without else float("nan")


def contrast_support(design: FloatArray, codes: IntArray) -> list[ContrastSupport]:
    """Count the clusters with and without each column.

    Examples
    --------
    >>> contrast_support(np.array([[1.0], [0.0], [0.0]]), np.array([0, 1, 2]))
    [ContrastSupport(n_with=1, n_without=2)]
    """
    n_clusters = int(codes.max()) + 1
    counts = [int(np.count_nonzero(np.bincount(codes[design[:, j] != 0]))) for j in range(design.shape[1])]
    return [ContrastSupport(n_with=n, n_without=n_clusters - n) for n in counts]


def refusal(terms: Sequence[str], n_clusters: int) -> Caveat:
    """Return the caveat that replaces a sandwich where one cluster carries a contrast alone."""
    listed = ", ".join(f"`{term}`" for term in terms[:4]) + (f" and {len(terms) - 4} more" if len(terms) > 4 else "")
    return Caveat(
        code="one_cluster_carries_it",
        sentence=f"No standard error for {listed}: one cluster carries it alone, so no sandwich is valid.",
        numbers={"terms": list(terms), "n_clusters": n_clusters},
    )


def few_sites(terms: Sequence[str], counts: Sequence[ContrastSupport]) -> list[Caveat]:
    """Return a caveat for each term that 2 or 3 clusters carry on one side."""
    return [
        Caveat(
            code="few_clusters_on_one_side",
            sentence=(
                f"`{term}` rests on {count.n_with} clusters with and {count.n_without} without it: "
                "prefer cluster means or Kenward-Roger."
            ),
            numbers={"term": term, "n_with": count.n_with, "n_without": count.n_without},
        )
        for term, count in zip(terms, counts, strict=True)
        if 1 < count.smaller <= FEW_SITES
    ]


def low_dof(terms: Sequence[str], dof: FloatArray) -> list[Caveat]:
    """Return a caveat when degrees of freedom fall below 4."""
    low = [(term, float(value)) for term, value in zip(terms, dof, strict=True) if value < LOW_DOF]
    if not low:
        return []
    listed = ", ".join(f"`{term}` {value:.1f}" for term, value in low[:4])
    return [
        Caveat(
            code="few_degrees_of_freedom",
            sentence=f"Degrees of freedom below {LOW_DOF:.0f}: {listed}. The p-value is fragile.",
            numbers={"dof": dict(low)},
        )
    ]

"""Item analysis: what every item of a scale does, and which run backwards."""

from __future__ import annotations

from collections.abc import Sequence
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
    check_direction,
    dropped_rows,
    few_people,
    identical_items,
    pairwise_covariance,
    usable_rows,
)
from sctoolkit.measurement.items.membership import items_and_labels
from sctoolkit.measurement.lines import caveat_lines
from sctoolkit.numerics.reliability.aggregation import group_variance
from sctoolkit.numerics.reliability.item_statistics import (
    DESCRIPTIONS,
    alpha_if_dropped,
    describe_items,
    item_rest_r,
    mean_errors,
)
from sctoolkit.numerics.reliability.reliability import alpha
from sctoolkit.options import check_option
from sctoolkit.result import Caveat, Provenance, Result, read_only, tidy_frame

if TYPE_CHECKING:
    from sctoolkit.scoring.scores import Scores
    from sctoolkit.survey.responses import Responses

FloatArray = npt.NDArray[np.float64]

IntArray = npt.NDArray[np.int64]

TERMS = (*DESCRIPTIONS, "item_rest_r", "alpha_if_dropped")

SHOWN = {
    "missing_share": "missing", "mean": "mean", "sd": "sd", "floor_share": "floor", "ceiling_share": "ceiling",
    "item_rest_r": "item_rest", "alpha_if_dropped": "alpha_drop",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ItemAnalysis(Result):
    """Statistics of every item of a scale.

    ``statistics`` (n_items, n_terms) holds the columns named in ``terms``; ``mean_errors`` (n_items,) standard errors
    of the means; ``alpha`` is that of the whole scale; ``reversed_items`` names items that run against the others.
    """

    items: tuple[str, ...]
    terms: tuple[str, ...]
    statistics: FloatArray
    mean_errors: FloatArray
    alpha: float
    reversed_items: tuple[str, ...]
    n_clusters: int | None = None
    provenance: Provenance
    caveats: tuple[Caveat, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "statistics", read_only(self.statistics))
        object.__setattr__(self, "mean_errors", read_only(self.mean_errors))

    def frame(self) -> pd.DataFrame:
        """Return one row an item, one column a statistic."""
        return pd.DataFrame(self.statistics, columns=list(self.terms), index=pd.Index(self.items, name="item"))

    def tidy(self) -> pd.DataFrame:
        """Return one row an item and statistic."""
        return tidy_frame(
            {
                "scale": self.provenance.scale,
                "item": item,
                "term": term,
                "estimate": value,
                "std_error": error if term == "mean" else float("nan"),
                "n_obs": int(row[0]),
                "n_clusters": self.n_clusters,
                "method": self.provenance.missing_rule,
            }
            for item, row, error in zip(self.items, self.statistics, self.mean_errors, strict=True)
            for term, value in zip(self.terms, row, strict=True)
        )

    def glance(self) -> pd.DataFrame:
        """Return one row: people, items, alpha, the weakest item."""
        rest = self.statistics[:, self.terms.index("item_rest_r")]
        weakest = self.items[int(np.nanargmin(rest))] if np.isfinite(rest).any() else None
        return pd.DataFrame(
            [
                {
                    "n_obs": self.provenance.n_used,
                    "n_items": len(self.items),
                    "alpha": self.alpha,
                    "lowest_item_rest_r": float(np.nanmin(rest)) if weakest else float("nan"),
                    "lowest_item": weakest,
                }
            ]
        )

    def __str__(self) -> str:
        shown = self.frame()[
            ["missing_share", "mean", "sd", "floor_share", "ceiling_share", "item_rest_r", "alpha_if_dropped"]
        ]
        shown.columns = ["missing", "mean", "sd", "floor", "ceiling", "item_rest", "alpha_drop"]
        shown.index = [name if len(name) <= 20 else name[:19] + "…" for name in shown.index]
        lines = [f"Item analysis: {len(self.items)} items, {self.provenance.n_used} people, alpha {self.alpha:.3f}"]
        table = shown.head(16).to_string(float_format=lambda value: f"{value:.2f}", na_rep="")
        lines += table.splitlines()
        if len(self.items) > 16:
            lines.append(f"... {len(self.items) - 16} more items in frame()")
        return "\n".join(caveat_lines(lines, self.caveats))


def item_analysis(
    data: pd.DataFrame | Scores | Responses,
    *,
    scale: str | None = None,
    weights: str | Sequence[float] | npt.NDArray[Any] | None = None,
    cluster: str | Sequence[Any] | npt.NDArray[Any] | None = None,
    missing: Literal["listwise", "pairwise"] = "pairwise",
) -> ItemAnalysis:
    """Describe every item of a scale and its fit with the others.

    Parameters
    ----------
    data : DataFrame, Scores or Responses
        Keyed items, respondents in rows; `Scores` or `Responses` with `scale`.
    scale : str, optional
        Scale of the instrument, for `Scores` and `Responses`.
    weights : str or (n,) sequence, optional
        Sampling weights: a column of a frame (which is then no item), or one number a respondent. Counts of answers
        stay unweighted.
    cluster : str or (n,) sequence, optional
        Sampling cluster of each respondent, for the standard errors of means and the intraclass correlations.
    missing : {"pairwise", "listwise"}
        For the statistics that join items: pairs of answers, or complete respondents. Descriptions of one item use
        all its answers.

    Returns
    -------
    ItemAnalysis
        For every item the answers, mean and standard deviation (response-scale units), skewness, share at the lowest
        and highest answer found in the scale, categories in use, correlation with the sum of the others, and alpha
        without the item. With weights or clusters also the design effect of its mean (variance over that of people
        drawn at random), and with clusters its intraclass correlation (unweighted). Items that do not vary have nan
        there and are named in a caveat.

    Raises
    ------
    DataError
        If there are fewer than two items or three respondents, or weights or clusters do not fit.

    Notes
    -----
    Corrected item-rest correlation and alpha if dropped follow from the item covariances; standard errors of means by
    linearisation. Oracles: tests/oracle/reliability.R (psych::alpha), tests/oracle/reliability_design.R (survey).

    Examples
    --------
    >>> items = pd.DataFrame({"a": [1, 2, 3, 4], "b": [1, 2, 4, 4], "c": [2, 1, 3, 4]})
    >>> item_analysis(items).frame().loc["a", "mean"].item()
    2.5
    """
    check_option("missing", missing, ("listwise", "pairwise"))
    items, labels = items_and_labels(data, scale, weights=weights, cluster=cluster)
    weight = sampling_weights(labels["weights"])
    counted = np.ones(len(items), dtype=np.bool_) if weight is None else weight != 0.0
    everything = items.to_numpy(dtype=np.float64)[counted]
    rows = usable_rows(items[counted], missing)
    table = everything[rows]
    whole_weights = weights_in_use(weight, counted)
    clusters = clusters_in_use(labels["cluster"], counted)
    names = tuple(items.columns)
    relations, whole, backwards, notes = _relations(
        names, table, None if whole_weights is None else whole_weights[rows]
    )
    terms, described, errors = _descriptions(everything, whole_weights, clusters)
    return ItemAnalysis(
        items=names,
        terms=(*TERMS, *terms),
        statistics=np.column_stack([described[:, : len(DESCRIPTIONS)], relations, described[:, len(DESCRIPTIONS) :]]),
        mean_errors=errors,
        alpha=whole,
        reversed_items=backwards,
        n_clusters=None if clusters is None else int(clusters.max()) + 1,
        provenance=Provenance(
            analysis="item analysis",
            scale=scale,
            n_in=len(items),
            n_used=len(table),
            missing_rule=missing,
            options={"weighted": weights is not None, "clustered": cluster is not None},
        ),
        caveats=(
            *dropped_rows(len(items), len(table)), *notes, *few_people(len(table), len(names), "Item analysis"),
            *few_clusters(clusters),
        ),
    )  # fmt: skip


def _relations(
    names: tuple[str, ...], table: FloatArray, weights: FloatArray | None
) -> tuple[FloatArray, float, tuple[str, ...], list[Caveat]]:
    """Item-rest correlation and alpha if dropped (k, 2), alpha, reversed items, caveats; constant items left out."""
    varying = np.array([len(np.unique(column[~np.isnan(column)])) > 1 for column in table.T])
    relations, whole, caveats = np.full((len(names), 2), np.nan), float("nan"), []
    flat = [name for name, varies in zip(names, varying, strict=True) if not varies]
    if flat:
        named = ", ".join(f"`{name}`" for name in flat)
        caveats.append(
            Caveat(code="constant_items", sentence=f"{named} did not vary and was left out of the scale statistics.")
        )
    if int(varying.sum()) < 2:
        return relations, whole, (), caveats
    kept = [name for name, varies in zip(names, varying, strict=True) if varies]
    covariance, correlation = pairwise_covariance(table[:, varying], weights)
    relations[varying] = np.column_stack([item_rest_r(covariance), alpha_if_dropped(covariance)])
    backwards = check_direction(kept, correlation, effective_n(len(table), weights), "caveat")
    named_items = tuple(backwards[0].numbers["items"]) if backwards else ()
    caveats += [*backwards, *identical_items(kept, correlation)]
    return relations, alpha(covariance), named_items, caveats


def _descriptions(
    table: FloatArray, weights: FloatArray | None, clusters: IntArray | None
) -> tuple[tuple[str, ...], FloatArray, FloatArray]:
    """Names of the further terms of a sampling design, descriptions with these beside them, errors of means."""
    described, errors = describe_items(table, weights), mean_errors(table, weights, clusters)
    if weights is None and clusters is None:
        return (), described, errors
    plain = described[:, DESCRIPTIONS.index("sd")] ** 2 / np.maximum(described[:, 0], 1.0)
    effect = np.divide(errors**2, plain, out=np.full_like(plain, np.nan), where=plain > 0.0)
    if clusters is None:
        return ("design_effect",), np.column_stack([described, effect]), errors
    shares = [_intraclass(column, clusters) for column in table.T]
    return ("design_effect", "cluster_icc"), np.column_stack([described, effect, shares]), errors


def _intraclass(column: FloatArray, clusters: IntArray) -> float:
    """Intraclass correlation of the answers to an item; nan where clusters do not tell it."""
    seen = ~np.isnan(column)
    answers, own = column[seen], clusters[seen]
    n_groups = np.unique(own).size
    if n_groups < 2 or answers.size <= n_groups or float(np.ptp(answers)) == 0.0:
        return float("nan")
    return group_variance(answers, own).icc1

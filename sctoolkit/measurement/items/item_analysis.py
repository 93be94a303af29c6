"""Item analysis: what every item of a scale does, and which run backwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.measurement.items.item_checks import (
    check_direction,
    dropped_rows,
    few_people,
    identical_items,
    pairwise_covariance,
    usable_rows,
)
from sctoolkit.measurement.keyed import keyed_items
from sctoolkit.measurement.lines import caveat_lines
from sctoolkit.numerics.reliability.item_statistics import alpha_if_dropped, item_rest_r
from sctoolkit.numerics.reliability.reliability import alpha
from sctoolkit.options import check_option
from sctoolkit.result import Caveat, Provenance, Result, read_only, tidy_frame

if TYPE_CHECKING:
    from sctoolkit.scoring.scores import Scores
    from sctoolkit.survey.responses import Responses

FloatArray = npt.NDArray[np.float64]

TERMS = (
    "n_obs", "missing_share", "mean", "sd", "skewness", "floor_share", "ceiling_share", "n_categories",
    "item_rest_r", "alpha_if_dropped",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ItemAnalysis(Result):
    """Statistics of every item of a scale.

    ``statistics`` (n_items, 10) holds the columns named in ``terms``; ``alpha`` is that of the whole scale;
    ``reversed_items`` names items that run against the others.
    """

    items: tuple[str, ...]
    terms: tuple[str, ...]
    statistics: FloatArray
    alpha: float
    reversed_items: tuple[str, ...]
    provenance: Provenance
    caveats: tuple[Caveat, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "statistics", read_only(self.statistics))

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
                "n_obs": int(row[0]),
                "method": self.provenance.missing_rule,
            }
            for item, row in zip(self.items, self.statistics, strict=True)
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
        shown = self.frame()[["missing_share", "mean", "sd", "floor_share", "ceiling_share", *self.terms[-2:]]]
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
    missing: Literal["listwise", "pairwise"] = "pairwise",
) -> ItemAnalysis:
    """Describe every item of a scale and its fit with the others.

    Parameters
    ----------
    data : DataFrame, Scores or Responses
        Keyed items, respondents in rows; `Scores` or `Responses` with `scale`.
    scale : str, optional
        Scale of the instrument, for `Scores` and `Responses`.
    missing : {"pairwise", "listwise"}
        For the statistics that join items: pairs of answers, or complete respondents. Descriptions of one item use
        all its answers.

    Returns
    -------
    ItemAnalysis
        For every item the answers, mean and standard deviation (response-scale units), skewness, share at the lowest
        and highest answer found in the scale, categories in use, correlation with the sum of the others, and alpha
        without the item. Items that do not vary have nan there and are named in a caveat.

    Raises
    ------
    DataError
        If there are fewer than two items or three respondents.

    Notes
    -----
    Corrected item-rest correlation and alpha if dropped follow from the item covariances; oracle:
    tests/oracle/reliability.R (psych::alpha).

    Examples
    --------
    >>> items = pd.DataFrame({"a": [1, 2, 3, 4], "b": [1, 2, 4, 4], "c": [2, 1, 3, 4]})
    >>> item_analysis(items).frame().loc["a", "mean"].item()
    2.5
    """
    check_option("missing", missing, ("listwise", "pairwise"))
    items = keyed_items(data, scale)
    rows = usable_rows(items, missing)
    everything = items.to_numpy(dtype=np.float64)
    table = everything[rows]
    names = tuple(items.columns)
    varying = np.array([len(np.unique(column[~np.isnan(column)])) > 1 for column in table.T])
    caveats = list(dropped_rows(len(items), len(table)))
    flat = [name for name, varies in zip(names, varying, strict=True) if not varies]
    if flat:
        named = ", ".join(f"`{name}`" for name in flat)
        caveats.append(
            Caveat(code="constant_items", sentence=f"{named} did not vary and was left out of the scale statistics.")
        )
    rest, dropped, whole = np.full(len(names), np.nan), np.full(len(names), np.nan), float("nan")
    reversed_items: tuple[str, ...] = ()
    if int(varying.sum()) >= 2:
        kept = [name for name, varies in zip(names, varying, strict=True) if varies]
        covariance, correlation = pairwise_covariance(table[:, varying])
        rest[varying], dropped[varying] = item_rest_r(covariance), alpha_if_dropped(covariance)
        whole = alpha(covariance)
        backwards = check_direction(kept, correlation, len(table), "caveat")
        reversed_items = tuple(backwards[0].numbers["items"]) if backwards else ()
        caveats += [*backwards, *identical_items(kept, correlation)]
    caveats += few_people(len(table), len(names), "Item analysis")
    described = _descriptions(everything)
    return ItemAnalysis(
        items=names,
        terms=TERMS,
        statistics=np.column_stack([described, rest, dropped]),
        alpha=whole,
        reversed_items=reversed_items,
        provenance=Provenance(
            analysis="item analysis",
            scale=scale,
            n_in=len(items),
            n_used=len(table),
            missing_rule=missing,
        ),
        caveats=tuple(caveats),
    )


def _descriptions(table: FloatArray) -> FloatArray:
    """Answers, missing share, mean, sd, skewness, floor, ceiling and categories of every item."""
    known = ~np.isnan(table)
    low, high = np.nanmin(table), np.nanmax(table)
    rows = []
    for column, seen in zip(table.T, known.T, strict=True):
        answers = column[seen]
        n = answers.size
        if n == 0:
            rows.append([0.0, 1.0, *[np.nan] * 5, 0.0])
            continue
        centred = answers - answers.mean()
        spread = float(centred @ centred / n)
        skewness = float(np.mean(centred**3)) / spread**1.5 if spread > 0.0 else np.nan
        sd = float(answers.std(ddof=1)) if n > 1 else np.nan
        shares = [float(np.mean(answers == low)), float(np.mean(answers == high))]
        rows.append([n, 1.0 - n / len(table), answers.mean(), sd, skewness, *shares, np.unique(answers).size])
    return np.array(rows, dtype=np.float64)

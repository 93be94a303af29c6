"""Polychoric (and, for mixed data, polyserial) correlations with thresholds and their covariance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.errors import DataError, OptionError, did_you_mean
from sctoolkit.measurement.exploration.polychoric_result import Polychoric
from sctoolkit.measurement.items.design_columns import clusters_in_use, sampling_weights, weights_in_use
from sctoolkit.measurement.items.item_checks import dropped_rows, usable_rows
from sctoolkit.measurement.items.membership import items_and_labels
from sctoolkit.measurement.items.ordinal_guidance import ordinal_guidance, pair_caveat
from sctoolkit.measurement.items.ordinal_items import OrdinalItems, ordinal_items
from sctoolkit.numerics.ordinal.mixed_statistics import mixed_statistics
from sctoolkit.numerics.ordinal.ordinal_statistics import Nacov, ordinal_statistics
from sctoolkit.numerics.ordinal.smoothing import smoothed
from sctoolkit.options import check_option
from sctoolkit.result import Caveat, Provenance

if TYPE_CHECKING:
    from sctoolkit.scoring.scores import Scores
    from sctoolkit.survey.responses import Responses

FloatArray = npt.NDArray[np.float64]
Categories = Mapping[str, Sequence[float]] | Sequence[float] | None


def polychoric(
    data: pd.DataFrame | Scores | Responses,
    *,
    scale: str | None = None,
    weights: str | Sequence[float] | npt.NDArray[Any] | None = None,
    cluster: str | Sequence[Any] | npt.NDArray[Any] | None = None,
    missing: Literal["listwise", "pairwise"] = "listwise",
    continuous: Sequence[str] = (),
    categories: Categories = None,
    collapse_unused: bool = False,
    smooth: bool = False,
    nacov: Literal["full", "diagonal", "none"] = "full",
    level: float = 0.95,
) -> Polychoric:
    """Correlations of the latent responses behind ordinal items.

    Parameters
    ----------
    data : DataFrame, Scores or Responses
        Keyed items, respondents in rows; `Scores` or `Responses` with `scale`.
    scale : str, optional
        Scale of the instrument, for `Scores` and `Responses`.
    weights : str or (n,) sequence, optional
        Sampling weights: a column of a frame (which is then no item), or one number a respondent; thresholds and
        correlations are weighted, the covariance is that of the design.
    cluster : str or (n,) sequence, optional
        Sampling cluster of each respondent; standard errors allow for dependence within it.
    missing : {"listwise", "pairwise"}
        Complete respondents only, or for every item and pair all who answered.
    continuous : sequence of str
        Items to take as continuous: they get polyserial and product-moment correlations (complete data, no weights).
    categories : sequence, or mapping of item to sequence, optional
        Answers that were offered. Left out, the answers found are the categories, and gaps are reported.
    collapse_unused : bool
        Merge offered categories that nobody used with their neighbours, and say so; the default is an error.
    smooth : bool
        Replace a matrix that is not positive definite by a near one that is, and say so.
    nacov : {"full", "diagonal", "none"}
        The covariance matrix of thresholds and correlations, standard errors only, or neither.
    level : float
        Confidence level.

    Returns
    -------
    Polychoric
        Correlations, thresholds, standard errors, ``nacov`` (N times the covariance; thresholds item by item, then
        the lower triangle of the correlations column by column) and flags. Intervals are on Fisher's z scale.

    Raises
    ------
    DataError
        If an item is constant or unused categories are not to be collapsed, or a column of weights does not fit.
    OptionError
        If an option is not offered, or continuous items are combined with weights, clusters or pairwise deletion.

    Notes
    -----
    Two-step maximum likelihood (Olsson 1979), all pairs at once. Zero cells follow lavaan: only in two-by-two tables
    half a person is moved, margins kept. Perfectly ordered pairs get the bound, a flag, and no standard error.

    References
    ----------
    Olsson (1979), doi:10.1007/BF02296207. Muthen (1984), doi:10.1007/BF02294210. Olsson, Drasgow and Dorans (1982),
    doi:10.1007/BF02294164. Oracle: tests/oracle/polychoric.R (lavaan 0.6-14).

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> latent = rng.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], size=2000)
    >>> items = pd.DataFrame(np.digitize(latent, [-1, 0, 1]), columns=["a", "b"])
    >>> round(float(polychoric(items).correlation[1, 0]), 1)
    0.5
    """
    check_option("missing", missing, ("listwise", "pairwise"))
    check_option("nacov", nacov, ("full", "diagonal", "none"))
    items, labels = items_and_labels(data, scale, weights=weights, cluster=cluster)
    rows = usable_rows(items, missing)
    options = {"missing": missing, "nacov": nacov, "smooth": smooth, "continuous": list(continuous)}
    provenance = Provenance(
        analysis="polychoric correlations", scale=scale, n_in=len(items), n_used=int(rows.sum()), missing_rule=missing,
        options=options,
    )  # fmt: skip
    caveats = list(dropped_rows(len(items), int(rows.sum())))
    if len(continuous):
        _check_mixed(items, continuous, weights, cluster, missing)
        return _mixed(items.loc[rows], continuous, categories, collapse_unused, smooth, level, provenance, caveats)
    weight = weights_in_use(sampling_weights(labels["weights"]), rows)
    clusters = clusters_in_use(labels["cluster"], rows)
    coded = ordinal_items(items, categories=categories, collapse_unused=collapse_unused, rows=rows)
    extent: Nacov = nacov
    statistics = ordinal_statistics(
        coded.codes[rows], coded.n_categories,
        weights=weight, clusters=clusters, missing=missing, nacov=extent,
    )  # fmt: skip
    caveats += [*coded.caveats, *ordinal_guidance(statistics, coded.names)]
    correlation, notes = _smoothing(statistics.correlation, smooth)
    errors = None
    if statistics.gamma_diagonal is not None:
        errors = np.sqrt(statistics.gamma_diagonal / statistics.n_obs)
    return Polychoric(
        items=coded.names,
        correlation=correlation,
        thresholds=statistics.thresholds,
        nacov=statistics.gamma,
        std_errors=errors,
        at_bound=statistics.at_bound,
        corrected=statistics.corrected,
        n_empty_cells=statistics.n_empty_cells,
        smoothed=bool(notes),
        ci_level=level,
        provenance=provenance,
        caveats=(*caveats, *notes),
    )


def _check_mixed(
    items: pd.DataFrame, continuous: Sequence[str], weights: object, cluster: object, missing: str
) -> None:
    """Raise where continuous items meet what is not offered for them."""
    for name in continuous:
        if name not in items:
            raise DataError(f"Continuous item `{name}` is not in the data.", hint=did_you_mean(name, items.columns))
    if weights is not None or cluster is not None or missing != "listwise":
        raise OptionError(
            "Mixed ordinal and continuous items must come without `weights` and `cluster`, with listwise deletion.",
            hint="Leave these options out, or take all items as ordinal.",
        )


def _mixed(
    items: pd.DataFrame, continuous: Sequence[str], categories: Categories, collapse_unused: bool, smooth: bool,
    level: float, provenance: Provenance, caveats: list[Caveat],
) -> Polychoric:  # fmt: skip
    """Statistics of ordinal and continuous items together."""
    table = items.to_numpy(dtype=np.float64).copy()
    discrete = [name for name in items if name not in set(continuous)]
    widths = np.zeros(items.shape[1], dtype=np.int64)
    for name in continuous:
        if items[name].nunique() < 2:
            raise DataError(
                f"Item `{name}` must vary, but everyone has {items[name].iloc[0]:g}.",
                hint=f"Leave `{name}` out: it says nothing about differences between people.",
            )
    if discrete:
        coded: OrdinalItems = ordinal_items(items[discrete], categories=categories, collapse_unused=collapse_unused)
        places = [at for at, name in enumerate(items) if name in set(discrete)]
        table[:, places] = coded.codes
        widths[places] = coded.n_categories
        caveats = [*caveats, *coded.caveats]
    fit = mixed_statistics(table, widths)
    correlation, notes = _smoothing(fit.correlation, smooth)
    names = tuple(items.columns)
    return Polychoric(
        items=names,
        correlation=correlation,
        thresholds=fit.thresholds,
        nacov=fit.gamma,
        std_errors=np.sqrt(np.diagonal(fit.gamma) / len(items)),
        at_bound=fit.at_bound,
        corrected=np.zeros(fit.at_bound.size, dtype=np.bool_),
        n_empty_cells=np.zeros(fit.at_bound.size, dtype=np.int64),
        smoothed=bool(notes),
        ci_level=level,
        provenance=provenance,
        caveats=(*caveats, *pair_caveat("at_bound", fit.at_bound, names), *notes),
    )


def _smoothing(correlation: FloatArray, wanted: bool) -> tuple[FloatArray, tuple[Caveat, ...]]:
    """The matrix, smoothed where that was asked for and is needed, with the caveat that says so."""
    if not wanted or not bool(np.isfinite(correlation).all()) or float(np.linalg.eigvalsh(correlation)[0]) > 1e-10:
        return correlation, ()
    nearer = smoothed(correlation)
    change = float(np.abs(nearer - correlation).max())
    sentence = f"The matrix was smoothed to be positive definite; correlations moved by up to {change:.3f}."
    return nearer, (Caveat(code="smoothed", sentence=sentence, numbers={"largest_change": change}),)

"""Factor scores under an exploratory solution: weighted sums of standardised items."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from sctoolkit.errors import NotIdentifiedError
from sctoolkit.measurement.items.item_codes import item_values
from sctoolkit.measurement.keyed import keyed_items
from sctoolkit.measurement.scores.factor_scores_result import FactorScores, determinacy_caveats, scored_result
from sctoolkit.measurement.scores.linear_factor_scores import LinearModel, linear_rows
from sctoolkit.numerics.structure.linear_scores import determinacy
from sctoolkit.result import Caveat, FloatArray, Provenance


class ExploratorySolution(Protocol):
    """What scores need of an exploratory solution: names, pattern loadings, factor correlations, item correlations."""

    items: tuple[str, ...]
    loadings: FloatArray
    factor_corr: FloatArray
    correlation: FloatArray
    provenance: Provenance

    @property
    def factors(self) -> tuple[str, ...]:
        """Names of the factors."""
        ...


def exploratory_scores(fit: ExploratorySolution, data: Any, method: str, scale: str | None) -> FactorScores:
    """Return scores of items standardised within ``data``, so that their means are zero there.

    Raises
    ------
    NotIdentifiedError
        If an item does not vary in the data, or has no uniqueness where the method divides by it.
    """
    values = item_values(keyed_items(data, scale), fit.items)
    spread = np.array([np.nanstd(column[np.isfinite(column)], ddof=1) for column in values.T])
    if not (spread > 0.0).all():
        still = fit.items[int(np.flatnonzero(~(spread > 0.0))[0])]
        raise NotIdentifiedError(
            f"Every item must vary among the people to score, and `{still}` does not.",
            hint="Score all people together: the items are compared with their own mean and spread.",
        )
    common = np.einsum("pa,ab,pb->p", fit.loadings, fit.factor_corr, fit.loadings)
    if method == "bartlett" and (common >= 1.0).any():
        place = int(common.argmax())
        raise NotIdentifiedError(
            f"Bartlett scores must have items with unique variance, and `{fit.items[place]}` has none.",
            hint="The solution has a Heywood case; take `ten_berge` or `regression`, or fewer factors.",
        )
    model = LinearModel(
        loadings=fit.loadings,
        factor_covariance=fit.factor_corr,
        factor_mean=np.zeros(len(fit.factors)),
        sigma=fit.correlation,
        residuals=np.diag(1.0 - common),
        centre=np.zeros(len(fit.items)),
    )
    standard = (values - np.nanmean(values, axis=0)) / spread
    scores, errors = linear_rows(standard, model, method)
    rho = determinacy(fit.loadings, fit.factor_corr, fit.correlation)[None, :]
    caveats = determinacy_caveats(fit.factors, rho)
    if fit.provenance.options.get("correlation") == "polychoric":
        caveats = (
            *caveats,
            Caveat(
                code="ordinal_as_points",
                sentence="Weights from polychorics meet answers as points; scores of `cfa` treat them as ordinal.",
            ),
        )
    member = np.where(np.isfinite(values).any(axis=1), 0, -1).astype(np.int64)
    return scored_result(fit.factors, scores, errors, ("",), member, rho, method, scale, caveats)

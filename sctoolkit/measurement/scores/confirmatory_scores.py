"""Factor scores under a confirmatory model: ordinal by mode or mean, continuous by weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sctoolkit.errors import NotIdentifiedError, OptionError
from sctoolkit.measurement.items.item_codes import item_values, recode_items
from sctoolkit.measurement.items.membership import group_numbers, items_and_labels
from sctoolkit.measurement.scores.factor_scores_result import FactorScores, determinacy_caveats, scored_result
from sctoolkit.measurement.scores.linear_factor_scores import LinearModel, linear_rows
from sctoolkit.numerics.irt.patterns import distinct_patterns
from sctoolkit.numerics.structure.linear_scores import determinacy
from sctoolkit.numerics.structure.ordinal_scores import ProbitModel, eap_ordinal_scores, ebm_scores
from sctoolkit.result import Caveat, FloatArray

if TYPE_CHECKING:
    from sctoolkit.measurement.structure.model_fit import GroupMatrices, ModelFit

IntArray = npt.NDArray[np.int64]


def confirmatory_scores(fit: ModelFit, data: Any, method: str, scale: str | None, group: Any) -> FactorScores:
    """Scores under a confirmatory model."""
    kind = "ordinal" if fit.ordered else "continuous"
    n_factors = len(fit.latents)
    if method == "eap" and n_factors > 4:
        raise OptionError(
            f"Method `eap` must have at most four factors, not {n_factors}.",
            hint="Use `ebm`, whose work grows with the number of factors and not with its power.",
        )
    table, member = _rows_to_score(fit, data, kind, scale, group)
    shape = (len(table), n_factors)
    values, errors = np.full(shape, np.nan), np.full(shape, np.nan)
    rho = np.full((len(fit.groups), n_factors), np.nan)
    for g, matrices in enumerate(fit.matrices):
        rows = np.flatnonzero(member == g)
        if kind == "ordinal":
            values[rows], errors[rows] = _ordinal_rows(table[rows].astype(np.int64), fit, matrices, method)
        else:
            own = table[rows].astype(np.float64)
            values[rows], errors[rows] = linear_rows(own, _linear_model(fit, g), method)
            rho[g] = determinacy(matrices.loadings, matrices.factor_covariance, matrices.sigma)
    caveats = _residual_caveat(fit) if kind == "ordinal" else determinacy_caveats(fit.latents, rho)
    return scored_result(fit.latents, values, errors, fit.groups, member, rho, method, scale, caveats)


def _rows_to_score(
    fit: ModelFit, data: Any, kind: str, scale: str | None, group: Any
) -> tuple[FloatArray | IntArray, IntArray]:
    """Codes (ordinal) or values (continuous) of every row, and its group; -1 for rows that are not scored."""
    if data is None:
        member = np.full(fit.data.n_rows, -1, dtype=np.int64)
        source: Any = fit.data.codes if kind == "ordinal" else fit.data.values
        table = np.full((fit.data.n_rows, len(fit.items)), -1 if kind == "ordinal" else np.nan)
        for g, rows in enumerate(fit.data.rows):
            member[rows] = g
            table[rows] = source[g]
    else:
        items, labels = items_and_labels(data, scale, group=group)
        member = group_numbers(fit.groups, labels["group"], len(items))
        if kind == "ordinal":
            table = recode_items(items, fit.items, tuple(fit.data.categories[name] for name in fit.items)).codes
        else:
            table = item_values(items, fit.items)
    seen = table >= 0 if kind == "ordinal" else np.isfinite(table)
    member = np.where(seen.any(axis=1), member, -1)
    return table, member


def _centre(fit: ModelFit, g: int) -> FloatArray:
    """Item means of a group: implied by the model, or the sample's where the model has no mean structure."""
    if fit.models[g].mean_structure:
        return fit.matrices[g].mu
    values = fit.data.values[g]
    weights = np.ones(len(values)) if fit.data.weights is None else fit.data.weights[g]
    seen = np.where(np.isfinite(values), weights[:, None], 0.0)
    return np.asarray((np.nan_to_num(values) * seen).sum(axis=0) / seen.sum(axis=0))


def _linear_model(fit: ModelFit, g: int) -> LinearModel:
    """The linear model of one group."""
    own = fit.matrices[g]
    return LinearModel(
        loadings=own.loadings,
        factor_covariance=own.factor_covariance,
        factor_mean=own.factor_mean,
        sigma=own.sigma,
        residuals=own.residuals,
        centre=_centre(fit, g),
    )


def _ordinal_rows(
    codes: IntArray, fit: ModelFit, matrices: GroupMatrices, method: str
) -> tuple[FloatArray, FloatArray]:
    """EBM or EAP scores over distinct patterns."""
    variances = np.diag(matrices.residuals)
    if (variances <= 0.0).any():
        place = int(variances.argmin())
        raise NotIdentifiedError(
            f"Every item must have residual variance for scores, and `{fit.items[place]}` has {variances[place]:.3f}.",
            hint="The model has a Heywood case: drop the item, merge it with its double, or simplify the factor.",
        )
    widest = max(len(cuts) for cuts in matrices.thresholds)
    thresholds = np.full((len(fit.items), widest), np.inf)
    for j, cuts in enumerate(matrices.thresholds):
        thresholds[j, : len(cuts)] = cuts
    model = ProbitModel(
        loadings=matrices.loadings,
        thresholds=thresholds,
        intercepts=matrices.intercepts,
        residual_sd=np.sqrt(variances),
        factor_mean=matrices.factor_mean,
        factor_cov=matrices.factor_covariance,
    )
    found = distinct_patterns(codes)
    scored = ebm_scores(found.codes, model) if method == "ebm" else eap_ordinal_scores(found.codes, model)
    return scored.scores[found.inverse], scored.std_error[found.inverse]


def _residual_caveat(fit: ModelFit) -> tuple[Caveat, ...]:
    """Ordinal scores take items as independent given the factors."""
    tied = [m.residuals - np.diag(np.diag(m.residuals)) for m in fit.matrices]
    if not any(np.abs(part).max() > 1e-12 for part in tied):
        return ()
    return (
        Caveat(
            code="residual_covariances_ignored",
            sentence="Residual covariances of the model are left out of the scores; their errors are too small.",
        ),
    )

"""Factor scores from ordered and continuous items together, given covariates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sctoolkit.errors import DataError, NotIdentifiedError
from sctoolkit.measurement.items.item_codes import item_values, recode_items
from sctoolkit.measurement.items.membership import group_numbers, items_and_labels
from sctoolkit.measurement.scores.factor_scores_result import FactorScores, scored_result
from sctoolkit.numerics.ordinal.conditional_scores import conditional_modes
from sctoolkit.numerics.structure.implied_moments import evaluate
from sctoolkit.result import Caveat, FloatArray

if TYPE_CHECKING:
    from sctoolkit.measurement.structure.model_fit import ModelFit

IntArray = npt.NDArray[np.int64]


def mixed_scores(fit: ModelFit, data: Any, method: str, scale: str | None, group: Any) -> FactorScores:
    """Return the posterior modes of the factors given all answers and the covariates.

    Notes
    -----
    The continuous items and the covariates make a normal prior for every person, exactly; the ordered answers then move
    its mode. A person without a covariate, or without any answer, gets nan.
    """
    _check_structure(fit)
    table, member = _rows_to_score(fit, data, scale, group)
    m = len(fit.latents)
    values, errors = np.full((len(table), m), np.nan), np.full((len(table), m), np.nan)
    for g in range(len(fit.groups)):
        rows = np.flatnonzero(member == g)
        values[rows], errors[rows] = _group_scores(fit, g, table[rows])
    nothing = np.full((len(fit.groups), m), np.nan)
    return scored_result(fit.latents, values, errors, fit.groups, member, nothing, method, scale, _tied_caveat(fit))


def _check_structure(fit: ModelFit) -> None:
    """Raise where items predict one another or the factors, or an ordered item has no residual variance."""
    p = len(fit.items)
    held = [fit.table.variables.position[name] for name in fit.table.variables.covariates]
    for g, model in enumerate(fit.models):
        state = evaluate(model, fit.z)
        paths = state.paths[:, :p].copy()
        paths[:, held] = 0.0
        if paths.any():
            place = int(np.argmax(np.abs(paths).sum(axis=0)))
            raise NotIdentifiedError(
                f"Scores must come from items of factors and covariates alone, and `{fit.items[place]}` is a response "
                "that predicts.",
                where="Answers to it are no independent sign of the factors.",
                hint="Score a model without that path.",
            )
        residual = np.diag(state.covariances)[:p]
        empty = [name for k, name in enumerate(fit.items) if k not in held and residual[k] <= 0.0]
        if empty:
            raise NotIdentifiedError(
                f"Every item must have residual variance for scores, and `{empty[0]}` has none.",
                where=f"Group `{fit.groups[g]}`." if fit.groups[g] else (),
                hint="The model has a Heywood case: drop the item, merge it with its double, or simplify the factor.",
            )


def _rows_to_score(fit: ModelFit, data: Any, scale: str | None, group: Any) -> tuple[FloatArray, IntArray]:
    """Return category numbers and values of every row (nan missing) and its group, -1 where it is not scored."""
    ordered = fit.table.variables.ordered
    others = tuple(name for name in fit.items if name not in ordered)
    first = np.array([fit.items.index(name) for name in ordered], dtype=np.intp)
    if data is None:
        table = np.full((fit.data.n_rows, len(fit.items)), np.nan)
        member = np.full(fit.data.n_rows, -1, dtype=np.int64)
        for g, rows in enumerate(fit.data.rows):
            member[rows], table[rows] = g, fit.data.values[g]
            codes = fit.data.codes[g][:, first].astype(np.float64)
            table[np.ix_(rows, first)] = np.where(codes < 0, np.nan, codes)
    else:
        items, labels = items_and_labels(data, scale, group=group)
        member = group_numbers(fit.groups, labels["group"], len(items))
        table = np.full((len(items), len(fit.items)), np.nan)
        known_codes = recode_items(items, ordered, tuple(fit.data.categories[name] for name in ordered)).codes
        table[:, first] = np.where(known_codes < 0, np.nan, known_codes)
        table[:, [fit.items.index(name) for name in others]] = item_values(items, others)
    held = np.array([name in fit.table.variables.covariates for name in fit.items])
    known = np.isfinite(table)
    usable = known[:, held].all(axis=1) & known[:, ~held].any(axis=1)
    if not usable.any():
        raise DataError(
            "At least one row must have an answer and all covariates, and none has.",
            where=f"{len(table)} rows; covariates: {', '.join(fit.table.variables.covariates) or 'none'}.",
            hint="Give the columns that the model was fitted to.",
        )
    return table, np.where(usable, member, -1)


def _group_scores(fit: ModelFit, g: int, table: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return scores and errors of the rows of one group."""
    model, p = fit.models[g], len(fit.items)
    state, x = evaluate(model, fit.z), model.covariates
    ordered = np.flatnonzero(model.ordered)
    continuous = np.setdiff1d(np.flatnonzero(~model.ordered), x)
    given = table[:, x]
    shift = state.means[:p] + given @ state.paths[:p, x].T
    prior = (state.total @ state.means)[p:] + given @ state.total[p:, x].T
    inverse = np.linalg.inv(fit.matrices[g].factor_covariance)
    loadings, residuals = state.paths[:p, p:], state.covariances[:p, :p]
    centre = np.empty_like(prior)
    precision = np.empty((len(table), *inverse.shape))
    seen = np.isfinite(table[:, continuous])
    kinds, place = np.unique(seen, axis=0, return_inverse=True)
    for index, kind in enumerate(kinds):
        rows, own = np.flatnonzero(place.reshape(-1) == index), continuous[kind]
        weights = np.linalg.solve(residuals[np.ix_(own, own)], loadings[own]).T
        precision[rows] = inverse + weights @ loadings[own]
        gap = table[np.ix_(rows, own)] - shift[np.ix_(rows, own)]
        target = prior[rows] @ inverse + gap @ weights.T
        centre[rows] = np.linalg.solve(precision[rows], target[:, :, None])[:, :, 0]
    sd = np.sqrt(np.diag(residuals)[ordered])
    low, high = _bounds(fit, g, table, ordered, shift)
    found = conditional_modes(low / sd, high / sd, loadings[ordered] / sd[:, None], centre, precision)
    return found.scores, np.sqrt(np.diagonal(found.covariance, axis1=1, axis2=2))


def _bounds(
    fit: ModelFit, g: int, table: FloatArray, ordered: npt.NDArray[np.intp], shift: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the bounds of the latent responses of the ordered items, less what is not of the factors."""
    low, high = np.full((len(table), ordered.size), -np.inf), np.full((len(table), ordered.size), np.inf)
    for at, item in enumerate(ordered):
        edges = np.concatenate([[-np.inf], fit.matrices[g].thresholds[item], [np.inf]])
        seen = np.isfinite(table[:, item])
        codes = table[seen, item].astype(np.int64)
        low[seen, at] = edges[codes] - shift[seen, item]
        high[seen, at] = edges[codes + 1] - shift[seen, item]
    return low, high


def _tied_caveat(fit: ModelFit) -> tuple[Caveat, ...]:
    """Ordered items count as independent of all others given the factors."""
    for model, matrices in zip(fit.models, fit.matrices, strict=True):
        tied = matrices.residuals - np.diag(np.diag(matrices.residuals))
        if np.abs(tied[model.ordered]).max(initial=0.0) > 1e-12:
            return (
                Caveat(
                    code="residual_covariances_ignored",
                    sentence="Residual covariances of ordered items are left out of the scores; their errors are too "
                    "small.",
                ),
            )
    return ()

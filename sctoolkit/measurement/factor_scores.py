"""Factor scores of people under a fitted model, with their errors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.errors import DataError, NotIdentifiedError, OptionError, did_you_mean
from sctoolkit.measurement.cfa_result import CfaResult
from sctoolkit.measurement.factor_scores_result import FactorScores
from sctoolkit.measurement.grm_result import Grm
from sctoolkit.measurement.item_codes import recode_items
from sctoolkit.measurement.linear_factor_scores import linear_rows
from sctoolkit.measurement.membership import Labels, items_and_labels
from sctoolkit.numerics.grm_likelihood import normal_grid
from sctoolkit.numerics.grm_scores import eap_scores, map_scores
from sctoolkit.numerics.linear_scores import determinacy
from sctoolkit.numerics.ordinal_scores import ProbitModel, eap_ordinal_scores, ebm_scores
from sctoolkit.numerics.patterns import distinct_patterns
from sctoolkit.options import check_option
from sctoolkit.result import Caveat, FloatArray, Provenance

if TYPE_CHECKING:
    from sctoolkit.measurement.model_fit import GroupMatrices, ModelFit
    from sctoolkit.scoring.scores import Scores
    from sctoolkit.survey.responses import Responses

IntArray = npt.NDArray[np.int64]

METHODS: dict[str, tuple[str, ...]] = {
    "ordinal": ("ebm", "eap"),
    "continuous": ("regression", "bartlett", "ten_berge"),
    "graded": ("eap", "map"),
}
"""Methods by kind of model; the first is the default."""

_LOW_DETERMINACY = 0.8


def factor_scores(
    fit: CfaResult | Grm,
    data: pd.DataFrame | Scores | Responses | None = None,
    *,
    method: str | None = None,
    scale: str | None = None,
    group: str | Sequence[Any] | None = None,
) -> FactorScores:
    """Score people on the factors of a fitted model.

    Parameters
    ----------
    fit : CfaResult or Grm
        From `cfa` or `grm`.
    data : DataFrame, Scores or Responses, optional
        Keyed items of the people to score; the data of the fit when left out (not kept by `grm`, which needs them).
        Missing answers are left out of a person's score; a person without any answer gets nan.
    method : str, optional
        Ordinal `cfa`: ``ebm`` (posterior mode, as lavaan and Mplus) or ``eap`` (posterior mean, up to four factors).
        Continuous `cfa`: ``regression``, ``bartlett`` (unbiased for each person) or ``ten_berge`` (keeps the factors'
        covariances). `grm`: ``eap`` or ``map``.
    scale : str, optional
        Scale of the instrument; for `Scores` and `Responses`.
    group : str or sequence, optional
        Column or labels of groups; needed with ``data`` when the model has several groups.

    Returns
    -------
    FactorScores
        ``frame()`` has one row a person; ``tidy()`` reliability and determinacy. Scores shrink towards the mean of the
        group (all but Bartlett), so that differences between groups of scores are smaller than between factors: compare
        groups by the model, not by its scores.

    Raises
    ------
    DataError
        If items are absent, answers unknown to the model, or groups do not match it.
    NotIdentifiedError
        If an item has no residual variance, so that no score has a finite likelihood.
    OptionError
        If the method does not belong to the model, or ``eap`` is asked for more than four factors.

    References
    ----------
    Thurstone (1935); Bartlett (1937); ten Berge et al. (1999), doi:10.1016/S0024-3795(97)10007-6; Bock & Mislevy
    (1982), doi:10.1177/014662168200600405; Grice (2001), doi:10.1037/1082-989X.6.4.430.
    Oracle: tests/oracle/factor_scores.R (lavaan, psych).

    Examples
    --------
    >>> from sctoolkit import grm
    >>> rng = np.random.default_rng(1)
    >>> answers = (rng.normal(size=(300, 1)) + rng.logistic(size=(300, 5)) > 0).astype(float)
    >>> items = pd.DataFrame(answers, columns=list("abcde"))
    >>> factor_scores(grm(items), items).frame().columns.tolist()
    ['theta', 'theta_std_error']
    """
    if isinstance(fit, Grm):
        return _graded(fit, data, _method("graded", method), scale, group)
    kind = "ordinal" if fit.fit.ordered else "continuous"
    return _confirmatory(fit.fit, data, kind, _method(kind, method), scale, group)


def _method(kind: str, method: str | None) -> str:
    """The method asked for, or the default of the kind of model."""
    if method is not None:
        check_option("method", method, METHODS[kind])
    return method or METHODS[kind][0]


def _graded(fit: Grm, data: Any, method: str, scale: str | None, group: Any) -> FactorScores:
    """Scores under a graded response model."""
    if data is None:
        raise DataError(
            "Scores of a graded response model must be given the items to score: `grm` does not keep them.",
            hint="Pass the data as well: `factor_scores(fit, data)`.",
        )
    items, labels = items_and_labels(data, scale, group=group)
    member = _members(fit.groups, labels["group"], len(items))
    codes = recode_items(items, fit.items, fit.categories).codes
    grid = normal_grid(fit.n_points, fit.bound)
    values, errors = np.full((len(items), 1), np.nan), np.full((len(items), 1), np.nan)
    answered = (codes >= 0).any(axis=1)
    for g in range(len(fit.groups)):
        rows = np.flatnonzero((member == g) & answered)
        found = distinct_patterns(codes[rows])
        mean, sd = float(fit.estimates.group_means[g]), float(fit.estimates.group_sds[g])
        own = fit.item_parameters(g)
        theta, error = (
            eap_scores(found.codes, own, grid, mean, sd) if method == "eap" else map_scores(found.codes, own, mean, sd)
        )
        values[rows, 0], errors[rows, 0] = theta[found.inverse], error[found.inverse]
    nothing = np.full((len(fit.groups), 1), np.nan)
    return _result(("theta",), values, errors, fit.groups, member, nothing, method, scale, ())


def _confirmatory(fit: ModelFit, data: Any, kind: str, method: str, scale: str | None, group: Any) -> FactorScores:
    """Scores under a confirmatory model."""
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
            values[rows], errors[rows] = linear_rows(own, matrices, _centre(fit, g), method)
            rho[g] = determinacy(matrices.loadings, matrices.factor_covariance, matrices.sigma)
    caveats = _residual_caveat(fit) if kind == "ordinal" else _determinacy_caveats(fit, rho)
    return _result(fit.latents, values, errors, fit.groups, member, rho, method, scale, caveats)


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
        member = _members(fit.groups, labels["group"], len(items))
        if kind == "ordinal":
            table = recode_items(items, fit.items, tuple(fit.data.categories[name] for name in fit.items)).codes
        else:
            table = _values(items, fit.items)
    seen = table >= 0 if kind == "ordinal" else np.isfinite(table)
    member = np.where(seen.any(axis=1), member, -1)
    return table, member


def _values(items: pd.DataFrame, names: tuple[str, ...]) -> FloatArray:
    """Values of the items of a model."""
    absent = [name for name in names if name not in items.columns]
    if absent:
        raise DataError(
            f"The data must hold every item of the model, and lack `{absent[0]}`.",
            hint=did_you_mean(absent[0], map(str, items.columns)),
        )
    return items[list(names)].to_numpy(dtype=np.float64)


def _members(groups: tuple[str, ...], labels: Labels | None, n: int) -> IntArray:
    """Group number of each row; -1 where the label is missing."""
    if len(groups) == 1:
        return np.zeros(n, dtype=np.int64)
    if labels is None:
        raise DataError(
            f"The data must say to which of the model's {len(groups)} groups each row belongs.",
            where=f"Groups: {', '.join(groups)}.",
            hint="Name the column: `group=`.",
        )
    numbers = {name: g for g, name in enumerate(groups)}
    strange = [str(label) for label in labels if label is not None and str(label) not in numbers]
    if strange:
        raise DataError(
            f"Groups of the data must be groups of the model, not `{strange[0]}`.",
            where=f"Groups: {', '.join(groups)}.",
            hint=did_you_mean(strange[0], groups),
        )
    return np.array([-1 if label is None else numbers[str(label)] for label in labels], dtype=np.int64)


def _centre(fit: ModelFit, g: int) -> FloatArray:
    """Item means of a group: implied by the model, or the sample's where the model has no mean structure."""
    if fit.models[g].mean_structure:
        return fit.matrices[g].mu
    values = fit.data.values[g]
    weights = np.ones(len(values)) if fit.data.weights is None else fit.data.weights[g]
    seen = np.where(np.isfinite(values), weights[:, None], 0.0)
    return np.asarray((np.nan_to_num(values) * seen).sum(axis=0) / seen.sum(axis=0))


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


def _determinacy_caveats(fit: ModelFit, rho: FloatArray) -> tuple[Caveat, ...]:
    """Factors whose scores are weakly determined."""
    low = rho.min(axis=0)
    return tuple(
        Caveat(
            code="low_determinacy",
            sentence=f"Scores of `{name}` correlate {value:.2f} with the factor; equally good ones may correlate "
            f"{2.0 * value**2 - 1.0:.2f} with each other.",
            numbers={"factor": name, "determinacy": float(value)},
        )
        for name, value in zip(fit.latents, low, strict=True)
        if value < _LOW_DETERMINACY
    )


def _result(
    factors: tuple[str, ...], values: FloatArray, errors: FloatArray, groups: tuple[str, ...], member: IntArray,
    rho: FloatArray, method: str, scale: str | None, caveats: tuple[Caveat, ...],
) -> FactorScores:  # fmt: skip
    """Make the record and account for every row."""
    scored = np.isfinite(values).all(axis=1)
    n_not = int((~scored).sum())
    if n_not:
        left_out = Caveat(
            code="not_scored",
            sentence=f"{n_not} of {len(values)} rows have no score: no answers, no group, or left out of the model.",
            numbers={"n": n_not},
        )
        caveats = (*caveats, left_out)
    return FactorScores(
        factors=factors,
        values=values,
        std_error=errors,
        groups=groups,
        group_of=np.where(scored, member, -1),
        determinacy=rho,
        method=method,
        provenance=Provenance(
            analysis=f"factor scores ({method})",
            scale=scale,
            n_in=len(values),
            n_used=int(scored.sum()),
            missing_rule="missing answers left out of a person's score",
            options={"method": method},
        ),
        caveats=caveats,
    )

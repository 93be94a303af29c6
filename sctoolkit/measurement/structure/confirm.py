"""Confirmatory models of questionnaire items, ordinal or continuous."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sctoolkit.errors import DataError, OptionError, did_you_mean
from sctoolkit.measurement.keyed import keyed_items
from sctoolkit.measurement.structure.cfa_result import CfaResult
from sctoolkit.measurement.structure.estimation import estimate
from sctoolkit.measurement.structure.estimator_choice import check_missing, choose_estimator
from sctoolkit.measurement.structure.fit_measures import fit_measures
from sctoolkit.measurement.structure.guidance import fit_caveats
from sctoolkit.measurement.structure.item_treatment import item_treatment
from sctoolkit.measurement.structure.model_data import ModelData, model_data
from sctoolkit.measurement.structure.model_fit import ModelFit
from sctoolkit.measurement.structure.model_sample import Sample, mixed_sample, normal_sample, ordinal_sample
from sctoolkit.measurement.structure.model_syntax import Syntax, parse_model
from sctoolkit.measurement.structure.specification import specify
from sctoolkit.measurement.structure.standardized import defined_values
from sctoolkit.options import Convention, Estimator, Missing, Parameterization, check_option
from sctoolkit.result import Provenance

__all__ = ["analysis_frame", "cfa", "check_missing", "choose_estimator", "draw_sample", "items_with_roles"]

if TYPE_CHECKING:
    from sctoolkit.scoring.scores import Scores
    from sctoolkit.survey.responses import Responses


def cfa(
    data: pd.DataFrame | Scores | Responses,
    model: str,
    *,
    ordered: bool | Collection[str],
    estimator: Estimator | None = None,
    group: str | None = None,
    group_equal: Sequence[str] = (),
    group_partial: Sequence[str] = (),
    weights: str | None = None,
    cluster: str | None = None,
    missing: Missing = "listwise",
    parameterization: Parameterization = "delta",
    std_lv: bool = True,
    convention: Convention = "lavaan",
    empty_categories: str = "refuse",
    scale: str | None = None,
) -> CfaResult:
    """Fit a confirmatory factor model or a structural model with latent variables.

    Parameters
    ----------
    data : DataFrame, Scores or Responses
        Keyed items, respondents in rows; ``group``, ``weights`` and ``cluster`` name columns of the same frame.
    model : str
        Model text, see `sctoolkit.measurement.structure.model_syntax`.
    ordered : bool or collection of str
        Whether items are ordinal, or the names of those that are. There is no default: the treatments answer different
        questions. Covariates are never ordinal, see Notes.
    estimator : str, optional
        Ordinal: WLSMV (default), WLSM, DWLS, ULSMV, ULSM, ULS, WLS. Continuous: ML, MLM, MLR (default).
    group : str, optional
        Column of groups.
    group_equal : sequence of str
        Kinds equal over groups: thresholds, loadings, intercepts, residuals, regressions, lv_variances, ...
    group_partial : sequence of str
        Parameters exempt from that, such as ``"f =~ item2"``.
    weights, cluster : str, optional
        Columns of sampling weights and of clusters; standard errors and tests become design-based.
    missing : {"listwise", "pairwise", "fiml"}
        Pairwise for ordered items (missing completely at random), FIML for continuous ones (missing at random).
    parameterization : {"delta", "theta"}
        For ordered items: which of scale and residual variance is the parameter. Fit is the same.
    std_lv : bool
        Give latent variables variance 1 (a latent variable with a fixed loading keeps its own scale); otherwise the
        first loading is 1.
    convention : {"lavaan", "mplus"}
        Divisors N - 1 or N, definition of the SRMR, information used by ML.
    empty_categories : {"refuse", "collapse"}
        What to do when a group lacks a category that another uses.
    scale : str, optional
        Scale, for `Scores` and `Responses`.

    Returns
    -------
    CfaResult
        With ``tidy()``, ``glance()``, ``standardized()``, ``implied()``, ``residuals()``, ``modification_indices()``,
        ``factor_scores()``, ``reliability()``.

    Raises
    ------
    ModelSyntaxError, DataError, OptionError
        If text, data or options cannot be used; nearest names are suggested.
    NotIdentifiedError
        If parameters are not determined.
    ConvergenceError
        If the iteration does not come to rest.

    Notes
    -----
    Rows with a missing answer are dropped under ``listwise`` and counted in a caveat. Report the ``_robust`` fit
    measures: naive ones have no reference distribution, scaled ones do not estimate the population values.

    *Ordered and continuous items together* (``ordered`` a list): thresholds, means and variances, and polychoric,
    polyserial and product-moment covariances from pairs, with their joint asymptotic covariance; the estimators are
    those of ordinal items. Continuous items are taken to be normal. Robust measures are not defined and nan.

    *Covariates* are observed variables that predict and are neither predicted nor items of a factor (``f ~ age``, or a
    direct effect ``item1 ~ age``). Beside ordered items, whatever ``ordered`` says of them, they are numbers that are
    held: probit or linear regressions of every item on them give thresholds and slopes, correlations are those of what
    is left, and a latent response has variance 1 given the covariates (delta). A row that lacks a covariate is dropped.
    Where all items are continuous they are part of the likelihood, at their sample moments under ``ML``.

    References
    ----------
    Muthen (1984), doi:10.1007/BF02294210; Asparouhov & Muthen (2010); Savalei (2021),
    doi:10.1080/00273171.2020.1717922; Yuan & Bentler (2000).
    Oracles: tests/oracle/cfa.R and mixed_items.R (lavaan 0.6-14), Mplus 8.2 outputs.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> trust = rng.normal(size=(300, 1))
    >>> answers = pd.DataFrame(np.digitize(trust + rng.normal(size=(300, 4)), [-1, 0, 1]), columns=list("abcd"))
    >>> result = cfa(answers, "trust =~ a + b + c + d", ordered=True)
    >>> int(result.glance()["dof"].iloc[0])
    2
    """
    check_option("parameterization", parameterization)
    check_option("convention", convention)
    check_option("empty_categories", empty_categories, ("refuse", "collapse"))
    if group is None and group_equal:
        raise OptionError("`group_equal` must come with `group`.", hint="Name the column of groups.")
    syntax = parse_model(model)
    treatment = item_treatment(ordered, syntax)
    chosen = choose_estimator(bool(treatment.ordered), estimator)
    check_missing(bool(treatment.ordered), missing)
    frame = analysis_frame(data, syntax, (group, weights, cluster), scale)
    prepared = model_data(
        frame,
        syntax.variables,
        ordered=treatment.ordered,
        group=group,
        weights=weights,
        cluster=cluster,
        missing=missing,
        empty_categories=empty_categories,
        covariates=treatment.covariates,
    )
    fitted = _fit(
        syntax, prepared, chosen, convention, parameterization, std_lv=std_lv, equal=group_equal, partial=group_partial
    )
    options: dict[str, object] = {
        "model": model,
        "ordered": _shown(ordered),
        "estimator": chosen,
        "group": group,
        "group_equal": tuple(group_equal),
        "group_partial": tuple(group_partial),
        "weights": weights,
        "cluster": cluster,
        "parameterization": parameterization if treatment.ordered else None,
        "std_lv": std_lv,
        "convention": convention,
        "empty_categories": empty_categories,
    }
    return _result(fitted, options, scale, len(frame))


def _shown(ordered: bool | Collection[str]) -> bool | tuple[str, ...]:
    """Return the option as it is kept."""
    return bool(ordered) if isinstance(ordered, (bool, np.bool_)) else tuple(map(str, ordered))


def _fit(
    syntax: Syntax,
    data: ModelData,
    estimator: str,
    convention: str,
    parameterization: str,
    *,
    std_lv: bool,
    equal: Sequence[str],
    partial: Sequence[str],
) -> ModelFit:
    """Return the fitted model."""
    ordinal = bool(data.ordered)
    table = specify(
        syntax,
        data,
        ordered=ordinal,
        parameterization=parameterization,
        std_lv=std_lv,
        mean_structure=ordinal or needs_means(syntax, len(data.groups), data.missing, convention),
        fixed_x=ordinal or holds_covariates(estimator, data),
        kinds=equal,
        partial=partial,
    )
    fitted = estimate(table, data, draw_sample(data, ordinal, estimator, convention), estimator, convention)
    defined_values(fitted)
    return fitted


def _result(fitted: ModelFit, options: dict[str, object], scale: str | None, n_in: int) -> CfaResult:
    """Return the result with its caveats and fit measures."""
    return CfaResult(
        provenance=Provenance(
            analysis="confirmatory model",
            scale=scale,
            n_in=n_in,
            n_used=sum(fitted.data.n),
            missing_rule=fitted.data.missing,
            options=options,
        ),
        caveats=fit_caveats(fitted),
        fit=fitted,
        measures=fit_measures(fitted),
    )


def analysis_frame(
    data: pd.DataFrame | Scores | Responses, syntax: Syntax, columns: Sequence[str | None], scale: str | None
) -> pd.DataFrame:
    """Return the columns in use: items as numbers, the others as they are."""
    others = [name for name in dict.fromkeys(columns) if name is not None]
    if not isinstance(data, pd.DataFrame):
        if not hasattr(data, "instrument") and not hasattr(data, "responses"):
            raise DataError(
                f"Data must be a DataFrame, `Responses` or `Scores`, not {type(data).__name__}.",
                hint="Make a frame of it: `pandas.DataFrame(data, columns=[...])`, with a name for each item.",
            )
        data = items_with_roles(data, scale)
    elif scale is not None:
        keyed_items(data, scale)
    names = [str(name) for name in data.columns]
    for name in (*syntax.variables, *others):
        if name not in names:
            raise DataError(
                f"The data must have a column `{name}`, and there is none.",
                where="Named in the model." if name in syntax.variables else "Named in an option.",
                hint=did_you_mean(name, names),
            )
    double = sorted(set(others) & set(syntax.variables))
    if double:
        raise DataError(
            f"Column `{double[0]}` must not be an item of the model and an option at once.",
            hint=f"Take `{double[0]}` out of the model, or name another column in the option.",
        )
    clash = set(syntax.latents) & set(names)
    if clash:
        name = sorted(clash)[0]
        raise DataError(
            f"A latent variable must have a name of its own, and the data have a column `{name}`.",
            hint="Rename the latent variable in the model.",
        )
    named = data.set_axis(names, axis=1)
    items = keyed_items(named[list(syntax.variables)])
    return pd.concat([items, named[others].set_axis(others, axis=1)], axis=1)


def items_with_roles(data: Scores | Responses, scale: str | None) -> pd.DataFrame:
    """Return the keyed items of a scale beside respondent, wave, side and further columns of the responses."""
    responses = data.responses if hasattr(data, "responses") else data
    items = keyed_items(data, scale)
    roles = {**responses.roles, **responses.extra}
    return pd.concat([items, pd.DataFrame(roles, index=items.index)], axis=1)


def needs_means(syntax: Syntax, n_groups: int, missing: str, convention: str) -> bool:
    """Say whether means of continuous items are part of the model."""
    written = any(term.op == "~" and term.rhs == "1" for term in syntax.terms)
    return written or n_groups > 1 or missing == "fiml" or convention == "mplus"


def holds_covariates(estimator: str, data: ModelData) -> bool:
    """Say whether moments of covariates are held at their sample values."""
    return estimator == "ML" and all(bool(np.isfinite(part).all()) for part in data.values)


def draw_sample(data: ModelData, ordered: bool, estimator: str, convention: str = "lavaan") -> Sample:
    """Return the sample statistics of the data."""
    if not ordered:
        return normal_sample(data)
    if len(data.ordered) < len(data.items):
        return mixed_sample(data, estimator, convention)
    return ordinal_sample(data, estimator)

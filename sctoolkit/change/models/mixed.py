"""Linear mixed models with degrees of freedom that hold when groups are few.

``mixed(formula, data, random="1 | site", df="kenward-roger") -> MixedModel``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.change.models.mixed_model import MixedModel, VarianceComponent, infer
from sctoolkit.change.models.model_frame import ModelFrame, model_frame
from sctoolkit.change.models.random_syntax import RandomPart, effect_variables, parse_random, random_term
from sctoolkit.change.route.guard import contrast_support, low_dof
from sctoolkit.errors import DataError, ModelSyntaxError, OptionError
from sctoolkit.numerics.linear.kenward_roger import kenward_roger
from sctoolkit.numerics.linear.lmm import MixedFit, fit_lmm
from sctoolkit.numerics.linear.lmm_ar1 import fit_lmm_ar1
from sctoolkit.options import MixedDf, check_option
from sctoolkit.result import Caveat, Provenance

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

METHODS = {"kenward-roger": "REML, Kenward-Roger", "satterthwaite": "{}, Satterthwaite"}


def mixed(
    formula: str,
    data: pd.DataFrame,
    *,
    random: str | Sequence[str],
    ar1: str | None = None,
    df: MixedDf | None = None,
    criterion: Literal["REML", "ML"] = "REML",
    ci_level: float = 0.95,
) -> MixedModel:
    """Fit a linear mixed model.

    Parameters
    ----------
    formula : str
        Fixed part, ``outcome ~ terms``.
    data : DataFrame
        One row an answer occasion. Rows with a missing value are left out and counted; people with one wave stay.
    random : str or sequence of str
        ``1 | site`` (intercepts), ``1 + wave | person`` (correlated slopes), ``wave || person`` (uncorrelated),
        ``1 | site/person`` (people within sites); several are crossed.
    ar1 : str, optional
        ``wave | person``: residuals of a person fade over time, correlated phi^|t - s| at whole-numbered times t and s.
        Random effects may then not change within a person.
    df : {"kenward-roger", "satterthwaite"}, optional
        Kenward-Roger, unless said, also corrects the variance, and needs REML. With ``ar1`` Satterthwaite: Kenward and
        Roger's correction is not offered there.
    criterion : {"REML", "ML"}
    ci_level : float

    Returns
    -------
    MixedModel

    Raises
    ------
    ModelSyntaxError
        If the formula or a random term cannot be read.
    DataError
        If columns are absent, no complete row is left, or the outcome is constant.
    NotIdentifiedError
        If terms depend on each other or a random term has one level, or as many effects as rows; with ``ar1`` if nobody
        has two times.
    OptionError
        If Kenward-Roger is asked for with ``ar1``.
    ConvergenceError
        If the likelihood has no optimum within reach, or residuals do not fade.

    Notes
    -----
    Valid when answers are missing at random given what is in the model. A singular fit (a variance of zero) is kept and
    named; inference then treats that variance as in the other rows.

    References
    ----------
    Bates et al. (2015), doi:10.18637/jss.v067.i01; Kenward and Roger (1997), doi:10.2307/2533558.
    Oracles: tests/oracle/lmm.R (lme4, lmerTest, pbkrtest), tests/oracle/lmm_ar1.R (nlme).

    Examples
    --------
    >>> site = [name for name in "abcd" for _ in range(3)]
    >>> data = pd.DataFrame({"y": [1, 2, 3, 3, 4, 6, 2, 2, 3, 5, 6, 7], "x": [0, 1, 2] * 4, "site": site})
    >>> model = mixed("y ~ x", data, random="1 | site")
    >>> model.method, round(float(model.coef[1]), 3)
    ('REML, Kenward-Roger', 1.0)
    """
    df = df or ("kenward-roger" if ar1 is None else "satterthwaite")
    check_option("df", df)
    check_option("criterion", criterion, ("REML", "ML"))
    if ar1 is not None and df == "kenward-roger":
        raise OptionError(
            "Option `df` must be `satterthwaite` when residuals fade over time, not `kenward-roger`.",
            where=f"ar1 `{ar1}`",
            hint="Leave `df` out, or leave `ar1` out.",
        )
    parts = parse_random(random)
    time, series = ("", "") if ar1 is None else _parse_ar1(ar1)
    needed = [name for part in parts for name in (*part.columns, *effect_variables(part))]
    model = model_frame(formula, data, [*needed, *([time, series] if ar1 is not None else [])])
    built = [random_term(part, model.frame) for part in parts]
    terms, reml = [term for term, _, _ in built], criterion == "REML"
    fading = None
    if ar1 is not None:
        fading = fit_lmm_ar1(model.design, model.outcome, terms, model.codes(series)[0], _times(model, time), reml)
    fit = fit_lmm(model.design, model.outcome, terms, reml=reml) if fading is None else fading.fit
    adjusted = kenward_roger(fit) if df == "kenward-roger" else None
    table = infer(fit, adjusted, fading, np.eye(len(model.terms)), ci_level)
    levels = {part.label: len(labels) for part, (_, _, labels) in zip(parts, built, strict=True)}
    return MixedModel(
        outcome=model.outcome_name, terms=model.terms, coef=table["estimate"], std_error=table["std_error"],
        dof=table["dof"], p_value=table["p_value"], ci_low=table["ci_low"], ci_high=table["ci_high"],
        vcov=fit.vcov if adjusted is None else adjusted.vcov, variances=tuple(_components(fit, parts, built)),
        sigma=float(np.sqrt(fit.sigma2)), n_levels=levels, effects=_effects(fit, parts, built), singular=fit.singular,
        deviance=fit.deviance if fading is None else fading.deviance, ci_level=ci_level, n_obs=model.n_obs,
        method=METHODS[df].format(criterion) + ("" if fading is None else ", AR(1) residuals"),
        provenance=Provenance(
            analysis=f"mixed model {formula}", n_in=model.n_in, n_used=model.n_obs,
            missing_rule="rows with a missing value left out",
            options={
                "random": [random] if isinstance(random, str) else list(random), "ar1": ar1, "df": df,
                "criterion": criterion,
            },
        ),
        caveats=_caveats(model, fit, parts, levels, table["dof"]), fit=fit, adjusted=adjusted, fading=fading,
    )  # fmt: skip


def _parse_ar1(text: str) -> tuple[str, str]:
    """Return the columns of ``time | person``."""
    time, bar, series = (part.strip() for part in text.partition("|"))
    if not (time and bar and series) or "|" in series:
        raise ModelSyntaxError(
            "Fading residuals must read `time | person`, and this does not.",
            where=f"`{text}`",
            hint="For example `ar1='wave | person'`.",
        )
    return time, series


def _times(model: ModelFrame, name: str) -> IntArray:
    """Return whole-numbered times."""
    values = pd.to_numeric(model.column(name), errors="coerce").to_numpy(dtype=np.float64)
    if not np.isfinite(values).all() or (values != np.round(values)).any():
        raise DataError(
            f"Times of fading residuals must be whole numbers, and `{name}` holds others.",
            where=f"column `{name}`, {len(values)} rows",
            hint="Number the waves 1, 2, 3, with gaps where months between them differ.",
        )
    return values.astype(np.int64)


Built = list[tuple[Any, list[str], list[str]]]


def _components(fit: MixedFit, parts: list[RandomPart], built: Built) -> Iterator[VarianceComponent]:
    for part, (_, names, _), matrix in zip(parts, built, fit.covariances, strict=True):
        for i, name in enumerate(names):
            yield VarianceComponent(group=part.label, effect=name, second=None, variance=float(matrix[i, i]))
        for i, name in enumerate(names):
            for j in range(i if part.correlated else 0):
                value = float(matrix[i, j])
                yield VarianceComponent(group=part.label, effect=names[j], second=name, variance=value)


def _effects(fit: MixedFit, parts: list[RandomPart], built: Built) -> dict[str, dict[str, tuple[float, ...]]]:
    """Return predicted (shrunken) effects by grouping and level."""
    out: dict[str, dict[str, tuple[float, ...]]] = {}
    for part, (_, _, labels), values in zip(parts, built, fit.blups, strict=True):
        own = out.setdefault(part.label, {})
        for label, row in zip(labels, values, strict=True):
            own[label] = (*own.get(label, ()), *(float(value) for value in row))
    return out


def _caveats(
    model: ModelFrame, fit: MixedFit, parts: list[RandomPart], levels: Mapping[str, int], dof: FloatArray
) -> tuple[Caveat, ...]:
    out = [*model.dropped()]
    if fit.singular:
        zero = "Singular fit: a random variance is zero or a correlation 1; p-values between groups may be too small."
        out.append(Caveat(code="singular_fit", sentence=zero, numbers={"random": [part.label for part in parts]}))
    top = min(parts, key=lambda part: levels[part.label])
    support = contrast_support(model.design, model.codes(*top.columns)[0])
    alone = [term for term, count in zip(model.terms, support, strict=True) if count.smaller == 1]
    if alone:
        listed = ", ".join(f"`{term}`" for term in alone[:3])
        sentence = f"{listed} rests on one {top.label}: its p-value leans wholly on equal variances."
        out.append(Caveat(code="one_cluster_carries_it", sentence=sentence, numbers={"terms": alone}))
    return (*out, *low_dof(model.terms, dof))

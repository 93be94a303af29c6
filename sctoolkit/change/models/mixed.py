"""Linear mixed models with degrees of freedom that hold when groups are few.

``mixed(formula, data, random="1 | site", df="kenward-roger") -> MixedModel``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from sctoolkit.change.models.model_frame import ModelFrame, model_frame
from sctoolkit.change.models.random_syntax import RandomPart, effect_variables, parse_random, random_term
from sctoolkit.change.models.regression import JointTest, term_index
from sctoolkit.change.route.guard import contrast_support, low_dof
from sctoolkit.numerics.linear.kenward_roger import KenwardRoger, kenward_roger
from sctoolkit.numerics.linear.lmm import MixedFit, fit_lmm
from sctoolkit.numerics.linear.lmm_satterthwaite import satterthwaite, satterthwaite_f
from sctoolkit.options import MixedDf, check_option
from sctoolkit.result import Caveat, Provenance, Result, read_only, tidy_frame

FloatArray = npt.NDArray[np.float64]

METHODS = {"kenward-roger": "REML, Kenward-Roger", "satterthwaite": "{}, Satterthwaite"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VarianceComponent:
    """A variance (or covariance, when ``second`` is given) of random effects of one grouping."""

    group: str
    effect: str
    second: str | None
    variance: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MixedModel(Result):
    """A fitted mixed model; arrays are in the order of ``terms`` (p,), ``vcov`` (p, p) is Kenward-Roger's if asked."""

    outcome: str
    terms: tuple[str, ...]
    coef: FloatArray
    std_error: FloatArray
    dof: FloatArray
    p_value: FloatArray
    ci_low: FloatArray
    ci_high: FloatArray
    vcov: FloatArray
    variances: tuple[VarianceComponent, ...]
    sigma: float
    n_levels: Mapping[str, int]
    effects: Mapping[str, Mapping[str, tuple[float, ...]]] = field(repr=False)
    singular: bool
    deviance: float
    ci_level: float
    n_obs: int
    method: str
    provenance: Provenance
    caveats: tuple[Caveat, ...]
    fit: MixedFit = field(repr=False)
    adjusted: KenwardRoger | None = field(repr=False)

    def __post_init__(self) -> None:
        for name in ("coef", "std_error", "dof", "p_value", "ci_low", "ci_high", "vcov"):
            object.__setattr__(self, name, read_only(getattr(self, name)))

    @property
    def icc(self) -> float:
        """Share of the intercepts' variance in the total; nan with random slopes."""
        if any(part.effect != "(Intercept)" for part in self.variances):
            return float("nan")
        between = sum(part.variance for part in self.variances)
        return between / (between + self.sigma**2)

    def tidy(self) -> pd.DataFrame:
        """Return one row a fixed effect (role ``fixed``), then one a variance or covariance (role ``variance``)."""
        fewest = min(self.n_levels.values())
        fixed = [
            {
                "term": term,
                "role": "fixed",
                "estimate": self.coef[j],
                "std_error": self.std_error[j],
                "statistic": self.coef[j] / self.std_error[j] if self.std_error[j] > 0 else np.nan,
                "dof": self.dof[j],
                "p_value": self.p_value[j],
                "ci_low": self.ci_low[j],
                "ci_high": self.ci_high[j],
                "ci_level": self.ci_level,
                "n_obs": self.n_obs,
                "n_clusters": fewest,
                "method": self.method,
            }
            for j, term in enumerate(self.terms)
        ]
        return tidy_frame([*fixed, *self._variance_rows()])

    def _variance_rows(self) -> Iterator[dict[str, Any]]:
        for part in self.variances:
            name = part.effect if part.second is None else f"{part.effect}, {part.second}"
            yield {
                "term": f"{name} | {part.group}", "role": "variance", "estimate": part.variance,
                "n_clusters": self.n_levels[part.group],
            }  # fmt: skip
        yield {"term": "residual", "role": "variance", "estimate": self.sigma**2, "n_obs": self.n_obs}

    def glance(self) -> pd.DataFrame:
        """Return one row: sizes, likelihood, intraclass correlation."""
        return pd.DataFrame(
            [
                {
                    "n_obs": self.n_obs,
                    "n_groups": "; ".join(f"{name} {count}" for name, count in self.n_levels.items()),
                    "n_par": len(self.terms) + self.fit.n_covariance,
                    "deviance": self.deviance,
                    "criterion": "REML" if self.fit.reml else "ML",
                    "sigma": self.sigma,
                    "icc": self.icc,
                    "singular": self.singular,
                    "method": self.method,
                }
            ]
        )

    def contrast(self, terms: Mapping[str, float], *, label: str | None = None) -> pd.DataFrame:
        """Return one tidy row for a weighted sum of fixed effects."""
        row = np.zeros((1, len(self.terms)))
        for name, weight in terms.items():
            row[0, term_index(self.terms, name)] = weight
        table = _infer(self.fit, self.adjusted, row, self.ci_level)[0]
        name = label or " + ".join(f"{weight:g} {term}" for term, weight in terms.items())
        columns = dict(zip(("estimate", "std_error", "dof", "p_value", "ci_low", "ci_high"), table, strict=True))
        statistic = table[0] / table[1] if table[1] > 0 else np.nan
        shared = {"ci_level": self.ci_level, "n_obs": self.n_obs, "method": self.method}
        return tidy_frame([{"term": name, **columns, "statistic": statistic, **shared}])

    def joint(self, terms: Sequence[str]) -> JointTest:
        """Test that all of ``terms`` are zero (Kenward-Roger's or Satterthwaite's F)."""
        rows = np.zeros((len(terms), len(self.terms)))
        for k, name in enumerate(terms):
            rows[k, term_index(self.terms, name)] = 1.0
        test = satterthwaite_f(self.fit, rows) if self.adjusted is None else self.adjusted.test(self.fit.coef, rows)
        return JointTest(
            terms=tuple(terms), statistic=test.statistic, dof_num=test.dof_num, dof_den=test.dof_den,
            p_value=test.p_value, method=self.method, provenance=self.provenance,
        )  # fmt: skip


def mixed(
    formula: str,
    data: pd.DataFrame,
    *,
    random: str | Sequence[str],
    df: MixedDf = "kenward-roger",
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
    df : {"kenward-roger", "satterthwaite"}
        Kenward-Roger also corrects the variance, and needs REML.
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
        If terms depend on each other or a random term has one level, or as many effects as rows.

    Notes
    -----
    Valid when answers are missing at random given what is in the model. A singular fit (a variance of zero) is kept and
    named; inference then treats that variance as in the other rows.

    References
    ----------
    Bates et al. (2015), doi:10.18637/jss.v067.i01; Kenward and Roger (1997), doi:10.2307/2533558.
    Oracle: tests/oracle/lmm.R (lme4, lmerTest, pbkrtest).

    Examples
    --------
    >>> site = [name for name in "abcd" for _ in range(3)]
    >>> data = pd.DataFrame({"y": [1, 2, 3, 3, 4, 6, 2, 2, 3, 5, 6, 7], "x": [0, 1, 2] * 4, "site": site})
    >>> model = mixed("y ~ x", data, random="1 | site")
    >>> model.method, round(float(model.coef[1]), 3)
    ('REML, Kenward-Roger', 1.0)
    """
    check_option("df", df)
    check_option("criterion", criterion, ("REML", "ML"))
    parts = parse_random(random)
    needed = [name for part in parts for name in (*part.columns, *effect_variables(part))]
    model = model_frame(formula, data, needed)
    built = [random_term(part, model.frame) for part in parts]
    fit = fit_lmm(model.design, model.outcome, [term for term, _, _ in built], reml=criterion == "REML")
    adjusted = kenward_roger(fit) if df == "kenward-roger" else None
    table = np.array(_infer(fit, adjusted, np.eye(len(model.terms)), ci_level))
    levels = {part.label: len(labels) for part, (_, _, labels) in zip(parts, built, strict=True)}
    return MixedModel(
        outcome=model.outcome_name, terms=model.terms, coef=table[:, 0], std_error=table[:, 1], dof=table[:, 2],
        p_value=table[:, 3], ci_low=table[:, 4], ci_high=table[:, 5],
        vcov=fit.vcov if adjusted is None else adjusted.vcov, variances=tuple(_components(fit, parts, built)),
        sigma=float(np.sqrt(fit.sigma2)), n_levels=levels, effects=_effects(fit, parts, built), singular=fit.singular,
        deviance=fit.deviance, ci_level=ci_level, n_obs=model.n_obs, method=METHODS[df].format(criterion),
        provenance=Provenance(
            analysis=f"mixed model {formula}", n_in=model.n_in, n_used=model.n_obs,
            missing_rule="rows with a missing value left out",
            options={"random": [random] if isinstance(random, str) else list(random), "df": df, "criterion": criterion},
        ),
        caveats=_caveats(model, fit, parts, levels, table[:, 2]), fit=fit, adjusted=adjusted,
    )  # fmt: skip


def _infer(fit: MixedFit, adjusted: KenwardRoger | None, rows: FloatArray, ci_level: float) -> list[tuple[float, ...]]:
    """Return estimate, std_error, dof, p_value, ci_low, ci_high of contrasts in rows."""
    variance = fit.vcov if adjusted is None else adjusted.vcov
    degrees = satterthwaite(fit, rows) if adjusted is None else [adjusted.dof(row) for row in rows]
    out: list[tuple[float, ...]] = []
    for row, dof in zip(rows, degrees, strict=True):
        estimate, error = float(row @ fit.coef), float(row @ variance @ row) ** 0.5
        half = float(stats.t.ppf(0.5 + ci_level / 2, dof)) * error
        p_value = float(2 * stats.t.sf(abs(estimate) / error, dof))
        out.append((estimate, error, float(dof), p_value, estimate - half, estimate + half))
    return out


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

"""The result of a linear mixed model: fixed effects with their degrees of freedom, variances, predicted effects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.change.models.joint_test import JointTest
from sctoolkit.change.models.terms import contrast_frame, t_inference, term_rows, weights_row
from sctoolkit.numerics.linear.kenward_roger import KenwardRoger
from sctoolkit.numerics.linear.lmm import MixedFit
from sctoolkit.numerics.linear.lmm_ar1 import Ar1Fit
from sctoolkit.numerics.linear.lmm_satterthwaite import joint_f, satterthwaite, satterthwaite_f
from sctoolkit.result import Caveat, Provenance, Result, read_only, tidy_frame

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VarianceComponent:
    """A variance (or covariance, when ``second`` is given) of random effects of one grouping."""

    group: str
    effect: str
    second: str | None
    variance: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MixedModel(Result):
    """A fitted mixed model; arrays are in the order of ``terms`` (p,), ``vcov`` (p, p) is Kenward-Roger's if asked.

    ``fading`` holds the correlation of neighbouring residuals where it was asked for; ``fit`` is then that of the rows
    freed of it.
    """

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
    fading: Ar1Fit | None = field(default=None, repr=False)

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
        columns = {name: getattr(self, name) for name in ("std_error", "dof", "p_value", "ci_low", "ci_high")}
        columns = {"estimate": self.coef, **columns, "statistic": self.coef / self.std_error}
        fixed = term_rows(
            self.terms, columns, role="fixed", ci_level=self.ci_level, n_obs=self.n_obs,
            n_clusters=min(self.n_levels.values()), method=self.method,
        )  # fmt: skip
        return tidy_frame([*fixed, *self._variance_rows()])

    def _variance_rows(self) -> Iterator[dict[str, Any]]:
        for part in self.variances:
            name = part.effect if part.second is None else f"{part.effect}, {part.second}"
            yield {
                "term": f"{name} | {part.group}", "role": "variance", "estimate": part.variance,
                "n_clusters": self.n_levels[part.group],
            }  # fmt: skip
        yield {"term": "residual", "role": "variance", "estimate": self.sigma**2, "n_obs": self.n_obs}
        if self.fading is not None:
            yield {
                "term": "correlation of neighbouring residuals", "role": "variance", "estimate": self.fading.phi,
                "n_obs": self.n_obs,
            }  # fmt: skip

    def glance(self) -> pd.DataFrame:
        """Return one row: sizes, likelihood, intraclass correlation."""
        return pd.DataFrame(
            [
                {
                    "n_obs": self.n_obs,
                    "n_groups": "; ".join(f"{name} {count}" for name, count in self.n_levels.items()),
                    "n_par": len(self.terms) + self.fit.n_covariance + (self.fading is not None),
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
        columns = infer(self.fit, self.adjusted, self.fading, weights_row(self.terms, terms), self.ci_level)
        return contrast_frame(
            terms, label, {name: column[0] for name, column in columns.items()}, ci_level=self.ci_level,
            n_obs=self.n_obs, method=self.method,
        )  # fmt: skip

    def joint(self, terms: Sequence[str]) -> JointTest:
        """Test that all of ``terms`` are zero (Kenward-Roger's or Satterthwaite's F)."""
        rows = np.array([weights_row(self.terms, {name: 1.0}) for name in terms])
        if self.fading is not None:
            test = joint_f(self.coef, self.vcov, rows, self.fading.dof)
        elif self.adjusted is not None:
            test = self.adjusted.test(self.fit.coef, rows)
        else:
            test = satterthwaite_f(self.fit, rows)
        return JointTest(
            terms=tuple(terms), statistic=test.statistic, dof_num=test.dof_num, dof_den=test.dof_den,
            p_value=test.p_value, method=self.method, provenance=self.provenance,
        )  # fmt: skip


def infer(
    fit: MixedFit, adjusted: KenwardRoger | None, fading: Ar1Fit | None, rows: FloatArray, ci_level: float
) -> dict[str, FloatArray]:
    """Return the columns of `t_inference` for contrasts in rows (q, p)."""
    rows = np.atleast_2d(rows)
    variance = fit.vcov if adjusted is None else adjusted.vcov
    if fading is not None:
        dof = fading.dof(rows)
    else:
        dof = satterthwaite(fit, rows) if adjusted is None else np.array([adjusted.dof(row) for row in rows])
    std_error = np.sqrt(np.einsum("qa,ab,qb->q", rows, variance, rows))
    return t_inference(rows @ fit.coef, std_error, dof, ci_level)

"""A fitted regression: one row a term, contrasts with degrees of freedom of their own, joint tests (HTZ)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from sctoolkit.change.models.joint_test import JointTest
from sctoolkit.change.models.terms import contrast_frame, t_inference, term_rows, weights_row
from sctoolkit.change.models.terms import term_index as term_index
from sctoolkit.change.route.guard import refusal
from sctoolkit.errors import NotIdentifiedError
from sctoolkit.numerics.linear.htz import htz
from sctoolkit.numerics.linear.least_squares import LeastSquares
from sctoolkit.numerics.linear.vcov import ClusterParts, iid_vcov
from sctoolkit.result import Caveat, Provenance, Result, read_only, tidy_frame

FloatArray = npt.NDArray[np.float64]

METHODS: dict[str, str] = {
    "iid": "equal variances, t(n-p)",
    "HC0": "HC0, t(n-p)",
    "HC1": "HC1, t(n-p)",
    "HC2": "HC2, Bell-McCaffrey",
    "HC3": "HC3, t(n-p)",
    "CR0": "CR0, t(G-1)",
    "CR1": "CR1 = G/(G-1), t(G-1)",
    "CR1S": "CR1S = G/(G-1) (N-1)/(N-p), t(G-1)",
    "CR2": "CR2, Satterthwaite",
    "CR3": "CR3 without factor, Satterthwaite",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Regression(Result):
    """A fitted regression; arrays are in the order of ``terms`` (p,), ``vcov`` is (p, p).

    Where a term rests on one cluster alone, its standard error, p-value and interval are nan and a caveat says so.
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
    ci_level: float
    n_obs: int
    n_clusters: int | None
    method: str
    r_squared: float
    sigma: float
    provenance: Provenance
    caveats: tuple[Caveat, ...]
    fit: LeastSquares = field(repr=False)
    parts: ClusterParts | None = field(repr=False)

    def __post_init__(self) -> None:
        for name in ("coef", "std_error", "dof", "p_value", "ci_low", "ci_high", "vcov"):
            object.__setattr__(self, name, read_only(getattr(self, name)))

    def tidy(self) -> pd.DataFrame:
        """Return one row a term."""
        columns = {name: getattr(self, name) for name in ("std_error", "dof", "p_value", "ci_low", "ci_high")}
        columns = {"estimate": self.coef, **columns, "statistic": self.coef / self.std_error}
        return tidy_frame(
            term_rows(
                self.terms, columns, ci_level=self.ci_level, n_obs=self.n_obs, n_clusters=self.n_clusters,
                method=self.method,
            )
        )  # fmt: skip

    def glance(self) -> pd.DataFrame:
        """Return one row: sizes, fit, and the convention of the standard errors."""
        return pd.DataFrame(
            [
                {
                    "n_obs": self.n_obs,
                    "n_clusters": self.n_clusters,
                    "n_par": self.fit.n_params,
                    "dof_resid": self.fit.dof_resid,
                    "r_squared": self.r_squared,
                    "sigma": self.sigma,
                    "method": self.method,
                }
            ]
        )

    def weights_of(self, terms: Mapping[str, float]) -> FloatArray:
        """Return the contrast vector (p,) of a weighted sum of terms."""
        return weights_row(self.terms, terms, len(self.fit.coef))

    def contrast(self, terms: Mapping[str, float], *, label: str | None = None) -> pd.DataFrame:
        """Return one tidy row for a weighted sum of terms, with degrees of freedom of its own.

        Examples
        --------
        >>> from sctoolkit.change.models.regress import regress
        >>> data = pd.DataFrame({"y": [1.0, 2.0, 4.0, 3.0], "x": [0, 0, 1, 1]})
        >>> fit = regress("y ~ x", data, vcov="iid")
        >>> fit.contrast({"(Intercept)": 1, "x": 1})["estimate"].tolist()
        [3.5]
        """
        row = self.weights_of(terms)
        kind = next(key for key, text in METHODS.items() if text == self.method)
        columns = infer_contrast(self.fit, self.parts, kind, self.n_clusters, row, self.ci_level)
        return contrast_frame(
            terms, label, columns, ci_level=self.ci_level, n_obs=self.n_obs, n_clusters=self.n_clusters,
            method=self.method,
        )  # fmt: skip

    def joint(self, terms: Sequence[str]) -> JointTest:
        """Test that all of ``terms`` are zero: HTZ with CR2, else F with the residual degrees of freedom.

        Raises
        ------
        NotIdentifiedError
            If a term rests on one cluster alone, or the clusters are too few for so many terms.
        """
        rows = np.array([self.weights_of({name: 1.0}) for name in terms])
        names = tuple(self.terms[int(np.flatnonzero(row)[0])] for row in rows)
        if self.parts is None or self.n_clusters is None:
            variance = iid_vcov(self.fit) if self.parts is None else self.parts.vcov
            gap = rows @ self.fit.coef
            statistic = float(gap @ np.linalg.solve(rows @ variance @ rows.T, gap)) / len(terms)
            dof = float(self.fit.dof_resid)
            p_value = float(stats.f.sf(statistic, len(terms), dof))
            return JointTest(
                terms=names, statistic=statistic, dof_num=len(terms), dof_den=dof, p_value=p_value,
                method=f"{self.method.split(',')[0]}, F", provenance=self.provenance,
            )  # fmt: skip
        alone = [name for name, row in zip(names, rows, strict=True) if self.parts.rests_on_one_cluster(row)]
        if alone:
            raise NotIdentifiedError(
                refusal(alone, self.n_clusters).sentence, hint="Compare cluster means, or describe."
            )
        test = htz(self.fit, self.parts, rows)
        caveats = () if np.isfinite(test.p_value) else (_too_many(len(terms), self.n_clusters),)
        return JointTest(
            terms=names, statistic=test.statistic, dof_num=test.dof_num, dof_den=test.dof_den, p_value=test.p_value,
            method=f"{self.parts.kind}, HTZ", provenance=self.provenance, caveats=caveats,
        )  # fmt: skip


def infer_contrast(
    fit: LeastSquares, parts: ClusterParts | None, kind: str, n_clusters: int | None, row: FloatArray, ci_level: float
) -> dict[str, FloatArray]:
    """Return the columns of `t_inference` for one contrast; nan where one cluster carries it alone."""
    variance = iid_vcov(fit) if parts is None else parts.vcov
    std_error = max(float(row @ variance @ row), 0.0) ** 0.5
    if kind in {"CR2", "CR3", "HC2"} and parts is not None:
        dof = parts.dof(row) if std_error > 0 else np.nan
    else:
        dof = float(n_clusters - 1) if n_clusters is not None and kind != "iid" else float(fit.dof_resid)
    alone = parts is not None and parts.rests_on_one_cluster(row)
    return t_inference(float(row @ fit.coef), np.nan if alone else std_error, dof, ci_level)


def _too_many(n_terms: int, n_clusters: int) -> Caveat:
    return Caveat(
        code="too_few_clusters_for_joint_test",
        sentence=f"{n_clusters} clusters cannot carry a joint test of {n_terms} terms; no p-value is given.",
        numbers={"n_terms": n_terms, "n_clusters": n_clusters},
    )

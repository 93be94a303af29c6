"""What `efa` returns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import chi2, norm

from sctoolkit.measurement.lines import caveat_lines
from sctoolkit.numerics.exploration.rotation import Rotated
from sctoolkit.numerics.exploration.schmid_leiman import SchmidLeiman, schmid_leiman
from sctoolkit.result import Caveat, Provenance, Result, read_only, tidy_frame

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelTest:
    """Fit of an exploratory model.

    ``rmsr`` root mean square of the residual correlations; ``chi2`` the unscaled statistic ((N - 1) times the
    discrepancy; no p-value unless normal theory holds); ``chi2_scaled`` with ``p_value`` and ``rmsea_scaled``.
    """

    rmsr: float
    dof: int
    chi2: float = float("nan")
    chi2_scaled: float = float("nan")
    p_value: float = float("nan")
    rmsea_scaled: float = float("nan")

    @staticmethod
    def scaled(
        raw: float, degrees: int, trace: float, trace_squared: float, n_obs: int, rmsr: float, mean_only: bool
    ) -> ModelTest:
        """Scale (ML) or scale and shift (least squares) the statistic by the traces of U Gamma."""
        if mean_only:
            value = raw * degrees / trace
        else:
            factor = float(np.sqrt(degrees / trace_squared))
            value = factor * raw + degrees - factor * trace
        rmsea = float(np.sqrt(max((value - degrees) / (degrees * (n_obs - 1)), 0.0)))
        return ModelTest(
            rmsr=rmsr, dof=degrees, chi2=raw, chi2_scaled=value, p_value=float(chi2.sf(value, degrees)),
            rmsea_scaled=rmsea,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Factors(Result):
    """An exploratory factor solution.

    Attributes
    ----------
    items : tuple of str
        Items, in the order of rows.
    loadings : (p, m) array
        Pattern loadings; factors ordered by explained variance.
    factor_corr : (m, m) array
        Factor correlations.
    uniquenesses : (p,) array
        One minus communality.
    loading_errors, factor_corr_errors : (p, m) and (m, m) arrays
        Standard errors; nan where there are none.
    correlation : (p, p) array
        The matrix analysed.
    unrotated : (p, m) array
        Loadings before rotation.
    rotation_record : Rotated
        Starts, distinct optima, values of the criterion.
    test : ModelTest
        Fit.
    heywood : tuple of str
        Items with a communality of one or more.
    """

    items: tuple[str, ...]
    loadings: FloatArray
    factor_corr: FloatArray
    uniquenesses: FloatArray
    loading_errors: FloatArray
    factor_corr_errors: FloatArray
    correlation: FloatArray
    unrotated: FloatArray
    rotation_record: Rotated
    test: ModelTest
    heywood: tuple[str, ...]
    ci_level: float
    provenance: Provenance
    caveats: tuple[Caveat, ...]

    def __post_init__(self) -> None:
        for name in (
            "loadings", "factor_corr", "uniquenesses", "loading_errors", "factor_corr_errors", "correlation",
            "unrotated",
        ):  # fmt: skip
            object.__setattr__(self, name, read_only(getattr(self, name)))

    @property
    def factors(self) -> tuple[str, ...]:
        """Names of the factors: f1, f2, ..."""
        return tuple(f"f{at + 1}" for at in range(self.loadings.shape[1]))

    def frame(self) -> pd.DataFrame:
        """Return pattern loadings with communality and uniqueness, one row an item."""
        table = pd.DataFrame(self.loadings, index=pd.Index(self.items, name="item"), columns=list(self.factors))
        return table.assign(communality=1.0 - self.uniquenesses, uniqueness=self.uniquenesses)

    def structure(self) -> FloatArray:
        """Return correlations of items with factors, (p, m)."""
        return np.asarray(self.loadings @ self.factor_corr)

    def variance_shares(self) -> FloatArray:
        """Return the share of the total variance of the items that each factor explains, (m,)."""
        return np.asarray(np.sum(self.loadings * self.structure(), axis=0) / len(self.items))

    def residuals(self) -> FloatArray:
        """Return observed less implied correlations, (p, p), 0 on the diagonal."""
        residual = self.correlation - self.loadings @ self.factor_corr @ self.loadings.T
        np.fill_diagonal(residual, 0.0)
        return residual

    def schmid_leiman(self) -> SchmidLeiman:
        """Return the general and group factors behind an oblique solution of two or more factors."""
        return schmid_leiman(self.loadings, self.factor_corr)

    def tidy(self) -> pd.DataFrame:
        """Return one row a loading (``=~``), factor correlation and uniqueness (``~~``)."""
        rows = [
            self._row(factor, "=~", item, self.loadings[j, k], self.loading_errors[j, k])
            for k, factor in enumerate(self.factors)
            for j, item in enumerate(self.items)
        ]
        for k, factor in enumerate(self.factors):
            for other in range(k + 1, len(self.factors)):
                error = self.factor_corr_errors[k, other]
                rows.append(self._row(factor, "~~", self.factors[other], self.factor_corr[k, other], error))
        nothing = float("nan")
        rows += [self._row(item, "~~", item, u, nothing) for item, u in zip(self.items, self.uniquenesses, strict=True)]
        return tidy_frame(rows)

    def _row(self, lhs: str, op: str, rhs: str, estimate: float, error: float) -> dict[str, object]:
        """One row of the table, with a normal interval where there is a standard error."""
        known = bool(np.isfinite(error)) and error > 0.0
        z = estimate / error if known else float("nan")
        reach = float(norm.ppf(0.5 + 0.5 * self.ci_level)) * error if known else float("nan")
        return {
            "lhs": lhs, "op": op, "rhs": rhs, "scale": self.provenance.scale, "estimate": float(estimate),
            "std_error": float(error) if known else float("nan"), "statistic": z,
            "p_value": 2.0 * float(norm.sf(abs(z))) if known else float("nan"),
            "ci_low": float(estimate - reach), "ci_high": float(estimate + reach), "ci_level": self.ci_level,
            "n_obs": self.provenance.n_used, "method": self.provenance.analysis.removeprefix("exploratory factors, "),
        }  # fmt: skip

    def glance(self) -> pd.DataFrame:
        """Return one row: size, fit, variance explained, what the rotation met."""
        return pd.DataFrame(
            [
                {
                    "n_obs": self.provenance.n_used,
                    "n_items": len(self.items),
                    "n_factors": len(self.factors),
                    "dof": self.test.dof,
                    "chi2": self.test.chi2,
                    "chi2_scaled": self.test.chi2_scaled,
                    "p_value": self.test.p_value,
                    "rmsea_scaled": self.test.rmsea_scaled,
                    "rmsr": self.test.rmsr,
                    "variance_share": float(self.variance_shares().sum()),
                    "n_optima": self.rotation_record.n_distinct,
                    "n_heywood": len(self.heywood),
                }
            ]
        )

    def __str__(self) -> str:
        lines = [f"{len(self.factors)} factors of {len(self.items)} items, {self.provenance.n_used} people"]
        lines.append(self.provenance.analysis.removeprefix("exploratory factors, "))
        table = self.frame().drop(columns="uniqueness").iloc[:14, :8]
        table.index = [name if len(name) <= 16 else name[:15] + "…" for name in table.index]
        lines += table.to_string(float_format=lambda value: f"{value:.2f}").splitlines()
        if len(self.items) > 14:
            lines.append(f"... {len(self.items) - 14} more items in frame()")
        pairs = np.triu_indices(len(self.factors), 1)
        if pairs[0].size and np.abs(self.factor_corr[pairs]).max() > 0.0:
            shown = [
                f"{self.factors[a]}~{self.factors[b]} {self.factor_corr[a, b]:.2f}" for a, b in zip(*pairs, strict=True)
            ]
            lines.append("factor correlations: " + ", ".join(shown[:6]))
        test = self.test
        fit = f"rmsr {test.rmsr:.3f}"
        if np.isfinite(test.chi2_scaled):
            p = "< 0.001" if test.p_value < 0.001 else f"{test.p_value:.3f}"
            fit += f", scaled chi2({test.dof}) {test.chi2_scaled:.1f}, p {p}, rmsea {test.rmsea_scaled:.3f}"
        lines.append(fit)
        return "\n".join(caveat_lines(lines, self.caveats))

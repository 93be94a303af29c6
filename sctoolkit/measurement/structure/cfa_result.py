"""The result of a confirmatory model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from sctoolkit.measurement.structure.model_fit import ModelFit
from sctoolkit.measurement.structure.standardized import (
    Standard,
    defined_values,
    standardized_errors,
    standardized_values,
)
from sctoolkit.result import Caveat, Provenance, Result, describe, tidy_frame

if TYPE_CHECKING:
    from sctoolkit.scoring.scores import Scores
    from sctoolkit.survey.responses import Responses

GLANCE = (
    "n_obs", "n_groups", "n_par", "estimator", "convention", "chi2", "dof", "p_value", "cfi", "tli", "rmsea",
    "rmsea_ci_low", "rmsea_ci_high", "srmr", "chi2_scaled", "p_value_scaled", "cfi_scaled", "tli_scaled",
    "rmsea_scaled", "rmsea_ci_low_scaled", "rmsea_ci_high_scaled", "cfi_robust", "tli_robust", "rmsea_robust",
    "rmsea_ci_low_robust", "rmsea_ci_high_robust", "scaling_factor", "shift", "loglik", "aic", "bic",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CfaResult(Result):
    """A fitted confirmatory model.

    Attributes
    ----------
    fit : ModelFit
        Estimates in arrays, with data and sample statistics.
    measures : mapping of str to float
        Every fit measure by name.
    """

    provenance: Provenance
    caveats: tuple[Caveat, ...]
    fit: ModelFit
    measures: Mapping[str, float]

    def tidy(self, *, ci_level: float = 0.95) -> pd.DataFrame:
        """Return one row a parameter: lhs, op, rhs, group, estimate, std_error, ..., std_all; definitions last."""
        standard = standardized_values(self.fit, self.fit.z)
        width = float(norm.ppf(0.5 + ci_level / 2.0))
        rows: list[dict[str, Any]] = []
        for index, row in enumerate(self.fit.table.parameters):
            names: dict[str, Any] = {"lhs": row.lhs, "op": row.op, "rhs": row.rhs}
            if len(self.fit.groups) > 1:
                names["group"] = self.fit.groups[row.group]
            estimate, error = float(self.fit.estimates[index]), float(self.fit.std_errors[index])
            rows.append(names | _inference(estimate, error, width, ci_level) | {"std_all": float(standard[index])})
        for name, expression, estimate, error in defined_values(self.fit):
            rows.append({"lhs": name, "op": ":=", "rhs": expression} | _inference(estimate, error, width, ci_level))
        return tidy_frame(rows)

    def glance(self) -> pd.DataFrame:
        """Return one row of fit measures; undefined ones are nan."""
        named = {"estimator": self.fit.estimator, "convention": self.fit.convention}
        return pd.DataFrame([{name: named.get(name, self.measures.get(name)) for name in GLANCE}])

    def standardized(self, kind: Standard = "all") -> pd.DataFrame:
        """Return the standardised solution with delta-method standard errors (``kind`` "all" or "lv")."""
        values, errors = standardized_values(self.fit, self.fit.z, kind), standardized_errors(self.fit, kind)
        rows = []
        for index, row in enumerate(self.fit.table.parameters):
            names: dict[str, Any] = {"lhs": row.lhs, "op": row.op, "rhs": row.rhs}
            if len(self.fit.groups) > 1:
                names["group"] = self.fit.groups[row.group]
            rows.append(names | _inference(float(values[index]), float(errors[index]), float(norm.ppf(0.975)), 0.95))
        return tidy_frame(rows)

    def implied(self) -> pd.DataFrame:
        """Return observed and implied moments."""
        from sctoolkit.measurement.structure.model_residuals import implied_table

        return implied_table(self.fit)

    def residuals(self) -> pd.DataFrame:
        """Return residual correlations, largest first."""
        from sctoolkit.measurement.structure.model_residuals import residual_table

        return residual_table(self.fit)

    def modification_indices(self, *, minimum: float = 0.0) -> pd.DataFrame:
        """Return modification indices with expected changes, largest first."""
        from sctoolkit.measurement.structure.modification_indices import modification_indices

        return modification_indices(self.fit, minimum=minimum)

    def factor_scores(self, data: pd.DataFrame | Scores | Responses | None = None, **options: Any) -> Any:
        """Return factor scores, see `sctoolkit.factor_scores`."""
        from sctoolkit.measurement.scores.factor_scores import factor_scores

        return factor_scores(self, data, **options)

    def reliability(self) -> pd.DataFrame:
        """Return the model-based reliability of every factor's sum score."""
        from sctoolkit.measurement.structure.model_reliability import model_reliability

        return model_reliability(self.fit)

    def __str__(self) -> str:
        return describe_cfa(self)


def _inference(estimate: float, error: float, width: float, level: float) -> dict[str, float]:
    """Return the columns of an estimate with a normal reference."""
    statistic = estimate / error if error > 0.0 else float("nan")
    return {
        "estimate": estimate,
        "std_error": error,
        "statistic": statistic,
        "p_value": float(2.0 * norm.sf(abs(statistic))) if np.isfinite(statistic) else float("nan"),
        "ci_low": estimate - width * error,
        "ci_high": estimate + width * error,
        "ci_level": level if error > 0.0 else float("nan"),
    }


def _treated(fit: ModelFit) -> str:
    """Return how items were treated."""
    variables = fit.table.variables
    kind = f"ordinal ({fit.table.parameterization})" if fit.ordered else "continuous"
    rest = len(fit.items) - len(variables.ordered) - len(variables.covariates)
    if fit.ordered and rest:
        kind = f"{len(variables.ordered)} {kind}, {rest} continuous"
    return kind


def _held(fit: ModelFit) -> str:
    """Return the covariates on which the model is conditional."""
    names = fit.table.variables.covariates
    return f"; given {', '.join(names)}" if names else ""


def describe_cfa(result: CfaResult) -> str:
    """Return the short text: how items were treated, one recommended set of fit figures, parameters, caveats."""
    fit, measures = result.fit, result.measures
    kind = _treated(fit)
    suffix = next((s for s in ("_robust", "_scaled", "") if np.isfinite(measures[f"rmsea{s}"])), "")
    test = "_scaled" if np.isfinite(measures["chi2_scaled"]) else ""
    n = f"{measures['n_obs']:.0f} people" + (f", {len(fit.groups)} groups" if len(fit.groups) > 1 else "")
    head = [
        f"Confirmatory model: items treated as {kind}, {fit.estimator}, {n}",
        f"chi2{test} {measures[f'chi2{test}']:.2f} on {fit.dof} dof, p {measures[f'p_value{test}']:.3f}; "
        f"srmr {measures['srmr']:.3f}{_held(fit)}",
        f"cfi{suffix} {measures[f'cfi{suffix}']:.3f}, tli{suffix} {measures[f'tli{suffix}']:.3f}, rmsea{suffix} "
        f"{measures[f'rmsea{suffix}']:.3f} [{measures[f'rmsea_ci_low{suffix}']:.3f}, "
        f"{measures[f'rmsea_ci_high{suffix}']:.3f}]",
    ]
    body = describe(result, title="", max_rows=12).splitlines()[1:]
    return "\n".join(line if len(line) <= 88 else line[:85] + "..." for line in [*head, *body][:25])

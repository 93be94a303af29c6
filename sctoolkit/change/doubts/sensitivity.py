"""How strong a hidden factor would have to be, told in units of the factors that were measured.

``sensitivity(formula, data, treatment=..., benchmarks=[...]) -> Sensitivity``.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from sctoolkit.change.models.model_frame import ModelFrame, model_frame
from sctoolkit.change.models.regression import term_index
from sctoolkit.errors import NotIdentifiedError, OptionError
from sctoolkit.numerics.change.hidden_bias import (
    benchmark,
    e_value,
    e_value_of_interval,
    oster_delta,
    partial_r2,
    risk_ratio_of_d,
    robustness_value,
)
from sctoolkit.numerics.linear.least_squares import LeastSquares, fit_least_squares
from sctoolkit.options import checked_level
from sctoolkit.result import Caveat, Provenance, Result, tidy_frame

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchmarkRow:
    """What a hidden factor ``k`` times as strong as a measured one would leave of the estimate."""

    term: str
    k: float
    estimate: float
    std_error: float
    ci_low: float
    ci_high: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sensitivity(Result):
    """Robustness of one coefficient to a hidden factor.

    ``robustness`` and ``robustness_ci`` are the shares of residual variance of treatment and outcome that it must
    explain to bring the estimate, or its interval, to zero; ``e_value`` and ``e_value_ci`` the same as risk ratios;
    ``oster_delta`` hidden over measured selection with R^2 max 1.3 times the fitted one.
    """

    treatment: str
    estimate: float
    std_error: float
    robustness: float
    robustness_ci: float
    partial_r2: float
    e_value: float
    e_value_ci: float
    oster_delta: float
    benchmarks: tuple[BenchmarkRow, ...]
    ci_level: float
    dof: float
    provenance: Provenance
    caveats: tuple[Caveat, ...]

    def _measures(self) -> dict[str, float]:
        """Return the measures by name."""
        return {
            "robustness value": self.robustness,
            "robustness value of the interval": self.robustness_ci,
            "partial R2 of treatment": self.partial_r2,
            "E-value": self.e_value,
            "E-value of the interval": self.e_value_ci,
            "Oster delta": self.oster_delta,
        }

    def tidy(self) -> pd.DataFrame:
        """Return the measures (role ``robustness``), then one row a benchmark (role ``benchmark``)."""
        rows = [{"term": name, "role": "robustness", "estimate": value} for name, value in self._measures().items()]
        marks = [
            {
                "term": f"{row.k:g} x {row.term}", "role": "benchmark", "estimate": row.estimate,
                "std_error": row.std_error, "ci_low": row.ci_low, "ci_high": row.ci_high, "ci_level": self.ci_level,
            }
            for row in self.benchmarks
        ]  # fmt: skip
        return tidy_frame([*rows, *marks])

    def __str__(self) -> str:
        lines = textwrap.wrap(self.sentence(), 88)
        for name, value in self._measures().items():
            lines.append(f"{name:42}{f'{value:9.3f}' if np.isfinite(value) else 'not defined'}")
        for row in self.benchmarks:
            name = f"left by {row.k:g} x {row.term}"[:40]
            lines.append(f"{name:42}{row.estimate:9.3f}   {row.ci_low:.3f} to {row.ci_high:.3f}")
        for caveat in self.caveats:
            lines += textwrap.wrap(f"! {caveat.sentence}", 88, subsequent_indent="  ")
        return "\n".join(lines[:25])

    def sentence(self) -> str:
        """Return one sentence for a report."""
        left = [row for row in self.benchmarks if row.ci_low > 0 or row.ci_high < 0]
        text = (
            f"A hidden factor must explain {100 * self.robustness:.0f} percent of what is left of both sides to undo it"
        )
        if not self.benchmarks:
            return text + "."
        if left:
            strongest = max(left, key=lambda row: row.k)
            return f"{text}; one {_times(strongest.k)} as `{strongest.term}` would not."
        weakest = min(self.benchmarks, key=lambda row: row.k)
        return f"{text}; one {_times(weakest.k)} as `{weakest.term}` would leave it unclear."


def _times(k: float) -> str:
    return "as strong" if k == 1 else f"{k:g} times as strong"


def sensitivity(
    formula: str,
    data: pd.DataFrame,
    *,
    treatment: str,
    benchmarks: Sequence[str] = (),
    multiples: Sequence[float] = (1, 2, 3),
    ci_level: float = 0.95,
) -> Sensitivity:
    """Ask what a hidden factor would have to be like.

    Parameters
    ----------
    formula : str
    data : DataFrame
    treatment : str
        Term whose coefficient is in question.
    benchmarks : sequence of str
        Terms of measured covariates to compare with.
    multiples : sequence of numbers
    ci_level : float

    Returns
    -------
    Sensitivity
        Classical errors are used, as the theory has them; with few sites read the estimate column, not the interval.

    References
    ----------
    Cinelli and Hazlett (2020), doi:10.1111/rssb.12348; VanderWeele and Ding (2017); Oster (2019).

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> data = pd.DataFrame({"x": rng.normal(size=100), "d": rng.integers(0, 2, 100)})
    >>> data["y"] = data["d"] + data["x"] + rng.normal(size=100)
    >>> 0 < sensitivity("y ~ d + x", data, treatment="d", benchmarks=["x"]).robustness < 1
    True
    """
    checked_level(ci_level, "ci_level")
    model = model_frame(formula, data)
    fit = fit_least_squares(model.design, model.outcome)
    j = term_index(model.terms, treatment)
    error = float(np.sqrt(fit.sigma2 * fit.bread[j, j]))
    estimate, dof = float(fit.coef[j]), float(fit.dof_resid)
    if not error > 0:
        raise NotIdentifiedError(
            "Sensitivity needs residuals that vary, and the fit is perfect.",
            hint="Look for a term that is the outcome under another name.",
        )
    value = robustness_value(estimate / error, dof, 1 - ci_level)
    critical = float(stats.t.ppf(0.5 + ci_level / 2, dof - 1))
    marks, too_strong = _benchmarks(model, fit, j, benchmarks, multiples, critical)
    delta = _oster(model.design, model.outcome, j)
    spread = float(model.outcome.std(ddof=1))
    ratios = [risk_ratio_of_d(v / spread) for v in (estimate, estimate - critical * error, estimate + critical * error)]
    return Sensitivity(
        treatment=model.terms[j], estimate=estimate, std_error=error, robustness=value.to_zero,
        robustness_ci=value.to_insignificance, partial_r2=value.partial_r2, e_value=e_value(ratios[0]),
        e_value_ci=e_value_of_interval(*ratios), oster_delta=delta,
        benchmarks=tuple(marks), ci_level=ci_level, dof=dof,
        provenance=Provenance(
            analysis=f"sensitivity of {treatment} in {formula}", n_in=model.n_in, n_used=model.n_obs,
            missing_rule="rows with a missing value left out", options={"benchmarks": list(benchmarks)},
        ),
        caveats=(*model.dropped(), *_beyond(too_strong), *_no_delta(delta)),
    )  # fmt: skip


def _benchmarks(
    model: ModelFrame, fit: LeastSquares, j: int, benchmarks: Sequence[str], multiples: Sequence[float], critical: float
) -> tuple[list[BenchmarkRow], list[str]]:
    """Return what factors as strong as measured ones would leave, and those that no factor can be."""
    error = float(np.sqrt(fit.sigma2 * fit.bread[j, j]))
    estimate, dof = float(fit.coef[j]), float(fit.dof_resid)
    marks: list[BenchmarkRow] = []
    too_strong: list[str] = []
    for name in benchmarks:
        k = term_index(model.terms, name)
        if k == j:
            raise OptionError(
                f"A benchmark must be another term than the treatment `{model.terms[j]}`.",
                where=f"terms: {', '.join(model.terms)}",
                hint="Name measured covariates that are known to matter.",
            )
        t_outcome = float(fit.coef[k]) / float(np.sqrt(fit.sigma2 * fit.bread[k, k]))
        others = np.delete(model.design, j, axis=1)
        side = fit_least_squares(others, model.design[:, j])
        m = k - (k > j)
        t_treatment = float(side.coef[m]) / float(np.sqrt(side.sigma2 * side.bread[m, m]))
        r2 = (partial_r2(t_treatment, side.dof_resid), partial_r2(t_outcome, dof))
        for times in multiples:
            try:
                row = benchmark(estimate, error, dof, *r2, times)
            except NotIdentifiedError:
                too_strong.append(f"{times:g} x {model.terms[k]}")
                continue
            reach = critical * row.std_error
            marks.append(
                BenchmarkRow(
                    term=model.terms[k], k=float(times), estimate=row.estimate, std_error=row.std_error,
                    ci_low=row.estimate - reach, ci_high=row.estimate + reach,
                )
            )  # fmt: skip
    return marks, too_strong


def _beyond(names: list[str]) -> tuple[Caveat, ...]:
    """Return the benchmarks that no factor can be."""
    if not names:
        return ()
    sentence = f"{', '.join(names[:3])} would explain all of the treatment: no factor can be so strong."
    return (Caveat(code="benchmark_too_strong", sentence=sentence, numbers={"benchmarks": names}),)


def _no_delta(delta: float) -> tuple[Caveat, ...]:
    """Return why there is no delta."""
    if np.isfinite(delta):
        return ()
    sentence = "Oster's delta is not defined: no covariate is in the model, or none moves the coefficient."
    return (Caveat(code="no_oster_delta", sentence=sentence),)


def _oster(design: FloatArray, outcome: FloatArray, j: int) -> float:
    """Oster's delta, nan where covariates do not move the coefficient."""
    column = design[:, j]
    if design.shape[1] < 3:
        return float("nan")
    short = fit_least_squares(np.column_stack([np.ones(len(outcome)), column]), outcome)
    full = fit_least_squares(design, outcome)
    side = fit_least_squares(np.delete(design, j, axis=1), column)
    try:
        return oster_delta(
            float(short.coef[1]), short.r_squared, float(full.coef[j]), full.r_squared, float(column.var()),
            float((side.residuals**2).mean()), float(outcome.var()),
        )  # fmt: skip
    except NotIdentifiedError:
        return float("nan")

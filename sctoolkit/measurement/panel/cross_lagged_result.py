"""The result of a cross-lagged panel model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sctoolkit.measurement.structure.cfa_result import CfaResult
from sctoolkit.numerics.structure.scaled_difference import DifferenceTest
from sctoolkit.result import Caveat, Provenance, Result, tidy_frame

WITHIN = "within-person lagged association"
SCALED = "chi-square difference, scaled (Satorra & Bentler 2001)"
MIXED = "lagged association, exploratory"


@dataclass(frozen=True, slots=True, kw_only=True)
class LaggedPath:
    """One figure of the model; ``std_all`` is the mean over lags where one estimate stands for all of them."""

    lhs: str
    op: str
    rhs: str
    wave: str
    term: str
    estimand: str
    role: str
    estimate: float
    std_error: float
    statistic: float
    p_value: float
    ci_low: float
    ci_high: float
    std_all: float
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CrossLagged(Result):
    """Lagged associations of two variables.

    Attributes
    ----------
    paths : tuple of LaggedPath
        Cross-lagged paths (primary), carry-over of each variable, correlation of stable differences, shares of
        variance that are stable.
    exploratory : bool
        Whether only two waves were at hand, so that stable differences between people are not taken out.
    equal : bool
        Whether lagged paths were held equal over lags.
    equality : DifferenceTest or None
        Test of equal lags against free ones; None with two waves, or where the other model has no solution.
    group_equality : DifferenceTest or None
        Test of lagged paths equal over groups; None without groups or where that model has no solution.
    covariate_equality : DifferenceTest or None
        Test of covariates that predict stable differences alone against scores of every wave.
    model : CfaResult
    other : CfaResult or None
        The model with the other choice of ``equal``; None as above.
    same : CfaResult or None
        The model with lagged paths equal over groups.
    waves : tuple of str
    groups : tuple of str
        One empty label without groups.
    n_repeated : int
        People with both variables at two waves or more.
    n_clusters : int or None
    ci_level : float
    """

    provenance: Provenance
    caveats: tuple[Caveat, ...]
    paths: tuple[LaggedPath, ...]
    exploratory: bool
    equal: bool
    equality: DifferenceTest | None
    group_equality: DifferenceTest | None
    covariate_equality: DifferenceTest | None
    model: CfaResult
    other: CfaResult | None
    same: CfaResult | None
    waves: tuple[str, ...]
    groups: tuple[str, ...]
    n_repeated: int
    n_clusters: int | None
    ci_level: float

    @property
    def method(self) -> str:
        """Return the name of the model in full."""
        fit = self.model.fit
        if self.exploratory:
            return f"two-wave cross-lagged model, {fit.estimator}"
        lags = "equal over lags" if self.equal else "free over lags"
        return f"random-intercept cross-lagged panel model, {fit.estimator}, {lags}"

    @property
    def tests(self) -> tuple[tuple[str, str, DifferenceTest], ...]:
        """Return (term, what is equal, test) of every test that could be made."""
        found = (
            ("lags equal", "equality of lagged paths over lags", self.equality),
            ("groups equal", "equality of lagged paths over groups", self.group_equality),
            ("covariates on stable parts", "equal associations of covariates over waves", self.covariate_equality),
        )
        return tuple((term, estimand, test) for term, estimand, test in found if test is not None)

    def tidy(self) -> pd.DataFrame:
        """Return one row a figure; the last rows are tests of equality over lags, groups and waves."""
        shared: dict[str, Any] = {
            "estimator": self.model.fit.estimator,
            "n_obs": self.provenance.n_used,
            "n_clusters": self.n_clusters,
            "method": self.method,
        }
        rows: list[dict[str, Any]] = []
        for path in self.paths:
            row = {name: getattr(path, name) for name in LaggedPath.__slots__}
            level = self.ci_level if np.isfinite(path.ci_low) else float("nan")
            rows.append(row | {"ci_level": level} | shared)
        for term, estimand, test in self.tests:
            rows.append(
                {
                    "term": term,
                    "estimand": estimand,
                    "role": "check",
                    "statistic": test.chi2,
                    "dof": test.dof,
                    "p_value": test.p_value,
                    **shared,
                    "method": "chi-square difference" if self.model.fit.estimator == "ML" else SCALED,
                }
            )
        return tidy_frame(rows)

    def glance(self) -> pd.DataFrame:
        """Return one row: people, waves, fit, test of equal lags."""
        measures, test = self.model.measures, self.equality
        end = next((s for s in ("_robust", "_scaled", "") if np.isfinite(measures[f"rmsea{s}"])), "")
        row = {
            "n_obs": self.provenance.n_used, "n_repeated": self.n_repeated, "n_clusters": self.n_clusters,
            "n_waves": len(self.waves), "exploratory": self.exploratory, "equal": self.equal,
            "chi2": measures["chi2"], "chi2_scaled": measures["chi2_scaled"], "dof": measures["dof"],
            "p_value_scaled": measures["p_value_scaled"], "cfi": measures[f"cfi{end}"],
            "rmsea": measures[f"rmsea{end}"], "srmr": measures["srmr"],
            "diff_chi2": float("nan") if test is None else test.chi2,
            "diff_dof": float("nan") if test is None else test.dof,
            "diff_p_value": float("nan") if test is None else test.p_value,
        }  # fmt: skip
        return pd.DataFrame([row])

    def __str__(self) -> str:
        lines = [
            f"{MIXED if self.exploratory else WITHIN}, {len(self.waves)} waves, {self.n_repeated} people seen twice "
            "or more"
        ]
        lines[0] = lines[0][0].upper() + lines[0][1:]
        lines.append(self.method)
        several = len(self.groups) > 1
        for path in self.paths:
            if several and path.role == "detail" and not path.term.endswith("difference"):
                continue
            text = f"{path.estimate:7.3f}"
            text += f" [{path.ci_low:.3f}, {path.ci_high:.3f}]" if np.isfinite(path.ci_low) else ""
            where = ", ".join(part for part in (path.group, path.wave) if part)
            about = path.term + (f" ({where})" if where else "")
            lines.append(f"{path.role:<12}{about:<46}{text}")
        for term, _, test in self.tests:
            lines.append(f"{term[0].upper() + term[1:]}: chi2 {test.chi2:.2f} on {test.dof} dof, p {test.p_value:.3f}")
        lines += [f"! {caveat.sentence}" for caveat in self.caveats]
        return "\n".join(line if len(line) <= 88 else line[:85] + "..." for line in lines[:25])

"""What `grm` returns."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from sctoolkit.measurement.irt.limited_information import LimitedIndices
from sctoolkit.numerics.irt.grm import GrmFit
from sctoolkit.numerics.irt.grm_curves import GradedItems, category_probabilities
from sctoolkit.numerics.irt.grm_information import item_information, marginal_reliability
from sctoolkit.numerics.irt.grm_likelihood import Grid, normal_grid
from sctoolkit.numerics.irt.summed_score import eap_by_sum
from sctoolkit.result import Caveat, FloatArray, Provenance, Result, read_only, tidy_frame

_LOGISTIC_TO_NORMAL = 1.702


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grm(Result):
    """A fitted graded response model: P(X >= c | theta) = logistic(slope * theta + intercept_c).

    Attributes
    ----------
    items : tuple of str
        Names of the k items.
    categories : tuple of tuple of float
        The answers of each item, from lowest to highest.
    groups : tuple of str
        Labels of the groups; the first has mean 0 and standard deviation 1. One empty label without groups.
    free_items : tuple of str
        Items whose parameters were estimated in each group on their own.
    estimates : GrmFit
        Parameters, information and course of the iterations, as arrays.
    vcov : (p, p) float array
        Covariance matrix of the free parameters; nan when it is undefined.
    std_error_method : str
        ``observed``, ``crossproduct`` or ``sandwich``.
    weighted : bool
        Whether respondents have sampling weights; fit and information criteria are then nan.
    fit : LimitedIndices
        Limited-information fit.
    n_obs : int
        Respondents with at least one answer.
    """

    items: tuple[str, ...]
    categories: tuple[tuple[float, ...], ...]
    groups: tuple[str, ...]
    free_items: tuple[str, ...]
    estimates: GrmFit
    vcov: FloatArray
    std_error_method: str
    weighted: bool = False
    fit: LimitedIndices
    n_obs: int
    n_points: int
    bound: float
    ci_level: float
    provenance: Provenance
    caveats: tuple[Caveat, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "vcov", read_only(self.vcov))
        for record in (self.estimates, self.estimates.items):
            for entry in dataclasses.fields(record):
                value = getattr(record, entry.name)
                if isinstance(value, np.ndarray):
                    value.setflags(write=False)

    def item_parameters(self, group: int = 0) -> GradedItems:
        """Return slopes and intercepts of the k items in a group, on the common scale of theta."""
        return self.estimates.items_in(group)

    def grid(self, group: int = 0) -> Grid:
        """Return quadrature nodes of theta in a group, with weights that sum to one."""
        standard = normal_grid(self.n_points, self.bound)
        mean, sd = self.estimates.group_means[group], self.estimates.group_sds[group]
        return Grid(mean + sd * standard.nodes, standard.weights)

    def marginal_reliability(self, group: int = 0) -> float:
        """Return the mean of I / (I + 1 / sd^2) over theta, between 0 and 1."""
        sd = float(self.estimates.group_sds[group])
        mean = float(self.estimates.group_means[group])
        return marginal_reliability(self.item_parameters(group), normal_grid(self.n_points, self.bound), sd, mean)

    def information(self, theta: Any = None, group: int = 0) -> pd.DataFrame:
        """Return item information at each ``theta``, the test's sum and its standard error.

        Parameters
        ----------
        theta : sequence of float, optional
            -4 to 4 in steps of 0.1 when left out.

        Returns
        -------
        DataFrame
            ``theta``, one column an item, ``test`` (their sum) and ``std_error`` = 1 / sqrt(test), the error of a
            maximum likelihood score.
        """
        points = np.linspace(-4.0, 4.0, 81) if theta is None else np.atleast_1d(np.asarray(theta, dtype=np.float64))
        information = item_information(self.item_parameters(group), points)
        total = information.sum(axis=0)
        columns = {"theta": points, **dict(zip(self.items, information, strict=True)), "test": total}
        with np.errstate(divide="ignore"):
            return pd.DataFrame({**columns, "std_error": 1.0 / np.sqrt(total)})

    def summed_scores(self, group: int = 0) -> pd.DataFrame:
        """Return theta and its error for each sum score (EAPsum), with the share of people expected to have it.

        The score is the sum of category numbers from 0; ``answer_sum`` is the sum of answers where categories are one
        apart, else nan.
        """
        items, grid = self.item_parameters(group), self.grid(group)
        found = eap_by_sum(category_probabilities(items, grid.nodes), items.n_categories, grid)
        score = np.arange(found.eap.size)
        even = all(np.allclose(np.diff(values), 1.0) for values in self.categories)
        lowest = sum(values[0] for values in self.categories) if even else np.nan
        return pd.DataFrame(
            {"score": score, "answer_sum": score + lowest, "estimate": found.eap, "std_error": found.sd,
             "expected_share": found.probability}
        )  # fmt: skip

    def tidy(self) -> pd.DataFrame:
        """Return slopes, intercepts and difficulties of items, then means and standard deviations of groups.

        ``std_all`` of a slope is the loading of the normal-ogive model that it stands for, a / sqrt(a^2 + 1.702^2).
        """
        rows = [row for g in range(len(self.groups)) for row in self._item_rows(g)]
        for g, label in enumerate(self.groups[1:], start=1):
            for term, value, column in (
                ("mean", self.estimates.group_means[g], self.estimates.mean_columns[g]),
                ("sd", self.estimates.group_sds[g], self.estimates.sd_columns[g]),
            ):
                rows.append({"group": label, "term": term, **self._numbers(value, self._error(column))})
        return tidy_frame(
            [{**row, "n_obs": self.n_obs, "method": f"GRM, ML, {self.std_error_method} information"} for row in rows]
        )

    def glance(self) -> pd.DataFrame:
        """Return one row: sizes, likelihood, limited-information fit and marginal reliability."""
        n_par, loglik, nothing = self.estimates.n_par, self.estimates.loglik, float("nan")
        return pd.DataFrame(
            [
                {
                    "n_obs": self.n_obs,
                    "n_groups": len(self.groups),
                    "n_par": n_par,
                    "loglik": loglik,
                    "aic": nothing if self.weighted else 2.0 * n_par - 2.0 * loglik,
                    "bic": nothing if self.weighted else np.log(self.n_obs) * n_par - 2.0 * loglik,
                    **dataclasses.asdict(self.fit),
                    "marginal_reliability": self.marginal_reliability(),
                    "n_iterations": self.estimates.n_iterations,
                }
            ]
        )

    def __str__(self) -> str:
        """Return one line an item: slope, its error and the difficulties."""
        fit, items = self.fit, self.item_parameters()
        table = pd.DataFrame({"item": self.items, "slope": items.slopes})
        columns = self.estimates.columns[self.estimates.item_of[0], 0]
        table["std_error"] = [self._error(column) for column in columns]
        for step in range(items.intercepts.shape[1]):
            table[f"b{step + 1}"] = items.difficulties[:, step]
        lines = [
            f"Graded response model (items ordinal): {len(self.items)} items, {self.n_obs} respondents",
            f"{fit.statistic} {fit.chi2:.2f}, dof {fit.dof}, p {fit.p_value:.3f}; rmsea {fit.rmsea:.3f} "
            f"({fit.rmsea_ci_low:.3f}, {fit.rmsea_ci_high:.3f}); cfi {fit.cfi:.3f}; srmr {fit.srmr:.3f}",
            f"marginal reliability {self.marginal_reliability():.2f}",
        ]
        lines += (
            table.head(16).to_string(index=False, na_rep="", float_format=lambda value: f"{value:.2f}").splitlines()
        )
        if len(table) > 16:
            lines.append(f"... {len(table) - 16} more items in tidy()")
        for g, label in enumerate(self.groups[1:4], start=1):
            mean, sd = self.estimates.group_means[g], self.estimates.group_sds[g]
            lines.append(f"{label} against {self.groups[0]}: mean {mean:.2f}, sd {sd:.2f}")
        lines += [f"! {caveat.sentence}" for caveat in self.caveats]
        return "\n".join(line if len(line) <= 88 else line[:85] + "..." for line in lines[:25])

    def _item_rows(self, g: int) -> list[dict[str, Any]]:
        """Rows of the items of one group; shared items stand in the first group only."""
        rows: list[dict[str, Any]] = []
        items = self.item_parameters(g)
        for place, name in enumerate(self.items):
            if g > 0 and name not in self.free_items:
                continue
            head = {"item": name} | ({"group": self.groups[g]} if name in self.free_items else {})
            columns = self.estimates.columns[self.estimates.item_of[g, place]]
            slope = float(items.slopes[place])
            loading = slope / np.hypot(slope, _LOGISTIC_TO_NORMAL)
            error = self._error(columns[0])
            rows.append({**head, "term": "slope", **self._numbers(slope, error), "std_all": loading})
            for step in range(1, len(self.categories[place])):
                value = float(items.intercepts[place, step - 1])
                rows.append({**head, "term": f"intercept_{step}", **self._numbers(value, self._error(columns[step]))})
            for step in range(1, len(self.categories[place])):
                value = -float(items.intercepts[place, step - 1]) / slope
                error = self._ratio_error(columns[0], columns[step], slope, value)
                rows.append({**head, "term": f"difficulty_{step}", **self._numbers(value, error)})
        return rows

    def _numbers(self, value: float, error: float) -> dict[str, float]:
        """Estimate, error and a normal interval."""
        reach = float(norm.ppf(0.5 + self.ci_level / 2.0)) * error
        return {
            "estimate": float(value), "std_error": error, "ci_low": float(value) - reach,
            "ci_high": float(value) + reach, "ci_level": self.ci_level,
        }  # fmt: skip

    def _error(self, column: int) -> float:
        """Standard error of one free parameter; nan for a fixed one."""
        return float(np.sqrt(self.vcov[column, column])) if column >= 0 else float("nan")

    def _ratio_error(self, slope_at: int, step_at: int, slope: float, difficulty: float) -> float:
        """Delta-method error of b = -d / a."""
        own, other = self.vcov[step_at, step_at], self.vcov[slope_at, slope_at]
        variance = (own + difficulty**2 * other + 2.0 * difficulty * self.vcov[slope_at, step_at]) / slope**2
        return float(np.sqrt(variance))

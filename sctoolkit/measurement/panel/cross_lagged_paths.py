"""The figures of a cross-lagged model: paths of every group with their differences, covariates, what is stable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit, logit
from scipy.stats import norm

from sctoolkit.measurement.panel.cross_lagged_model import PATHS, LagShape, PanelNames
from sctoolkit.measurement.panel.cross_lagged_result import MIXED, WITHIN, LaggedPath
from sctoolkit.measurement.structure.cfa_result import CfaResult

NAN = float("nan")
ORDER = (*(pair for pair in PATHS if pair[0] != pair[1]), *(pair for pair in PATHS if pair[0] == pair[1]))
Rows = dict[tuple[str, str, str, str], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class PathReader:
    """A fitted model with the names of its parts; ``shown`` are the callers' names of both scores."""

    model: CfaResult
    names: PanelNames
    shown: dict[str, str]
    waves: tuple[str, ...]
    shape: LagShape
    ci_level: float

    @property
    def exploratory(self) -> bool:
        """Say whether stable differences are not taken out."""
        return len(self.waves) == 2

    @property
    def groups(self) -> tuple[str, ...]:
        """Return the labels of the groups; one empty label without groups."""
        return self.model.fit.groups

    def read(self) -> tuple[LaggedPath, ...]:
        """Return all figures: cross-lagged paths first, their differences between groups, then details."""
        rows = _by_name(self.model, self.model.tidy(ci_level=self.ci_level).to_dict("records"))
        found: list[LaggedPath] = []
        for predictor, outcome in ORDER:
            for group in self.groups:
                found += self._paths(rows, predictor, outcome, group)
        for predictor, outcome in ORDER:
            found += self._differences(predictor, outcome)
        standard = _by_name(self.model, self.model.standardized().to_dict("records"))
        for group in self.groups:
            found += self._covariates(rows, group)
            found += [] if self.exploratory else self._stable(standard, group)
        return tuple(found)

    def _steps(self, predictor: str, outcome: str) -> list[tuple[str, str]]:
        """Return (outcome, predictor) of a path at every lag."""
        parts = self.names.observed if self.exploratory else self.names.within
        return [(parts[outcome][t], parts[predictor][t - 1]) for t in range(1, len(self.waves))]

    def _about(self, predictor: str, outcome: str) -> dict[str, Any]:
        """Return what a lagged path is called."""
        cross = predictor != outcome
        lhs, rhs = self.shown[outcome], self.shown[predictor]
        return {
            "lhs": lhs, "op": "~", "rhs": rhs,
            "term": f"{rhs}, then {lhs}" if cross else f"{lhs}, carried over",
            "estimand": (MIXED if self.exploratory else WITHIN) if cross else "carry-over to the next wave",
            "role": ("exploratory" if self.exploratory else "primary") if cross else "detail",
        }  # fmt: skip

    def _lag_names(self) -> list[str]:
        """Return what every reported lag is called; one empty name where lags are equal."""
        if self.shape.equal and not self.exploratory:
            return [""]
        return [f"{self.waves[t]} to {self.waves[t + 1]}" for t in range(len(self.waves) - 1)]

    def _paths(self, rows: Rows, predictor: str, outcome: str, group: str) -> list[LaggedPath]:
        """Return one lagged path of one group, at every lag unless lags are equal."""
        found = [rows[lhs, "~", rhs, group] for lhs, rhs in self._steps(predictor, outcome)]
        standard = [float(row["std_all"]) for row in found]
        if len(self._lag_names()) < len(found):
            found, standard = found[:1], [float(np.mean(standard))]
        about = self._about(predictor, outcome) | {"group": group}
        return [
            LaggedPath(wave=where, std_all=value, **about, **_inference(row))
            for where, row, value in zip(self._lag_names(), found, standard, strict=True)
        ]

    def _differences(self, predictor: str, outcome: str) -> list[LaggedPath]:
        """Return differences of a lagged path between a group and the first one."""
        fit, found = self.model.fit, []
        width = float(norm.ppf(0.5 + self.ci_level / 2.0))
        for g in range(1, len(self.groups)):
            for where, (lhs, rhs) in zip(self._lag_names(), self._steps(predictor, outcome), strict=False):
                first, own = (fit.table.find(lhs, "~", rhs, group) for group in (0, g))
                contrast = fit.table.mapping[own] - fit.table.mapping[first]
                value = float(fit.estimates[own] - fit.estimates[first])
                error = float(np.sqrt(max(float(contrast @ fit.vcov @ contrast), 0.0)))
                about = self._about(predictor, outcome) | {"group": f"{self.groups[g]} less {self.groups[0]}"}
                about |= {"role": "detail", "estimand": "difference of lagged paths between groups"}
                about["term"] += ", difference"
                found.append(
                    LaggedPath(
                        wave=where,
                        std_all=NAN,
                        estimate=value,
                        std_error=error,
                        statistic=value / error,
                        p_value=float(2.0 * norm.sf(abs(value / error))),
                        ci_low=value - width * error,
                        ci_high=value + width * error,
                        **about,
                    )
                )
        return found

    def _covariates(self, rows: Rows, group: str) -> list[LaggedPath]:
        """Return the associations of covariates with stable differences, or with the scores of every wave."""
        on_waves = self.exploratory or self.shape.covariates_on == "waves"
        found = []
        for key in ("x", "y"):
            outcomes = self.names.observed[key] if on_waves else (self.names.stable[key],)
            for shown, name in self.names.covariates.items():
                for outcome, wave in zip(outcomes, self.waves, strict=False):
                    row = rows[outcome, "~", name, group]
                    found.append(
                        LaggedPath(
                            lhs=self.shown[key],
                            op="~",
                            rhs=shown,
                            wave=wave if on_waves else "",
                            group=group,
                            term=f"{self.shown[key]} on {shown}",
                            role="detail",
                            std_all=float(row["std_all"]),
                            estimand="association of a covariate with "
                            + ("the score of a wave" if on_waves else "stable differences"),
                            **_inference(row),
                        )
                    )
        return found

    def _stable(self, table: Rows, group: str) -> list[LaggedPath]:
        """Return the correlation of stable differences and the stable share of variance of both scores, first wave.

        Notes
        -----
        Standard errors by the delta method; intervals on Fisher's z and on the logit, so that they stay in range.
        """
        width = float(norm.ppf(0.5 + self.ci_level / 2.0))
        row = table[self.names.stable["x"], "~~", self.names.stable["y"], group]
        value, error = float(row["estimate"]), float(row["std_error"])
        statistic = value / error if error > 0.0 else NAN
        half = width * error / (1.0 - value**2) if abs(value) < 1.0 else NAN
        given = ", given covariates" if self.names.covariates and self.shape.covariates_on == "stable" else ""
        found = [
            LaggedPath(
                lhs=self.shown["x"], op="~~", rhs=self.shown["y"], wave="", group=group, term="stable differences",
                estimand=f"correlation of stable differences between people{given}", role="detail", estimate=value,
                std_error=error, statistic=statistic, p_value=float(2.0 * norm.sf(abs(statistic))),
                ci_low=float(np.tanh(np.arctanh(value) - half)) if abs(value) < 1.0 else NAN,
                ci_high=float(np.tanh(np.arctanh(value) + half)) if abs(value) < 1.0 else NAN, std_all=NAN,
            )
        ]  # fmt: skip
        for key in ("x", "y"):
            row = table[self.names.stable[key], "=~", self.names.observed[key][0], group]
            share, error = float(row["estimate"]) ** 2, 2.0 * abs(float(row["estimate"])) * float(row["std_error"])
            inside = 0.0 < share < 1.0
            half = width * error / (share * (1.0 - share)) if inside else NAN
            found.append(
                LaggedPath(
                    lhs=self.shown[key],
                    op="~~",
                    rhs=self.shown[key],
                    wave="",
                    group=group,
                    role="detail",
                    term=f"{self.shown[key]}, stable share",
                    estimand="stable share of variance, first wave",
                    estimate=share,
                    std_error=error,
                    statistic=NAN,
                    p_value=NAN,
                    ci_low=float(expit(logit(share) - half)) if inside else NAN,
                    ci_high=float(expit(logit(share) + half)) if inside else NAN,
                    std_all=NAN,
                )
            )
        return found


def _by_name(model: CfaResult, records: list[dict[Any, Any]]) -> Rows:
    """Return the rows of a table of parameters by lhs, op, rhs and group."""
    rows = [{str(name): value for name, value in row.items()} for row in records]
    several = len(model.fit.groups) > 1
    return {(str(r["lhs"]), str(r["op"]), str(r["rhs"]), str(r["group"]) if several else ""): r for r in rows}


def _inference(row: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of inference of a parameter."""
    return {name: float(row[name]) for name in ("estimate", "std_error", "statistic", "p_value", "ci_low", "ci_high")}

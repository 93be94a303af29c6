"""The result of a latent change score model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sctoolkit.measurement.invariance.invariance_result import Invariance
from sctoolkit.measurement.panel.latent_change_figures import ChangeEstimate
from sctoolkit.measurement.structure.cfa_result import CfaResult
from sctoolkit.result import Caveat, Provenance, Result, tidy_frame


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LatentChange(Result):
    """Change of a latent variable between waves, in one group or several.

    Attributes
    ----------
    estimates : tuple of ChangeEstimate
        Primary figures first, then details and checks.
    model : CfaResult
        The (partially) scalar model of all waves and groups that the figures come from.
    invariance : Invariance
        The ladder that says whether items measure alike at all waves and in all groups.
    claim_reserved : bool
        Whether the scalar level is out of reach, so that the mean change may be one of items and not of people.
    waves : tuple of str
    groups : tuple of str
        The first is the reference of differences; one empty label without groups.
    n_linked : int
        People with an answer at two waves or more.
    n_clusters : int or None
    ci_level : float
    """

    provenance: Provenance
    caveats: tuple[Caveat, ...]
    estimates: tuple[ChangeEstimate, ...]
    model: CfaResult
    invariance: Invariance
    claim_reserved: bool
    waves: tuple[str, ...]
    groups: tuple[str, ...]
    n_linked: int
    n_clusters: int | None
    ci_level: float

    def tidy(self) -> pd.DataFrame:
        """Return one row a figure: latent mean change, its spread, its correlation with the start, points, checks."""
        rows: list[dict[str, Any]] = []
        for entry in self.estimates:
            row = {name: getattr(entry, name) for name in ChangeEstimate.__slots__}
            level = self.ci_level if np.isfinite(entry.ci_low) else float("nan")
            rows.append(row | {"scale": self.provenance.scale, "ci_level": level, "n_clusters": self.n_clusters})
        return tidy_frame(rows)

    def glance(self) -> pd.DataFrame:
        """Return one row: people, verdict on measurement, fit of the model."""
        measures = self.model.measures
        fit = {name: _reported(measures, name) for name in ("cfi", "rmsea")}
        row = {
            "n_obs": self.provenance.n_used, "n_linked": self.n_linked, "n_clusters": self.n_clusters,
            "verdict": self.invariance.verdict, "partial_verdict": self.invariance.partial_verdict,
            "claim_reserved": self.claim_reserved, "dof": measures["dof"], "chi2": measures["chi2"],
            "chi2_scaled": measures["chi2_scaled"], **fit, "srmr": measures["srmr"],
        }  # fmt: skip
        return pd.DataFrame([row])

    def __str__(self) -> str:
        kind = "ordinal" if self.model.fit.ordered else "continuous"
        lines = [
            f"Latent change from {self.waves[0]} to {self.waves[-1]}: items treated as {kind}, "
            f"{self.model.fit.estimator}, {self.n_linked} people linked",
            f"Measurement holds up to: {self.invariance.partial_verdict}"
            + (" (claim of change reserved)" if self.claim_reserved else ""),
        ]
        simple = len(self.waves) == 2 and len(self.groups) == 1
        shown = [row for row in self.estimates if simple or row.term in SHORT or row.role == "primary"]
        lines += [_line(row, simple) for row in shown[: 23 - len(self.caveats)]]
        lines += [f"! {caveat.sentence}" for caveat in self.caveats]
        return "\n".join(line if len(line) <= 88 else line[:85] + "..." for line in lines[:25])


SHORT = ("latent", "latent, difference", "latent, no change", "latent, same change", "score", "score, difference")
"""Terms shown of several waves or groups."""


def _line(row: ChangeEstimate, simple: bool) -> str:
    """Return a figure in one line: its estimand, or its term with group and waves."""
    if np.isfinite(row.estimate):
        text = f"{row.estimate:8.3f}"
        text += f" [{row.ci_low:.3f}, {row.ci_high:.3f}]" if np.isfinite(row.ci_low) else ""
    else:
        text = f"   chi2 {row.statistic:.2f}, dof {row.dof:.0f}, p {row.p_value:.3f}"
    about = row.estimand if simple else ", ".join(part for part in (row.term, row.group, row.wave) if part)
    return f"{row.role:<8}{about:<48}{text}"


def _reported(measures: Any, name: str) -> float:
    """Return the robust measure where defined, else the scaled, else the plain one."""
    found = (float(measures[f"{name}{end}"]) for end in ("_robust", "_scaled", ""))
    return next((value for value in found if np.isfinite(value)), float("nan"))

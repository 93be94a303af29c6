"""The result of an alignment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
from scipy.stats import norm

from sctoolkit.measurement.invariance.aligned_factor import AlignedFactor
from sctoolkit.measurement.structure.cfa_result import CfaResult
from sctoolkit.result import Caveat, Provenance, Result, tidy_frame

TRUSTED_SHARE = 0.25


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AlignedGroups(Result):
    """Factor means and spreads of many groups.

    Attributes
    ----------
    factors : tuple of AlignedFactor
    model : CfaResult
        The configural fit.
    n_obs : tuple of int
        People of every group.
    ci_level : float
    """

    provenance: Provenance
    caveats: tuple[Caveat, ...]
    factors: tuple[AlignedFactor, ...]
    model: CfaResult
    n_obs: tuple[int, ...]
    ci_level: float

    @property
    def trusted(self) -> bool:
        """Say whether at most a quarter of the parameters of every factor differ between groups."""
        return all(entry.share <= TRUSTED_SHARE for entry in self.factors)

    def tidy(self) -> pd.DataFrame:
        """Return one row a factor, group and figure; the first group is the unit and has no error."""
        width = float(norm.ppf(0.5 + self.ci_level / 2.0))
        n_waves = len(self.factors[0].blocks) // len(self.n_obs)
        rows: list[dict[str, Any]] = []
        for entry in self.factors:
            for term, values, errors in (
                ("mean", entry.mean, entry.mean_std_error),
                ("sd", entry.sd, entry.sd_std_error),
            ):
                for b, (block, value, error) in enumerate(zip(entry.blocks, values, errors, strict=True)):
                    row: dict[str, Any] = {
                        "scale": entry.factor, "group": block, "term": term, "estimate": value,
                        "estimand": f"factor {term}, SD of {entry.blocks[0]}", "role": "primary" if b else "reference",
                        "estimator": self.model.fit.estimator, "method": "alignment, errors from draws",
                        "n_obs": self.n_obs[b // n_waves],
                    }  # fmt: skip
                    if b:
                        gap = value if term == "mean" else value - 1.0
                        row |= {
                            "std_error": error, "statistic": gap / error,
                            "p_value": float(2.0 * norm.sf(abs(gap / error))), "ci_low": value - width * error,
                            "ci_high": value + width * error, "ci_level": self.ci_level,
                        }  # fmt: skip
                    rows.append(row)
        return tidy_frame(rows)

    def drifting(self) -> pd.DataFrame:
        """Return the flagged parameters: factor, item, parameter and group."""
        rows = [(entry.factor, *flag) for entry in self.factors for flag in entry.drifting]
        return pd.DataFrame(rows, columns=["scale", "item", "parameter", "group"])

    def glance(self) -> pd.DataFrame:
        """Return one row: people, groups, fit of the configural model, largest share of flagged parameters."""
        measures = self.model.measures
        end = "_robust" if measures["rmsea_robust"] == measures["rmsea_robust"] else ""
        row = {
            "n_obs": sum(self.n_obs), "n_groups": len(self.factors[0].blocks), "trusted": self.trusted,
            "largest_drift_share": max(entry.share for entry in self.factors),
            "r2_loadings": min(entry.r2_loadings for entry in self.factors),
            "r2_locations": min(entry.r2_locations for entry in self.factors),
            "cfi": measures[f"cfi{end}"], "rmsea": measures[f"rmsea{end}"], "srmr": measures["srmr"],
        }  # fmt: skip
        return pd.DataFrame([row])

    def __str__(self) -> str:
        kind = "ordinal" if self.model.fit.ordered else "continuous"
        lines = [
            f"Alignment: items treated as {kind}, {self.model.fit.estimator}, {sum(self.n_obs)} people, "
            f"{len(self.factors[0].blocks)} groups"
        ]
        room = 22 - len(self.caveats) - 2 * len(self.factors)
        table = self.tidy()
        for entry in self.factors:
            rows = table[(table["scale"] == entry.factor) & (table["term"] == "mean")]
            shown = rows.sort_values("estimate", ascending=False).head(max(room // len(self.factors), 3))
            verdict = "may be compared" if entry.share <= TRUSTED_SHARE else "are not to be compared"
            lines.append(f"{entry.factor}: {entry.share:.0%} of the parameters differ between groups; means {verdict}")
            for row in shown.to_dict("records"):
                text = f"  {row['group']:<30}{row['estimate']:7.3f}"
                known = row["role"] != "reference"
                lines.append(text + (f" [{row['ci_low']:.3f}, {row['ci_high']:.3f}]" if known else " (unit)"))
            if len(shown) < len(rows):
                lines.append(f"  and {len(rows) - len(shown)} more: see tidy()")
        lines += [f"! {caveat.sentence}" for caveat in self.caveats]
        return "\n".join(line if len(line) <= 88 else line[:85] + "..." for line in lines[:25])

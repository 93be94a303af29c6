"""What `reliability` returns: coefficients with intervals, and which of them to report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sctoolkit.measurement.lines import caveat_lines
from sctoolkit.result import Caveat, Provenance, Result, tidy_frame

ROLES = {"alpha_ordinal": "theoretical", "omega_latent": "theoretical"}
NAMES = {
    "alpha": "alpha",
    "alpha_standardised": "alpha of standardised items",
    "omega_total": "omega total, one congeneric factor (ML)",
    "omega_categorical": "omega of the sum of ordinal items (Green-Yang, DWLS)",
    "alpha_ordinal": "alpha of latent responses",
    "omega_latent": "omega of latent responses",
    "omega_hierarchical": "omega hierarchical (Schmid-Leiman)",
    "omega_total_groups": "omega total (Schmid-Leiman)",
    "explained_common_variance": "share of common variance that is general (ECV)",
    "omega_hierarchical_bifactor": "omega hierarchical (exploratory bifactor rotation)",
    "average_r": "average inter-item correlation",
    "std_error_measurement": "standard error of measurement of the item mean",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """One reliability figure: its term, value, standard error, interval, how it was made and its role."""

    term: str
    estimate: float
    std_error: float = float("nan")
    ci_low: float = float("nan")
    ci_high: float = float("nan")
    method: str = ""
    role: str = "primary"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reliability(Result):
    """Reliability coefficients of one scale.

    ``coefficients`` holds them by term; ``headline`` names the one to report: categorical omega for ordered items,
    omega total for continuous ones, alpha where omega is not identified. Theoretical coefficients describe latent
    responses, not scores, and are never the headline.
    """

    coefficients: Mapping[str, Coefficient]
    headline: str
    ordered: bool
    items: tuple[str, ...]
    ci_level: float
    n_clusters: int | None = None
    provenance: Provenance
    caveats: tuple[Caveat, ...]

    def tidy(self) -> pd.DataFrame:
        """Return one row a coefficient."""
        return tidy_frame(
            {
                "scale": self.provenance.scale,
                "term": figure.term,
                "role": "headline" if figure.term == self.headline else figure.role,
                "estimate": figure.estimate,
                "std_error": figure.std_error,
                "ci_low": figure.ci_low,
                "ci_high": figure.ci_high,
                "ci_level": self.ci_level,
                "n_obs": self.provenance.n_used,
                "n_clusters": self.n_clusters,
                "method": figure.method,
            }
            for figure in self.coefficients.values()
        )

    def glance(self) -> pd.DataFrame:
        """Return one row: how the items were treated, how many there are, and the headline figure."""
        figure = self.coefficients[self.headline]
        return pd.DataFrame(
            [
                {
                    "n_obs": self.provenance.n_used,
                    "n_items": len(self.items),
                    "ordered": self.ordered,
                    "headline": self.headline,
                    "estimate": figure.estimate,
                    "ci_low": figure.ci_low,
                    "ci_high": figure.ci_high,
                }
            ]
        )

    def __str__(self) -> str:
        treated = "ordinal" if self.ordered else "continuous"
        lines = [
            f"Reliability of {self.provenance.scale or 'the scale'}: {len(self.items)} items treated as {treated}, "
            f"{self.provenance.n_used} people",
            f"{'':28}{'estimate':>9}{'std_error':>11}{f'{self.ci_level:.0%} interval':>19}",
        ]
        for figure in self.coefficients.values():
            interval = f"{figure.ci_low:.3f} to {figure.ci_high:.3f}" if np.isfinite(figure.ci_low) else ""
            error = f"{figure.std_error:.3f}" if np.isfinite(figure.std_error) else ""
            mark = " <- report" if figure.term == self.headline else ""
            lines.append(f"{figure.term:28}{figure.estimate:9.3f}{error:>11}{interval:>19}{mark}")
        return "\n".join(caveat_lines(lines, self.caveats))

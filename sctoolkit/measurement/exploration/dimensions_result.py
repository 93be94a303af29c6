"""What `n_factors` returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.measurement.lines import caveat_lines
from sctoolkit.result import Caveat, Provenance, Result, read_only, tidy_frame

if TYPE_CHECKING:
    from sctoolkit.measurement.exploration.adequacy import Adequacy

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What one rule suggests, and how it does so."""

    term: str
    n_factors: int
    method: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FactorNumber(Result):
    """Suggested numbers of factors, rule by rule, with the eigenvalues behind them.

    Attributes
    ----------
    suggestions : mapping of term to Suggestion
        Parallel analysis in four forms, MAP in two, EKC, Hull in two.
    eigenvalues, reduced_eigenvalues : (p,) arrays
        Of the correlations, and with communalities of one factor on the diagonal.
    null_components, null_factors : mappings of "normal" and "permuted" to (p,) arrays
        Quantile of the null eigenvalues.
    ekc_reference : (p,) array
        References of the empirical Kaiser criterion.
    adequacy : Adequacy or None
        KMO and Bartlett's test; None where the matrix is not positive definite.
    """

    items: tuple[str, ...]
    suggestions: Mapping[str, Suggestion]
    eigenvalues: FloatArray
    reduced_eigenvalues: FloatArray
    null_components: Mapping[str, FloatArray]
    null_factors: Mapping[str, FloatArray]
    ekc_reference: FloatArray
    quantile: float
    adequacy: Adequacy | None
    provenance: Provenance
    caveats: tuple[Caveat, ...]

    def __post_init__(self) -> None:
        for name in ("eigenvalues", "reduced_eigenvalues", "ekc_reference"):
            object.__setattr__(self, name, read_only(getattr(self, name)))
        for name in ("null_components", "null_factors"):
            frozen = {kind: read_only(values) for kind, values in getattr(self, name).items()}
            object.__setattr__(self, name, MappingProxyType(frozen))
        object.__setattr__(self, "suggestions", MappingProxyType(dict(self.suggestions)))

    def eigenvalue_frame(self) -> pd.DataFrame:
        """Return all eigenvalues with their references, one row a rank."""
        columns = {"component": self.eigenvalues}
        columns |= {f"component_{kind}": values for kind, values in self.null_components.items()}
        columns |= {"ekc_reference": self.ekc_reference, "factor": self.reduced_eigenvalues}
        columns |= {f"factor_{kind}": values for kind, values in self.null_factors.items()}
        return pd.DataFrame(columns, index=pd.RangeIndex(1, len(self.eigenvalues) + 1, name="rank"))

    def tidy(self) -> pd.DataFrame:
        """Return one row a rule."""
        return tidy_frame(
            {
                "scale": self.provenance.scale,
                "term": suggestion.term,
                "estimand": "n_factors",
                "estimate": suggestion.n_factors,
                "n_obs": self.provenance.n_used,
                "method": suggestion.method,
            }
            for suggestion in self.suggestions.values()
        )

    def glance(self) -> pd.DataFrame:
        """Return one row: the range of suggestions, KMO and Bartlett."""
        counts = [suggestion.n_factors for suggestion in self.suggestions.values()]
        nothing = float("nan")
        measured = self.adequacy
        return pd.DataFrame(
            [
                {
                    "n_obs": self.provenance.n_used,
                    "n_items": len(self.items),
                    "lowest": min(counts),
                    "highest": max(counts),
                    "median": float(np.median(counts)),
                    "kmo": measured.kmo if measured else nothing,
                    "bartlett_chi2": measured.bartlett_chi2 if measured else nothing,
                    "bartlett_dof": measured.bartlett_dof if measured else nothing,
                    "bartlett_p_value": measured.bartlett_p_value if measured else nothing,
                }
            ]
        )

    def __str__(self) -> str:
        lines = [f"{self.provenance.analysis}: {len(self.items)} items, {self.provenance.n_used} people"]
        lines += [f"  {suggestion.term:30}{suggestion.n_factors:3}" for suggestion in self.suggestions.values()]
        shown = self.eigenvalue_frame().head(6)
        shown.columns = ["comp", "normal", "permuted", "EKC", "factor", "normal", "permuted"]
        lines += shown.to_string(float_format=lambda value: f"{value:.2f}", index_names=False).splitlines()
        if self.adequacy is not None:
            lines.append(f"KMO {self.adequacy.kmo:.2f}")
        return "\n".join(caveat_lines(lines, self.caveats))

"""What `factor_scores` returns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.result import Caveat, FloatArray, Provenance, Result, read_only, tidy_frame


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FactorScores(Result):
    """Scores of people on the factors of a model.

    Attributes
    ----------
    factors : tuple of str
        Names of the m factors.
    values : (n, m) float array
        One row a row of the data, in its order, on the metric of the model; nan where nobody could be scored.
    std_error : (n, m) float array
        Posterior standard deviation (EAP, EBM, MAP, regression), or error of the score about the factor (Bartlett,
        ten Berge).
    groups : tuple of str
        Groups of the model; one empty label without groups.
    group_of : (n,) int array
        Group of each row; -1 where the row was not scored.
    determinacy : (n_groups, m) float array
        Correlation of each factor with its best linear score; nan for ordinal models, where it is not linear.
    method : str
        ``ebm``, ``eap``, ``map``, ``regression``, ``bartlett`` or ``ten_berge``.
    """

    factors: tuple[str, ...]
    values: FloatArray
    std_error: FloatArray
    groups: tuple[str, ...]
    group_of: npt.NDArray[np.int64]
    determinacy: FloatArray
    method: str
    provenance: Provenance
    caveats: tuple[Caveat, ...] = ()

    def __post_init__(self) -> None:
        for name in ("values", "std_error", "determinacy"):
            object.__setattr__(self, name, read_only(getattr(self, name)))
        self.group_of.setflags(write=False)

    def frame(self) -> pd.DataFrame:
        """Return one row a row of the data: each factor, then its error as ``<factor>_std_error``."""
        errors = {f"{name}_std_error": self.std_error[:, f] for f, name in enumerate(self.factors)}
        return pd.DataFrame({**{name: self.values[:, f] for f, name in enumerate(self.factors)}, **errors})

    def tidy(self) -> pd.DataFrame:
        """Return mean, sd, reliability, determinacy and least correlation of alternative scores of each factor.

        Reliability is var(score) / (var(score) + mean squared error) for posterior means and modes, the squared
        determinacy for linear scores. People's scores are in ``frame()``.
        """
        rows = []
        for g, group in enumerate(self.groups):
            here = self.values[self.group_of == g]
            for f, factor in enumerate(self.factors):
                head = {"lhs": factor} | ({"group": group} if len(self.groups) > 1 else {})
                for term, value in self._summary(g, f, here[:, f]).items():
                    rows.append({**head, "term": term, "estimate": value, "n_obs": len(here), "method": self.method})
        return tidy_frame(rows)

    def glance(self) -> pd.DataFrame:
        """Return one row: people scored and not scored."""
        scored = int((self.group_of >= 0).sum())
        return pd.DataFrame(
            [{"n_obs": scored, "n_not_scored": len(self.group_of) - scored, "n_factors": len(self.factors)}]
        )

    def _summary(self, g: int, f: int, scores: FloatArray) -> dict[str, float]:
        """Figures of one factor in one group."""
        spread = float(scores.var(ddof=1)) if scores.size > 1 else float("nan")
        out = {"mean": float(scores.mean()) if scores.size else float("nan"), "sd": float(np.sqrt(spread))}
        rho = float(self.determinacy[g, f])
        if np.isfinite(rho):
            return out | {"reliability": rho**2, "determinacy": rho, "least_correlation": 2.0 * rho**2 - 1.0}
        error = float((self.std_error[self.group_of == g, f] ** 2).mean()) if scores.size else float("nan")
        return out | {"reliability": spread / (spread + error)}

"""A test of several terms at once."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from sctoolkit.result import Caveat, Provenance, Result, tidy_frame


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JointTest(Result):
    """An F test of several coefficients at once: ``statistic`` with ``dof_num`` and ``dof_den``."""

    terms: tuple[str, ...]
    statistic: float
    dof_num: int
    dof_den: float
    p_value: float
    method: str
    provenance: Provenance
    caveats: tuple[Caveat, ...] = ()

    def tidy(self) -> pd.DataFrame:
        """Return one row: the terms, F, its denominator degrees of freedom and p."""
        return tidy_frame(
            [
                {
                    "term": " = ".join([*self.terms, "0"]),
                    "statistic": self.statistic,
                    "dof": self.dof_den,
                    "p_value": self.p_value,
                    "n_obs": self.provenance.n_used,
                    "method": f"{self.method}, F({self.dof_num}, dof)",
                }
            ]
        )

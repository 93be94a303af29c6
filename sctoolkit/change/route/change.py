"""The result of an analysis of change: the route, every estimate with its role, and the sentence that may be said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sctoolkit.change.route.estimates import Estimate, show
from sctoolkit.change.route.router import Route
from sctoolkit.result import Caveat, Provenance, Result, jsonable, tidy_frame


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Change(Result):
    """What changed, in every honest way the design allows; ``estimates`` has at most one ``primary``."""

    route: Route
    estimates: tuple[Estimate, ...]
    claim: str
    rung: str
    provenance: Provenance
    caveats: tuple[Caveat, ...] = ()

    @property
    def primary(self) -> Estimate | None:
        """The estimate that the route chose, None where nothing about change can be estimated."""
        return next((estimate for estimate in self.estimates if estimate.role == "primary"), None)

    @property
    def arms(self) -> tuple[Estimate, ...]:
        """The change of each group beside a difference between groups, last wave first; empty without groups."""
        return tuple(estimate for estimate in self.estimates if estimate.role == "arm")

    def tidy(self) -> pd.DataFrame:
        """Return one row an estimate: the primary, each group's change, checks, then sizes and means."""
        return tidy_frame(estimate.row() for estimate in self.estimates)

    def glance(self) -> pd.DataFrame:
        """Return the design, the rung and the primary estimate in one row."""
        best, facts = self.primary, self.route.facts
        return pd.DataFrame(
            [
                {
                    "design": self.route.design, "outcome_type": facts.outcome_type, "rung": self.rung,
                    "linkage": facts.linkage, "n_obs": self.provenance.n_used, "n_linked": facts.n_linked,
                    "n_clusters": facts.n_organisations,
                    "estimator": None if best is None else best.estimator,
                    "estimate": np.nan if best is None else best.estimate,
                    "ci_low": np.nan if best is None else best.ci_low,
                    "ci_high": np.nan if best is None else best.ci_high,
                    "min_p": np.nan if self.route.min_p is None else self.route.min_p,
                }
            ]
        )  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-safe record with the route and the claim."""
        return {**super(Change, self).to_dict(), "claim": self.claim, "rung": self.rung, "route": jsonable(self.route)}

    def __str__(self) -> str:
        route = self.route
        how = route.inference if self.primary is None else self.primary.method
        below = f"({self.rung}; {route.design.replace('_', ' ')}; {how})"
        return show(self.claim, below, self.estimates, self.caveats)

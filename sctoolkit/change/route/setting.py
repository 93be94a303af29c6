"""What a design needs to estimate: the panel, the route and the options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sctoolkit.change.route.estimates import Estimate
from sctoolkit.change.route.outcome_type import OutcomeType
from sctoolkit.change.route.panel import Panel
from sctoolkit.change.route.router import Route
from sctoolkit.result import Caveat

PrimaryOfGroups = Literal["did", "ancova"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Panel, route and options of one analysis."""

    panel: Panel
    route: Route
    outcome: str
    outcome_type: OutcomeType = "scale"
    level: float = 0.95
    treated: int | None = None
    primary: PrimaryOfGroups | None = None
    reliability: float | None = None
    false_match_rate: float = 0.0
    scale_range: tuple[float, float] | None = None
    population_mean: float | None = None
    n_draws: int = 9999
    seed: int = 1

    @property
    def last(self) -> int:
        """Code of the last wave."""
        return len(self.panel.waves) - 1

    @property
    def modelled(self) -> bool:
        """Whether a mixed model may be primary: scores without weights."""
        return self.outcome_type == "scale" and self.panel.weight is None

    @property
    def by_means(self) -> bool:
        """Whether the route puts means of organisations first."""
        return self.route.inference == "cluster means"


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a design hands back: estimates, caveats, and the sentence that its primary estimate allows.

    ``template`` names a sentence of claims.toml and ``fields`` its further fields; ``rung`` lowers the route's rung.
    """

    estimates: tuple[Estimate, ...]
    caveats: tuple[Caveat, ...] = ()
    template: str = "described"
    fields: Mapping[str, str] = field(default_factory=dict)
    rung: str | None = None
    numbers: Mapping[str, Any] = field(default_factory=dict)

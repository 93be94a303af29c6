"""Fit one level of invariance; data and sample statistics are shared by all levels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sctoolkit.measurement.structure.cfa_result import CfaResult
from sctoolkit.measurement.structure.estimation import estimate
from sctoolkit.measurement.structure.fit_measures import fit_measures
from sctoolkit.measurement.structure.guidance import fit_caveats
from sctoolkit.measurement.structure.model_data import ModelData
from sctoolkit.measurement.structure.model_fit import ModelFit
from sctoolkit.measurement.structure.model_sample import Sample
from sctoolkit.measurement.structure.model_syntax import Syntax
from sctoolkit.measurement.structure.specification import specify
from sctoolkit.result import Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What the levels share.

    ``base`` is the model of one wave; ``syntax`` that of all waves (the same without waves); ``blocks`` names the
    groups, waves, or groups at waves in the order of (group, wave).
    """

    base: Syntax
    syntax: Syntax
    data: ModelData
    sample: Sample
    ordered: bool
    estimator: str
    convention: str
    occasion: dict[str, tuple[str, int]]
    waves: tuple[str, ...]
    provenance: Provenance

    @property
    def blocks(self) -> tuple[tuple[int, int], ...]:
        """Return (group, wave) of every block, reference first."""
        return tuple((g, w) for g in range(len(self.data.groups)) for w in range(max(len(self.waves), 1)))

    def block_label(self, block: tuple[int, int]) -> str:
        """Return the name of a block for people."""
        group = self.data.groups[block[0]]
        wave = self.waves[block[1]] if self.waves else ""
        return ", ".join(part for part in (group, wave) if part)

    def column(self, item: str, wave: int) -> str:
        """Return the name of an item or latent variable in the model of all waves."""
        return f"{item}.{self.waves[wave]}" if self.waves else item


def fit_level(setup: Setup, kinds: Sequence[str], partial: Sequence[str] = ()) -> ModelFit:
    """Return the fit of a level: theta parameterization, latent variables standardised in the reference block."""
    table = specify(
        setup.syntax,
        setup.data,
        ordered=setup.ordered,
        parameterization="theta",
        std_lv=True,
        mean_structure=True,
        fixed_x=False,
        kinds=kinds,
        partial=partial,
        occasion=setup.occasion,
    )
    return estimate(table, setup.data, setup.sample, setup.estimator, setup.convention)


def as_result(setup: Setup, fit: ModelFit) -> CfaResult:
    """Return a level's fit with measures and caveats."""
    return CfaResult(provenance=setup.provenance, caveats=fit_caveats(fit), fit=fit, measures=fit_measures(fit))

"""The result of an invariance analysis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sctoolkit.measurement.invariance.aligned_factor import AlignedFactor, aligned_factors
from sctoolkit.measurement.invariance.invariance_effect import ItemEffect, ScoreEffect
from sctoolkit.measurement.invariance.invariance_fit import Setup
from sctoolkit.measurement.invariance.partial_invariance import Freed
from sctoolkit.measurement.structure.cfa_result import CfaResult
from sctoolkit.numerics.structure.scaled_difference import DifferenceTest
from sctoolkit.result import Caveat, Provenance, Result, tidy_frame

FIT_COLUMNS = (
    "dof", "chi2", "chi2_scaled", "p_value_scaled", "cfi", "cfi_scaled", "cfi_robust", "rmsea", "rmsea_scaled",
    "rmsea_robust", "srmr",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LevelTest:
    """A level in full against the level below it (with the releases made there)."""

    level: str
    test: DifferenceTest | None
    delta_cfi: float
    delta_rmsea: float
    holds: bool
    freed: tuple[Freed, ...]
    partial_holds: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Invariance(Result):
    """Levels of measurement invariance, their tests, and what drift does to scores.

    Attributes
    ----------
    verdict : str
        Highest level that holds in full.
    partial_verdict : str
        Highest level that holds with the releases in ``freed``.
    freed : tuple of Freed
        Released parameters with the tests that justify them.
    models : mapping of level to CfaResult
        Fits in full.
    partial_models : mapping of level to CfaResult
        Fits with releases, where some were made at or below the level.
    tests : tuple of LevelTest
    score_effects : tuple of ScoreEffect
        Gap or change in the mean score in scale points, and the part that is item drift.
    item_effects : tuple of ItemEffect
    setup : Setup
    """

    provenance: Provenance
    caveats: tuple[Caveat, ...]
    verdict: str
    partial_verdict: str
    freed: tuple[Freed, ...]
    models: Mapping[str, CfaResult]
    partial_models: Mapping[str, CfaResult]
    tests: tuple[LevelTest, ...]
    score_effects: tuple[ScoreEffect, ...]
    item_effects: tuple[ItemEffect, ...]
    setup: Setup

    def tidy(self) -> pd.DataFrame:
        """Return one row a level: fit, change of fit and difference test; ``estimate`` is the chi-square difference."""
        rows: list[dict[str, Any]] = []
        for entry in self.tests:
            measures = self.models[entry.level].measures
            test = entry.test
            row: dict[str, Any] = {
                "level": entry.level,
                "estimate": float("nan") if test is None else test.chi2,
                "dof": measures["dof"],
            }
            row |= {name: measures[name] for name in FIT_COLUMNS}
            row |= {
                "delta_cfi": entry.delta_cfi,
                "delta_rmsea": entry.delta_rmsea,
                "diff_chi2": float("nan") if test is None else test.chi2,
                "diff_dof": float("nan") if test is None else test.dof,
                "diff_p_value": float("nan") if test is None else test.p_value,
            }
            rows.append(row)
        return tidy_frame(rows)

    def glance(self) -> pd.DataFrame:
        """Return one row: verdicts, people, releases, the largest share of drift."""
        shares = [abs(effect.share) for effect in self.score_effects if np.isfinite(effect.share)]
        return pd.DataFrame(
            [
                {
                    "verdict": self.verdict,
                    "partial_verdict": self.partial_verdict,
                    "n_obs": sum(self.setup.data.n),
                    "n_blocks": len(self.setup.blocks),
                    "n_freed": len(self.freed),
                    "largest_drift_share": max(shares, default=float("nan")),
                }
            ]
        )

    def effect(self) -> pd.DataFrame:
        """Return the gap or change in the mean score of every factor and the part that is item drift.

        Notes
        -----
        ``drift`` and ``drift_share`` come with intervals; see
        `sctoolkit.measurement.invariance.invariance_effect.ScoreEffect` for where they are nan.
        """
        return pd.DataFrame(
            [
                {
                    "scale": effect.factor,
                    "block": effect.block,
                    "reference": effect.reference,
                    "observed": effect.observed,
                    "expected": effect.expected,
                    "people": effect.people,
                    "drift": effect.drift,
                    "drift_std_error": effect.drift_std_error,
                    "drift_ci_low": effect.drift_ci_low,
                    "drift_ci_high": effect.drift_ci_high,
                    "drift_share": effect.share,
                    "share_ci_low": effect.share_ci_low,
                    "share_ci_high": effect.share_ci_high,
                }
                for effect in self.score_effects
            ]
        )

    def items(self) -> pd.DataFrame:
        """Return the size of drift of every item: bias in points, dMACS, signed dMACS, SDI2, UDI2."""
        return pd.DataFrame(
            [
                {
                    "scale": effect.factor,
                    "item": effect.item,
                    "block": effect.block,
                    "bias": effect.drift.bias,
                    "dmacs": effect.drift.dmacs,
                    "dmacs_signed": effect.drift.signed,
                    "sdi2": effect.drift.sdi,
                    "udi2": effect.drift.udi,
                }
                for effect in self.item_effects
            ]
        )

    def releases(self) -> pd.DataFrame:
        """Return the released parameters with their score tests and the level's p-value before and after."""
        return pd.DataFrame(
            [
                {
                    "level": entry.level,
                    "parameter": entry.parameter,
                    "score_chi2": entry.score_chi2,
                    "score_dof": entry.score_dof,
                    "score_p_value": entry.score_p_value,
                    "p_before": entry.p_before,
                    "p_after": entry.p_after,
                }
                for entry in self.freed
            ],
            columns=["level", "parameter", "score_chi2", "score_dof", "score_p_value", "p_before", "p_after"],
        )

    def alignment(self, *, seed: int = 1, n_draws: int = 200) -> tuple[AlignedFactor, ...]:
        """Return factor means and spreads by alignment of the configural model (see `sctoolkit.alignment`)."""
        return aligned_factors(self.setup, self.models["configural"].fit, seed=seed, n_draws=n_draws)

    def __str__(self) -> str:
        return _text(self)


def _text(result: Invariance) -> str:
    """Return the short text: treatment of items, verdict, one line a level, drift, caveats."""
    setup = result.setup
    kind = "ordinal (theta)" if setup.ordered else "continuous"
    ends = ("_scaled", "") if setup.ordered else ("_robust", "_scaled", "")
    lines = [
        f"Measurement invariance: items treated as {kind}, {setup.estimator}, {sum(setup.data.n)} people",
        f"Over {len(setup.blocks)} blocks: " + "; ".join(setup.block_label(block) for block in setup.blocks),
        f"Holds in full up to: {result.verdict}"
        + (f"; with {len(result.freed)} released: {result.partial_verdict}" if result.freed else ""),
        "level         dof    cfi  rmsea   srmr   diff  dof      p"
        + ("   (cfi, rmsea: scaled)" if setup.ordered else ""),
    ]
    for entry in result.tests:
        measures = result.models[entry.level].measures
        end = next(e for e in ends if not e or np.isfinite(measures[f"rmsea{e}"]))
        text = f"{entry.level:<12} {measures['dof']:>4} {measures[f'cfi{end}']:>6.3f} {measures[f'rmsea{end}']:>6.3f}"
        text += f" {measures['srmr']:>6.3f}"
        if entry.test is not None:
            text += f" {entry.test.chi2:>6.2f} {entry.test.dof:>4} {entry.test.p_value:>6.3f}"
        lines.append(text)
    for effect in result.score_effects[:4]:
        lines.append(
            f"{effect.factor}, {effect.block} against {effect.reference}: {effect.expected:+.2f} points, of which item "
            f"drift {effect.drift:+.2f}"
            + (f" [{effect.drift_ci_low:+.2f}, {effect.drift_ci_high:+.2f}]" if effect.drift_std_error > 1e-10 else "")
        )
    lines += [f"! {caveat.sentence}" for caveat in result.caveats]
    return "\n".join(line if len(line) <= 88 else line[:85] + "..." for line in lines[:25])

"""Caveats of an invariance analysis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sctoolkit.measurement.invariance.invariance_fit import Setup
from sctoolkit.measurement.invariance.invariance_result import LevelTest
from sctoolkit.measurement.invariance.invariance_steps import Level
from sctoolkit.measurement.structure.cfa_result import CfaResult
from sctoolkit.result import Caveat

MANY_BLOCKS = 8


def configural_caveats(model: CfaResult) -> list[Caveat]:
    """Return the caveats of the configural fit, a poor one first."""
    measures = model.measures
    end = "_robust" if np.isfinite(measures["rmsea_robust"]) else ""
    rmsea, cfi = measures[f"rmsea{end}"], measures[f"cfi{end}"]
    if not (rmsea > 0.08 or cfi < 0.90):
        return list(model.caveats)
    misfit = Caveat(
        code="configural_misfit",
        sentence=f"The model itself fits poorly (cfi {cfi:.3f}, rmsea {rmsea:.3f}): higher levels say little.",
        numbers={"cfi": cfi, "rmsea": rmsea},
    )
    return [misfit, *model.caveats]


def ladder_caveats(
    setup: Setup, models: Mapping[str, CfaResult], tests: Sequence[LevelTest], levels: Sequence[Level]
) -> tuple[Caveat, ...]:
    """Return caveats of the ladder and of the configural fit."""
    found = configural_caveats(models["configural"])
    untested = [entry.level for entry in tests if entry.test is not None and entry.test.dof == 0]
    if untested:
        found.append(
            Caveat(
                code="level_not_testable",
                sentence=f"Level {', '.join(untested)} adds no degree of freedom with three categories: it holds by "
                "construction.",
                numbers={"levels": untested},
            )
        )
    if [level.name for level in levels][:2] == ["configural", "strict"]:
        found.append(
            Caveat(
                code="joint_level_only",
                sentence="Items with two categories identify only the joint level: thresholds, loadings, intercepts "
                "and residuals are tested together.",
            )
        )
    if len(setup.blocks) >= MANY_BLOCKS:
        found.append(
            Caveat(
                code="many_blocks",
                sentence=f"With {len(setup.blocks)} groups exact invariance is rarely met: align "
                "them (`alignment`, or `--method alignment`).",
                numbers={"blocks": len(setup.blocks)},
            )
        )
    return tuple(found)

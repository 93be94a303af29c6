"""How well an outcome was measured: reliability by wave, item statistics, structure, invariance."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from sctoolkit.evaluation.outcome import Outcome
from sctoolkit.evaluation.steps.attempt import attempt
from sctoolkit.evaluation.study import Study, pair_of, waves_of
from sctoolkit.measurement.invariance.invariance import invariance
from sctoolkit.measurement.invariance.invariance_result import Invariance
from sctoolkit.measurement.items.item_analysis import ItemAnalysis, item_analysis
from sctoolkit.measurement.items.reliability import reliability
from sctoolkit.measurement.items.reliability_result import Reliability
from sctoolkit.measurement.keyed import keyed_items
from sctoolkit.measurement.structure.cfa_result import CfaResult
from sctoolkit.measurement.structure.confirm import cfa
from sctoolkit.result import Caveat, Result
from sctoolkit.scoring.scores import Scores

FEWEST_FOR_STRUCTURE = 100
FEWEST_ITEMS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """Results on the measurement of one scale; None where they could not be had, and then a caveat says why."""

    reliability: tuple[tuple[str, Reliability], ...]
    items: ItemAnalysis | None
    structure: CfaResult | None
    over_sides: Invariance | None
    over_waves: Invariance | None
    caveats: tuple[Caveat, ...]

    def parts(self) -> dict[str, Result]:
        """Return every result under a name of its own."""
        named: dict[str, Result | None] = {f"reliability.{wave}": result for wave, result in self.reliability}
        named |= {
            "items": self.items,
            "structure": self.structure,
            "invariance.sides": self.over_sides,
            "invariance.waves": self.over_waves,
        }
        return {name: result for name, result in named.items() if result is not None}

    def headline_reliability(self) -> float | None:
        """Return the headline coefficient at the first wave, where it lies between 0 and 1."""
        if not self.reliability:
            return None
        result = self.reliability[0][1]
        value = result.coefficients[result.headline].estimate
        return float(value) if np.isfinite(value) and 0.0 < value <= 1.0 else None


def measure(study: Study, scores: Scores, outcome: Outcome) -> Measurement | None:
    """Return how well the items of a scale measure; None for what has no items to compare.

    Reliability is wave by wave, item statistics are over all rows; primary scales also get the one-factor model and its
    invariance over sides (both at the first compared wave, where nobody stands twice) and over the compared waves.
    """
    if not outcome.is_scale or scores.instrument.scale[outcome.name].rule not in ("mean", "sum", "weighted", "table"):
        return None
    ordered = study.plan.analysis.ordered
    items = keyed_items(scores, outcome.name)
    if items.shape[1] < 2:
        return None
    wave = scores.roles["wave"]
    caveats: list[Caveat] = []

    by_wave = []
    for name in waves_of(study, scores.responses):
        call = partial(reliability, items[wave == name], ordered=ordered, on_reversed="caveat")
        by_wave.append((name, attempt(call, f"reliability at wave {name}", outcome, caveats)))
    pair = pair_of(study, scores.responses)
    start = items[wave == pair[0]]
    complete = int(start.notna().all(axis=1).sum())
    deep = outcome.primary and items.shape[1] >= FEWEST_ITEMS and complete >= FEWEST_FOR_STRUCTURE
    model = f"{outcome.name} =~ " + " + ".join(items.columns)
    one_factor = partial(cfa, start, model, ordered=ordered, empty_categories="collapse")
    sides = partial(_over_sides, scores, items, model, ordered, pair[0])
    over = partial(_over_waves, scores, items, model, ordered, pair)
    return Measurement(
        reliability=tuple((name, result) for name, result in by_wave if result is not None),
        items=attempt(partial(item_analysis, items), "item analysis", outcome, caveats),
        structure=attempt(one_factor, "one-factor model", outcome, caveats) if deep else None,
        over_sides=attempt(sides, "test of invariance over sides", outcome, caveats) if deep else None,
        over_waves=attempt(over, "test of invariance over waves", outcome, caveats) if deep else None,
        caveats=tuple(caveats),
    )


def _over_sides(scores: Scores, items: pd.DataFrame, model: str, ordered: bool, wave: str) -> Invariance | None:
    """Invariance over the sides at one wave; None where there are no two sides."""
    if "side" not in scores.roles or len(set(scores.roles["side"].tolist()) - {""}) < 2:
        return None
    rows = items.assign(side=scores.roles["side"])[scores.roles["wave"] == wave]
    return invariance(rows, model, ordered=ordered, group="side", empty_categories="collapse")


def _over_waves(
    scores: Scores, items: pd.DataFrame, model: str, ordered: bool, pair: tuple[str, ...]
) -> Invariance | None:
    """Invariance between the compared waves, among people who answered at both; None where nobody is linked."""
    if len(pair) < 2 or "respondent" not in scores.roles:
        return None
    rows = items.assign(respondent=scores.roles["respondent"], wave=scores.roles["wave"])
    rows = rows[(rows["respondent"] != "") & rows["wave"].isin(pair)]
    return invariance(rows, model, ordered=ordered, waves="wave", unit="respondent", empty_categories="collapse")

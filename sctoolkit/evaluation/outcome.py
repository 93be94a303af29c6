"""What is followed over waves: scales, and single items where the plan names them or a scale is incomplete."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from sctoolkit.evaluation.study import Study
from sctoolkit.instrument.check import reachable_range
from sctoolkit.instrument.model import Instrument
from sctoolkit.instrument.scale import Scale
from sctoolkit.scoring.keying import keyed_frame
from sctoolkit.scoring.scores import Scores
from sctoolkit.survey.responses import Responses


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One outcome: its column, the name that is shown, the ends of its range and where it stands in the plan."""

    name: str
    label: str
    instrument: str
    items: tuple[str, ...]
    range: tuple[float, float] | None
    higher: str
    primary: bool
    is_scale: bool
    smallest_change: float | None

    @property
    def key(self) -> str:
        """Name that no other outcome of the study has: scales of two instruments may share theirs."""
        return f"{self.instrument}.{self.name}"


def outcomes_of(study: Study, instrument: Instrument, responses: Responses) -> Iterator[Outcome]:
    """Yield the outcomes of one instrument: scales that the data can score, then single items of the plan."""
    plan = study.plan.analysis
    for name in study.outcome_scales(instrument):
        scale = instrument.scale[name]
        present = [code for code in scale.items if code in responses.items]
        if len(present) >= (scale.minimum or 1):
            yield Outcome(
                name=name,
                label=_label(study, instrument, scale.label),
                instrument=instrument.id,
                items=scale.items,
                range=_range(instrument, scale),
                higher=scale.higher,
                primary=name in plan.primary or (not plan.primary and scale.primary),
                is_scale=True,
                smallest_change=plan.smallest_change.get(name),
            )
    for code in plan.items:
        if code in responses.items:
            item, response = instrument.by_code[code], instrument.response_of(code)
            yield Outcome(
                name=code,
                label=item.label[:1].upper() + item.label[1:],
                instrument=instrument.id,
                items=(code,),
                range=(response.low, response.high),
                higher="",
                primary=code in plan.primary or not plan.primary,
                is_scale=False,
                smallest_change=plan.smallest_change.get(code),
            )


def _range(instrument: Instrument, scale: Scale) -> tuple[float, float] | None:
    """Return the range of a score as declared, else as its items reach it; None where that depends on who skips what.

    With items of one range, or where all must be answered, a mean or a sum cannot lie outside.
    """
    if scale.range is not None or scale.rule not in ("mean", "sum"):
        return scale.range
    ends = {(response.low, response.high) for response in map(instrument.response_of, scale.items)}
    return reachable_range(instrument, scale) if len(ends) == 1 or scale.minimum == len(scale.items) else None


def _label(study: Study, instrument: Instrument, label: str) -> str:
    """Label of a scale; with the instrument's name where another instrument of the study has a scale called so."""
    others = (scale.label for other in study.instruments if other.id != instrument.id for scale in other.scale.values())
    return f"{label} ({instrument.name})" if label in others else label


def outcome_frame(scores: Scores, items: tuple[str, ...]) -> pd.DataFrame:
    """Return scores and named keyed items, one row a respondent and wave."""
    frame = scores.frame()
    named = [code for code in items if code in scores.responses.items]
    if not named:
        return frame
    return pd.concat([frame, keyed_frame(scores, None)[named]], axis=1)

"""What each side thinks the other thinks, against what the other says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from sctoolkit.change.route.estimates import Estimate
from sctoolkit.evaluation.evaluation import Evaluation
from sctoolkit.evaluation.sections.waves import wave_name
from sctoolkit.evaluation.steps.beliefs import Belief
from sctoolkit.evaluation.steps.spell import sortable, spell_of
from sctoolkit.report.document import Draft
from sctoolkit.report.sections.beliefs import Bias, BiasChange, beliefs_section
from sctoolkit.result import Caveat


def beliefs_drafts(evaluation: Evaluation) -> Iterator[Draft]:
    """Yield a section for each mirrored question; nothing where an instrument has none, or no two sides answered."""
    for place, belief in enumerate(evaluation.beliefs):
        caveats: tuple[Caveat, ...] = belief.caveats
        biases: list[Bias] = []
        changes: list[BiasChange] = []
        if belief.result is not None:
            answers = next(one for one in evaluation.answers if one.instrument.id == belief.instrument)
            names = {new: wave for wave, new in sortable(spell_of(evaluation.study, answers.responses)).items()}
            frame = answers.frame[["wave", "side", belief.mirror.belief, belief.mirror.fact]].dropna()
            biases = list(_biases(belief, frame, names))
            changes = list(_changes(belief, biases))
            caveats = (*caveats, *(one for one in belief.result.caveats if one.code != "rows_left_out"))
        yield beliefs_section(
            biases,
            changes,
            what=belief.label,
            id="beliefs" if place == 0 else f"beliefs-{belief.instrument}-{belief.name}",
            level=evaluation.study.plan.analysis.ci_level,
            caveats=caveats,
        )


def _told(belief: Belief, estimand: str) -> list[Estimate]:
    estimates = () if belief.result is None else belief.result.estimates
    return [estimate for estimate in estimates if estimate.estimand == estimand]


def _biases(belief: Belief, frame: pd.DataFrame, names: Mapping[str, str]) -> Iterator[Bias]:
    told = _told(belief, "bias of the guess")
    sides = list(dict.fromkeys(str(estimate.side) for estimate in told))
    for estimate in told:
        wave, side = names[str(estimate.wave)], str(estimate.side)
        other = sides[1 - sides.index(side)]
        mine, theirs = (frame[(frame["wave"] == wave) & (frame["side"] == name)] for name in (side, other))
        yield Bias(
            wave=wave_name(wave),
            side=side,
            other=other,
            n=len(mine),
            n_other=len(theirs),
            guess=float(mine[belief.mirror.belief].mean()),
            own=float(theirs[belief.mirror.fact].mean()),
            bias=estimate.estimate,
            ci_low=estimate.ci_low,
            ci_high=estimate.ci_high,
        )


def _changes(belief: Belief, biases: list[Bias]) -> Iterator[BiasChange]:
    for estimate in _told(belief, "change of the bias"):
        own = [bias for bias in biases if bias.side == estimate.side]
        ends = (own[0], own[-1])
        yield BiasChange(
            side=str(estimate.side),
            first=ends[0].wave,
            last=ends[1].wave,
            change=estimate.estimate,
            ci_low=estimate.ci_low,
            ci_high=estimate.ci_high,
            n=min(n for bias in ends for n in (bias.n, bias.n_other)),
        )

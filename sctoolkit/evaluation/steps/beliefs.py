"""What each side thinks the other thinks, where an instrument asks both for the belief and for the fact."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from sctoolkit.change.designs.meta_perception import MetaPerception, meta_perception
from sctoolkit.evaluation.answers import Answers
from sctoolkit.evaluation.steps.attempt import attempt
from sctoolkit.evaluation.steps.spell import rows_of_waves, spell_of
from sctoolkit.evaluation.study import Study
from sctoolkit.instrument.model import Mirror
from sctoolkit.result import Caveat

N_DRAWS = 1999


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """One mirrored question of an instrument: its names and what was found; without a result, why."""

    instrument: str
    name: str
    mirror: Mirror
    label: str
    range: tuple[float, float] | None
    result: MetaPerception | None
    caveats: tuple[Caveat, ...] = ()


def beliefs_of(study: Study, answers: Answers) -> Iterator[Belief]:
    """Yield each mirrored question that two sides answered."""
    frame, instrument = answers.frame, answers.instrument
    if "side" not in frame.columns or len(set(frame["side"]) - {"", "broker"}) < 2:
        return
    for name, mirror in instrument.mirror.items():
        if not {mirror.belief, mirror.fact} <= set(frame.columns) or frame[mirror.belief].isna().all():
            continue
        label = mirror.label or instrument.scale[mirror.fact].label
        caveats: list[Caveat] = []
        call = partial(_bias, study, answers, mirror)
        result = attempt(call, "comparison of what each side thinks the other thinks", _large(label), caveats)
        yield Belief(
            instrument=instrument.id,
            name=name,
            mirror=mirror,
            label=label,
            range=instrument.scale[mirror.fact].range,
            result=result,
            caveats=tuple(caveats),
        )


def _bias(study: Study, answers: Answers, mirror: Mirror) -> MetaPerception:
    rows = rows_of_waves(answers.frame[answers.frame["side"] != ""], spell_of(study, answers.responses))
    return meta_perception(
        rows,
        own=mirror.fact,
        guess=mirror.belief,
        side="side",
        wave="wave",
        cluster="organisation" if "organisation" in rows.columns else None,
        ci_level=study.plan.analysis.ci_level,
        n_draws=N_DRAWS,
        seed=study.plan.analysis.seed,
    )


def _large(text: str) -> str:
    return text[:1].upper() + text[1:]

"""Whether a scale tells organisations apart: the share of differences that lies between them, side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from sctoolkit.evaluation.answers import Answers
from sctoolkit.evaluation.outcome import Outcome
from sctoolkit.evaluation.steps.attempt import attempt
from sctoolkit.evaluation.steps.strata import sides
from sctoolkit.evaluation.study import Study, pair_of
from sctoolkit.measurement.keyed import keyed_items
from sctoolkit.measurement.scores.ecometrics import ecometrics
from sctoolkit.measurement.scores.ecometrics_result import Ecometrics
from sctoolkit.result import Caveat

FEWEST_ORGANISATIONS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What one scale says of the organisations of one side at one wave; without a result, why."""

    side: str
    wave: str
    result: Ecometrics | None
    caveats: tuple[Caveat, ...] = ()


def places_of(study: Study, answers: Answers, outcome: Outcome) -> Iterator[Places]:
    """Yield how far a primary scale tells organisations apart at the first compared wave."""
    frame = answers.frame
    if not outcome.primary or not outcome.is_scale or "organisation" not in frame.columns:
        return
    if answers.instrument.scale[outcome.name].rule not in ("mean", "sum", "weighted", "table"):
        return
    wave = pair_of(study, answers.responses)[0]
    items = keyed_items(answers.scores, outcome.name).set_axis(frame.index)
    for side, rows in sides(frame[(frame["wave"] == wave) & (frame["organisation"] != "")]):
        known = rows.index[items.loc[rows.index].notna().any(axis=1)]
        names = rows.loc[known, "organisation"]
        caveats: list[Caveat] = []
        if names.nunique() < FEWEST_ORGANISATIONS:
            yield Places(side=side, wave=wave, result=None, caveats=(_too_few(side, int(names.nunique())),))
            continue
        call = partial(ecometrics, items.loc[known], place=names.tolist(), ci_level=study.plan.analysis.ci_level)
        result = attempt(call, "comparison of organisations", outcome, caveats)
        yield Places(side=side, wave=wave, result=result, caveats=tuple(caveats))


def _too_few(side: str, count: int) -> Caveat:
    where = f"The {side} side has {count} organisations" if side else f"There are {count} organisations"
    sentence = f"{where}; at least {FEWEST_ORGANISATIONS} are needed to ask whether a scale tells them apart."
    return Caveat(code="few_organisations", sentence=sentence, numbers={"n_organisations": count})

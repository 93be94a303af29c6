"""What the programme's own tables add: rates of return, exposures, and times of entry."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from sctoolkit.errors import SctoolkitError
from sctoolkit.evaluation.small_counts import smallest_count
from sctoolkit.evaluation.study import Study, waves_of
from sctoolkit.programme.exposures import Exposures, exposures
from sctoolkit.programme.phase_log import read_phase_log
from sctoolkit.programme.returns import Returns, returns
from sctoolkit.result import Caveat
from sctoolkit.survey.responses import Responses


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """Results from roster and logs; None where the study has none of them."""

    returns: Returns | None = None
    exposures: Exposures | None = None
    entry: pd.DataFrame | None = None
    caveats: tuple[Caveat, ...] = ()


def programme_of(study: Study, frame: pd.DataFrame, responses: Responses) -> Programme:
    """Read roster and logs; a table that contradicts itself becomes a caveat with its first fault."""
    caveats: list[Caveat] = []
    found: dict[str, object] = {}
    for name, make in (("returns", _returns), ("exposures", _exposures), ("entry", _entry)):
        try:
            found[name] = make(study, frame, responses)
        except SctoolkitError as error:
            faults = " ".join((error.problem, *error.where[:1]))
            sentence = f"No {name} could be derived from the logs. {faults}"
            caveats.append(Caveat(code=f"no_{name}", sentence=sentence, n_people=smallest_count(faults)))
    return Programme(**found, caveats=tuple(caveats))  # type: ignore[arg-type]


def _returns(study: Study, frame: pd.DataFrame, responses: Responses) -> Returns | None:
    roster = study.plan.logs.roster
    if roster is None or not {"organisation", "side", "wave"} <= set(frame.columns):
        return None
    return returns(frame, study.path(roster))


def _exposures(study: Study, frame: pd.DataFrame, responses: Responses) -> Exposures | None:
    logs = study.plan.logs
    if logs.engagement is None or not logs.wave_dates or "organisation" not in frame.columns:
        return None
    phases = None if logs.phases is None else study.path(logs.phases)
    known = sorted(set(frame["organisation"]) - {""})
    return exposures(study.path(logs.engagement), dict(logs.wave_dates), phase_log=phases, organisations=known)


def _entry(study: Study, frame: pd.DataFrame, responses: Responses) -> pd.DataFrame | None:
    """Organisation and the number of the first wave after its entry; 0 for one that never entered."""
    logs = study.plan.logs
    if logs.phases is None or not logs.wave_dates or "organisation" not in frame.columns:
        return None
    phases = read_phase_log(study.path(logs.phases)).frame()
    starts = phases[phases["phase"] == logs.entry_phase].set_index("organisation")["start"]
    waves = waves_of(study, responses)
    rows = []
    for organisation in sorted(set(frame["organisation"]) - {""}):
        after = [
            place for place, wave in enumerate(waves, start=1) if _entered(starts, organisation, logs.wave_dates, wave)
        ]
        rows.append({"organisation": organisation, "entry": after[0] if after else 0})
    return pd.DataFrame(rows)


def _entered(starts: pd.Series, organisation: str, days: dict[str, str], wave: str) -> bool:
    """Whether an organisation had entered by the day of a wave."""
    return organisation in starts.index and wave in days and bool(starts[organisation] <= pd.Timestamp(days[wave]))

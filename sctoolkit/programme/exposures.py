"""From the logs to exposures: how much presence, meeting and money an organisation had met by each wave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sctoolkit.errors import DataError
from sctoolkit.programme.cells import parse_date
from sctoolkit.programme.engagement_log import read_engagement_log
from sctoolkit.programme.phase_log import PHASES, read_phase_log
from sctoolkit.programme.tables import ProgrammeTable
from sctoolkit.result import Caveat, Provenance, Result, tidy_frame

PRESENCE: tuple[str, ...] = ("visit", "conversation", "meeting", "event", "training", "other")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Exposures(Result):
    """Exposures by organisation and wave, cumulative up to the day of the wave.

    ``rows`` holds one record an organisation and wave; `frame` shows them as a table.
    """

    rows: tuple[Mapping[str, Any], ...]
    provenance: Provenance
    caveats: tuple[Caveat, ...] = ()

    def frame(self) -> pd.DataFrame:
        """Return one row an organisation and wave, one column an exposure."""
        return pd.DataFrame([dict(row) for row in self.rows])

    def tidy(self) -> pd.DataFrame:
        """Return one row an organisation, wave and exposure."""
        return tidy_frame(
            {
                "wave": row["wave"], "side": row["side"], "group": row["organisation"], "term": name,
                "estimate": value, "method": "count of the log up to the wave",
            }
            for row in self.rows
            for name, value in row.items()
            if name not in {"organisation", "side", "wave", "until"}
        )  # fmt: skip


def exposures(
    engagement_log: pd.DataFrame | str | Path | ProgrammeTable,
    waves: Mapping[str, str],
    *,
    phase_log: pd.DataFrame | str | Path | ProgrammeTable | None = None,
    organisations: Iterable[str] | None = None,
    programme_start: str | None = None,
) -> Exposures:
    """Compile exposures by organisation and wave.

    Parameters
    ----------
    engagement_log : DataFrame, path or table
        As for `read_engagement_log`.
    waves : mapping of wave label to day
        Day on which a wave was fielded (its middle), year-month-day. An activity counts for a wave when it lies before
        that day.
    phase_log : DataFrame, path or table, optional
        As for `read_phase_log`; adds months since entry into each phase.
    organisations : iterable of str, optional
        All organisations of the programme; those without a line in the log get zeros. Without it, the organisations of
        the two logs.
    programme_start : str, optional
        First day of the programme.

    Returns
    -------
    Exposures
        ``contacts`` (activities other than grants), ``hours`` (of the activities with a duration; missing when none has
        one), ``brokered_meetings`` (both sides present), ``grants``, ``grant_amount``, ``speaking_share`` (turns of the
        community side as a share of 0 to 1; missing without turns), the same since the wave before as
        ``contacts_since_last_wave``, and ``months_since_phase_0`` to ``2`` (missing before entry).

    Raises
    ------
    DataError
        If the logs contradict their schemas or a wave has no day.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({"date": ["2024-02-01", "2024-05-01"], "organisation": ["Temple", "Temple"],
    ...                     "side": ["community", "community"], "activity": ["visit", "visit"], "hours": [2, 1]})
    >>> exposures(log, {"1": "2024-03-01", "2": "2024-09-01"}).frame()["hours"].tolist()
    [2.0, 3.0]
    """
    log = read_engagement_log(engagement_log, organisations=organisations, programme_start=programme_start).frame()
    phases = None
    if phase_log is not None:
        phases = read_phase_log(phase_log, organisations=organisations, programme_start=programme_start).frame()
    days = _wave_days(waves)
    sides = _organisations(log, phases, organisations)
    rows = []
    for organisation, side in sides.items():
        own = log[log["organisation"] == organisation]
        before = pd.Timestamp.min
        for wave, until in days.items():
            row: dict[str, Any] = {"organisation": organisation, "side": side, "wave": wave, "until": until}
            row |= _totals(own[own["date"] < until])
            row["contacts_since_last_wave"] = _totals(own[(own["date"] < until) & (own["date"] >= before)])["contacts"]
            if phases is not None:
                row |= _months_in_phases(phases[phases["organisation"] == organisation], until)
            rows.append(row)
            before = until
    return Exposures(
        rows=tuple(rows),
        provenance=Provenance(
            analysis="exposures from the engagement log", waves=tuple(days), n_in=len(log),
            n_used=int((log["date"] < max(days.values())).sum()),
            options={"programme_start": programme_start},
        ),
        caveats=_caveats(log, phases, days, sides),
    )  # fmt: skip


def _wave_days(waves: Mapping[str, str]) -> dict[str, pd.Timestamp]:
    """Return the day of each wave in the order of time."""
    days, faults = {}, []
    for wave, text in waves.items():
        try:
            days[str(wave)] = parse_date(text)[0]
        except ValueError as error:
            faults.append(f"wave {wave}: {error}")
    if faults or not days:
        raise DataError(
            "Exposures need the day of each wave.",
            where=faults,
            hint='Give `waves={"1": "2024-03-15", "2": "2025-03-15"}`.',
        )
    return dict(sorted(days.items(), key=lambda entry: entry[1]))


def _organisations(
    log: pd.DataFrame, phases: pd.DataFrame | None, named: Iterable[str] | None
) -> dict[str, str | None]:
    """Return each organisation with its side."""
    logged = dict(zip(log["organisation"], log["side"], strict=True))
    names = list(named) if named is not None else [*logged, *(phases["organisation"] if phases is not None else [])]
    return {str(name): logged.get(name) for name in dict.fromkeys(names)}


def _totals(own: pd.DataFrame) -> dict[str, float]:
    """Return the sums of one organisation's lines."""
    presence = own[own["activity"].isin(PRESENCE)]
    grants = own[own["activity"] == "grant"]
    both = (presence["people_community"] > 0) & (presence["people_statutory"] > 0)
    turns = own[["turns_community", "turns_statutory"]].sum(min_count=1)
    spoken = own[["turns_community", "turns_statutory"]].sum().sum()
    return {
        "contacts": float(len(presence)),
        "hours": float(presence["hours"].sum(min_count=1)) if len(presence) else 0.0,
        "brokered_meetings": float(both.sum()),
        "grants": float(len(grants)),
        "grant_amount": float(grants["amount"].sum()),
        "speaking_share": float(turns["turns_community"] / spoken) if spoken > 0 else np.nan,
    }


def _months_in_phases(own: pd.DataFrame, until: pd.Timestamp) -> dict[str, float]:
    """Return the months since each phase began, nan before it."""
    months = dict.fromkeys((f"months_since_phase_{phase}" for phase in PHASES), np.nan)
    for phase, start in zip(own["phase"], own["start"], strict=True):
        if start <= until:
            months[f"months_since_phase_{phase}"] = (until - start).days / 30.4375
    return months


def _caveats(
    log: pd.DataFrame,
    phases: pd.DataFrame | None,
    days: Mapping[str, pd.Timestamp],
    sides: Mapping[str, str | None],
) -> tuple[Caveat, ...]:
    """Return what a reader of the exposures must know."""
    caveats = []
    silent = [name for name in sides if name not in set(log["organisation"])]
    if silent:
        shown = ", ".join(silent[:5]) + (f" and {len(silent) - 5} more" if len(silent) > 5 else "")
        caveats.append(
            Caveat(
                code="no_log_lines",
                sentence=f"No line of the log names {shown}: zeros mean nothing logged, not surely nothing done.",
                numbers={"organisations": silent},
            )
        )
    untimed = log["hours"].isna() & log["activity"].isin(PRESENCE)
    if untimed.any():
        caveats.append(
            Caveat(
                code="hours_unknown",
                sentence=f"{int(untimed.sum())} of {len(log)} lines have no duration, so hours are a lower bound.",
                numbers={"lines": int(untimed.sum())},
            )
        )
    late = int((log["date"] >= max(days.values())).sum())
    if late:
        caveats.append(
            Caveat(
                code="after_last_wave", sentence=f"{late} lines lie on or after the last wave and count for none.",
                numbers={"lines": late},
            )
        )  # fmt: skip
    if phases is not None:
        coarse = phases[phases["precision"] != "day"]
        spans = [
            f"{organisation} phase {phase}"
            for organisation, phase, first, last in zip(
                coarse["organisation"], coarse["phase"], coarse["start"], coarse["latest_start"], strict=True
            )
            if any(first <= day <= last for day in days.values())
        ]
        if spans:
            caveats.append(
                Caveat(
                    code="entry_date_unclear",
                    sentence="The start may lie before or after a wave: " + ", ".join(spans[:5]) + ".",
                    numbers={"entries": spans},
                )
            )
    return tuple(caveats)

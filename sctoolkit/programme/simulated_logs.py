"""Organisations, roster and logs of the simulated programme. Nothing in it was observed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

WAVES: tuple[str, ...] = ("1", "2", "3")
WAVE_DATES: tuple[str, ...] = ("2023-02-01", "2023-11-01", "2024-08-01")


@dataclass(frozen=True, slots=True)
class Organisation:
    """One simulated organisation; ``entry`` is the first wave at which it has been in the programme, 0 for never."""

    name: str
    side: str
    people: int
    entry: int


ORGANISATIONS: tuple[Organisation, ...] = (
    Organisation("Riverside Church", "community", 44, 2),
    Organisation("Somali Women's Circle", "community", 36, 2),
    Organisation("Garden Estate Tenants", "community", 40, 2),
    Organisation("Carers' Table", "community", 30, 3),
    Organisation("Youth Kitchen", "community", 34, 3),
    Organisation("Temple Friends", "community", 26, 0),
    Organisation("Allotment Society", "community", 28, 0),
    Organisation("Mental Health Trust", "statutory", 38, 2),
    Organisation("Public Health Team", "statutory", 30, 2),
    Organisation("Housing Office", "statutory", 28, 3),
    Organisation("Job Centre", "statutory", 26, 3),
    Organisation("Library Service", "statutory", 24, 0),
    Organisation("School Nurses", "statutory", 24, 0),
)


def simulated_roster(organisations: tuple[Organisation, ...]) -> pd.DataFrame:
    """Return who could have answered: everybody there from the start, and those who joined later."""
    rows = [
        {
            "organisation": entry.name,
            "side": entry.side,
            "wave": wave,
            "eligible": entry.people + extra,
            "invited": entry.people,
        }
        for entry in organisations
        for wave, extra in zip(WAVES, (0, entry.people // 5, entry.people // 5), strict=True)
    ]
    return pd.DataFrame(rows)


def simulated_engagement_log(organisations: tuple[Organisation, ...], rng: np.random.Generator) -> pd.DataFrame:
    """Return visits from two months before entry on, and monthly meetings of both sides."""
    rows = []
    for month in pd.date_range(WAVE_DATES[0], WAVE_DATES[-1], freq="MS"):
        for entry in organisations:
            if entry.entry == 0 or month < pd.Timestamp(_entry_date(entry)) - pd.DateOffset(months=2):
                continue
            for _ in range(int(rng.poisson(1.6))):
                rows.append(_visit(entry, month, rng))
    return pd.DataFrame(rows)


def _visit(entry: Organisation, month: pd.Timestamp, rng: np.random.Generator) -> dict[str, object]:
    both = bool(rng.random() < 0.35)
    day = month + pd.Timedelta(days=int(rng.integers(0, 27)))
    community, statutory = int(rng.integers(3, 12)), int(rng.integers(1, 6))
    return {
        "date": day.strftime("%Y-%m-%d"),
        "organisation": entry.name,
        "side": entry.side,
        "activity": "meeting" if both else "visit",
        "hours": round(float(rng.gamma(4.0, 0.5)), 1),
        "people_community": community if both or entry.side == "community" else 0,
        "people_statutory": statutory if both or entry.side == "statutory" else 0,
    }


def _entry_date(entry: Organisation) -> str:
    return {2: "2023-04-01", 3: "2024-01-01"}[entry.entry]


def simulated_phase_log(organisations: tuple[Organisation, ...]) -> pd.DataFrame:
    """Return when each organisation entered Phase 0 and, four months later, Phase 1."""
    rows = []
    for entry in organisations:
        if entry.entry:
            start = pd.Timestamp(_entry_date(entry))
            rows.append({"organisation": entry.name, "phase": "0", "start": start.strftime("%Y-%m")})
            rows.append(
                {"organisation": entry.name, "phase": "1", "start": (start + pd.DateOffset(months=4)).strftime("%Y-%m")}
            )
    return pd.DataFrame(rows)

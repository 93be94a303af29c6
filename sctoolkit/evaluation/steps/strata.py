"""The people who are never added up with others: sides, and groups where the plan compares groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from sctoolkit.evaluation.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """One side, one compared group, or a group on a side; empty names where a study has none."""

    side: str = ""
    group: str = ""

    @property
    def name(self) -> str:
        """How it is named in a report."""
        return ", ".join(part for part in (self.side, self.group) if part)


def strata(study: Study, frame: pd.DataFrame) -> Iterator[tuple[Stratum, pd.DataFrame]]:
    """Yield each stratum with its rows, in the order of their names; rows without a side or group are in none."""
    grouped = study.plan.analysis.comparison == "group" and "group" in frame.columns
    for side, rows in sides(frame):
        for group in sorted(set(rows["group"]) - {""}) if grouped else [""]:
            yield Stratum(side=side, group=group), rows[rows["group"] == group] if group else rows


def sides(frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield each side with its rows; all rows under an empty name where a study has no sides."""
    if "side" not in frame.columns:
        yield "", frame
        return
    for side in sorted(set(frame["side"]) - {""}):
        yield side, frame[frame["side"] == side]

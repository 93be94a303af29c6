"""The waves from the first compared one to the last, named so that whoever sorts them keeps their order."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sctoolkit.evaluation.study import Study, pair_of, waves_of
from sctoolkit.survey.responses import Responses


def spell_of(study: Study, responses: Responses) -> tuple[str, ...]:
    """Return the compared waves and those between them, in the order of the plan."""
    waves, pair = waves_of(study, responses), pair_of(study, responses)
    first, last = waves.index(pair[0]), waves.index(pair[-1])
    return waves[first : last + 1] if first <= last else tuple(reversed(waves[last : first + 1]))


def sortable(waves: Sequence[str]) -> dict[str, str]:
    """Return a name for each wave that sorts into the order given: its own where numbers rise, else with a place.

    Examples
    --------
    >>> sortable(["1", "2", "10"])
    {'1': '1', '2': '2', '10': '10'}
    >>> sortable(["pre", "post"])
    {'pre': '01 pre', 'post': '02 post'}
    """
    numbers = [int(wave) for wave in waves if wave.isdigit()]
    if len(numbers) == len(waves) and numbers == sorted(numbers):
        return {wave: wave for wave in waves}
    return {wave: f"{place:02d} {wave}" for place, wave in enumerate(waves, start=1)}


def rows_of_waves(frame: pd.DataFrame, waves: Sequence[str]) -> pd.DataFrame:
    """Return the rows of these waves, under names that sort into this order."""
    names = sortable(waves)
    rows = frame[frame["wave"].isin(list(waves))]
    return rows.assign(wave=rows["wave"].map(names))

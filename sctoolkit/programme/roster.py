"""The roster: how many people could have answered, by organisation, side and wave."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from sctoolkit.programme.cells import Column
from sctoolkit.programme.tables import SIDES, Fault, ProgrammeTable, TableSchema, read_table

ROSTER = TableSchema(
    "roster",
    "The roster gives the denominators of every rate.",
    (
        Column("organisation", "text", "name of the organisation"),
        Column("side", "choice", "community, statutory or broker", choices=SIDES),
        Column("wave", "text", "label of the wave, as in the responses"),
        Column("eligible", "count", "people who could have been asked", minimum=0),
        Column("invited", "count", "people who were sent or handed a form", blank=True, absent=True, minimum=0),
        Column("reached", "count", "people whom the invitation is known to have reached", blank=True, absent=True,
               minimum=0),
    ),
    key=("organisation", "side", "wave"),
)  # fmt: skip


def read_roster(
    source: pd.DataFrame | str | Path | ProgrammeTable, *, organisations: Iterable[str] | None = None
) -> ProgrammeTable:
    """Read the roster: one row an organisation, side and wave.

    Parameters
    ----------
    source : DataFrame or path of a CSV file
        Columns ``organisation``, ``side``, ``wave``, ``eligible`` and, where known, ``invited`` and ``reached``.
    organisations : iterable of str, optional
        Known organisations.

    Returns
    -------
    ProgrammeTable
        Counts of people; empty where not recorded.

    Raises
    ------
    DataError
        If cells or rows contradict the schema, or more were invited than eligible, or more reached than invited.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = {"organisation": ["Mosque"], "side": ["community"], "wave": ["1"], "eligible": [20]}
    >>> read_roster(pd.DataFrame(rows))
    ProgrammeTable(roster: 1 rows)
    """
    return read_table(source, ROSTER, organisations=organisations, checks=(_nested_counts,))


def _nested_counts(frame: pd.DataFrame, places: Sequence[str]) -> Iterable[Fault]:
    """Yield rows in which a part is larger than its whole."""
    for part, whole in (("invited", "eligible"), ("reached", "invited")):
        for place, few, many in zip(places, frame[part], frame[whole], strict=True):
            if few > many:
                yield Fault(f"{place}, `{part}`", f"{few:g} is more than `{whole}`, {many:g}")

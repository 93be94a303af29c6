"""Ties between people or organisations: who trusts, meets, funds or refers to whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from sctoolkit.programme.cells import Column
from sctoolkit.programme.tables import Fault, ProgrammeTable, TableSchema, read_table

TIE_KINDS: tuple[str, ...] = ("trust", "contact", "funding", "referral")

TIES = TableSchema(
    "ties",
    "Ties are directed: from the one who names to the one who is named.",
    (
        Column("wave", "text", "label of the wave"),
        Column("source", "text", "who names, pays or refers"),
        Column("target", "text", "who is named, paid or referred to"),
        Column("kind", "choice", "trust, contact, funding or referral", choices=TIE_KINDS),
        Column("value", "number", "strength, frequency or amount", blank=True, absent=True),
    ),
    key=("wave", "source", "target", "kind"),
)


def read_ties(source: pd.DataFrame | str | Path | ProgrammeTable) -> ProgrammeTable:
    """Read directed ties: one row a wave, pair and kind.

    Parameters
    ----------
    source : DataFrame or path of a CSV file
        Columns ``wave``, ``source``, ``target``, ``kind`` and, where known, ``value``.

    Returns
    -------
    ProgrammeTable
        Values as written; empty where the tie is only known to exist.

    Raises
    ------
    DataError
        If cells contradict the schema, a pair stands twice, or someone is tied to themselves.

    Examples
    --------
    >>> import pandas as pd
    >>> read_ties(pd.DataFrame({"wave": [1], "source": ["a"], "target": ["b"], "kind": ["trust"]}))
    ProgrammeTable(ties: 1 rows)
    """
    return read_table(source, TIES, checks=(_no_self_ties,))


def _no_self_ties(frame: pd.DataFrame, places: Sequence[str]) -> Iterable[Fault]:
    """Yield ties from someone to themselves."""
    for place, source, target in zip(places, frame["source"], frame["target"], strict=True):
        if not pd.isna(source) and source == target:
            yield Fault(place, f"`{source}` is tied to itself")

"""Which blanks were never a question: planned missingness, absent items, rows without any answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.errors import MatchError, OptionError, did_you_mean
from sctoolkit.instrument.model import Instrument
from sctoolkit.result import Caveat
from sctoolkit.survey.decisions import Asked
from sctoolkit.survey.match import Match
from sctoolkit.survey.responses import REASONS
from sctoolkit.survey.text import as_text

FEWEST = 5
"""People with answers from which on an item that none of them has an entry for is taken as not asked."""


def mark_not_asked(table: pd.DataFrame, match: Match, reasons: npt.NDArray[np.int8], asked: Asked) -> list[Caveat]:
    """Turn blanks into `not_asked` where an item was not put; return a caveat on answers where it was not put."""
    skipped, not_asked = REASONS.index("skipped"), REASONS.index("not_asked")
    places = {item: place for place, item in enumerate(match.items)}
    stray = 0
    for item, conditions in asked.items():
        if item not in places:
            raise OptionError(f"`asked` must name items in the data, not `{item}`.", hint=did_you_mean(item, places))
        put = np.ones(len(table), dtype=bool)
        for column, values in conditions.items():
            if column not in table.columns:
                raise MatchError(
                    f"The data must have the column `{column}`, named in `asked`, and they have not.",
                    hint=did_you_mean(column, [str(name) for name in table.columns]),
                )
            wanted = {as_text(value) for value in ([values] if isinstance(values, (str, int, float)) else values)}
            put &= table[column].map(as_text).isin(wanted).to_numpy()
        column_reasons = reasons[:, places[item]]
        stray += int((~put & (column_reasons == 0)).sum())
        column_reasons[~put & (column_reasons == skipped)] = not_asked
    if not stray:
        return []
    return [
        Caveat(
            code="answered_though_not_asked",
            sentence=f"{stray} answers stand where `asked` says that the item was not put; they were kept.",
            numbers={"n": stray},
            n_people=stray,
        )
    ]


def mark_never_put(
    items: Sequence[str], reasons: npt.NDArray[np.int8], roles: Mapping[str, npt.NDArray[Any]]
) -> list[Caveat]:
    """Turn blanks into `not_asked` where nobody of a wave and side has any entry for an item that others answered.

    So it is with a form that belongs to one wave only. It takes `FEWEST` people with answers to tell that an item was
    not put from one that few people skipped.
    """
    skipped, not_asked = REASONS.index("skipped"), REASONS.index("not_asked")
    keys = [roles[name] for name in ("wave", "side") if name in roles]
    cells: dict[tuple[str, ...], list[int]] = {}
    for row, cell in enumerate(zip(*keys, strict=True)):
        cells.setdefault(cell, []).append(row)
    never: dict[str, list[str]] = {}
    for cell, rows in cells.items() if len(cells) > 1 else ():
        block = reasons[rows]
        if (block == 0).any(axis=1).sum() < FEWEST:
            continue
        for place in np.flatnonzero((block == skipped).all(axis=0) & (reasons == 0).any(axis=0)):
            reasons[rows, place] = not_asked
            never.setdefault(" ".join(part for part in cell if part), []).append(items[int(place)])
    return [
        Caveat(
            code="never_put",
            sentence=f"Nobody in {cell} has an entry for {', '.join(codes[:8])}"
            f"{f' and {len(codes) - 8} more' if len(codes) > 8 else ''}: "
            "taken as not asked.",
            numbers={"cell": cell, "items": codes},
        )
        for cell, codes in never.items()
    ]


def absence_caveats(instrument: Instrument, absent: Sequence[str]) -> list[Caveat]:
    """Return a caveat that names the items that no column holds."""
    if not absent:
        return []
    total = len(instrument.items)
    shown = ", ".join(absent[:8]) + (f" and {len(absent) - 8} more" if len(absent) > 8 else "")
    return [
        Caveat(
            code="items_absent",
            sentence=f"{len(absent)} of {total} items of `{instrument.id}` are not in the data: {shown}.",
            numbers={"n": len(absent), "items": list(absent)},
        )
    ]


def empty_caveats(reasons: npt.NDArray[np.int8]) -> list[Caveat]:
    """Return a caveat that counts the rows without any answer."""
    empty = int((reasons != 0).all(axis=1).sum())
    if not empty:
        return []
    return [
        Caveat(
            code="empty_rows",
            sentence=f"{empty} of {len(reasons)} rows hold no answer to any item.",
            numbers={"n": empty, "n_rows": len(reasons)},
            n_people=empty,
        )
    ]

"""Columns that say who, when, on which side and with what weight; a respondent stands once in a wave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.errors import DataError, OptionError
from sctoolkit.survey.match import Match
from sctoolkit.survey.responses import ROLES
from sctoolkit.survey.text import as_number, as_text, column_texts


def role_columns(table: pd.DataFrame, match: Match, *, wave: object, side: str | None) -> dict[str, npt.NDArray[Any]]:
    """Return the role columns: text, with numbers for `weight` and `duration`."""
    roles: dict[str, npt.NDArray[Any]] = {}
    for name in ROLES:
        if name in match.roles:
            columns = match.roles[name]
            if name in {"weight", "duration"}:
                roles[name] = _numbers(table[columns[0]], name)
            else:
                texts = [column_texts(table[column]) for column in columns]
                joined = texts[0] if len(texts) == 1 else ["|".join(parts) for parts in zip(*texts, strict=True)]
                roles[name] = np.array(joined, dtype=object)
    for name, value in (("wave", wave), ("side", side)):
        if value is not None:
            if name in roles:
                raise OptionError(
                    f"Give `{name}` as a column or as one value for all rows, not both.",
                    hint=f"Leave out `{name}=` to use the column; rename the column if it is something else.",
                )
            roles[name] = np.full(len(table), as_text(value), dtype=object)
    return {name: roles[name] for name in ROLES if name in roles}


def _numbers(column: pd.Series[Any], role: str) -> npt.NDArray[np.float64]:
    texts = column_texts(column).tolist()
    numbers = [float("nan") if not text else as_number(text) for text in texts]
    bad = [place for place, number in enumerate(numbers) if number is None or number < 0]
    if bad:
        fail = "1 cell does" if len(bad) == 1 else f"{len(bad)} cells do"
        raise DataError(
            f"Column `{column.name}` must hold numbers of 0 or more for `{role}`, and {fail} not.",
            where=f'First: "{texts[bad[0]]}" in row {bad[0] + 1}.',
            hint=f"Correct these cells or leave them empty, or name another column: `columns={{'{role}': '...'}}`.",
        )
    return np.array(numbers, dtype=np.float64)


def check_repeats(
    roles: Mapping[str, npt.NDArray[Any]], rows: npt.NDArray[np.int64], sources: npt.NDArray[Any]
) -> None:
    """Raise if a respondent stands twice in a wave (and side); rows without a key are let through."""
    if "respondent" not in roles:
        return
    keys = pd.DataFrame({name: roles[name] for name in ("respondent", "wave", "side") if name in roles})
    twice = keys.duplicated(keep=False).to_numpy() & (keys["respondent"] != "").to_numpy()
    if not twice.any():
        return
    places: dict[tuple[str, ...], list[int]] = {}
    for place in np.flatnonzero(twice):
        places.setdefault(tuple(keys.iloc[place]), []).append(int(place))
    several = len(set(sources.tolist())) > 1
    where = []
    for key, spots in list(places.items())[:5]:
        shown = ", ".join(f"{rows[p]} of {sources[p]}" if several else str(rows[p]) for p in spots[:5])
        wave = f" (wave {key[1]})" if "wave" in keys and key[1] else ""
        where.append(f"One respondent in rows {shown}{wave}.")
    if len(places) > 5:
        where.append(f"... and {len(places) - 5} more.")
    stand = "1 respondent stands" if len(places) == 1 else f"{len(places)} respondents stand"
    raise DataError(
        f"A respondent must stand once in a wave, and {stand} more often.",
        where=where,
        hint=(
            "If two people may bear one code, keep the column instead (`keep=['code']`) and link by it.",
            "If it is the same person twice, keep one row; if the rows are occasions, name the `wave` column.",
            "If the number is unique within a site only, name both columns: `columns={'respondent': ['site', 'id']}`.",
        ),
    )

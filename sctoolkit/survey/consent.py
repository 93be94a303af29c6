"""Rows without consent: left out before anything else is looked at, and counted."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.errors import DataError, MatchError, did_you_mean
from sctoolkit.result import Caveat
from sctoolkit.survey.text import as_text, column_texts, fold

FEW_WORDS = 5


def consenting(table: pd.DataFrame, consent: Mapping[str, Collection[Any]]) -> npt.NDArray[np.bool_]:
    """Return which rows hold one of the values in every consent column, (n,); case and white space are folded.

    Raises
    ------
    MatchError
        If a column is absent.
    DataError
        If no row consents: the values are likely to be written otherwise.
    """
    agreed = np.ones(len(table), dtype=bool)
    for column, values in consent.items():
        if column not in table.columns:
            raise MatchError(
                f"The data must have the column `{column}`, named in `consent`, and they have not.",
                hint=did_you_mean(column, [str(name) for name in table.columns]),
            )
        listed = [values] if isinstance(values, (str, int, float)) else values
        wanted = {fold(as_text(value)) for value in listed}
        agreed &= np.array([fold(text) in wanted for text in column_texts(table[column])], dtype=bool)
    if not agreed.any():
        raise DataError(
            "At least one row must give consent, and none does.",
            where=[_entries(name, sorted(set(column_texts(table[name])) - {""})) for name in consent],
            hint="Name the values that mean consent: `consent={'column': ['Yes']}`.",
        )
    return agreed


def _entries(name: str, words: Sequence[str]) -> str:
    """Say what a column holds; many different entries may be personal and are only counted."""
    if len(words) > FEW_WORDS:
        return f"`{name}` holds {len(words)} different entries."
    return f"`{name}` holds: {', '.join(words) or 'nothing'}."


def consent_caveats(agreed: npt.NDArray[np.bool_]) -> list[Caveat]:
    """Return a caveat that counts the rows left out."""
    without = int((~agreed).sum())
    if not without:
        return []
    return [
        Caveat(
            code="no_consent",
            sentence=f"{without} of {len(agreed)} rows were left out because they hold no consent.",
            numbers={"n": without, "n_rows": len(agreed)},
            n_people=without,
        )
    ]

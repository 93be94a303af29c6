"""Answers as given, typed by the instrument: a code, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.errors import DataError, did_you_mean
from sctoolkit.instrument.model import NON_ANSWERS, Instrument
from sctoolkit.result import Caveat, FloatArray, Provenance, Result, read_only, tidy_frame

ANSWERED = 0
REASONS: tuple[str, ...] = ("answered", *NON_ANSWERS)
"""Meaning of the numbers in ``Responses.reasons``: 0 answered, then the kinds of non-answer."""

LINES = 16
"""Items shown when answers are printed."""

ROLES: tuple[str, ...] = (
    "respondent", "wave", "side", "organisation", "group", "weight", "stratum", "psu", "duration", "date", "language",
)  # fmt: skip
"""What a column can be beside an item. ``duration`` is in seconds, ``date`` the day of the answers."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Responses(Result):
    """Answers of all waves, one row a respondent and wave, as answered (nothing keyed, nothing dropped).

    Attributes
    ----------
    instrument : Instrument
        The questionnaire that typed the answers.
    items : tuple of str
        Codes of the k items in ``codes``; items that were not in the data are absent.
    codes : (n, k) float array
        Answer codes; nan where there is no answer.
    reasons : (n, k) int8 array
        Why there is no answer, as an index into `REASONS`; 0 where there is one.
    roles : mapping
        Columns of `ROLES` that the data have: strings ("" where unknown), but ``weight`` and ``duration`` are float
        (nan where unknown).
    extra : mapping
        Further columns kept by name (covariates), untouched.
    rows : (n,) int array
        Row number in its source, as a spreadsheet numbers it (the header is row 1); in a frame, counted from 1. With
        ``sources`` it says where an answer stands.
    """

    instrument: Instrument
    items: tuple[str, ...]
    codes: FloatArray
    reasons: npt.NDArray[np.int8]
    roles: Mapping[str, npt.NDArray[Any]]
    extra: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict)
    rows: npt.NDArray[np.int64]
    sources: npt.NDArray[Any]
    provenance: Provenance
    caveats: tuple[Caveat, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "codes", read_only(self.codes))
        columns: list[npt.NDArray[Any]] = [*self.roles.values(), *self.extra.values()]
        columns += [self.reasons, self.rows, self.sources]
        for array in columns:
            array.setflags(write=False)

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.codes)

    def role(self, name: str) -> npt.NDArray[Any]:
        """Return the column of a role.

        Raises
        ------
        DataError
            If the data have no such role.
        """
        if name not in self.roles:
            raise DataError(
                f"The data must have a `{name}` column for this, and they have none.",
                hint=(*did_you_mean(name, self.roles), f"Name it: `columns={{'{name}': 'your column'}}`."),
            )
        return self.roles[name]

    @property
    def took_part(self) -> npt.NDArray[np.bool_]:
        """Whether a row holds at least one answer, (n,)."""
        return np.asarray((self.reasons == ANSWERED).any(axis=1))

    def waves(self) -> tuple[str, ...]:
        """Return the waves in the order in which the data bring them."""
        return tuple(dict.fromkeys(self.roles["wave"].tolist())) if "wave" in self.roles else ("",)

    def frame(self) -> pd.DataFrame:
        """Return roles, kept columns and answer codes as a frame, one row a respondent and wave."""
        columns = {**self.roles, **self.extra}
        answers = {code: self.codes[:, place] for place, code in enumerate(self.items)}
        return pd.DataFrame({**columns, **answers})

    def tidy(self) -> pd.DataFrame:
        """Return one row an item and kind of answer: how many gave a code, and how many did not and why."""
        rows = []
        for place, code in enumerate(self.items):
            counts = np.bincount(self.reasons[:, place], minlength=len(REASONS))
            for kind, count in zip(REASONS, counts, strict=True):
                rows.append({"item": code, "term": kind, "estimate": float(count), "n_obs": self.n, "method": "count"})
        return tidy_frame(rows)

    def __str__(self) -> str:
        """Return one line an item: how many answered, and how many did not for each reason that occurs."""
        counts = self.tidy().pivot(index="item", columns="term", values="estimate").astype(int)
        used = [kind for kind in REASONS if kind == "answered" or counts[kind].any()]
        table = counts.loc[list(self.items[:LINES]), used].rename_axis(index=None, columns=None)
        title = f"Responses to {self.instrument.id}: {self.n} rows, {len(self.items)} items, waves {self.waves()}"
        lines = [title, *table.to_string().splitlines()]
        if len(self.items) > LINES:
            lines.append(f"... and {len(self.items) - LINES} more items in tidy()")
        lines += [f"! {caveat.sentence}" for caveat in self.caveats[: 24 - len(lines)]]
        return "\n".join(line if len(line) <= 88 else line[:85] + "..." for line in lines)

    def glance(self) -> pd.DataFrame:
        """Return one row: respondents, rows, items and waves."""
        people = self.roles["respondent"] if "respondent" in self.roles else np.arange(self.n)
        return pd.DataFrame(
            [
                {
                    "instrument": self.instrument.id,
                    "n_obs": self.n,
                    "n_respondents": len(set(people.tolist()) - {""}),
                    "n_items": len(self.items),
                    "n_waves": len(self.waves()),
                }
            ]
        )

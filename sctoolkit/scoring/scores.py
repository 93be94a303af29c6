"""Scores of all scales, one row a respondent and wave, with a reason for each score that was not given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.instrument.model import Instrument
from sctoolkit.result import Caveat, FloatArray, Provenance, Result, read_only, tidy_frame

if TYPE_CHECKING:
    from sctoolkit.survey.responses import Responses

SCORED = 0
SCORE_REASONS: tuple[str, ...] = (
    "scored", "not_asked", "no_answer", "too_few_answers", "direction_unknown", "undefined",
)  # fmt: skip
"""Meaning of the numbers in ``Scores.reasons``. ``not_asked``: fewer items than the minimum were put to this person;
``no_answer``: asked and none answered; ``too_few_answers``: fewer than the scale's minimum; ``direction_unknown``:
nobody knows the keying of an item; ``undefined``: the rule has no number (no position reached)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scores(Result):
    """Scale scores.

    Attributes
    ----------
    instrument : Instrument
        The questionnaire whose rules made the scores.
    scales : tuple of str
        Names of the s scales.
    values : (n, s) float array
        Scores in the scale's own points; nan where none was given.
    pomp : (n, s) float array
        The same as percent of maximum possible, 0 to 100; nan where the scale has no fixed range.
    n_answered : (n, s) int array
        Answered items behind each score.
    reasons : (n, s) int8 array
        Index into `SCORE_REASONS`; 0 where a score was given.
    responses : Responses
        The answers that were scored.
    """

    instrument: Instrument
    scales: tuple[str, ...]
    values: FloatArray
    pomp: FloatArray
    n_answered: npt.NDArray[np.int64]
    reasons: npt.NDArray[np.int8]
    responses: Responses
    provenance: Provenance
    caveats: tuple[Caveat, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", read_only(self.values))
        object.__setattr__(self, "pomp", read_only(self.pomp))
        self.n_answered.setflags(write=False)
        self.reasons.setflags(write=False)

    @property
    def roles(self) -> Mapping[str, npt.NDArray[Any]]:
        """Role columns of the rows."""
        return self.responses.roles

    def frame(self) -> pd.DataFrame:
        """Return one row a respondent and wave: roles, kept columns, then one column a scale."""
        columns = {**self.responses.roles, **self.responses.extra}
        return pd.DataFrame({**columns, **{name: self.values[:, s] for s, name in enumerate(self.scales)}})

    def tidy(self) -> pd.DataFrame:
        """Return two rows a scale, wave and side: terms ``mean`` and ``sd``, in the scale's points, unweighted."""
        rows: list[dict[str, Any]] = []
        keys = [name for name in ("wave", "side") if name in self.roles]
        labels = pd.DataFrame({name: self.roles[name] for name in keys}, index=range(len(self.values)))
        groups = labels.groupby(keys, sort=False).indices if keys else {(): np.arange(len(self.values))}
        for s, name in enumerate(self.scales):
            for key, index in groups.items():
                values = self.values[index, s]
                values = values[np.isfinite(values)]
                place = dict(zip(keys, key if isinstance(key, tuple) else (key,), strict=True))
                spread = float(values.std(ddof=1)) if len(values) > 1 else float("nan")
                for term, figure in (("mean", float(values.mean()) if len(values) else float("nan")), ("sd", spread)):
                    rows.append({"scale": name, **place, "term": term, "estimate": figure, "n_obs": len(values)})
        return tidy_frame(rows)

    def account(self) -> pd.DataFrame:
        """Return how many scores were given and not given and why: one row a scale and reason, over all rows in."""
        counts = [np.bincount(self.reasons[:, s], minlength=len(SCORE_REASONS)) for s in range(len(self.scales))]
        rows = [
            {"scale": name, "reason": reason, "n": int(count)}
            for name, column in zip(self.scales, counts, strict=True)
            for reason, count in zip(SCORE_REASONS, column, strict=True)
        ]
        return pd.DataFrame(rows, columns=["scale", "reason", "n"])

    def glance(self) -> pd.DataFrame:
        """Return one row: rows in, and how many scores were given and not given over all scales."""
        given = int((self.reasons == SCORED).sum())
        row = {"n_obs": len(self.values), "n_scales": len(self.scales), "n_scored": given}
        return pd.DataFrame([{**row, "n_not_scored": self.reasons.size - given}])

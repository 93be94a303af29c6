"""How carefully a questionnaire was answered: indices and flags a row; nobody is ever dropped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.instrument.keying import keyed_values
from sctoolkit.result import Caveat, FloatArray, Provenance, Result, read_only, tidy_frame
from sctoolkit.survey import indices
from sctoolkit.survey.indices import Index, Limits
from sctoolkit.survey.responses import ANSWERED, REASONS, Responses


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Quality(Result):
    """Indices and flags of every row.

    Attributes
    ----------
    responses : Responses
        The answers that were looked at; nothing was taken out.
    names : tuple of str
        Names of the m indices.
    values : (n, m) float array
        The indices; nan where one cannot be had for a row.
    flags : (n, m) bool array
        Which rows an index flags; an index without an accepted limit flags nobody.
    limits : Limits
        From which value on a row was flagged.
    """

    responses: Responses
    names: tuple[str, ...]
    values: FloatArray
    flags: npt.NDArray[np.bool_]
    limits: Limits
    provenance: Provenance
    caveats: tuple[Caveat, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", read_only(self.values))
        self.flags.setflags(write=False)

    @property
    def flagged(self) -> npt.NDArray[np.bool_]:
        """Whether any index flags a row, (n,)."""
        return np.asarray(self.flags.any(axis=1))

    def frame(self) -> pd.DataFrame:
        """Return one row a row of the data: where it stands, its indices, and its flags (``flag_`` in front)."""
        places = {name: self.responses.roles[name] for name in ("wave", "side") if name in self.responses.roles}
        where = {"source": self.responses.sources, "row": self.responses.rows}
        measured = {name: self.values[:, place] for place, name in enumerate(self.names)}
        marked = {f"flag_{name}": self.flags[:, place] for place, name in enumerate(self.names)}
        return pd.DataFrame({**places, **where, **measured, **marked})

    def item_nonresponse(self) -> pd.DataFrame:
        """Return one row an item: how many it was put to, how many answered, and the share of each non-answer."""
        rows = []
        for place, item in enumerate(self.responses.items):
            counts = np.bincount(self.responses.reasons[:, place], minlength=len(REASONS))
            put = int(counts.sum() - counts[REASONS.index("not_asked")])
            shares = {
                kind: float(count / put) if put else float("nan")
                for kind, count in zip(REASONS, counts.tolist(), strict=True)
                if kind not in {"answered", "not_asked"}
            }
            rows.append({"item": item, "n_asked": put, "n_answered": int(counts[ANSWERED]), **shares})
        return pd.DataFrame(rows)

    def sensitivity(self) -> pd.DataFrame:
        """Compare item means with and without the flagged rows.

        Returns
        -------
        DataFrame
            ``item, n_all, n_without, mean_all, mean_without, difference, std_difference``: keyed values; the difference
            is without minus all, standardised by the SD of all.
        """
        rows = []
        for place, item in enumerate(self.responses.items):
            values = keyed_values(self.responses.instrument, item, self.responses.codes[:, place])
            rows.append({"item": item, **with_and_without(values, self.flagged)})
        return pd.DataFrame(rows)

    def tidy(self) -> pd.DataFrame:
        """Return how many rows each index flags, one row an index, wave and side; ``n_obs`` had the index."""
        rows: list[Mapping[str, Any]] = []
        for place, index in self._cells():
            for m, name in enumerate(self.names):
                known = int(np.isfinite(self.values[index, m]).sum())
                count = float(self.flags[index, m].sum())
                rows.append({**place, "term": name, "estimate": count, "n_obs": known, "method": "rows flagged"})
            count = float(self.flagged[index].sum())
            rows.append({**place, "term": "any", "estimate": count, "n_obs": len(index), "method": "rows flagged"})
        return tidy_frame(rows)

    def _cells(self) -> Iterator[tuple[dict[str, str], npt.NDArray[np.intp]]]:
        keys = [name for name in ("wave", "side") if name in self.responses.roles]
        if not keys:
            yield {}, np.arange(self.responses.n)
            return
        labels = pd.DataFrame({name: self.responses.roles[name] for name in keys})
        for key, index in labels.groupby(keys, sort=False).indices.items():
            yield dict(zip(keys, key if isinstance(key, tuple) else (key,), strict=True)), np.asarray(index)

    def glance(self) -> pd.DataFrame:
        """Return one row: rows, rows with an answer, rows flagged."""
        answered = int(self.responses.took_part.sum())
        return pd.DataFrame([{"n_obs": self.responses.n, "n_answered": answered, "n_flagged": int(self.flagged.sum())}])


def with_and_without(values: FloatArray, flagged: npt.NDArray[np.bool_]) -> dict[str, float]:
    """Return size and mean of values over all and without the flagged, and their difference."""
    given = ~np.isnan(values)
    everyone, without = values[given], values[given & ~flagged]
    means = [float(group.mean()) if len(group) else float("nan") for group in (everyone, without)]
    spread = float(everyone.std(ddof=1)) if len(everyone) > 1 else float("nan")
    gap = means[1] - means[0]
    return {
        "n_all": len(everyone),
        "n_without": len(without),
        "mean_all": means[0],
        "mean_without": means[1],
        "difference": gap,
        "std_difference": gap / spread if spread > 0 else float("nan"),
    }


def check(responses: Responses, *, limits: Limits | None = None) -> Quality:
    """Look at how carefully people answered; flag rows, drop none.

    Parameters
    ----------
    responses : Responses
        Answers as `read` and `from_frame` return them. Codes outside the scale and respondents twice in a wave never
        get this far: they are refused on reading.
    limits : Limits, optional
        From which value on a row is flagged.

    Returns
    -------
    Quality
        Indices: ``straight_lining`` (equal answers throughout a block that holds reverse-keyed items), ``long_string``,
        ``variability``, ``even_odd``, ``distance`` (p-value of the Mahalanobis distance), ``alike`` (share of answers
        shared with somebody else), ``unanswered`` and, with a ``duration`` role, ``seconds_per_item`` and
        ``share_of_median_duration``.

    Notes
    -----
    A flag is a reason to look, not a verdict: careful people can be flagged and careless ones pass. Report results
    with and without the flagged rows (`Quality.sensitivity`).

    References
    ----------
    Curran (2016), doi:10.1016/j.jesp.2015.07.006; Meade & Craig (2012), doi:10.1037/a0028085.

    Examples
    --------
    >>> import pandas as pd
    >>> from sctoolkit.survey.frame import from_frame
    >>> frame = pd.DataFrame({"LON1": [3, 1], "LON2": [2, None], "LON3": [1, None], "took": [60, 2]})
    >>> quality = check(from_frame(frame, "ucla3", columns={"duration": "took"}))
    >>> quality.frame()[["flag_unanswered", "flag_share_of_median_duration"]].to_numpy().tolist()
    [[False, False], [True, True]]
    """
    limits = limits or Limits()
    found: dict[str, Index | None] = {
        "straight_lining": indices.straight_lining(responses, limits),
        "long_string": indices.long_string(responses, limits),
        "variability": indices.variability(responses, limits),
        "even_odd": indices.even_odd(responses, limits),
        "distance": indices.distance(responses, limits),
        "alike": indices.twins(responses, limits),
        "unanswered": indices.unanswered(responses, limits),
        **indices.speed(responses, limits),
    }
    kept = {name: index for name, index in found.items() if index is not None and np.isfinite(index.values).any()}
    nobody = np.zeros(responses.n, dtype=bool)
    flags = np.column_stack([nobody if index.flags is None else index.flags & responses.took_part
                             for index in kept.values()] or [nobody])  # fmt: skip
    values = np.column_stack([index.values for index in kept.values()] or [np.full(responses.n, np.nan)])
    return Quality(
        responses=responses,
        names=tuple(kept) or ("unanswered",),
        values=values,
        flags=flags,
        limits=limits,
        provenance=Provenance(
            analysis="check",
            instrument=responses.instrument.id,
            instrument_version=responses.instrument.version,
            waves=responses.provenance.waves,
            n_in=responses.n,
            n_used=responses.n,
            options={name: getattr(limits, name) for name in Limits.__slots__},
            inputs=responses.provenance.inputs,
        ),
        caveats=(*responses.caveats, *_not_looked_at(found, kept, responses)),
    )


_WHY = {
    "straight_lining": "no block of items holds both directions",
    "even_odd": "too few scales of two or more items",
    "distance": "too few complete rows for the covariance of the items",
    "alike": "too few items",
}


def _not_looked_at(
    found: Mapping[str, Index | None], kept: Mapping[str, Index], responses: Responses
) -> Iterator[Caveat]:
    """Yield one caveat that names the indices that these data do not allow."""
    reasons = [f"{name} ({why})" for name, why in _WHY.items() if name in found and name not in kept]
    if "duration" not in responses.roles:
        reasons.append("speed (no duration)")
    if reasons:
        yield Caveat(
            code="not_looked_at", sentence=f"Not looked at: {'; '.join(reasons)}.", numbers={"indices": reasons}
        )

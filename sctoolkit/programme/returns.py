"""Response, cooperation and completion rates by organisation, side and wave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from sctoolkit.errors import DataError, MatchError, did_you_mean
from sctoolkit.programme.roster import read_roster
from sctoolkit.programme.tables import ProgrammeTable
from sctoolkit.result import Caveat, Provenance, Result, tidy_frame

KEYS = ["organisation", "side", "wave"]
RATES: dict[str, tuple[str, str]] = {
    "response": ("returned", "eligible"),
    "cooperation": ("returned", "reached"),
    "completion": ("complete", "returned"),
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Returns(Result):
    """Rates of return with Wilson intervals; ``counts`` holds one record an organisation, side and wave."""

    counts: tuple[Mapping[str, Any], ...]
    rates: tuple[Mapping[str, Any], ...]
    provenance: Provenance
    caveats: tuple[Caveat, ...] = ()

    def frame(self) -> pd.DataFrame:
        """Return the counts as a table."""
        return pd.DataFrame([dict(row) for row in self.counts])

    def tidy(self) -> pd.DataFrame:
        """Return one row a rate: by organisation, by side and wave, and overall."""
        return tidy_frame(dict(row) for row in self.rates)


def returns(
    responses: pd.DataFrame,
    roster: pd.DataFrame | str | Path | ProgrammeTable,
    *,
    items: Sequence[str] = (),
    complete_share: float = 1.0,
    ci_level: float = 0.95,
) -> Returns:
    """Compute rates of return.

    Parameters
    ----------
    responses : DataFrame
        One row a returned form with ``organisation``, ``side``, ``wave`` and, for completion, the columns ``items``.
    roster : DataFrame, path or table
        Denominators, as for `read_roster`.
    items : sequence of str, optional
        Columns that a complete form has answered; without them completion is not given.
    complete_share : float, optional
        Share of ``items`` (0 to 1) that must be answered for a form to be complete.
    ci_level : float, optional
        Level of the Wilson intervals.

    Returns
    -------
    `Returns` with ``response`` = returned of eligible, ``cooperation`` = returned of reached (missing where the roster
    does not say who was reached) and ``completion`` = complete of returned; shares of 0 to 1.

    Raises
    ------
    MatchError
        If the responses lack a column.
    DataError
        If more forms came back than people are on the roster, or forms came from outside it.

    Notes
    -----
    The Wilson interval treats people as drawn from many alike; of a small closed group it is the wider answer.

    References
    ----------
    Wilson (1927), doi:10.1080/01621459.1927.10502953. AAPOR Standard Definitions.
    Oracle: R ``prop.test(correct = FALSE)``.

    Examples
    --------
    >>> import pandas as pd
    >>> forms = pd.DataFrame({"organisation": ["Temple"] * 23, "side": "community", "wave": "1"})
    >>> roster = pd.DataFrame({"organisation": ["Temple"], "side": ["community"], "wave": [1], "eligible": [85]})
    >>> float(returns(forms, roster).tidy()["estimate"].round(3)[0])
    0.271
    """
    missing = [name for name in [*KEYS, *items] if name not in responses]
    if missing:
        raise MatchError(
            f"Responses must have the column `{missing[0]}`.",
            hint=did_you_mean(missing[0], map(str, responses.columns)),
        )
    expected = read_roster(roster).frame()
    counts = _count(responses, expected, list(items), complete_share)
    rates: list[dict[str, Any]] = []
    for keys in (KEYS, ["side", "wave"], []):
        groups = [((), counts)] if not keys else counts.groupby(keys, sort=False)
        for label, rows in groups:
            named = {key: str(part) for key, part in zip(keys, label, strict=True)}
            rates += _rates(rows, named, bool(items), ci_level)
    return Returns(
        counts=tuple({str(key): value for key, value in row.items()} for row in counts.to_dict("records")),
        rates=tuple(rates),
        provenance=Provenance(
            analysis="rates of return", n_in=len(responses), n_used=len(responses),
            waves=tuple(counts["wave"].unique()), options={"complete_share": complete_share, "n_items": len(items)},
        ),
        caveats=_caveats(counts, rates),
    )  # fmt: skip


def _count(responses: pd.DataFrame, roster: pd.DataFrame, items: list[str], share: float) -> pd.DataFrame:
    """Return the roster with returned and complete forms beside it."""
    keys = pd.DataFrame({name: responses[name].map(_label) for name in KEYS})
    answered = responses[items].notna().mean(axis=1) if items else pd.Series(np.nan, index=responses.index)
    keys["returned"] = 1
    keys["complete"] = (answered >= share - 1e-12).astype(float)
    forms = keys.groupby(KEYS, sort=False, as_index=False)[["returned", "complete"]].sum()
    both = roster.merge(forms, on=KEYS, how="outer", indicator=True, sort=False)
    strange = both[both["_merge"] == "right_only"]
    if len(strange):
        raise DataError(
            "Every returned form must belong to a line of the roster.",
            where=[
                f"{row.organisation}, {row.side}, wave {row.wave}: {row.returned:g} forms, no line of the roster"
                for row in strange.head(5).itertuples()
            ],
            hint="Add the lines to the roster, or correct the names; nothing was counted.",
        )
    both[["returned", "complete"]] = both[["returned", "complete"]].fillna(0)
    over = both[both["returned"] > both["eligible"]]
    if len(over):
        raise DataError(
            "No more forms may come back than people are eligible.",
            where=[
                f"{row.organisation}, {row.side}, wave {row.wave}: {row.returned:g} forms, {row.eligible:g} eligible"
                for row in over.head(5).itertuples()
            ],
            hint="Look for forms entered twice, or correct `eligible` in the roster.",
        )
    return both[[*KEYS, "eligible", "invited", "reached", "returned", "complete"]]


def _label(value: Any) -> str:
    """Return a key as the roster writes it."""
    return str(int(value)) if isinstance(value, (float, np.floating)) and float(value).is_integer() else str(value)


def _rates(rows: pd.DataFrame, named: Mapping[str, str], with_completion: bool, level: float) -> list[dict[str, Any]]:
    """Return the rates of one set of lines."""
    result = []
    for name, (part, whole) in RATES.items():
        if name == "completion" and not with_completion:
            continue
        known = rows[whole].notna()
        base = float(rows.loc[known, whole].sum()) if known.all() else np.nan
        few = float(rows[part].sum())
        low, high = wilson(few, base, level)
        result.append(
            {
                "wave": named.get("wave"), "side": named.get("side"), "group": named.get("organisation"),
                "term": name, "estimand": f"{part} of {whole}", "estimate": few / base if base > 0 else np.nan,
                "ci_low": low, "ci_high": high, "ci_level": level, "n_obs": base, "method": "Wilson interval",
            }
        )  # fmt: skip
    return result


def wilson(count: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Return the Wilson interval of a share.

    Examples
    --------
    >>> [round(end, 3) for end in wilson(19, 23)]
    [0.629, 0.93]
    """
    if not n > 0:
        return np.nan, np.nan
    z = float(stats.norm.ppf(0.5 + level / 2))
    share = count / n
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return float(middle - half), float(middle + half)


def _caveats(counts: pd.DataFrame, rates: Sequence[Mapping[str, Any]]) -> tuple[Caveat, ...]:
    """Return what a reader of the rates must know."""
    caveats = []
    if counts["reached"].isna().any():
        caveats.append(
            Caveat(
                code="reached_unknown",
                sentence="The roster does not say everywhere who was reached, so cooperation is not known.",
            )
        )
    overall = next(row for row in reversed(rates) if row["term"] == "response")
    if overall["estimate"] < 0.5:
        caveats.append(
            Caveat(
                code="low_response",
                sentence=f"{overall['estimate']:.0%} of those eligible answered: results describe them, not the rest.",
                numbers={"response": overall["estimate"]},
            )
        )
    return tuple(caveats)

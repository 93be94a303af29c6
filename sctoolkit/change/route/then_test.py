"""The then-test: people say after the programme how they were before. Three quantities, kept apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sctoolkit.change.models.model_frame import require_columns
from sctoolkit.change.route.estimates import Estimate, compact, from_t, linear_contrast
from sctoolkit.change.route.linkage import correlation
from sctoolkit.change.route.panel import numeric
from sctoolkit.errors import DataError
from sctoolkit.result import Caveat, Provenance, Result, tidy_frame

QUANTITIES: dict[str, tuple[str, str, str]] = {
    "felt change": ("post", "then", "how much people feel that they changed, looking back"),
    "observed change": ("post", "pre", "change between the waves"),
    "response shift": ("then", "pre", "how differently people see their start, looking back"),
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ThenTest(Result):
    """Felt change, and with a wave before also observed change and response shift; never averaged."""

    estimates: tuple[Estimate, ...]
    provenance: Provenance
    caveats: tuple[Caveat, ...] = ()

    def tidy(self) -> pd.DataFrame:
        """Return one row a quantity."""
        return tidy_frame(estimate.row() for estimate in self.estimates)


def then_test(
    data: pd.DataFrame,
    *,
    post: str,
    then: str,
    pre: str | None = None,
    cluster: str | None = None,
    ci_level: float = 0.95,
) -> ThenTest:
    """Compare post with then, and with pre where there is one.

    Parameters
    ----------
    data : DataFrame
        One row a person.
    post, then : str
        Score now, and score of the start as seen now.
    pre : str, optional
        Score of the start as given at the start.
    cluster : str, optional
        Organisation; errors are then CR2.
    ci_level : float, optional
        Level of the intervals.

    Returns
    -------
    ThenTest
        Each quantity over the people who gave both of its answers.

    Raises
    ------
    DataError
        If fewer than two people gave both answers.

    Notes
    -----
    Felt change is evidence of its own kind: it can be moved by memory and by what people think is wanted.

    References
    ----------
    Hill and Betz (2005), doi:10.1177/1098214005275632.

    Examples
    --------
    >>> frame = pd.DataFrame({"pre": [3.0, 2, 4], "post": [4.0, 4, 4], "then": [2.0, 2, 3]})
    >>> then_test(frame, post="post", then="then", pre="pre").tidy()["estimate"].tolist()
    [1.6666666666666667, 1.0, -0.6666666666666666]
    """
    named = {"post": post, "then": then, **({"pre": pre} if pre else {})}
    require_columns(data, [*named.values(), *([cluster] if cluster else [])])
    values = {role: numeric(data, column) for role, column in named.items()}
    codes = None if cluster is None else compact(data[cluster].astype(str))
    found, caveats = [], []
    for name, (later, earlier, says) in QUANTITIES.items():
        if later not in values or earlier not in values:
            continue
        both = np.isfinite(values[later]) & np.isfinite(values[earlier])
        if both.sum() < 2:
            raise DataError(
                f"At least two people must have answered `{named[later]}` and `{named[earlier]}`, not {both.sum()}.",
                hint=f"Check that `{named[later]}` and `{named[earlier]}` stand in one row a person and wave.",
            )
        found.append(_mean(values[later][both] - values[earlier][both], codes, both, name, says, ci_level))
    if pre is None:
        caveats.append(
            Caveat(code="no_wave_before", sentence="Without a wave before, felt change cannot be set beside change.")
        )
    else:
        caveats += _memory(values)
    return ThenTest(
        estimates=tuple(found),
        provenance=Provenance(
            analysis="then-test", n_in=len(data), n_used=max(e.n_obs for e in found),
            missing_rule="people who gave both answers of a quantity", options={"ci_level": ci_level},
        ),
        caveats=tuple(caveats),
    )  # fmt: skip


def _mean(change: Any, codes: Any, both: Any, name: str, says: str, level: float) -> Estimate:
    """Return the mean of one quantity."""
    labels: dict[str, Any] = {"estimand": name, "estimator": says, "role": "detail", "n_obs": len(change)}
    if codes is not None and np.unique(codes[both]).size > 1:
        return linear_contrast(
            np.ones((len(change), 1)), change, np.ones(1), level, clusters=compact(codes[both]), **labels
        )
    std_error = float(change.std(ddof=1) / np.sqrt(len(change)))
    return from_t(float(change.mean()), std_error, len(change) - 1, level, method=f"t({len(change) - 1})", **labels)


def _memory(values: dict[str, Any]) -> list[Caveat]:
    """Return a caveat on how far then agrees with pre."""
    both = np.isfinite(values["then"]) & np.isfinite(values["pre"])
    r = correlation(values["then"][both], values["pre"][both])
    if not np.isfinite(r):
        return []
    return [
        Caveat(
            code="then_against_pre",
            sentence=f"Then and pre correlate {r:.2f}: the further below 1, the more people see their start anew.",
            numbers={"correlation": r},
        )
    ]

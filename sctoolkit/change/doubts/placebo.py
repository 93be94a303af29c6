"""Placebos: the comparison of groups where the programme cannot have moved anything.

``placebo_outcomes(data, outcomes=[...], ...)`` asks of outcomes that the programme does not touch,
``placebo_periods(data, outcome=..., start=...)`` of the waves before it began.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from sctoolkit.change.designs.did import Did, did
from sctoolkit.change.models.model_frame import require_columns
from sctoolkit.change.route.estimates import Estimate, show
from sctoolkit.change.route.panel import label_of
from sctoolkit.errors import DesignError, OptionError
from sctoolkit.numerics.change.multiplicity import adjust
from sctoolkit.result import Caveat, Provenance, Result, tidy_frame


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Placebos(Result):
    """Differences between groups in change where there should be none; ``holm`` are their p-values as one family."""

    estimates: tuple[Estimate, ...]
    holm: tuple[float, ...]
    provenance: Provenance
    caveats: tuple[Caveat, ...] = ()

    def tidy(self) -> pd.DataFrame:
        """Return one row a placebo; p is not adjusted."""
        return tidy_frame(estimate.row() for estimate in self.estimates)

    def glance(self) -> pd.DataFrame:
        """Return the number of placebos and the smallest p as one family."""
        known = [p for p in self.holm if np.isfinite(p)]
        return pd.DataFrame(
            [{"n_placebos": len(self.estimates), "smallest_holm": min(known) if known else float("nan")}]
        )

    def __str__(self) -> str:
        return show("Where the programme cannot have moved anything.", "(placebo)", self.estimates, self.caveats)


def placebo_outcomes(
    data: Any, *, outcomes: Sequence[str], wave: str, group: str, ci_level: float = 0.95, **options: Any
) -> Placebos:
    """Compare how two groups moved in outcomes that the programme does not touch.

    Parameters
    ----------
    data : DataFrame, or an object with ``frame()``
        One row a respondent (or organisation) and wave.
    outcomes : sequence of str
        Columns of outcomes that were named beforehand as out of the programme's reach, with the same causes otherwise.
    wave, group : str
        Columns of the wave and the group.
    ci_level : float, optional
        Level of the intervals and of the verdict.
    **options
        As for `did`: ``unit``, ``cluster``, ``treated``, ``start``, ``weight``, ``covariates``, ``n_draws``, ``seed``.

    Returns
    -------
    Placebos
        One difference-in-differences an outcome, and a caveat when the family of them is not quiet (Holm).

    Raises
    ------
    OptionError
        If no outcome is named.
    DesignError
        As `did`.

    References
    ----------
    Lipsitch, Tchetgen Tchetgen and Cohen (2010), doi:10.1097/EDE.0b013e3181d61eeb.

    Examples
    --------
    >>> noise = [1.0, 2.0, 1.0, 3.0, 2.0, 2.0, 1.0, 3.5]
    >>> frame = pd.DataFrame({"wave": [1] * 4 + [2] * 4, "arm": [0, 0, 1, 1] * 2, "weather": noise})
    >>> placebo_outcomes(frame, outcomes=["weather"], wave="wave", group="arm").estimates[0].term
    'weather'
    """
    if isinstance(outcomes, str) or not len(outcomes):
        raise OptionError(
            f"Option `outcomes` must be a list of one column or more, not {outcomes!r}.",
            where="outcomes that the programme does not touch",
            hint="For one: `outcomes=['satisfaction_with_weather']`.",
        )
    found = [did(data, outcome=name, wave=wave, group=group, ci_level=ci_level, **options) for name in outcomes]
    rows = [_row(result, name) for result, name in zip(found, outcomes, strict=True)]
    what = f"placebo outcomes {', '.join(outcomes)}"
    return _family(rows, what, found, ci_level, {"outcomes": list(outcomes)})


def placebo_periods(
    data: Any, *, outcome: str, wave: str, group: str, start: Any, ci_level: float = 0.95, **options: Any
) -> Placebos:
    """Compare how two groups moved before the programme began, as if it had begun earlier.

    Parameters
    ----------
    data : DataFrame, or an object with ``frame()``
        One row a respondent (or organisation) and wave.
    outcome, wave, group : str
        Columns of the outcome, the wave and the group.
    start : wave
        First wave after the programme began; it and later waves are left out.
    ci_level : float, optional
        Level of the intervals and of the verdict.
    **options
        As for `did`: ``unit``, ``cluster``, ``treated``, ``weight``, ``covariates``, ``n_draws``, ``seed``.

    Returns
    -------
    Placebos
        One difference-in-differences a pretended start, and a caveat when the family of them is not quiet (Holm).

    Raises
    ------
    DesignError
        If fewer than two waves lie before the start, or as `did`.

    Notes
    -----
    A quiet placebo does not show that groups would have moved alike: with few organisations it is quiet whatever they
    did. Read its interval.

    Examples
    --------
    >>> rows = [(u, w, u % 2, u + w + (w > 2) * (u % 2) + (u * w) % 3 / 9) for u in range(8) for w in (1, 2, 3)]
    >>> frame = pd.DataFrame(rows, columns=["id", "wave", "arm", "y"])
    >>> placebo_periods(frame, outcome="y", wave="wave", group="arm", unit="id", start=3).estimates[0].term
    'as if from wave 2'
    """
    frame = data if isinstance(data, pd.DataFrame) else data.frame()
    require_columns(frame, [outcome, wave, group])
    rows_with_score = frame[frame[outcome].notna() & frame[wave].notna()]
    waves = sorted(rows_with_score[wave].unique(), key=lambda value: (isinstance(value, str), value))
    labels = [label_of(value) for value in waves]
    if label_of(start) not in labels:
        raise OptionError(
            f"Option `start` must be a wave with answers, not `{label_of(start)}`.",
            where=f"waves: {', '.join(labels)}",
            hint="Name the first wave after the programme began.",
        )
    before = waves[: labels.index(label_of(start))]
    if len(before) < 2:
        raise DesignError(
            f"A placebo period needs two waves before the programme began, and there {'is' if before else 'are'} "
            f"{len(before) or 'none'}.",
            where=f"waves {', '.join(labels)}; start {label_of(start)}",
            hint="Without earlier waves nothing shows whether groups moved alike; use `placebo_outcomes`.",
        )
    earlier = frame[frame[wave].isin(before)]
    found = [
        did(earlier, outcome=outcome, wave=wave, group=group, start=pretended, ci_level=ci_level, **options)
        for pretended in before[1:]
    ]
    rows = [_row(result, f"as if from wave {label_of(w)}") for result, w in zip(found, before[1:], strict=True)]
    return _family(rows, f"placebo periods of {outcome}", found, ci_level, {"start": label_of(start)})


def _row(result: Did, term: str) -> Estimate:
    """Return the first answer of a comparison as a placebo."""
    best = result.primary or result.estimates[0]
    return replace(best, role="check", term=term, estimand="difference between groups in change, placebo")


def _family(
    rows: list[Estimate], what: str, found: list[Did], level: float, options: dict[str, Any]
) -> Placebos:  # fmt: skip
    """Return the placebos as one family, with a caveat when it is not quiet."""
    holm = adjust(np.array([row.p_value for row in rows]), "holm")
    loud = [row.term or "" for row, p in zip(rows, holm, strict=True) if p < 1 - level]
    caveats: list[Caveat] = []
    if loud:
        caveats.append(
            Caveat(
                code="placebo_moved",
                sentence=f"Groups moved apart where the programme cannot have moved them: {', '.join(loud)}. The "
                "comparison is in doubt.",
                numbers={"placebos": loud, "holm": [float(p) for p in holm]},
            )
        )
    if not np.isfinite(holm).any():
        caveats.append(
            Caveat(
                code="placebo_not_judged",
                sentence="No placebo has a p-value: with one organisation on a side none is valid.",
            )
        )
    parts = [result.provenance for result in found]
    return Placebos(
        estimates=tuple(rows),
        holm=tuple(float(p) for p in holm),
        provenance=Provenance(
            analysis=what, n_in=parts[0].n_in, n_used=max(part.n_used or 0 for part in parts), seed=parts[0].seed,
            waves=parts[0].waves, missing_rule=parts[0].missing_rule, options=options,
        ),
        caveats=tuple(caveats),
    )  # fmt: skip

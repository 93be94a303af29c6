"""The gate of measurement: what may be said of a change when the scale itself may have moved."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from sctoolkit.change.route.claims import check_wording
from sctoolkit.change.route.estimate_change import Change
from sctoolkit.errors import OptionError, did_you_mean
from sctoolkit.result import Caveat

Verdict = Literal["none", "configural", "thresholds", "metric", "partial", "scalar", "strict", "not tested"]
ENOUGH = frozenset({"scalar", "strict", "partial"})


def with_invariance(change: Change, *, verdict: Verdict, drift: float | None = None, over: str = "waves") -> Change:
    """Return a change with the verdict of measurement beside it.

    Parameters
    ----------
    change : Change
    verdict : str
        Highest level of invariance that holds: ``scalar`` or ``strict``, ``partial`` (scalar but for some items), lower
        levels, or ``not tested``.
    drift : float, optional
        Points of the change that come from items which moved on their own, as the measurement engine gives them.
    over : {"waves", "sides", "groups"}, optional
        What the levels were compared over.

    Returns
    -------
    Change
        The same estimates; a caveat with the verdict and the share that is item drift, and a claim that says when the
        scale did not keep its meaning.

    Raises
    ------
    OptionError
        If the verdict is not known.

    Examples
    --------
    >>> import pandas as pd
    >>> from sctoolkit import estimate_change
    >>> frame = pd.DataFrame({"id": [1, 2, 3, 1, 2, 3], "wave": [1] * 3 + [2] * 3, "trust": [2.0, 3, 3, 3, 3, 5]})
    >>> result = estimate_change(frame, outcome="trust", unit="id", wave="wave")
    >>> with_invariance(result, verdict="partial", drift=0.25).caveats[0].numbers["share_drift"]
    0.25
    """
    known = ("none", "configural", "thresholds", "metric", "partial", "scalar", "strict", "not tested")
    if verdict not in known:
        raise OptionError(
            f"A verdict must be one of {', '.join(known)}, not `{verdict}`.", hint=did_you_mean(verdict, known)
        )
    best = change.primary
    share = float("nan")
    if drift is not None and best is not None and best.estimate != 0:
        share = drift / best.estimate
    told = _sentence(verdict, share, drift, over)
    caveat = Caveat(
        code="measurement_invariance",
        sentence=told,
        numbers={"verdict": verdict, "drift": drift, "share_drift": share if np.isfinite(share) else None},
    )
    claim = change.claim
    if verdict not in ENOUGH:
        claim = f"{claim} The scale may not mean the same over {over}, so this may be a change of meaning."
    check_wording(told, change.rung)
    return replace(change, claim=claim, caveats=(caveat, *change.caveats))


def _sentence(verdict: str, share: float, drift: float | None, over: str) -> str:
    """Return the verdict in words."""
    if verdict == "not tested":
        return f"Whether the scale means the same over {over} was not tested."
    held = {"none": "no level", "partial": "scalar invariance but for some items"}.get(verdict, f"{verdict} invariance")
    text = f"Over {over}, {held} holds"
    if drift is None:
        return text + "."
    if not np.isfinite(share):
        return text + f"; items that moved on their own account for {drift:+.2f} points."
    return text + f"; items that moved on their own account for {drift:+.2f} points, {share:.0%} of the change."

"""Caveats of a latent change: people, measurement over waves, improper spread."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sctoolkit.measurement.invariance.invariance_result import Invariance
from sctoolkit.measurement.panel.latent_change_figures import ChangeEstimate
from sctoolkit.measurement.structure.cfa_result import CfaResult
from sctoolkit.result import Caveat


def change_caveats(
    ladder: Invariance,
    model: CfaResult,
    estimates: Sequence[ChangeEstimate],
    waves: tuple[str, str],
    n_linked: int,
    n_seen: int,
    few: bool,
    reserved: bool,
    partial: tuple[str, ...],
) -> tuple[Caveat, ...]:
    """Return the caveats, those that decide what may be said first."""
    found: list[Caveat] = []
    if reserved:
        found.append(
            Caveat(
                code="change_claim_reserved",
                sentence=f"Items do not measure alike at {waves[0]} and {waves[1]} (holds up to "
                f"{ladder.partial_verdict}): no claim of change in people, since items may have changed.",
                numbers={"verdict": ladder.partial_verdict},
            )
        )
    if few:
        found.append(
            Caveat(
                code="latent_as_check",
                sentence=f"{n_linked} people at both waves, fewer than 150: the change of the score comes first, the "
                "latent change is a check.",
                numbers={"n_linked": n_linked, "threshold": 150},
                n_people=n_linked,
            )
        )
    missing = model.fit.data.missing
    if n_seen > n_linked and missing != "listwise":
        rule = "at random, given what they answered" if missing == "fiml" else "completely at random"
        found.append(
            Caveat(
                code="seen_once",
                sentence=f"{n_seen - n_linked} of {n_seen} people were seen at one wave alone: they count on the "
                f"assumption that they are missing {rule}.",
                numbers={"seen_once": n_seen - n_linked, "seen": n_seen},
                n_people=n_seen - n_linked,
            )
        )
    found += _releases(ladder, estimates, reserved, partial)
    spread = next(entry.estimate for entry in estimates if entry.term == "latent, variance")
    if not spread > 0.0:
        found.append(
            Caveat(
                code="change_variance_not_positive",
                sentence="The variance of latent change is not above zero: people are not seen to change differently, "
                "and its correlation with the start is undefined.",
                numbers={"variance": spread},
            )
        )
    known = {caveat.code for caveat in found}
    for caveat in (*ladder.caveats, *model.caveats):
        if caveat.code not in known:
            found.append(caveat)
            known.add(caveat.code)
    return tuple(found)


def _releases(
    ladder: Invariance, estimates: Sequence[ChangeEstimate], reserved: bool, partial: tuple[str, ...]
) -> list[Caveat]:
    """Return what was released, by whom, and what drift makes of the score."""
    level = "scalar" if "scalar" in ladder.models else "strict"
    levels = [entry.level for entry in ladder.tests]
    used = [entry.parameter for entry in ladder.freed if levels.index(entry.level) <= levels.index(level)]
    if reserved or not (used or partial):
        return []
    drift = next(entry.estimate for entry in estimates if entry.term == "score, items")
    whole = next(entry.estimate for entry in estimates if entry.term == "score, expected")
    share = drift / whole if abs(whole) > 1e-12 else np.nan
    how = "after looking at these data" if used else "as named in the call"
    listed = ", ".join(f"`{name}`" for name in (*partial, *used))
    return [
        Caveat(
            code="partial_invariance",
            sentence=f"Items measure alike at both waves but for {listed} ({how}); of the {whole:+.2f} points that the "
            f"score is expected to change, {drift:+.2f} are item drift.",
            numbers={"released": [*partial, *used], "drift": drift, "expected": whole, "share": float(share)},
        )
    ]

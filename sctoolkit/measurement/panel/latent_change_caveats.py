"""Caveats of a latent change: people, measurement over waves and groups, improper spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sctoolkit.measurement.invariance.invariance_result import Invariance
from sctoolkit.measurement.panel.latent_change_figures import ChangeEstimate
from sctoolkit.measurement.panel.latent_change_input import ChangeInput
from sctoolkit.measurement.structure.cfa_result import CfaResult
from sctoolkit.result import Caveat


def change_caveats(
    ladder: Invariance,
    model: CfaResult,
    estimates: Sequence[ChangeEstimate],
    given: ChangeInput,
    linked: Mapping[str, int],
    few: bool,
    reserved: bool,
) -> tuple[Caveat, ...]:
    """Return the caveats, those that decide what may be said first."""
    found: list[Caveat] = []
    if reserved:
        found.append(_reserved(ladder, given.waves, len(linked) > 1))
    if few:
        found.append(_few(linked, len(given.waves)))
    found += _seen_once(given, model.fit.data.missing)
    found += _releases(ladder, estimates, given.waves, reserved)
    found += _spread(estimates)
    known = {caveat.code for caveat in found}
    for caveat in (*ladder.caveats, *model.caveats):
        if caveat.code not in known:
            found.append(caveat)
            known.add(caveat.code)
    return tuple(found)


def _reserved(ladder: Invariance, waves: tuple[str, ...], groups: bool) -> Caveat:
    """Return the caveat of items that do not measure alike."""
    where = f"at {', '.join(waves[:-1])} and {waves[-1]}" + (" in all groups" if groups else "")
    return Caveat(
        code="change_claim_reserved",
        sentence=f"Items do not measure alike {where} (holds up to {ladder.partial_verdict}): no claim of change in "
        "people, since items may have changed.",
        numbers={"verdict": ladder.partial_verdict},
    )


def _few(linked: Mapping[str, int], n_waves: int) -> Caveat:
    """Return the caveat of few people at two waves, in the smallest group."""
    label, least = min(linked.items(), key=lambda entry: entry[1])
    return Caveat(
        code="latent_as_check",
        sentence=f"{least} people {'in ' + label + ' ' if label else ''}at {'both' if n_waves == 2 else 'two'} waves, "
        "fewer than 150: the change of the score comes first, the latent change is a check.",
        numbers={"n_linked": least, "threshold": 150},
        n_people=least,
    )


def _seen_once(given: ChangeInput, missing: str) -> list[Caveat]:
    """Return the caveat of people seen at one wave alone who count."""
    seen = int(given.seen.any(axis=0).sum())
    once = seen - int(given.linked.sum())
    if not once or missing == "listwise":
        return []
    rule = "at random, given what they answered" if missing == "fiml" else "completely at random"
    return [
        Caveat(
            code="seen_once",
            sentence=f"{once} of {seen} people were seen at one wave alone: they count on the assumption that they are "
            f"missing {rule}.",
            numbers={"seen_once": once, "seen": seen},
            n_people=once,
        )
    ]


def _spread(estimates: Sequence[ChangeEstimate]) -> list[Caveat]:
    """Return a caveat where the variance of a change is not above zero."""
    flat = [row for row in estimates if row.term == "latent, variance" and not row.estimate > 0.0]
    if not flat:
        return []
    where = "; ".join(", ".join(part for part in (row.group, row.wave) if part) for row in flat)
    return [
        Caveat(
            code="change_variance_not_positive",
            sentence=f"The variance of latent change is not above zero ({where}): people are not seen to change "
            "differently, and its correlation with the start is undefined.",
            numbers={"variance": [row.estimate for row in flat]},
        )
    ]


def _releases(
    ladder: Invariance, estimates: Sequence[ChangeEstimate], waves: tuple[str, ...], reserved: bool
) -> list[Caveat]:
    """Return what was released, by whom, and what drift makes of the score from the first to the last wave."""
    level = "scalar" if "scalar" in ladder.models else "strict"
    levels = [entry.level for entry in ladder.tests]
    partial = tuple(ladder.provenance.options["partial"])
    used = [entry.parameter for entry in ladder.freed if levels.index(entry.level) <= levels.index(level)]
    if reserved or not (used or partial):
        return []
    how = "after looking at these data" if used else "as named in the call"
    listed = ", ".join(f"`{name}`" for name in (*partial, *used))
    span = f"{waves[0]} to {waves[-1]}"
    rows = {(row.group, row.term): row for row in estimates if row.wave == span}
    parts, numbers = [], []
    for group in dict.fromkeys(group for group, term in rows if term == "score, items"):
        drift, whole = rows[group, "score, items"].estimate, rows[group, "score, expected"].estimate
        share = rows.get((group, "score, share of items"))
        text = f"of the {whole:+.2f} points that the score is expected to change, {drift:+.2f} are item drift"
        if share is not None and share.ci_low == share.ci_low:
            text += f" ({share.estimate:.0%}, interval {share.ci_low:.0%} to {share.ci_high:.0%})"
        parts.append(f"{group}: {text}" if group else text)
        numbers.append({"group": group, "drift": drift, "expected": whole,
                        "share": share.estimate if share else float("nan")})  # fmt: skip
    return [
        Caveat(
            code="partial_invariance",
            sentence=f"Items measure alike at all waves but for {listed} ({how}); {'; '.join(parts)}.",
            numbers={"released": [*partial, *used], "drift": numbers},
        )
    ]

"""What linkage does to an answer: who is linked, what wrong links do, and whether the ways to estimate agree."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sctoolkit.change.route.estimates import Estimate
from sctoolkit.change.route.setting import Setting
from sctoolkit.result import Caveat

FloatArray = npt.NDArray[np.float64]


def linkage_caveats(setting: Setting, estimates: Sequence[Estimate]) -> tuple[Caveat, ...]:
    """Return what a reader must know about the links behind the estimates."""
    return (*_agreement(estimates), *_false_matches(setting), *_linkage(setting), *unweighted(setting, estimates))


def _agreement(estimates: Sequence[Estimate]) -> tuple[Caveat, ...]:
    """Return a caveat when estimates of the same change disagree by more than their uncertainty."""
    primary = next((e for e in estimates if e.role == "primary"), None)
    if primary is None or not np.isfinite(primary.std_error):
        return ()
    what, _, _ = primary.estimand.partition(",")
    asked = [e for e in estimates if e.role == "check" and e.term is None and np.isfinite(e.estimate)]
    asked = [e for e in asked if e.estimand.partition(",")[0] == what and e.wave == primary.wave]
    far = [e for e in asked if abs(e.estimate - primary.estimate) > primary.std_error]
    if not far:
        return ()
    names = ", ".join(dict.fromkeys(e.estimator for e in far))
    return (
        Caveat(
            code="estimates_disagree",
            sentence=f"More than one standard error from the primary estimate: {names}. People who can be linked may "
            "differ from the rest.",
            numbers={e.estimator: e.estimate for e in far},
        ),
    )


def _false_matches(setting: Setting) -> tuple[Caveat, ...]:
    """Return what wrong links do to the correlation of the waves."""
    rate = setting.false_match_rate
    if rate <= 0 or setting.route.facts.linkage == "unlinked":
        return ()
    i, j = setting.panel.pairs(0, setting.last)
    if len(i) < 3:
        return ()
    r = correlation(setting.panel.outcome[i], setting.panel.outcome[j])
    corrected = min(r / (1 - rate), 1.0)
    return (
        Caveat(
            code="false_matches",
            sentence=f"With {rate:.1%} of links wrong the correlation over waves is {corrected:.2f}, not {r:.2f}: "
            "change varies less between people than it seems. The mean change is not moved by it.",
            numbers={"false_match_rate": rate, "correlation": r, "correlation_corrected": corrected},
        ),
    )


def correlation(first: FloatArray, second: FloatArray) -> float:
    """Return Pearson's correlation, nan when one side does not vary."""
    if len(first) < 3 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return float("nan")
    return float(np.corrcoef(first, second)[0, 1])


def _linkage(setting: Setting) -> tuple[Caveat, ...]:
    """Return how many were linked, and how those differ at the start from those who were not."""
    panel, facts = setting.panel, setting.route.facts
    if facts.linkage != "partly linked":
        return ()
    i, _ = panel.pairs(0, setting.last)
    start = np.flatnonzero(panel.wave == 0)
    others = np.setdiff1d(start, i)
    if not len(others) or len(i) < 2:
        return ()
    gap = float(panel.outcome[i].mean() - panel.outcome[others].mean())
    return (
        Caveat(
            code="linked_against_rest",
            sentence=f"{len(i):,} of {len(start):,} people at {facts.first} are linked; they start {gap:+.2f} points "
            "from the rest.",
            numbers={"n_linked": len(i), "n_first": len(start), "gap": gap},
            n_people=min(len(i), len(others)),
        ),
    )


def unweighted(setting: Setting, estimates: Sequence[Estimate]) -> tuple[Caveat, ...]:
    """Return which estimates do not use the weights, if any."""
    if setting.panel.weight is None:
        return ()
    without = list(dict.fromkeys(e.estimator for e in estimates if "unweighted" in e.estimator))
    if not without:
        return ()
    return (
        Caveat(
            code="weights_not_used",
            sentence=f"Checks without the weights: {', '.join(without)}. The primary estimate uses them.",
            numbers={"estimators": without},
        ),
    )

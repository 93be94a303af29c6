"""Checks that depend on the outcome: the ends of the scale, people chosen by score."""

from __future__ import annotations

import numpy as np

from sctoolkit.change.route.linkage import correlation
from sctoolkit.change.route.setting import Setting
from sctoolkit.result import Caveat

AT_AN_END = 0.15


def scale_ends(setting: Setting) -> tuple[Caveat, ...]:
    """Return a caveat when more than 15 % of people stand at an end of the scale, where they cannot move further."""
    if setting.scale_range is None:
        return ()
    panel, caveats, facts = setting.panel, [], setting.route.facts
    for name, end in (("floor", setting.scale_range[0]), ("ceiling", setting.scale_range[1])):
        shares = [float((panel.outcome[panel.wave == code] == end).mean()) for code in (0, setting.last)]
        if max(shares) > AT_AN_END:
            one_wave = setting.last == 0
            later = "" if one_wave else f" and {shares[1]:.0%} at {facts.last}"
            hidden = "differences are" if one_wave else "change is"
            caveats.append(
                Caveat(
                    code=f"{name}_reached",
                    sentence=f"{shares[0]:.0%} stand at the {name} of the scale at {facts.first}{later}: {hidden} "
                    "hidden there. Set an ordered model beside it.",
                    numbers={"first": shares[0], "last": shares[1]},
                )
            )
    return tuple(caveats)


def expected_drift(setting: Setting) -> tuple[Caveat, ...]:
    """Return how far people chosen by their first score would move anyway: (1 - r) (population mean - their mean)."""
    if setting.population_mean is None or setting.last == 0:
        return ()
    i, j = setting.panel.pairs(0, setting.last)
    r = correlation(setting.panel.outcome[i], setting.panel.outcome[j])
    if not np.isfinite(r):
        return ()
    start = float(setting.panel.outcome[setting.panel.wave == 0].mean())
    drift = (1 - r) * (setting.population_mean - start)
    return (
        Caveat(
            code="regression_to_the_mean",
            sentence=f"If people were taken in by their score, about {drift:+.2f} points of change would come by "
            f"itself (correlation {r:.2f}, population mean {setting.population_mean:g}).",
            numbers={"drift": drift, "correlation": r, "population_mean": setting.population_mean},
        ),
    )

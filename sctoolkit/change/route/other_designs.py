"""Designs that have a function of their own, reached through `estimate_change`: entry, dose, matching, then-test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from sctoolkit.change.route.claims import moved_word, say
from sctoolkit.change.route.estimates import Estimate
from sctoolkit.change.route.panel import label_of
from sctoolkit.change.route.setting import Setting
from sctoolkit.errors import DesignError, OptionError
from sctoolkit.result import Caveat


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The names that the caller gave."""

    outcome: str
    unit: str | None
    wave: str
    cluster: str | None = None
    group: str | None = None
    side: str | None = None
    weight: str | None = None
    exposure: str | None = None
    entry: str | None = None
    dose: str | None = None
    then: str | None = None
    covariates: tuple[str, ...] = ()
    waves: tuple[Any, ...] | None = None

    def check(self) -> None:
        """Raise when two of the designs are asked for at once.

        Raises
        ------
        OptionError
        """
        asked = [f"`{name}`" for name in ("entry", "dose", "then") if getattr(self, name) is not None]
        if self.group is not None and asked:
            asked.append("`group`")
        if len(asked) > 1:
            raise OptionError(
                f"One design must be asked for at a time, not {' and '.join(asked)}.",
                where="each names another comparison",
                hint="Call once for each; a dose beside a comparison group is asked for on participants' rows alone.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What another function found, in the shape of a `Change`."""

    estimates: tuple[Estimate, ...]
    claim: str
    rung: str
    caveats: tuple[Caveat, ...]


def staggered(data: pd.DataFrame, columns: Columns, setting: Setting) -> Answered:
    """Compare entrants with those not yet entered (`staggered_did`)."""
    from sctoolkit.change.designs.staggered_did import staggered_did

    entering = columns.cluster or columns.unit
    if entering is None or columns.entry is None:
        raise DesignError(
            "Entry needs the column of who enters: the organisation, or the person where people enter one by one.",
            where=f"entry `{columns.entry}`",
            hint=f"Add `cluster`, or call `staggered_did(data, outcome='{columns.outcome}', unit='organisation', "
            f"wave='{columns.wave}', entry='{columns.entry}')`.",
        )
    found = staggered_did(
        _chosen(data, columns), outcome=columns.outcome, unit=entering, wave=columns.wave, entry=columns.entry,
        weight=columns.weight, ci_level=setting.level, n_draws=setting.n_draws, seed=setting.seed,
    )  # fmt: skip
    return Answered(estimates=found.estimates, claim=found.claim, rung=found.rung, caveats=found.caveats)


def dose(data: pd.DataFrame, columns: Columns, setting: Setting) -> Answered:
    """Relate change to how much of the programme organisations met (`dose_response`)."""
    from sctoolkit.change.designs.dose import dose_response

    if columns.cluster is None or columns.dose is None:
        raise DesignError(
            "Dose needs the column of the organisation whose dose it is.",
            where=f"dose `{columns.dose}`",
            hint=f"Call `estimate_change(..., cluster='organisation', dose='{columns.dose}')`.",
        )
    found = dose_response(
        _chosen(data, columns), outcome=columns.outcome, wave=columns.wave, cluster=columns.cluster, dose=columns.dose,
        unit=columns.unit, side=columns.side, weight=columns.weight, ci_level=setting.level,
    )  # fmt: skip
    return Answered(estimates=found.estimates, claim=found.claim, rung=found.rung, caveats=found.caveats)


def matched(data: pd.DataFrame, columns: Columns, setting: Setting) -> Answered:
    """Weight the groups until they are alike, and compare how they changed (`matched_comparison`)."""
    from sctoolkit.change.designs.matched_comparison import matched_comparison

    if not columns.covariates or columns.unit is None or columns.group is None:
        raise DesignError(
            "Groups are made alike by what was measured before, of people who can be linked: `covariates` and `unit` "
            "must be given.",
            where=f"covariates {', '.join(columns.covariates) or 'none'}; unit {columns.unit or 'none'}",
            hint="Call `estimate_change(..., unit='person', assignment='matched', covariates=['age'])`.",
        )
    found = matched_comparison(
        _chosen(data, columns), outcome=columns.outcome, unit=columns.unit, wave=columns.wave, group=columns.group,
        covariates=list(columns.covariates), treated=setting.panel.groups[setting.treated or 0],
        cluster=columns.cluster, ci_level=setting.level,
    )  # fmt: skip
    caveats = found.caveats
    if columns.weight is not None:
        sentence = "The weights are not used: groups are made alike by weights of their own."
        caveats = (*caveats, Caveat(code="weights_not_used", sentence=sentence))
    return Answered(estimates=found.estimates, claim=found.claim, rung=found.rung, caveats=caveats)


def then_test(data: pd.DataFrame, columns: Columns, setting: Setting) -> Answered:
    """Set how people see their start, looking back, beside how they answer now (`then_test`)."""
    from sctoolkit.change.route.then_test import then_test as compare

    frame = _chosen(data, columns)
    label = frame[columns.wave].map(label_of)
    waves = setting.panel.waves
    wide = frame[label == waves[-1]].rename(columns={columns.outcome: "post", str(columns.then): "then"})
    pre = None
    if columns.unit is not None and len(waves) > 1 and setting.route.facts.n_linked > 1:
        before = frame.loc[label == waves[0], [columns.unit, columns.outcome]].dropna()
        wide, pre = wide.merge(before.rename(columns={columns.outcome: "pre"}), on=columns.unit, how="left"), "pre"
    found = compare(wide, post="post", then="then", pre=pre, cluster=columns.cluster, ci_level=setting.level)
    first, *rest = found.estimates
    first = replace(first, role="primary", wave=waves[-1])
    rung = setting.route.rung
    claim = say("perceived", rung, outcome=columns.outcome, moved=moved_word(first.ci_low, first.ci_high))
    return Answered(estimates=(first, *rest), claim=claim, rung=rung, caveats=found.caveats)


OTHER: dict[str, Callable[[pd.DataFrame, Columns, Setting], Answered]] = {
    "staggered": staggered, "dose": dose, "matched": matched, "then_test": then_test,
}  # fmt: skip
"""Design of the router -> function that asks the design's own function."""


def _chosen(data: pd.DataFrame, columns: Columns) -> pd.DataFrame:
    """Return the rows of the waves that were chosen."""
    if columns.waves is None:
        return data
    wanted: Sequence[str] = [label_of(wave) for wave in columns.waves]
    return data[np.isin(data[columns.wave].map(label_of), wanted)]

"""Staggered entry: what changed in organisations after they entered, against those not yet entered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.change.designs.staggered_cells import entry_table
from sctoolkit.change.designs.staggered_rows import (
    BY_ORDER,
    BY_WAVE_SINCE_ENTRY,
    averages,
    band,
    before_entry,
    by_order_of_entry,
    cannot_reach,
    choose,
    entered_early,
)
from sctoolkit.change.route.claims import moved_word, say
from sctoolkit.change.route.estimates import Estimate, show
from sctoolkit.change.route.panel import label_of
from sctoolkit.errors import DesignError
from sctoolkit.numerics.change.entry_order import entry_order_test
from sctoolkit.numerics.change.group_time import Control, group_time
from sctoolkit.numerics.change.two_way_weights import negative_weight_share
from sctoolkit.options import check_option, checked_draws, checked_level, checked_seed
from sctoolkit.result import Caveat, Provenance, Result, read_only, tidy_frame

FloatArray = npt.NDArray[np.float64]

ASSUMPTION = "entrants and those not yet entered would have moved alike, and nobody changed in advance"
ORDER_ASSUMPTION = "organisations could as well have entered in any other order, and all gain alike"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StaggeredDid(Result):
    """Gains after entry: overall, by time since entry, cohort and wave.

    ``cells`` (k, 4) hold cohort, wave, difference and standard error of each group-time difference.
    """

    estimates: tuple[Estimate, ...]
    claim: str
    rung: str
    cells: FloatArray
    negative_weights: float
    min_p: float
    provenance: Provenance
    caveats: tuple[Caveat, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "cells", read_only(self.cells))

    @property
    def primary(self) -> Estimate | None:
        """The average gain after entry, which the claim is about."""
        return next((estimate for estimate in self.estimates if estimate.role == "primary"), None)

    def tidy(self) -> pd.DataFrame:
        """Return one row an estimate."""
        return tidy_frame(estimate.row() for estimate in self.estimates)

    def glance(self) -> pd.DataFrame:
        """Return sizes, the share of negative weights of a two-way model, and the smallest p of a permutation."""
        return pd.DataFrame(
            [
                {
                    "rung": self.rung, "n_obs": self.provenance.n_used, "n_cells": len(self.cells),
                    "negative_weights": self.negative_weights, "min_p": self.min_p,
                }
            ]
        )  # fmt: skip

    def __str__(self) -> str:
        told = [e for e in self.estimates if e.role != "detail"]
        later = [
            replace(e, role="check")
            for e in self.estimates
            if e.estimator == BY_WAVE_SINCE_ENTRY and e.role == "detail"
        ]
        return show(self.claim, f"({self.rung}; staggered entry)", [*told, *later][:12], self.caveats)


def staggered_did(
    data: Any,
    *,
    outcome: str,
    unit: str,
    wave: str,
    entry: str,
    weight: str | None = None,
    control: Control = "not_yet",
    anticipation: int = 0,
    ci_level: float = 0.95,
    n_draws: int = 999,
    seed: int = 1,
) -> StaggeredDid:
    """Estimate gains after entry when organisations enter at different waves.

    Parameters
    ----------
    data : DataFrame, or an object with ``frame()``
        Rows of people or of organisations; they are averaged to one value an organisation and wave.
    outcome : str
        Column of the score.
    unit : str
        Column of the organisation that enters.
    wave : str
        Column of the wave, numbers.
    entry : str
        Column of the wave of entry, the same for every row of an organisation; empty (or 0) for those that never enter.
        An entry between two waves counts from the next.
    weight : str, optional
        Column of weights within an organisation and wave.
    control : {"not_yet", "never"}
        Organisations not yet entered, or those that never enter.
    anticipation : int, optional
        Waves before entry in which organisations may already react.
    ci_level : float, optional
        Level of the intervals.
    n_draws, seed : int, optional
        Draws of the order of entry where orders are too many to list (5,000), and their seed.

    Returns
    -------
    StaggeredDid
        The gain after entry weighted by cohort size, its permutation test with the interval of a constant gain, and
        averages by waves since entry (before entry: checks), by cohort and by wave. Rows "by waves since entry, all at
        once" hold the same averages with a band that covers all of them together. Primary is the average with errors
        from organisations where each difference has one, otherwise the permutation, which counts every cohort.

    Raises
    ------
    DesignError
        If nobody enters after the first wave, or nobody is left to compare with.
    DataError
        If an organisation has two waves of entry, or columns are absent or not numeric.

    Notes
    -----
    Each difference compares mean changes since the last wave before entry; errors are those of Welch, degrees of
    freedom Welch-Satterthwaite over cohorts. With one organisation on either side a difference has no error: the
    average with such errors leaves it out, so that it can differ from that of the permutation, which then carries the
    claim and its own assumption: that any order of entry was as likely, and a gain the same for all. The band is sup-t
    by a multiplier bootstrap over organisations; the joint test before entry is F with Krishnamoorthy and Yu's degrees
    of freedom.

    References
    ----------
    Callaway and Sant'Anna (2021), doi:10.1016/j.jeconom.2020.12.001; Krishnamoorthy and Yu (2004),
    doi:10.1016/j.spl.2003.10.012. Oracle: mpdta_did (R did 2.1.1), on the kernel.

    Examples
    --------
    >>> y = [1.0, 2, 1, 3, 1, 2, 2, 3, 1, 1, 2, 1]
    >>> frame = pd.DataFrame({"org": list("abcdef") * 2, "wave": [1] * 6 + [2] * 6, "y": y})
    >>> frame["entry"] = frame["org"].isin(["a", "b", "c"]) * 2
    >>> round(staggered_did(frame, outcome="y", unit="org", wave="wave", entry="entry").primary.estimate, 3)
    1.333
    """
    check_option("control", control, ("not_yet", "never"))
    checked_level(ci_level)
    checked_seed(seed)
    checked_draws(n_draws)
    table = entry_table(data, outcome=outcome, unit=unit, wave=wave, entry=entry, weight=weight, control=control)
    y, periods, group = table.outcome, table.waves, table.entry
    cells = group_time(y, periods, group, control=control, anticipation=anticipation)
    if not len(cells.att):
        raise DesignError(
            "No cohort can be compared at any wave.",
            where=f"waves of entry: {', '.join(label_of(g) for g in np.unique(group[np.isfinite(group)]))}",
            hint="A cohort needs a wave before its entry, and organisations not yet entered at the waves after it.",
        )
    estimates, notes = averages(cells, ci_level)
    shuffled = entry_order_test(
        y, periods, group, control=control, anticipation=anticipation, n_draws=n_draws, seed=seed, level=ci_level
    )
    permuted = by_order_of_entry(shuffled, ci_level, len(group))
    shown = choose(estimates, permuted)
    best = next(e for e in shown if e.role == "primary")
    return StaggeredDid(
        estimates=tuple(sorted([*shown, *band(cells, ci_level, n_draws, seed)], key=_order)),
        claim=say(
            "staggered", "L3", outcome=outcome, moved=moved_word(best.ci_low, best.ci_high),
            assumption=ORDER_ASSUMPTION if best.estimator == BY_ORDER else ASSUMPTION,
        ),
        rung="L3",
        cells=np.column_stack([cells.group, cells.period, cells.att, cells.std_error]),
        negative_weights=negative_weight_share(y, periods, group),
        min_p=shuffled.smallest_p,
        provenance=Provenance(
            analysis=f"staggered entry, {outcome}", scale=outcome, waves=tuple(label_of(p) for p in periods), seed=seed,
            n_in=table.n_in, n_used=table.n_used, missing_rule="rows without score or wave left out",
            options={"control": control, "anticipation": anticipation, "ci_level": ci_level, "n_draws": n_draws},
        ),
        caveats=(
            *entered_early(table.early), *notes, *before_entry(cells, anticipation),
            *cannot_reach(shuffled.smallest_p, ci_level),
        ),
    )  # fmt: skip


def _order(estimate: Estimate) -> int:
    """Return the place of an estimate: primary, checks, details."""
    return ("primary", "check", "detail").index(estimate.role)

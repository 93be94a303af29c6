"""Difference-in-differences of two groups over two waves or more, with an event study and its guards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.change.designs.did_regression import (
    event_study,
    fixed_parts,
    group_contrast,
    organisation_gains,
    welch_of_changes,
)
from sctoolkit.change.route.claims import moved_word, say
from sctoolkit.change.route.estimate_change import treated_code
from sctoolkit.change.route.estimates import Estimate, Role, over_organisations, show
from sctoolkit.change.route.panel import Panel, label_of, left_out_caveat, read_panel
from sctoolkit.change.route.router import FEW_ON_A_SIDE, smallest_p
from sctoolkit.errors import DesignError, OptionError
from sctoolkit.numerics.linear.permutation import permute_assignment
from sctoolkit.options import checked_draws, checked_level, checked_seed
from sctoolkit.result import Caveat, Provenance, Result, tidy_frame

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

ASSUMPTION = "both groups would have moved alike without the programme"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Did(Result):
    """A difference-in-differences: the primary estimate, checks, and the difference wave by wave."""

    estimates: tuple[Estimate, ...]
    claim: str
    rung: str
    n_treated: int | None
    n_control: int | None
    min_p: float | None
    provenance: Provenance
    caveats: tuple[Caveat, ...] = ()

    @property
    def primary(self) -> Estimate | None:
        """The estimate that stands first, None where no standard error is valid."""
        return next((estimate for estimate in self.estimates if estimate.role == "primary"), None)

    def tidy(self) -> pd.DataFrame:
        """Return one row an estimate."""
        return tidy_frame(estimate.row() for estimate in self.estimates)

    def glance(self) -> pd.DataFrame:
        """Return the rung, sizes and the smallest p of a permutation."""
        return pd.DataFrame(
            [
                {
                    "rung": self.rung, "n_obs": self.provenance.n_used, "n_treated": self.n_treated,
                    "n_control": self.n_control, "min_p": np.nan if self.min_p is None else self.min_p,
                }
            ]
        )  # fmt: skip

    def __str__(self) -> str:
        return show(self.claim, f"({self.rung}; difference-in-differences)", self.estimates, self.caveats)


def did(
    data: Any,
    *,
    outcome: str,
    wave: str,
    group: str,
    unit: str | None = None,
    cluster: str | None = None,
    treated: Any = None,
    start: Any = None,
    weight: str | None = None,
    covariates: Sequence[str] = (),
    ci_level: float = 0.95,
    n_draws: int = 9999,
    seed: int = 1,
) -> Did:
    """Compare how two groups moved from before to after the programme began.

    Parameters
    ----------
    data : DataFrame, or an object with ``frame()``
        One row a respondent (or organisation) and wave.
    outcome, wave, group : str
        Columns of the outcome, the wave and the group.
    unit : str, optional
        Column of the respondent; where every respondent has several waves the comparison is within respondents.
    cluster : str, optional
        Column of the organisation; the comparison is within organisations.
    treated : optional
        Label of the group that takes part; needed unless it is 1, true, programme, treated or intervention.
    start : optional
        First wave after the programme began; the second wave unless said.
    weight : str, optional
        Column of weights.
    covariates : sequence of str, optional
        Columns held constant.
    ci_level : float, optional
        Level of the intervals.
    n_draws, seed : int, optional
        Draws of the permutation where assignments are too many to list, and their seed.

    Returns
    -------
    Did
        The primary estimate, organisations' means and permutation, and the difference at each wave against the last
        before the start; the rung is L4, or L0 where one organisation stands alone on a side.

    Raises
    ------
    DesignError
        If there is no comparison group, no wave before or after the start, or every organisation answered once.

    Notes
    -----
    y = group (or organisation, or respondent) + wave + b treated x after. With two groups and two waves b is the
    difference of mean differences. With fewer than four organisations on a side their means and t(G - 2) stand first.

    References
    ----------
    Donald and Lang (2007), doi:10.1162/rest.89.2.221; Pustejovsky and Tipton (2018),
    doi:10.1080/07350015.2016.1247004. Oracles: kielmc_did, did_textbook.

    Examples
    --------
    >>> y = [1.0, 2.0, 1.0, 3.0, 2.0, 3.0, 4.0, 6.0]
    >>> frame = pd.DataFrame({"wave": [1] * 4 + [2] * 4, "arm": [0, 0, 1, 1] * 2, "y": y})
    >>> round(did(frame, outcome="y", wave="wave", group="arm").primary.estimate, 6)
    2.0
    """
    checked_level(ci_level)
    checked_seed(seed)
    checked_draws(n_draws)
    panel = read_panel(
        data, outcome=outcome, unit=unit, wave=wave, cluster=cluster, group=group, weight=weight, covariates=covariates
    )
    code, notes = treated_code(panel, group, treated)
    if code is None or panel.group is None:
        raise DesignError(
            "Difference-in-differences needs a comparison group, and there is none.",
            where=notes[0].sentence,
            hint="Add people or organisations without the programme, or use `estimate_change` for change alone.",
        )
    first_after = _start(panel, start)
    arm = (panel.group == code).astype(float)
    _check_cells(panel, arm, first_after, group)
    n_treated, n_control = _organisations(panel, arm)
    estimates, caveats = _estimates(panel, arm, first_after, ci_level, (n_treated, n_control), n_draws, seed)
    alone = n_treated is not None and n_control is not None and min(n_treated, n_control) < 2
    best = next((e for e in estimates if e.role == "primary"), None)
    rung = "L0" if alone else "L4"
    moved = moved_word(np.nan, np.nan) if best is None else moved_word(best.ci_low, best.ci_high)
    fields = {} if alone else {"outcome": outcome, "moved": moved, "assumption": ASSUMPTION}
    return Did(
        estimates=tuple(estimates),
        claim=say("one_treated" if alone else "comparison", rung, **fields),
        rung=rung,
        n_treated=n_treated,
        n_control=n_control,
        min_p=None if n_treated is None or n_control is None else smallest_p(n_treated, n_control),
        provenance=Provenance(
            analysis=f"difference-in-differences of {outcome}", scale=outcome, waves=panel.waves, n_in=panel.n_in,
            n_used=panel.n_obs, seed=seed, missing_rule="rows without a score, wave or named label left out",
            options={
                "cluster": cluster, "group": group, "start": panel.waves[first_after], "weight": weight,
                "covariates": list(covariates), "ci_level": ci_level,
            },
        ),
        caveats=(*notes, *caveats, *left_out_caveat(panel)),
    )  # fmt: skip


def _start(panel: Panel, start: Any) -> int:
    """Return the code of the first wave after the start."""
    if len(panel.waves) < 2:
        raise DesignError(
            f"Difference-in-differences needs a wave before and one after, and only wave {panel.waves[0]} has answers.",
            hint="One wave can be described with `estimate_change`.",
        )
    if start is None:
        return 1
    label = label_of(start)
    if label not in panel.waves[1:]:
        raise OptionError(
            f"Option `start` must be a wave after the first, not `{label}`.",
            hint=f"Waves: {', '.join(panel.waves)}.",
        )
    return panel.waves.index(label)


def _check_cells(panel: Panel, arm: FloatArray, first_after: int, group: str) -> None:
    """Raise unless both groups were seen before and after."""
    after = panel.wave >= first_after
    empty = [
        f"{'participants' if taking else 'comparison'} {'after' if late else 'before'}"
        for taking in (True, False)
        for late in (False, True)
        if not ((arm == taking) & (after == late)).any()
    ]
    if empty:
        raise DesignError(
            f"Both groups of `{group}` must have answers before and after wave {panel.waves[first_after]}.",
            where=f"no answers: {', '.join(empty)}",
            hint="What was seen can be described with `estimate_change`.",
        )


def _organisations(panel: Panel, arm: FloatArray) -> tuple[int | None, int | None]:
    """Return the organisations with and without the programme, None when people were assigned."""
    if panel.cluster is None:
        return None, None
    with_it, without = np.unique(panel.cluster[arm == 1]), np.unique(panel.cluster[arm == 0])
    if np.intersect1d(with_it, without).size > 0.5 * np.unique(panel.cluster).size:
        return None, None
    return len(with_it), len(without)


def _estimates(
    panel: Panel, arm: FloatArray, first_after: int, level: float, counts: tuple[int | None, int | None], n_draws: int,
    seed: int,
) -> tuple[list[Estimate], list[Caveat]]:  # fmt: skip
    """Return the regression, organisations' means, their permutation and the event study."""
    after = (panel.wave >= first_after).astype(float)
    absorb, columns = fixed_parts(panel, arm)
    caveats: list[Caveat] = []
    fewest = min(99 if count is None else count for count in counts)
    main: Role = "primary" if fewest >= FEW_ON_A_SIDE else "check"
    labels: dict[str, Any] = {"estimand": "difference between groups in change", "n_obs": panel.n_obs}
    found = [group_contrast(panel, arm * after, columns, absorb, level, role=main, estimator="regression", **labels)]
    if counts[0] is not None and panel.cluster is not None:
        gains, taking = organisation_gains(panel, arm, after)
        if taking.any() and not taking.all():
            role: Role = "primary" if 2 <= fewest < FEW_ON_A_SIDE else "check"
            means = over_organisations(gains, level, treated=taking, role=role, **labels)
            permuted = permute_assignment(gains, taking, n_draws=n_draws, seed=seed, ci_level=level)
            found += [
                means,
                Estimate(
                    estimate=permuted.estimate, p_value=permuted.p_value, ci_low=permuted.ci_low,
                    ci_high=permuted.ci_high, ci_level=level, role="check", estimator="permutation of organisations",
                    n_clusters=len(gains), method=f"smallest attainable p {permuted.smallest_p:.2g}", **labels,
                ),
            ]  # fmt: skip
        if fewest < 2:
            caveats.append(
                Caveat(
                    code="one_organisation_on_a_side",
                    sentence=f"{counts[0]} organisations with and {counts[1]} without the programme: no sandwich "
                    "standard error is valid, so none is given; means of organisations rest on equal variances.",
                    numbers={"n_treated": counts[0], "n_control": counts[1]},
                )
            )
    elif panel.cluster is None and absorb is not None and len(panel.waves) == 2 and panel.weight is None:
        found[0] = welch_of_changes(panel, arm, level, found[0])
    events, joint = event_study(panel, arm, first_after, columns, absorb, level)
    found += events
    if joint is not None and fewest >= 2:
        caveats.append(joint)
    return sorted(found, key=lambda e: e.role != "primary"), caveats

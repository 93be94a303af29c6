"""What a yes-or-no, an ordered or a counted outcome adds to the difference between two groups."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sctoolkit.change.route.estimates import Estimate, Role
from sctoolkit.change.route.group_contrasts import DIFFERENCE, has_empty_cell
from sctoolkit.change.route.marginal_estimates import Cells, marginal_clusters, marginal_counts, marginal_shares
from sctoolkit.change.route.ordered_estimates import answer_shares, cumulative_rows
from sctoolkit.change.route.panel import Panel
from sctoolkit.change.route.router import FEW_ON_A_SIDE
from sctoolkit.change.route.setting import Setting
from sctoolkit.change.route.typed_change import counts_of, left_out, without_ratio
from sctoolkit.result import Caveat

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


def typed_difference(setting: Setting, panel: Panel, treated: BoolArray) -> tuple[list[Estimate], tuple[Caveat, ...]]:
    """Return the estimates that the type of outcome asks for, and what must be known about them."""
    if setting.outcome_type == "scale" or setting.route.inference == "none":
        return [], ()
    if setting.outcome_type == "ordinal":
        i, j = panel.pairs(0, setting.last)
        if min(treated[j].sum(), (~treated[j]).sum()) < 2:
            return answer_shares(setting), ()
        after = np.zeros(panel.n_obs, dtype=bool)
        after[j] = True
        before = np.empty(panel.n_obs)
        before[j] = panel.outcome[i] - panel.outcome[i].mean()
        design = np.column_stack([treated[after].astype(float), before[after]])
        estimand = "chance of a higher less a lower answer after, given before"
        found, notes = cumulative_rows(setting, panel.rows(after), design, estimand)
        return [*found, *answer_shares(setting)], notes
    facts = setting.route.facts
    carried = facts.level == "organisation" and facts.n_treated is not None
    what = "The marginal logit" if setting.outcome_type == "binary" else "Poisson quasi-likelihood"
    notes = left_out(setting, what)
    if panel.weight is not None or (carried and min(facts.n_treated or 0, facts.n_control or 0) < FEW_ON_A_SIDE):
        return [], (*notes, *(without_ratio(setting, []) if setting.outcome_type == "count" else ()))
    randomised = facts.comparison == "randomised" and facts.linkage != "unlinked"
    ratio: tuple[Role, Role] = ("check", "primary") if randomised else ("primary", "check")
    if setting.by_means or setting.primary is not None:
        ratio = ("check", "check")
    found = [*_in_change(setting, panel, treated, ratio[0]), *_given_before(setting, panel, treated, ratio[1])]
    return found, without_ratio(setting, found) if setting.outcome_type == "count" else ()


def _in_change(setting: Setting, panel: Panel, treated: BoolArray, role: Role) -> list[Estimate]:
    """Return the marginal model of both waves: wave by arm."""
    rows = np.flatnonzero((panel.wave == 0) | (panel.wave == setting.last))
    arm, post = treated[rows].astype(float), (panel.wave[rows] == setting.last).astype(float)
    if has_empty_cell(arm > 0, post > 0):
        return []
    design = np.column_stack([arm * post, np.ones(len(rows)), arm, post])
    corners = ((1.0, [1.0, 1, 1, 1]), (-1.0, [0.0, 1, 1, 0]), (-1.0, [0.0, 1, 0, 1]), (1.0, [0.0, 1, 0, 0]))
    cells = [(sign, np.array([corner])) for sign, corner in corners]
    return _marginal(setting, panel, rows, design, cells, role, "in change, all records", "")


def _given_before(setting: Setting, panel: Panel, treated: BoolArray, role: Role) -> list[Estimate]:
    """Return the marginal model of the last wave given the first, averaged over linked people."""
    i, j = panel.pairs(0, setting.last)
    if len(j) < 4 or min(treated[j].sum(), (~treated[j]).sum()) < 2:
        return []
    before = panel.outcome[i]
    before = np.log1p(before) if setting.outcome_type == "count" else before
    design = np.column_stack([treated[j].astype(float), np.ones(len(j)), before - before.mean()])
    with_it, without = design.copy(), design.copy()
    with_it[:, 0], without[:, 0] = 1.0, 0.0
    cells = [(1.0, with_it), (-1.0, without)]
    return _marginal(setting, panel, j, design, cells, role, "after, given before", " given before")


def _marginal(
    setting: Setting, panel: Panel, rows: Any, design: FloatArray, cells: Cells, role: Role, what: str, given: str
) -> list[Estimate]:
    """Return shares by logit, counts by Poisson quasi-likelihood."""
    codes = marginal_clusters(panel.unit[rows], None if panel.cluster is None else panel.cluster[rows])
    if codes is None:
        return []
    labels: dict[str, Any] = {
        "estimand": f"{DIFFERENCE} {what}", "wave": panel.waves[setting.last], "n_obs": len(design),
    }  # fmt: skip
    if setting.outcome_type == "binary":
        name = f"marginal logit{given}"
        return marginal_shares(setting, panel.outcome[rows], design, codes, cells, labels, name)
    counts, offset = counts_of(panel.outcome[rows], None if panel.exposure is None else panel.exposure[rows])
    name = f"Poisson quasi-likelihood{given}"
    return marginal_counts(setting, counts, design, codes, offset, cells, labels, role, name)

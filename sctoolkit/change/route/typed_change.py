"""What a yes-or-no, an ordered or a counted outcome adds to the change of one group over two waves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from sctoolkit.change.route.claims import moved_word
from sctoolkit.change.route.estimates import Estimate, compact, linear_contrast
from sctoolkit.change.route.marginal_estimates import RATIO, marginal_clusters, marginal_counts, marginal_shares
from sctoolkit.change.route.ordered_estimates import answer_shares, cumulative_rows, marginal_homogeneity
from sctoolkit.change.route.setting import Setting
from sctoolkit.result import Caveat

FloatArray = npt.NDArray[np.float64]

EXACT_BELOW = 25
"""McNemar's test is exact below this number of people who moved."""


def typed_change(setting: Setting) -> tuple[list[Estimate], tuple[Caveat, ...]]:
    """Return the estimates that the type of outcome asks for, and what must be known about them."""
    kind = setting.outcome_type
    if kind == "binary":
        return [*moved_shares(setting), *_marginal(setting)], left_out(setting, "The marginal logit")
    if kind == "count":
        found = _marginal(setting)
        return found, (*left_out(setting, "Poisson quasi-likelihood"), *without_ratio(setting, found))
    if kind == "ordinal":
        panel = setting.panel
        rows = (panel.wave == 0) | (panel.wave == setting.last)
        post = (panel.wave[rows] == setting.last).astype(float)
        model, notes = cumulative_rows(
            setting, panel.rows(rows), post[:, None], "chance of a higher less a lower answer, waves compared"
        )
        found = [*moved_shares(setting), *marginal_homogeneity(setting), *model]
        return [*found, *answer_shares(setting)], notes
    if setting.route.facts.outcome_kind == "ordered item":
        return moved_shares(setting), ()
    return [], ()


def left_out(setting: Setting, what: str) -> tuple[Caveat, ...]:
    """Return that a marginal model is left out because records are weighted."""
    if setting.panel.weight is None:
        return ()
    sentence = f"{what} takes no weights and is left out; the estimates here use them."
    return (Caveat(code="model_takes_no_weights", sentence=sentence),)


def without_ratio(setting: Setting, found: Sequence[Estimate]) -> tuple[Caveat, ...]:
    """Return that the ratio of counts, which the route promised, could not be had."""
    if setting.by_means or setting.route.inference == "none" or any(e.estimand == RATIO for e in found):
        return ()
    sentence = "The ratio of mean counts could not be fitted; differences in mean counts are given where they can be."
    return (Caveat(code="no_ratio_of_counts", sentence=sentence),)


def moved_shares(setting: Setting) -> list[Estimate]:
    """Return the share of linked people that rose less the share that fell: McNemar's test, or the sign test.

    In organisations the estimate has CR2 and no such test; it is left out where it is the primary answer already.
    """
    panel, kind = setting.panel, setting.outcome_type
    i, j = panel.pairs(0, setting.last)
    if len(i) < 2:
        return []
    moved = np.sign(panel.outcome[j] - panel.outcome[i])
    labels: dict[str, Any] = {
        "estimand": "share that rose less share that fell", "role": "check", "wave": panel.waves[setting.last],
    }  # fmt: skip
    if panel.cluster is not None and np.unique(panel.cluster[j]).size > 1:
        if kind in {"binary", "ordinal"}:
            return []
        codes = compact(panel.cluster[j])
        return [
            linear_contrast(
                np.ones((len(moved), 1)), moved, np.ones(1), setting.level, clusters=codes,
                estimator="shares that moved", **labels,
            )
        ]  # fmt: skip
    name = "McNemar" if kind == "binary" else "sign test"
    rose, fell = int((moved > 0).sum()), int((moved < 0).sum())
    exact = kind != "binary" or rose + fell < EXACT_BELOW
    unweighted = "" if panel.weight is None else ", unweighted"
    shared: dict[str, Any] = {"estimate": float(moved.mean()), "ci_level": setting.level, "n_obs": len(moved), **labels}
    if exact:
        p_value = float(stats.binomtest(rose, rose + fell).pvalue) if rose + fell else float("nan")
        method = f"exact, {rose} rose and {fell} fell"
        return [Estimate(p_value=p_value, method=method, estimator=f"{name}, exact{unweighted}", **shared)]
    chi2 = (rose - fell) ** 2 / (rose + fell)
    return [
        Estimate(
            statistic=float(chi2), dof=1.0, p_value=float(stats.chi2.sf(chi2, 1)), estimator=f"{name}{unweighted}",
            method=f"chi-square without correction, {rose} rose and {fell} fell", **shared,
        )
    ]  # fmt: skip


def _marginal(setting: Setting) -> list[Estimate]:
    """Return the marginal model of both waves: shares by logit, counts by Poisson quasi-likelihood."""
    panel = setting.panel
    rows = (panel.wave == 0) | (panel.wave == setting.last)
    codes = marginal_clusters(panel.unit[rows], None if panel.cluster is None else panel.cluster[rows])
    if codes is None or panel.weight is not None:
        return []
    post = (panel.wave[rows] == setting.last).astype(float)
    design = np.column_stack([post, np.ones(len(post))])
    cells = [(1.0, np.array([[1.0, 1.0]])), (-1.0, np.array([[0.0, 1.0]]))]
    labels: dict[str, Any] = {"wave": panel.waves[setting.last], "n_obs": len(post)}
    if setting.outcome_type == "binary":
        labels["estimand"] = "risk difference, all records"
        return marginal_shares(setting, panel.outcome[rows], design, codes, cells, labels)
    labels["estimand"] = "difference in mean count, all records"
    counts, offset = counts_of(panel.outcome[rows], None if panel.exposure is None else panel.exposure[rows])
    role = "check" if setting.by_means else "primary"
    return marginal_counts(setting, counts, design, codes, offset, cells, labels, role)  # type: ignore[arg-type]


def counts_of(rate: FloatArray, exposure: FloatArray | None) -> tuple[FloatArray, FloatArray | None]:
    """Return counts and the logarithm of what they were counted over, from rates and exposure."""
    return (rate, None) if exposure is None else (np.round(rate * exposure), np.log(exposure))


def with_primary_of(estimates: Sequence[Estimate]) -> list[Estimate]:
    """Return estimates with one primary, the ratio of counts where there is one, and that first."""
    ratio = next((e for e in estimates if e.role == "primary" and e.estimand == RATIO), None)
    if ratio is None:
        return sorted(estimates, key=lambda e: e.role != "primary")
    rest = [replace(e, role="check") if e.role == "primary" else e for e in estimates if e is not ratio]
    return [ratio, *rest]


def ratio_moved(estimates: Sequence[Estimate]) -> dict[str, str]:
    """Return the word for how a primary ratio moved against 1; nothing for a difference."""
    best = next((e for e in estimates if e.role == "primary"), None)
    if best is None or best.estimand != RATIO:
        return {}
    return {"moved": moved_word(best.ci_low - 1, best.ci_high - 1)}

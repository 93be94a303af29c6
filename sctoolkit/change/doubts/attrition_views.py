"""The result under several views of those who were lost: weighted, imputed, bounded, tipped."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from sctoolkit.change.route.estimates import Estimate, compact, from_t, linear_contrast
from sctoolkit.change.route.panel import Panel
from sctoolkit.errors import DesignError, SctoolkitError
from sctoolkit.numerics.change.attrition_bounds import lee_bounds, tipping_point, worst_case_bounds
from sctoolkit.numerics.change.multiple_imputation import impute_pmm, pool_scalars
from sctoolkit.numerics.change.staying_weights import stabilised_weights

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

TRUNCATE_AT = 0.01
FEW_LEFT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """People at the first wave: their answer, whether and what they answered at the last, and where they belong."""

    before: FloatArray
    after: FloatArray
    stayed: BoolArray
    arm: FloatArray | None
    clusters: npt.NDArray[np.int64] | None
    known: FloatArray
    randomised: bool
    level: float


def start_people(panel: Panel, code: int | None, randomised: bool, level: float) -> Start:
    """Return the people of the first wave."""
    if len(panel.waves) < 2:
        raise DesignError(
            f"Attrition needs two waves, and only wave {panel.waves[0]} has answers.",
            hint="If everyone was lost, describe the first wave with `estimate_change`.",
        )
    first = np.flatnonzero((panel.wave == 0) & panel.keyed)
    i, j = panel.pairs(0, len(panel.waves) - 1)
    if len(i) < 2:
        raise DesignError(
            f"At least two people must be linked from wave {panel.waves[0]} to wave {panel.waves[-1]}, not {len(i)}.",
            hint="Without links it cannot be seen who was lost; compare the waves with `estimate_change`.",
        )
    after = np.full(panel.n_obs, np.nan)
    after[i] = panel.outcome[j]
    columns = [panel.outcome[first]]
    arm = None
    if code is not None and panel.group is not None:
        arm = (panel.group[first] == code).astype(float)
        columns.append(arm)
    if panel.side is not None:
        columns += [(panel.side[first] == s).astype(float) for s in range(1, len(panel.sides))]
    if panel.covariates.size:
        columns += list(panel.covariates[first].T)
    known = np.column_stack([column for column in columns if np.ptp(column) > 0 or column is columns[0]])
    clusters = None if panel.cluster is None else compact(panel.cluster[first])
    return Start(
        before=panel.outcome[first], after=after[first], stayed=np.isfinite(after[first]), arm=arm,
        clusters=clusters if clusters is not None and clusters.max() > 0 else None, known=known, randomised=randomised,
        level=level,
    )  # fmt: skip


def estimate_over(
    start: Start, after: FloatArray, rows: BoolArray, weights: FloatArray | None = None, **labels: Any
) -> Estimate:
    """Return the mean change, or the difference between groups, over some people."""
    labels = {"estimator": "people followed up", "role": "check", **labels}
    clusters = None if start.clusters is None else compact(start.clusters[rows])
    if clusters is not None and clusters.max() < 1:
        clusters = None
    ones = np.ones(int(rows.sum()))
    w = None if weights is None else weights[rows]
    change = after[rows] - start.before[rows]
    if start.arm is None or np.ptp(start.arm[rows]) == 0:
        design, y, row, estimand = ones[:, None], change, np.ones(1), "mean change"
    elif start.randomised:
        before = start.before[rows] - start.before.mean()
        design, y = np.column_stack([start.arm[rows], ones, before]), after[rows]
        row, estimand = np.array([1.0, 0.0, 0.0]), "difference between groups after, given before"
    else:
        design, y = np.column_stack([start.arm[rows], ones]), change
        row, estimand = np.array([1.0, 0.0]), "difference between groups in change"
    return linear_contrast(
        design, y, row, start.level, clusters=clusters, weights=w, **{"estimand": estimand, **labels}
    )


def weighted_for_staying(start: Start) -> tuple[FloatArray, Estimate | None]:
    """Return inverse-probability weights of those who stayed and the weighted estimate; None when nobody was lost."""
    weights = np.full(len(start.before), np.nan)
    if start.stayed.all():
        weights[:] = 1.0
        return weights, None
    from sklearn.linear_model import LogisticRegression

    scale = start.known.std(axis=0)
    table = (start.known - start.known.mean(axis=0)) / np.where(scale > 0, scale, 1.0)
    fitted = LogisticRegression(C=1e6, max_iter=1000).fit(table, start.stayed)
    chance = np.clip(fitted.predict_proba(table)[:, 1], TRUNCATE_AT, 1 - TRUNCATE_AT)
    share = np.full(len(chance), start.stayed.mean())
    if start.arm is not None:
        share = np.where(start.arm == 1, start.stayed[start.arm == 1].mean(), start.stayed[start.arm == 0].mean())
    weights[start.stayed] = stabilised_weights(chance[start.stayed], share[start.stayed], TRUNCATE_AT)
    estimate = estimate_over(start, start.after, start.stayed, np.nan_to_num(weights), estimator="weighted for staying")
    return weights, replace(estimate, method=f"{estimate.method}, inverse-probability weights")


def imputed(start: Start, reference: Estimate, n_imputations: int, seed: int) -> Estimate | None:
    """Return the estimate with the answers of the lost imputed; None when nobody was lost or imputing fails."""
    if start.stayed.all() or start.stayed.sum() < FEW_LEFT:
        return None
    columns = [start.after, *start.known.T]
    if start.clusters is not None and start.stayed.sum() > 5 * (int(start.clusters.max()) + 1):
        columns += list((start.clusters[:, None] == np.arange(1, int(start.clusters.max()) + 1)).astype(float).T)
    try:
        filled = impute_pmm(np.column_stack(columns), n_imputations, seed=seed)
    except SctoolkitError:
        return None
    everyone = np.ones(len(start.before), dtype=bool)
    each = [estimate_over(start, table[:, 0], everyone) for table in filled]
    values = np.array([e.estimate for e in each])
    variances = np.array([e.std_error for e in each]) ** 2
    if not np.isfinite(variances).all() or not (variances > 0).all():
        return None
    dof = reference.dof if np.isfinite(reference.dof) else float(len(values) - 1)
    pooled = pool_scalars(values, variances, dof, start.level)
    return from_t(
        pooled.estimate, pooled.std_error, pooled.dof, start.level, estimand=reference.estimand,
        estimator="multiple imputation", role="check", n_obs=len(start.before), n_clusters=reference.n_clusters,
        method=f"{n_imputations} imputations (predictive mean matching), Barnard-Rubin, "
        f"missing information {pooled.fmi:.0%}",
    )  # fmt: skip


def bounds_on_lost(start: Start, scale_range: tuple[float, float] | None) -> list[Estimate]:
    """Return Lee bounds after random assignment and worst-case bounds where the scale's ends are known."""
    if start.arm is None or np.ptp(start.arm) == 0 or start.stayed.all():
        return []
    taking = start.arm == 1
    treated, control = start.after[taking & start.stayed], start.after[~taking & start.stayed]
    sizes = int(taking.sum()), int((~taking).sum())
    found = []
    labels: dict[str, Any] = {
        "role": "check", "estimand": "difference between groups after", "n_obs": len(start.before),
        "ci_level": start.level,
    }  # fmt: skip
    if start.randomised:
        lee = lee_bounds(treated, control, *sizes)
        found.append(
            Estimate(
                estimator="Lee bounds", estimate=(lee.low + lee.high) / 2, ci_low=lee.low, ci_high=lee.high,
                method=f"bounds, no sampling error; {lee.trimmed:.0%} of the fuller arm trimmed", **labels,
            )
        )  # fmt: skip
    if scale_range is not None:
        worst = worst_case_bounds(treated, control, *sizes, *scale_range)
        found.append(
            Estimate(
                estimator="worst-case bounds", estimate=(worst.low + worst.high) / 2, ci_low=worst.low,
                ci_high=worst.high, method="bounds, no sampling error", **labels,
            )
        )  # fmt: skip
    return found


def tipping_points(start: Start, reference: Estimate) -> list[Estimate]:
    """Return how far from the rest the lost must have changed to undo the result."""
    lost = ~start.stayed
    if start.arm is not None and np.ptp(start.arm) > 0:
        lost = lost[start.arm == 1]
    if not lost.any() or not np.isfinite(reference.std_error):
        return []
    critical = float(stats.t.ppf(0.5 + start.level / 2, reference.dof))
    zero, unclear = tipping_point(reference.estimate, reference.std_error, critical, float(lost.mean()))
    who = "lost participants" if start.arm is not None else "those lost"
    shared: dict[str, Any] = {"estimator": "tipping point", "role": "detail", "n_obs": int(lost.sum())}
    return [
        Estimate(
            estimand=f"shift of {who} that makes the estimate zero", estimate=zero, term="to zero",
            method="points from what was expected of them", **shared,
        ),
        Estimate(
            estimand=f"shift of {who} at which the interval holds zero", estimate=unclear, term="to unclear",
            method="points from what was expected of them", **shared,
        ),
    ]  # fmt: skip

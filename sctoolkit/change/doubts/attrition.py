"""Who is missing at follow-up, and whether the result survives it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from sctoolkit.change.route.claims import say
from sctoolkit.change.route.estimate_change import treated_code
from sctoolkit.change.route.estimates import Estimate, compact, from_t, linear_contrast, show, welch
from sctoolkit.change.route.panel import Panel, left_out_caveat, read_panel
from sctoolkit.change.route.router import Assignment
from sctoolkit.errors import DesignError, SctoolkitError
from sctoolkit.numerics.change.attrition_bounds import lee_bounds, tipping_point, worst_case_bounds
from sctoolkit.numerics.change.multiple_imputation import impute_pmm, pool_scalars
from sctoolkit.numerics.change.staying_weights import kish_effective_size, stabilised_weights
from sctoolkit.options import check_option, checked_draws, checked_level, checked_seed
from sctoolkit.result import Caveat, Provenance, Result, read_only, tidy_frame

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

TRUNCATE_AT = 0.01
FEW_LEFT = 5
AS_NOUNS = {"weighted for staying": "weighting for staying"}
"""Name of a view in the table -> the same in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Attrition(Result):
    """Follow-up by group and starting point, the result under several views of the lost, and one line on it.

    ``weights`` (n,) are the inverse-probability weights of those followed up, nan for those lost.
    """

    estimates: tuple[Estimate, ...]
    verdict: str
    survives: bool | None
    effective_size: float
    weights: FloatArray
    provenance: Provenance
    caveats: tuple[Caveat, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "weights", read_only(self.weights))

    def tidy(self) -> pd.DataFrame:
        """Return one row a share, difference or estimate."""
        return tidy_frame(estimate.row() for estimate in self.estimates)

    def glance(self) -> pd.DataFrame:
        """Return the share followed up, the effective size of the weights and the verdict."""
        whole = self.estimates[0]
        return pd.DataFrame(
            [
                {
                    "n_obs": whole.n_obs, "followed_up": whole.estimate, "effective_size": self.effective_size,
                    "survives": self.survives,
                }
            ]
        )  # fmt: skip

    def __str__(self) -> str:
        told = [e for e in self.estimates if e.role != "detail"]
        return show(self.verdict, "(attrition)", [*told, self.estimates[0]], self.caveats)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    """People at the first wave: their answer, whether and what they answered at the last, and where they belong."""

    before: FloatArray
    after: FloatArray
    stayed: BoolArray
    arm: FloatArray | None
    clusters: npt.NDArray[np.int64] | None
    known: FloatArray
    randomised: bool
    level: float


def attrition(
    data: Any,
    *,
    outcome: str,
    unit: str,
    wave: str,
    group: str | None = None,
    side: str | None = None,
    cluster: str | None = None,
    treated: Any = None,
    assignment: Assignment | None = None,
    covariates: Sequence[str] = (),
    scale_range: tuple[float, float] | None = None,
    conf_level: float = 0.95,
    n_imputations: int = 20,
    seed: int = 1,
) -> Attrition:
    """Describe who was lost between the first and the last wave, and re-estimate under several views of the lost.

    Parameters
    ----------
    data : DataFrame, or an object with ``frame()``
        One row a respondent and wave.
    outcome, unit, wave : str
        Columns of the score, the link and the wave.
    group, side, cluster : str, optional
        Columns of the comparison, the side and the organisation.
    treated, assignment
        As for `estimate_change`.
    covariates : sequence of str, optional
        Columns measured at the first wave that may tell who is lost.
    scale_range : (low, high), optional
        Ends of the scale, for worst-case bounds.
    conf_level : float, optional
        Level of the intervals.
    n_imputations, seed : int, optional
        Imputed data sets and their seed.

    Returns
    -------
    Attrition
        Shares followed up (Wilson intervals), the start of those lost against the rest, the estimate on people followed
        up, by inverse-probability weights and by multiple imputation, Lee and worst-case bounds where they apply, the
        tipping point, and one line: the result survives, or changes under what.

    Raises
    ------
    DesignError
        If there is one wave, nobody can be followed up, or the groups are not two.

    Notes
    -----
    Weights: logistic regression of staying on the first answer, group, side and covariates, stabilised and truncated at
    1/99 %. Imputation: predictive mean matching with organisations as fixed columns where they are large enough, pooled
    by Rubin's rules with Barnard-Rubin degrees of freedom from those of the estimate on people followed up. The result
    changes when the sign or whether the interval holds zero changes.

    References
    ----------
    Lee (2009), doi:10.1111/j.1467-937X.2009.00536.x; Barnard and Rubin (1999), doi:10.1093/biomet/86.4.948.

    Examples
    --------
    >>> frame = pd.DataFrame({"id": [1, 2, 3, 4, 1, 2, 3], "wave": [1] * 4 + [2] * 3, "y": [2.0, 3, 4, 3, 3, 3, 5]})
    >>> attrition(frame, outcome="y", unit="id", wave="wave").glance()["followed_up"].tolist()
    [0.75]
    """
    checked_level(conf_level)
    checked_seed(seed)
    checked_draws(n_imputations, "n_imputations", least=2)
    if assignment is not None:
        check_option("assignment", assignment, ("randomised", "existing", "matched"))
    panel = read_panel(
        data, outcome=outcome, unit=unit, wave=wave, cluster=cluster, group=group, side=side, covariates=covariates
    )
    code, notes = treated_code(panel, group, treated)
    start = _start(panel, code, assignment == "randomised", conf_level)
    shares = _shares(panel, start)
    reference = replace(_estimate(start, start.after, start.stayed), role="primary")
    weights, weighted = _weighted(start)
    imputed = _imputed(start, reference, n_imputations, seed)
    bounds = _bounds(start, scale_range)
    views = [e for e in (weighted, imputed) if e is not None]
    verdict, survives = _verdict(reference, views, bounds)
    ess = kish_effective_size(weights[np.isfinite(weights)]) if np.isfinite(weights).any() else float("nan")
    tipping = _tipping(start, reference)
    return Attrition(
        estimates=(*shares, reference, *views, *bounds, *tipping, *_lost_against_rest(start)),
        verdict=verdict,
        survives=survives,
        effective_size=ess,
        weights=weights,
        provenance=Provenance(
            analysis=f"attrition of {outcome}", scale=outcome, waves=panel.waves, n_in=panel.n_in,
            n_used=len(start.before), seed=seed, missing_rule="rows without a score, wave or named label left out",
            options={"n_imputations": n_imputations, "covariates": list(covariates), "assignment": assignment},
        ),
        caveats=(*notes, *_caveats(start, ess, tipping), *left_out_caveat(panel)),
    )  # fmt: skip


def _start(panel: Panel, code: int | None, randomised: bool, level: float) -> _Start:
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
    return _Start(
        before=panel.outcome[first], after=after[first], stayed=np.isfinite(after[first]), arm=arm,
        clusters=clusters if clusters is not None and clusters.max() > 0 else None, known=known, randomised=randomised,
        level=level,
    )  # fmt: skip


def _estimate(
    start: _Start, after: FloatArray, rows: BoolArray, weights: FloatArray | None = None, **labels: Any
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


def _shares(panel: Panel, start: _Start) -> list[Estimate]:
    """Return the share followed up: overall, by group, by side and by third of the first answer."""
    first = np.flatnonzero((panel.wave == 0) & panel.keyed)
    found = [_share(start.stayed, start.level, "all")]
    if start.arm is not None:
        for name, value in (("programme", 1.0), ("comparison", 0.0)):
            found.append(_share(start.stayed[start.arm == value], start.level, name, group=name))
    if panel.side is not None:
        for code, name in enumerate(panel.sides):
            found.append(_share(start.stayed[panel.side[first] == code], start.level, name, side=name))
    cuts = np.quantile(start.before, [1 / 3, 2 / 3])
    thirds = np.searchsorted(cuts, start.before)
    for code, name in enumerate(("lowest third at start", "middle third at start", "highest third at start")):
        found.append(_share(start.stayed[thirds == code], start.level, name, term=name))
    return found


def _share(stayed: BoolArray, level: float, name: str, **labels: Any) -> Estimate:
    """Return a share with its Wilson interval."""
    n = len(stayed)
    if n == 0:
        return Estimate(estimand="followed up", estimator=name, role="detail", estimate=float("nan"), **labels)
    z = float(stats.norm.ppf(0.5 + level / 2))
    share = float(stayed.mean())
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * float(np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)))
    return Estimate(
        estimand="followed up", estimator=name, role="detail", estimate=share, ci_low=middle - half,
        ci_high=middle + half, ci_level=level, n_obs=n, method="Wilson interval", **labels,
    )  # fmt: skip


def _lost_against_rest(start: _Start) -> list[Estimate]:
    """Return how those lost differ at the start, and how follow-up differs between groups."""
    lost = ~start.stayed
    found = []
    if min(lost.sum(), start.stayed.sum()) >= 2:
        found.append(
            welch(
                start.before[lost], start.before[start.stayed], start.level, estimand="first answer, lost less kept",
                estimator="difference of means", role="detail",
            )
        )  # fmt: skip
    if start.arm is not None and np.ptp(start.arm) > 0:
        found.append(
            linear_contrast(
                np.column_stack([start.arm, np.ones(len(start.arm))]), start.stayed.astype(float), np.array([1.0, 0.0]),
                start.level, clusters=start.clusters, estimand="followed up, programme less comparison",
                estimator="difference of shares", role="detail",
            )
        )  # fmt: skip
    return found


def _weighted(start: _Start) -> tuple[FloatArray, Estimate | None]:
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
    estimate = _estimate(start, start.after, start.stayed, np.nan_to_num(weights), estimator="weighted for staying")
    return weights, replace(estimate, method=f"{estimate.method}, inverse-probability weights")


def _imputed(start: _Start, reference: Estimate, n_imputations: int, seed: int) -> Estimate | None:
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
    each = [_estimate(start, table[:, 0], everyone) for table in filled]
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


def _bounds(start: _Start, scale_range: tuple[float, float] | None) -> list[Estimate]:
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


def _tipping(start: _Start, reference: Estimate) -> list[Estimate]:
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


def _verdict(reference: Estimate, views: Sequence[Estimate], bounds: Sequence[Estimate]) -> tuple[str, bool | None]:
    """Return the one line, and whether the result survives; None when it cannot be said."""

    def reading(low: float, high: float) -> int:
        return int(low > 0) - int(high < 0)

    asked = [e for e in (*views, *bounds) if np.isfinite(e.ci_low) and e.estimator != "worst-case bounds"]
    if not np.isfinite(reference.ci_low) or not asked:
        return say("not_checked", "L0", why="no interval can be given" if views else "nobody was lost"), None
    own = reading(reference.ci_low, reference.ci_high)
    broken = [e.estimator for e in asked if reading(e.ci_low, e.ci_high) != own]
    if broken:
        return say("changes_under", "L0", checks=_named(broken)), False
    return say("survives", "L0", checks=_named(e.estimator for e in asked)), True


def _named(estimators: Iterable[str]) -> str:
    """Views of the lost as nouns, each once: what a result survives or changes under."""
    nouns = [AS_NOUNS.get(name, name) for name in dict.fromkeys(estimators)]
    return " and ".join(part for part in (", ".join(nouns[:-1]), nouns[-1]) if part)


def _caveats(start: _Start, ess: float, tipping: Sequence[Estimate]) -> tuple[Caveat, ...]:
    """Return what a reader of the table must know."""
    caveats = []
    kept, n = int(start.stayed.sum()), len(start.before)
    if kept < n:
        caveats.append(
            Caveat(
                code="lost_to_follow_up",
                sentence=f"{n - kept} of {n} people were lost; weights leave {ess:.0f} effective people of {kept}.",
                numbers={"lost": n - kept, "n": n, "effective_size": ess},
                n_people=min(kept, n - kept),
            )
        )
    if tipping:
        caveats.append(
            Caveat(
                code="tipping_point",
                sentence=f"The lost must lie {tipping[0].estimate:+.2f} points from what was expected of them to bring "
                "the estimate to zero.",
                numbers={"to_zero": tipping[0].estimate, "to_unclear": tipping[1].estimate},
            )
        )
    return tuple(caveats)

"""A comparison group made alike by weights: balance before and after, and the difference in change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.change.route.claims import moved_word, say
from sctoolkit.change.route.estimate_change import treated_code
from sctoolkit.change.route.estimates import Estimate, compact, linear_contrast, show
from sctoolkit.change.route.panel import Panel, left_out_caveat, read_panel
from sctoolkit.errors import DesignError
from sctoolkit.numerics.change.balance import balance
from sctoolkit.numerics.change.staying_weights import kish_effective_size
from sctoolkit.options import check_option, checked_level
from sctoolkit.result import Caveat, Provenance, Result, read_only, tidy_frame

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
Weights = Literal["overlap", "att"]

ALIKE = 0.1
ASSUMPTION = "nothing that was not measured decided both who took part and how they changed"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MatchedComparison(Result):
    """Weighted difference in change, and how alike the groups are; ``propensity`` and ``weights`` are (n,)."""

    estimates: tuple[Estimate, ...]
    claim: str
    rung: str
    propensity: FloatArray
    weights: FloatArray
    provenance: Provenance
    caveats: tuple[Caveat, ...] = ()

    def __post_init__(self) -> None:
        for name in ("propensity", "weights"):
            object.__setattr__(self, name, read_only(getattr(self, name)))

    def tidy(self) -> pd.DataFrame:
        """Return the estimates, then one row a covariate and weighting with its standardised difference."""
        return tidy_frame(estimate.row() for estimate in self.estimates)

    def __str__(self) -> str:
        return show(self.claim, f"({self.rung}; matched by weights)", self.estimates, self.caveats)


def matched_comparison(
    data: Any,
    *,
    outcome: str,
    unit: str,
    wave: str,
    group: str,
    covariates: Sequence[str],
    treated: Any = None,
    cluster: str | None = None,
    weights: Weights = "overlap",
    ci_level: float = 0.95,
) -> MatchedComparison:
    """Weight participants and others until they are alike at the first wave, and compare how they changed.

    Parameters
    ----------
    data : DataFrame, or an object with ``frame()``
        One row a respondent and wave.
    outcome, unit, wave, group : str
        Columns of the score, the link, the wave and the group.
    covariates : sequence of str
        Columns of the first wave that may decide who takes part; the first score is added.
    treated : optional
        Label of the group that takes part.
    cluster : str, optional
        Organisation, for CR2 errors.
    weights : {"overlap", "att"}, optional
        ``overlap``: people who could have been in either group count most, and means of the covariates are exactly
        alike; ``att``: the others are weighted to look like participants.
    ci_level : float, optional
        Level of the intervals.

    Returns
    -------
    MatchedComparison
        Weighted difference in change (primary), weighted ANCOVA and the unweighted difference, the balance of each
        covariate before and after, effective sizes and overlap. Rung L4.

    Raises
    ------
    DesignError
        If there is no comparison or fewer than five linked people on a side.

    Notes
    -----
    Propensity by logistic regression; overlap weights 1 - e for participants and e for others, ATT weights 1 and
    e/(1 - e). Errors take the weights as given, which is a little too wide as a rule.

    References
    ----------
    Li, Morgan and Zaslavsky (2018), doi:10.1080/01621459.2016.1260466; Austin (2009), doi:10.1002/sim.3697.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> one = pd.DataFrame({"id": range(60), "wave": 1, "arm": [0, 1] * 30, "age": rng.normal(40, 9, 60)})
    >>> frame = pd.concat([one.assign(y=rng.normal(3, 1, 60)), one.assign(wave=2, y=rng.normal(3, 1, 60))])
    >>> result = matched_comparison(frame, outcome="y", unit="id", wave="wave", group="arm", covariates=["age"])
    >>> [round(abs(e.estimate), 6) for e in result.estimates if e.term == "age" and e.estimator == "after weighting"]
    [0.0]
    """
    checked_level(ci_level)
    check_option("weights", weights, ("overlap", "att"))
    panel = read_panel(data, outcome=outcome, unit=unit, wave=wave, group=group, cluster=cluster, covariates=covariates)
    code, notes = treated_code(panel, group, treated)
    if code is None or panel.group is None or len(panel.waves) < 2:
        raise DesignError(
            "A matched comparison needs two groups and two waves.",
            where=[n.sentence for n in notes],
            hint="Add people without the programme and a wave before it, or use `estimate_change` for change alone.",
        )
    i, j = panel.pairs(0, len(panel.waves) - 1)
    arm = panel.group[j] == code
    if min(arm.sum(), (~arm).sum()) < 5:
        raise DesignError(
            f"At least five linked people must be on each side, not {int(arm.sum())} and {int((~arm).sum())}.",
            hint="With fewer, describe change with `estimate_change`.",
        )
    table = np.column_stack([panel.outcome[i], panel.covariates[i]])
    names = (f"{outcome} at the first wave", *panel.covariate_names)
    propensity = propensities(table, arm)
    weight = (
        np.where(arm, 1 - propensity, propensity)
        if weights == "overlap"
        else np.where(arm, 1.0, propensity / (1 - propensity))
    )
    estimates = [
        *_estimates(panel, i, j, arm, weight, ci_level, weights),
        *_balance(table, arm, weight, names),
    ]
    best = estimates[0]
    moved = moved_word(best.ci_low, best.ci_high)
    return MatchedComparison(
        estimates=tuple(estimates),
        claim=say("comparison", "L4", outcome=outcome, moved=moved, assumption=ASSUMPTION),
        rung="L4",
        propensity=propensity,
        weights=weight,
        provenance=Provenance(
            analysis=f"matched comparison of {outcome}", scale=outcome, waves=panel.waves, n_in=panel.n_in,
            n_used=2 * len(i), missing_rule="people linked over the first and last wave",
            options={"weights": weights, "covariates": list(covariates), "cluster": cluster, "ci_level": ci_level},
        ),
        caveats=(*_caveats(table, arm, weight, propensity, names), *left_out_caveat(panel)),
    )  # fmt: skip


def propensities(table: FloatArray, arm: BoolArray) -> FloatArray:
    """Return the chance to take part by logistic regression on standardised covariates, without penalty."""
    from sklearn.linear_model import LogisticRegression

    scale = table.std(axis=0)
    columns = ((table - table.mean(axis=0)) / np.where(scale > 0, scale, 1.0))[:, scale > 0]
    if not columns.shape[1]:
        return np.full(len(arm), arm.mean())
    model = LogisticRegression(C=1e10, max_iter=5000, tol=1e-10, solver="newton-cholesky").fit(columns, arm)
    chance: FloatArray = np.clip(model.predict_proba(columns)[:, 1], 1e-6, 1 - 1e-6)
    return chance


def _estimates(
    panel: Panel, i: Any, j: Any, arm: BoolArray, weight: FloatArray, level: float, kind: str
) -> list[Estimate]:
    """Return the weighted difference in change, the weighted ANCOVA and the unweighted difference."""
    clusters = None if panel.cluster is None else compact(panel.cluster[j])
    if clusters is not None and clusters.max() < 1:
        clusters = None
    taking, ones = arm.astype(float), np.ones(len(arm))
    change, before = panel.outcome[j] - panel.outcome[i], panel.outcome[i] - panel.outcome[i].mean()
    whom = {"overlap": "people who could be in either group", "att": "participants"}[kind]
    labels: dict[str, Any] = {"wave": panel.waves[-1], "clusters": clusters}
    row = np.array([1.0, 0.0])
    weighted = linear_contrast(
        np.column_stack([taking, ones]), change, row, level, weights=weight, role="primary",
        estimand=f"difference in change, {whom}", estimator=f"{kind} weights", **labels,
    )  # fmt: skip
    given = linear_contrast(
        np.column_stack([taking, ones, before]), panel.outcome[j], np.append(row, 0.0), level, weights=weight,
        role="check", estimand=f"difference after, given before, {whom}", estimator=f"{kind} weights, ANCOVA", **labels,
    )  # fmt: skip
    plain = linear_contrast(
        np.column_stack([taking, ones]), change, row, level, role="check", estimand="difference in change",
        estimator="without weights", **labels,
    )  # fmt: skip
    return [replace(e, method=f"{e.method}, weights as given") for e in (weighted, given)] + [plain]


def _balance(table: FloatArray, arm: BoolArray, weight: FloatArray, names: Sequence[str]) -> list[Estimate]:
    """Return the standardised difference of each covariate before and after weighting."""
    return [
        Estimate(
            estimand="standardised difference", estimator=when, role="detail", term=name,
            estimate=float(found.std_difference[k]), n_obs=len(arm),
            method=f"over the pooled standard deviation; variance ratio {found.variance_ratio[k]:.2f}",
        )
        for when, found in (
            ("before weighting", balance(table, arm)), ("after weighting", balance(table, arm, weight)),
        )
        for k, name in enumerate(names)
    ]  # fmt: skip


def _caveats(
    table: FloatArray, arm: BoolArray, weight: FloatArray, propensity: FloatArray, names: Sequence[str]
) -> tuple[Caveat, ...]:
    """Return effective sizes, overlap and covariates that are still unlike."""
    sizes = kish_effective_size(weight[arm]), kish_effective_size(weight[~arm])
    outside = float(((propensity[arm] > propensity[~arm].max()) | (propensity[arm] < propensity[~arm].min())).mean())
    caveats = [
        Caveat(
            code="effective_sizes",
            sentence=f"Weights leave {sizes[0]:.0f} effective participants of {int(arm.sum())} and {sizes[1]:.0f} "
            f"others of {int((~arm).sum())}; {outside:.0%} of participants have no one like them.",
            numbers={"participants": sizes[0], "others": sizes[1], "outside": outside},
            n_people=int(min(arm.sum(), (~arm).sum())),
        )
    ]
    after = balance(table, arm, weight).std_difference
    unlike = [name for name, gap in zip(names, after, strict=True) if np.isfinite(gap) and abs(gap) > ALIKE]
    if unlike:
        caveats.append(
            Caveat(
                code="still_unlike",
                sentence=f"Still more than {ALIKE:g} standard deviations apart after weighting: {', '.join(unlike)}.",
                numbers=dict(zip(names, after.tolist(), strict=True)),
            )
        )
    return tuple(caveats)

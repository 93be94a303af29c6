"""Who is missing at follow-up, and whether the result survives it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.change.doubts.attrition_shares import lost_against_rest, shares_followed_up
from sctoolkit.change.doubts.attrition_views import (
    Start,
    bounds_on_lost,
    estimate_over,
    imputed,
    start_people,
    tipping_points,
    weighted_for_staying,
)
from sctoolkit.change.route.claims import say
from sctoolkit.change.route.estimate_change import treated_code
from sctoolkit.change.route.estimates import Estimate, show
from sctoolkit.change.route.panel import left_out_caveat, read_panel
from sctoolkit.change.route.router import Assignment
from sctoolkit.numerics.change.staying_weights import kish_effective_size
from sctoolkit.options import check_option, checked_draws, checked_level, checked_seed
from sctoolkit.result import Caveat, Provenance, Result, read_only, tidy_frame

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

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
    ci_level: float = 0.95,
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
    ci_level : float, optional
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
    checked_level(ci_level)
    checked_seed(seed)
    checked_draws(n_imputations, "n_imputations", least=2)
    if assignment is not None:
        check_option("assignment", assignment, ("randomised", "existing", "matched"))
    panel = read_panel(
        data, outcome=outcome, unit=unit, wave=wave, cluster=cluster, group=group, side=side, covariates=covariates
    )
    code, notes = treated_code(panel, group, treated)
    start = start_people(panel, code, assignment == "randomised", ci_level)
    shares = shares_followed_up(panel, start)
    reference = replace(estimate_over(start, start.after, start.stayed), role="primary")
    weights, weighted = weighted_for_staying(start)
    filled = imputed(start, reference, n_imputations, seed)
    bounds = bounds_on_lost(start, scale_range)
    views = [e for e in (weighted, filled) if e is not None]
    verdict, survives = _verdict(reference, views, bounds)
    ess = kish_effective_size(weights[np.isfinite(weights)]) if np.isfinite(weights).any() else float("nan")
    tipping = tipping_points(start, reference)
    return Attrition(
        estimates=(*shares, reference, *views, *bounds, *tipping, *lost_against_rest(start)),
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


def _caveats(start: Start, ess: float, tipping: Sequence[Estimate]) -> tuple[Caveat, ...]:
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

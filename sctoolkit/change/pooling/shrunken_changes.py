"""Change in each organisation or group of people, drawn towards the mean as far as chance demands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from numbers import Integral
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.change.route.estimates import Estimate, compact, from_t, linear_contrast, show, welch
from sctoolkit.change.route.panel import Panel, left_out_caveat, read_panel
from sctoolkit.errors import DesignError, OptionError
from sctoolkit.numerics.change.meta_analysis import pool_random_effects
from sctoolkit.options import checked_level
from sctoolkit.result import Caveat, Provenance, Result, tidy_frame

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ShrunkenChanges(Result):
    """The mean change over groups, the range to expect in a new one, and each group's change raw and shrunken.

    ``spread`` is the standard deviation of true changes between groups; groups below the minimum are counted, not
    shown.
    """

    estimates: tuple[Estimate, ...]
    spread: float
    withheld: tuple[str, ...]
    provenance: Provenance
    caveats: tuple[Caveat, ...] = ()

    def tidy(self) -> pd.DataFrame:
        """Return the mean over groups, the prediction interval, then each group shrunken and raw."""
        return tidy_frame(estimate.row() for estimate in self.estimates)

    def glance(self) -> pd.DataFrame:
        """Return the number of groups and how much they differ."""
        shown = sum(e.estimator == "shrunken" for e in self.estimates)
        return pd.DataFrame([{"n_groups": shown, "n_withheld": len(self.withheld), "spread": self.spread}])

    def __str__(self) -> str:
        told = [e for e in self.estimates if e.estimator != "raw"]
        return show("Change by group, drawn towards the mean.", "(shrunken)", told, self.caveats)


def shrunken_changes(
    data: Any,
    *,
    outcome: str,
    wave: str,
    by: str,
    unit: str | None = None,
    cluster: str | None = None,
    minimum: int = 10,
    ci_level: float = 0.95,
) -> ShrunkenChanges:
    """Estimate change in every group and pool it partially.

    Parameters
    ----------
    data : DataFrame, or an object with ``frame()``
        One row a respondent and wave.
    outcome, wave, by : str
        Columns of the score, the wave and the groups: organisations, ethnic groups, or programmes.
    unit : str, optional
        Column of the link; without links the waves are compared.
    cluster : str, optional
        Organisation, when groups are kinds of people within organisations; errors are then CR2.
    minimum : int, optional
        Fewest people at each wave for a group to be shown (or used).
    ci_level : float, optional
        Level of the intervals.

    Returns
    -------
    ShrunkenChanges
        The mean over groups with Hartung-Knapp's interval (primary), the prediction interval of a new group, and for
        each group the shrunken and the raw change from the first to the last wave.

    Raises
    ------
    DesignError
        If there is one wave, or fewer than two groups are large enough.

    Notes
    -----
    Random differences between groups, REML; shrunken changes are best linear predictions. Groups are never ranked: the
    best one is best by chance as a rule.

    References
    ----------
    Hartung and Knapp (2001), doi:10.1002/sim.1009; Higgins et al. (2009), doi:10.1111/j.1467-985X.2008.00552.x.
    Oracle: site_shrinkage (metafor), on the kernel.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> one = pd.DataFrame({"id": range(60), "org": list("abc") * 20, "wave": 1, "y": rng.normal(3, 1, 60)})
    >>> frame = pd.concat([one, one.assign(wave=2, y=one["y"] + rng.normal(0.2, 0.5, 60))])
    >>> shrunken_changes(frame, outcome="y", wave="wave", by="org", unit="id").glance()["n_groups"].tolist()
    [3]
    """
    checked_level(ci_level)
    if not isinstance(minimum, Integral) or minimum < 2:
        raise OptionError(
            f"Option `minimum` must be a whole number of 2 or more, not {minimum!r}.",
            where="people that a group must have at each wave",
            hint="10 is the least that a report shows.",
        )
    panel = read_panel(data, outcome=outcome, unit=unit, wave=wave, group=by, cluster=cluster)
    if len(panel.waves) < 2 or panel.group is None:
        raise DesignError(
            f"Change by group needs two waves, and only wave {panel.waves[0]} has answers.",
            where=f"`{wave}` with a score and a group",
            hint="Add the other wave; one wave can be described with `estimate_change`.",
        )
    raw, withheld = [], []
    for code, name in enumerate(panel.groups):
        found = _change(panel.rows(panel.group == code), name, minimum, ci_level)
        if found is None or not found.std_error > 0:
            withheld.append(name)
        else:
            raw.append(found)
    if len(raw) < 2:
        how_many = "only one does" if raw else "none does"
        raise DesignError(
            f"At least two groups of `{by}` must have {minimum} people at both waves, and {how_many}.",
            where=f"{len(withheld)} of {len(panel.groups)} groups are too small or do not vary",
            hint="Merge groups, or describe the whole with `estimate_change`.",
        )
    values, variances = np.array([e.estimate for e in raw]), np.array([e.std_error for e in raw]) ** 2
    pooled = pool_random_effects(values, variances, ci_level=ci_level)
    mean = from_t(
        pooled.estimate, pooled.hksj_error, len(raw) - 1, ci_level, estimand="mean change over groups",
        estimator="random differences", role="primary", n_obs=sum(e.n_obs for e in raw), n_clusters=len(raw),
        method="REML, Hartung-Knapp",
    )  # fmt: skip
    expected = Estimate(
        estimand="change to expect in a new group", estimator="prediction interval", role="check",
        estimate=pooled.estimate, ci_low=pooled.pi_low, ci_high=pooled.pi_high, ci_level=ci_level,
        n_obs=mean.n_obs, n_clusters=len(raw), method="Higgins",
    )  # fmt: skip
    return ShrunkenChanges(
        estimates=(mean, expected, *_shrunken(raw, pooled.blups, pooled.blup_errors, ci_level), *raw),
        spread=float(np.sqrt(pooled.tau2)),
        withheld=tuple(withheld),
        provenance=Provenance(
            analysis=f"change in {outcome} by {by}", scale=outcome, waves=panel.waves, n_in=panel.n_in,
            n_used=mean.n_obs, missing_rule="rows without a score, wave or group left out",
            options={"by": by, "cluster": cluster, "minimum": minimum, "ci_level": ci_level},
        ),
        caveats=(*_caveats(withheld, minimum, float(np.sqrt(pooled.tau2)), mean), *left_out_caveat(panel)),
    )  # fmt: skip


def _change(panel: Panel, name: str, minimum: int, level: float) -> Estimate | None:
    """Return the change of one group, None when it is too small."""
    last = len(panel.waves) - 1
    early, late = panel.wave == 0, panel.wave == last
    if min(early.sum(), late.sum()) < minimum:
        return None
    labels: dict[str, Any] = {"estimand": "mean change", "estimator": "raw", "role": "detail", "group": name}
    i, j = panel.pairs(0, last)
    linked = len(i) >= minimum
    clusters = None
    if panel.cluster is not None:
        rows = j if linked else np.flatnonzero(early | late)
        clusters = compact(panel.cluster[rows])
        clusters = clusters if clusters.max() > 0 else None
    if linked:
        change = panel.outcome[j] - panel.outcome[i]
        return linear_contrast(np.ones((len(change), 1)), change, np.ones(1), level, clusters=clusters, **labels)
    if clusters is None:
        return welch(panel.outcome[late], panel.outcome[early], level, **labels)
    rows = np.flatnonzero(early | late)
    design = np.column_stack([np.ones(len(rows)), late[rows]]).astype(float)
    return linear_contrast(design, panel.outcome[rows], np.array([0.0, 1.0]), level, clusters=clusters, **labels)


def _shrunken(raw: list[Estimate], blups: FloatArray, errors: FloatArray, level: float) -> list[Estimate]:
    """Return each group's change drawn towards the mean, in the order of their names."""
    found = []
    for estimate, value, error in zip(raw, blups, errors, strict=True):
        shrunk = from_t(
            float(value), float(error), max(len(raw) - 1, 1), level, estimand="mean change", estimator="shrunken",
            role="detail", n_obs=estimate.n_obs, group=estimate.group, method="best linear prediction",
        )  # fmt: skip
        found.append(replace(shrunk, statistic=float("nan"), p_value=float("nan")))
    return found


def _caveats(withheld: list[str], minimum: int, spread: float, mean: Estimate) -> tuple[Caveat, ...]:
    """Return what a reader of groups must know."""
    caveats = [
        Caveat(
            code="no_ranking",
            sentence="Groups are not ranked: with these numbers the order is mostly chance.",
            numbers={"spread": spread},
        )
    ]
    if withheld:
        caveats.append(
            Caveat(
                code="groups_too_small",
                sentence=f"Groups with fewer than {minimum} people at a wave, or without spread, are not shown: "
                f"{len(withheld)}.",
                numbers={"n_withheld": len(withheld)},
            )
        )
    if spread == 0:
        caveats.append(
            Caveat(
                code="no_difference_between_groups",
                sentence="Groups differ no more than chance would make them: the best guess for each is the mean.",
                numbers={"mean": mean.estimate},
            )
        )
    return tuple(caveats)

"""For whom: a slope at chosen values of a moderator, and the range in which it differs from zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from sctoolkit.change.models.model_frame import require_columns
from sctoolkit.change.route.estimates import Estimate, compact, from_t, show
from sctoolkit.change.route.panel import numeric
from sctoolkit.errors import DesignError
from sctoolkit.numerics.linear.johnson_neyman import johnson_neyman
from sctoolkit.numerics.linear.least_squares import dependent_columns, fit_least_squares
from sctoolkit.numerics.linear.vcov import cluster_parts, row_parts
from sctoolkit.result import Caveat, Provenance, Result, tidy_frame


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moderation(Result):
    """How a slope depends on a moderator; ``ends`` are the moderator values at which its interval touches zero."""

    estimates: tuple[Estimate, ...]
    ends: tuple[float, ...]
    differs: str
    provenance: Provenance
    caveats: tuple[Caveat, ...] = ()

    def tidy(self) -> pd.DataFrame:
        """Return the product term, then the slope at low, middle and high values of the moderator."""
        return tidy_frame(estimate.row() for estimate in self.estimates)

    def __str__(self) -> str:
        return show(self.differs, "(moderation)", self.estimates, self.caveats)


def moderation(
    data: pd.DataFrame,
    *,
    outcome: str,
    predictor: str,
    moderator: str,
    covariates: Sequence[str] = (),
    cluster: str | None = None,
    conf_level: float = 0.95,
) -> Moderation:
    """Estimate how the slope of an outcome on a predictor depends on a moderator.

    Parameters
    ----------
    data : DataFrame
        One row a person: the outcome after, the predictor (dose or group), the moderator measured before it.
    outcome, predictor, moderator : str
        Numeric columns.
    covariates : sequence of str, optional
        Held constant; the outcome before belongs here.
    cluster : str, optional
        Organisation, for CR2.
    conf_level : float, optional
        Level of the intervals and of the Johnson-Neyman range.

    Returns
    -------
    Moderation
        The product term (primary) and the slope at the 10th, 50th and 90th percentile of the moderator; the range of
        the moderator in which the slope differs from zero, within what was seen.

    Raises
    ------
    DesignError
        If predictor and moderator do not vary apart from each other.

    Notes
    -----
    y = a + b x + c w + m x w + covariates; slope at w is b + m w with its own Satterthwaite degrees of freedom. The
    range uses those of the product term.

    References
    ----------
    Bauer and Curran (2005), doi:10.1207/s15327906mbr4003_5.

    Examples
    --------
    >>> frame = pd.DataFrame({"y": [1.0, 2, 3, 5, 2, 7], "dose": [0.0, 1, 0, 1, 0, 1], "power": [1.0, 1, 2, 2, 3, 3]})
    >>> round(moderation(frame, outcome="y", predictor="dose", moderator="power").estimates[0].estimate, 6)
    2.0
    """
    names = [outcome, predictor, moderator, *covariates]
    require_columns(data, [*names, *([cluster] if cluster else [])])
    table = np.column_stack([numeric(data, name) for name in names])
    keep = np.isfinite(table).all(axis=1)
    if cluster is not None:
        keep &= data[cluster].notna().to_numpy()
    table = table[keep]
    y, x, w = table[:, 0], table[:, 1], table[:, 2]
    design = np.column_stack([np.ones(len(y)), x, w, x * w, table[:, 3:]])
    if len(y) <= design.shape[1] or dependent_columns(design):
        raise DesignError(
            f"`{predictor}` and `{moderator}` must vary apart from each other and from the covariates.",
            where=f"{len(y)} complete rows, {design.shape[1]} terms",
        )
    fit = fit_least_squares(design, y)
    codes = None if cluster is None else compact(data[cluster].astype(str).to_numpy()[keep])
    parts = row_parts(fit, "HC2") if codes is None or codes.max() < 1 else cluster_parts(fit, codes, "CR2")
    how = "HC2, Bell-McCaffrey" if codes is None or codes.max() < 1 else "CR2, Satterthwaite"
    labels: dict[str, Any] = {
        "n_obs": len(y), "method": how, "n_clusters": None if codes is None else int(codes.max()) + 1,
    }  # fmt: skip

    def at(row: np.ndarray, **more: Any) -> Estimate:
        std_error = float(np.sqrt(max(float(row @ parts.vcov @ row), 0.0)))
        alone = parts.rests_on_one_cluster(row)
        return from_t(
            float(row @ fit.coef), float("nan") if alone else std_error, parts.dof(row), conf_level, **labels, **more
        )

    unit = np.eye(design.shape[1])
    product = at(unit[3], estimand="change of the slope by the moderator", estimator="product term", role="primary")
    slopes = [
        at(
            unit[1] + value * unit[3], estimand=f"slope of {predictor}", estimator=f"at the {name} of {moderator}",
            role="check", term=f"{moderator} = {value:.3g}",
        )
        for name, value in (
            ("10th percentile", float(np.quantile(w, 0.1))), ("middle", float(np.quantile(w, 0.5))),
            ("90th percentile", float(np.quantile(w, 0.9))),
        )
    ]  # fmt: skip
    variances = (float(parts.vcov[1, 1]), float(parts.vcov[3, 3]), float(parts.vcov[1, 3]))
    critical = float(stats.t.ppf(0.5 + conf_level / 2, product.dof)) if np.isfinite(product.dof) else float("nan")
    ends = johnson_neyman(float(fit.coef[1]), float(fit.coef[3]), variances, critical) if np.isfinite(critical) else ()
    return Moderation(
        estimates=(product, *slopes),
        ends=ends,
        differs=_range_text(float(fit.coef[1]), float(fit.coef[3]), variances, critical, ends, w, moderator),
        provenance=Provenance(
            analysis=f"{outcome} on {predictor} by {moderator}", n_in=len(data), n_used=len(y),
            missing_rule="rows with a missing value left out",
            options={"covariates": list(covariates), "cluster": cluster, "conf_level": conf_level},
        ),
        caveats=_caveats(x, w, predictor, moderator),
    )  # fmt: skip


def _range_text(
    slope: float, product: float, variances: tuple[float, float, float], critical: float, ends: Sequence[float],
    w: np.ndarray, moderator: str,
) -> str:  # fmt: skip
    """Return where, within the values seen, the slope differs from zero."""
    if not np.isfinite(critical):
        return f"Where in {moderator} the slope differs from zero cannot be judged: no interval can be given."
    low, high = float(w.min()), float(w.max())
    cuts = [low, *(end for end in ends if low < end < high), high]
    told = []
    for left, right in pairwise(cuts):
        middle = (left + right) / 2
        error = np.sqrt(max(variances[0] + 2 * middle * variances[2] + middle**2 * variances[1], 0.0))
        if abs(slope + product * middle) > critical * error:
            told.append(f"{left:.3g} to {right:.3g}")
    if not told:
        return f"Nowhere in {moderator}, from {low:.3g} to {high:.3g}, does the slope differ from zero."
    return f"The slope differs from zero where {moderator} is {' or '.join(told)} (seen: {low:.3g} to {high:.3g})."


def _caveats(x: np.ndarray, w: np.ndarray, predictor: str, moderator: str) -> tuple[Caveat, ...]:
    """Return how many people there are in each corner of predictor and moderator."""
    high_x, high_w = x > np.median(x) if np.unique(x).size > 2 else x == x.max(), w > np.median(w)
    corners = {}
    for a in (False, True):
        for b in (False, True):
            name = f"{'high' if a else 'low'} {predictor}, {'high' if b else 'low'} {moderator}"
            corners[name] = int(((high_x == a) & (high_w == b)).sum())
    smallest = min(corners.values())
    return (
        Caveat(
            code="people_in_each_corner",
            sentence="People: " + "; ".join(f"{name} {count}" for name, count in corners.items()) + ".",
            numbers=corners,
            n_people=smallest,
        ),
    )

"""For whom: a slope at chosen values of a moderator, and the range in which it differs from zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from sctoolkit.change.models.model_frame import require_columns
from sctoolkit.change.route.estimates import Estimate, compact, from_t, show
from sctoolkit.change.route.panel import numeric
from sctoolkit.errors import DesignError
from sctoolkit.numerics.linear.johnson_neyman import johnson_neyman
from sctoolkit.numerics.linear.least_squares import LeastSquares, dependent_columns, fit_least_squares
from sctoolkit.numerics.linear.vcov import ClusterParts, cluster_parts, row_parts
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
    ci_level: float = 0.95,
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
    ci_level : float, optional
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
    x, w = table[:, 1], table[:, 2]
    codes = None if cluster is None else compact(data[cluster].astype(str).to_numpy()[keep])
    slopes = _fit(table, codes, predictor, moderator, ci_level)
    product, at_values = _rows(slopes, w, predictor, moderator)
    critical = float(stats.t.ppf(0.5 + ci_level / 2, product.dof)) if np.isfinite(product.dof) else float("nan")
    ends = johnson_neyman(slopes.slope, slopes.product, slopes.variances, critical) if np.isfinite(critical) else ()
    return Moderation(
        estimates=(product, *at_values),
        ends=ends,
        differs=_range_text(slopes.slope, slopes.product, slopes.variances, critical, ends, w, moderator),
        provenance=Provenance(
            analysis=f"{outcome} on {predictor} by {moderator}", n_in=len(data), n_used=len(table),
            missing_rule="rows with a missing value left out",
            options={"covariates": list(covariates), "cluster": cluster, "ci_level": ci_level},
        ),
        caveats=_caveats(x, w, predictor, moderator),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Slopes:
    """The fitted model: y on 1, x, w, x w and covariates, with its sandwich."""

    fit: LeastSquares
    parts: ClusterParts
    level: float
    labels: dict[str, Any]

    @property
    def slope(self) -> float:
        return float(self.fit.coef[1])

    @property
    def product(self) -> float:
        return float(self.fit.coef[3])

    @property
    def variances(self) -> tuple[float, float, float]:
        vcov = self.parts.vcov
        return float(vcov[1, 1]), float(vcov[3, 3]), float(vcov[1, 3])

    def at(self, row: np.ndarray, **labels: Any) -> Estimate:
        """Return a contrast; without an error where one organisation carries it alone."""
        std_error = float(np.sqrt(max(float(row @ self.parts.vcov @ row), 0.0)))
        alone = self.parts.rests_on_one_cluster(row)
        return from_t(
            float(row @ self.fit.coef), float("nan") if alone else std_error, self.parts.dof(row), self.level,
            **self.labels, **labels,
        )  # fmt: skip


def _fit(
    table: np.ndarray, codes: npt.NDArray[np.int64] | None, predictor: str, moderator: str, level: float
) -> _Slopes:
    """Return the model of the outcome in the first column on predictor, moderator, their product and the rest."""
    x, w = table[:, 1], table[:, 2]
    design = np.column_stack([np.ones(len(x)), x, w, x * w, table[:, 3:]])
    if len(x) <= design.shape[1] or dependent_columns(design):
        raise DesignError(
            f"`{predictor}` and `{moderator}` must vary apart from each other and from the covariates.",
            where=f"{len(x)} complete rows, {design.shape[1]} terms",
            hint="Leave out a covariate that they make up, or collect people in every corner of the two.",
        )
    fit = fit_least_squares(design, table[:, 0])
    alone = codes is None or codes.max() < 1
    labels: dict[str, Any] = {
        "n_obs": len(x), "method": "HC2, Bell-McCaffrey" if alone else "CR2, Satterthwaite",
        "n_clusters": None if codes is None else int(codes.max()) + 1,
    }  # fmt: skip
    parts = row_parts(fit, "HC2") if codes is None or alone else cluster_parts(fit, codes, "CR2")
    return _Slopes(fit, parts, level, labels)


def _rows(slopes: _Slopes, w: np.ndarray, predictor: str, moderator: str) -> tuple[Estimate, list[Estimate]]:
    """Return the product term, and the slope at low, middle and high values of the moderator."""
    unit = np.eye(len(slopes.fit.coef))
    product = slopes.at(
        unit[3], estimand="change of the slope by the moderator", estimator="product term", role="primary"
    )
    points = (("10th percentile", 0.1), ("middle", 0.5), ("90th percentile", 0.9))
    values = [(name, float(np.quantile(w, share))) for name, share in points]
    return product, [
        slopes.at(
            unit[1] + value * unit[3], estimand=f"slope of {predictor}", estimator=f"at the {name} of {moderator}",
            role="check", term=f"{moderator} = {value:.3g}",
        )
        for name, value in values
    ]  # fmt: skip


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

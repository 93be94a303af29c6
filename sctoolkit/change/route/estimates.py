"""One estimate with its uncertainty and its labels, as every design hands it back."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy import stats

from sctoolkit.errors import NotIdentifiedError
from sctoolkit.numerics.change.partial_overlap import partial_overlap
from sctoolkit.numerics.linear.cluster_means import cluster_means
from sctoolkit.numerics.linear.least_squares import fit_least_squares
from sctoolkit.numerics.linear.permutation import Permutation
from sctoolkit.numerics.linear.vcov import cluster_parts, row_parts
from sctoolkit.result import Caveat

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

Role = Literal["primary", "arm", "check", "detail"]

MANY_ORGANISATIONS = 40
"""Above this number organisations enter a mixed model through a sandwich and not through effects of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number, how sure it is, and what it is of.

    ``role`` is ``primary`` for the one that the route chose, ``check`` for others that answer the same question,
    ``arm`` for the change of one group beside a difference between groups and ``detail`` for parts such as the mean of
    a wave. Undefined numbers are nan.
    """

    estimand: str
    estimator: str
    role: Role
    estimate: float
    std_error: float = float("nan")
    statistic: float = float("nan")
    dof: float = float("nan")
    p_value: float = float("nan")
    ci_low: float = float("nan")
    ci_high: float = float("nan")
    ci_level: float = 0.95
    n_obs: int = 0
    n_clusters: int | None = None
    method: str = ""
    term: str | None = None
    wave: str | None = None
    side: str | None = None
    group: str | None = None

    def row(self) -> dict[str, Any]:
        """Return the estimate as a row of the tidy vocabulary."""
        return {name: getattr(self, name) for name in self.__slots__}


def from_t(
    value: float, std_error: float, dof: float, level: float, *, estimand: str, estimator: str, role: Role,
    n_obs: int, method: str, **labels: Any,
) -> Estimate:  # fmt: skip
    """Return an estimate whose uncertainty is a t distribution; nan where the standard error is not positive."""
    if not (np.isfinite(std_error) and std_error > 0 and dof > 0):
        std_error, dof, statistic, p_value, low, high = (float("nan"),) * 6
    else:
        statistic = value / std_error
        half = float(stats.t.ppf(0.5 + level / 2, dof)) * std_error
        p_value = float(2 * stats.t.sf(abs(statistic), dof))
        low, high = value - half, value + half
    return Estimate(
        estimand=estimand, estimator=estimator, role=role, estimate=float(value), std_error=float(std_error),
        statistic=float(statistic), dof=float(dof), p_value=p_value, ci_low=float(low), ci_high=float(high),
        ci_level=level, n_obs=n_obs, method=method, **labels,
    )  # fmt: skip


def linear_contrast(
    design: FloatArray,
    outcome: FloatArray,
    row: FloatArray,
    level: float,
    *,
    clusters: IntArray | None = None,
    weights: FloatArray | None = None,
    absorb: IntArray | None = None,
    **labels: Any,
) -> Estimate:
    """Return a contrast of least-squares coefficients with CR2 and Satterthwaite, or HC2 and Bell-McCaffrey.

    Parameters
    ----------
    design : (n, p) float array
    outcome : (n,) float array
    row : (p,) float array
        Weights of the coefficients.
    level : float
        Level of the interval.
    clusters : (n,) integer array, optional
        Codes from 0; without them rows are taken as independent.
    weights, absorb
        As for `fit_least_squares`.
    **labels
        ``estimand``, ``estimator``, ``role`` and other labels of the estimate.
    """
    fit = fit_least_squares(design, outcome, weights, absorb)
    labels.setdefault("n_obs", fit.n_obs)
    value = float(row @ fit.coef)
    if fit.dof_resid <= 0:
        return from_t(value, np.nan, np.nan, level, method="no degrees of freedom left", **labels)
    if clusters is None:
        parts, method = row_parts(fit, "HC2"), "HC2, Bell-McCaffrey"
    else:
        parts, method = cluster_parts(fit, clusters, "CR2"), "CR2, Satterthwaite"
        labels.setdefault("n_clusters", int(np.unique(clusters).size))
        if labels["n_clusters"] < 2 or parts.rests_on_one_cluster(row):
            return from_t(
                value, np.nan, np.nan, level, method="no standard error: one organisation carries it alone", **labels
            )
    std_error = float(np.sqrt(max(float(row @ parts.vcov @ row), 0.0)))
    return from_t(value, std_error, parts.dof(row) if std_error > 0 else np.nan, level, method=method, **labels)


def records_contrast(
    design: FloatArray,
    outcome: FloatArray,
    row: FloatArray,
    level: float,
    unit: IntArray,
    clusters: IntArray | None,
    weights: FloatArray | None = None,
    absorb: IntArray | None = None,
    **labels: Any,
) -> Estimate:
    """Return a contrast over records of which several may be one respondent's, CR2 by organisation or by person.

    Parameters
    ----------
    unit, clusters : (n,) integer arrays
        Respondent and organisation; errors allow for organisations where there are two, otherwise for respondents.
    **labels
        As for `linear_contrast`.
    """
    if clusters is not None and np.unique(clusters).size > 1:
        codes = compact(clusters)
        return linear_contrast(design, outcome, row, level, clusters=codes, weights=weights, absorb=absorb, **labels)
    codes = compact(unit)
    if codes.max() + 1 == len(codes):
        return linear_contrast(design, outcome, row, level, weights=weights, absorb=absorb, **labels)
    found = linear_contrast(design, outcome, row, level, clusters=codes, weights=weights, absorb=absorb, **labels)
    return replace(found, n_clusters=None, method=found.method.replace("CR2,", "CR2 by person,"))


def compact(codes: npt.ArrayLike) -> IntArray:
    """Return codes as integers from 0 without gaps.

    Examples
    --------
    >>> compact([5, 9, 5]).tolist()
    [0, 1, 0]
    """
    return np.unique(np.asarray(codes), return_inverse=True)[1].astype(np.int64).ravel()


def over_organisations(
    means: FloatArray,
    level: float,
    *,
    treated: npt.NDArray[np.bool_] | None = None,
    covariates: FloatArray | None = None,
    equal_variances: bool = True,
    **labels: Any,
) -> Estimate:
    """Return the mean of organisations' values, or the difference of two sets of them, with a t test.

    Parameters
    ----------
    means : (G,) float array
        One value an organisation.
    treated : (G,) bool array, optional
        Organisations of the first set.
    covariates, equal_variances
        As for `cluster_means`.
    """
    labels.setdefault("estimator", "means of organisations")
    try:
        found = cluster_means(means, treated, covariates=covariates, equal_variances=equal_variances, ci_level=level)
    except NotIdentifiedError:
        value = float(means.mean() if treated is None else means[treated].mean() - means[~treated].mean())
        nan = float("nan")
        return from_t(value, nan, nan, level, n_clusters=len(means), method="too few organisations", **labels)
    how = "" if treated is None else ", equal variances" if equal_variances else ", Welch"
    return from_t(
        found.estimate, found.std_error, found.dof, level, n_clusters=len(means),
        method=f"means of organisations, t({found.dof:.3g}){how}", **labels,
    )  # fmt: skip


def welch(first: FloatArray, second: FloatArray, level: float, **labels: Any) -> Estimate:
    """Return the difference of two independent means, first less second, by Welch's t."""
    nothing = np.empty(0)
    found = partial_overlap(nothing, nothing, second, first)
    labels.setdefault("n_obs", len(first) + len(second))
    return from_t(found.difference, found.std_error, found.dof, level, method="Welch, people independent", **labels)


def from_permutation(found: Permutation, level: float, what: str, **labels: Any) -> Estimate:
    """Return a permutation test as an estimate; its interval is by inversion."""
    return Estimate(
        estimate=found.estimate, p_value=found.p_value, ci_low=found.ci_low, ci_high=found.ci_high, ci_level=level,
        method=f"{what}, smallest attainable p {found.smallest_p:.2g}", **labels,
    )  # fmt: skip


def show(claim: str, below: str, estimates: Sequence[Estimate], caveats: Sequence[Caveat]) -> str:
    """Return a claim, its estimates and caveats in at most 25 lines of 88 characters."""
    lines = [
        *textwrap.wrap(claim, 88),
        below,
        f"{'':8}{'estimator':33}{'estimate':>9}  {'interval':17}{'dof':>7}{'p':>7}",
    ]
    best = next((e for e in estimates if e.role == "primary"), None)
    told = [e for e in estimates if e.role != "detail"] or list(estimates)
    told = [e for e in told if e.role != "arm" or best is None or e.wave == best.wave]
    several = len({e.wave for e in told}) > 1
    digits = 3 if max((abs(e.estimate) for e in told if np.isfinite(e.estimate)), default=0.0) < 1000 else 0
    for e in told[:12]:
        interval = f"{e.ci_low:.{digits}f} to {e.ci_high:.{digits}f}" if np.isfinite(e.ci_low + e.ci_high) else "none"
        where = ", ".join(
            part
            for part in (f"wave {e.wave}" if several and e.wave else None, e.side, e.group, e.term or e.estimator)
            if part
        )
        lines.append(
            f"{e.role:8}{where[:32]:33}{e.estimate:9.{digits}f}  {interval:17}"
            f"{'' if np.isnan(e.dof) else f'{e.dof:.1f}':>7}{'' if np.isnan(e.p_value) else f'{e.p_value:.3f}':>7}"
        )
    for caveat in caveats:
        lines += textwrap.wrap(f"! {caveat.sentence}", 88, subsequent_indent="  ")
    return "\n".join(line[:88] for line in lines[:25])

"""One estimate with its uncertainty and its labels, as every design hands it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy import stats

from sctoolkit.numerics.least_squares import fit_least_squares
from sctoolkit.numerics.vcov import cluster_parts, row_parts

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

Role = Literal["primary", "check", "detail"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number, how sure it is, and what it is of.

    ``role`` is ``primary`` for the one that the route chose, ``check`` for others that answer the same question and
    ``detail`` for parts such as the mean of a wave. Undefined numbers are nan.
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


def compact(codes: npt.ArrayLike) -> IntArray:
    """Return codes as integers from 0 without gaps.

    Examples
    --------
    >>> compact([5, 9, 5]).tolist()
    [0, 1, 0]
    """
    return np.unique(np.asarray(codes), return_inverse=True)[1].astype(np.int64).ravel()

"""Mean of a survey variable with weights, strata and sampling units, and its linearised standard error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sctoolkit.errors import NotIdentifiedError

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DesignMean:
    """A mean, its standard error and the degrees of freedom of the design (sampling units less strata)."""

    mean: float
    std_error: float
    sd: float
    dof: float
    n_obs: int
    n_units: int


def design_mean(
    y: FloatArray,
    weights: FloatArray | None = None,
    strata: npt.NDArray[np.int64] | None = None,
    units: npt.NDArray[np.int64] | None = None,
) -> DesignMean:
    """Mean over the answered cases of a sample, with the design's standard error.

    Parameters
    ----------
    y : (n,) float array
        Values; nan where not answered. All cases of the sample belong in here: the unanswered ones still count in the
        design, as a domain with value 0.
    weights : (n,) float array, optional
        Sampling weights, not negative; equal without.
    strata, units : (n,) int arrays, optional
        Stratum and primary sampling unit, unit numbers being nested in strata. Without units each case is one.

    Returns
    -------
    DesignMean
        nan as standard error where fewer than two units remain.

    Raises
    ------
    NotIdentifiedError
        If nobody answered or all weights are zero.

    Notes
    -----
    mean = sum(w y) / sum(w) over the answered; with z_i = w_i (y_i - mean) / sum(w) and t_hu the sum of z in unit u of
    stratum h, variance = sum_h m_h / (m_h - 1) sum_u (t_hu - mean_h)^2. A stratum with one unit is centred at the mean
    over all strata (0), without the factor. `sd` is the weighted standard deviation with divisor sum(w) - sum(w) / n.

    References
    ----------
    Binder (1983), doi:10.2307/1402588. Oracle: R survey 4.1.1, `svymean(na.rm = TRUE)`, `survey.lonely.psu = "adjust"`.

    Examples
    --------
    >>> round(design_mean(np.array([1.0, 2.0, 3.0, 4.0])).std_error, 6)
    0.645497
    """
    answered = np.isfinite(y)
    weight = np.ones(len(y)) if weights is None else np.where(np.isfinite(weights), weights, 0.0)
    live = answered & (weight > 0.0)
    total = float(weight[live].sum())
    if total <= 0.0:
        raise NotIdentifiedError(
            "A mean needs at least one answer with a positive weight, and there is none.",
            hint="Check that the column holds numbers and the weights are above 0 where it does.",
        )
    mean = float(weight[live] @ y[live]) / total
    scores = np.zeros(len(y))
    scores[live] = weight[live] * (y[live] - mean) / total
    stratum = np.zeros(len(y), dtype=np.int64) if strata is None else strata
    unit = np.arange(len(y), dtype=np.int64) if units is None else units
    variance, n_units, n_strata = _variance_of_total(scores, stratum, unit)
    spread = float(weight[live] @ (y[live] - mean) ** 2) / total
    n_obs = int(live.sum())
    return DesignMean(
        mean=mean,
        std_error=float(np.sqrt(variance)) if n_units > 1 else float("nan"),
        sd=float(np.sqrt(spread * n_obs / (n_obs - 1))) if n_obs > 1 else float("nan"),
        dof=float(n_units - n_strata),
        n_obs=n_obs,
        n_units=n_units,
    )


def _variance_of_total(
    scores: FloatArray, strata: npt.NDArray[np.int64], units: npt.NDArray[np.int64]
) -> tuple[float, int, int]:
    """Variance of the sum of linearised scores, the number of units and of strata."""
    pairs, unit_of = np.unique(np.column_stack([strata, units]), axis=0, return_inverse=True)
    totals = np.bincount(unit_of.ravel(), weights=scores)
    names, stratum_of = np.unique(pairs[:, 0], return_inverse=True)
    size = np.bincount(stratum_of).astype(np.float64)
    center = np.where(size > 1, np.bincount(stratum_of, weights=totals) / size, 0.0)
    factor = np.where(size > 1, size / np.maximum(size - 1.0, 1.0), 1.0)
    squares = np.bincount(stratum_of, weights=(totals - center[stratum_of]) ** 2)
    return float(factor @ squares), len(totals), len(names)

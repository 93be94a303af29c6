"""How alike two groups are, before and after weighting."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Balance:
    """Weighted means (k,) of two groups, their standardised difference and the ratio of their variances."""

    treated: FloatArray
    control: FloatArray
    std_difference: FloatArray
    variance_ratio: FloatArray


def balance(covariates: FloatArray, treated: npt.NDArray[np.bool_], weights: FloatArray | None = None) -> Balance:
    """Compare two groups covariate by covariate.

    Parameters
    ----------
    covariates : (n, k) float array
    treated : (n,) bool array
    weights : (n,) float array, optional

    Returns
    -------
    Balance
        Differences over the pooled standard deviation of the groups without weights, so that weighting cannot make
        them look smaller by widening the groups; nan where a covariate does not vary.

    References
    ----------
    Austin (2009), doi:10.1002/sim.3697.

    Examples
    --------
    >>> x = np.array([[1.0], [2.0], [3.0], [4.0]])
    >>> balance(x, np.array([True, True, False, False])).std_difference.round(3)
    array([-2.828])
    """
    weight = np.ones(len(treated)) if weights is None else weights
    means, variances, plain = [], [], []
    for group in (treated, ~treated):
        rows, w = covariates[group], weight[group]
        mean = w @ rows / w.sum()
        means.append(mean)
        share = w / w.sum()
        spread = share @ (rows - mean) ** 2
        keep = 1 - (share**2).sum()
        variances.append(spread / keep if keep > 0 else np.full(rows.shape[1], np.nan))
        plain.append(rows.var(axis=0, ddof=1) if len(rows) > 1 else np.full(rows.shape[1], np.nan))
    pooled = np.sqrt((plain[0] + plain[1]) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        standardised = np.where(pooled > 0, (means[0] - means[1]) / pooled, np.nan)
        ratio = np.where(variances[1] > 0, variances[0] / variances[1], np.nan)
    return Balance(means[0], means[1], standardised, ratio)

"""Intervals of reliability coefficients: delta from a standard error, or percentiles of bootstrap draws."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sctoolkit.measurement.items.item_checks import pairwise_covariance
from sctoolkit.measurement.items.ordinal_items import OrdinalItems
from sctoolkit.measurement.items.reliability_bootstrap import linear_draws, ordinal_draws, resampling_frequencies
from sctoolkit.measurement.items.reliability_estimates import linear_estimates
from sctoolkit.measurement.items.reliability_result import NAMES, ROLES, Coefficient
from sctoolkit.numerics.reliability.omega import Denominator
from sctoolkit.numerics.reliability.reliability import log_interval
from sctoolkit.result import Caveat

FloatArray = npt.NDArray[np.float64]


def coefficient(term: str, estimate: float, std_error: float, ci: object, level: float) -> Coefficient:
    """A coefficient with its delta interval where there is a standard error and one is wanted."""
    role = ROLES.get(term, "check")
    low = high = float("nan")
    method = NAMES[term]
    if ci in ("delta", "feldt") and np.isfinite(std_error):
        low, high = log_interval(estimate, std_error, level)
        method += "; delta interval, distribution-free"
    return Coefficient(
        term=term, estimate=estimate, std_error=std_error, ci_low=low, ci_high=high, method=method, role=role
    )


def bootstrapped(
    figures: dict[str, Coefficient], table: FloatArray, coded: OrdinalItems | None, weights: FloatArray | None,
    denominator: Denominator, n_bootstrap: int, seed: int, level: float,
) -> tuple[dict[str, Coefficient], list[Caveat]]:  # fmt: skip
    """The same coefficients with percentile bootstrap intervals."""
    frequencies = resampling_frequencies(len(table), n_bootstrap, seed)
    start = None
    if np.isfinite(figures["omega_total"].estimate):
        start = linear_estimates(table, *pairwise_covariance(table), denominator).uniquenesses
    draws = linear_draws(table, frequencies, start, denominator)
    if coded is not None and weights is not None:
        draws |= ordinal_draws(coded.codes, coded.values, frequencies, weights, denominator)
    updated = dict(figures)
    failed = 0
    for term, column in draws.items():
        known = column[np.isfinite(column)]
        failed = max(failed, n_bootstrap - known.size)
        if known.size < 0.5 * n_bootstrap or not np.isfinite(figures[term].estimate):
            continue
        low, high = np.quantile(known, [0.5 - 0.5 * level, 0.5 + 0.5 * level])
        updated[term] = Coefficient(
            term=term,
            estimate=figures[term].estimate,
            std_error=float(known.std(ddof=1)),
            ci_low=float(low),
            ci_high=float(high),
            method=f"{NAMES[term]}; percentile bootstrap, {n_bootstrap} resamples",
            role=figures[term].role,
        )
    return updated, _failed_draws(failed, n_bootstrap)


def _failed_draws(failed: int, n_bootstrap: int) -> list[Caveat]:
    """A caveat that counts resamples without an estimate."""
    if not failed:
        return []
    sentence = (
        f"{failed} of {n_bootstrap} resamples gave no estimate (constant item or Heywood case) and were left out."
    )
    return [Caveat(code="failed_resamples", sentence=sentence, numbers={"failed": failed, "n_bootstrap": n_bootstrap})]

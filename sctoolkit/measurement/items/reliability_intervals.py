"""Intervals of reliability coefficients: delta from a standard error, or the bootstrap of the whole analysis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from sctoolkit.errors import OptionError
from sctoolkit.measurement.items.reliability_bootstrap import Sample, coefficient_draws
from sctoolkit.measurement.items.reliability_result import NAMES, ROLES, Coefficient
from sctoolkit.measurement.items.scale_input import ScaleInput
from sctoolkit.numerics.reliability.bootstrap import (
    bca_interval,
    jackknife_frequencies,
    percentile_interval,
    resampling_frequencies,
)
from sctoolkit.numerics.reliability.reliability import log_interval
from sctoolkit.options import CHOICES, IntervalMethod, check_option
from sctoolkit.result import Caveat

FloatArray = npt.NDArray[np.float64]

RESAMPLED = {"bootstrap": "percentile bootstrap", "bca": "BCa bootstrap"}


@dataclass(frozen=True, slots=True)
class IntervalPlan:
    """Which intervals are wanted: the method (None for none), its seed and resamples, the confidence level."""

    ci: IntervalMethod | None
    seed: int | None
    n_bootstrap: int
    level: float

    @property
    def delta(self) -> bool:
        """Whether intervals come from standard errors."""
        return self.ci in ("delta", "feldt")


def interval_plan(
    ci: IntervalMethod | Literal["auto"] | None, seed: int | None, n_bootstrap: int, level: float, *, designed: bool
) -> IntervalPlan:
    """Check the options of intervals; ``designed`` says that there are weights or clusters.

    "auto" is the bootstrap where there is a seed, else delta.

    Raises
    ------
    OptionError
        If an option is not offered, a bootstrap lacks its seed, or Feldt's interval meets weights or clusters.
    """
    if ci == "auto":
        ci = "delta" if seed is None else "bootstrap"
    if ci is not None:
        check_option("ci", ci, ("auto", *CHOICES["ci"]))
    if ci in RESAMPLED and seed is None:
        raise OptionError("Option `seed` must be given for a bootstrap, so that it can be repeated.", hint="`seed=1`.")
    if ci in RESAMPLED and n_bootstrap < 100:
        raise OptionError(
            f"Option `n_bootstrap` must be at least 100, not {n_bootstrap}.", hint="1000 or more are usual."
        )
    if ci == "feldt" and designed:
        raise OptionError(
            "Feldt's interval must come without `weights` and `cluster`: it assumes people drawn at random.",
            hint='`ci="delta"` and `ci="bootstrap"` allow for both.',
        )
    if not 0.5 <= level < 1.0:
        raise OptionError(f"Option `level` must be from 0.5 to below 1, not {level}.", hint="`level=0.95`.")
    return IntervalPlan(ci, seed, n_bootstrap, level)


def coefficients(
    estimates: Mapping[str, float], std_errors: Mapping[str, float], plan: IntervalPlan, dof: float,
    roles: Mapping[str, str] = ROLES,
) -> dict[str, Coefficient]:  # fmt: skip
    """Coefficients with delta intervals where there is a standard error and these are wanted."""
    figures = {}
    for term, estimate in estimates.items():
        error = std_errors.get(term, float("nan"))
        low = high = float("nan")
        method = NAMES[term]
        if plan.delta and np.isfinite(error):
            low, high = log_interval(estimate, error, plan.level, dof)
            method += "; delta interval, distribution-free"
        figures[term] = Coefficient(
            term=term, estimate=estimate, std_error=error, ci_low=low, ci_high=high, method=method,
            role=roles.get(term, "check"),
        )  # fmt: skip
    return figures


def bootstrapped(
    figures: dict[str, Coefficient], scale: ScaleInput, sample: Sample, plan: IntervalPlan
) -> tuple[dict[str, Coefficient], list[Caveat]]:
    """The same coefficients with bootstrap intervals: all of them from one pass over the resamples."""
    assert plan.seed is not None
    assert plan.ci is not None
    frequencies = resampling_frequencies(len(scale.table), plan.n_bootstrap, plan.seed, scale.clusters)
    left_out = np.zeros((0, len(scale.table)))
    if plan.ci == "bca":
        left_out = jackknife_frequencies(len(scale.table), scale.clusters)
    draws = coefficient_draws(scale, sample, np.vstack([frequencies, left_out]))
    of_clusters = "" if scale.n_clusters is None else f" of {scale.n_clusters} clusters"
    how = f"{RESAMPLED[plan.ci]}, {plan.n_bootstrap} resamples{of_clusters}"
    updated, failed = dict(figures), 0
    for term, column in draws.items():
        known, jackknife = (part[np.isfinite(part)] for part in np.split(column, [plan.n_bootstrap]))
        failed = max(failed, plan.n_bootstrap - known.size)
        estimate = figures[term].estimate
        if known.size < 0.5 * plan.n_bootstrap or not np.isfinite(estimate):
            continue
        if plan.ci == "bca":
            low, high = bca_interval(estimate, known, jackknife, plan.level)
        else:
            low, high = percentile_interval(known, plan.level)
        updated[term] = replace(
            figures[term], std_error=float(known.std(ddof=1)), ci_low=low, ci_high=high, method=f"{NAMES[term]}; {how}"
        )
    return updated, _failed_draws(failed, plan.n_bootstrap)


def _failed_draws(failed: int, n_bootstrap: int) -> list[Caveat]:
    """A caveat that counts resamples without an estimate."""
    if not failed:
        return []
    sentence = (
        f"{failed} of {n_bootstrap} resamples gave no estimate (constant item or Heywood case) and were left out."
    )
    return [Caveat(code="failed_resamples", sentence=sentence, numbers={"failed": failed, "n_bootstrap": n_bootstrap})]

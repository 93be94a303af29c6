"""Coefficients of one scale with their delta intervals and caveats, family by family: linear, ordinal, with groups."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.stats import skew

from sctoolkit.measurement.items.hierarchical import group_estimates
from sctoolkit.measurement.items.ordinal_guidance import ordinal_guidance
from sctoolkit.measurement.items.ordinal_items import OrdinalItems
from sctoolkit.measurement.items.reliability_estimates import dwls_weights, linear_estimates, ordinal_estimates
from sctoolkit.measurement.items.reliability_intervals import IntervalPlan, coefficients
from sctoolkit.measurement.items.reliability_result import Coefficient
from sctoolkit.measurement.items.scale_input import ScaleInput
from sctoolkit.numerics.ordinal.ordinal_statistics import Nacov, OrdinalStatistics, ordinal_statistics
from sctoolkit.numerics.reliability.hierarchical import BIFACTOR_TERM, GROUP_TERMS, Hierarchical
from sctoolkit.numerics.reliability.omega import Denominator
from sctoolkit.numerics.reliability.reliability import feldt_interval
from sctoolkit.result import Caveat

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Figures = dict[str, Coefficient]

SKEWED = 1.0
FEW_FOR_DELTA = 300


def linear_figures(
    scale: ScaleInput, denominator: Denominator, plan: IntervalPlan
) -> tuple[Figures, FloatArray | None, list[Caveat]]:
    """Alpha, standardised alpha and omega total; standardised uniquenesses; caveats."""
    fit = linear_estimates(scale, denominator)
    figures = coefficients(fit.estimates, fit.std_errors, plan, scale.dof)
    caveats = [Caveat(code="omega_not_identified", sentence=fit.problem)] if fit.problem else []
    if plan.ci == "feldt":
        low, high = feldt_interval(fit.estimates["alpha"], len(scale.table), len(scale.names), plan.level)
        figures["alpha"] = replace(figures["alpha"], ci_low=low, ci_high=high, method="alpha; Feldt interval")
        caveats += _feldt_skewed(scale)
    if fit.heywood:
        caveats.append(_heywood(scale.names, fit.heywood, "omega_total"))
    if plan.delta and not scale.complete:
        sentence = "With missing answers kept pairwise, only the bootstrap gives intervals of alpha and omega."
        caveats.append(Caveat(code="no_delta_interval", sentence=sentence))
    return figures, fit.uniquenesses, caveats


def _skewed(scale: ScaleInput) -> list[str]:
    """Items with a skewness beyond 1."""
    skewness = np.abs(skew(scale.table, axis=0, nan_policy="omit"))
    return [name for name, value in zip(scale.names, skewness, strict=True) if value > SKEWED]


def _named(items: list[str]) -> str:
    """Names of items as the beginning of a sentence."""
    listed = ", ".join(f"`{name}`" for name in items[:4]) + (f" and {len(items) - 4} more" if len(items) > 4 else "")
    return f"{listed} {'is' if len(items) == 1 else 'are'} skewed"


def _feldt_skewed(scale: ScaleInput) -> list[Caveat]:
    """A caveat on Feldt's interval where items are skewed."""
    items = _skewed(scale)
    if not items:
        return []
    sentence = (
        f"{_named(items)}, and Feldt's interval takes items as normal: 95% intervals held alpha 90% of the time in "
        "simulations. Take `delta` or the bootstrap."
    )
    return [Caveat(code="feldt_skewed", sentence=sentence, numbers={"items": items})]


def _delta_skewed(scale: ScaleInput, plan: IntervalPlan) -> list[Caveat]:
    """A caveat on delta intervals of categorical omega where items are skewed and people few."""
    items = _skewed(scale) if plan.delta and len(scale.table) < FEW_FOR_DELTA else []
    if not items:
        return []
    sentence = (
        f"{_named(items)} and people are fewer than {FEW_FOR_DELTA}: 95% delta intervals of categorical omega held the "
        "value 89% of the time in simulations. Give a `seed` for the bootstrap (93%)."
    )
    return [Caveat(code="delta_skewed", sentence=sentence, numbers={"items": items, "n_obs": len(scale.table)})]


def _heywood(names: tuple[str, ...], items: tuple[int, ...], term: str) -> Caveat:
    """The caveat on a communality of one or more."""
    named = ", ".join(f"`{names[j]}`" for j in items)
    return Caveat(
        code="heywood_case",
        sentence=f"{named} would have no unique variance in a one-factor model: {term} is doubtful; see `efa`.",
        numbers={"items": [names[j] for j in items]},
    )


def ordinal_figures(
    scale: ScaleInput, coded: OrdinalItems, denominator: Denominator, plan: IntervalPlan
) -> tuple[Figures, OrdinalStatistics, FloatArray, list[Caveat]]:
    """Categorical omega and the theoretical coefficients; polychorics; weights of the fit to them; caveats.

    Clusters count for errors alone: the fit is weighted by variances as of people drawn one by one, so that naming the
    clusters does not move the estimate.
    """

    def polychorics(extent: Nacov, clusters: IntArray | None) -> OrdinalStatistics:
        return ordinal_statistics(
            coded.codes, coded.n_categories, weights=scale.weights, clusters=clusters, missing=scale.missing,
            nacov=extent,
        )  # fmt: skip

    statistics = polychorics("full" if plan.delta else "diagonal", scale.clusters)
    apart = statistics if scale.clusters is None else polychorics("diagonal", None)
    pair_weights = dwls_weights(apart, len(scale.names))
    fit = ordinal_estimates(statistics, coded.values, denominator, pair_weights)
    figures = coefficients(fit.estimates, fit.std_errors, plan, scale.dof)
    caveats = [*coded.caveats, *ordinal_guidance(statistics, scale.names), *_delta_skewed(scale, plan)]
    if fit.heywood:
        caveats.append(_heywood(scale.names, fit.heywood, "omega_categorical"))
    if len(scale.names) == 2:
        sentence = "With two items categorical omega assumes that both measure the trait equally well."
        caveats.append(Caveat(code="equal_loadings_assumed", sentence=sentence))
    if fit.problem:
        caveats.append(Caveat(code="omega_categorical_not_estimated", sentence=fit.problem))
    return figures, statistics, pair_weights, caveats


def grouped_figures(
    scale: ScaleInput, statistics: OrdinalStatistics | None, group_factors: int, plan: IntervalPlan
) -> tuple[Figures, Hierarchical, list[Caveat]]:
    """Omega hierarchical and its companions; the solution behind them; caveats."""
    fit = group_estimates(scale, statistics, group_factors, errors=plan.delta)
    roles = dict.fromkeys((*GROUP_TERMS, BIFACTOR_TERM), "check" if statistics is None else "theoretical")
    return coefficients(fit.fit.estimates, fit.std_errors, plan, scale.dof, roles), fit.fit, list(fit.caveats)

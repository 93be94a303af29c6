"""Reliability of a scale: alpha and omega side by side, each with an interval."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.errors import OptionError
from sctoolkit.measurement.items.hierarchical import hierarchical_coefficients
from sctoolkit.measurement.items.item_checks import (
    OnReversed,
    check_direction,
    check_overlap,
    check_varying,
    dropped_rows,
    few_people,
    identical_items,
    pairwise_covariance,
    usable_rows,
)
from sctoolkit.measurement.items.ordinal_guidance import ordinal_guidance
from sctoolkit.measurement.items.ordinal_items import OrdinalItems, ordinal_items
from sctoolkit.measurement.items.reliability_estimates import dwls_weights, linear_estimates, ordinal_estimates
from sctoolkit.measurement.items.reliability_intervals import bootstrapped, coefficient
from sctoolkit.measurement.items.reliability_result import NAMES, Coefficient, Reliability
from sctoolkit.measurement.keyed import keyed_items
from sctoolkit.numerics.ordinal.ordinal_statistics import ordinal_statistics
from sctoolkit.numerics.reliability.omega import Denominator
from sctoolkit.numerics.reliability.reliability import average_correlation, feldt_interval, std_error_measurement
from sctoolkit.options import IntervalMethod, check_option
from sctoolkit.result import Caveat, Provenance

if TYPE_CHECKING:
    from sctoolkit.scoring.scores import Scores
    from sctoolkit.survey.responses import Responses

FloatArray = npt.NDArray[np.float64]


def reliability(
    data: pd.DataFrame | Scores | Responses,
    *,
    ordered: bool,
    ci: IntervalMethod | None = "delta",
    seed: int | None = None,
    scale: str | None = None,
    missing: Literal["listwise", "pairwise"] = "listwise",
    denominator: Denominator = "observed",
    on_reversed: OnReversed = "raise",
    group_factors: int | None = None,
    n_bootstrap: int = 1000,
    level: float = 0.95,
) -> Reliability:
    """Reliability of the sum (or mean) of the items of one scale.

    Parameters
    ----------
    data : DataFrame, Scores or Responses
        Keyed items, respondents in rows; `Scores` or `Responses` with `scale`.
    ordered : bool
        Whether the items are ordinal. If so, categorical omega is the headline; if not, omega total.
    ci : {"delta", "feldt", "bootstrap"} or None
        Distribution-free delta intervals; Feldt's interval for alpha with delta for the others; percentile
        bootstrap of the whole pipeline; none.
    seed : int, optional
        Needed for the bootstrap.
    scale : str, optional
        Scale of the instrument, for `Scores` and `Responses`.
    missing : {"listwise", "pairwise"}
        Complete respondents only, or for every pair of items those who answered both (no delta interval then).
    denominator : {"observed", "model"}
        Variance of the score that omega is a share of: from the observed (polychoric) correlations, or implied by
        the factor model.
    on_reversed : {"raise", "caveat"}
        What to do with items that run against the others.
    group_factors : int, optional
        Number of group factors for omega hierarchical (3 or more; with 2 it rests on an assumption).
    n_bootstrap : int
        Resamples.
    level : float
        Confidence level.

    Returns
    -------
    Reliability
        Coefficients with intervals, caveats and provenance. Coefficients are unitless and at most 1;
        ``std_error_measurement`` is in units of the item mean.

    Raises
    ------
    DataError
        If an item is constant, too few respondents are complete, or items run against each other.
    OptionError
        If an option has an unknown value, or the bootstrap lacks a seed.

    Notes
    -----
    Categorical omega is the share of variance of the sum of item scores that a common factor of the latent
    responses explains (Green and Yang 2009); factor loadings are fitted to polychorics by DWLS. Omega total is
    ``(sum l)^2 / V`` with loadings l of one congeneric factor (ML).

    References
    ----------
    Cronbach (1951), doi:10.1007/BF02310555. Green and Yang (2009), doi:10.1007/s11336-008-9099-3. Feldt (1965),
    doi:10.1007/BF02289499. Chalmers (2018), doi:10.1177/0013164417727036 (latent-response coefficients are
    theoretical). Oracle: tests/oracle/reliability.R.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> trait = rng.standard_normal((300, 1))
    >>> items = pd.DataFrame(np.digitize(trait + rng.standard_normal((300, 4)), [-1, 0, 1]), columns=list("abcd"))
    >>> round(reliability(items, ordered=True).coefficients["alpha"].estimate, 1)
    0.7
    """
    _check_options(ci, seed, missing, denominator, on_reversed, n_bootstrap, level)
    items = keyed_items(data, scale)
    rows = usable_rows(items, missing)
    table = items.to_numpy(dtype=np.float64)[rows]
    names = tuple(items.columns)
    check_varying(names, table)
    covariance, correlation = pairwise_covariance(table)
    check_overlap(names, covariance)
    caveats = [
        *check_direction(names, correlation, len(table), on_reversed),
        *identical_items(names, correlation),
        *dropped_rows(len(items), len(table)),
        *few_people(len(table), len(names), "Reliability"),
    ]
    figures, notes = _linear(table, covariance, correlation, names, denominator, ci, level)
    caveats += notes
    coded = ordinal_items(items.loc[rows]) if ordered else None
    weights = None
    if coded is not None:
        extra, weights, notes = _ordinal(coded, names, missing, denominator, ci, level)
        figures.update(extra)
        caveats += notes
    if group_factors is not None:
        extra, notes = _hierarchical(table, coded, missing, group_factors)
        figures.update(extra)
        caveats += notes
    if ci == "bootstrap" and seed is not None:
        figures, notes = bootstrapped(figures, table, coded, weights, denominator, n_bootstrap, seed, level)
        caveats += notes
    headline = _headline(figures, ordered)
    mean_sd = float(np.sqrt(covariance.sum())) / len(names)
    error = std_error_measurement(mean_sd, figures[headline].estimate)
    figures["std_error_measurement"] = Coefficient(
        term="std_error_measurement",
        estimate=error,
        role="score",
        method=f"{NAMES['std_error_measurement']}, {headline}",
    )
    figures["average_r"] = Coefficient(
        term="average_r", estimate=average_correlation(correlation), role="description", method=NAMES["average_r"]
    )
    return Reliability(
        coefficients=MappingProxyType(figures),
        headline=headline,
        ordered=ordered,
        items=names,
        ci_level=level,
        provenance=Provenance(
            analysis=f"reliability, items treated as {'ordinal' if ordered else 'continuous'}",
            scale=scale,
            n_in=len(items),
            n_used=len(table),
            missing_rule=missing,
            options={"ordered": ordered, "ci": ci, "denominator": denominator, "n_bootstrap": n_bootstrap},
            seed=seed,
        ),
        caveats=tuple(caveats),
    )


def _check_options(
    ci: object, seed: int | None, missing: str, denominator: str, on_reversed: str, n_bootstrap: int, level: float
) -> None:
    """Raise on options that are not offered."""
    if ci is not None:
        check_option("ci", ci)
    check_option("missing", missing, ("listwise", "pairwise"))
    check_option("denominator", denominator, ("observed", "model"))
    check_option("on_reversed", on_reversed, ("raise", "caveat"))
    if ci == "bootstrap" and seed is None:
        raise OptionError("Option `seed` must be given for a bootstrap, so that it can be repeated.", hint="`seed=1`.")
    if ci == "bootstrap" and n_bootstrap < 100:
        raise OptionError(f"Option `n_bootstrap` must be at least 100, not {n_bootstrap}.")
    if not 0.5 <= level < 1.0:
        raise OptionError(f"Option `level` must be from 0.5 to below 1, not {level}.", hint="`level=0.95`.")


def _linear(
    table: FloatArray,
    covariance: FloatArray,
    correlation: FloatArray,
    names: tuple[str, ...],
    denominator: Denominator,
    ci: object,
    level: float,
) -> tuple[dict[str, Coefficient], list[Caveat]]:
    """Alpha, standardised alpha and omega total."""
    fit = linear_estimates(table, covariance, correlation, denominator)
    figures = {
        term: coefficient(term, estimate, fit.std_errors.get(term, float("nan")), ci, level)
        for term, estimate in fit.estimates.items()
    }
    if ci == "feldt":
        low, high = feldt_interval(fit.estimates["alpha"], len(table), len(names), level)
        plain = figures["alpha"]
        figures["alpha"] = Coefficient(
            term="alpha", estimate=plain.estimate, std_error=plain.std_error, ci_low=low, ci_high=high,
            method="alpha; Feldt interval", role=plain.role,
        )  # fmt: skip
    caveats = [Caveat(code="omega_not_identified", sentence=fit.problem)] if fit.problem else []
    if fit.heywood:
        caveats.append(_heywood(names, fit.heywood, "omega_total"))
    if ci in ("delta", "feldt") and bool(np.isnan(table).any()):
        caveats.append(
            Caveat(
                code="no_delta_interval",
                sentence="With missing answers kept pairwise, only the bootstrap gives intervals of alpha and omega.",
            )
        )
    return figures, caveats


def _heywood(names: tuple[str, ...], items: tuple[int, ...], term: str) -> Caveat:
    """The caveat on a communality of one or more."""
    named = ", ".join(f"`{names[j]}`" for j in items)
    return Caveat(
        code="heywood_case",
        sentence=f"{named} would have no unique variance in a one-factor model: {term} is doubtful; see `efa`.",
        numbers={"items": [names[j] for j in items]},
    )


def _ordinal(
    coded: OrdinalItems, names: tuple[str, ...], missing: Literal["listwise", "pairwise"],
    denominator: Denominator, ci: object, level: float,
) -> tuple[dict[str, Coefficient], FloatArray, list[Caveat]]:  # fmt: skip
    """Categorical omega and the theoretical coefficients."""
    wanted: Literal["full", "diagonal"] = "full" if ci in ("delta", "feldt") else "diagonal"
    statistics = ordinal_statistics(coded.codes, coded.n_categories, missing=missing, nacov=wanted)
    fit = ordinal_estimates(statistics, coded.values, denominator)
    figures = {
        term: coefficient(term, estimate, fit.std_errors.get(term, float("nan")), ci, level)
        for term, estimate in fit.estimates.items()
    }
    caveats = [*coded.caveats, *ordinal_guidance(statistics, names)]
    if fit.heywood:
        caveats.append(_heywood(names, fit.heywood, "omega_categorical"))
    if len(names) == 2:
        sentence = "With two items categorical omega assumes that both measure the trait equally well."
        caveats.append(Caveat(code="equal_loadings_assumed", sentence=sentence))
    if fit.problem:
        caveats.append(Caveat(code="omega_categorical_not_estimated", sentence=fit.problem))
    return figures, dwls_weights(statistics, len(names)), caveats


def _hierarchical(
    table: FloatArray, coded: OrdinalItems | None, missing: Literal["listwise", "pairwise"], group_factors: int
) -> tuple[dict[str, Coefficient], list[Caveat]]:
    """Omega hierarchical and total by Schmid-Leiman."""
    if coded is None:
        correlation = pairwise_covariance(table)[1]
    else:
        correlation = ordinal_statistics(coded.codes, coded.n_categories, missing=missing, nacov="none").correlation
    return hierarchical_coefficients(correlation, group_factors, latent=coded is not None)


def _headline(figures: Mapping[str, Coefficient], ordered: bool) -> str:
    """Term of the coefficient to report."""
    wanted = ["omega_categorical"] if ordered else []
    for term in [*wanted, "omega_total"]:
        if np.isfinite(figures[term].estimate):
            return term
    return "alpha"

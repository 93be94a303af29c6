"""What a design could find: the detectable change, by closed form and by simulating the analysis itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import get_args

import numpy as np

from sctoolkit.change.pooling.plan_result import Plan
from sctoolkit.change.pooling.planned_design import Comparison, Design
from sctoolkit.change.pooling.planned_study import simulate_power
from sctoolkit.change.route.claims import say
from sctoolkit.change.route.router import smallest_p
from sctoolkit.errors import DesignError, OptionError
from sctoolkit.numerics.change.power import multiplier, t_power
from sctoolkit.options import check_option, checked_seed
from sctoolkit.result import Caveat, Provenance

LINKAGE_BY_MONTHS: tuple[tuple[float, float], ...] = ((0, 1.0), (1, 1.0), (4, 0.88), (12, 0.75), (18, 0.50))
"""Share of self-generated codes that link after so many months: 88-100 % at 1-4 months, 50-75 % at 12-18."""

PLAUSIBLE = 0.2
"""Standardised change that community programmes reach at most in published work (0.0 to 0.2)."""


def plan(
    *,
    n_people: float,
    n_organisations: int | None = None,
    comparison: Comparison = "none",
    share_treated: float = 0.5,
    correlation: float = 0.6,
    icc: float = 0.05,
    size_cv: float = 0.0,
    linked: float | None = None,
    months: float | None = None,
    attrition: float = 0.0,
    n_categories: int | None = None,
    alpha: float = 0.05,
    power: float = 0.8,
    plausible: float = PLAUSIBLE,
    n_simulations: int = 0,
    seed: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Plan:
    """Work out what change a design could find, before data are collected.

    Parameters
    ----------
    n_people : float
        People at the first wave in each organisation; without organisations, in all (in each group, when people are
        compared).
    n_organisations : int, optional
        Organisations in all; without it people are taken as independent.
    comparison : {"none", "organisations", "people"}, optional
        Nobody to compare with; organisations with and without the programme; or people within.
    share_treated : float, optional
        Share of organisations that take part.
    correlation : float in [-1, 1), optional
        Correlation of one person's answers over the waves.
    icc : float in [0, 1), optional
        Share of variance between organisations.
    size_cv : float, optional
        Coefficient of variation of organisations' sizes.
    linked : float in [0, 1], optional
        Share of those followed up who can be linked; all, unless ``months`` is given.
    months : float, optional
        Months between the waves; the share linked is then what self-generated codes reached in published studies.
    attrition : float in [0, 1), optional
        Share that does not answer the last wave.
    n_categories : int, optional
        The outcome is one item with so many ordered answers, not a scale score.
    alpha, power : float, optional
        Level of the test and power asked for.
    plausible : float, optional
        Largest change thought likely, in standard deviations; decides the advice.
    n_simulations : int, optional
        Simulated studies that go through `estimate_change`, for power and for false positives; 0 for none.
    seed : int, optional
        Seed of the simulation.
    progress : function, optional
        Called with the number of simulated studies done and in all.

    Returns
    -------
    Plan
        The detectable change in standard deviations of the first wave, its surface over numbers of organisations and
        people, the power at ``plausible``, and the advice: test, or estimate and do not test.

    Raises
    ------
    OptionError
        If a number lies outside its range.
    DesignError
        If the design leaves no degrees of freedom.

    Notes
    -----
    Variance of a change (total variance 1): linked pairs 2 (1 - r) / m; with a share l linked of m followed up and n at
    the start 1/n + 1/m - 2 r l m / (n m), the variance of partly overlapping samples. Organisations add 2 (1 - r) ICC.
    Detectable = multiplier of the noncentral t times the standard error, dof G - 1 or G - 2. A mixed model weighs pairs
    and single answers anew and finds a little less; its figure stands beside.

    References
    ----------
    Dong and Maynard (2013), doi:10.1080/19345747.2012.673143; Eldridge et al. (2006), doi:10.1093/ije/dyl129.
    Oracle: power_mdes.

    Examples
    --------
    >>> result = plan(n_people=23, correlation=0.7)
    >>> round(result.detectable, 2), result.advice.split(":")[0]
    (0.47, 'Estimate, do not test')
    """
    check_option("comparison", comparison, get_args(Comparison))
    checked_seed(seed)
    _check(
        n_people=(n_people, 2, np.inf), correlation=(correlation, -1, 0.9999), icc=(icc, 0, 0.9999),
        attrition=(attrition, 0, 0.9999), linked=(1.0 if linked is None else linked, 0, 1),
        share_treated=(share_treated, 0.01, 0.99), alpha=(alpha, 1e-6, 0.5), power=(power, 0.05, 0.9999),
        plausible=(plausible, 1e-6, np.inf), size_cv=(size_cv, 0, 5), months=(months or 0.0, 0, 600),
    )  # fmt: skip
    _check_counts(n_organisations, n_categories, comparison)
    share_linked = _share_linked(linked, months)
    design = Design(
        n_people=float(n_people), n_organisations=n_organisations, comparison=comparison, share_treated=share_treated,
        correlation=correlation, icc=icc if n_organisations is not None else 0.0, size_cv=size_cv,
        linked=share_linked, attrition=attrition, n_categories=n_categories,
    )  # fmt: skip
    std_error, dof = design.std_error(), design.dof()
    if dof <= 0:
        raise DesignError(
            f"{n_organisations} organisations leave no degrees of freedom to compare them.",
            hint="Describe each organisation; four on a side is where tests begin to hold.",
        )
    detectable = multiplier(dof, alpha, power) * std_error
    at_plausible = t_power(plausible / std_error, dof, alpha)
    template = "worth_testing" if detectable <= plausible else "estimate_only"
    fields = {"detectable": f"{detectable:.2f}"} | (
        {} if detectable <= plausible else {"plausible": f"{plausible:.2f}"}
    )
    simulated = simulate_power(design, detectable, alpha, n_simulations, seed, progress) if n_simulations else ()
    return Plan(
        detectable=detectable,
        std_error=std_error,
        dof=dof,
        linked=share_linked,
        power_at_plausible=at_plausible,
        detectable_mixed=detectable * (design.mixed_model_gain() if n_organisations is None else 1.0),
        advice=say(template, "L0", **fields),
        simulated=simulated,
        surface=_surface(design, alpha, power),
        provenance=Provenance(
            analysis="plan", n_used=round(n_people * (n_organisations or 1)), seed=seed,
            options={
                "n_organisations": n_organisations, "n_people": n_people, "comparison": comparison, "icc": icc,
                "correlation": correlation, "linked": share_linked, "months": months, "attrition": attrition,
                "n_categories": n_categories, "size_cv": size_cv, "alpha": alpha, "power": power,
                "plausible": plausible, "n_simulations": n_simulations,
            },
        ),
        caveats=_caveats(design, alpha, share_linked, linked, months, simulated),
    )  # fmt: skip


def _check(**ranges: tuple[float, float, float]) -> None:
    """Raise unless each number lies in its range."""
    for name, (value, low, high) in ranges.items():
        if not (low <= value <= high and np.isfinite(value)):
            allowed = f"be a number of {low:g} or more" if np.isinf(high) else f"lie from {low:g} to {high:g}"
            percent = high <= 1 < value <= 100 * high
            raise OptionError(
                f"Option `{name}` must {allowed}, not {value:g}.",
                hint=f"If {value:g}% is meant: `{name}={value / 100:g}`." if percent else "Give a number from there.",
            )


def _share_linked(linked: float | None, months: float | None) -> float:
    """Return the share linked: as said, or what self-generated codes reach after so many months."""
    if linked is not None:
        return linked
    if months is None:
        return 1.0
    known = np.array(LINKAGE_BY_MONTHS)
    return float(np.interp(months, known[:, 0], known[:, 1]))


def _check_counts(n_organisations: int | None, n_categories: int | None, comparison: str) -> None:
    """Raise unless organisations and categories are enough, and there where they are needed."""
    if n_organisations is not None and (n_organisations < 2 or int(n_organisations) != n_organisations):
        raise OptionError(
            f"Option `n_organisations` must be a whole number of 2 or more, not {n_organisations}.",
            hint="Leave `n_organisations` out where people do not come in organisations.",
        )
    if n_categories is not None and n_categories < 2:
        raise OptionError(
            f"Option `n_categories` must be 2 or more, not {n_categories}.",
            hint="Give the number of answers to choose from, such as 5, or leave it out for a score of several items.",
        )
    if comparison == "organisations" and n_organisations is None:
        raise DesignError(
            "Comparing organisations needs their number.", hint="Give `n_organisations`, or `comparison='people'`."
        )


def _surface(design: Design, alpha: float, power: float) -> tuple[tuple[int, float, float], ...]:
    """Return the detectable change over numbers of organisations and people."""
    rows = []
    organisations: Sequence[int | None] = (None,) if design.n_organisations is None else (4, 6, 8, 12, 20, 40)
    factors = (0.5, 1, 2, 4)
    for g in organisations:
        for factor in factors:
            people = max(round(design.n_people * factor), 2)
            other = replace(design, n_organisations=g, n_people=float(people))
            dof = other.dof()
            value = multiplier(dof, alpha, power) * other.std_error() if dof > 0 else float("inf")
            rows.append((g or 0, float(people), value))
    return tuple(rows)


def _caveats(
    design: Design, alpha: float, share_linked: float, linked: float | None, months: float | None,
    simulated: Sequence[tuple[float, float, int]],
) -> tuple[Caveat, ...]:  # fmt: skip
    """Return what a planner must know."""
    caveats = []
    if linked is None and months is not None:
        caveats.append(
            Caveat(
                code="linkage_from_months",
                sentence=f"After {months:g} months self-generated codes linked about {share_linked:.0%} in published "
                "studies; trust, the outcome, helped linking.",
                numbers={"months": months, "linked": share_linked},
            )
        )
    g = design.n_organisations
    if g is not None:
        a = round(g * design.share_treated)
        least = smallest_p(a, g - a) if design.comparison == "organisations" else 2 / 2**g
        if least > alpha:
            caveats.append(
                Caveat(
                    code="cannot_reach_level",
                    sentence=f"With {g} organisations a permutation cannot reach {alpha:g} by design: its smallest p "
                    f"is {least:.3g}.",
                    numbers={"min_p": least},
                )
            )
    false = [share for true, share, runs in simulated if true == 0 and runs]
    if false and false[0] > alpha + 3 * np.sqrt(alpha * (1 - alpha) / simulated[-1][2]):
        caveats.append(
            Caveat(
                code="too_many_false_positives",
                sentence=f"The analysis itself rejects {false[0]:.1%} of true nulls here, more than {alpha:.0%}.",
                numbers={"false_positives": false[0]},
            )
        )
    return tuple(caveats)

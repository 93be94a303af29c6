"""What a design could find: the detectable change, by closed form and by simulating the analysis itself."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from sctoolkit.change.route.claims import say
from sctoolkit.change.route.router import smallest_p
from sctoolkit.errors import DesignError, OptionError, SctoolkitError
from sctoolkit.numerics.change.power import design_factor, multiplier, ordered_answer_attenuation, t_power
from sctoolkit.options import check_option, checked_seed
from sctoolkit.result import Caveat, Provenance, Result, tidy_frame

Comparison = Literal["none", "organisations", "people"]

LINKAGE_BY_MONTHS: tuple[tuple[float, float], ...] = ((0, 1.0), (1, 1.0), (4, 0.88), (12, 0.75), (18, 0.50))
"""Share of self-generated codes that link after so many months: 88-100 % at 1-4 months, 50-75 % at 12-18."""

PLAUSIBLE = 0.2
"""Standardised change that community programmes reach at most in published work (0.0 to 0.2)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan(Result):
    """What could be found with these people and organisations.

    ``detectable`` is in standard deviations of the first wave, ``std_error`` that of the estimate; ``advice`` says
    whether to test. ``simulated`` holds power and false positives of the analysis itself, when asked for.
    """

    detectable: float
    std_error: float
    dof: float
    linked: float
    power_at_plausible: float
    detectable_mixed: float
    advice: str
    simulated: tuple[tuple[float, float, int], ...] = ()
    surface: tuple[tuple[int, float, float], ...] = field(default=(), repr=False)
    provenance: Provenance
    caveats: tuple[Caveat, ...] = ()

    def tidy(self) -> pd.DataFrame:
        """Return the detectable change, its surface over organisations and people, and simulated power."""
        options = self.provenance.options
        rows: list[dict[str, Any]] = [
            {
                "estimand": "detectable change", "estimator": "closed form", "role": "primary",
                "estimate": self.detectable, "std_error": self.std_error, "dof": self.dof,
                "n_obs": self.provenance.n_used, "n_clusters": options["n_organisations"],
                "method": f"power {options['power']:g}, two-sided {options['alpha']:g}, noncentral t",
            },
            {
                "estimand": "detectable change", "estimator": "closed form, mixed model", "role": "check",
                "estimate": self.detectable_mixed, "dof": self.dof, "n_obs": self.provenance.n_used,
                "n_clusters": options["n_organisations"], "method": "as above, pairs and single answers weighed anew",
            },
            {
                "estimand": f"power at a change of {options['plausible']:g}", "estimator": "closed form",
                "role": "detail", "estimate": self.power_at_plausible, "dof": self.dof,
                "n_obs": self.provenance.n_used, "n_clusters": options["n_organisations"], "method": "noncentral t",
            },
        ]  # fmt: skip
        for true, share, runs in self.simulated:
            half = 1.96 * np.sqrt(share * (1 - share) / runs)
            rows.append(
                {
                    "estimand": "false positives" if true == 0 else f"power at a change of {true:.3g}",
                    "estimator": "simulated analysis", "role": "check", "estimate": share,
                    "ci_low": max(share - half, 0.0), "ci_high": min(share + half, 1.0), "ci_level": 0.95,
                    "n_obs": runs, "method": "estimate_change on simulated data, Monte-Carlo interval",
                }
            )  # fmt: skip
        rows += [
            {
                "estimand": "detectable change", "estimator": "closed form", "role": "detail",
                "term": f"{organisations} organisations" if organisations else "people alone", "estimate": value,
                "n_obs": round(people), "n_clusters": organisations or None, "method": "surface",
            }
            for organisations, people, value in self.surface
        ]  # fmt: skip
        return tidy_frame(rows)

    def __str__(self) -> str:
        lines = [*textwrap.wrap(self.advice, 88), *self._told()]
        for caveat in self.caveats:
            lines += textwrap.wrap(f"! {caveat.sentence}", 88, subsequent_indent="  ")
        return "\n".join(line[:88] for line in lines[:25])

    def _told(self) -> list[str]:
        """Return the figures in lines."""
        options = self.provenance.options
        lines = [
            f"Detectable change: {self.detectable:.2f} standard deviations (power {options['power']:.0%}, two-sided "
            f"{options['alpha']:g})",
            f"Power at a change of {options['plausible']:g}: {self.power_at_plausible:.0%}",
        ]
        for true, share, runs in self.simulated:
            what = "False positives" if true == 0 else f"Power at {true:.2f}"
            lines.append(f"{what}, analysis simulated {runs} times: {share:.1%}")
        people = sorted({n for _, n, _ in self.surface})
        lines.append("Detectable change by people" + (" in each organisation:" if options["n_organisations"] else ":"))
        lines.append(f"{'organisations':>14}" + "".join(f"{n:9.0f}" for n in people))
        for g in dict.fromkeys(row[0] for row in self.surface):
            values = {n: value for row, n, value in self.surface if row == g}
            lines.append(f"{g or 'none':>14}" + "".join(f"{values[n]:9.2f}" for n in people))
        return lines

    def glance(self) -> pd.DataFrame:
        """Return the detectable change and the advice."""
        return pd.DataFrame(
            [
                {
                    "detectable": self.detectable, "dof": self.dof, "linked": self.linked,
                    "power_at_plausible": self.power_at_plausible, "advice": self.advice,
                }
            ]
        )  # fmt: skip


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
    check_option("comparison", comparison, ("none", "organisations", "people"))
    checked_seed(seed)
    _check(
        n_people=(n_people, 2, np.inf), correlation=(correlation, -1, 0.9999), icc=(icc, 0, 0.9999),
        attrition=(attrition, 0, 0.9999), linked=(1.0 if linked is None else linked, 0, 1),
        share_treated=(share_treated, 0.01, 0.99), alpha=(alpha, 1e-6, 0.5), power=(power, 0.05, 0.9999),
        plausible=(plausible, 1e-6, np.inf), size_cv=(size_cv, 0, 5), months=(months or 0.0, 0, 600),
    )  # fmt: skip
    if n_organisations is not None and (n_organisations < 2 or int(n_organisations) != n_organisations):
        raise OptionError(f"Option `n_organisations` must be a whole number of 2 or more, not {n_organisations}.")
    if n_categories is not None and n_categories < 2:
        raise OptionError(f"Option `n_categories` must be 2 or more, not {n_categories}.")
    if comparison == "organisations" and n_organisations is None:
        raise DesignError(
            "Comparing organisations needs their number.", hint="Give `n_organisations`, or `comparison='people'`."
        )
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
            raise OptionError(f"Option `{name}` must {allowed}, not {value:g}.")


def _share_linked(linked: float | None, months: float | None) -> float:
    """Return the share linked: as said, or what self-generated codes reach after so many months."""
    if linked is not None:
        return linked
    if months is None:
        return 1.0
    known = np.array(LINKAGE_BY_MONTHS)
    return float(np.interp(months, known[:, 0], known[:, 1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """The numbers of a planned study."""

    n_people: float
    n_organisations: int | None
    comparison: Comparison
    share_treated: float
    correlation: float
    icc: float
    size_cv: float
    linked: float
    attrition: float
    n_categories: int | None

    def std_error(self) -> float:
        """Return the standard error of the estimate in standard deviations of the first wave."""
        change = self._people()
        if self.n_organisations is None:
            variance = 2 * change if self.comparison == "people" else change
        else:
            total = 2 * (1 - self.correlation) * self.icc + (1 - self.icc) * change * self._unequal()
            if self.comparison == "organisations":
                variance = total / (self.n_organisations * self.share_treated * (1 - self.share_treated))
            elif self.comparison == "people":
                variance = 4 * (1 - self.icc) * change * self._unequal() / self.n_organisations
            else:
                variance = total / self.n_organisations
        return float(np.sqrt(variance)) / self._kept()

    def _people(self) -> float:
        """Return the variance of the mean change of the people of one organisation, total variance within 1."""
        n, m = self.n_people, self.n_people * (1 - self.attrition)
        apart = 1 / n + 1 / m - 2 * self.correlation * self.linked * m / (n * m)
        if self.linked == 1:  # the pairs alone may say more than all records compared
            return min(apart, 2 * (1 - self.correlation) / m)
        return apart

    def mixed_model_gain(self) -> float:
        """Return the standard error of a mixed model over that of the estimate, at most 1, for people alone."""
        n, m, r = self.n_people, self.n_people * (1 - self.attrition), self.correlation
        pairs = self.linked * m
        own, cross = pairs / (1 - r**2), -r * pairs / (1 - r**2)
        information = np.array([[own + n - pairs, cross], [cross, own + m - pairs]])
        contrast = np.array([-1.0, 1.0])
        best = float(contrast @ np.linalg.solve(information, contrast))
        return float(np.sqrt(min(best / self._people(), 1.0)))

    def _unequal(self) -> float:
        """Return the inflation by unequal sizes of organisations over equal ones, of the part within them."""
        if self.size_cv == 0:
            return 1.0
        return design_factor(self.n_people, self.icc, self.size_cv) / design_factor(self.n_people, self.icc)

    def _kept(self) -> float:
        """Return how much of a difference the answer format keeps."""
        if self.n_categories is None:
            return 1.0
        return ordered_answer_attenuation([1 / self.n_categories] * self.n_categories)

    def dof(self) -> float:
        """Return the degrees of freedom."""
        g = self.n_organisations
        if g is not None:
            return float(g - 2 if self.comparison == "organisations" else g - 1)
        m = self.n_people * (1 - self.attrition)
        if self.comparison == "people":
            return 2 * m - 2
        return m - 1 if self.linked == 1 else self.n_people + m - 2 - self.linked * (m - 1)


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


def simulate_power(
    design: Design, effect: float, alpha: float, n_simulations: int, seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[tuple[float, float, int], ...]:  # fmt: skip
    """Return power at a true change and false positives at none: share of simulated studies with p below alpha."""
    rows = []
    rng = np.random.default_rng(seed)
    total, done = 2 * n_simulations, 0
    for true in (effect, 0.0):
        hits = runs = 0
        for _ in range(n_simulations):
            p_value = _one_study(design, true, rng)
            done += 1
            if progress is not None:
                progress(done, total)
            if p_value is not None:
                runs += 1
                hits += p_value < alpha
        rows.append((true, hits / runs if runs else float("nan"), runs))
    return tuple(rows)


def _one_study(design: Design, true: float, rng: np.random.Generator) -> float | None:
    """Return the p-value of the primary estimate of one simulated study; None when it has none."""
    from sctoolkit.change.route.estimate_change import estimate_change

    frame = simulate_study(design, true, rng)
    options: dict[str, Any] = {"outcome": "score", "unit": "respondent", "wave": "wave", "n_draws": 99}
    if design.n_organisations is not None:
        options["cluster"] = "organisation"
    if design.comparison != "none":
        options |= {"group": "group", "treated": "1"}
    try:
        best = estimate_change(frame, **options).primary
    except SctoolkitError:
        return None
    return None if best is None or not np.isfinite(best.p_value) else best.p_value


def simulate_study(design: Design, true: float, rng: np.random.Generator) -> pd.DataFrame:
    """Return simulated answers, one row a respondent and wave, with total variance 1 at each wave."""
    g = design.n_organisations or 1
    spread = np.sqrt(np.log1p(design.size_cv**2))
    sizes = np.maximum(np.round(design.n_people * np.exp(spread * rng.normal(size=g) - spread**2 / 2)), 2).astype(int)
    if design.comparison == "people" and design.n_organisations is None:
        sizes = sizes * 2
    organisation = np.repeat(np.arange(g), sizes)
    n = len(organisation)
    if design.comparison == "organisations":
        taking = np.arange(g) < round(g * design.share_treated)
        arm = taking[organisation].astype(int)
    else:
        arm = rng.permutation(np.arange(n) % 2) if design.comparison == "people" else np.ones(n, dtype=int)
    between = np.sqrt(design.icc) * _pair(g, design.correlation, rng)[:, organisation]
    within = np.sqrt(1 - design.icc) * _pair(n, design.correlation, rng)
    scores = between + within
    scores[1] += true * (arm if design.comparison != "none" else 1)
    if design.n_categories is not None:
        cuts = stats.norm.ppf(np.arange(1, design.n_categories) / design.n_categories)
        scores = np.searchsorted(cuts, scores).astype(float) + 1
    stayed = rng.random(n) >= design.attrition
    keys = np.arange(n).astype(object)
    later = keys.copy()
    later[rng.random(n) >= design.linked] = None
    waves = [
        pd.DataFrame({"respondent": keys, "wave": 1, "organisation": organisation, "group": arm, "score": scores[0]}),
        pd.DataFrame({"respondent": later, "wave": 2, "organisation": organisation, "group": arm, "score": scores[1]}),
    ]
    return pd.concat([waves[0], waves[1][stayed]], ignore_index=True)


def _pair(n: int, correlation: float, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Return two rows of standard normal values with a correlation."""
    first = rng.normal(size=n)
    return np.vstack([first, correlation * first + np.sqrt(1 - correlation**2) * rng.normal(size=n)])


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

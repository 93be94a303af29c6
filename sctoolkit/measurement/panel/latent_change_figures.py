"""The rows of a latent change: figures of the model by group and pair of waves, differences of groups, joint tests."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import chi2 as chi2_distribution
from scipy.stats import norm

from sctoolkit.measurement.invariance.invariance_effect import fieller
from sctoolkit.measurement.invariance.invariance_result import Invariance
from sctoolkit.measurement.panel.latent_change_estimates import (
    DRIFT,
    EXPECTED,
    MEAN,
    PEOPLE,
    STABILITY,
    VARIANCE,
    WITH_BEFORE,
    WITH_START,
    ChangeFigures,
    change_figures,
)
from sctoolkit.measurement.structure.cfa_result import CfaResult
from sctoolkit.numerics.structure.implied_moments import FloatArray

NAN = float("nan")
FIGURES = {
    MEAN: ("latent", "mean change, latent SD at start"),
    VARIANCE: ("latent, variance", "variance of change, in that of the start"),
    WITH_START: ("latent, with start", "correlation of change with start"),
    STABILITY: ("latent, stability", "correlation of start and end"),
    WITH_BEFORE: ("latent, with change before", "correlation with the change before"),
    EXPECTED: ("score, expected", "change the model expects of the score, points"),
    PEOPLE: ("score, people", "of which people, points"),
    DRIFT: ("score, items", "of which item drift, points"),
}
DIFFERENCES = {
    MEAN: ("latent, difference", "difference of mean change, latent SD at start"),
    EXPECTED: ("score, expected, difference", "difference of expected change, points"),
    PEOPLE: ("score, people, difference", "of which people, points"),
    DRIFT: ("score, items, difference", "of which item drift, points"),
}
SPLIT = ("score, people", "score, items", "score, share of items", "score, people, difference",
         "score, items, difference")  # fmt: skip
"""Terms that suppose equal items, left out when they are not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeEstimate:
    """One figure with its inference; the estimand says in what it is measured, ``wave`` from when to when."""

    term: str
    estimand: str
    wave: str = ""
    group: str = ""
    estimate: float = NAN
    std_error: float = NAN
    statistic: float = NAN
    dof: float = NAN
    p_value: float = NAN
    ci_low: float = NAN
    ci_high: float = NAN
    role: str = "detail"
    estimator: str
    method: str
    n_obs: int


def latent_rows(
    model: CfaResult, ladder: Invariance, items: tuple[str, ...], waves: tuple[str, ...], ci_level: float, few: bool,
    reserved: bool,
) -> list[ChangeEstimate]:  # fmt: skip
    """Return the figures of the model and, where parameters were released, the main one without releases.

    Notes
    -----
    The main figure is the mean change from the first to the last wave; with groups, the difference of that change
    between each group and the first. It is primary, unless people are few (then a check) or the claim is reserved (then
    a detail, and no split into people and items is given: equal items suppose it).
    """
    wanted = "scalar" if "scalar" in ladder.models else "strict"
    full = ladder.models[wanted]
    level = "partial scalar" if model is not full or ladder.provenance.options["partial"] else "scalar"
    if reserved:
        rows = _model_rows(model, items, waves, ci_level, "latent change score, items held equal though they differ")
        return [replace(row, role="detail") for row in rows if row.term not in SPLIT]
    rows = _model_rows(model, items, waves, ci_level, f"latent change score, {level} model")
    rows = [replace(row, role="check") if few else row for row in rows]
    if model is not full:
        equal = _model_rows(full, items, waves, ci_level, "latent change score, all items equal")
        rows += [
            replace(row, term=f"{row.term}, all items equal", role="check") for row in equal if row.role == "primary"
        ]
    return rows


def _model_rows(
    model: CfaResult, items: tuple[str, ...], waves: tuple[str, ...], ci_level: float, method: str
) -> list[ChangeEstimate]:
    """Return the rows of one model, main ones first."""
    figures = change_figures(model.fit, items, waves)
    width = float(norm.ppf(0.5 + ci_level / 2.0))
    shared = {"estimator": model.fit.estimator, "method": method}
    groups, sizes = model.fit.data.groups, model.fit.data.n
    several = len(groups) > 1
    main = figures.pairs.index((0, len(waves) - 1))
    rows: list[ChangeEstimate] = []
    for p, (start, end) in enumerate(figures.pairs):
        span = f"{waves[start]} to {waves[end]}"
        for g in range(1, len(groups)):
            about = {"wave": span, "group": f"{groups[g]} less {groups[0]}", "n_obs": sizes[0] + sizes[g], **shared}
            rows += _differences(figures, g, p, about, width, p == main)
        for g, label in enumerate(groups):
            about = {"wave": span, "group": label, "n_obs": sizes[g], **shared}
            rows += _changes(figures, g, p, about, width, p == main and not several)
    rows += _joint_tests(figures, waves, groups, sizes, shared)
    return sorted(rows, key=lambda row: row.role != "primary")


def _changes(
    figures: ChangeFigures, group: int, pair: int, about: dict[str, object], width: float, main: bool
) -> list[ChangeEstimate]:
    """Return the figures of one change in one group."""
    rows = []
    for figure, (term, estimand) in FIGURES.items():
        at = figures.at(group, pair, figure)
        value, error = float(figures.value[group, pair, figure]), _root(figures.spread[at, at])
        if figure == WITH_BEFORE and not np.isfinite(value):
            continue
        low, high = interval(figure, value, error, width)
        row = _estimate(term, estimand, about, value, error, low, high, tested=figure != VARIANCE)
        rows.append(replace(row, role="primary") if main and figure == MEAN else row)
    drift, whole = (figures.at(group, pair, figure) for figure in (DRIFT, EXPECTED))
    if _root(figures.spread[drift, drift]) > 1e-10:
        top, bottom = (float(figures.value[group, pair, figure]) for figure in (DRIFT, EXPECTED))
        var_top, var_bottom, joint = (
            float(figures.spread[a, b]) for a, b in ((drift, drift), (whole, whole), (drift, whole))
        )
        low, high = fieller(top, bottom, var_top, var_bottom, joint, width)
        share = top / bottom if abs(bottom) > 1e-12 else NAN
        text = ("score, share of items", "share of that change that is item drift")
        rows.append(_estimate(*text, about, share, NAN, low, high, tested=False))
    return rows


def _differences(
    figures: ChangeFigures, group: int, pair: int, about: dict[str, object], width: float, main: bool
) -> list[ChangeEstimate]:
    """Return differences of one change between a group and the first one."""
    rows = []
    for figure, (term, estimand) in DIFFERENCES.items():
        a, b = figures.at(group, pair, figure), figures.at(0, pair, figure)
        value = float(figures.value[group, pair, figure] - figures.value[0, pair, figure])
        error = _root(figures.spread[a, a] + figures.spread[b, b] - 2.0 * figures.spread[a, b])
        row = _estimate(term, estimand, about, value, error, value - width * error, value + width * error)
        rows.append(replace(row, role="primary") if main and figure == MEAN else row)
    return rows


def _joint_tests(
    figures: ChangeFigures, waves: tuple[str, ...], groups: tuple[str, ...], sizes: tuple[int, ...],
    shared: dict[str, str],
) -> list[ChangeEstimate]:  # fmt: skip
    """Return Wald tests over all waves (and groups) together, where they say more than one row does."""
    steps = range(len(waves) - 1)
    places = np.array([[figures.at(g, p, MEAN) for p in steps] for g in range(len(groups))])
    span, tests = f"{waves[0]} to {waves[-1]}", []
    if len(steps) > 1:
        text = ("latent, no change", "no mean change over all waves")
        picks = [np.eye(figures.value.size)[row] for row in places]
        tests += [(text, label, pick, n) for label, pick, n in zip(groups, picks, sizes, strict=True)]
    if len(groups) > 1 and len(steps) * (len(groups) - 1) > 1:
        text = ("latent, same change", "equal mean change in all groups, all waves")
        unit = np.eye(figures.value.size)
        pick = np.concatenate([unit[row] - unit[places[0]] for row in places[1:]])
        tests.append((text, ", ".join(groups), pick, sum(sizes)))
    rows = []
    for (term, estimand), label, pick, n in tests:
        gap, spread = pick @ np.nan_to_num(figures.value.ravel()), pick @ np.nan_to_num(figures.spread) @ pick.T
        wald = float(gap @ np.linalg.pinv(spread) @ gap)
        rows.append(
            ChangeEstimate(
                term=term,
                estimand=estimand,
                wave=span,
                group=label,
                statistic=wald,
                dof=float(len(gap)),
                p_value=float(chi2_distribution.sf(wald, len(gap))),
                role="check",
                n_obs=n,
                estimator=shared["estimator"],
                method="Wald chi-square",
            )
        )
    return rows


def _estimate(
    term: str, estimand: str, about: dict[str, object], value: float, error: float, low: float, high: float, *,
    tested: bool = True,
) -> ChangeEstimate:  # fmt: skip
    """Return a row; what the model fixes (no error) has neither test nor interval."""
    known = error > 1e-10
    if not known and tested:
        error = low = high = NAN
    statistic = value / error if known and tested else NAN
    return ChangeEstimate(
        term=term, estimand=estimand, estimate=value, std_error=error, statistic=statistic,
        p_value=float(2.0 * norm.sf(abs(statistic))), ci_low=low, ci_high=high, **about,  # type: ignore[arg-type]
    )  # fmt: skip


def interval(figure: int, value: float, error: float, width: float) -> tuple[float, float]:
    """Return the interval: on the log for variances, on Fisher's z for correlations, so that it stays in range."""
    if figure == VARIANCE:
        if not value > 0.0:
            return NAN, NAN
        factor = float(np.exp(width * error / value))
        return value / factor, value * factor
    if figure in (WITH_START, STABILITY, WITH_BEFORE):
        if not abs(value) < 1.0:
            return NAN, NAN
        half = width * error / (1.0 - value**2)
        low, high = np.tanh(np.arctanh(value) + np.array([-half, half]))
        return float(low), float(high)
    return value - width * error, value + width * error


def _root(variance: FloatArray | float) -> float:
    """Return a standard error."""
    return float(np.sqrt(np.maximum(variance, 0.0)))

"""Measurement invariance over groups, sides and waves, for ordinal and continuous items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from sctoolkit.errors import OptionError
from sctoolkit.measurement.invariance.invariance_caveats import ladder_caveats
from sctoolkit.measurement.invariance.invariance_effect import item_effects, score_effects
from sctoolkit.measurement.invariance.invariance_fit import Setup, as_result, fit_level
from sctoolkit.measurement.invariance.invariance_result import Invariance, LevelTest
from sctoolkit.measurement.invariance.invariance_setup import prepare
from sctoolkit.measurement.invariance.invariance_steps import Level, ladder
from sctoolkit.measurement.invariance.partial_invariance import Freed, check_partial, propose_release
from sctoolkit.measurement.invariance.wave_model import Waves
from sctoolkit.measurement.structure.cfa_result import CfaResult
from sctoolkit.measurement.structure.confirm import check_missing, choose_estimator
from sctoolkit.measurement.structure.model_comparison import compare_models
from sctoolkit.measurement.structure.model_fit import ModelFit
from sctoolkit.measurement.structure.model_syntax import parse_model
from sctoolkit.options import Convention, Estimator, Missing, check_option

if TYPE_CHECKING:
    from sctoolkit.scoring.scores import Scores
    from sctoolkit.survey.responses import Responses

Criterion = Literal["test", "fit"]
DELTA_CFI = -0.01  # Cheung & Rensvold (2002), doi:10.1207/S15328007SEM0902_5
DELTA_RMSEA = 0.015  # Chen (2007), doi:10.1080/10705510701301834


def invariance(
    data: pd.DataFrame | Scores | Responses,
    model: str,
    *,
    ordered: bool,
    group: str | None = None,
    waves: Waves | None = None,
    unit: str | None = None,
    partial: Sequence[str] = (),
    estimator: Estimator | None = None,
    extra_levels: Sequence[str] = (),
    criterion: Criterion = "test",
    alpha: float = 0.05,
    propose: bool = True,
    weights: str | None = None,
    cluster: str | None = None,
    missing: Missing = "listwise",
    convention: Convention = "lavaan",
    empty_categories: str = "refuse",
    scale: str | None = None,
    ci_level: float = 0.95,
) -> Invariance:
    """Test whether items measure alike in groups, on sides, or at waves, and say what drift does to scores.

    Parameters
    ----------
    data : DataFrame, Scores or Responses
        Keyed items. Waves may stand in rows (``waves`` names the column, ``unit`` that of respondents) or in columns.
    model : str
        Factor model of one group at one wave.
    ordered : bool
        Whether items are ordinal.
    group : str, optional
        Column of groups or sides.
    waves : str, sequence of str, or mapping, optional
        Column of waves; endings of columns (`x1_pre`, `x1_post`: ``["pre", "post"]``); or wave -> {item: column}.
    unit : str, optional
        Column of respondents, for waves in rows.
    partial : sequence of str
        Parameters free in all levels, without waves: ``"f =~ item2"``, ``"item3 | t1"``, ``"item1 ~ 1"``,
        ``"item1 ~~ item1"``. Each must be a parameter that some level holds equal.
    estimator : str, optional
        WLSMV for ordinal items, MLR for continuous ones.
    extra_levels : sequence of {"variances", "covariances", "means"}
        Structural levels after strict.
    criterion : {"test", "fit"}
        What decides whether a level holds: the difference test at ``alpha``, or a fall of the CFI below .010 together
        with a rise of the RMSEA below .015.
    alpha : float
    propose : bool
        Search for releases where a level does not hold.
    weights, cluster, missing, convention, empty_categories, scale
        As in `sctoolkit.cfa`. Weights count in the observed gap and spread of `effect()` and `items()` too.
    ci_level : float
        Level of the intervals of drift and of its share.

    Returns
    -------
    Invariance
        ``verdict``, ``tidy()`` (one row a level), ``models[level]``, ``effect()`` (points of gap or change that are
        item drift, with intervals), ``items()`` (dMACS and others), ``releases()``, ``alignment()``.

    Raises
    ------
    DataError
        Where a group or wave lacks a category (see ``empty_categories``), or data do not fit the model.
    OptionError
        If neither ``group`` nor ``waves`` is given, or ``partial`` names what no level holds equal.

    Notes
    -----
    Ordinal items: theta parameterization and the order of Wu & Estabrook (2016): thresholds, loadings, intercepts,
    residuals; difference tests by the Jacobian construction. With three categories the thresholds level adds no degree
    of freedom; with two, only the joint level is tested. Waves are blocks of one model; residuals of an item covary
    over waves at every level. A level is tested against the level below as accepted, releases included.

    Robust (catML) indices of constrained levels estimate what they stand for, the misfit of the correlations: over
    simulated samples the mean RMSEA lies within .002 of a population value above zero (.01 above a zero one, since it
    cannot be negative), the CFI within .003, at every level. That misfit is not all of it: two of eight intercepts 0.4
    apart make a robust RMSEA of .014 and CFI of .996, while scaled ones are .062 and .962 and the difference test
    always rejects; and equal thresholds add degrees of freedom that lower the RMSEA (.068 configural, .049 strict, the
    same misfit). So a change of CFI or RMSEA of ordinal items is that of the scaled indices
    (benchmarks/RESULTS-robust_indices.md).

    References
    ----------
    Wu & Estabrook (2016), doi:10.1007/s11336-016-9506-0; Satorra (2000); Svetina, Rutkowski & Rutkowski (2020),
    doi:10.1080/10705511.2019.1602776.   Oracle: tests/oracle/invariance.R (semTools, lavaan).

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> trust = rng.normal(size=(500, 1))
    >>> answers = pd.DataFrame(np.digitize(trust + rng.normal(size=(500, 4)), [-1, 0, 1]), columns=list("abcd"))
    >>> answers["side"] = np.repeat(["residents", "staff"], 250)
    >>> result = invariance(answers, "trust =~ a + b + c + d", ordered=True, group="side")
    >>> list(result.tidy()["level"])
    ['configural', 'thresholds', 'metric', 'scalar', 'strict']
    """
    chosen = choose_estimator(ordered, estimator)
    if ordered and chosen in ("WLS", "DWLS", "ULS"):
        raise OptionError(
            f"Invariance of ordinal items must rest on a corrected estimator, not `{chosen}`.",
            hint="Use WLSMV, WLSM, ULSMV or ULSM.",
        )
    check_missing(ordered, missing)
    check_option("convention", convention)
    check_option("criterion", criterion, ("test", "fit"))
    check_option("empty_categories", empty_categories, ("refuse", "collapse"))
    if group is None and waves is None:
        raise OptionError(
            "Invariance must be over `group`, `waves` or both, and neither is given.",
            hint="Name the column of groups, `group='side'`, or the waves, `waves=['pre', 'post']`.",
        )
    if not 0.0 < ci_level < 1.0:
        raise OptionError(f"`ci_level` must lie between 0 and 1, not be {ci_level}.", hint="For example 0.95.")
    options = {
        "model": model, "ordered": ordered, "estimator": chosen, "group": group, "waves": waves, "unit": unit,
        "partial": tuple(partial), "criterion": criterion, "alpha": alpha, "convention": convention,
        "empty_categories": empty_categories, "weights": weights, "cluster": cluster,
    }  # fmt: skip
    setup = prepare(
        data, parse_model(model), ordered, chosen, group, waves, unit, weights, cluster, missing, convention,
        empty_categories, scale, options,
    )  # fmt: skip
    counts = [len(codes) - 1 for codes in setup.data.categories.values()] if ordered else []
    levels = ladder(ordered, counts, extra_levels)
    check_partial(setup, levels, partial)
    return _summed_up(setup, levels, _climb(setup, levels, tuple(partial), criterion, alpha, propose), ci_level)


@dataclass(frozen=True, slots=True)
class _Climbed:
    """Fits of all levels, in full and with releases, and their tests."""

    models: dict[str, CfaResult]
    partial_models: dict[str, CfaResult]
    tests: tuple[LevelTest, ...]
    freed: tuple[Freed, ...]


def _climb(
    setup: Setup, levels: Sequence[Level], partial: tuple[str, ...], criterion: str, alpha: float, propose: bool
) -> _Climbed:
    """Return all levels with their tests and releases."""
    models: dict[str, CfaResult] = {}
    partial_models: dict[str, CfaResult] = {}
    tests: list[LevelTest] = []
    freed: tuple[Freed, ...] = ()
    accepted: ModelFit | None = None
    full: ModelFit | None = None
    climbing = True
    for level in levels:
        fit = fit_level(setup, level.kinds, partial)
        models[level.name] = as_result(setup, fit)
        if accepted is None or full is None:
            tests.append(LevelTest(level.name, None, np.nan, np.nan, True, (), True))
            accepted = full = fit
            continue
        names = (*partial, *(entry.parameter for entry in freed))
        own = fit_level(setup, level.kinds, names) if freed else fit
        below = accepted if climbing else full
        test = compare_models(full, fit)
        change = _change(models[tests[-1].level], models[level.name], setup.ordered)
        holds = _holds(test.p_value, test.dof, change, criterion, alpha)
        stepped = compare_models(below, own) if freed else test
        partial_holds = climbing and (_holds(stepped.p_value, stepped.dof, change, "test", alpha) if freed else holds)
        new: tuple[Freed, ...] = ()
        if climbing and not partial_holds and propose and criterion == "test":
            own, new = propose_release(setup, level, below, own, names, alpha)
            partial_holds = bool(new) and new[-1].p_after >= alpha
        freed = (*freed, *new) if partial_holds else freed
        if partial_holds and freed:
            partial_models[level.name] = as_result(setup, own)
        tests.append(LevelTest(level.name, test, *change, holds, new, partial_holds))
        climbing = climbing and partial_holds
        accepted, full = (own if climbing else accepted), fit
    return _Climbed(models, partial_models, tuple(tests), freed)


def _summed_up(setup: Setup, levels: Sequence[Level], climbed: _Climbed, ci_level: float) -> Invariance:
    """Return verdicts, effects of drift and caveats."""
    partial_verdict = _highest([entry.partial_holds for entry in climbed.tests], levels)
    metric = _common_metric(climbed.models, climbed.partial_models, partial_verdict, levels)
    return Invariance(
        provenance=setup.provenance,
        caveats=ladder_caveats(setup, climbed.models, climbed.tests, levels),
        verdict=_highest([entry.holds for entry in climbed.tests], levels),
        partial_verdict=partial_verdict,
        freed=climbed.freed,
        models=climbed.models,
        partial_models=climbed.partial_models,
        tests=climbed.tests,
        score_effects=() if metric is None else score_effects(setup, metric, ci_level),
        item_effects=() if metric is None else item_effects(setup, metric),
        setup=setup,
    )


def _common_metric(
    models: dict[str, CfaResult], partial_models: dict[str, CfaResult], verdict: str, levels: Sequence[Level]
) -> ModelFit | None:
    """Return the (partial) scalar model, when that level is reached; the joint level for two categories."""
    names = [level.name for level in levels]
    wanted = "scalar" if "scalar" in names else "strict"
    if names.index(verdict) < names.index(wanted):
        return None
    return (partial_models.get(wanted) or models[wanted]).fit


def _change(below: CfaResult, level: CfaResult, ordered: bool) -> tuple[float, float]:
    """Return changes of CFI and RMSEA: robust for continuous items, scaled for ordinal ones (see `invariance`)."""
    for end in ("_scaled", "") if ordered else ("_robust", "_scaled", ""):
        values = [model.measures[f"{name}{end}"] for model in (below, level) for name in ("cfi", "rmsea")]
        if all(np.isfinite(values)):
            return values[2] - values[0], values[3] - values[1]
    return np.nan, np.nan


def _holds(p_value: float, dof: int, change: tuple[float, float], criterion: str, alpha: float) -> bool:
    """Say whether a level holds; a level without degrees of freedom always does."""
    if dof <= 0:
        return True
    if criterion == "fit":
        return change[0] >= DELTA_CFI and change[1] <= DELTA_RMSEA
    return p_value >= alpha


def _highest(holds: Sequence[bool], levels: Sequence[Level]) -> str:
    """Return the last level before the first that does not hold."""
    name = levels[0].name
    for level, good in zip(levels, holds, strict=True):
        if not good:
            break
        name = level.name
    return name

"""Which equalities to release when a level of invariance does not hold, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sctoolkit.errors import OptionError, SctoolkitError, did_you_mean
from sctoolkit.measurement.invariance.invariance_fit import Setup, fit_level
from sctoolkit.measurement.invariance.invariance_steps import Level
from sctoolkit.measurement.structure.group_constraints import base_name, kind_of
from sctoolkit.measurement.structure.model_comparison import compare_models
from sctoolkit.measurement.structure.model_fit import ModelFit
from sctoolkit.measurement.structure.parameter_table import ParameterTable, group_models
from sctoolkit.measurement.structure.specification import specify
from sctoolkit.numerics.structure.implied_jacobian import jacobian
from sctoolkit.numerics.structure.implied_moments import FloatArray, evaluate, moments
from sctoolkit.numerics.structure.normal_patterns import moment_gradient, moment_information
from sctoolkit.numerics.structure.robust_tests import upper_tail
from sctoolkit.numerics.structure.wls import weigh

MIN_EQUAL_THRESHOLDS = 2
MIN_INVARIANT_ITEMS = 2


@dataclass(frozen=True, slots=True)
class Freed:
    """One release: parameter, level, score test (scaled) and the level's test before and after."""

    level: str
    parameter: str
    score_chi2: float
    score_dof: int
    score_p_value: float
    p_before: float
    p_after: float


def propose_release(
    setup: Setup, level: Level, lower: ModelFit, fit: ModelFit, partial: Sequence[str], alpha: float
) -> tuple[ModelFit, tuple[Freed, ...]]:
    """Return the level with the fewest releases that let it hold, and what was released.

    Parameters
    ----------
    setup : Setup
    level : Level
        The level that does not hold.
    lower : ModelFit
        The level below it, as accepted.
    fit : ModelFit
        The level in full.
    partial : sequence of str
        Releases of lower levels.
    alpha : float

    Returns
    -------
    fit : ModelFit
        The level with the releases; still rejected when no release was left to make.
    freed : tuple of Freed

    Notes
    -----
    Forward search: at each step the equality of this level with the largest scaled score test (the loss of fit that it
    causes) is released and the level tested again. Kept equal in any case: two thresholds of every item and, at other
    levels, two items of every factor.
    """
    freed: list[Freed] = []
    names = list(partial)
    p_value = compare_models(lower, fit).p_value
    while not p_value >= alpha:
        ranked = _ranked(setup, level, fit, names)
        if not ranked:
            break
        name, chi2, dof = ranked[0]
        if upper_tail(chi2, dof) >= alpha and freed:
            break
        try:
            candidate = fit_level(setup, level.kinds, [*names, name])
            after = compare_models(lower, candidate).p_value
        except SctoolkitError:
            break
        freed.append(Freed(level.name, name, chi2, dof, upper_tail(chi2, dof), p_value, after))
        names.append(name)
        fit, p_value = candidate, after
        if not np.isfinite(p_value):
            break
    return fit, tuple(freed)


def check_partial(setup: Setup, levels: Sequence[Level], partial: Sequence[str]) -> None:
    """Raise for a release that is no parameter held equal at some level.

    Parameters
    ----------
    setup : Setup
    levels : sequence of Level
    partial : sequence of str
        Names without wave.

    Raises
    ------
    OptionError
        With the nearest name where one is near.
    """
    if isinstance(partial, str):
        raise OptionError(
            f"`partial` must be a list of parameters, not the text `{partial}`.", hint=f'Write `partial=["{partial}"]`.'
        )
    table = _table(setup, levels[0], ())
    rows = [row for row in table.parameters if kind_of(row, table.variables) in levels[-1].kinds]
    known = {base_name(row, table.variables): None for row in rows}
    squeezed = {name.replace(" ", "") for name in known}
    for name in partial:
        if name.replace(" ", "") not in squeezed:
            raise OptionError(
                f"`partial` must name parameters that a level holds equal, and `{name}` is none.",
                where=f"Levels: {', '.join(level.name for level in levels[1:])}.",
                hint=did_you_mean(name, known),
            )


def _ranked(setup: Setup, level: Level, fit: ModelFit, partial: Sequence[str]) -> list[tuple[str, float, int]]:
    """Return the equalities of a level that may be released, with their score tests, largest first per dof."""
    found = []
    for name in _candidates(setup, level, partial):
        table = _table(setup, level, [*partial, name])
        chi2, dof = _score_test(fit, table)
        if dof > 0:
            found.append((name, chi2, dof))
    return sorted(found, key=lambda entry: upper_tail(entry[1], entry[2]) - 1e-12 * entry[1])


def _candidates(setup: Setup, level: Level, partial: Sequence[str]) -> list[str]:
    """Return names of parameters of the level that may still be released."""
    names: list[str] = []
    measured = [term for term in setup.base.terms if term.op == "=~" and term.rhs not in setup.base.latents]
    released = {name.replace(" ", "") for name in partial}
    for kind in level.added:
        for latent in setup.base.latents:
            own = [term.rhs for term in measured if term.lhs == latent]
            pattern = {"loadings": "{f} =~ {x}", "intercepts": "{x} ~ 1", "residuals": "{x} ~~ {x}"}.get(kind)
            if pattern is not None:
                options = [pattern.format(f=latent, x=item) for item in own]
                left = [name for name in options if name.replace(" ", "") not in released]
                if len(left) > MIN_INVARIANT_ITEMS:
                    names += left
            elif kind == "thresholds":
                for item in own:
                    count = len(setup.data.categories[setup.column(item, 0)]) - 1
                    options = [f"{item} | t{number + 1}" for number in range(count)]
                    left = [name for name in options if name.replace(" ", "") not in released]
                    if len(left) > MIN_EQUAL_THRESHOLDS:
                        names += left
    return list(dict.fromkeys(names))


def _table(setup: Setup, level: Level, partial: Sequence[str]) -> ParameterTable:
    """Return the parameter table of a level with releases."""
    return specify(
        setup.syntax,
        setup.data,
        ordered=setup.ordered,
        parameterization="theta",
        std_lv=True,
        mean_structure=True,
        fixed_x=False,
        kinds=level.kinds,
        partial=partial,
        occasion=setup.occasion,
    )


def _score_test(fit: ModelFit, table: ParameterTable) -> tuple[float, int]:
    """Return the scaled score test of the parameters that ``table`` frees beyond the fit, at its estimates."""
    free = [index for index, row in enumerate(table.parameters) if row.role == "free"]
    gap = fit.estimates[free] - table.offset[free]
    z: FloatArray = np.asarray(np.linalg.lstsq(table.mapping[free], gap, rcond=None)[0], dtype=np.float64)
    models = group_models(table)
    q = z.size
    gradient, bread, meat = np.zeros(q), np.zeros((q, q)), np.zeros((q, q))
    groups = fit.moments or fit.normal
    total = sum(group.n for group in groups)
    for index, model in enumerate(models):
        share = groups[index].n / total
        state = evaluate(model, z)
        slope = jacobian(model, fit.layouts[index], state)
        if fit.ordered:
            own = fit.moments[index]
            weighted = weigh(own.weight, slope)
            gradient += share * weighted.T @ (own.observed - moments(fit.layouts[index], state))
            bread += share * weighted.T @ slope
            meat += share * weighted.T @ own.gamma @ weighted
        else:
            normal = fit.normal[index]
            gradient += slope.T @ moment_gradient(normal.patterns, state.mu, state.sigma) / total
            weight = moment_information(normal.patterns, state.mu, state.sigma, observed=False) / normal.n
            bread += share * slope.T @ weight @ slope
    return _scaled_score(fit, gradient, bread, meat if fit.ordered else bread, total, q - fit.z.size)


def _scaled_score(
    fit: ModelFit, gradient: FloatArray, bread: FloatArray, meat: FloatArray, total: float, dof: int
) -> tuple[float, int]:
    """Return N g' B^-1 g over its expectation per degree of freedom."""
    if dof <= 0:
        return 0.0, 0
    values, vectors = np.linalg.eigh(bread)
    keep = values > 1e-9 * values[-1]
    inverse = (vectors[:, keep] / values[keep]) @ vectors[:, keep].T
    score = total * float(gradient @ inverse @ gradient)
    if not fit.ordered or fit.sandwich is None:
        return score, dof
    expected = float(np.sum(inverse * meat)) - float(np.sum(fit.sandwich.bread_inverse * fit.sandwich.meat))
    return (score * dof / expected if expected > 1e-8 else score), dof

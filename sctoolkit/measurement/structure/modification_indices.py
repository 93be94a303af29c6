"""What the fit would gain if a fixed parameter were free or an equality were released."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from sctoolkit.measurement.structure.model_fit import ModelFit
from sctoolkit.measurement.structure.parameter_table import Parameter, place
from sctoolkit.measurement.structure.standardized import standardized_values
from sctoolkit.numerics.structure.implied_jacobian import jacobian
from sctoolkit.numerics.structure.implied_moments import FloatArray, GroupModel, evaluate, moments
from sctoolkit.numerics.structure.normal_patterns import moment_gradient, moment_information
from sctoolkit.numerics.structure.robust_tests import upper_tail
from sctoolkit.numerics.structure.wls import weigh


def modification_indices(fit: ModelFit, *, minimum: float = 0.0, power_delta: float = 0.1) -> pd.DataFrame:
    """Return modification indices of every cross-loading, residual covariance and equality.

    Parameters
    ----------
    fit : ModelFit
    minimum : float
        Smallest index shown.
    power_delta : float
        Standardised change that would matter; the power of the test against it decides how an index is to be read.

    Returns
    -------
    DataFrame
        Columns ``lhs, op, rhs, group, mi, mi_scaled, p_value, epc, epc_std_all, power, reading``; largest first.
        ``mi_scaled`` is divided by the scaling of its one degree of freedom. An equality is one row a parameter that
        it holds, with operator as in the model.

    Notes
    -----
    With residuals e, Jacobian D of the free parameters and d of the candidate: g = d'We,
    v = d'Wd - d'WD (D'WD)^-1 D'Wd, MI = N g^2 / v, EPC = g / v. ``reading`` follows Saris, Satorra & van der Veld
    (2009): a significant index with low power is a misspecification; with high power its expected change decides; an
    insignificant one with low power is undecided. Many candidates are tested at once: p-values are not adjusted.

    References
    ----------
    Sorbom (1989), doi:10.1007/BF02294623; Saris, Satorra & van der Veld (2009), doi:10.1080/10705510903203433.
    """
    assert fit.sandwich is not None
    candidates = [*_fixed_candidates(fit), *_equality_candidates(fit)]
    if not candidates:
        return pd.DataFrame(columns=["lhs", "op", "rhs", "group", "mi", "epc"])
    names = [candidate[0] for candidate in candidates]
    columns = [np.column_stack([candidate[1][group] for candidate in candidates]) for group in range(len(fit.groups))]
    gradient, curvature, spread = _scores(fit, columns)
    total = float(sum(group.n for group in (fit.moments or fit.normal)))
    usable = curvature > 1e-8
    safe = np.where(usable, curvature, np.nan)
    factor = total
    if fit.ordered and fit.convention == "lavaan":
        factor = total * ((total - len(fit.groups)) / total) ** 2
    mi, epc = factor * gradient**2 / safe, gradient / safe
    scaled = mi / (spread / safe)
    standard = _standard_change(fit, names, epc)
    with np.errstate(divide="ignore", invalid="ignore"):
        wanted = power_delta * np.abs(epc / standard)
    frame = pd.DataFrame(
        {
            "lhs": [row.lhs for row in names],
            "op": [row.op for row in names],
            "rhs": [row.rhs for row in names],
            "group": [fit.groups[row.group] for row in names],
            "mi": mi,
            "mi_scaled": scaled,
            "p_value": [upper_tail(float(value), 1) for value in scaled],
            "epc": epc,
            "epc_std_all": standard,
            "power": _power(wanted**2 * total * safe),
        }
    )
    frame["reading"] = [
        _reading(p, power, change, power_delta)
        for p, power, change in zip(frame["p_value"], frame["power"], frame["epc_std_all"], strict=True)
    ]
    frame = frame[usable & (frame["mi"] >= minimum)]
    return frame.sort_values("mi", ascending=False, kind="stable").reset_index(drop=True)


def _fixed_candidates(fit: ModelFit) -> list[tuple[Parameter, list[FloatArray]]]:
    """Return cross-loadings, covariances and direct effects of covariates that are zero, with Jacobian columns."""
    found: list[tuple[Parameter, list[FloatArray]]] = []
    known = {(row.lhs, row.op, row.rhs) for row in fit.table.parameters}
    measured = {row.rhs for row in fit.table.parameters if row.op == "=~"}
    items = [name for name in fit.items if name in measured]
    names: list[tuple[str, str, str]] = [
        (latent, "=~", item) for latent in fit.latents for item in items if (latent, "=~", item) not in known
    ]
    for pool in (items, list(fit.latents)):
        for position, first in enumerate(pool):
            for second in pool[position + 1 :]:
                if (first, "~~", second) not in known and (second, "~~", first) not in known:
                    names.append((first, "~~", second))
    names.extend(
        (item, "~", x) for x in fit.table.variables.covariates for item in items if (item, "~", x) not in known
    )
    for group, model in enumerate(fit.models):
        rows = [Parameter(*name, group, "free", 0.0) for name in names]
        block = _columns(fit, model, group, rows)
        for position, row in enumerate(rows):
            parts = [np.zeros(layout.n_moments) for layout in fit.layouts]
            parts[group] = block[:, position]
            found.append((row, parts))
    return found


def _equality_candidates(fit: ModelFit) -> list[tuple[Parameter, list[FloatArray]]]:
    """Return parameters held equal to others, with the Jacobian columns that move them alone."""
    labels: dict[str, list[int]] = {}
    for index, row in enumerate(fit.table.parameters):
        if row.role == "free" and row.label:
            labels.setdefault(row.label, []).append(index)
    found: list[tuple[Parameter, list[FloatArray]]] = []
    for members in labels.values():
        for index in members if len(members) > 1 else ():
            row = fit.table.parameters[index]
            parts = [np.zeros(layout.n_moments) for layout in fit.layouts]
            parts[row.group] = _columns(fit, fit.models[row.group], row.group, [row])[:, 0]
            found.append((row, parts))
    return found


def _columns(fit: ModelFit, model: GroupModel, group: int, rows: list[Parameter]) -> FloatArray:
    """Return the Jacobian of the moments of a group by parameters that stand anywhere in its matrices."""
    where = np.array([place(fit.table.variables, row) for row in rows], dtype=np.intp).reshape(-1, 3)
    alone = replace(model, kind=where[:, 0], row=where[:, 1], col=where[:, 2], entry_map=np.eye(len(rows)))
    return jacobian(alone, fit.layouts[group], evaluate(model, fit.z))


def _scores(fit: ModelFit, columns: list[FloatArray]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return g, v and the robust variance of g for every candidate."""
    groups = fit.moments or fit.normal
    total = sum(group.n for group in groups)
    size, q = columns[0].shape[1], fit.z.size
    gradient, own, spread_own = np.zeros(size), np.zeros(size), np.zeros(size)
    cross, spread_cross = np.zeros((q, size)), np.zeros((q, size))
    bread = np.zeros((q, q))
    for index, (column, slope) in enumerate(zip(columns, fit.slopes, strict=True)):
        share = groups[index].n / total
        state = evaluate(fit.models[index], fit.z)
        if fit.ordered:
            moment = fit.moments[index]
            pull = weigh(moment.weight, moment.observed - moments(fit.layouts[index], state))
            weight, through = moment.weight, weigh(moment.weight, column)
            gradient += share * column.T @ pull
            spread = moment.gamma @ through
            spread_own += share * np.sum(through * spread, axis=0)
            spread_cross[slope.columns] += share * weigh(weight, slope.values).T @ spread
        else:
            normal = fit.normal[index]
            skip = 0 if fit.table.mean_structure else len(fit.items)
            mu = state.mu if fit.table.mean_structure else normal.mean
            gradient += column.T @ moment_gradient(normal.patterns, mu, state.sigma)[skip:] / total
            weight = moment_information(normal.patterns, mu, state.sigma, observed=False)[skip:, skip:] / normal.n
            through = weight @ column
        own += share * np.sum(column * through, axis=0)
        cross[slope.columns] += share * slope.values.T @ through
        bread[np.ix_(slope.columns, slope.columns)] += share * slope.values.T @ weigh(weight, slope.values)
    project = np.linalg.solve(bread, cross)
    curvature = own - np.sum(cross * project, axis=0)
    if not fit.ordered or fit.sandwich is None:
        return gradient, curvature, curvature
    own_spread = np.sum(project * (fit.sandwich.meat @ project), axis=0)
    robust = spread_own - 2.0 * np.sum(project * spread_cross, axis=0) + own_spread
    return gradient, curvature, robust


def _standard_change(fit: ModelFit, rows: list[Parameter], change: FloatArray) -> FloatArray:
    """Return expected changes in standardised metric."""
    table = replace(
        fit.table,
        parameters=tuple(replace(row, role="fixed") for row in rows),
        mapping=np.zeros((len(rows), fit.z.size)),
        offset=np.zeros(len(rows)),
    )
    return standardized_values(replace(fit, table=table, estimates=change), fit.z)


def _power(noncentrality: FloatArray) -> FloatArray:
    """Return the power of the test of one degree of freedom at the 5% level."""
    from scipy.stats import ncx2

    known = np.nan_to_num(noncentrality, nan=0.0, posinf=1e6)
    return np.asarray(ncx2.sf(3.841458820694124, 1, known))


def _reading(p_value: float, power: float, change: float, delta: float) -> str:
    """Return how an index is to be read."""
    if p_value < 0.05:
        if power < 0.75:
            return "misspecified"
        return "misspecified" if abs(change) >= delta else "negligible"
    return "well specified" if power >= 0.75 else "undecided"

"""Fit measures of a fitted model: naive, scaled and robust, with the baseline of uncorrelated items."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from sctoolkit.measurement.model_fit import ModelFit
from sctoolkit.measurement.specification import covariates
from sctoolkit.measurement.srmr import srmr
from sctoolkit.numerics.catml import catml
from sctoolkit.numerics.fit_indices import cfi, rmsea, rmsea_interval, tli
from sctoolkit.numerics.implied_jacobian import jacobian
from sctoolkit.numerics.implied_moments import FloatArray, GroupModel, Kind, evaluate, moment_layout
from sctoolkit.numerics.ml import NormalGroup
from sctoolkit.numerics.ml_robust import normal_inference
from sctoolkit.numerics.normal_patterns import data_patterns, log_likelihood
from sctoolkit.numerics.robust_tests import (
    CorrectedTest,
    independence_traces,
    mean_adjusted,
    scaled_and_shifted,
    upper_tail,
)
from sctoolkit.numerics.sandwich import wls_sandwich
from sctoolkit.numerics.wls import weigh

NAN = math.nan


@dataclass(frozen=True, slots=True)
class Baseline:
    """Test of the model without covariances between items."""

    chi2: float
    dof: int
    trace_1: float
    trace_2: float


def fit_measures(fit: ModelFit) -> Mapping[str, float]:
    """Return every fit measure by name.

    Notes
    -----
    Naive p-values exist where the uncorrected statistic has a chi-square distribution: ML without corrections and WLS.
    ``_scaled`` measures put the corrected statistics of model and baseline into the usual formulas; ``_robust`` ones
    estimate the population values (Savalei 2021 for ordered items; Brosseau-Liard & Savalei 2014 for continuous ones)
    and are the ones to report. The scaled RMSEA interval of mean-adjusted statistics refers, under the lavaan
    convention, the uncorrected statistic to a chi-square with tr(U Gamma) degrees of freedom, as lavaan 0.6-14 does.
    """
    base = _ordinal_baseline(fit) if fit.ordered else _normal_baseline(fit)
    n_groups = len(fit.groups)
    total = float(sum(group.n for group in (fit.moments or fit.normal)))
    n = total - n_groups if fit.ordered and fit.convention == "lavaan" else total
    found: dict[str, float] = {
        "n_obs": total,
        "n_groups": n_groups,
        "n_par": _n_parameters(fit),
        "chi2": fit.chi2,
        "dof": fit.dof,
        "p_value": upper_tail(fit.chi2, fit.dof) if fit.estimator in ("ML", "MLM", "MLR", "WLS") else NAN,
        "cfi": cfi(fit.chi2, fit.dof, base.chi2, base.dof),
        "tli": tli(fit.chi2, fit.dof, base.chi2, base.dof),
        "rmsea": rmsea(fit.chi2, fit.dof, n, n_groups),
    }
    found["rmsea_ci_low"], found["rmsea_ci_high"] = rmsea_interval(fit.chi2, fit.dof, n, n_groups)
    found["srmr"] = srmr(fit)
    found |= _scaled(fit, base, n, n_groups)
    found |= _robust_ordinal(fit, total) if fit.ordered else _robust_normal(fit, base, n, n_groups)
    found |= _information(fit, total)
    found["chi2_baseline"], found["dof_baseline"] = base.chi2, base.dof
    return found


def corrected_test(fit: ModelFit, chi2: float, dof: int, trace_1: float, trace_2: float) -> CorrectedTest | None:
    """Return the corrected statistic of the estimator, or None where it has none."""
    if fit.estimator in ("WLSMV", "ULSMV"):
        return scaled_and_shifted(chi2, dof, trace_1, trace_2)
    if fit.estimator in ("WLSM", "ULSM", "MLM", "MLR"):
        return mean_adjusted(chi2, dof, trace_1)
    return None


def _scaled(fit: ModelFit, base: Baseline, n: float, n_groups: int) -> dict[str, float]:
    """Return measures of the corrected statistics."""
    names = ("chi2", "p_value", "cfi", "tli", "rmsea", "rmsea_ci_low", "rmsea_ci_high")
    empty = {f"{name}_scaled": NAN for name in names} | {"scaling_factor": NAN, "shift": NAN}
    if fit.sandwich is None:
        return empty
    test = corrected_test(fit, fit.chi2, fit.dof, fit.sandwich.trace_1, fit.sandwich.trace_2)
    reference = corrected_test(fit, base.chi2, base.dof, base.trace_1, base.trace_2)
    if test is None or reference is None:
        return empty
    if fit.convention == "lavaan" and test.shift == 0.0:
        low, high = rmsea_interval(fit.chi2, fit.sandwich.trace_1, n, n_groups)
    else:
        low, high = rmsea_interval(test.chi2, fit.dof, n, n_groups)
    return {
        "chi2_scaled": test.chi2,
        "p_value_scaled": test.p_value,
        "cfi_scaled": cfi(test.chi2, fit.dof, reference.chi2, base.dof),
        "tli_scaled": tli(test.chi2, fit.dof, reference.chi2, base.dof),
        "rmsea_scaled": rmsea(test.chi2, fit.dof, n, n_groups),
        "rmsea_ci_low_scaled": low,
        "rmsea_ci_high_scaled": high,
        "scaling_factor": test.scaling_factor,
        "shift": test.shift,
    }


def _named_robust(
    chi2: float, scale: float, dof: int, chi2_base: float, scale_base: float, dof_base: int, n: float, n_groups: int
) -> dict[str, float]:
    """Return robust measures from statistics with their scaling."""
    low, high = rmsea_interval(chi2, dof, n, n_groups, scale=scale)
    return {
        "cfi_robust": cfi(chi2, scale * dof, chi2_base, scale_base * dof_base) if dof else 1.0,
        "tli_robust": tli(chi2, dof, chi2_base, dof_base, scale=scale, scale_base=scale_base),
        "rmsea_robust": rmsea(chi2, dof, n, n_groups, scale=scale),
        "rmsea_ci_low_robust": low,
        "rmsea_ci_high_robust": high,
    }


def _no_robust() -> dict[str, float]:
    """Return undefined robust measures."""
    return {f"{name}_robust": NAN for name in ("cfi", "tli", "rmsea", "rmsea_ci_low", "rmsea_ci_high")}


def _robust_ordinal(fit: ModelFit, total: float) -> dict[str, float]:
    """Return catML measures of an ordinal model."""
    if fit.sandwich is None or fit.estimator == "WLS":
        return _no_robust()
    states = [evaluate(model, fit.z) for model in fit.models]
    slopes = [jacobian(*parts) for parts in zip(fit.models, fit.layouts, states, strict=True)]
    implied = [state.sigma / np.outer(state.sd, state.sd) for state in states]
    observed = [group.correlation for group in fit.ordinal]
    sizes = [group.n for group in fit.moments]
    part = catml(implied, observed, slopes, fit.moments, fit.sandwich.bread_inverse, fit.dof, sizes)
    if part is None:
        return _no_robust()
    dof_base = sum(layout.pair_a.size for layout in fit.layouts)
    return _named_robust(
        part.chi2, part.scale, fit.dof, part.chi2_base, part.scale_base, dof_base, total, len(fit.groups)
    )


def _robust_normal(fit: ModelFit, base: Baseline, n: float, n_groups: int) -> dict[str, float]:
    """Return robust measures of MLM and MLR."""
    if fit.sandwich is None or fit.estimator == "ML" or fit.dof == 0:
        return _no_robust()
    scale, scale_base = fit.sandwich.trace_1 / fit.dof, base.trace_1 / base.dof
    return _named_robust(fit.chi2, scale, fit.dof, base.chi2, scale_base, base.dof, n, n_groups)


def _ordinal_baseline(fit: ModelFit) -> Baseline:
    """Return the test of uncorrelated items with free thresholds."""
    less = 1.0 if fit.convention == "lavaan" else 0.0
    chi2, slopes, dof = 0.0, [], 0
    starts = np.cumsum([0, *(layout.n_locations for layout in fit.layouts)])
    for index, (group, layout) in enumerate(zip(fit.moments, fit.layouts, strict=True)):
        t = layout.n_locations
        slope = np.zeros((layout.n_moments, int(starts[-1])))
        slope[np.arange(t), starts[index] + np.arange(t)] = 1.0
        slopes.append(slope)
        dof += layout.n_moments - t
        gap = group.observed.copy()
        gap[:t] = 0.0
        if group.weight.ndim == 2:
            gap[:t] = -np.linalg.solve(group.weight[:t, :t], group.weight[:t, t:] @ gap[t:])
        chi2 += (group.n - less) * float(gap @ weigh(group.weight, gap))
    if all(group.weight.ndim == 1 for group in fit.moments):
        traces = [
            independence_traces(
                group.weight[layout.n_locations :], group.gamma[layout.n_locations :, layout.n_locations :]
            )
            for group, layout in zip(fit.moments, fit.layouts, strict=True)
        ]
        return Baseline(chi2, dof, sum(first for first, _ in traces), sum(second for _, second in traces))
    sandwich = wls_sandwich(slopes, fit.moments)
    assert sandwich is not None
    return Baseline(chi2, dof, sandwich.trace_1, sandwich.trace_2)


def _normal_baseline(fit: ModelFit) -> Baseline:
    """Return the test of uncorrelated items; covariates keep their covariances."""
    chi2, trace, dof = 0.0, 0.0, 0
    for group in fit.normal:
        model, z = _independence(group, _conditional(fit), fit.table.mean_structure)
        state = evaluate(model, z)
        saturated = log_likelihood(group.patterns, group.mean, group.covariance)
        chi2 += 2.0 * (saturated - log_likelihood(group.patterns, state.mu, state.sigma))
        pairs, x = group.mean.size * (group.mean.size - 1) // 2, len(_conditional(fit))
        dof += pairs - x * (x - 1) // 2
        if fit.estimator in ("MLM", "MLR"):
            layout = moment_layout(model.ordered, model.threshold_item, model.mean_structure)
            incomplete = len(group.patterns) > 1
            inference = normal_inference(
                [model],
                [layout],
                [group],
                z,
                estimator=fit.estimator,
                observed=incomplete or fit.estimator == "MLR",
                structured=fit.convention == "lavaan",
            )
            trace += NAN if inference is None else inference.sandwich.trace_1
    return Baseline(chi2, dof, trace, NAN)


def _conditional(fit: ModelFit) -> list[int]:
    """Return the positions of covariates on which the likelihood is conditional (complete continuous data)."""
    if fit.ordered or any(len(group.patterns) > 1 for group in fit.normal):
        return []
    return [fit.table.variables.position[name] for name in covariates(fit.table)]


def _n_parameters(fit: ModelFit) -> int:
    """Return the number of parameters, moments of covariates not counted where the likelihood is conditional."""
    held, names = _conditional(fit), covariates(fit.table)
    if not held:
        return fit.table.n_free
    free = [row for row in fit.table.parameters if row.role == "free" and row.lhs in names]
    own = [row for row in free if (row.op == "~~" and row.rhs in names) or (row.op == "~" and row.rhs == "1")]
    return fit.table.n_free - len(own)


def _independence(group: NormalGroup, held: Sequence[int], mean_structure: bool) -> tuple[GroupModel, FloatArray]:
    """Return the model of uncorrelated items (covariates correlate) and its estimates."""
    p = group.mean.size
    columns = [data_patterns(group.data[:, [k]], group.weights)[-1] for k in range(p)]
    mean = np.array([float(part.mean[0]) for part in columns])
    variance = [float(part.covariance[0, 0]) for part in columns]
    pairs = list(combinations(held, 2))
    entries = [(Kind.COVARIANCE, k, k) for k in range(p)] + [(Kind.COVARIANCE, a, b) for a, b in pairs]
    entries += [(Kind.MEAN, k, 0) for k in range(p)] if mean_structure else []
    where = np.array(entries, dtype=np.intp)
    z = np.array([*variance, *(float(group.covariance[a, b]) for a, b in pairs), *(mean if mean_structure else ())])
    model = GroupModel(
        ordered=np.zeros(p, dtype=bool),
        threshold_item=np.zeros(0, dtype=np.intp),
        paths=np.zeros((p, p)),
        covariances=np.zeros((p, p)),
        means=mean,
        thresholds=np.zeros(0),
        scales=np.ones(p),
        kind=where[:, 0],
        row=where[:, 1],
        col=where[:, 2],
        entry_map=np.eye(z.size),
        entry_offset=np.zeros(z.size),
        derived=np.zeros(0, dtype=np.intp),
        mean_structure=mean_structure,
    )
    return model, z


def _information(fit: ModelFit, total: float) -> dict[str, float]:
    """Return log-likelihood, AIC and BIC; conditional on covariates held at sample values."""
    if fit.ordered:
        return {"loglik": NAN, "aic": NAN, "bic": NAN}
    saturated = sum(log_likelihood(group.patterns, group.mean, group.covariance) for group in fit.normal)
    value = saturated - 0.5 * fit.chi2
    held = _conditional(fit)
    for group in fit.normal if held else ():
        part = data_patterns(group.data[:, held], group.weights)
        value -= log_likelihood(part, group.mean[held], group.covariance[np.ix_(held, held)])
    k = _n_parameters(fit)
    return {"loglik": value, "aic": 2.0 * (k - value), "bic": k * math.log(total) - 2.0 * value}

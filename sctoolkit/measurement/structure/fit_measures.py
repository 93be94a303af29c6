"""Fit measures of a fitted model: naive, scaled and robust, with the baseline of uncorrelated items."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from sctoolkit.measurement.structure.fit_baseline import (
    Baseline,
    held_covariates,
    independence,
    n_parameters,
    normal_baseline,
    ordinal_baseline,
)
from sctoolkit.measurement.structure.model_fit import ModelFit
from sctoolkit.measurement.structure.srmr import srmr
from sctoolkit.numerics.structure.catml import catml
from sctoolkit.numerics.structure.fiml_corrected import corrected_discrepancy
from sctoolkit.numerics.structure.fit_indices import cfi, rmsea, rmsea_interval, tli
from sctoolkit.numerics.structure.implied_moments import moment_layout
from sctoolkit.numerics.structure.normal_patterns import data_patterns, log_likelihood
from sctoolkit.numerics.structure.robust_tests import (
    CorrectedTest,
    mean_adjusted,
    scaled_and_shifted,
    upper_tail,
)

NAN = math.nan


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
    base = ordinal_baseline(fit) if fit.ordered else normal_baseline(fit)
    n_groups = len(fit.groups)
    total = float(sum(group.n for group in (fit.moments or fit.normal)))
    n = total - n_groups if fit.ordered and fit.convention == "lavaan" else total
    found: dict[str, float] = {
        "n_obs": total,
        "n_groups": n_groups,
        "n_par": n_parameters(fit),
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
    if fit.convention == "lavaan" and test.shift == 0.0 and fit.sandwich.trace_1 > 0.0:
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
    if fit.sandwich is None or fit.estimator == "WLS" or fit.mixed:
        return _no_robust()
    implied = [own.sigma / np.outer(own.sd, own.sd) for own in fit.matrices]
    observed = [group.correlation for group in fit.ordinal]
    sizes = [group.n for group in fit.moments]
    part = catml(implied, observed, fit.slopes, fit.moments, fit.sandwich, fit.dof, sizes)
    if part is None:
        return _no_robust()
    dof_base = sum(layout.pair_a.size for layout in fit.layouts)
    return _named_robust(
        part.chi2, part.scale, fit.dof, part.chi2_base, part.scale_base, dof_base, total, len(fit.groups)
    )


def _robust_normal(fit: ModelFit, base: Baseline, n: float, n_groups: int) -> dict[str, float]:
    """Return robust measures of MLM and MLR, and of ML with incomplete rows."""
    if any(len(group.patterns) > 1 for group in fit.normal) and fit.estimator != "MLM" and fit.dof > 0:
        return _robust_incomplete(fit, base.dof, n, n_groups)
    if fit.sandwich is None or fit.estimator == "ML" or fit.dof == 0:
        return _no_robust()
    scale, scale_base = fit.sandwich.trace_1 / fit.dof, base.trace_1 / base.dof
    return _named_robust(fit.chi2, scale, fit.dof, base.chi2, scale_base, base.dof, n, n_groups)


def _robust_incomplete(fit: ModelFit, dof_base: int, n: float, n_groups: int) -> dict[str, float]:
    """Return robust measures of a FIML fit (Zhang & Savalei 2023)."""
    robust = fit.estimator == "MLR"
    own = corrected_discrepancy(fit.models, fit.layouts, fit.normal, fit.z, robust=robust)
    chi2_base = trace_base = 0.0
    for group in fit.normal:
        model, z = independence(group, held_covariates(fit), True)
        layout = moment_layout(model.ordered, model.threshold_item, True)
        part = corrected_discrepancy([model], [layout], [group], z, robust=robust)
        chi2_base, trace_base = chi2_base + part.chi2, trace_base + part.trace
    return _named_robust(
        own.chi2, own.trace / fit.dof, fit.dof, chi2_base, trace_base / dof_base, dof_base, n, n_groups
    )


def _information(fit: ModelFit, total: float) -> dict[str, float]:
    """Return log-likelihood, AIC and BIC; conditional on covariates held at sample values."""
    if fit.ordered:
        return {"loglik": NAN, "aic": NAN, "bic": NAN}
    saturated = sum(log_likelihood(group.patterns, group.mean, group.covariance) for group in fit.normal)
    value = saturated - 0.5 * fit.chi2
    held = held_covariates(fit)
    for group in fit.normal if held else ():
        part = data_patterns(group.data[:, held], group.weights)
        value -= log_likelihood(part, group.mean[held], group.covariance[np.ix_(held, held)])
    k = n_parameters(fit)
    return {"loglik": value, "aic": 2.0 * (k - value), "bic": k * math.log(total) - 2.0 * value}

"""Compare nested models."""

from __future__ import annotations

from sctoolkit.measurement.structure.model_fit import ModelFit
from sctoolkit.numerics.structure.implied_jacobian import jacobian
from sctoolkit.numerics.structure.implied_moments import FloatArray, evaluate
from sctoolkit.numerics.structure.robust_tests import upper_tail
from sctoolkit.numerics.structure.scaled_difference import DifferenceTest, satorra_bentler_difference, scaled_difference


def compare_models(free: ModelFit, nested: ModelFit) -> DifferenceTest:
    """Return the difference test of a nested model against a less restricted one.

    Notes
    -----
    Ordered items: scaled and shifted, by the Jacobians (Satorra 2000), whatever the estimator's own test. MLM and MLR:
    Satorra & Bentler (2001). ML and WLS: plain difference.
    """
    dof = nested.dof - free.dof
    if free.estimator in ("ML", "WLS"):
        gap = max(nested.chi2 - free.chi2, 0.0)
        return DifferenceTest(gap, dof, upper_tail(gap, dof))
    assert free.sandwich is not None
    assert nested.sandwich is not None
    if free.ordered:
        return scaled_difference(slopes(free), slopes(nested), free.sandwich, free.chi2, nested.chi2, dof)
    return satorra_bentler_difference(free.chi2, free.dof, _scale(free), nested.chi2, nested.dof, _scale(nested))


def slopes(fit: ModelFit) -> list[FloatArray]:
    """Return the Jacobian of every group at the estimates."""
    states = [evaluate(model, fit.z) for model in fit.models]
    return [jacobian(*parts) for parts in zip(fit.models, fit.layouts, states, strict=True)]


def _scale(fit: ModelFit) -> float:
    """Return the scaling factor of a mean-adjusted statistic."""
    return fit.sandwich.trace_1 / fit.dof if fit.sandwich is not None and fit.dof > 0 else 1.0

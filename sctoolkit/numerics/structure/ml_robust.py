"""Standard errors and corrected tests of maximum likelihood: expected, observed, MLM and MLR."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sctoolkit.numerics.structure.implied_jacobian import jacobian, own_jacobian
from sctoolkit.numerics.structure.implied_moments import FloatArray, GroupModel, Layout, evaluate
from sctoolkit.numerics.structure.ml import NormalGroup, implied_mean, observed_information
from sctoolkit.numerics.structure.normal_patterns import expected_information, moment_information, score_product
from sctoolkit.numerics.structure.sandwich import Sandwich, condition_of, invert_information, wls_sandwich
from sctoolkit.numerics.structure.wls import GroupMoments


@dataclass(frozen=True, slots=True)
class NormalInference:
    """Covariance of the estimates and the sandwich (``trace_1 / dof`` is the scaling factor of MLM and MLR)."""

    vcov: FloatArray
    sandwich: Sandwich


def normal_inference(
    models: Sequence[GroupModel],
    layouts: Sequence[Layout],
    groups: Sequence[NormalGroup],
    z: FloatArray,
    *,
    estimator: str,
    observed: bool,
    structured: bool = True,
) -> NormalInference | None:
    """Return standard errors and the traces of the corrected test; None when the model is not identified.

    Parameters
    ----------
    models, layouts, groups : sequences of equal length
    z : (q,) float array
    estimator : {"ML", "MLM", "MLR"}
    observed : bool
        Observed rather than expected information.
    structured : bool
        Weights of MLM at the model (lavaan) rather than at the sample covariances (Mplus).

    Notes
    -----
    ML: H^-1 / N. MLM: the sandwich of `wls_sandwich` with normal-theory weights at the model and the distribution-free
    Gamma; trace tr(U Gamma). MLR: H^-1 B H^-1 / N with B the product of casewise scores; trace
    tr(A1^-1 B1) - tr(H^-1 B0), A1 and B1 of the saturated moments.

    References
    ----------
    Satorra & Bentler (1994); Yuan & Bentler (2000), doi:10.1111/0081-1750.00078.   Oracle: tests/oracle/cfa.R.
    """
    n_total = sum(group.n for group in groups)
    if observed:
        information = observed_information(models, layouts, groups, z) / n_total
    else:
        information = _expected(models, layouts, groups, z) / n_total
    inverse = invert_information(information)
    if inverse is None:
        return None
    if estimator == "MLM":
        sandwich = _satorra_bentler(models, layouts, groups, z, structured)
        spread = sandwich if structured else _satorra_bentler(models, layouts, groups, z, structured, unbiased=True)
        return None if sandwich is None or spread is None else NormalInference(spread.vcov(n_total), sandwich)
    if estimator == "MLR":
        meat, trace = _score_traces(models, layouts, groups, z, inverse, n_total)
        around = inverse @ meat @ inverse
        scored = Sandwich(inverse, meat, around, condition_of(information, inverse), trace, float("nan"))
        return NormalInference(scored.vcov(n_total), scored)
    condition = condition_of(information, inverse)
    plain = Sandwich(inverse, information, inverse, condition, float("nan"), float("nan"))
    return NormalInference(inverse / n_total, plain)


def _expected(
    models: Sequence[GroupModel], layouts: Sequence[Layout], groups: Sequence[NormalGroup], z: FloatArray
) -> FloatArray:
    """Return the expected information of the parameters."""
    total = np.zeros((z.size, z.size))
    for model, layout, group in zip(models, layouts, groups, strict=True):
        state = evaluate(model, z)
        slope = jacobian(model, layout, state)
        total += expected_information(group.patterns, state.sigma, slope, model.mean_structure)
    return total


def _satorra_bentler(
    models: Sequence[GroupModel],
    layouts: Sequence[Layout],
    groups: Sequence[NormalGroup],
    z: FloatArray,
    structured: bool,
    unbiased: bool = False,
) -> Sandwich | None:
    """Return the sandwich with normal-theory weights and the distribution-free Gamma.

    ``unbiased`` gives the covariances in Gamma the divisor n - 1 (standard errors of Mplus).
    """
    slopes, stacked = [], []
    for model, layout, group in zip(models, layouts, groups, strict=True):
        state = evaluate(model, z)
        skip = 0 if model.mean_structure else model.n_items
        sigma = state.sigma if structured else group.covariance
        weight = moment_information(group.patterns, group.mean, sigma, observed=False)[skip:, skip:] / group.n
        slopes.append(own_jacobian(model, layout, state))
        gamma = free_gamma(group)
        if unbiased:
            gamma[model.n_items :] *= np.sqrt(group.n / (group.n - 1.0))
            gamma[:, model.n_items :] *= np.sqrt(group.n / (group.n - 1.0))
        stacked.append(GroupMoments(group.n, np.zeros(weight.shape[0]), weight, gamma[skip:, skip:]))
    return wls_sandwich(slopes, stacked, z.size)


def free_gamma(group: NormalGroup) -> FloatArray:
    """Return the distribution-free covariance of sqrt(n) (means, variances, covariances), divisor n."""
    information = moment_information(group.patterns, group.mean, group.covariance, observed=False) / group.n
    inverse = np.linalg.inv(information)
    return np.asarray(inverse @ _scores(group, group.mean, group.covariance) @ inverse / group.n)


def _scores(group: NormalGroup, mu: FloatArray, sigma: FloatArray) -> FloatArray:
    """Return the sum of outer products of casewise scores."""
    return score_product(group.patterns, group.data, mu, sigma, weights=group.weights, clusters=group.clusters)


def _score_traces(
    models: Sequence[GroupModel],
    layouts: Sequence[Layout],
    groups: Sequence[NormalGroup],
    z: FloatArray,
    inverse: FloatArray,
    n_total: float,
) -> tuple[FloatArray, float]:
    """Return the meat of MLR and tr(A1^-1 B1) - tr(H^-1 B0)."""
    meat, trace = np.zeros((z.size, z.size)), 0.0
    for model, layout, group in zip(models, layouts, groups, strict=True):
        state = evaluate(model, z)
        skip = 0 if model.mean_structure else model.n_items
        slope = jacobian(model, layout, state)
        at_model = _scores(group, implied_mean(model, group, state.mu), state.sigma)[skip:, skip:]
        meat += slope.T @ at_model @ slope / n_total
        complete = len(group.patterns) == 1
        saturated = moment_information(group.patterns, group.mean, group.covariance, observed=not complete)[
            skip:, skip:
        ]
        free = _scores(group, group.mean, group.covariance)[skip:, skip:]
        trace += float(np.trace(np.linalg.solve(saturated, free)))
    return meat, trace - float(np.sum(inverse * meat))

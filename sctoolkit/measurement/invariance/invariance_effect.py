"""What item drift does to a score: the share of a gap or change in scale points that is not a difference of people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from sctoolkit.measurement.invariance.invariance_fit import Setup
from sctoolkit.measurement.structure.model_fit import GroupMatrices, ModelFit, group_matrices
from sctoolkit.numerics.structure.dmacs import Drift, ItemParameters, expected_response, item_drift, normal_quadrature
from sctoolkit.numerics.structure.implied_moments import FloatArray, evaluate


@dataclass(frozen=True, slots=True)
class ScoreEffect:
    """A gap (or change) in the mean score of a factor's items, block less reference, in points of the item scale.

    ``observed`` difference of observed means (weighted where weights are given); ``expected`` the one that the model
    implies; ``people`` the part that people's standing makes (both blocks answering as the reference does); ``drift``
    the part that items make, with its standard error and interval; ``share`` = drift / expected with Fieller's interval
    (nan where the expected difference is not told from zero, so that the interval is not one piece). Drift that the
    model rules out has a standard error of 0 and no interval.
    """

    factor: str
    block: str
    reference: str
    observed: float
    expected: float
    people: float
    drift: float
    drift_std_error: float
    drift_ci_low: float
    drift_ci_high: float
    share: float
    share_ci_low: float
    share_ci_high: float


@dataclass(frozen=True, slots=True)
class ItemEffect:
    """Drift of one item in one block against the reference, see `sctoolkit.numerics.structure.dmacs.Drift`."""

    factor: str
    item: str
    block: str
    drift: Drift


def score_effects(setup: Setup, fit: ModelFit, ci_level: float = 0.95) -> tuple[ScoreEffect, ...]:
    """Return the effect of drift on the mean score of every factor in every block.

    Parameters
    ----------
    setup : Setup
    fit : ModelFit
        A scalar model, partial where needed, so that blocks share one metric.
    ci_level : float

    Notes
    -----
    With E_jb(eta) the expected answer to item j as block b answers, and f_b the factor's distribution there:
    drift = mean_j Int (E_jb - E_jr) f_b, people = mean_j [Int E_jr f_b - Int E_jr f_r]; both sum to the expected gap.
    The standard error is by the delta method, the interval of drift normal, that of its share Fieller's. Where releases
    were sought in the same data, errors are those given the releases found.

    References
    ----------
    Fieller (1954), doi:10.1111/j.2517-6161.1954.tb00159.x.
    """
    found: list[ScoreEffect] = []
    value = _parts(setup, fit, fit.z)
    slope = np.empty((value.size, fit.z.size))
    for k in range(fit.z.size):
        step = np.zeros(fit.z.size)
        step[k] = 1e-5 * max(1.0, abs(float(fit.z[k])))
        ahead, behind = _parts(setup, fit, fit.z + step), _parts(setup, fit, fit.z - step)
        slope[:, k] = (ahead - behind).ravel() / (2.0 * step[k])
    spread = slope @ fit.vcov @ slope.T
    width = float(norm.ppf(0.5 + ci_level / 2.0))
    reference = setup.block_label(setup.blocks[0])
    for f, factor in enumerate(_factors(setup)):
        start = _observed(setup, factor, setup.blocks[0])
        for b, block in enumerate(setup.blocks[1:]):
            at = 2 * (f * (len(setup.blocks) - 1) + b)
            found.append(
                ScoreEffect(
                    factor,
                    setup.block_label(block),
                    reference,
                    _observed(setup, factor, block) - start,
                    *_split(value[f, b], spread[at : at + 2, at : at + 2], width),
                )
            )
    return tuple(found)


def _split(parts: FloatArray, spread: FloatArray, width: float) -> tuple[float, ...]:
    """Return expected, people, drift with error and interval, share with interval, from (drift, people)."""
    drift, people = (float(part) for part in parts)
    error, total = float(np.sqrt(max(spread[0, 0], 0.0))), drift + people
    half = width * error if error > 1e-10 else float("nan")
    share = drift / total if abs(total) > 1e-12 else float("nan")
    low, high = fieller(drift, total, float(spread[0, 0]), float(spread.sum()), float(spread[0].sum()), width)
    if not error > 1e-10:
        low = high = float("nan")
    return total, people, drift, error, drift - half, drift + half, share, low, high


def fieller(
    top: float, bottom: float, var_top: float, var_bottom: float, covariance: float, width: float
) -> tuple[float, float]:
    """Return Fieller's interval of ``top / bottom``; nan where it is not one piece.

    Examples
    --------
    >>> [round(end, 3) for end in fieller(1.0, 2.0, 0.01, 0.0, 0.0, 1.96)]
    [0.402, 0.598]
    """
    leading = bottom**2 - width**2 * var_bottom
    if not leading > 0.0:
        return float("nan"), float("nan")
    middle = top * bottom - width**2 * covariance
    root = middle**2 - leading * (top**2 - width**2 * var_top)
    reach = float(np.sqrt(max(root, 0.0)))
    return (middle - reach) / leading, (middle + reach) / leading


def item_effects(setup: Setup, fit: ModelFit) -> tuple[ItemEffect, ...]:
    """Return the drift of every item in every block against the reference."""
    found: list[ItemEffect] = []
    for factor in _factors(setup):
        for item in _items(setup, factor):
            reference = _parameters(setup, fit, fit.matrices, factor, item, setup.blocks[0])
            first = _answers(setup, item, setup.blocks[0])
            for block in setup.blocks[1:]:
                focal = _parameters(setup, fit, fit.matrices, factor, item, block)
                mean, variance = _standing(setup, fit, fit.matrices, factor, block)
                own = _answers(setup, item, block)
                spread = [_variance(*answers) for answers in (first, own)]
                less = [answers[0].size - 1 for answers in (first, own)]
                sd, pooled = np.sqrt(spread[1]), np.sqrt(np.average(spread, weights=less))
                drift = item_drift(reference, focal, mean, variance, float(sd), float(pooled))
                found.append(ItemEffect(factor, item, setup.block_label(block), drift))
    return tuple(found)


def _factors(setup: Setup) -> list[str]:
    """Return the factors that items measure."""
    return [name for name in setup.base.latents if _items(setup, name)]


def _items(setup: Setup, factor: str) -> list[str]:
    """Return the items of a factor."""
    return [
        term.rhs
        for term in setup.base.terms
        if term.op == "=~" and term.lhs == factor and term.rhs not in setup.base.latents
    ]


def _parts(setup: Setup, fit: ModelFit, z: FloatArray) -> FloatArray:
    """Return (factors, blocks - 1, 2): drift and people part of the gap in mean score."""
    factors = _factors(setup)
    found = np.zeros((len(factors), len(setup.blocks) - 1, 2))
    matrices = [group_matrices(model, evaluate(model, z)) for model in fit.models]
    for f, factor in enumerate(factors):
        items = _items(setup, factor)
        start, start_weight = normal_quadrature(*_standing(setup, fit, matrices, factor, setup.blocks[0]))
        for b, block in enumerate(setup.blocks[1:]):
            eta, weight = normal_quadrature(*_standing(setup, fit, matrices, factor, block))
            for item in items:
                reference = _parameters(setup, fit, matrices, factor, item, setup.blocks[0])
                own = _parameters(setup, fit, matrices, factor, item, block)
                as_reference = float(weight @ expected_response(reference, eta))
                found[f, b, 0] += (float(weight @ expected_response(own, eta)) - as_reference) / len(items)
                before = float(start_weight @ expected_response(reference, start))
                found[f, b, 1] += (as_reference - before) / len(items)
    return found


def _standing(
    setup: Setup, fit: ModelFit, matrices: Sequence[GroupMatrices], factor: str, block: tuple[int, int]
) -> tuple[float, float]:
    """Return mean and variance of a factor in a block."""
    at = fit.latents.index(setup.column(factor, block[1]))
    own = matrices[block[0]]
    return float(own.factor_mean[at]), float(own.factor_covariance[at, at])


def _parameters(
    setup: Setup,
    fit: ModelFit,
    matrices: Sequence[GroupMatrices],
    factor: str,
    item: str,
    block: tuple[int, int],
) -> ItemParameters:
    """Return the parameters of an item in a block."""
    name = setup.column(item, block[1])
    at, own = fit.items.index(name), matrices[block[0]]
    codes = np.array(setup.data.categories.get(name, ()), dtype=np.float64)
    return ItemParameters(
        float(own.loadings[at, fit.latents.index(setup.column(factor, block[1]))]),
        float(own.intercepts[at]),
        float(own.residuals[at, at]),
        own.thresholds[at],
        codes,
    )


def _answers(setup: Setup, item: str, block: tuple[int, int]) -> tuple[FloatArray, FloatArray]:
    """Return the answers to an item in a block, categories joined on request included, and their weights."""
    name, group = setup.column(item, block[1]), block[0]
    at = setup.data.items.index(name)
    weight = np.ones(setup.data.n[group]) if setup.data.weights is None else setup.data.weights[group]
    if setup.ordered:
        codes = setup.data.codes[group][:, at]
        seen = codes >= 0
        return np.asarray(np.array(setup.data.categories[name])[codes[seen]], dtype=np.float64), weight[seen]
    column = setup.data.values[group][:, at]
    seen = ~np.isnan(column)
    return np.asarray(column[seen]), weight[seen]


def _variance(answers: FloatArray, weight: FloatArray) -> float:
    """Return the (weighted) variance of answers, with n - 1 for equal weights."""
    gap = answers - np.average(answers, weights=weight)
    return float(np.average(gap**2, weights=weight)) * answers.size / (answers.size - 1)


def _observed(setup: Setup, factor: str, block: tuple[int, int]) -> float:
    """Return the observed mean score (mean of the weighted means of the items) of a factor in a block."""
    means = []
    for item in _items(setup, factor):
        answers, weight = _answers(setup, item, block)
        means.append(np.average(answers, weights=weight))
    return float(np.mean(means))

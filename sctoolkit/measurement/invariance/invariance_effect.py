"""What item drift does to a score: the share of a gap or change in scale points that is not a difference of people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sctoolkit.measurement.invariance.invariance_fit import Setup
from sctoolkit.measurement.structure.model_fit import GroupMatrices, ModelFit, group_matrices
from sctoolkit.numerics.structure.dmacs import Drift, ItemParameters, expected_response, item_drift, normal_quadrature
from sctoolkit.numerics.structure.implied_moments import FloatArray, evaluate


@dataclass(frozen=True, slots=True)
class ScoreEffect:
    """A gap (or change) in the mean score of a factor's items, block less reference, in points of the item scale.

    ``observed`` difference of observed means; ``expected`` the one that the model implies; ``people`` the part that
    people's standing makes (both blocks answering as the reference does); ``drift`` the part that items make, with
    its standard error; ``share`` = drift / expected.
    """

    factor: str
    block: str
    reference: str
    observed: float
    expected: float
    people: float
    drift: float
    drift_std_error: float
    share: float


@dataclass(frozen=True, slots=True)
class ItemEffect:
    """Drift of one item in one block against the reference, see `sctoolkit.numerics.structure.dmacs.Drift`."""

    factor: str
    item: str
    block: str
    drift: Drift


def score_effects(setup: Setup, fit: ModelFit) -> tuple[ScoreEffect, ...]:
    """Return the effect of drift on the mean score of every factor in every block.

    Parameters
    ----------
    setup : Setup
    fit : ModelFit
        A scalar model, partial where needed, so that blocks share one metric.

    Notes
    -----
    With E_jb(eta) the expected answer to item j as block b answers, and f_b the factor's distribution there:
    drift = mean_j Int (E_jb - E_jr) f_b, people = mean_j [Int E_jr f_b - Int E_jr f_r]; both sum to the expected gap.
    The standard error is by the delta method.
    """
    found: list[ScoreEffect] = []
    value = _parts(setup, fit, fit.z)
    slope = np.empty((value.size, fit.z.size))
    for k in range(fit.z.size):
        step = np.zeros(fit.z.size)
        step[k] = 1e-5 * max(1.0, abs(float(fit.z[k])))
        ahead, behind = _parts(setup, fit, fit.z + step), _parts(setup, fit, fit.z - step)
        slope[:, k] = (ahead - behind).ravel() / (2.0 * step[k])
    variance = np.sum((slope @ fit.vcov) * slope, axis=1).reshape(value.shape)
    reference = setup.block_label(setup.blocks[0])
    for f, factor in enumerate(_factors(setup)):
        for b, block in enumerate(setup.blocks[1:]):
            drift, people = (float(part) for part in value[f, b])
            error = float(np.sqrt(max(variance[f, b, 0], 0.0)))
            total = drift + people
            share = drift / total if abs(total) > 1e-12 else float("nan")
            observed = _observed(setup, factor, block) - _observed(setup, factor, setup.blocks[0])
            found.append(
                ScoreEffect(factor, setup.block_label(block), reference, observed, total, people, drift, error, share)
            )
    return tuple(found)


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
                sd = float(np.std(own, ddof=1))
                n_first, n_own = first.size, own.size
                pooled = np.sqrt(
                    ((n_first - 1) * np.var(first, ddof=1) + (n_own - 1) * np.var(own, ddof=1)) / (n_first + n_own - 2)
                )
                drift = item_drift(reference, focal, mean, variance, sd, float(pooled))
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


def _answers(setup: Setup, item: str, block: tuple[int, int]) -> FloatArray:
    """Return the answers to an item in a block, categories joined on request included."""
    name, group = setup.column(item, block[1]), block[0]
    at = setup.data.items.index(name)
    if setup.ordered:
        codes = setup.data.codes[group][:, at]
        return np.asarray(np.array(setup.data.categories[name])[codes[codes >= 0]])
    column = setup.data.values[group][:, at]
    return np.asarray(column[~np.isnan(column)])


def _observed(setup: Setup, factor: str, block: tuple[int, int]) -> float:
    """Return the observed mean score (mean of item means) of a factor in a block."""
    return float(np.mean([np.mean(_answers(setup, item, block)) for item in _items(setup, factor)]))

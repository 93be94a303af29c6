"""Alignment of a configural model, factor by factor, with errors from draws of its estimates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sctoolkit.measurement.invariance.invariance_fit import Setup
from sctoolkit.measurement.structure.model_fit import ModelFit
from sctoolkit.numerics.structure.alignment import Alignment, align, invariant_set
from sctoolkit.numerics.structure.implied_moments import FloatArray, IntArray

ENOUGH_DRAWS = 20


@dataclass(frozen=True, slots=True)
class AlignedFactor:
    """One factor over all blocks.

    ``mean`` and ``sd`` (b,) of the factor in standard deviations of the first block, with standard errors (0 for the
    first block, nan without draws); ``drifting`` (item, parameter, block) of every parameter outside the largest
    invariant set; ``share`` the share of parameters that drift (trust the alignment up to about a quarter);
    ``r2_loadings`` and ``r2_locations`` how much of the configural variation the alignment explains; ``n_optima``
    distinct optima over the starts.
    """

    factor: str
    blocks: tuple[str, ...]
    mean: tuple[float, ...]
    sd: tuple[float, ...]
    mean_std_error: tuple[float, ...]
    sd_std_error: tuple[float, ...]
    drifting: tuple[tuple[str, str, str], ...]
    share: float
    r2_loadings: float
    r2_locations: float
    n_optima: int


@dataclass(frozen=True, slots=True)
class _Part:
    """What one factor is measured by: rows of the table of loadings and locations (blocks, names), and their items."""

    items: tuple[str, ...]
    loadings: IntArray
    locations: IntArray
    loading_names: tuple[str, ...]
    location_names: tuple[str, ...]
    location_item: IntArray
    sizes: FloatArray
    sign: float


def aligned_factors(setup: Setup, fit: ModelFit, *, seed: int = 1, n_draws: int = 200) -> tuple[AlignedFactor, ...]:
    """Return the alignment of every factor of a configural fit.

    Parameters
    ----------
    setup : Setup
    fit : ModelFit
        Configural: factors N(0, 1) in every block.
    seed : int
        Of starts and draws.
    n_draws : int
        Draws for standard errors; below 20 there are none.

    Notes
    -----
    Factors are aligned one by one; items that load on several factors take part with each. Standard errors of means
    and standard deviations are the spread of alignments of estimates drawn from N(theta, V), each from the optimum
    found: the loss is too sharp for the delta method. Flags take mean and standard deviation of the factor as given.

    References
    ----------
    Asparouhov & Muthen (2014), doi:10.1080/10705511.2014.919210.
    """
    names = [[t.rhs for t in setup.base.terms if t.op == "=~" and t.lhs == factor] for factor in setup.base.latents]
    found = []
    for factor, terms in zip(setup.base.latents, names, strict=True):
        items = tuple(name for name in terms if name not in setup.base.latents)
        if items:
            found.append(_aligned(setup, fit, factor, _part(setup, fit, factor, items), seed, n_draws))
    return tuple(found)


def _part(setup: Setup, fit: ModelFit, factor: str, items: tuple[str, ...]) -> _Part:
    """Return where the parameters of one factor stand."""
    places = np.arange(len(items))
    loading_names = tuple(f"{factor} =~ {item}" for item in items)
    location_names = tuple(f"{item} ~ 1" for item in items)
    if setup.ordered:
        counts = [len(setup.data.categories[setup.column(item, 0)]) - 1 for item in items]
        location_names = tuple(f"{item} | t{k + 1}" for item, n in zip(items, counts, strict=True) for k in range(n))
        places = np.repeat(places, counts)
    sizes = np.array([float(setup.data.n[group]) for group, _ in setup.blocks])
    return _Part(
        items, _rows(setup, fit, loading_names), _rows(setup, fit, location_names), loading_names, location_names,
        places, sizes, 1.0 if setup.ordered else -1.0,
    )  # fmt: skip


def _rows(setup: Setup, fit: ModelFit, names: tuple[str, ...]) -> IntArray:
    """Return the rows of the parameter table (blocks, names)."""
    rows = {(row.lhs, row.op, row.rhs, row.group): k for k, row in enumerate(fit.table.parameters)}
    index = np.empty((len(setup.blocks), len(names)), dtype=np.intp)
    for b, (group, wave) in enumerate(setup.blocks):
        for k, name in enumerate(names):
            lhs, op, rhs = name.split(" ")
            if op == "=~":
                rhs = setup.column(rhs, wave)
            index[b, k] = rows[(setup.column(lhs, wave), op, rhs, group)]
    return index


def _aligned(setup: Setup, fit: ModelFit, factor: str, part: _Part, seed: int, n_draws: int) -> AlignedFactor:
    """Return the alignment of one factor."""
    loading, location = fit.estimates[part.loadings], fit.estimates[part.locations]
    best = align(loading, location, part.location_item, part.sizes, sign=part.sign, seed=seed)
    labels = tuple(setup.block_label(block) for block in setup.blocks)
    mean_error, sd_error = _draws(fit, part, best, seed, n_draws)
    loading_error, location_error = _errors(fit, part, best)
    drifting: list[tuple[str, str, str]] = []
    for table, error, titles, owner in (
        (best.loadings, loading_error, part.loading_names, np.arange(len(part.items))),
        (best.locations, location_error, part.location_names, part.location_item),
    ):
        for k, title in enumerate(titles):
            member = invariant_set(table[:, k], error[:, k])
            drifting += [(part.items[owner[k]], title, labels[b]) for b in np.flatnonzero(~member)]
    typical = best.loadings.mean(axis=0)
    moved = part.sign * best.mean[:, None] * typical[part.location_item]
    return AlignedFactor(
        factor,
        labels,
        tuple(best.mean.tolist()),
        tuple(best.sd.tolist()),
        tuple(mean_error.tolist()),
        tuple(sd_error.tolist()),
        tuple(drifting),
        len(drifting) / (loading.size + location.size),
        _explained(loading, best.sd[:, None] * typical),
        _explained(location, best.locations.mean(axis=0) - moved),
        best.n_optima,
    )


def _draws(fit: ModelFit, part: _Part, best: Alignment, seed: int, n_draws: int) -> tuple[FloatArray, FloatArray]:
    """Return standard errors of means and standard deviations."""
    if n_draws < ENOUGH_DRAWS:
        return np.full(best.mean.size, np.nan), np.full(best.mean.size, np.nan)
    rng = np.random.default_rng(seed)
    values, vectors = np.linalg.eigh(fit.vcov)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    means, sds = [], []
    for _ in range(n_draws):
        drawn = fit.estimates + fit.table.mapping @ (root @ rng.standard_normal(values.size))
        own = align(
            drawn[part.loadings], drawn[part.locations], part.location_item, part.sizes, sign=part.sign,
            start=(best.mean, best.sd),
        )  # fmt: skip
        means.append(own.mean)
        sds.append(own.sd)
    return np.std(means, axis=0, ddof=1), np.std(sds, axis=0, ddof=1)


def _errors(fit: ModelFit, part: _Part, best: Alignment) -> tuple[FloatArray, FloatArray]:
    """Return standard errors of aligned loadings and locations, given means and standard deviations of the factor."""
    slopes, constants = fit.table.mapping[part.loadings], fit.table.mapping[part.locations]
    slopes = slopes / best.sd[:, None, None]
    moved = constants + part.sign * best.mean[:, None, None] * slopes[:, part.location_item]
    found = [np.sqrt(np.einsum("bkq,qr,bkr->bk", rows, fit.vcov, rows, optimize=True)) for rows in (slopes, moved)]
    return found[0], found[1]


def _explained(observed: FloatArray, predicted: FloatArray) -> float:
    """Return 1 - Var(observed - predicted) / Var(observed), over blocks within parameters."""
    gap = observed - predicted
    spread = float(np.sum((observed - observed.mean(axis=0)) ** 2))
    return 1.0 - float(np.sum((gap - gap.mean(axis=0)) ** 2)) / spread if spread > 0.0 else float("nan")

"""Alignment of a configural model: factor means of many groups without full invariance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sctoolkit.measurement.invariance.invariance_fit import Setup
from sctoolkit.measurement.structure.model_fit import ModelFit
from sctoolkit.numerics.structure.alignment import align, invariant_set
from sctoolkit.numerics.structure.implied_moments import FloatArray


@dataclass(frozen=True, slots=True)
class AlignedFactor:
    """One factor over all blocks.

    ``mean`` and ``sd`` (b,) of the factor; ``drifting`` (item, parameter, block) of every parameter outside the largest
    invariant set; ``share`` the share of parameters that drift (trust the alignment up to about a quarter);
    ``r2_loadings`` and ``r2_locations`` how much of the configural variation the alignment explains.
    """

    factor: str
    blocks: tuple[str, ...]
    mean: tuple[float, ...]
    sd: tuple[float, ...]
    drifting: tuple[tuple[str, str, str], ...]
    share: float
    r2_loadings: float
    r2_locations: float
    n_optima: int


def aligned_factors(setup: Setup, fit: ModelFit, *, seed: int = 1) -> tuple[AlignedFactor, ...]:
    """Return the alignment of every factor of a configural fit.

    Parameters
    ----------
    setup : Setup
    fit : ModelFit
        Configural: factors N(0, 1) in every block.
    seed : int
        Of the starts.

    Notes
    -----
    Factors are aligned one by one; items that load on several factors take part with each. Standard errors of aligned
    parameters are those of the configural ones on the aligned scale.

    References
    ----------
    Asparouhov & Muthen (2014), doi:10.1080/10705511.2014.919210.
    """
    found = []
    for factor in setup.base.latents:
        items = [
            t.rhs for t in setup.base.terms if t.op == "=~" and t.lhs == factor and t.rhs not in setup.base.latents
        ]
        if items:
            found.append(_aligned(setup, fit, factor, items, seed))
    return tuple(found)


def _aligned(setup: Setup, fit: ModelFit, factor: str, items: list[str], seed: int) -> AlignedFactor:
    """Return the alignment of one factor."""
    names = [f"{factor} =~ {item}" for item in items]
    places = np.arange(len(items))
    if setup.ordered:
        counts = [len(setup.data.categories[setup.column(item, 0)]) - 1 for item in items]
        located = [f"{item} | t{k + 1}" for item, count in zip(items, counts, strict=True) for k in range(count)]
        places = np.repeat(places, counts)
    else:
        located = [f"{item} ~ 1" for item in items]
    loading, loading_error = _values(setup, fit, factor, names)
    location, location_error = _values(setup, fit, factor, located)
    sizes = np.array([float(setup.data.n[group]) for group, _ in setup.blocks])
    sign = 1.0 if setup.ordered else -1.0
    best = align(loading, location, places, sizes, sign=sign, seed=seed)
    labels = tuple(setup.block_label(block) for block in setup.blocks)
    drifting: list[tuple[str, str, str]] = []
    for table, error, titles, owner in (
        (best.loadings, loading_error / best.sd[:, None], names, np.arange(len(items))),
        (best.locations, location_error, located, places),
    ):
        for k, title in enumerate(titles):
            member = invariant_set(table[:, k], error[:, k])
            drifting += [(items[owner[k]], title, labels[b]) for b in np.flatnonzero(~member)]
    total = loading.size + location.size
    return AlignedFactor(
        factor,
        labels,
        tuple(best.mean.tolist()),
        tuple(best.sd.tolist()),
        tuple(drifting),
        len(drifting) / total,
        _explained(loading, best.sd[:, None] * best.loadings.mean(axis=0)),
        _explained(
            location, best.locations.mean(axis=0) - sign * best.mean[:, None] * best.loadings.mean(axis=0)[places]
        ),
        best.n_optima,
    )


def _values(setup: Setup, fit: ModelFit, factor: str, names: list[str]) -> tuple[FloatArray, FloatArray]:
    """Return estimates and standard errors (blocks, names)."""
    rows = {(row.lhs, row.op, row.rhs, row.group): k for k, row in enumerate(fit.table.parameters)}
    index = np.empty((len(setup.blocks), len(names)), dtype=np.intp)
    for b, (group, wave) in enumerate(setup.blocks):
        for k, name in enumerate(names):
            lhs, op, rhs = name.split(" ")
            if op == "=~":
                rhs = setup.column(rhs, wave)
            index[b, k] = rows[(setup.column(lhs, wave), op, rhs, group)]
    return fit.estimates[index], fit.std_errors[index]


def _explained(observed: FloatArray, predicted: FloatArray) -> float:
    """Return 1 - Var(observed - predicted) / Var(observed), over blocks within parameters."""
    gap = observed - predicted
    spread = float(np.sum((observed - observed.mean(axis=0)) ** 2))
    return 1.0 - float(np.sum((gap - gap.mean(axis=0)) ** 2)) / spread if spread > 0.0 else float("nan")

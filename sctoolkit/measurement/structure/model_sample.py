"""Sample statistics that models are fitted to; computed once and shared by all models of the same data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sctoolkit.errors import DataError, NotIdentifiedError
from sctoolkit.measurement.structure.mixed_statistics import MixedGroup, mixed_group
from sctoolkit.measurement.structure.model_data import ModelData
from sctoolkit.numerics.ordinal.conditional_statistics import ConditionalStatistics
from sctoolkit.numerics.ordinal.ordinal_statistics import OrdinalStatistics, ordinal_statistics
from sctoolkit.numerics.structure.implied_moments import FloatArray
from sctoolkit.numerics.structure.ml import NormalGroup
from sctoolkit.numerics.structure.normal_patterns import data_patterns
from sctoolkit.numerics.structure.saturated_normal import saturated_moments
from sctoolkit.numerics.structure.wls import GroupMoments


@dataclass(frozen=True, slots=True)
class Sample:
    """Statistics of every group: ``ordinal`` and ``moments`` for ordered items, ``normal`` for continuous ones."""

    ordinal: tuple[OrdinalStatistics, ...] | tuple[MixedGroup, ...]
    moments: tuple[GroupMoments, ...]
    normal: tuple[NormalGroup, ...]

    @property
    def spread(self) -> tuple[FloatArray, ...]:
        """Return covariances, correlations for ordered items."""
        if self.ordinal:
            return tuple(
                group.covariance if isinstance(group, MixedGroup) else group.correlation for group in self.ordinal
            )
        return tuple(group.covariance for group in self.normal)

    @property
    def mean(self) -> tuple[FloatArray, ...]:
        """Return means, zero for ordered items."""
        if self.ordinal:
            return tuple(
                group.mean if isinstance(group, MixedGroup) else np.zeros(group.correlation.shape[0])
                for group in self.ordinal
            )
        return tuple(group.mean for group in self.normal)

    @property
    def thresholds(self) -> tuple[FloatArray, ...]:
        """Return thresholds item by item."""
        if self.ordinal:
            return tuple(np.concatenate(group.thresholds) for group in self.ordinal)
        return tuple(np.zeros(0) for _ in self.normal)

    @property
    def n(self) -> tuple[float, ...]:
        """Return the size of every group."""
        return tuple(group.n for group in (self.moments or self.normal))


def ordinal_sample(data: ModelData, estimator: str) -> Sample:
    """Return thresholds, polychoric correlations, Gamma and the estimator's weight of every group.

    Raises
    ------
    NotIdentifiedError
        If two items order all people alike, or full weights are asked for with too few people.
    """
    found: list[OrdinalStatistics] = []
    for index, codes in enumerate(data.codes):
        label = data.groups[index]
        stats = ordinal_statistics(
            codes,
            [len(data.categories[name]) for name in data.items],
            weights=None if data.weights is None else data.weights[index],
            clusters=None if data.clusters is None else data.clusters[index],
            missing="pairwise" if data.missing == "pairwise" else "listwise",
            nacov="full",
        )
        _check_pairs(stats, data.items, label)
        found.append(stats)
    diagonals = [_weight_base(stats, data, index) for index, stats in enumerate(found)]
    moments = tuple(
        _moments(stats.n_obs, _observed(stats), np.asarray(stats.gamma), base, estimator)
        for stats, base in zip(found, diagonals, strict=True)
    )
    return Sample(tuple(found), moments, ())


def mixed_sample(data: ModelData, estimator: str, convention: str) -> Sample:
    """Return statistics of ordered items beside continuous ones or given covariates, with the estimator's weight.

    Raises
    ------
    DataError, NotIdentifiedError
        If nobody answered both items of a pair, two items order all people alike, covariates determine an item, or full
        weights are asked for with too few people.
    """
    own = [name for name in data.items if name not in data.covariates]
    less = 1.0 if convention == "lavaan" and data.weights is None else 0.0
    groups = tuple(mixed_group(data, index, less=less) for index in range(len(data.groups)))
    moments = []
    for group, label in zip(groups, data.groups, strict=True):
        _check_pairs(group.own, own, label)
        stats = group.own
        moments.append(_moments(stats.n_obs, stats.observed, stats.gamma, stats.variances, estimator))
    return Sample(groups, tuple(moments), ())


def _weight_base(stats: OrdinalStatistics, data: ModelData, index: int) -> FloatArray:
    """Return the variances from which diagonal weights are made: those without regard to clusters."""
    if data.clusters is None:
        return np.diag(np.asarray(stats.gamma))
    alone = ordinal_statistics(
        data.codes[index],
        [len(data.categories[name]) for name in data.items],
        weights=None if data.weights is None else data.weights[index],
        missing="pairwise" if data.missing == "pairwise" else "listwise",
        nacov="diagonal",
    )
    return np.asarray(alone.gamma_diagonal)


def _observed(stats: OrdinalStatistics) -> FloatArray:
    """Return thresholds and correlations in one vector."""
    a, b = np.triu_indices(stats.correlation.shape[0], 1)
    return np.concatenate([*stats.thresholds, stats.correlation[a, b]])


def _moments(
    n_obs: float, observed: FloatArray, gamma: FloatArray, variances: FloatArray, estimator: str
) -> GroupMoments:
    """Return observed moments with the weight of an estimator."""
    weight: FloatArray
    if estimator.startswith("ULS"):
        weight = np.ones(observed.size)
    elif estimator == "WLS":
        values = np.linalg.eigvalsh(gamma)
        if values[0] <= 1e-10 * values[-1]:
            raise NotIdentifiedError(
                f"Full weights (WLS) must have an invertible Gamma, and {n_obs:.0f} people do not give one for "
                f"{observed.size} moments.",
                hint='Use `estimator="WLSMV"` or `estimator="ULSMV"`.',
            )
        weight = np.asarray(np.linalg.inv(gamma))
    else:
        weight = 1.0 / variances
    return GroupMoments(n_obs, observed, weight, gamma)


def _check_pairs(stats: OrdinalStatistics | ConditionalStatistics, items: Sequence[str], label: str) -> None:
    """Raise for pairs without a usable correlation."""
    a, b = np.triu_indices(len(items), 1)
    where = (f"Group `{label}`.",) if label else ()
    empty = np.flatnonzero(stats.n_pairwise == 0)
    if empty.size:
        raise DataError(
            f"Every pair of items must have been answered by someone, and `{items[a[empty[0]]]}` and "
            f"`{items[b[empty[0]]]}` were not.",
            where=where,
            hint="Leave one of the two out, or fit the forms of the questionnaire one by one.",
        )
    bound = np.flatnonzero(stats.at_bound)
    kind = "Polychoric" if isinstance(stats, OrdinalStatistics) else "Polychoric and polyserial"
    if bound.size:
        names = ", ".join(f"`{items[a[k]]}` and `{items[b[k]]}`" for k in bound[:3])
        raise NotIdentifiedError(
            f"{kind} correlations must lie inside -1 and 1, and {bound.size} {'does' if bound.size == 1 else 'do'} "
            f"not: {names}.",
            where=(*where, "These answers are perfectly ordered, so the correlation has no variance."),
            hint="Leave one item of the pair out, or join rare categories.",
        )


def normal_sample(data: ModelData) -> Sample:
    """Return patterns and saturated moments of every group of continuous items."""
    groups: list[NormalGroup] = []
    for index, values in enumerate(data.values):
        weight = None if data.weights is None else data.weights[index]
        clusters = None if data.clusters is None else data.clusters[index]
        _check_pairs_seen(values, data, index)
        patterns = data_patterns(values, weight)
        mean, spread = saturated_moments(patterns, values.shape[1])
        _check_rank(spread, data, index, values.shape[0])
        n = float(values.shape[0]) if weight is None else float(weight.sum())
        groups.append(NormalGroup(values, patterns, mean, spread, n, weight, clusters))
    return Sample((), (), tuple(groups))


def _check_pairs_seen(values: FloatArray, data: ModelData, index: int) -> None:
    """Raise where nobody answered both items of a pair."""
    seen = np.isfinite(values).astype(np.float64)
    together = seen.T @ seen
    if together.min() >= 2.0:
        return
    a, b = np.unravel_index(int(np.argmin(together)), together.shape)
    label = data.groups[index]
    raise DataError(
        f"Every pair of items must have been answered by two people or more, and `{data.items[a]}` with "
        f"`{data.items[b]}` was by {together[a, b]:.0f}.",
        where=f"Group `{label}`." if label else (),
        hint="Leave one of the two out, or fit the forms of the questionnaire one by one.",
    )


def _check_rank(spread: FloatArray, data: ModelData, index: int, n_rows: int) -> None:
    """Raise where the sample covariance matrix is singular."""
    sd = np.sqrt(np.diag(spread))
    values, vectors = np.linalg.eigh(spread / np.outer(sd, sd))
    if values[0] > 1e-9:
        return
    label = data.groups[index]
    worst = np.argsort(-np.abs(vectors[:, 0]))[:4]
    names = ", ".join(f"`{data.items[k]}`" for k in worst if abs(vectors[k, 0]) > 0.1)
    raise NotIdentifiedError(
        "The covariance matrix of the items must be positive definite, and it is singular.",
        where=(
            *((f"Group `{label}`.",) if label else ()),
            f"{n_rows} people, {len(data.items)} items; a sum of {names} does not vary.",
        ),
        hint="Leave out an item that others determine, or use more people than items.",
    )

"""Leave unrestricted thresholds out of the iteration: with diagonal weights they equal the observed ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sctoolkit.numerics.structure.implied_moments import FloatArray, GroupModel, IntArray, Kind, Layout
from sctoolkit.numerics.structure.scoring_solver import Solution


@dataclass(frozen=True, slots=True)
class GroupMoments:
    """Observed moments of one group.

    ``weight`` is a vector (diagonal weights) or a matrix; ``gamma`` is the asymptotic covariance of
    ``sqrt(n) * observed``; ``n`` is the number of respondents.
    """

    n: float
    observed: FloatArray
    weight: FloatArray
    gamma: FloatArray


@dataclass(frozen=True, slots=True)
class Reduced:
    """Models without their thresholds; ``columns`` are the parameters left, ``z`` holds the thresholds."""

    models: tuple[GroupModel, ...]
    layouts: tuple[Layout, ...]
    groups: tuple[GroupMoments, ...]
    columns: IntArray
    z: FloatArray

    def restored(self, part: Solution) -> Solution:
        """Return the solution with the thresholds put back."""
        z = self.z.copy()
        z[self.columns] = part.z
        return replace(part, z=z)


def without_free_thresholds(
    models: Sequence[GroupModel], layouts: Sequence[Layout], groups: Sequence[GroupMoments]
) -> Reduced | None:
    """Return the models without thresholds, or None where thresholds are restricted or interact with the rest.

    Notes
    -----
    Holds for the delta parameterization with scales fixed at 1, intercepts and factor means fixed at 0, diagonal
    weights, and one parameter a threshold.
    """
    size = models[0].entry_map.shape[1]
    z, used = np.zeros(size), np.zeros(size, dtype=int)
    for model, layout, group in zip(models, layouts, groups, strict=True):
        at = model.kind == Kind.THRESHOLD
        plain = (
            group.weight.ndim == 1
            and bool(model.ordered.all())
            and model.derived.size == model.n_items
            and int(at.sum()) == model.thresholds.size > 0
            and not np.isin(model.kind, (Kind.MEAN, Kind.SCALE)).any()
            and not model.means.any()
            and bool(np.all(model.scales == 1.0))
            and not model.entry_offset[at].any()
        )
        if not plain:
            return None
        rows, columns = np.nonzero(model.entry_map[at])
        if rows.size != at.sum() or np.any(model.entry_map[at][rows, columns] != 1.0):
            return None
        z[columns] = group.observed[: layout.n_locations][model.row[at]]
        np.add.at(used, columns, 1)
        if model.entry_map[~at][:, columns].any():
            return None
    if used.max() > 1:
        return None
    left = np.flatnonzero(used == 0)
    empty = np.zeros(0, dtype=np.intp)
    smaller = []
    for model in models:
        keep = model.kind != Kind.THRESHOLD
        smaller.append(
            replace(
                model,
                kind=model.kind[keep],
                row=model.row[keep],
                col=model.col[keep],
                entry_map=model.entry_map[keep][:, left],
                entry_offset=model.entry_offset[keep],
                threshold_item=empty,
                thresholds=np.zeros(0),
            )
        )
    rest = tuple(
        replace(group, observed=group.observed[layout.n_locations :], weight=group.weight[layout.n_locations :])
        for group, layout in zip(groups, layouts, strict=True)
    )
    plain_layouts = tuple(replace(layout, location_item=empty, location_threshold=empty) for layout in layouts)
    return Reduced(tuple(smaller), plain_layouts, rest, left, z)

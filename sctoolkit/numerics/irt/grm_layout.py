"""Where the parameters of a graded response model stand, and how groups use them.

Theta of group g is mean_g + sd_g z with z standard normal, so that a group is a single-group model with slopes
a sd_g and intercepts d + a mean_g; everything for several groups follows by the chain rule.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sctoolkit.numerics.irt.grm_curves import GradedItems

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Layout:
    """Places of the free parameters.

    Attributes
    ----------
    item_of : (n_groups, k) int array
        Row of the distinct items used by each item in each group.
    columns : (n_items, K) int array
        Place of slope (first column) and intercepts; -1 where absent.
    mean_columns, sd_columns : (n_groups,) int arrays
        Place of mean and standard deviation of theta; -1 where fixed to 0 and 1.
    """

    item_of: IntArray
    columns: IntArray
    mean_columns: IntArray
    sd_columns: IntArray

    def admits(self, psi: FloatArray) -> bool:
        """Whether intercepts fall strictly and standard deviations are positive."""
        places = self.columns[:, 1:]
        values = np.where(places >= 0, psi[places], np.nan)
        falls = -np.diff(values, axis=1)
        sds = psi[self.sd_columns[self.sd_columns >= 0]]
        return bool(np.isfinite(psi).all() and not (falls <= 1e-7).any() and not (sds <= 1e-4).any())

    def reflected(self, psi: FloatArray) -> FloatArray:
        """Return the parameters with theta turned round."""
        out = psi.copy()
        out[self.columns[:, 0]] *= -1.0
        means = self.mean_columns[self.mean_columns >= 0]
        out[means] *= -1.0
        return out


def make_layout(
    codes: IntArray, group: IntArray, item_of: IntArray, *, free_groups: bool, slope_of: IntArray | None = None
) -> Layout:
    """Return the places for these data: one slope an item, one intercept a category above the lowest.

    ``slope_of`` (n_items,) names for each row the row, not above it, whose slope it shares; its own when left out.
    """
    highest = codes.max(axis=0)
    n_items = int(item_of.max()) + 1
    columns = np.full((n_items, int(highest.max()) + 1), -1, dtype=np.int64)
    place = 0
    for row in range(n_items):
        item = int(np.argwhere(item_of == row)[0, 1])
        width = int(highest[item]) + 1
        owner = row if slope_of is None else int(slope_of[row])
        own = 1 if owner == row else 0
        columns[row, 0] = place if own else columns[owner, 0]
        columns[row, 1:width] = place + own + np.arange(width - 1)
        place += own + width - 1
    n_groups = item_of.shape[0]
    means = np.full(n_groups, -1, dtype=np.int64)
    sds = np.full(n_groups, -1, dtype=np.int64)
    if free_groups:
        means[1:] = place + np.arange(n_groups - 1)
        sds[1:] = place + n_groups - 1 + np.arange(n_groups - 1)
    return Layout(item_of, columns, means, sds)


def n_parameters(layout: Layout) -> int:
    """Return the number of free parameters."""
    return int(max(layout.columns.max(), layout.sd_columns.max())) + 1


def pack(layout: Layout, items: GradedItems, means: FloatArray, sds: FloatArray) -> FloatArray:
    """Return the free parameters as one vector."""
    out = np.empty(n_parameters(layout))
    table = np.column_stack([items.slopes, items.intercepts])
    out[layout.columns[layout.columns >= 0]] = table[layout.columns >= 0]
    out[layout.mean_columns[layout.mean_columns >= 0]] = means[layout.mean_columns >= 0]
    out[layout.sd_columns[layout.sd_columns >= 0]] = sds[layout.sd_columns >= 0]
    return out


def unpack(layout: Layout, psi: FloatArray) -> tuple[GradedItems, FloatArray, FloatArray]:
    """Return items, group means and group standard deviations."""
    table = np.where(layout.columns >= 0, psi[layout.columns], -np.inf)
    means = np.where(layout.mean_columns >= 0, psi[layout.mean_columns], 0.0)
    sds = np.where(layout.sd_columns >= 0, psi[layout.sd_columns], 1.0)
    return GradedItems(table[:, 0], table[:, 1:]), means, sds


def reduced_items(layout: Layout, psi: FloatArray, g: int) -> GradedItems:
    """Return the items of group ``g`` as they act on the standard normal variable z."""
    items, means, sds = unpack(layout, psi)
    rows = layout.item_of[g]
    slopes = items.slopes[rows]
    return GradedItems(slopes * sds[g], items.intercepts[rows] + (slopes * means[g])[:, None])


def jacobian(layout: Layout, psi: FloatArray, g: int) -> FloatArray:
    """Return the derivative of the reduced items of group ``g`` (padded, k K rows) in the free parameters."""
    items, means, sds = unpack(layout, psi)
    rows = layout.item_of[g]
    k, width = rows.size, layout.columns.shape[1]
    out = np.zeros((k, width, psi.size))
    here = np.arange(k)
    places = layout.columns[rows]
    slope_at, slopes = places[:, 0], items.slopes[rows]
    out[here, 0, slope_at] = sds[g]
    if layout.sd_columns[g] >= 0:
        out[here, 0, layout.sd_columns[g]] = slopes
    for step in range(1, width):
        has = places[:, step] >= 0
        out[here[has], step, places[has, step]] = 1.0
        out[here[has], step, slope_at[has]] = means[g]
        if layout.mean_columns[g] >= 0:
            out[here[has], step, layout.mean_columns[g]] = slopes[has]
    return out.reshape(k * width, psi.size)


def second_order(layout: Layout, score: FloatArray, g: int) -> FloatArray:
    """Return sum of score times second derivative of the reduced items: slope with mean, slope with deviation."""
    out = np.zeros((n_parameters(layout), n_parameters(layout)))
    if layout.mean_columns[g] < 0:
        return out
    rows = layout.item_of[g]
    slope_at = layout.columns[rows, 0]
    has = layout.columns[rows, 1:] >= 0
    with_mean = np.where(has, score[:, 1:], 0.0).sum(axis=1)
    for place, value in ((layout.sd_columns[g], score[:, 0]), (layout.mean_columns[g], with_mean)):
        np.add.at(out, (slope_at, np.full(slope_at.size, place)), value)
        np.add.at(out, (np.full(slope_at.size, place), slope_at), value)
    return out

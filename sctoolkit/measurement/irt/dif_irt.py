"""DIF by likelihood ratios of graded response models that share anchors."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from sctoolkit.errors import ConvergenceError
from sctoolkit.measurement.irt.dif_matching import likelihood_ratio, pooled_sd
from sctoolkit.measurement.irt.dif_result import ItemDif
from sctoolkit.measurement.irt.grm import check_convergence
from sctoolkit.measurement.items.item_codes import ItemCodes
from sctoolkit.numerics.irt.dif_effects import curve_gap
from sctoolkit.numerics.irt.grm import GrmFit, fit_grm
from sctoolkit.numerics.irt.grm_curves import GradedItems
from sctoolkit.numerics.irt.grm_layout import make_layout, pack
from sctoolkit.numerics.irt.grm_likelihood import Grid, normal_grid

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class GradedGroups:
    """Category numbers (n, k), group numbers (n,) and group names, reference first."""

    coded: ItemCodes
    values: FloatArray
    group: IntArray
    groups: tuple[str, ...]


def fit_anchored(
    data: GradedGroups, free: frozenset[int], start: GrmFit | None = None, one_slope: frozenset[int] = frozenset()
) -> GrmFit:
    """Return the model in which the items at places ``free`` have parameters of their own in every group.

    Those of them in ``one_slope`` have thresholds of their own and one slope. ``start`` is a model with other free
    items to begin from.
    """
    n_groups, k = len(data.groups), len(data.coded.items)
    rows = np.tile(np.arange(k), (n_groups, 1))
    owners = list(range(k))
    for place in sorted(free):
        rows[1:, place] = len(owners) + np.arange(n_groups - 1)
        owners += [place] * (n_groups - 1) if place in one_slope else rows[1:, place].tolist()
    slope_of = np.array(owners, dtype=np.int64)
    begin = None if start is None else _carried(data, start, rows, slope_of)
    fit = fit_grm(data.coded.codes, group=data.group, item_of=rows, slope_of=slope_of, start=begin, tol=1e-7)
    if not fit.converged and begin is not None:
        fit = fit_grm(data.coded.codes, group=data.group, item_of=rows, slope_of=slope_of)
    check_convergence(fit, data.coded)
    return fit


def irt_items(data: GradedGroups, free: frozenset[int]) -> tuple[list[ItemDif], GrmFit]:
    """Return the likelihood-ratio test and the curve gaps of every item, and the model with ``free`` items free."""
    base = fit_anchored(data, free)
    return [_item(data, base, free, place) for place in range(len(data.coded.items))], base


def with_parts(data: GradedGroups, free: frozenset[int], found: list[ItemDif]) -> list[ItemDif]:
    """Return the same items with the test of each split into its parts.

    The slope is tested with thresholds free, the thresholds with one slope; the two statistics sum to that of both.
    """
    base = fit_anchored(data, free)
    return [_with_parts(data, base, free, place, entry) for place, entry in enumerate(found)]


def _with_parts(data: GradedGroups, base: GrmFit, free: frozenset[int], place: int, entry: ItemDif) -> ItemDif:
    """One item; one that was not tested, or whose parts have no model between them, stays as it is."""
    if not entry.tests:
        return entry
    statistic, dof, _ = entry.tests["likelihood_ratio"]
    loose = base.loglik if place in free else base.loglik + 0.5 * statistic
    others = len(data.groups) - 1
    try:
        middle = fit_anchored(data, free | {place}, base, frozenset({place})).loglik
    except ConvergenceError:
        return entry
    parts = {
        "slope": likelihood_ratio(loose, middle, others),
        "thresholds": likelihood_ratio(middle, loose - 0.5 * statistic, dof - others),
    }
    return replace(entry, tests={**entry.tests, **parts})


def _item(data: GradedGroups, base: GrmFit, free: frozenset[int], place: int) -> ItemDif:
    """One item: shared against free, all other items as they are in ``base``."""
    name = data.coded.items[place]
    width = len(data.coded.categories[place])
    for g, label in enumerate(data.groups):
        used = np.unique(data.coded.codes[(data.group == g) & (data.coded.codes[:, place] >= 0), place]).size
        if used < width:
            return ItemDif(name, reason=f"group {label} lacks {width - used} of its answers")
    if place not in free and len(free) + 1 == len(data.coded.items):
        return ItemDif(name, reason="it is the only anchor")
    loose = base if place in free else fit_anchored(data, free | {place}, base)
    tied = fit_anchored(data, free - {place}, base) if place in free else base
    points = np.asarray(data.coded.categories[place])
    standard = normal_grid()
    gaps = []
    for g in range(1, len(data.groups)):
        grid = Grid(loose.group_means[g] + loose.group_sds[g] * standard.nodes, standard.weights)
        sd = pooled_sd(data.values[:, place], data.group, g)
        gaps.append(curve_gap(_one(loose, 0, place), _one(loose, g, place), points[:width], grid, sd))
    none = float("nan")
    focal = data.groups[1:]
    effects = {
        "dmacs": tuple((label, gap.dmacs, none) for label, gap in zip(focal, gaps, strict=True)),
        "weighted_area": tuple((label, gap.signed, none) for label, gap in zip(focal, gaps, strict=True)),
        "weighted_absolute_area": tuple((label, gap.unsigned, none) for label, gap in zip(focal, gaps, strict=True)),
    }
    tests = {"likelihood_ratio": likelihood_ratio(loose.loglik, tied.loglik, (len(data.groups) - 1) * width)}
    return ItemDif(name, tests, effects, (max(gap.dmacs for gap in gaps),))


def _one(fit: GrmFit, group: int, place: int) -> GradedItems:
    """One item of one group, with its own number of categories."""
    row = fit.item_of[group, place]
    steps = fit.items.intercepts[row]
    return GradedItems(fit.items.slopes[row : row + 1], steps[np.isfinite(steps)][None, :])


def _carried(data: GradedGroups, start: GrmFit, rows: IntArray, slope_of: IntArray) -> FloatArray:
    """Parameters of ``start`` at the places of a model with other free items."""
    layout = make_layout(data.coded.codes, data.group, rows, free_groups=True, slope_of=slope_of)
    source = np.zeros(int(rows.max()) + 1, dtype=np.int64)
    for g in range(rows.shape[0] - 1, -1, -1):
        source[rows[g]] = start.item_of[g]
    items = GradedItems(start.items.slopes[source], start.items.intercepts[source])
    return pack(layout, items, start.group_means, start.group_sds)

"""S-X2: whether an item behaves at each sum score as its curve says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sctoolkit.numerics.irt.grm_curves import GradedItems, category_probabilities
from sctoolkit.numerics.irt.grm_likelihood import Grid
from sctoolkit.numerics.irt.summed_score import summed_likelihood

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ItemFit:
    """S-X2 of each item; all arrays are (k,). ``dof`` can be 0 or less, then the item is not testable."""

    chi2: FloatArray
    dof: IntArray
    n_cells: IntArray


def s_x2(codes: IntArray, items: GradedItems, grid: Grid, min_expected: float = 1.0) -> ItemFit:
    """Return the S-X2 statistic of each item.

    Parameters
    ----------
    codes : (n, k) int array
        Categories from 0 without missing answers.
    min_expected : float
        Neighbouring categories of a score group are merged from the ends inward until each cell expects this many.

    Notes
    -----
    E_sc = int P_c(theta) f^(-j)(s - c | theta) g / int f(s | theta) g, with f the Lord-Wingersky distribution of the
    sum score with, and f^(-j) without, the item. Degrees of freedom: sum over score groups of cells less one, less the
    parameters of the item.

    References
    ----------
    Orlando & Thissen (2000), doi:10.1177/01466216000241003; Kang & Chen (2008), doi:10.1111/j.1745-3984.2008.00071.x.
    Oracle: mirt::itemfit.
    """
    chance = category_probabilities(items, grid.nodes)
    widths = items.n_categories
    every = summed_likelihood(chance, widths) @ grid.weights
    scores = codes.sum(axis=1)
    k = codes.shape[1]
    chi2, dof, n_cells = np.zeros(k), np.zeros(k, dtype=np.int64), np.zeros(k, dtype=np.int64)
    for item in range(k):
        others = np.arange(k) != item
        rest = summed_likelihood(chance[others], widths[others]) * grid.weights
        expected = np.zeros((every.size, int(widths[item])))
        for category in range(int(widths[item])):
            expected[category : category + rest.shape[0], category] = rest @ chance[item, category]
        observed = np.zeros_like(expected)
        np.add.at(observed, (scores, codes[:, item]), 1.0)
        expected *= (observed.sum(axis=1) / every)[:, None]
        for seen, hoped in zip(observed, expected, strict=True):
            cells = _merge(seen, hoped, min_expected)
            if len(cells) > 1:
                chi2[item] += sum((o - e) ** 2 / e for o, e in cells)
                dof[item] += len(cells) - 1
                n_cells[item] += len(cells)
        dof[item] -= int(widths[item])
    return ItemFit(chi2, dof, n_cells)


def _merge(observed: FloatArray, expected: FloatArray, least: float) -> list[tuple[float, float]]:
    """Cells of one score group, merged from both ends inward until each expects ``least``."""
    cells = list(zip(observed.tolist(), expected.tolist(), strict=True))
    while len(cells) > 1 and min(e for _, e in cells) < least:
        at = next(place for place, cell in enumerate(cells) if cell[1] < least)
        low_half = at < len(cells) / 2 or at == 0
        partner = at + 1 if low_half and at + 1 < len(cells) else at - 1
        first, second = min(at, partner), max(at, partner)
        cells[first : second + 1] = [(cells[first][0] + cells[second][0], cells[first][1] + cells[second][1])]
    return cells

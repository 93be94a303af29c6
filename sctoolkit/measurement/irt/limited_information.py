"""Fit of a graded response model from the margins of one and two items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2 as chi2_distribution

from sctoolkit.numerics.irt.grm import GrmFit
from sctoolkit.numerics.irt.grm_curves import GradedItems
from sctoolkit.numerics.irt.grm_layout import Layout, jacobian, pack, reduced_items
from sctoolkit.numerics.irt.grm_likelihood import Grid
from sctoolkit.numerics.irt.limited_information import (
    LimitedFit,
    ObservedMoments,
    correlation_residuals,
    implied_moments,
    independence_items,
    limited_fit,
    observed_moments,
)
from sctoolkit.numerics.structure.fit_indices import cfi, rmsea, rmsea_interval, tli

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
LimitedStatistic = Literal["C2", "M2*"]


@dataclass(frozen=True, slots=True)
class LimitedIndices:
    """Statistic, degrees of freedom and the indices made from it; nan where there are no degrees of freedom."""

    statistic: LimitedStatistic
    chi2: float
    dof: int
    p_value: float
    rmsea: float
    rmsea_ci_low: float
    rmsea_ci_high: float
    cfi: float
    tli: float
    srmr: float


def limited_indices(
    codes: IntArray, group: IntArray, n_categories: IntArray, fit: GrmFit, grid: Grid, statistic: LimitedStatistic
) -> LimitedIndices:
    """Return the limited-information fit to category numbers; N - 1 in the RMSEA, as in lavaan and mirt."""
    parts = [codes[group == g] for g in range(fit.item_of.shape[0])]
    seen = [observed_moments(part, n_categories, kind=statistic) for part in parts]
    own = _own_model(fit, seen, grid, statistic)
    nothing = _no_factor(parts, seen, n_categories, grid, statistic)
    residuals = np.concatenate(
        [
            correlation_residuals(part, fit.items_in(g), _shifted(grid, fit.group_means[g], fit.group_sds[g]))
            for g, part in enumerate(parts)
        ]
    )
    srmr = float(np.sqrt(np.nanmean(residuals**2)))
    if own.dof <= 0:
        undefined = float("nan")
        return LimitedIndices(
            statistic, own.chi2, own.dof, undefined, undefined, undefined, undefined, undefined, undefined, srmr
        )
    n, n_groups = len(codes) - 1, len(parts)
    low, high = rmsea_interval(own.chi2, own.dof, n, n_groups)
    return LimitedIndices(
        statistic=statistic,
        chi2=own.chi2,
        dof=own.dof,
        p_value=float(chi2_distribution.sf(own.chi2, own.dof)),
        rmsea=rmsea(own.chi2, own.dof, n, n_groups),
        rmsea_ci_low=low,
        rmsea_ci_high=high,
        cfi=cfi(own.chi2, own.dof, nothing.chi2, nothing.dof),
        tli=tli(own.chi2, own.dof, nothing.chi2, nothing.dof),
        srmr=srmr,
    )


def _shifted(grid: Grid, mean: float, sd: float) -> Grid:
    """The grid of theta in a group."""
    return Grid(mean + sd * grid.nodes, grid.weights)


def _own_model(fit: GrmFit, seen: list[ObservedMoments], grid: Grid, statistic: LimitedStatistic) -> LimitedFit:
    """The statistic of the fitted model."""
    layout = Layout(fit.item_of, fit.columns, fit.mean_columns, fit.sd_columns)
    psi = pack(layout, fit.items, fit.group_means, fit.group_sds)
    moments = [implied_moments(reduced_items(layout, psi, g), grid, kind=statistic) for g in range(len(seen))]
    slopes = [part.derivative @ jacobian(layout, psi, g) for g, part in enumerate(moments)]
    return limited_fit(seen, moments, slopes)


def _no_factor(
    parts: list[IntArray], seen: list[ObservedMoments], n_categories: IntArray, grid: Grid, statistic: LimitedStatistic
) -> LimitedFit:
    """The statistic of independent items with the margins of each group."""
    moments = []
    slopes: list[FloatArray] = []
    for part in parts:
        items = _margins(part, n_categories)
        moments.append(implied_moments(items, grid, kind=statistic))
        width = items.intercepts.shape[1] + 1
        free = np.zeros((len(n_categories), width), dtype=bool)
        free[:, 1:] = np.isfinite(items.intercepts)
        slopes.append(moments[-1].derivative[:, free.reshape(-1)])
    sizes = [slope.shape[1] for slope in slopes]
    padded = []
    for g, slope in enumerate(slopes):
        whole = np.zeros((slope.shape[0], sum(sizes)))
        whole[:, sum(sizes[:g]) : sum(sizes[: g + 1])] = slope
        padded.append(whole)
    return limited_fit(seen, moments, padded)


def _margins(codes: IntArray, n_categories: IntArray) -> GradedItems:
    """Items without slope and with the observed shares of each category."""
    answered = np.maximum((codes >= 0).sum(axis=0), 1)
    shares = np.zeros((codes.shape[1], int(n_categories.max()) - 1))
    for step in range(shares.shape[1]):
        has = step + 1 < n_categories
        share = (codes > step).sum(axis=0) / answered
        shares[has, step] = np.clip(share[has], 1e-9, 1.0 - 1e-9)
    return independence_items(shares)

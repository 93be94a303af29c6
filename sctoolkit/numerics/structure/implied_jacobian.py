"""Derivatives of the implied moments by the parameters, in closed form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sctoolkit.numerics.structure.implied_moments import FloatArray, GroupModel, IntArray, Kind, Layout, ModelState


@dataclass(frozen=True, slots=True)
class GroupSlope:
    """Derivatives of the moments of a group by the parameters that it has: ``values`` (m, o), ``columns`` (o,) in z."""

    columns: IntArray
    values: FloatArray


def jacobian(model: GroupModel, layout: Layout, state: ModelState) -> FloatArray:
    """Return the derivatives of the moments of a group.

    Parameters
    ----------
    model : GroupModel
    layout : Layout
    state : ModelState
        From `sctoolkit.numerics.structure.implied_moments.evaluate` at the same parameters.

    Returns
    -------
    (m, q) float array
        Rows in the order of ``layout``, one column a parameter.

    Notes
    -----
    dSigma/dB_ij = G e_i h_j' + h_j e_i' G' with G = F (I - B)^-1 and h_j = G S (I - B)^-T e_j; dSigma/dS_ij is
    symmetric in G e_i and G e_j. Derived residual variances (delta) enter through the implicit function theorem and
    standardisation by the quotient rule. Checked against central differences for every variant in the tests.
    """
    own = own_jacobian(model, layout, state)
    slope = np.zeros((layout.n_moments, model.entry_map.shape[1]))
    slope[:, own.columns] = own.values
    return slope


def own_jacobian(model: GroupModel, layout: Layout, state: ModelState) -> GroupSlope:
    """Return the derivatives by the parameters that the group has; those by all others are zero."""
    entries = _entry_jacobian(model, layout, state)
    return GroupSlope(model.own, entries @ model.entry_map[:, model.own])


def _entry_jacobian(model: GroupModel, layout: Layout, state: ModelState) -> FloatArray:
    """Return derivatives by the entries of the matrices, before equality constraints."""
    n_entries, p = model.kind.size, model.n_items
    pair_a, pair_b = layout.pair_a, layout.pair_b
    pairs = np.zeros((pair_a.size, n_entries))
    diagonal = np.zeros((p, n_entries))
    mean = np.zeros((p, n_entries))
    tau = np.zeros((model.thresholds.size, n_entries))
    reach = state.reach
    at = model.at[Kind.PATH]
    if at.size:
        left = reach[:, model.row[at]]
        right = (reach @ state.covariances @ state.total.T)[:, model.col[at]]
        pairs[:, at] = left[pair_a] * right[pair_b] + left[pair_b] * right[pair_a]
        diagonal[:, at] = 2.0 * left * right
        mean[:, at] = left * (state.total @ state.means)[model.col[at]]
    at = model.at[Kind.COVARIANCE]
    if at.size:
        left, right = reach[:, model.row[at]], reach[:, model.col[at]]
        half = np.where(model.row[at] == model.col[at], 0.5, 1.0)
        pairs[:, at] = half * (left[pair_a] * right[pair_b] + left[pair_b] * right[pair_a])
        diagonal[:, at] = 2.0 * half * left * right
    at = model.at[Kind.MEAN]
    mean[:, at] = reach[:, model.row[at]]
    at = model.at[Kind.THRESHOLD]
    tau[model.row[at], at] = 1.0
    if model.derived.size:
        _follow_scales(model, layout, state, pairs, diagonal)
    return _standardise(layout, state, pairs, diagonal, mean, tau, _slope_change(model, layout, state))


def _slope_change(model: GroupModel, layout: Layout, state: ModelState) -> FloatArray:
    """Return the derivatives of the slopes of the latent responses: dG/dB_ij = G e_i e_j' (I - B)^-1."""
    slopes = np.zeros((layout.slope_item.size, model.kind.size))
    if layout.slope_item.size:
        at = model.at[Kind.PATH]
        left = state.total[np.ix_(layout.slope_item, model.row[at])]
        slopes[:, at] = left * state.total[np.ix_(model.col[at], layout.slope_covariate)].T
    return slopes


def _follow_scales(
    model: GroupModel, layout: Layout, state: ModelState, pairs: FloatArray, diagonal: FloatArray
) -> None:
    """Add what changes through the derived residual variances, in place."""
    derived, at = model.derived, model.at[Kind.SCALE]
    variance = np.zeros_like(diagonal)
    variance[model.row[at], at] = -2.0 * state.scales[model.row[at]] ** -3.0
    if not state.paths[:, derived].any():
        diagonal[derived] = variance[derived]
        return
    part = state.reach[:, derived]
    change = np.linalg.solve(part[derived] ** 2, variance[derived] - diagonal[derived])
    pairs += (part[layout.pair_a] * part[layout.pair_b]) @ change
    diagonal += (part**2) @ change
    if at.size == 0:
        diagonal[derived] = 0.0


def _standardise(
    layout: Layout,
    state: ModelState,
    pairs: FloatArray,
    diagonal: FloatArray,
    mean: FloatArray,
    tau: FloatArray,
    slopes: FloatArray,
) -> FloatArray:
    """Return derivatives of the observed quantities from those of the latent responses."""
    variance, sd = state.sigma.diagonal(), state.sd
    ordered = np.ones(sd.size, dtype=bool)
    ordered[layout.variance_item] = False
    ordered[layout.slope_covariate] = False
    log_sd = np.where(ordered[:, None], diagonal / (2.0 * np.where(ordered, variance, 1.0)[:, None]), 0.0)
    a, b = layout.pair_a, layout.pair_b
    scale = 1.0 / (sd[a] * sd[b])
    pairs *= scale[:, None]
    if log_sd.any():
        rho = state.sigma[a, b] * scale
        pairs -= rho[:, None] * (log_sd[a] + log_sd[b])
    item, which = layout.location_item, layout.location_threshold
    location = mean[item]
    at = which >= 0
    own = item[at]
    standard = (state.thresholds[which[at]] - state.mu[own]) / sd[own]
    location[at] = (tau[which[at]] - mean[own]) / sd[own, None] - standard[:, None] * log_sd[own]
    if layout.slope_item.size:
        item = layout.slope_item
        raw = state.total[item, layout.slope_covariate]
        slopes = (slopes - raw[:, None] * log_sd[item]) / sd[item, None]
    return np.vstack([location, slopes, diagonal[layout.variance_item], pairs])

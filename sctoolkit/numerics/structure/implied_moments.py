"""Moments that a linear model with latent variables implies, for continuous and ordinal items at once.

One representation serves factor models, latent regression, mediation and latent change scores (the reticular action
model): observed items and latent variables stand in one vector ``v = means + paths v + zeta``, items first. ``paths``
holds the loadings (rows of items, columns of latent variables) and the regressions, ``covariances`` holds Theta and
Psi, ``means`` holds nu and alpha. For ordered items only standardised quantities are observed, see `evaluate`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
BoolArray = npt.NDArray[np.bool_]


def _none() -> IntArray:
    """Return no positions."""
    return np.zeros(0, dtype=np.intp)


class Kind(IntEnum):
    """The matrix in which a parameter stands."""

    PATH = 0
    COVARIANCE = 1
    MEAN = 2
    THRESHOLD = 3
    SCALE = 4


@dataclass(frozen=True, slots=True)
class GroupModel:
    """The model of one group: fixed values in matrices, and where the entries of the parameter vector stand.

    Entry ``k`` of the model stands at ``(row[k], col[k])`` of the matrix ``kind[k]`` and has the value
    ``entry_offset[k] + entry_map[k] @ z``; equality constraints live in ``entry_map``.

    Attributes
    ----------
    ordered : (p,) bool
        Which items are ordinal.
    threshold_item : (t,) int
        Item of each threshold, sorted by item.
    paths, covariances : (v, v) float
        Fixed values; zero where an entry stands. Items come first.
    means : (v,) float
    thresholds : (t,) float
    scales : (p,) float
        ``1 / sd`` of the latent responses (delta parameterization).
    kind, row, col : (k,) int
    entry_map : (k, q) float
    entry_offset : (k,) float
    derived : (d,) int
        Ordered items whose residual variance follows from their scale (delta parameterization).
    mean_structure : bool
        Whether means of continuous items are modelled.
    covariates : (c,) int
        Items on which all moments are conditional: they have neither mean nor variance here, and their paths imply
        the slopes of the other items.
    at : tuple of int arrays
        Entries of each kind.
    own : (o,) int
        Parameters that this group has, positions in ``z``.
    """

    ordered: BoolArray
    threshold_item: IntArray
    paths: FloatArray
    covariances: FloatArray
    means: FloatArray
    thresholds: FloatArray
    scales: FloatArray
    kind: IntArray
    row: IntArray
    col: IntArray
    entry_map: FloatArray
    entry_offset: FloatArray
    derived: IntArray
    mean_structure: bool
    covariates: IntArray = field(default_factory=_none)
    at: tuple[IntArray, ...] = field(init=False)
    own: IntArray = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", tuple(np.flatnonzero(self.kind == kind) for kind in range(len(Kind))))
        object.__setattr__(self, "own", np.flatnonzero(self.entry_map.any(axis=0)))

    @property
    def n_items(self) -> int:
        """Return the number of items."""
        return int(self.ordered.size)


@dataclass(frozen=True, slots=True)
class ModelState:
    """Every matrix of one group at one parameter vector.

    ``sigma`` and ``mu`` are those of the latent responses; ``sd`` is 1 for continuous items; ``total`` is
    ``inv(I - paths)`` and ``reach`` its rows of items.
    """

    paths: FloatArray
    covariances: FloatArray
    means: FloatArray
    thresholds: FloatArray
    scales: FloatArray
    total: FloatArray
    reach: FloatArray
    sigma: FloatArray
    mu: FloatArray
    sd: FloatArray


@dataclass(frozen=True, slots=True)
class Layout:
    """Order of the moments of one group: locations, slopes, variances of continuous items, covariances.

    Locations come item by item: the thresholds of an ordered item, the mean of a continuous one (when means are
    modelled). Slopes come covariate by covariate. Covariances are the pairs of the lower triangle by columns;
    correlations for pairs of ordered items. Covariates have no moments of their own.
    """

    location_item: IntArray
    location_threshold: IntArray
    variance_item: IntArray
    pair_a: IntArray
    pair_b: IntArray
    slope_item: IntArray = field(default_factory=_none)
    slope_covariate: IntArray = field(default_factory=_none)

    @property
    def n_locations(self) -> int:
        """Return the number of thresholds and means."""
        return int(self.location_item.size)

    @property
    def n_moments(self) -> int:
        """Return the length of the moment vector."""
        return int(self.location_item.size + self.slope_item.size + self.variance_item.size + self.pair_a.size)


def moment_layout(
    ordered: BoolArray, threshold_item: IntArray, mean_structure: bool, covariates: IntArray | None = None
) -> Layout:
    """Return the order of the moments.

    Examples
    --------
    >>> moment_layout(np.array([True, True]), np.array([0, 0, 1]), True).n_moments
    4
    """
    items: list[int] = []
    which: list[int] = []
    held = _none() if covariates is None else covariates
    for item, is_ordered in enumerate(ordered):
        if item in held:
            continue
        if is_ordered:
            own = np.flatnonzero(threshold_item == item)
            items.extend([item] * own.size)
            which.extend(own.tolist())
        elif mean_structure:
            items.append(item)
            which.append(-1)
    own = np.setdiff1d(np.arange(ordered.size), held)
    pair_a, pair_b = np.triu_indices(own.size, 1)
    return Layout(
        np.array(items, dtype=np.intp),
        np.array(which, dtype=np.intp),
        own[~ordered[own]],
        own[pair_a],
        own[pair_b],
        np.tile(own, held.size),
        np.repeat(held, own.size),
    )


def evaluate(model: GroupModel, z: FloatArray) -> ModelState:
    """Return the matrices of a group at the parameter vector ``z``.

    Parameters
    ----------
    model : GroupModel
    z : (q,) float array

    Returns
    -------
    ModelState

    Raises
    ------
    numpy.linalg.LinAlgError
        If ``I - paths`` is singular.

    Notes
    -----
    Sigma = F (I - B)^-1 S (I - B)^-T F'. With delta, the residual variance of an ordered item is the one that gives
    its latent response the variance ``scale ** -2``; with theta it is a parameter and the scale follows.

    References
    ----------
    McArdle & McDonald (1984), doi:10.1111/j.2044-8317.1984.tb00802.x; Muthen & Asparouhov (2002), Mplus Web Note 4.
    """
    paths, covariances = model.paths.copy(), model.covariances.copy()
    means, thresholds, scales = model.means.copy(), model.thresholds.copy(), model.scales.copy()
    values = model.entry_offset + model.entry_map @ z
    row, col = model.row, model.col
    path, covariance, mean, threshold, scale = model.at
    paths[row[path], col[path]] = values[path]
    covariances[row[covariance], col[covariance]] = values[covariance]
    covariances[col[covariance], row[covariance]] = values[covariance]
    means[row[mean]] = values[mean]
    thresholds[row[threshold]] = values[threshold]
    scales[row[scale]] = values[scale]
    p, derived = model.n_items, model.derived
    total = _total_effects(paths)
    reach = total[:p]
    sigma = reach @ covariances @ reach.T
    if derived.size:
        wanted = scales[derived] ** -2.0 - sigma.diagonal()[derived]
        follows = paths[:, derived].any()
        residual = np.linalg.solve(reach[np.ix_(derived, derived)] ** 2, wanted) if follows else wanted
        covariances[derived, derived] = residual
        part = reach[:, derived]
        sigma = sigma + (part * residual) @ part.T
    with np.errstate(invalid="ignore"):
        sd = np.where(model.ordered, np.sqrt(sigma.diagonal()), 1.0)
    return ModelState(paths, covariances, means, thresholds, scales, total, reach, sigma, reach @ means, sd)


def _total_effects(paths: FloatArray) -> FloatArray:
    """Return (I - B)^-1, which is I + B where no variable stands between two others (B B = 0)."""
    unit = np.eye(paths.shape[0])
    if not (paths @ paths).any():
        return unit + paths
    return np.asarray(np.linalg.inv(unit - paths), dtype=np.float64)


def moments(layout: Layout, state: ModelState) -> FloatArray:
    """Return the implied moments of a group in the order of ``layout``.

    Notes
    -----
    Thresholds (tau - mu) / sd, means mu, variances, and slopes and covariances divided by the sds of ordered items.
    """
    mean = state.mu[layout.location_item]
    location = mean.copy()
    at = layout.location_threshold >= 0
    location[at] = (state.thresholds[layout.location_threshold[at]] - mean[at]) / state.sd[layout.location_item[at]]
    pairs = state.sigma[layout.pair_a, layout.pair_b] / (state.sd[layout.pair_a] * state.sd[layout.pair_b])
    slopes = state.total[layout.slope_item, layout.slope_covariate] / state.sd[layout.slope_item]
    return np.concatenate([location, slopes, state.sigma.diagonal()[layout.variance_item], pairs])

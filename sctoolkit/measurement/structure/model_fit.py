"""The record of a fitted model: everything that scores, reliability, residuals and modification indices read.

`CfaResult.fit` is a `ModelFit`. Per group, ``fit.matrices[g]`` (`GroupMatrices`) holds plain arrays in one scale:

- ``thresholds``: one array an item (empty for a continuous item), ``intercepts`` nu (p,), ``loadings`` Lambda (p, m),
  ``residuals`` Theta (p, p), ``factor_covariance`` Phi (m, m) and ``factor_mean`` (m,) of the latent variables
  (structural paths already worked in), ``sd`` (p,) standard deviation of the latent response of each ordered item (1
  for continuous ones), ``sigma`` (p, p) and ``mu`` (p,) implied moments of the (latent) responses.
- An ordered item falls into category c when ``thresholds[c - 1] < nu + lambda'eta + eps <= thresholds[c]``, with
  ``eps ~ N(0, theta)``; this holds for delta and theta alike, so a user of the record needs no parameterization.

Data: ``fit.data`` (`sctoolkit.measurement.structure.model_data.ModelData`) holds the rows used: ``fit.data.codes[g]``
(n_g, p) int8 categories from 0, -1 missing (ordered) or ``fit.data.values[g]`` (n_g, p) float (continuous), and
``fit.data.categories[item]`` the original codes; ``fit.data.rows[g]`` positions in the caller's frame.
Names: ``fit.items``, ``fit.latents``, ``fit.groups``; ``fit.ordered`` says whether items were treated as ordinal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sctoolkit.measurement.structure.parameter_table import ParameterTable
from sctoolkit.numerics.structure.implied_jacobian import GroupSlope
from sctoolkit.numerics.structure.implied_moments import FloatArray, GroupModel, Layout, ModelState
from sctoolkit.numerics.structure.sandwich import Sandwich

if TYPE_CHECKING:
    from sctoolkit.measurement.structure.mixed_statistics import MixedGroup
    from sctoolkit.measurement.structure.model_data import ModelData
    from sctoolkit.numerics.ordinal.ordinal_statistics import OrdinalStatistics
    from sctoolkit.numerics.structure.ml import NormalGroup
    from sctoolkit.numerics.structure.wls import GroupMoments


@dataclass(frozen=True, slots=True)
class GroupMatrices:
    """Estimates of one group in matrices (see the module)."""

    thresholds: tuple[FloatArray, ...]
    intercepts: FloatArray
    loadings: FloatArray
    residuals: FloatArray
    factor_covariance: FloatArray
    factor_mean: FloatArray
    sd: FloatArray
    sigma: FloatArray
    mu: FloatArray

    def __post_init__(self) -> None:
        arrays = (self.intercepts, self.loadings, self.residuals, self.factor_covariance, self.factor_mean, self.sd)
        for array in (*self.thresholds, *arrays, self.sigma, self.mu):
            array.setflags(write=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFit:
    """A fitted model.

    Attributes
    ----------
    table : ParameterTable
    data : ModelData
    estimator, convention : str
    models, layouts : one entry a group
    z : (q,) float array
        Free parameters after equalities; ``table.offset + table.mapping @ z`` are the free rows of the table.
    vcov : (q, q) float array
        Covariance of ``z``; nan where it could not be computed.
    estimates, std_errors : (n_rows,) float arrays
        One a row of the table; standard error nan for fixed and derived rows.
    slopes : tuple of GroupSlope
        Jacobian of the moments of every group by the parameters that it has.
    matrices : tuple of GroupMatrices
    chi2, dof : float, int
        Uncorrected statistic.
    sandwich : Sandwich or None
        Bread, meat and traces of the robust corrections.
    ordinal : tuple of OrdinalStatistics, empty for continuous items
    moments : tuple of GroupMoments, empty for continuous items
    normal : tuple of NormalGroup, empty for ordered items
    converged : bool
    n_iterations : int
    """

    table: ParameterTable
    data: ModelData
    estimator: str
    convention: str
    models: tuple[GroupModel, ...]
    layouts: tuple[Layout, ...]
    z: FloatArray
    vcov: FloatArray
    estimates: FloatArray
    std_errors: FloatArray
    slopes: tuple[GroupSlope, ...]
    matrices: tuple[GroupMatrices, ...]
    chi2: float
    dof: int
    sandwich: Sandwich | None
    ordinal: tuple[OrdinalStatistics, ...] | tuple[MixedGroup, ...]
    moments: tuple[GroupMoments, ...]
    normal: tuple[NormalGroup, ...]
    converged: bool
    n_iterations: int

    def __post_init__(self) -> None:
        for array in (self.z, self.vcov, self.estimates, self.std_errors):
            array.setflags(write=False)

    @property
    def items(self) -> tuple[str, ...]:
        """Return the names of the items in the order of all arrays."""
        return self.table.variables.items

    @property
    def latents(self) -> tuple[str, ...]:
        """Return the names of the latent variables."""
        return self.table.variables.latents

    @property
    def groups(self) -> tuple[str, ...]:
        """Return the labels of the groups; one empty label without groups."""
        return self.table.groups

    @property
    def ordered(self) -> bool:
        """Say whether items were treated as ordinal, all or some."""
        return bool(self.table.variables.ordered)

    @property
    def mixed(self) -> bool:
        """Say whether ordered items stand beside continuous ones or covariates."""
        return self.ordered and len(self.table.variables.ordered) < len(self.items)


def group_matrices(model: GroupModel, state: ModelState) -> GroupMatrices:
    """Return the estimates of a group as measurement matrices."""
    p = model.n_items
    spread = state.total @ state.covariances @ state.total.T
    return GroupMatrices(
        thresholds=tuple(state.thresholds[model.threshold_item == item] for item in range(p)),
        intercepts=state.means[:p].copy(),
        loadings=state.paths[:p, p:].copy(),
        residuals=state.covariances[:p, :p].copy(),
        factor_covariance=spread[p:, p:].copy(),
        factor_mean=np.asarray((state.total @ state.means)[p:]),
        sd=state.sd.copy(),
        sigma=state.sigma.copy(),
        mu=state.mu.copy(),
    )

"""A sandwich around a mixed model: CR2 by cluster, the model's own covariance as the working model."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sctoolkit.errors import NotIdentifiedError
from sctoolkit.numerics.linear.lmm import MixedFit
from sctoolkit.numerics.linear.random_terms import RandomTerm
from sctoolkit.numerics.linear.vcov import ClusterParts, lonely_directions

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def robust_parts(
    fit: MixedFit, design: FloatArray, outcome: FloatArray, terms: list[RandomTerm], codes: IntArray
) -> ClusterParts:
    """Return the CR2 sandwich of a mixed model and what its degrees of freedom need.

    Parameters
    ----------
    fit : MixedFit
        Of ``fit_lmm(design, outcome, terms)``.
    design, outcome, terms
        As given to the fit.
    codes : (n,) clusters from 0; every random effect must stay within one cluster

    Raises
    ------
    NotIdentifiedError
        If a random effect crosses clusters, so that clusters are not independent.

    Notes
    -----
    With V_g = D'D the model's covariance of a cluster, A_g = D' [D (V_g - X_g M X_g') D']^(-1/2) D.

    References
    ----------
    Pustejovsky and Tipton (2018), doi:10.1080/07350015.2016.1247004.   Oracle: sleepstudy_lmm (clubSandwich on lmer).
    """
    for term in terms:
        pairs = np.unique(np.column_stack([term.codes, codes]), axis=0)
        if len(pairs) > int(term.codes.max()) + 1:
            raise NotIdentifiedError(
                "A sandwich needs clusters that share no random effect, and some do.",
                hint="Cluster at the highest level of the random part.",
            )
    n_clusters, p = int(codes.max()) + 1, design.shape[1]
    root = np.linalg.cholesky(np.linalg.inv(fit.vcov)).T
    basis = np.linalg.solve(root.T, design.T).T
    residual = outcome - design @ fit.coef
    scores = np.empty((n_clusters, p))
    own, spread, share = (np.empty((n_clusters, p, p)) for _ in range(3))
    for g in range(n_clusters):
        rows = np.flatnonzero(codes == g)
        z = basis[rows]
        phi = _covariance(fit, terms, rows)
        d = np.linalg.cholesky(phi).T
        values, vectors = np.linalg.eigh(d @ (phi - z @ z.T) @ d.T)
        keep = values > 1e-10 * values.max()
        half = np.where(keep, 1.0 / np.sqrt(np.where(keep, values, 1.0)), 0.0)
        weighted = np.linalg.solve(phi, z)
        v = d.T @ (vectors @ (half[:, None] * (vectors.T @ (d @ weighted))))
        scores[g], own[g], spread[g], share[g] = residual[rows] @ v, z.T @ v, v.T @ phi @ v, z.T @ weighted
    solved = np.linalg.solve(root, scores.T)
    return ClusterParts(
        kind="CR2", vcov=solved @ solved.T, scores=scores, own=own, cross=own, spread=spread,
        lonely=lonely_directions(share), middle=np.eye(p), root=root,
    )  # fmt: skip


def _covariance(fit: MixedFit, terms: list[RandomTerm], rows: IntArray) -> FloatArray:
    """Model covariance of some rows."""
    out = fit.sigma2 * np.eye(len(rows))
    for term, matrix in zip(terms, fit.covariances, strict=True):
        z, level = term.columns[rows], term.codes[rows]
        out += (level[:, None] == level) * (z @ matrix @ z.T)
    return out

"""Sandwich variances of least squares: HC0 to HC3 by row, CR0 to CR3 by cluster.

``cluster_parts(fit, codes, kind, working=None) -> ClusterParts`` and ``row_parts(fit, kind) -> ClusterParts`` hold the
variance (``vcov``) and what Satterthwaite degrees of freedom (``dof(contrast)``) and HTZ need. Nothing of size n x n or
n_g x n_g is formed: without weights a cluster enters by its p x p Gram matrix, with weights by a factor of rank 2p.

Conventions
-----------
CR0 no adjustment; CR1 = CR0 G/(G-1); CR1S = CR1 (N-1)/(N-p), the clustered variance of Stata, fixest and statsmodels;
CR2 A_g = D'(B_g)^(-1/2) D (Bell-McCaffrey, Pustejovsky-Tipton); CR3 A_g = (I - H_gg)^(-1) without any factor
(statsmodels multiplies by (G-1)/G, pyfixest by G/(G-1) (N-1)/(N-p)).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve_triangular

from sctoolkit.errors import NotIdentifiedError
from sctoolkit.numerics.linear.cluster_adjustment import TOLERANCE, dense, gram, leave_out, low_rank, unadjusted
from sctoolkit.numerics.linear.least_squares import LeastSquares
from sctoolkit.numerics.linear.satterthwaite import QuadraticForm, dof_of

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

ALONE = 1 - 1e-8  # share of a direction's information above which its other clusters hold none


@dataclass(frozen=True, slots=True)
class ClusterParts:
    """A sandwich variance and its pieces, in the coordinates of the fit's basis Z (Z'WZ = I).

    With V_g = A_g'W_g Z_g: ``own`` Z_g'V_g, ``cross`` Z_g'W_g Phi_g V_g, ``spread`` V_g'Phi_g V_g, each (G, p, p);
    ``scores`` Z_g'W_g A_g e_g (G, p); ``middle`` Z'W Phi W Z. ``lonely`` (k, p) are directions that one cluster alone
    informs.
    """

    kind: str
    vcov: FloatArray
    scores: FloatArray
    own: FloatArray
    cross: FloatArray
    spread: FloatArray
    lonely: FloatArray
    middle: FloatArray
    root: FloatArray

    @property
    def n_clusters(self) -> int:
        """Number of clusters (rows for HC)."""
        return len(self.scores)

    def form(self, left: FloatArray, right: FloatArray | None = None) -> QuadraticForm:
        """Return the matrix whose moments give degrees of freedom, for contrasts (p,) on the coefficients."""
        x = solve_triangular(self.root, left, trans="T")
        y = x if right is None else solve_triangular(self.root, right, trans="T")
        if self.own.ndim == 2:  # singletons: V_i = scale_i z_i, kept as scale_i and z_i
            return _row_form(self.own, self.spread[:, 0], x, y, self.middle)
        d = np.einsum("p,gpq,q->g", x, self.spread, y)
        return QuadraticForm(d, self.own @ x, self.cross @ x, self.own @ y, self.cross @ y, self.middle)

    def dof(self, contrast: FloatArray) -> float:
        """Return the Satterthwaite degrees of freedom of a contrast (p,) of the coefficients."""
        return dof_of(self.form(contrast))

    def rests_on_one_cluster(self, contrast: FloatArray, tolerance: float = 1e-7) -> bool:
        """Return whether the contrast could not be estimated without some single cluster.

        Then the residuals of that cluster say nothing about its own deviation and no sandwich is valid.
        """
        x = solve_triangular(self.root, contrast, trans="T")
        return bool(np.any((self.lonely @ x) ** 2 > tolerance * (x @ x)))


def lonely_directions(share: FloatArray) -> FloatArray:
    """Return the directions (k, p) of which one cluster holds all information, from Z_g'W_gZ_g of each (G, p, p)."""
    candidates = share[np.trace(share, axis1=1, axis2=2) > ALONE]
    values, vectors = np.linalg.eigh(candidates)
    return np.swapaxes(vectors, 1, 2)[values > ALONE]


def iid_vcov(fit: LeastSquares) -> FloatArray:
    """Return sigma^2 (X'WX)^-1, the classical variance."""
    return fit.sigma2 * fit.bread


def row_parts(fit: LeastSquares, kind: str) -> ClusterParts:
    """Heteroskedasticity-consistent variance, one row a cluster.

    Parameters
    ----------
    fit : LeastSquares
        With weights, leverage is that of the weighted fit (as sandwich::vcovHC).
    kind : {"HC0", "HC1", "HC2", "HC3"}

    Returns
    -------
    ClusterParts
        ``dof`` of HC2 are Bell and McCaffrey's.

    References
    ----------
    MacKinnon and White (1985), doi:10.1016/0304-4076(85)90158-7.   Oracle: tests/oracle/small_sample.R (sandwich).
    """
    half = np.sqrt(fit.weights)
    z = fit.basis * half[:, None]
    left = 1.0 - (z**2).sum(axis=1)
    left = np.where(left > TOLERANCE, left, np.inf)
    power = {"HC0": 0.0, "HC1": 0.0, "HC2": 0.5, "HC3": 1.0}[kind]
    scale = np.ones(fit.n_obs) if power == 0 else left**-power
    scores = z * (scale * half * fit.residuals)[:, None]
    factor = fit.n_obs / fit.dof_resid if kind == "HC1" else 1.0
    return ClusterParts(
        kind=kind,
        vcov=_outer(fit, scores, factor),
        scores=scores * np.sqrt(factor),
        own=z,
        cross=z,
        spread=(scale * np.sqrt(factor))[:, None],
        lonely=z[(z**2).sum(axis=1) > ALONE],
        middle=np.eye(z.shape[1]),
        root=fit.root,
    )


def cluster_parts(
    fit: LeastSquares, codes: npt.ArrayLike, kind: str, working: FloatArray | None = None
) -> ClusterParts:
    """Cluster-robust variance.

    Parameters
    ----------
    fit : LeastSquares
        Absorbed effects must be nested in clusters and the fit unweighted (then the swept and the full design agree).
    codes : (n,) integers from 0 to G-1, each used
    kind : {"CR0", "CR1", "CR1S", "CR2", "CR3"}
        See the conventions at the top of this module.
    working : (n,) positive array, optional
        Working-model variances for CR2 and degrees of freedom; equal unless given. Use 1 / weights (up to a factor,
        which does not matter) when weights are precisions.

    Returns
    -------
    ClusterParts

    Raises
    ------
    NotIdentifiedError
        If there are fewer than two clusters.

    References
    ----------
    Bell and McCaffrey (2002), Survey Methodology 28:169-181; Pustejovsky and Tipton (2018),
    doi:10.1080/07350015.2016.1247004.   Oracle: tests/oracle/small_sample.R (clubSandwich::vcovCR).

    Examples
    --------
    >>> from sctoolkit.numerics.linear.least_squares import fit_least_squares
    >>> fit = fit_least_squares(np.ones((4, 1)), np.array([1.0, 2.0, 3.0, 6.0]))
    >>> float(cluster_parts(fit, np.array([0, 0, 1, 1]), "CR1").vcov[0, 0])
    2.25
    """
    index = np.asarray(codes, dtype=np.int64)
    n_clusters = int(index.max()) + 1 if index.size else 0
    if n_clusters < 2:
        raise NotIdentifiedError(
            f"A cluster-robust variance needs at least 2 clusters, and there is {n_clusters}.",
            hint="Say `cluster=None` for people who answer independently, or describe the one cluster without a test.",
        )
    order = np.argsort(index, kind="stable")
    bounds = np.append(0, np.cumsum(np.bincount(index, minlength=n_clusters)))
    equal = bool(np.ptp(fit.weights) <= 1e-14 * fit.weights.max())
    if kind in {"CR0", "CR1", "CR1S"}:
        pieces = unadjusted(fit, order, bounds, working)
    elif kind == "CR3":
        pieces = leave_out(fit, order, bounds, working)
    elif equal and working is None:
        pieces = gram(fit, order, bounds)
    elif working is None:
        pieces = low_rank(fit, order, bounds)
    else:
        pieces = dense(fit, order, bounds, working)
    scores, own, cross, spread, share = pieces
    factor = {"CR1": n_clusters / (n_clusters - 1), "CR1S": _stata(fit, n_clusters)}.get(kind, 1.0)
    phi = np.ones(fit.n_obs) if working is None else working
    weighted = fit.basis * (fit.weights * np.sqrt(phi))[:, None]
    return ClusterParts(
        kind=kind,
        vcov=_outer(fit, scores, factor),
        scores=scores * np.sqrt(factor),
        own=own * np.sqrt(factor),
        cross=cross * np.sqrt(factor),
        spread=spread * factor,
        lonely=lonely_directions(share),
        middle=weighted.T @ weighted,
        root=fit.root,
    )


def _stata(fit: LeastSquares, n_clusters: int) -> float:
    return n_clusters / (n_clusters - 1) * (fit.n_obs - 1) / (fit.n_obs - fit.n_params)


def _outer(fit: LeastSquares, scores: FloatArray, factor: float) -> FloatArray:
    """Return factor R^-1 (sum of score outer products) R^-T."""
    solved = solve_triangular(fit.root, scores.T)
    out: FloatArray = factor * (solved @ solved.T)
    return out


def _row_form(z: FloatArray, scale: FloatArray, x: FloatArray, y: FloatArray, middle: FloatArray) -> QuadraticForm:
    """P of singletons: p_i = (I-H)_i scale_i z_i'x."""
    u, v = scale * (z @ x), scale * (z @ y)
    return QuadraticForm(u * v, z * u[:, None], z * u[:, None], z * v[:, None], z * v[:, None], middle)

"""Cumulative link model with a random intercept, by adaptive Gauss-Hermite quadrature."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import logsumexp

from sctoolkit.errors import ConvergenceError
from sctoolkit.numerics.ordinal.cumulative_link import Link, fit_cumulative, link_functions

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CumulativeMixedFit:
    """Thresholds, slopes and the SD of intercepts between clusters; ``vcov`` is of (thresholds, slopes, sd)."""

    thresholds: FloatArray
    slopes: FloatArray
    sd: float
    vcov: FloatArray
    loglik: float
    modes: FloatArray


def fit_cumulative_mixed(
    design: FloatArray, codes: IntArray, n_categories: int, clusters: IntArray, link: Link = "logit", n_nodes: int = 10
) -> CumulativeMixedFit:
    """Fit an ordered answer with intercepts that differ between clusters.

    Parameters
    ----------
    design : (n, p) array without intercept
    codes : (n,) integers from 0
    n_categories : int
    clusters : (n,) codes from 0
    link : {"logit", "probit"}
    n_nodes : int
        Quadrature points a cluster.

    Raises
    ------
    ConvergenceError
        If the likelihood has no optimum.

    References
    ----------
    Hedeker and Gibbons (1994), doi:10.2307/2533433.   Oracle: ordinal_wine (ordinal::clmm, nAGQ = 10).
    """
    start = fit_cumulative(design, codes, n_categories, link)
    k = n_categories - 1
    points, weights = np.polynomial.hermite_e.hermegauss(n_nodes)
    log_weights = np.log(weights)
    n_clusters = int(clusters.max()) + 1
    modes = np.zeros(n_clusters)

    def deviance(params: FloatArray) -> float:
        nonlocal modes
        value, modes = _marginal(params, k, design, codes, clusters, link, points, log_weights, modes)
        return -value if np.isfinite(value) else 1e12  # differences of infinities warn

    initial = np.append(start.params, np.log(0.7))
    found = minimize(deviance, initial, method="BFGS", options={"gtol": 1e-6, "maxiter": 300})
    params = np.asarray(found.x)
    hessian = _hessian(deviance, params)
    values = np.linalg.eigvalsh(hessian)
    if not np.isfinite(found.fun) or params[-1] < -8 or values[0] <= 0:
        raise ConvergenceError(
            "A random intercept must have a spread that the answers determine, and here it goes to zero.",
            hint="Fit the model without it; clusters do not differ beyond chance.",
        )
    jacobian = np.eye(len(params))
    jacobian[-1, -1] = np.exp(params[-1])
    vcov = jacobian @ np.linalg.inv(hessian) @ jacobian
    sd = float(np.exp(params[-1]))
    return CumulativeMixedFit(params[:k], params[k:-1], sd, vcov, -float(found.fun), modes * sd)


def _marginal(
    params: FloatArray, k: int, design: FloatArray, codes: IntArray, clusters: IntArray, link: Link, points: FloatArray,
    log_weights: FloatArray, modes: FloatArray,
) -> tuple[float, FloatArray]:  # fmt: skip
    """Log-likelihood integrated over standard normal u, nodes centred at each cluster's mode."""
    cuts = np.concatenate([[-np.inf], params[:k], [np.inf]])
    if (np.diff(params[:k]) <= 0).any() or params[-1] > 20:
        return -np.inf, modes
    fixed, sd = design @ params[k:-1], float(np.exp(params[-1]))
    high, low = cuts[codes + 1] - fixed, cuts[codes] - fixed
    n_clusters = len(modes)

    def at(u: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        shift = sd * u[clusters]
        fu, du, cu = link_functions(high - shift, link)
        fl, dl, cl = link_functions(low - shift, link)
        p = np.maximum(fu - fl, 1e-300)
        slope = -sd * (du - dl) / p
        curve = sd**2 * (cu - cl) / p - slope**2
        log_p = np.bincount(clusters, np.log(p), minlength=n_clusters) - u**2 / 2
        bend = np.asarray(np.bincount(clusters, curve, minlength=n_clusters) - 1.0, dtype=np.float64)
        return log_p, np.bincount(clusters, slope, minlength=n_clusters) - u, bend

    u = np.clip(modes, -6, 6)
    for _ in range(50):
        _, slope, curve = at(u)
        step = np.clip(slope / np.minimum(curve, -1e-6), -2, 2)
        u = u - step
        if np.abs(step).max() < 1e-9:
            break
    scale = 1 / np.sqrt(-np.minimum(at(u)[2], -1e-6))
    terms = np.stack([at(u + scale * x)[0] + x**2 / 2 + w for x, w in zip(points, log_weights, strict=True)])
    total = logsumexp(terms, axis=0) + np.log(scale) - 0.5 * np.log(2 * np.pi)
    return float(total.sum()), u


def _hessian(function: Callable[[FloatArray], float], x: FloatArray) -> FloatArray:
    """Central second differences."""
    n = x.size
    step = 1e-4 * np.maximum(1.0, np.abs(x))
    out = np.empty((n, n))
    for i in range(n):
        for j in range(i + 1):
            a, b = np.zeros(n), np.zeros(n)
            a[i], b[j] = step[i], step[j]
            value = function(x + a + b) - function(x + a - b) - function(x - a + b) + function(x - a - b)
            out[i, j] = out[j, i] = value / (4 * step[i] * step[j])
    return out

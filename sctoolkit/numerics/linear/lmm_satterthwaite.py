"""Satterthwaite degrees of freedom of a mixed model, from the observed information, as lmerTest."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.stats import f as f_distribution

from sctoolkit.numerics.linear.htz import JointF
from sctoolkit.numerics.linear.lmm import MixedFit

FloatArray = npt.NDArray[np.float64]


def observed_hessian(fit: MixedFit) -> FloatArray:
    """Second derivative of -2 log-likelihood in the covariance parameters (residual last), scaled outcome.

    Notes
    -----
    V is linear in them, so H_rs = -tr(P V_r P V_s) + 2 y'P V_r P V_s P y (REML; ML keeps tr(V^-1 V_r V^-1 V_s)).
    """
    m, bread = fit.moments, fit.solved.bread * _sigma2(fit)
    first, error = m.first[:, :-1, :-1], m.first[:, :-1, -1]
    traces = m.trace_second.copy()
    if fit.reml:
        traces -= 2 * np.einsum("pq,rsqp->rs", bread, m.second[:, :, :-1, :-1])
        swept = bread @ first
        traces += np.einsum("rpq,sqp->rs", swept, swept)
    curved = m.second[:, :, -1, -1] - error @ bread @ error.T
    out: FloatArray = 2 * curved - traces
    return (out + out.T) / 2


def _sigma2(fit: MixedFit) -> float:
    dof = fit.n_obs - (fit.data.n_fixed if fit.reml else 0)
    return fit.solved.rss / dof


def _theta_covariance(fit: MixedFit) -> tuple[FloatArray, FloatArray]:
    """Return J (natural by (theta, sigma)) and the covariance of (theta, sigma); zero-curvature directions left out.

    In these coordinates a variance at zero has no slope, so that singular fits lose that component and no more.
    """
    cells = [(f, i, j) for f, factor in enumerate(fit.data.factors) for i, j in factor.cells()]
    n, sigma2 = len(cells), _sigma2(fit)
    sigma = np.sqrt(sigma2)

    def relative(values: FloatArray) -> FloatArray:
        lower = [np.zeros((factor.k, factor.k)) for factor in fit.data.factors]
        for (f, i, j), value in zip(cells, values, strict=True):
            lower[f][i, j] = value
        full = [x @ x.T for x in lower]
        return np.array([full[f][i, j] for f, i, j in cells])

    unit = np.eye(n)
    alone = np.array([relative(e) for e in unit]).reshape(n, n)
    curve = np.array([[relative(unit[a] + unit[b]) - alone[a] - alone[b] for b in range(n)] for a in range(n)])
    curve = curve.reshape(n, n, n)
    slope = np.einsum("abr,b->ra", curve, fit.theta)
    jacobian = np.zeros((n + 1, n + 1))
    jacobian[:n, :n], jacobian[:n, n], jacobian[n, n] = sigma2 * slope, 2 * sigma * relative(fit.theta), 2 * sigma
    hessian = jacobian.T @ observed_hessian(fit) @ jacobian
    hessian[:n, :n] += sigma2 * np.einsum("r,abr->ab", fit.gradient[:n], curve)
    bend = 2 * sigma * fit.gradient[:n] @ slope
    hessian[:n, n] += bend
    hessian[n, :n] += bend
    hessian[n, n] += 2 * fit.gradient[:n] @ relative(fit.theta) + 2 * fit.gradient[n]
    values, vectors = np.linalg.eigh((hessian + hessian.T) / 2)
    keep = values > 1e-8 * values.max()
    inverse = (vectors[:, keep] / values[keep]) @ vectors[:, keep].T
    return jacobian, 2 * inverse


def satterthwaite(fit: MixedFit, contrasts: FloatArray) -> FloatArray:
    """Return degrees of freedom of contrasts in rows (q, p).

    Notes
    -----
    2 v^2 / (g'Ag): v the variance of the contrast, g its gradient in the covariance parameters, A their covariance.

    References
    ----------
    Kuznetsova, Brockhoff and Christensen (2017), doi:10.18637/jss.v082.i13.   Oracle: tests/oracle/lmm.R (lmerTest).
    """
    jacobian, covariance = _theta_covariance(fit)
    sigma2 = _sigma2(fit)
    rows = np.atleast_2d(contrasts) @ (fit.solved.bread * sigma2)
    slopes = np.einsum("qa,rab,qb->qr", rows, fit.moments.first[:, :-1, :-1], rows) @ jacobian
    variance = np.einsum("qa,qa->q", rows, np.atleast_2d(contrasts))
    return np.asarray(2 * variance**2 / np.einsum("qr,rs,qs->q", slopes, covariance, slopes))


def satterthwaite_f(fit: MixedFit, contrasts: FloatArray) -> JointF:
    """Test contrasts (q, p) of full row rank jointly, as lmerTest's ``contestMD``."""
    return joint_f(fit.coef, fit.vcov, contrasts, lambda turned: satterthwaite(fit, turned))


def joint_f(
    coef: FloatArray, vcov: FloatArray, contrasts: FloatArray, dof_of: Callable[[FloatArray], FloatArray]
) -> JointF:
    """Test contrasts jointly by independent directions, each with degrees of freedom of its own."""
    rows = np.atleast_2d(contrasts)
    q = rows.shape[0]
    values, vectors = np.linalg.eigh(rows @ vcov @ rows.T)
    turned = vectors.T @ rows
    statistic = float(((turned @ coef) ** 2 / values).sum() / q)
    dof = _combined(dof_of(turned))
    return JointF(statistic, q, dof, float(f_distribution.sf(statistic, q, dof)))


def _combined(dof: FloatArray) -> float:
    """Degrees of freedom of a sum of independent squared t values."""
    if np.ptp(dof) < 1e-8 * dof.max():
        return float(dof.mean())
    if (dof <= 2).any():
        return 2.0
    total = float((dof / (dof - 2)).sum())
    return 2 * total / (total - dof.size) if total > dof.size else 2.0

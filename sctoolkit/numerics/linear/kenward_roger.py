"""Kenward-Roger: a variance corrected for small samples and degrees of freedom for one or several contrasts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import f as f_distribution

from sctoolkit.errors import NotIdentifiedError
from sctoolkit.numerics.linear.htz import JointF
from sctoolkit.numerics.linear.lmm import MixedFit

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class KenwardRoger:
    """Adjusted variance (p, p) and what degrees of freedom need.

    ``bread`` the unadjusted variance, ``slopes`` X'V^-1 V_r V^-1 X (R, p, p), ``covariance`` of the R parameters.
    """

    vcov: FloatArray
    bread: FloatArray
    slopes: FloatArray
    covariance: FloatArray

    def dof(self, contrast: FloatArray) -> float:
        """Return the degrees of freedom of one contrast (p,)."""
        return self._moments(np.atleast_2d(contrast))[0]

    def test(self, coef: FloatArray, contrasts: FloatArray) -> JointF:
        """Test contrasts (q, p) of full row rank jointly with the scaled F statistic."""
        rows = np.atleast_2d(contrasts)
        q = rows.shape[0]
        dof, scaling = self._moments(rows)
        gap = rows @ coef
        statistic = scaling * float(gap @ np.linalg.solve(rows @ self.vcov @ rows.T, gap)) / q
        return JointF(statistic, q, dof, float(f_distribution.sf(statistic, q, dof)))

    def _moments(self, rows: FloatArray) -> tuple[float, float]:
        """Denominator degrees of freedom and the scaling of F (Kenward and Roger 1997, section 3)."""
        q = rows.shape[0]
        theta = rows.T @ np.linalg.solve(rows @ self.bread @ rows.T, rows)
        turned = theta @ self.bread @ self.slopes @ self.bread
        traces = np.trace(turned, axis1=1, axis2=2)
        a1 = float(traces @ self.covariance @ traces)
        a2 = float(np.einsum("rs,rab,sba->", self.covariance, turned, turned))
        b = (a1 + 6 * a2) / (2 * q)
        g = ((q + 1) * a1 - (q + 4) * a2) / ((q + 2) * a2)
        base = 3 * q + 2 * (1 - g)
        c1, c2, c3 = g / base, (q - g) / base, (q + 2 - g) / base
        v0, v1, v2 = 1 + c1 * b, 1 - c2 * b, 1 - c3 * b
        v0 = 0.0 if abs(v0) < 1e-10 else v0
        ratio = 1.0 if abs(1 - a2 / q) < 1e-14 and abs(v1) < 1e-14 else (1 - a2 / q) / v1
        rho = ratio**2 * v0 / v2 / q
        dof = 4 + (q + 2) / (q * rho - 1)
        scaling = 1.0 if abs(dof - 2) < 1e-2 else dof * (1 - a2 / q) / (dof - 2)
        return float(dof), float(scaling)


def kenward_roger(fit: MixedFit) -> KenwardRoger:
    """Correct a REML fit.

    Raises
    ------
    NotIdentifiedError
        If the fit is not REML: the correction was derived for it.

    Notes
    -----
    Phi_A = Phi + 2 Phi {sum W_rs (Q_rs - P_r Phi P_s)} Phi with W twice the inverse of the expected information of the
    covariance parameters, in which V is linear (so that second derivatives vanish).

    References
    ----------
    Kenward and Roger (1997), doi:10.2307/2533558; Halekoh and Hojsgaard (2014), doi:10.18637/jss.v059.i09.
    Oracle: tests/oracle/lmm.R (pbkrtest).
    """
    if not fit.reml:
        raise NotIdentifiedError("Kenward-Roger needs a REML fit, and this one is ML.", hint="Fit with REML.")
    m = fit.moments
    sigma2 = fit.solved.rss / (fit.n_obs - fit.data.n_fixed)
    bread = fit.solved.bread * sigma2
    slopes = m.first[:, :-1, :-1]
    second = m.second[:, :, :-1, :-1]
    swept = bread @ slopes
    crossed = np.einsum("rab,sbc->rsac", slopes, swept)
    information = m.trace_second - np.einsum("ab,rsba->rs", bread, 2 * second - crossed)
    scale = np.sqrt(np.maximum(np.diag(information), 0.0))
    scale = np.where(scale > 0, scale, 1.0)
    values, vectors = np.linalg.eigh((information + information.T) / 2 / np.outer(scale, scale))
    keep = values > 1e-10
    covariance = 2 * (vectors[:, keep] / values[keep]) @ vectors[:, keep].T / np.outer(scale, scale)
    middle = np.einsum("rs,rsab->ab", covariance, second - crossed)
    adjusted = bread + 2 * bread @ ((middle + middle.T) / 2) @ bread
    ratio = fit.sigma2 / sigma2
    return KenwardRoger(adjusted * ratio, bread * ratio, slopes / ratio, covariance)

"""Mixed models whose residuals fade over time: AR(1) within a series of answers, by REML.

``fit_lmm_ar1(design, outcome, terms, series, time) -> Ar1Fit``. Rows are whitened for a correlation, an ordinary mixed
model is fitted to them, and the correlation of smallest deviance is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar

from sctoolkit.errors import ConvergenceError, NotIdentifiedError
from sctoolkit.numerics.linear.lmm import MixedFit, fit_lmm, relative_factors
from sctoolkit.numerics.linear.lmm_moments import solve
from sctoolkit.numerics.linear.random_terms import RandomTerm, arrange

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

LARGEST = 0.98
"""Correlations of neighbours are sought between this and its negative."""
STEP = 3e-4


@dataclass(frozen=True)
class Whitening:
    """Rows in the order of series and time, which follow another row of their series, and how far after it."""

    order: IntArray
    follows: npt.NDArray[np.bool_]
    gap: IntArray

    def rows(self, matrix: FloatArray, phi: float) -> FloatArray:
        """Return rows less what the row before them predicts, over the root of what it leaves."""
        out = np.array(matrix[self.order], dtype=np.float64)
        power = phi ** self.gap.astype(np.float64) if phi >= 0 else (-1.0) ** self.gap * (-phi) ** self.gap
        before = out[np.flatnonzero(self.follows) - 1]
        out[self.follows] = (out[self.follows] - power[:, None] * before) / np.sqrt(1 - power**2)[:, None]
        return out

    def logdet(self, phi: float) -> float:
        """Return the log determinant of the correlation matrix of residuals."""
        return float(np.log1p(-((phi**2.0) ** self.gap.astype(np.float64))).sum())


@dataclass(frozen=True)
class Ar1Fit:
    """A mixed model with AR(1) residuals: ``phi`` the correlation of neighbours, ``deviance`` -2 log-likelihood.

    ``fit`` is the mixed model of the whitened rows: its coefficients, variances and predicted effects are those of the
    whole model.
    """

    fit: MixedFit
    phi: float
    deviance: float
    design: FloatArray
    outcome: FloatArray
    terms: tuple[RandomTerm, ...]
    whitening: Whitening

    def dof(self, contrasts: FloatArray) -> FloatArray:
        """Return Satterthwaite degrees of freedom of contrasts in rows (q, p).

        Notes
        -----
        2 v^2 / (g'Ag): v the variance of a contrast, g its gradient in all covariance parameters, the correlation
        among them, and A twice the inverse of the Hessian of the deviance, both by central differences.
        """
        rows = np.atleast_2d(contrasts)
        base = self._parameters
        variance = np.einsum("qa,ab,qb->q", rows, self._at(base)[1], rows)
        slopes = np.empty((len(base), len(rows)))
        for k, step in enumerate(self._steps):
            high, low = self._at(base + step)[1], self._at(base - step)[1]
            slopes[k] = np.einsum("qa,ab,qb->q", rows, high - low, rows) / (2 * step[k])
        spread = np.einsum("kq,kl,lq->q", slopes, self._covariance, slopes)
        return np.asarray(2 * variance**2 / spread)

    @property
    def _parameters(self) -> FloatArray:
        """Relative Cholesky elements, log sigma and the correlation."""
        sigma = 0.5 * np.log(self.fit.solved.rss / self._left)
        return np.concatenate([self.fit.theta, [sigma, self.phi]])

    @property
    def _left(self) -> int:
        return self.fit.n_obs - (self.fit.data.n_fixed if self.fit.reml else 0)

    @property
    def _steps(self) -> FloatArray:
        return np.diag(STEP * np.maximum(1.0, np.abs(self._parameters)))

    def _at(self, parameters: FloatArray) -> tuple[float, FloatArray]:
        """Return deviance and variance of the coefficients, outcome scaled, at any parameters."""
        theta, sigma2, phi = parameters[:-2], float(np.exp(2 * parameters[-2])), float(parameters[-1])
        design, outcome, terms = _whitened(self.design, self.outcome, self.terms, self.whitening, phi)
        data = arrange(terms, design, outcome / self._size)
        at = solve(data, relative_factors(data, theta))
        value = self._left * np.log(2 * np.pi * sigma2) + at.rss / sigma2 + at.logdet + self.whitening.logdet(phi)
        return float(value + (at.logdet_fixed if self.fit.reml else 0.0)), at.bread * sigma2

    @property
    def _size(self) -> float:
        return float(np.sqrt(self.fit.sigma2 / (self.fit.solved.rss / self._left)))

    @cached_property
    def _covariance(self) -> FloatArray:
        """Return the covariance of the parameters; directions without curvature are left out."""
        base, steps = self._parameters, self._steps
        m = len(base)
        hessian = np.empty((m, m))
        centre = self._at(base)[0]
        for a in range(m):
            for b in range(a, m):
                if a == b:
                    value = self._at(base + steps[a])[0] - 2 * centre + self._at(base - steps[a])[0]
                else:
                    corners = [
                        self._at(base + s * steps[a] + t * steps[b])[0] * s * t for s in (1, -1) for t in (1, -1)
                    ]
                    value = sum(corners) / 4
                hessian[a, b] = hessian[b, a] = value / (steps[a, a] * steps[b, b])
        scale = np.sqrt(np.maximum(np.diag(hessian), 1e-300))
        values, vectors = np.linalg.eigh(hessian / np.outer(scale, scale))
        keep = values > 1e-8 * values.max()
        return np.asarray(2 * (vectors[:, keep] / values[keep]) @ vectors[:, keep].T / np.outer(scale, scale))


def fit_lmm_ar1(
    design: FloatArray, outcome: FloatArray, terms: list[RandomTerm], series: IntArray, time: IntArray,
    reml: bool = True,
) -> Ar1Fit:  # fmt: skip
    """Fit outcome = design @ coef + random effects + noise whose correlation within a series is phi^|t - s|.

    Parameters
    ----------
    design : (n, p) float array of full column rank
    outcome : (n,) float array
    terms : list of RandomTerm
        Their levels must not change within a series.
    series, time : (n,) integer arrays
        One row a series and time; gaps are allowed.
    reml : bool

    Raises
    ------
    NotIdentifiedError
        If no series has two rows, a time repeats within one, or a random effect changes within one.
    ConvergenceError
        If the correlation of smallest deviance is as large as is sought.

    References
    ----------
    Pinheiro and Bates (2000), doi:10.1007/b98882, chapter 5.   Oracle: tests/oracle/lmm_ar1.R (nlme).
    """
    whitening = _arrangement(series, time)
    for term in terms:
        if len(np.unique(np.column_stack([series, term.codes]), axis=0)) > len(np.unique(series)):
            raise NotIdentifiedError(
                "Random effects must not change within a series of fading residuals, and some do.",
                where=f"{int(term.codes.max()) + 1} levels, {len(np.unique(series))} series",
                hint="Keep intercepts and slopes of people and organisations; leave out those of single waves.",
            )

    def fitted(phi: float) -> tuple[MixedFit, float]:
        x, y, random = _whitened(design, outcome, terms, whitening, phi)
        fit = fit_lmm(x, y, random, reml)
        return fit, fit.deviance + whitening.logdet(phi)

    grid = np.linspace(-0.6, 0.9, 6)
    start = float(min(grid, key=lambda phi: fitted(float(phi))[1]))
    found = minimize_scalar(
        lambda phi: fitted(float(phi))[1], bounds=(max(start - 0.3, -LARGEST), min(start + 0.3, LARGEST)),
        method="bounded", options={"xatol": 1e-7},
    )  # fmt: skip
    phi = float(found.x)
    if abs(phi) > LARGEST - 0.005:
        raise ConvergenceError(
            "Residuals must fade over time, and these stay alike for ever.",
            where=f"correlation of neighbours {phi:.3f}",
            hint="People's own intercepts and fading residuals cannot be told apart here: leave one of them out.",
        )
    fit, deviance = fitted(phi)
    return Ar1Fit(fit, phi, deviance, design, outcome, tuple(terms), whitening)


def _arrangement(series: IntArray, time: IntArray) -> Whitening:
    """Return the order of rows and their gaps."""
    order = np.lexsort((time, series))
    s, t = series[order], time[order]
    follows = np.concatenate([[False], s[1:] == s[:-1]])
    gap = np.diff(t, prepend=t[:1])[follows]
    if not follows.any() or (gap < 1).any():
        raise NotIdentifiedError(
            "Residuals can fade only within series of several times, each of which occurs once.",
            where=f"{int(follows.sum())} of {len(s)} rows follow another; {int((gap < 1).sum())} times repeat",
            hint="Name the column of the wave and that of the person.",
        )
    return Whitening(order, follows, gap)


def _whitened(
    design: FloatArray, outcome: FloatArray, terms: list[RandomTerm] | tuple[RandomTerm, ...], whitening: Whitening,
    phi: float,
) -> tuple[FloatArray, FloatArray, list[RandomTerm]]:  # fmt: skip
    """Return design, outcome and random terms without the correlation of their rows."""
    random = [
        RandomTerm(term.codes[whitening.order], whitening.rows(term.columns, phi), term.correlated) for term in terms
    ]
    return whitening.rows(design, phi), whitening.rows(outcome[:, None], phi)[:, 0], random

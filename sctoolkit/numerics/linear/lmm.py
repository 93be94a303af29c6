"""Linear mixed models by REML or ML: nested and crossed random intercepts and slopes.

``fit_lmm(design, outcome, terms, reml=True) -> MixedFit``; inference is in `numerics.lmm_satterthwaite` and
`numerics.kenward_roger`. Cost depends on the number of effects, not on rows: the largest grouping factor is inverted
level by level, all others through one matrix of their own size.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from sctoolkit.errors import ConvergenceError, NotIdentifiedError
from sctoolkit.numerics.linear.least_squares import dependent_columns
from sctoolkit.numerics.linear.lmm_moments import Derivatives, Solved, derivatives, solve
from sctoolkit.numerics.linear.random_terms import Arrangement, RandomTerm, arrange

FloatArray = npt.NDArray[np.float64]

SINGULAR = 1e-4  # relative standard deviation below which an effect counts as zero, as in lme4


@dataclass(frozen=True, slots=True)
class MixedFit:
    """A fitted mixed model, p fixed effects.

    ``vcov`` is sigma^2 (X'W^-1X)^-1; ``covariances`` one (k, k) matrix a term in the order given (correlations between
    terms over the same levels are zero); ``blups`` one (levels, k) array a term; ``deviance`` -2 log-likelihood (REML
    criterion if ``reml``); ``singular`` whether some variance is zero or a correlation is 1.
    """

    coef: FloatArray
    vcov: FloatArray
    sigma2: float
    covariances: tuple[FloatArray, ...]
    blups: tuple[FloatArray, ...]
    deviance: float
    reml: bool
    singular: bool
    n_obs: int
    n_covariance: int
    theta: FloatArray
    gradient: FloatArray
    data: Arrangement
    solved: Solved
    moments: Derivatives


def fit_lmm(design: FloatArray, outcome: FloatArray, terms: list[RandomTerm], reml: bool = True) -> MixedFit:
    """Fit outcome = design @ coef + random effects + noise.

    Parameters
    ----------
    design : (n, p) float array of full column rank
    outcome : (n,) float array
    terms : list of RandomTerm
        At least one; terms over the same levels are uncorrelated with each other.
    reml : bool

    Returns
    -------
    MixedFit

    Raises
    ------
    NotIdentifiedError
        If the design is rank-deficient, a random term cannot be estimated, or the outcome is fitted perfectly.
    ConvergenceError
        If the likelihood has no optimum that the optimiser can reach.

    Notes
    -----
    Profiled over coef and sigma^2, the deviance is minimised over relative Cholesky factors with analytic gradients
    (L-BFGS-B, diagonals at least 0), then by Newton steps with the observed Hessian until the gradient vanishes.

    References
    ----------
    Bates, Maechler, Bolker and Walker (2015), doi:10.18637/jss.v067.i01.   Oracle: tests/oracle/lmm.R (lme4).
    """
    if dependent_columns(design):
        raise NotIdentifiedError(
            "Fixed effects must not depend on each other, and some do.",
            hint="Leave out a column that others make up, such as a sum or one dummy too many.",
        )
    size = float(outcome.std()) or 1.0
    data = arrange(terms, design, outcome / size)
    template = _template(data)
    theta = _minimise(data, template, reml)
    factors = _lower(data, template, theta)
    solved = solve(data, factors)
    dof = data.n_obs - (data.n_fixed if reml else 0)
    sigma2 = solved.rss / dof
    moments = derivatives(data, solved, sigma2)
    scale = np.sqrt(sigma2) * size
    deviance = dof * (1 + np.log(2 * np.pi * sigma2 * size**2)) + solved.logdet + (solved.logdet_fixed if reml else 0.0)
    return MixedFit(
        coef=solved.coef * size,
        vcov=solved.bread * scale**2,
        sigma2=scale**2,
        covariances=_by_term(data, [scale**2 * (f @ f.T) for f in factors], len(terms)),
        blups=_blups(data, solved, factors, size, len(terms)),
        deviance=float(deviance),
        reml=reml,
        singular=any(np.linalg.svd(f, compute_uv=False).min() < SINGULAR for f in factors),
        n_obs=data.n_obs,
        n_covariance=len(theta) + 1,
        theta=theta,
        gradient=_gradient(moments, solved, sigma2, reml),
        data=data,
        solved=solved,
        moments=moments,
    )


Template = list[tuple[int, int, int]]
Bounds = list[tuple[float | None, float | None]]
Deviance = Callable[[FloatArray], tuple[float, FloatArray]]


def _template(data: Arrangement) -> Template:
    """(factor, i, j) of each element of theta."""
    return [(f, i, j) for f, factor in enumerate(data.factors) for i, j in factor.cells()]


def _lower(data: Arrangement, template: Template, theta: FloatArray) -> list[FloatArray]:
    """Relative Cholesky factors."""
    out = [np.zeros((factor.k, factor.k)) for factor in data.factors]
    for (f, i, j), value in zip(template, theta, strict=True):
        out[f][i, j] = value
    return out


def relative_factors(data: Arrangement, theta: FloatArray) -> list[FloatArray]:
    """Return the relative Cholesky factors that ``theta`` of a fit stands for."""
    return _lower(data, _template(data), theta)


def _gradient(moments: Derivatives, solved: Solved, sigma2: float, reml: bool) -> FloatArray:
    """Derivative of -2 log-likelihood in the absolute covariance parameters, residual last."""
    grad = moments.trace - moments.first[:, -1, -1]
    if reml:
        grad = grad - sigma2 * np.einsum("pq,rqp->r", solved.bread, moments.first[:, :-1, :-1])
    return np.asarray(grad)


def _to_theta(data: Arrangement, template: Template, grad: FloatArray, lower: list[FloatArray]) -> FloatArray:
    """Chain rule from covariance elements (relative) to Cholesky elements."""
    symmetric = [np.zeros_like(f) for f in lower]
    for (f, i, j), value in zip(template, grad, strict=False):
        symmetric[f][i, j] = symmetric[f][j, i] = value if i == j else value / 2
    full = [2 * g @ f for g, f in zip(symmetric, lower, strict=True)]
    return np.array([full[f][i, j] for f, i, j in template])


def _minimise(data: Arrangement, template: Template, reml: bool) -> FloatArray:
    """Return the theta of the smallest deviance."""
    dof = data.n_obs - (data.n_fixed if reml else 0)

    def deviance(theta: FloatArray) -> tuple[float, FloatArray]:
        lower = _lower(data, template, theta)
        try:
            at = solve(data, lower)
        except np.linalg.LinAlgError:  # a step so long that nothing is positive definite: the search turns back
            return 1e300, np.zeros_like(theta)
        if at.rss <= 1e-14 * data.cross[-1, -1]:
            raise NotIdentifiedError(
                "A mixed model needs residuals that vary, and the fit is perfect.",
                hint="Look for a term that is the outcome under another name.",
            )
        sigma2 = at.rss / dof
        grad = _gradient(derivatives(data, at, sigma2, pairs=False), at, sigma2, reml) * sigma2
        value = dof * np.log(at.rss) + at.logdet + (at.logdet_fixed if reml else 0.0)
        return float(value), _to_theta(data, template, grad, lower)

    bounds: Bounds = [(0.0, None) if i == j else (None, None) for _, i, j in template]
    theta = np.array([1.0 if i == j else 0.0 for _, i, j in template])
    for restart in (0.3, 0.1, 0.03, 0.01):
        found = minimize(
            deviance, theta, jac=True, method="L-BFGS-B", bounds=bounds,
            options={"ftol": 1e-15, "gtol": 1e-9, "maxiter": 500},
        )  # fmt: skip
        if not np.isfinite(found.fun) or found.nit >= 500:
            raise ConvergenceError(
                "The likelihood of a mixed model must have an optimum, and none was reached in 500 steps.",
                hint="Simplify the random part: fewer slopes, or uncorrelated ones.",
            )
        theta = np.asarray(found.x)
        stuck = _stuck(data, template, theta, reml)
        if not stuck.any():
            break
        theta = np.where(stuck, restart, theta)
    return _polish(deviance, theta, bounds)


def _stuck(data: Arrangement, template: Template, theta: FloatArray, reml: bool) -> npt.NDArray[np.bool_]:
    """Return which diagonals lie at zero although a variance above zero would fit better.

    In theta the slope vanishes at zero whatever the likelihood does, so the slope in the variance decides.
    """
    at = solve(data, _lower(data, template, theta))
    sigma2 = at.rss / (data.n_obs - (data.n_fixed if reml else 0))
    grad = _gradient(derivatives(data, at, sigma2, pairs=False), at, sigma2, reml) * sigma2
    diagonal = np.array([i == j for _, i, j in template])
    return np.asarray(diagonal & (theta < 1e-4) & (grad[:-1] < -1e-6))


def _polish(deviance: Deviance, theta: FloatArray, bounds: Bounds) -> FloatArray:
    """Newton steps on the free elements, with central differences of the analytic gradient."""
    free = np.array([low is None or value > 1e-5 for (low, _), value in zip(bounds, theta, strict=True)])
    if not free.any():
        return theta
    best, grad = deviance(theta)
    for _ in range(4):
        if np.abs(grad[free]).max() < 1e-10:
            break
        index = np.flatnonzero(free)
        hessian = np.empty((index.size, index.size))
        for a, j in enumerate(index):
            step = np.zeros_like(theta)
            step[j] = 1e-5 * max(1.0, abs(theta[j]))
            hessian[a] = (deviance(theta + step)[1] - deviance(theta - step)[1])[index] / (2 * step[j])
        move = np.zeros_like(theta)
        move[index] = np.linalg.lstsq((hessian + hessian.T) / 2, grad[index], rcond=1e-10)[0]
        trial = theta - move
        if any(low is not None and value < 0 for (low, _), value in zip(bounds, trial, strict=True)):
            break
        value, new = deviance(trial)
        if not np.isfinite(value) or value > best + 1e-9 or np.abs(new[free]).max() > np.abs(grad[free]).max():
            break
        theta, best, grad = trial, value, new
    return theta


def _by_term(data: Arrangement, matrices: list[FloatArray], n_terms: int) -> tuple[FloatArray, ...]:
    """Cut the covariance of each factor into its terms, in units of the columns as given."""
    out: list[FloatArray] = [np.empty(0)] * n_terms
    for factor, matrix in zip(data.factors, matrices, strict=True):
        unscaled = matrix / np.outer(factor.scale, factor.scale)
        for t in dict.fromkeys(term for term, _ in factor.members):
            own = [m for m, (term, _) in enumerate(factor.members) if term == t]
            out[t] = unscaled[np.ix_(own, own)]
    return tuple(out)


def _blups(
    data: Arrangement, solved: Solved, factors: list[FloatArray], size: float, n_terms: int
) -> tuple[FloatArray, ...]:
    """Predicted random effects by term, (levels, k) each."""
    first = np.eye(data.factors[0].k) - data.level_gram @ solved.inner
    near = np.squeeze(first @ (data.level_cross @ solved.lift[:, -1:]), -1)
    far = solved.gram[: data.n_other] @ solved.lift[:, -1]
    out: list[FloatArray] = [np.empty(0)] * n_terms
    start = 0
    for index, (factor, lower) in enumerate(zip(data.factors, factors, strict=True)):
        width = factor.n_levels * factor.k
        raw = near if index == 0 else far[start : start + width].reshape(factor.n_levels, factor.k)
        start += width if index else 0
        effects = raw @ (lower @ lower.T) / factor.scale * size
        for t in dict.fromkeys(term for term, _ in factor.members):
            out[t] = effects[:, [m for m, (term, _) in enumerate(factor.members) if term == t]]
    return tuple(out)

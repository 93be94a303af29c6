"""Pooling over imputed data sets (Rubin, Barnard-Rubin) and chained imputation by predictive mean matching.

``pool_scalars(estimates, variances, dof_complete) -> PooledScalar``; ``pool_joint(...)`` is the D1 test;
``impute_pmm(table, n_imputations, ...)`` fills an (n, k) table whose missing entries are nan.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import f as f_distribution
from scipy.stats import t as t_distribution

from sctoolkit.errors import DataError, NotIdentifiedError

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PooledScalar:
    """A pooled estimate: within, between and total variance, degrees of freedom, fraction of missing information."""

    estimate: float
    within: float
    between: float
    total: float
    dof: float
    p_value: float
    ci_low: float
    ci_high: float
    riv: float
    lambda_: float
    fmi: float

    @property
    def std_error(self) -> float:
        """Square root of the total variance."""
        return float(np.sqrt(self.total))


def pool_scalars(
    estimates: FloatArray, variances: FloatArray, dof_complete: float = np.inf, ci_level: float = 0.95
) -> PooledScalar:
    """Pool one quantity over m imputations.

    Parameters
    ----------
    estimates, variances : (m,) arrays, m >= 2
    dof_complete : float
        Degrees of freedom had nothing been missing; take them from the small-sample method (their mean over
        imputations), so that few clusters stay few.
    ci_level : float

    References
    ----------
    Rubin (1987); Barnard and Rubin (1999), doi:10.1093/biomet/86.4.948.   Oracle: mice_pool (mice::pool).

    Examples
    --------
    >>> round(pool_scalars(np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0, 1.0])).total, 4)
    2.3333
    """
    m = estimates.size
    if m < 2 or not (variances >= 0).all():
        raise NotIdentifiedError(
            "Pooling needs at least 2 imputations, none with a variance below zero.",
            where=f"Imputations: {m}; with a variance below zero: {int((variances < 0).sum())}.",
            hint="Raise the number of imputations, and pass variances (squared standard errors).",
        )
    mean, within = float(estimates.mean()), float(variances.mean())
    between = float(estimates.var(ddof=1))
    total = within + (1 + 1 / m) * between
    extra = (1 + 1 / m) * between
    lam = extra / total if total > 0 else 0.0
    riv = extra / within if within > 0 else np.inf
    dof = _barnard_rubin(m, lam, dof_complete)
    fmi = (riv + 2 / (dof + 3)) / (riv + 1) if np.isfinite(riv) else 1.0
    error = float(np.sqrt(total))
    half = float(t_distribution.ppf(0.5 + ci_level / 2, dof)) * error
    p_value = float(2 * t_distribution.sf(abs(mean) / error, dof)) if error > 0 else float("nan")
    return PooledScalar(mean, within, between, total, dof, p_value, mean - half, mean + half, riv, lam, fmi)


def _barnard_rubin(m: int, lam: float, dof_complete: float) -> float:
    old = (m - 1) / lam**2 if lam > 1e-12 else np.inf
    if not np.isfinite(dof_complete):
        return float(old)
    observed = (dof_complete + 1) / (dof_complete + 3) * dof_complete * (1 - lam)
    return float(1 / ((1 / old if np.isfinite(old) else 0.0) + 1 / observed))


@dataclass(frozen=True, slots=True)
class PooledTest:
    """A pooled F test of several coefficients."""

    statistic: float
    dof_num: int
    dof_den: float
    p_value: float


def pool_joint(estimates: FloatArray, variances: FloatArray, dof_complete: float = np.inf) -> PooledTest:
    """D1: test that k coefficients are all zero.

    Parameters
    ----------
    estimates : (m, k) array
    variances : (m, k, k) array
    dof_complete : float
        Complete-data degrees of freedom (Reiter's adjustment when finite).

    References
    ----------
    Li, Raghunathan and Rubin (1991), doi:10.1080/01621459.1991.10475152; Reiter (2007), doi:10.1093/biomet/asm028.
    Checked by its limits: F = t^2 for one coefficient, and Li, Raghunathan and Rubin for many degrees of freedom.
    """
    m, k = estimates.shape
    if m < 2:
        raise NotIdentifiedError(
            f"A pooled test needs at least 2 imputations, not {m}.", hint="Raise the number of imputations."
        )
    mean, within = estimates.mean(axis=0), variances.mean(axis=0)
    between = np.cov(estimates, rowvar=False, ddof=1).reshape(k, k)
    riv = (1 + 1 / m) * float(np.trace(between @ np.linalg.inv(within))) / k
    statistic = float(mean @ np.linalg.solve(within, mean)) / (k * (1 + riv))
    t = k * (m - 1)
    if np.isfinite(dof_complete):
        dof = _reiter(t, riv, dof_complete)
    elif t > 4:
        dof = 4 + (t - 4) * (1 + (1 - 2 / t) / riv) ** 2
    else:
        dof = t * (1 + 1 / k) * (1 + 1 / riv) ** 2 / 2
    return PooledTest(statistic, k, float(dof), float(f_distribution.sf(statistic, k, dof)))


def _reiter(t: float, riv: float, dof_complete: float) -> float:
    """Reiter's (2007) denominator degrees of freedom."""
    a = riv * t / (t - 2)
    star = (dof_complete + 1) / (dof_complete + 3) * dof_complete
    c0, c1 = 1 / (t - 4), star - 2 * (1 + a)
    c2 = star - 4 * (1 + a)
    z = 1 / c2 + c0 * (a**2 * c1 / ((1 + a) ** 2 * c2)) + c0 * (8 * a**2 * c1 / ((1 + a) * c2**2))
    z += c0 * (4 * a**2 / ((1 + a) * c2)) + c0 * (4 * a**2 / (c2 * c1))
    z += c0 * (16 * a**2 * c1 / c2**3) + c0 * (8 * a**2 / c2**2)
    return 4 + 1 / z


def impute_pmm(
    table: FloatArray, n_imputations: int, *, n_iterations: int = 10, n_donors: int = 5, seed: int = 1,
    fixed: FloatArray | None = None,
) -> FloatArray:  # fmt: skip
    """Fill missing entries by chained equations with predictive mean matching.

    Parameters
    ----------
    table : (n, k) float array, nan where missing
        Each column with at least ``n_donors`` observed values.
    n_imputations : int
    n_iterations, n_donors, seed : int
    fixed : (n, j) complete predictors, optional
        Such as dummies of sites: people are then matched on site means too.

    Returns
    -------
    (n_imputations, n, k) array
        Imputed values are observed values of donors, so that codes stay codes.

    Notes
    -----
    For each column: Bayesian linear regression on all others (sigma^2 from its posterior, then coefficients; a ridge of
    1e-5 of the diagonal keeps nearly empty dummies harmless); type-1 matching, predictions with the estimate for
    donors and with the draw for recipients; one of the ``n_donors`` nearest is drawn.

    References
    ----------
    Van Buuren and Groothuis-Oudshoorn (2011), doi:10.18637/jss.v045.i03; Morris, White and Royston (2014),
    doi:10.1186/1471-2288-14-75.
    """
    missing = np.isnan(table)
    counts = (~missing).sum(axis=0)
    if (counts < n_donors).any():
        raise DataError(
            f"Every column to impute needs at least {n_donors} observed values, and one has {int(counts.min())}.",
            where=f"Column {int(counts.argmin()) + 1} of {counts.size}.",
            hint="Leave the column out: it holds too little to learn from.",
        )
    columns = np.flatnonzero(missing.any(axis=0))
    if columns.size == 0:
        return np.repeat(table[None], n_imputations, axis=0)
    children = np.random.SeedSequence(seed).spawn(n_imputations)
    base = np.ones((len(table), 1)) if fixed is None else np.column_stack([np.ones(len(table)), fixed])
    out = np.empty((n_imputations, *table.shape))
    for i, child in enumerate(children):
        rng = np.random.default_rng(child)
        filled = table.copy()
        for j in columns:
            filled[missing[:, j], j] = rng.choice(table[~missing[:, j], j], size=int(missing[:, j].sum()))
        for _ in range(n_iterations):
            for j in columns:
                others = np.delete(filled, j, axis=1)
                predictors = np.hstack([base, others])
                filled[missing[:, j], j] = _match(table[:, j], missing[:, j], predictors, n_donors, rng)
        out[i] = filled
    return out


def _match(
    target: FloatArray, missing: npt.NDArray[np.bool_], predictors: FloatArray, n_donors: int, rng: np.random.Generator
) -> FloatArray:
    """Draw one observed value for each missing one."""
    x, y = predictors[~missing], target[~missing]
    gram = x.T @ x
    inverse = np.linalg.inv(gram + np.diag(1e-5 * np.diag(gram) + 1e-12))
    coef = inverse @ (x.T @ y)
    dof = max(len(y) - x.shape[1], 1)
    sigma = np.sqrt(((y - x @ coef) ** 2).sum() / rng.chisquare(dof))
    drawn = coef + sigma * np.linalg.cholesky((inverse + inverse.T) / 2) @ rng.standard_normal(len(coef))
    fitted, wanted = x @ coef, predictors[missing] @ drawn
    order = np.argsort(fitted, kind="stable")
    ranked = fitted[order]
    start = np.clip(np.searchsorted(ranked, wanted) - n_donors, 0, max(len(y) - 2 * n_donors, 0))
    window = np.minimum(start[:, None] + np.arange(2 * n_donors), len(y) - 1)
    distance = np.abs(ranked[window] - wanted[:, None]) + 1e-300 * rng.random(window.shape)
    distance[:, 1:][np.diff(window, axis=1) == 0] = np.inf
    nearest = np.argsort(distance, axis=1, kind="stable")[:, :n_donors]
    pick = nearest[np.arange(len(wanted)), rng.integers(0, n_donors, size=len(wanted))]
    return np.asarray(y[order[window[np.arange(len(wanted)), pick]]])

"""The rows of a latent change: figures of the model, and the plain change of the score beside them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import norm
from scipy.stats import t as t_distribution

from sctoolkit.measurement.invariance.invariance_result import Invariance
from sctoolkit.measurement.panel.latent_change_estimates import with_errors
from sctoolkit.measurement.structure.cfa_result import CfaResult
from sctoolkit.numerics.change.paired_effect_sizes import smcr
from sctoolkit.numerics.linear.least_squares import fit_least_squares
from sctoolkit.numerics.linear.vcov import cluster_parts
from sctoolkit.numerics.reliability.reliability import alpha
from sctoolkit.numerics.structure.implied_moments import FloatArray

FIGURES = (
    ("latent", "mean change, latent SD at start"),
    ("latent, variance", "variance of change, in that of the start"),
    ("latent, with start", "correlation of change with start"),
    ("latent, stability", "correlation of start and end"),
    ("score, expected", "change the model expects of the score, points"),
    ("score, people", "of which people, points"),
    ("score, items", "of which item drift, points"),
)
VARIANCE, DRIFT = 1, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeEstimate:
    """One figure with its inference; the estimand says in what it is measured."""

    term: str
    estimand: str
    estimate: float
    std_error: float = float("nan")
    statistic: float = float("nan")
    dof: float = float("nan")
    p_value: float = float("nan")
    ci_low: float = float("nan")
    ci_high: float = float("nan")
    role: str
    estimator: str
    method: str
    n_obs: int


def latent_rows(
    model: CfaResult,
    ladder: Invariance,
    items: tuple[str, ...],
    waves: tuple[str, str],
    ci_level: float,
    few: bool,
    reserved: bool,
) -> list[ChangeEstimate]:
    """Return the figures of the model and, where parameters were released, the mean change without releases.

    Notes
    -----
    With the claim reserved nothing is primary, and no split into people and items is given: equal items suppose it.
    """
    wanted = "scalar" if "scalar" in ladder.models else "strict"
    full = ladder.models[wanted]
    level = "partial scalar" if model is not full or ladder.provenance.options["partial"] else "scalar"
    if reserved:
        rows = _figures(model, items, waves, ci_level, "latent change score, items held equal though they differ")
        return [replace(row, role="detail") for row in rows if row.term not in ("score, people", "score, items")]
    rows = _figures(model, items, waves, ci_level, f"latent change score, {level} model")
    rows = [replace(row, role="check" if few else "primary" if row.term == "latent" else "detail") for row in rows]
    if model is not full:
        equal = _figures(full, items, waves, ci_level, "latent change score, all items equal")[0]
        rows.append(replace(equal, term="latent, all items equal", role="check"))
    return rows


def _figures(
    model: CfaResult, items: tuple[str, ...], waves: tuple[str, str], ci_level: float, method: str
) -> list[ChangeEstimate]:
    """Return the figures of one model."""
    found: list[ChangeEstimate] = []
    columns: tuple[FloatArray, ...] = with_errors(model.fit, items, waves, ci_level)
    for k, (term, estimand) in enumerate(FIGURES):
        value, error, low, high = (float(column[k]) for column in columns)
        tested = k != VARIANCE and error > 1e-10
        statistic = value / error if tested else float("nan")
        if k == DRIFT and error <= 1e-10:
            error, low, high = float("nan"), float("nan"), float("nan")
        found.append(
            ChangeEstimate(
                term=term,
                estimand=estimand,
                estimate=value,
                std_error=error,
                statistic=statistic,
                p_value=float(2.0 * norm.sf(abs(statistic))) if tested else float("nan"),
                ci_low=low,
                ci_high=high,
                role="detail",
                estimator=model.fit.estimator,
                method=method,
                n_obs=sum(model.fit.data.n),
            )
        )
    return found


def composite_change(
    first: FloatArray, second: FloatArray, clusters: FloatArray | None, ci_level: float, role: str
) -> list[ChangeEstimate]:
    """Return the change of the mean item among people complete at both waves, plain and corrected for reliability.

    Parameters
    ----------
    first, second : (n, k) float arrays
        Items at both waves; rows with nan are left out.
    clusters : (n,) array of cluster numbers, or None
    ci_level : float
    role : str

    Notes
    -----
    Plain: paired t, or CR2 with Satterthwaite degrees of freedom. Corrected: Becker's standardised mean change divided
    by sqrt(alpha) of the first wave, with alpha taken as known.
    """
    whole = ~(np.isnan(first).any(axis=1) | np.isnan(second).any(axis=1))
    pre, post = first[whole].mean(axis=1), second[whole].mean(axis=1)
    n = int(whole.sum())
    if n < 3 or not np.ptp(post - pre) > 0.0:
        return []
    change = post - pre
    if clusters is None:
        error, dof = float(change.std(ddof=1) / np.sqrt(n)), float(n - 1)
        method = "paired t"
    else:
        parts = cluster_parts(fit_least_squares(np.ones((n, 1)), change), clusters[whole].astype(np.int64), "CR2")
        error, dof, method = float(np.sqrt(parts.vcov[0, 0])), parts.dof(np.ones(1)), "CR2, Satterthwaite"
    estimate, half = float(change.mean()), float(t_distribution.ppf(0.5 + ci_level / 2.0, dof)) * error
    plain = ChangeEstimate(
        term="score", estimand="mean change of the score, points", estimate=estimate, std_error=error,
        statistic=estimate / error, dof=dof, p_value=float(2.0 * t_distribution.sf(abs(estimate / error), dof)),
        ci_low=estimate - half, ci_high=estimate + half, role=role, estimator="mean of items", method=method, n_obs=n,
    )  # fmt: skip
    reliability = alpha(np.cov(first[whole], rowvar=False))
    if clusters is not None or not reliability > 0.0 or not np.ptp(pre) > 0.0:
        return [plain]
    r = float(np.corrcoef(pre, post)[0, 1])
    g, variance = smcr(estimate, float(pre.std(ddof=1)), n, r)
    size, error = g / np.sqrt(reliability), float(np.sqrt(variance / reliability))
    half = float(norm.ppf(0.5 + ci_level / 2.0)) * error
    corrected = ChangeEstimate(
        term="score, true", estimand="mean change of the true score, SD at start", estimate=float(size),
        std_error=error, statistic=float(size / error), p_value=float(2.0 * norm.sf(abs(size / error))),
        ci_low=float(size - half), ci_high=float(size + half), role="check",
        estimator="mean of items, corrected for alpha", method="Becker's standardised change, alpha taken as known",
        n_obs=n,
    )  # fmt: skip
    return [plain, corrected]

"""The change of the plain score beside the latent one: paired t or clusters, differences of groups, alpha corrected."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm
from scipy.stats import t as t_distribution

from sctoolkit.measurement.panel.latent_change_estimates import wave_pairs
from sctoolkit.measurement.panel.latent_change_figures import ChangeEstimate
from sctoolkit.numerics.change.paired_effect_sizes import smcr
from sctoolkit.numerics.linear.least_squares import fit_least_squares
from sctoolkit.numerics.linear.vcov import cluster_parts
from sctoolkit.numerics.reliability.reliability import alpha
from sctoolkit.numerics.structure.implied_moments import FloatArray

BoolArray = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int64]
MIN_PEOPLE = 3


def score_rows(
    wide: pd.DataFrame,
    items: tuple[str, ...],
    waves: tuple[str, ...],
    members: dict[str, BoolArray],
    cluster: str | None,
    ci_level: float,
    role: str,
) -> list[ChangeEstimate]:
    """Return the changes of the mean item among people complete at both waves, and their differences between groups.

    Parameters
    ----------
    wide : DataFrame
        Columns `item.wave`.
    items, waves : tuples of str
    members : dict of group label to (n,) bool array
        Rows of every group; one entry with an empty label without groups.
    cluster : str or None
    ci_level : float
    role : str
        Of the main figure: the change from the first to the last wave, or its differences between groups.

    Notes
    -----
    Plain: paired t; differences by Welch's t; CR2 with Satterthwaite degrees of freedom with clusters. Corrected:
    Becker's standardised mean change divided by sqrt(alpha) of the first wave, with alpha taken as known.
    """
    answers = [wide[[f"{item}.{wave}" for item in items]].to_numpy(dtype=np.float64) for wave in waves]
    numbers = None if cluster is None else pd.factorize(wide[cluster])[0].astype(np.int64)
    labels = list(members)
    rows: list[ChangeEstimate] = []
    for start, end in wave_pairs(len(waves)):
        own = role if (start, end) == (0, len(waves) - 1) else "detail"
        whole = ~(np.isnan(answers[start]).any(axis=1) | np.isnan(answers[end]).any(axis=1))
        whole &= True if numbers is None else numbers >= 0
        change = answers[end].mean(axis=1) - answers[start].mean(axis=1)
        span = f"{waves[start]} to {waves[end]}"
        for label in labels[1:]:
            kept = whole & (members[label] | members[labels[0]])
            about = {"wave": span, "group": f"{label} less {labels[0]}", "role": own}
            rows += _difference(change, kept, members[label], numbers, ci_level, about)
        for label in labels:
            kept = whole & members[label]
            about = {"wave": span, "group": label, "role": own if len(labels) == 1 else "detail"}
            plain = _change(change, kept, numbers, ci_level, about)
            rows += plain
            if plain and numbers is None:
                rows += _corrected(answers[start][kept], answers[end][kept], ci_level, {**about, "role": "check"})
    return sorted(rows, key=lambda row: row.role != role)


def _change(
    change: FloatArray, kept: BoolArray, numbers: Codes | None, ci_level: float, about: dict[str, Any]
) -> list[ChangeEstimate]:
    """Return the mean change; nothing where it cannot be tested."""
    own = change[kept]
    if own.size < MIN_PEOPLE or not np.ptp(own) > 0.0:
        return []
    if numbers is None:
        error, dof, method = float(own.std(ddof=1) / np.sqrt(own.size)), float(own.size - 1), "paired t"
    else:
        error, dof, method = _clustered(np.ones((own.size, 1)), own, numbers[kept], np.ones(1))
    return [_row("score", "mean change of the score, points", float(own.mean()), error, dof, ci_level,
                 {**about, "estimator": "mean of items", "method": method, "n_obs": own.size})]  # fmt: skip


def _difference(
    change: FloatArray,
    kept: BoolArray,
    member: BoolArray,
    numbers: Codes | None,
    ci_level: float,
    about: dict[str, Any],
) -> list[ChangeEstimate]:
    """Return the difference of mean change between a group and the first one."""
    second, first = change[kept & member], change[kept & ~member]
    if min(first.size, second.size) < MIN_PEOPLE or not min(np.ptp(first), np.ptp(second)) > 0.0:
        return []
    estimate = float(second.mean() - first.mean())
    if numbers is None:
        parts = np.array([part.var(ddof=1) / part.size for part in (first, second)])
        error, method = float(np.sqrt(parts.sum())), "Welch's t"
        dof = float(parts.sum() ** 2 / np.sum(parts**2 / (np.array([first.size, second.size]) - 1.0)))
    else:
        design = np.column_stack([np.ones(int(kept.sum())), member[kept]]).astype(np.float64)
        error, dof, method = _clustered(design, change[kept], numbers[kept], np.array([0.0, 1.0]))
    return [_row("score, difference", "difference of mean change of the score, points", estimate, error, dof, ci_level,
                 {**about, "estimator": "mean of items", "method": method,
                  "n_obs": first.size + second.size})]  # fmt: skip


def _clustered(
    design: FloatArray, change: FloatArray, numbers: Codes, contrast: FloatArray
) -> tuple[float, float, str]:
    """Return standard error, degrees of freedom and method of a contrast over clusters."""
    codes = np.unique(numbers, return_inverse=True)[1].astype(np.int64)
    parts = cluster_parts(fit_least_squares(design, change), codes, "CR2")
    return float(np.sqrt(contrast @ parts.vcov @ contrast)), parts.dof(contrast), "CR2, Satterthwaite"


def _row(
    term: str, estimand: str, estimate: float, error: float, dof: float, ci_level: float, about: dict[str, Any]
) -> ChangeEstimate:
    """Return a row tested on t."""
    half = float(t_distribution.ppf(0.5 + ci_level / 2.0, dof)) * error
    return ChangeEstimate(
        term=term, estimand=estimand, estimate=estimate, std_error=error, statistic=estimate / error, dof=dof,
        p_value=float(2.0 * t_distribution.sf(abs(estimate / error), dof)), ci_low=estimate - half,
        ci_high=estimate + half, **about,
    )  # fmt: skip


def _corrected(first: FloatArray, second: FloatArray, ci_level: float, about: dict[str, Any]) -> list[ChangeEstimate]:
    """Return the standardised mean change of the true score; nothing where alpha is not positive."""
    pre, post = first.mean(axis=1), second.mean(axis=1)
    reliability = alpha(np.cov(first, rowvar=False))
    if not reliability > 0.0 or not np.ptp(pre) > 0.0:
        return []
    r = float(np.corrcoef(pre, post)[0, 1])
    g, variance = smcr(float((post - pre).mean()), float(pre.std(ddof=1)), pre.size, r)
    size, error = float(g / np.sqrt(reliability)), float(np.sqrt(variance / reliability))
    half = float(norm.ppf(0.5 + ci_level / 2.0)) * error
    row = ChangeEstimate(
        term="score, true", estimand="mean change of the true score, SD at start", estimate=size, std_error=error,
        statistic=size / error, p_value=float(2.0 * norm.sf(abs(size / error))), ci_low=size - half,
        ci_high=size + half, estimator="mean of items, corrected for alpha",
        method="Becker's standardised change, alpha taken as known", n_obs=pre.size, **about,
    )  # fmt: skip
    return [row]

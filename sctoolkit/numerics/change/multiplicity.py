"""Adjusting p-values within a family: Holm, Hochberg, Hommel, Benjamini-Hochberg and -Yekutieli, step-down max-T."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sctoolkit.errors import NotIdentifiedError, OptionError, did_you_mean

FloatArray = npt.NDArray[np.float64]

METHODS = ("none", "bonferroni", "holm", "hochberg", "hommel", "bh", "by")


def adjust(p_values: FloatArray, method: str = "holm") -> FloatArray:
    """Adjust p-values; nan stays nan and does not count towards the family.

    Parameters
    ----------
    p_values : (m,) array
    method : str
        none, bonferroni, holm, hochberg, hommel, bh, by.

    References
    ----------
    Holm (1979); Benjamini and Hochberg (1995), doi:10.1111/j.2517-6161.1995.tb02031.x; Wright (1992),
    doi:10.2307/2532694.   Oracle: rci_rtm_evalue (stats::p.adjust).

    Examples
    --------
    >>> adjust(np.array([0.01, 0.04, 0.03])).round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    if method not in METHODS:
        raise OptionError(
            f"An adjustment must be one of {', '.join(f'`{name}`' for name in METHODS)}, not `{method}`.",
            hint=did_you_mean(method, METHODS),
        )
    out = np.full(p_values.shape, np.nan)
    known = np.flatnonzero(np.isfinite(p_values))
    if known.size == 0:
        return out
    p = p_values[known]
    if ((p < 0) | (p > 1)).any():
        outside = int(((p < 0) | (p > 1)).sum())
        raise NotIdentifiedError(
            f"p-values must lie between 0 and 1, and {outside} of {p.size} {'does' if outside == 1 else 'do'} not.",
            where=f"from {p.min():g} to {p.max():g}",
            hint="Pass p-values, not statistics or percentages.",
        )
    order = np.argsort(p, kind="stable")
    adjusted = np.empty(p.size)
    adjusted[order] = _sorted(p[order], method)
    out[known] = np.minimum(adjusted, 1.0)
    return out


def _sorted(p: FloatArray, method: str) -> FloatArray:
    """Adjust p in increasing order."""
    m = p.size
    rank = np.arange(1, m + 1)
    if method == "none":
        return p
    if method == "bonferroni":
        return p * m
    if method == "holm":
        return np.asarray(np.maximum.accumulate(p * (m - rank + 1)))
    if method == "hochberg":
        return np.asarray(np.minimum.accumulate((p * (m - rank + 1))[::-1])[::-1])
    if method == "hommel":
        return _hommel(p)
    harmonic = float((1 / rank).sum()) if method == "by" else 1.0
    return np.asarray(np.minimum.accumulate((p * m / rank * harmonic)[::-1])[::-1])


def _hommel(p: FloatArray) -> FloatArray:
    m = p.size
    best = np.full(m, (m * p / np.arange(1, m + 1)).min())
    out = best.copy()
    for size in range(m - 1, 1, -1):
        top, bottom = np.arange(m - size + 1), np.arange(m - size + 1, m)
        least = (size * p[bottom] / np.arange(2, size + 1)).min()
        best[top] = np.minimum(size * p[top], least)
        best[bottom] = best[m - size]
        out = np.maximum(out, best)
    return np.asarray(np.maximum(out, p))


def step_down_max_t(observed: FloatArray, drawn: FloatArray) -> FloatArray:
    """Westfall-Young / Romano-Wolf step-down p-values from joint resampling.

    Parameters
    ----------
    observed : (m,) absolute statistics
    drawn : (B, m) absolute statistics under the null, the actual one among them when draws are listed

    Returns
    -------
    (m,) array
        Adjusted p; ties count as extreme. Uses the correlation of outcomes, so it is usually below Holm.

    References
    ----------
    Westfall and Young (1993); Romano and Wolf (2005), doi:10.1198/016214504000000539.   Oracle: multiplicity_exact.
    """
    order = np.argsort(-observed, kind="stable")
    out = np.empty(observed.size)
    highest = 0.0
    for k, j in enumerate(order):
        top = drawn[:, order[k:]].max(axis=1)
        highest = max(highest, float((top >= observed[j] - 1e-12 * max(1.0, observed[j])).mean()))
        out[j] = highest
    return out

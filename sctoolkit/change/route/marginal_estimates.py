"""Shares and counts by a marginal model: differences and ratios of means that errors of few clusters have widened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from sctoolkit.change.models.marginal_fit import Correction, MarginalFit, Working, fit_marginal, standardised
from sctoolkit.change.route.estimates import Estimate, Role, compact, from_t
from sctoolkit.change.route.router import FEW_MARGINAL
from sctoolkit.change.route.setting import Setting
from sctoolkit.errors import SctoolkitError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Cells = Sequence[tuple[float, FloatArray]]

NAMES: dict[Correction, str] = {"mancl-derouen": "Mancl-DeRouen", "kauermann-carroll": "Kauermann-Carroll"}
RATIO = "ratio of mean counts"


def marginal_clusters(unit: IntArray, clusters: IntArray | None) -> IntArray | None:
    """Return the clusters of a marginal model: organisations from 10 on, people where there are none; else None."""
    if clusters is not None and np.unique(clusters).size > 1:
        codes = compact(clusters)
        return codes if codes.max() + 1 >= FEW_MARGINAL else None
    codes = compact(unit)
    return codes if codes.max() + 1 >= FEW_MARGINAL else None


def marginal_shares(
    setting: Setting, y: FloatArray, design: FloatArray, codes: IntArray, cells: Cells, labels: dict[str, Any],
    name: str = "marginal logit",
) -> list[Estimate]:  # fmt: skip
    """Return a difference of shares under both corrections, its ratio of shares and its odds ratio.

    Parameters
    ----------
    design : (n, p) float array
        Its first column is the contrast: its coefficient is the log odds ratio.
    cells : sequence of (weight, rows)
        As for `standardised`.
    labels : dict
        ``estimand`` and ``wave``.
    """
    fits = _fits(y, design, codes, "binomial", None)
    people = setting.panel.cluster is None or np.unique(setting.panel.cluster).size < 2
    found: list[Estimate] = []
    for correction, fit in fits.items():
        value, error = standardised(fit, cells)
        found.append(_row(setting, fit, value, error, correction, "check", f"{name}, {NAMES[correction]}", labels))
    best = fits.get("mancl-derouen")
    if best is not None:
        sizes = [
            ("ratio of shares", standardised(best, cells, log=True)),
            ("odds ratio", (float(best.coef[0]), float(np.sqrt(best.vcov[0, 0])))),
        ]
        for estimand, (value, error) in sizes:
            row = _row(setting, best, value, error, "mancl-derouen", "detail", name, {**labels, "estimand": estimand})
            found.append(replace(exponential(row), term="size"))
    return [replace(e, n_clusters=None) for e in found] if people else found


def marginal_counts(
    setting: Setting, y: FloatArray, design: FloatArray, codes: IntArray, offset: FloatArray | None, cells: Cells,
    labels: dict[str, Any], role: Role, name: str = "Poisson quasi-likelihood",
) -> list[Estimate]:  # fmt: skip
    """Return a ratio of mean counts under both corrections, and the difference in mean counts.

    Parameters
    ----------
    offset : (n,) float array, optional
        Logarithm of what counts were counted over.
    role : Role
        Of the ratio under Mancl and DeRouen's correction.
    """
    fits = _fits(y, design, codes, "poisson", offset)
    people = setting.panel.cluster is None or np.unique(setting.panel.cluster).size < 2
    found: list[Estimate] = []
    for correction, fit in fits.items():
        value, error = standardised(fit, cells, log=True)
        first = correction == "mancl-derouen"
        row = _row(
            setting, fit, value, error, correction, role if first else "check",
            name if first else f"{name}, {NAMES[correction]}", {**labels, "estimand": RATIO},
        )  # fmt: skip
        found.append(exponential(row))
        if first:
            value, error = standardised(fit, cells)
            found.append(_row(setting, fit, value, error, correction, "check", f"{name}, difference", labels))
    return [replace(e, n_clusters=None) for e in found] if people else found


def exponential(row: Estimate) -> Estimate:
    """Return an estimate on the log scale as a ratio; test and interval stay those of the log scale."""
    value = float(np.exp(row.estimate))
    return replace(
        row, estimate=value, std_error=value * row.std_error, ci_low=float(np.exp(row.ci_low)),
        ci_high=float(np.exp(row.ci_high)), method=f"{row.method}; interval and p on the log scale",
    )  # fmt: skip


def _fits(
    y: FloatArray, design: FloatArray, codes: IntArray, family: Any, offset: FloatArray | None
) -> dict[Correction, MarginalFit]:
    """Return the fit under both corrections; nothing where it has no solution or too few clusters."""
    if codes.max() + 1 <= design.shape[1] + 1:
        return {}
    working: Working = "independence" if family == "poisson" else "exchangeable"
    found: dict[Correction, MarginalFit] = {}
    for correction in NAMES:
        try:
            fit = fit_marginal(y, design, codes, family, working=working, correction=correction, offset=offset)
        except (SctoolkitError, np.linalg.LinAlgError, ValueError):  # no solution: left out
            return {}
        found[correction] = fit
    return found


def _row(
    setting: Setting, fit: MarginalFit, value: float, error: float, correction: Correction, role: Role, name: str,
    labels: dict[str, Any],
) -> Estimate:  # fmt: skip
    """Return one contrast with t(G - p)."""
    return from_t(
        value, error, fit.dof, setting.level, estimator=name, role=role, n_clusters=fit.n_clusters,
        method=f"GEE, {NAMES[correction]}, t({fit.dof:.0f})", **labels,
    )  # fmt: skip

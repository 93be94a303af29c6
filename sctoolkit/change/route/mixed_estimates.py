"""Contrasts of a mixed model on all records of a panel, people linked or not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sctoolkit.change.route.estimates import MANY_ORGANISATIONS, Estimate, compact, from_t, linear_contrast
from sctoolkit.errors import ConvergenceError, NotIdentifiedError
from sctoolkit.numerics.linear.kenward_roger import kenward_roger
from sctoolkit.numerics.linear.lmm import MixedFit, fit_lmm
from sctoolkit.numerics.linear.lmm_robust import robust_parts
from sctoolkit.numerics.linear.random_terms import RandomTerm

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

NO_SLOPE = 1e-6
"""Share of the residual variance below which people's own slopes count as zero."""


def mixed_contrast(
    design: FloatArray,
    outcome: FloatArray,
    row: FloatArray,
    level: float,
    unit: IntArray,
    clusters: IntArray | None,
    occasion: IntArray,
    **labels: Any,
) -> Estimate:
    """Return a contrast of a REML mixed model with random intercepts, Kenward-Roger degrees of freedom.

    Parameters
    ----------
    unit, occasion : (n,) integer arrays
        Respondent and wave.
    clusters : (n,) integer array, optional
        Organisation.
    **labels
        As for `linear_contrast`.

    Notes
    -----
    Respondents have an intercept, and up to 40 organisations one and one at each wave. With more organisations they
    enter through a CR2 sandwich instead, which then needs no model of them. Where no intercept varies the fit is that
    of least squares; where the model cannot be fitted the numbers are nan and the method says so.
    """
    return mixed_contrasts(design, outcome, row[None, :], level, unit, clusters, occasion, [labels])[0]


def mixed_contrasts(
    design: FloatArray,
    outcome: FloatArray,
    rows: FloatArray,
    level: float,
    unit: IntArray,
    clusters: IntArray | None,
    occasion: IntArray,
    labels: Sequence[dict[str, Any]],
    *,
    slopes: bool = False,
) -> list[Estimate]:
    """Return several contrasts of one mixed model, as `mixed_contrast` does one.

    With ``slopes`` people also have a slope over the occasions, correlated with their intercept; it is left out again
    where the data show none.
    """
    n_clusters = 0 if clusters is None else int(np.unique(clusters).size)
    for label in labels:
        label.setdefault("n_obs", len(outcome))
        if clusters is not None:
            label.setdefault("n_clusters", n_clusters)
    codes = compact(clusters) if clusters is not None and n_clusters > 1 else None
    many = codes is not None and n_clusters > MANY_ORGANISATIONS
    terms = random_terms(unit, codes, occasion, many)
    if not terms:
        return [
            linear_contrast(design, outcome, row, level, clusters=codes, **label)
            for row, label in zip(rows, labels, strict=True)
        ]
    try:
        fit, terms = _fit(design, outcome, terms, unit, occasion, slopes)
        parts = robust_parts(fit, design, outcome, terms, codes) if many and codes is not None else kenward_roger(fit)
    except (NotIdentifiedError, ConvergenceError, np.linalg.LinAlgError):
        nan = float("nan")
        return [from_t(nan, nan, nan, level, method="REML, no fit", **label) for label in labels]
    method = "REML over people, CR2 by organisation" if many else "REML, Kenward-Roger"
    if any(term.columns.shape[1] > 1 for term in terms):
        method += ", people's own slopes"
    found = []
    for row, label in zip(rows, labels, strict=True):
        std_error = float(np.sqrt(max(float(row @ parts.vcov @ row), 0.0)))
        found.append(from_t(float(row @ fit.coef), std_error, parts.dof(row), level, method=method, **label))
    return found


def random_terms(unit: IntArray, clusters: IntArray | None, occasion: IntArray, many: bool) -> list[RandomTerm]:
    """Return an intercept of respondents, and of organisations and their waves unless these are many."""
    n = len(unit)
    levels = [within(unit, clusters) if many else unit]
    if not many and clusters is not None:
        levels += [clusters, clusters * (int(occasion.max()) + 1) + occasion]
    return [RandomTerm(compact(codes), np.ones((n, 1))) for codes in levels if 1 < np.unique(codes).size < n]


def _fit(
    design: FloatArray, outcome: FloatArray, terms: list[RandomTerm], unit: IntArray, occasion: IntArray, slopes: bool
) -> tuple[MixedFit, list[RandomTerm]]:
    """Return the fit and its random terms, with people's own slopes where they are asked for and found."""
    people = np.unique(unit).size
    if slopes and people < len(unit):
        steps = occasion - occasion.mean()
        sloped = [RandomTerm(terms[0].codes, np.column_stack([np.ones(len(unit)), steps])), *terms[1:]]
        try:
            fit = fit_lmm(design, outcome, sloped)
            if _moves(fit.covariances[0], fit.sigma2, float((steps**2).mean())):
                return fit, sloped
        except (NotIdentifiedError, ConvergenceError, np.linalg.LinAlgError):
            pass
    return fit_lmm(design, outcome, terms), terms


def _moves(covariance: FloatArray, sigma2: float, spread: float) -> bool:
    """Return whether people's slopes vary, and not in step with their intercepts."""
    first, second = covariance[0, 0], covariance[1, 1]
    if second * spread < NO_SLOPE * sigma2 or first < NO_SLOPE * sigma2:
        return False
    return bool(abs(covariance[0, 1]) < 0.999 * np.sqrt(first * second))


def within(unit: IntArray, clusters: IntArray | None) -> IntArray:
    """Return respondents told apart by organisation, so that none stands in two."""
    if clusters is None:
        return unit
    return compact(unit.astype(np.int64) * (int(clusters.max()) + 1) + clusters)

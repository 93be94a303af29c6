"""Difference-in-differences by regression: what is held fixed, the contrast, and the event study."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from sctoolkit.change.route.estimates import Estimate, compact, linear_contrast, welch
from sctoolkit.change.route.panel import Panel
from sctoolkit.errors import NotIdentifiedError
from sctoolkit.numerics.linear.cluster_means import collapse
from sctoolkit.numerics.linear.htz import htz
from sctoolkit.numerics.linear.least_squares import fit_least_squares
from sctoolkit.numerics.linear.vcov import cluster_parts
from sctoolkit.result import Caveat

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def fixed_parts(panel: Panel, arm: FloatArray) -> tuple[IntArray | None, FloatArray]:
    """Return the codes that are held fixed and the further columns: organisations, respondents, or the two groups."""
    waves = np.column_stack([panel.wave == code for code in range(1, len(panel.waves))]).astype(float)
    columns = np.column_stack([waves, panel.covariates]) if panel.covariates.size else waves
    seen = np.bincount(panel.unit)[panel.unit]
    if panel.keyed.all() and (seen > 1).mean() > 0.95 and not _moves(panel):
        return compact(panel.unit), columns
    if panel.cluster is not None:
        return compact(panel.cluster), columns
    return None, np.column_stack([np.ones(panel.n_obs), arm, columns])


def _moves(panel: Panel) -> bool:
    """Return whether a respondent stands in two organisations."""
    if panel.cluster is None:
        return False
    pairs = np.unique(np.column_stack([panel.unit, panel.cluster]), axis=0)
    return len(pairs) > len(np.unique(panel.unit))


def group_contrast(
    panel: Panel, column: FloatArray, columns: FloatArray, absorb: IntArray | None, level: float, **labels: Any
) -> Estimate:
    """Return the coefficient of the first column."""
    design = np.column_stack([column, columns])
    row = np.zeros(design.shape[1])
    row[0] = 1.0
    clusters = None if panel.cluster is None else compact(panel.cluster)
    if clusters is None and absorb is not None and panel.keyed.all():
        clusters = absorb
    if clusters is not None and clusters.max() < 1:
        clusters = None
    weights = panel.weight
    if weights is not None and absorb is not None:
        design = np.column_stack([design, absorb[:, None] == np.arange(int(absorb.max()) + 1)])
        row, absorb = np.zeros(design.shape[1]), None
        row[0] = 1.0
    try:
        return linear_contrast(
            design, panel.outcome, row, level, clusters=clusters, weights=weights, absorb=absorb, **labels
        )
    except NotIdentifiedError:
        nan = float("nan")
        return Estimate(estimate=nan, ci_level=level, method="not identified: every unit was seen once", **labels)


def welch_of_changes(panel: Panel, arm: FloatArray, level: float, regression: Estimate) -> Estimate:
    """Return Welch's t of respondents' changes, which the regression within respondents estimates too."""
    if panel.covariates.size:
        return regression
    i, j = panel.pairs(0, 1)
    change = panel.outcome[j] - panel.outcome[i]
    taking = arm[j] == 1
    if min(taking.sum(), (~taking).sum()) < 2:
        return regression
    return welch(
        change[taking], change[~taking], level, estimand=regression.estimand, estimator="regression",
        role=regression.role, n_obs=regression.n_obs,
    )  # fmt: skip


def organisation_gains(panel: Panel, arm: FloatArray, after: FloatArray) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Return each organisation's mean over the waves after less that before, and whether it takes part."""
    if panel.cluster is None:
        return np.empty(0), np.empty(0, dtype=bool)
    both = np.intersect1d(panel.cluster[after == 1], panel.cluster[after == 0])
    keep = np.isin(panel.cluster, both)
    means = []
    for late in (1.0, 0.0):
        rows = keep & (after == late)
        cells = compact(panel.cluster[rows] * len(panel.waves) + panel.wave[rows])
        weights = None if panel.weight is None else panel.weight[rows]
        by_wave = collapse(np.column_stack([panel.outcome[rows], panel.cluster[rows]]), cells, weights)
        means.append(collapse(by_wave[:, 0], compact(np.round(by_wave[:, 1]))))
    taking = collapse(arm[keep], compact(panel.cluster[keep])) > 0.5
    return means[0] - means[1], taking


def event_study(
    panel: Panel, arm: FloatArray, first_after: int, columns: FloatArray, absorb: IntArray | None, level: float
) -> tuple[list[Estimate], Caveat | None]:
    """Return the difference between groups at each wave against the last before the start, and the test before it."""
    reference = first_after - 1
    others = [code for code in range(len(panel.waves)) if code != reference]
    if len(others) < 2:
        return [], None
    terms = np.column_stack([arm * (panel.wave == code) for code in others])
    found = []
    for position, code in enumerate(others):
        ordered = np.column_stack([np.delete(terms, position, axis=1), columns])
        estimate = group_contrast(
            panel, terms[:, position], ordered, absorb, level, role="detail", estimator="event study",
            estimand=f"difference between groups against wave {panel.waves[reference]}", wave=panel.waves[code],
            term="before the start" if code < reference else "after the start",
        )  # fmt: skip
        found.append(estimate if code > reference else replace(estimate, role="check"))
    return found, _before_test(panel, terms, columns, absorb, sum(code < reference for code in others))


def _before_test(
    panel: Panel, terms: FloatArray, columns: FloatArray, absorb: IntArray | None, n_before: int
) -> Caveat | None:
    """Return the joint test of the waves before the start (HTZ), where organisations can carry it."""
    if n_before < 1 or panel.cluster is None or panel.weight is not None:
        return None
    fit = fit_least_squares(np.column_stack([terms, columns]), panel.outcome, None, absorb)
    parts = cluster_parts(fit, compact(panel.cluster), "CR2")
    rows = np.eye(terms.shape[1] + columns.shape[1])[:n_before]
    try:
        test = htz(fit, parts, rows)
    except NotIdentifiedError:
        return None
    if not np.isfinite(test.p_value):
        return None
    return Caveat(
        code="waves_before_the_start",
        sentence=f"Before the start the groups' difference moved with p = {test.p_value:.2f} (HTZ): a large p does not "
        "show that they moved alike, a small one speaks against it.",
        numbers={"statistic": test.statistic, "p_value": test.p_value, "n_waves": n_before},
    )

"""DIF at equal matching scores: ordinal logistic regression and Mantel-Haenszel tests."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2 as chi2_distribution

from sctoolkit.errors import ConvergenceError
from sctoolkit.measurement.irt.dif_result import ItemDif
from sctoolkit.numerics.irt.mantel import (
    cumulative_log_odds,
    generalized_mantel_haenszel,
    mantel_mean_scores,
    mean_difference,
    stratified_tables,
)
from sctoolkit.numerics.ordinal.cumulative_link import CumulativeFit, fit_cumulative

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Matching = Literal["total", "rest"]


def matching_score(values: FloatArray, item: int, anchors: list[int], matching: Matching) -> FloatArray:
    """Return the sum of the anchors with (``total``) or without (``rest``) the item, (n,)."""
    others = [place for place in anchors if place != item]
    return np.asarray(values[:, [*others, item] if matching == "total" else others].sum(axis=1))


def logistic_item(
    name: str, answers: FloatArray, group: IntArray, groups: tuple[str, ...], score: FloatArray
) -> ItemDif:
    """Return the tests of Zumbo (1999) for one item: total, uniform and non-uniform DIF.

    Notes
    -----
    Models: score; score and group; score, group and their product. Sizes: largest log odds of a focal group in the
    second, and change in Nagelkerke's R squared over all three. Also R squared by step, and the relative change of the
    score's coefficient when group enters (Crane et al., 2004).
    """
    levels, codes = np.unique(answers, return_inverse=True)
    if levels.size < 2 or np.unique(score).size < 2:
        return ItemDif(name, reason="it does not vary among complete answers")
    dummies = (group[:, None] == np.arange(1, len(groups))).astype(np.float64)
    spread = float(score.std())
    base = (score[:, None] - score.mean()) / spread
    counts = np.bincount(codes)
    try:
        one, two, three = (
            fit_cumulative(design, codes, levels.size)
            for design in (base, np.hstack([base, dummies]), np.hstack([base, dummies, base * dummies]))
        )
    except ConvergenceError:
        return ItemDif(name, reason="the matching score orders its answers perfectly, or a group does not vary")
    null = float(counts @ np.log(counts / len(codes)))
    nagelkerke = [_nagelkerke(fit, null, len(codes)) for fit in (one, two, three)]
    width = dummies.shape[1]
    chi2 = {"total": (three, one, 2 * width), "uniform": (two, one, width), "nonuniform": (three, two, width)}
    tests = {
        term: likelihood_ratio(larger.loglik, smaller.loglik, dof) for term, (larger, smaller, dof) in chi2.items()
    }
    errors = np.sqrt(np.diag(two.vcov))[-width:]
    none = float("nan")
    return ItemDif(
        item=name,
        tests=tests,
        effects={
            "log_odds": tuple((groups[g + 1], float(two.slopes[1 + g]), float(errors[g])) for g in range(width)),
            "r2_change_uniform": (("", nagelkerke[1] - nagelkerke[0], none),),
            "r2_change_nonuniform": (("", nagelkerke[2] - nagelkerke[1], none),),
            "mcfadden_change": (("", (one.loglik - three.loglik) / null, none),),
            "score_coefficient_change": (("", float(abs(two.slopes[0] / one.slopes[0] - 1.0)), none),),
        },
        sizes=(float(np.abs(two.slopes[1:]).max()), nagelkerke[2] - nagelkerke[0]),
    )


def mantel_item(name: str, answers: FloatArray, group: IntArray, groups: tuple[str, ...], score: FloatArray) -> ItemDif:
    """Return Mantel's test of equal mean answers within strata, the generalised test, and effects by focal group."""
    levels, codes = np.unique(answers, return_inverse=True)
    if levels.size < 2:
        return ItemDif(name, reason="it does not vary among complete answers")
    strata = np.unique(score, return_inverse=True)[1].reshape(-1)
    tables = stratified_tables(codes, group, strata, len(groups))
    mean = mantel_mean_scores(tables, levels)
    general = generalized_mantel_haenszel(tables)
    if mean.dof == 0:
        return ItemDif(name, reason="no two groups share a matching score")
    differences, odds, standardised = [], [], []
    for g in range(1, len(groups)):
        pair = (group == 0) | (group == g)
        own = stratified_tables(codes[pair], (group[pair] == g).astype(np.int64), strata[pair], 2)
        if not len(own):
            continue
        found = mean_difference(own, levels)
        sd = pooled_sd(answers, group, g)
        differences.append((groups[g], found.value, found.std_error))
        standardised.append((groups[g], found.value / sd, found.std_error / sd))
        odds.append((groups[g], cumulative_log_odds(own), float("nan")))
    tests = {
        "mantel": (mean.chi2, mean.dof, float(chi2_distribution.sf(mean.chi2, mean.dof))),
        "generalized": (general.chi2, general.dof, float(chi2_distribution.sf(general.chi2, general.dof))),
    }
    effects = {"mean_difference": tuple(differences), "standardized": tuple(standardised), "log_odds": tuple(odds)}
    return ItemDif(name, tests, effects, (max((abs(value) for _, value, _ in standardised), default=float("nan")),))


def pooled_sd(answers: FloatArray, group: IntArray, focal: int) -> float:
    """Return the standard deviation of an answer, pooled over reference and one focal group; nan answers left out."""
    parts = [answers[(group == g) & np.isfinite(answers)] for g in (0, focal)]
    within = sum(float(((part - part.mean()) ** 2).sum()) for part in parts)
    return float(np.sqrt(within / (sum(part.size for part in parts) - 2)))


def _nagelkerke(fit: CumulativeFit, null: float, n: int) -> float:
    """Nagelkerke's R squared (1991, doi:10.1093/biomet/78.3.691)."""
    return float(np.expm1(-2.0 * (fit.loglik - null) / n) / np.expm1(2.0 * null / n))


def likelihood_ratio(larger: float, smaller: float, dof: int) -> tuple[float, int, float]:
    """Statistic, degrees of freedom and p."""
    statistic = max(2.0 * (larger - smaller), 0.0)
    return statistic, dof, float(chi2_distribution.sf(statistic, dof))

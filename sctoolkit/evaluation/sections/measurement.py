"""Reliability, structure and invariance of the scales."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np

from sctoolkit.evaluation.evaluation import Evaluation
from sctoolkit.evaluation.outcome import Outcome
from sctoolkit.evaluation.sections.change import answers_of
from sctoolkit.evaluation.sections.waves import wave_name
from sctoolkit.evaluation.study import pair_of
from sctoolkit.measurement.invariance.invariance_result import Invariance
from sctoolkit.measurement.items.reliability_result import Coefficient, Reliability
from sctoolkit.measurement.structure.cfa_result import CfaResult
from sctoolkit.report.document import Draft
from sctoolkit.report.sections.reliability import ScaleReliability, reliability_section
from sctoolkit.report.sections.structure import ScaleInvariance, ScaleStructure, structure_section


def reliability_drafts(evaluation: Evaluation) -> Iterator[Draft]:
    """Reliability, scale by scale and wave by wave; nothing where there are only single items and counts."""
    measured = [(finding.outcome, finding.measurement) for finding in evaluation.findings if finding.measurement]
    rows = [
        _reliability_row(outcome, wave, result)
        for outcome, measurement in measured
        for wave, result in measurement.reliability
    ]
    caveats = [caveat for _, measurement in measured for caveat in measurement.caveats]
    if rows or caveats:
        yield reliability_section(rows, ordered=evaluation.study.plan.analysis.ordered, caveats=caveats)


def _reliability_row(outcome: Outcome, wave: str, result: Reliability) -> ScaleReliability:
    nothing = Coefficient(term="", estimate=float("nan"))
    alpha = result.coefficients.get("alpha", nothing)
    omega = result.coefficients[result.headline] if result.headline != "alpha" else nothing
    return ScaleReliability(
        scale=outcome.key,
        label=outcome.label,
        n=int(result.provenance.n_used or 0),
        n_items=len(result.items),
        wave=wave_name(wave),
        alpha=alpha.estimate,
        alpha_low=alpha.ci_low,
        alpha_high=alpha.ci_high,
        omega=omega.estimate,
        omega_low=omega.ci_low,
        omega_high=omega.ci_high,
        std_error_measurement=result.coefficients.get("std_error_measurement", nothing).estimate,
    )


def structure_drafts(evaluation: Evaluation) -> Iterator[Draft]:
    """Structure and invariance of the primary scales; nothing where no model could be fitted."""
    measured = [(finding.outcome, finding.measurement) for finding in evaluation.findings if finding.measurement]
    fits = [_fit(outcome, found.structure) for outcome, found in measured if found.structure is not None]
    levels = []
    for outcome, found in measured:
        labels = {item.code: item.label for item in answers_of(evaluation, outcome).instrument.items}
        for result in (found.over_sides, found.over_waves):
            if result is not None:
                levels += list(_levels(outcome, result, labels))
    if not fits and not levels:
        return
    pair = pair_of(evaluation.study, evaluation.answers[0].responses)
    plan = evaluation.study.plan.analysis
    yield structure_section(fits, levels, ordered=plan.ordered, wave=wave_name(pair[0]), level=plan.ci_level)


def _fit(outcome: Outcome, result: CfaResult) -> ScaleStructure:
    """The recommended figures: scaled chi-square, robust CFI and RMSEA, scaled ones where no robust exist."""
    row = result.glance().iloc[0]

    def figure(name: str) -> float:
        found = [row.get(f"{name}{ending}") for ending in ("_robust", "_scaled", "")]
        return next((float(value) for value in found if value is not None and np.isfinite(value)), float("nan"))

    scaled = np.isfinite(row.get("chi2_scaled", float("nan")))
    return ScaleStructure(
        scale=outcome.key,
        label=outcome.label,
        n=int(row["n_obs"]),
        estimator=str(row["estimator"]),
        chi2=float(row["chi2_scaled" if scaled else "chi2"]),
        dof=float(row["dof"]),
        p_value=float(row["p_value_scaled" if scaled else "p_value"]),
        cfi=figure("cfi"),
        rmsea=figure("rmsea"),
        rmsea_low=figure("rmsea_ci_low"),
        rmsea_high=figure("rmsea_ci_high"),
        srmr=float(row["srmr"]),
    )


def _levels(outcome: Outcome, result: Invariance, labels: Mapping[str, str]) -> Iterator[ScaleInvariance]:
    """One record a pair of sides or waves."""
    for effect in result.score_effects:
        moved = effect.drift_std_error > NO_ERROR
        yield ScaleInvariance(
            scale=outcome.key,
            label=outcome.label,
            n=int(result.provenance.n_used or 0),
            compared=f"{wave_name(effect.block)} less {wave_name(effect.reference)}",
            level=result.verdict,
            partial=result.partial_verdict,
            freed=tuple(freed_words(freed.parameter, labels) for freed in result.freed),
            difference=effect.observed,
            drift=effect.drift,
            drift_low=effect.drift_ci_low if moved else float("nan"),
            drift_high=effect.drift_ci_high if moved else float("nan"),
        )


NO_ERROR = 1e-10
"""Standard error of drift that the model rules out, which has no interval."""

FREED: tuple[tuple[str, str], ...] = (
    (r"(?P<item>\S+) \| t(?P<step>\d+)", "threshold {step} of “{item}”"),
    (r"\S+ =~ (?P<item>\S+)", "loading of “{item}”"),
    (r"(?P<item>\S+) ~~ (?P=item)", "residual of “{item}”"),
    (r"(?P<item>\S+) ~ ?1", "intercept of “{item}”"),
)
"""Parameter as the model syntax writes it -> the same in words."""


def freed_words(parameter: str, labels: Mapping[str, str]) -> str:
    """Return a parameter that differs between blocks in words, with the label of its item.

    Examples
    --------
    >>> freed_words("ts2 | t1", {"ts2": "care about us"})
    'threshold 1 of “care about us”'
    """
    for pattern, text in FREED:
        found = re.fullmatch(pattern, parameter)
        if found is not None:
            named = found.groupdict()
            return text.format(**{**named, "item": labels.get(named["item"], named["item"])})
    return parameter

"""Reliability, structure and invariance of the scales."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sctoolkit.evaluation.evaluate import Evaluation
from sctoolkit.evaluation.outcome import Outcome
from sctoolkit.evaluation.sections.waves import wave_name
from sctoolkit.measurement.cfa_result import CfaResult
from sctoolkit.measurement.invariance_result import Invariance
from sctoolkit.measurement.reliability_result import Coefficient, Reliability
from sctoolkit.report.document import Draft
from sctoolkit.report.sections.reliability import ScaleReliability, reliability_section
from sctoolkit.report.sections.structure import ScaleInvariance, ScaleStructure, structure_section


def reliability_draft(evaluation: Evaluation) -> Draft:
    """Return the section on reliability, scale by scale and wave by wave."""
    measured = [(finding.outcome, finding.measurement) for finding in evaluation.findings if finding.measurement]
    rows = [
        _reliability_row(outcome, wave, result)
        for outcome, measurement in measured
        for wave, result in measurement.reliability
    ]
    caveats = [caveat for _, measurement in measured for caveat in measurement.caveats]
    return reliability_section(rows, ordered=evaluation.study.plan.analysis.ordered, caveats=caveats)


def _reliability_row(outcome: Outcome, wave: str, result: Reliability) -> ScaleReliability:
    nothing = Coefficient(term="", estimate=float("nan"))
    alpha = result.coefficients.get("alpha", nothing)
    omega = result.coefficients[result.headline] if result.headline != "alpha" else nothing
    return ScaleReliability(
        scale=outcome.name,
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


def structure_draft(evaluation: Evaluation) -> Draft:
    """Return the section on structure and invariance of the primary scales."""
    measured = [(finding.outcome, finding.measurement) for finding in evaluation.findings if finding.measurement]
    fits = [_fit(outcome, found.structure) for outcome, found in measured if found.structure is not None]
    levels = []
    for outcome, found in measured:
        for what, result in (("sides", found.over_sides), ("waves", found.over_waves)):
            if result is not None:
                levels += list(_levels(outcome, what, result))
    return structure_section(fits, levels, ordered=evaluation.study.plan.analysis.ordered)


def _fit(outcome: Outcome, result: CfaResult) -> ScaleStructure:
    """The recommended figures: scaled chi-square, robust CFI and RMSEA, scaled ones where no robust exist."""
    row = result.glance().iloc[0]

    def figure(name: str) -> float:
        found = [row.get(f"{name}{ending}") for ending in ("_robust", "_scaled", "")]
        return next((float(value) for value in found if value is not None and np.isfinite(value)), float("nan"))

    scaled = np.isfinite(row.get("chi2_scaled", float("nan")))
    return ScaleStructure(
        scale=outcome.name,
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


def _levels(outcome: Outcome, what: str, result: Invariance) -> Iterator[ScaleInvariance]:
    for effect in result.score_effects:
        yield ScaleInvariance(
            scale=outcome.name,
            label=outcome.label,
            n=int(result.provenance.n_used or 0),
            compared=f"{wave_name(effect.block)} less {wave_name(effect.reference)}",
            level=result.verdict,
            partial=result.partial_verdict,
            freed=tuple(freed.parameter for freed in result.freed),
            difference=effect.observed,
            drift=effect.drift,
        )

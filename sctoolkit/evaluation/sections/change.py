"""What changed: each side on its own and the gap, or all people together."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from sctoolkit.change.route.estimates import Estimate
from sctoolkit.evaluation.answers import Answers
from sctoolkit.evaluation.evaluation import Evaluation, Finding
from sctoolkit.evaluation.outcome import Outcome
from sctoolkit.evaluation.sections.waves import wave_name
from sctoolkit.evaluation.study import pair_of
from sctoolkit.report.document import Draft
from sctoolkit.report.sections.change import ScaleChange, change_section, no_change_section

OWN_CHANGE: dict[str, tuple[str, ...]] = {
    "linked": ("own mean change, linked people",),
    "partly linked": ("own mean change, all records", "own mean change, waves compared"),
    "unlinked": ("own mean change, waves compared",),
}
"""Linkage -> the estimand that speaks for one side, best first."""


AGAINST = "participants less comparison group"


def change_drafts(evaluation: Evaluation) -> Iterator[Draft]:
    """Change of all outcomes, primary ones first; where none could be estimated, why; nothing of a single wave."""
    level = evaluation.study.plan.analysis.ci_level
    changes = [change for finding in evaluation.findings for change in _changes(evaluation, finding)]
    caveats = [caveat for finding in evaluation.findings if finding.outcome.primary for caveat in finding.caveats]
    if changes:
        yield change_section(changes, level=level, caveats=caveats)
    elif len(pair_of(evaluation.study, evaluation.answers[0].responses)) > 1:
        yield no_change_section(caveats)


def _changes(evaluation: Evaluation, finding: Finding) -> Iterator[ScaleChange]:
    """The rows of one outcome: each side on its own and the gap, or all people together."""
    change = finding.change
    if change is None or (len(change.route.facts.sides) < 2 and change.primary is None):
        return
    pair = pair_of(evaluation.study, answers_of(evaluation, finding.outcome).responses)
    if len(pair) < 2:
        return
    if len(change.route.facts.sides) > 1:
        for side in change.route.facts.sides:
            own = _own_change(change.estimates, side, change.route.facts.linkage)
            if own is not None:
                yield _scale_change(evaluation, finding, own, pair, side=side)
        if change.primary is not None:
            yield _scale_change(evaluation, finding, change.primary, pair, gap=True)
    elif change.primary is not None:
        grouped = change.route.facts.comparison != "none"
        yield _scale_change(evaluation, finding, change.primary, pair, against=AGAINST if grouped else "")


def _own_change(estimates: tuple[Estimate, ...], side: str, linkage: str) -> Estimate | None:
    """The estimate that speaks for one side."""
    for estimand in OWN_CHANGE.get(linkage, ()):
        for estimate in estimates:
            if estimate.side == side and estimate.estimand == estimand and np.isfinite(estimate.estimate):
                return estimate
    return None


def _scale_change(
    evaluation: Evaluation,
    finding: Finding,
    estimate: Estimate,
    pair: tuple[str, ...],
    *,
    side: str = "",
    gap: bool = False,
    against: str = "",
) -> ScaleChange:
    outcome = finding.outcome
    low, high = outcome.range or (float("nan"), float("nan"))
    spread = _baseline_sd(evaluation, finding, pair[0], side)
    linked = "linked people" in estimate.estimand or "paired" in estimate.estimator
    return ScaleChange(
        scale=outcome.key,
        label=outcome.label,
        first=wave_name(pair[0]),
        last=wave_name(pair[1]),
        estimate=estimate.estimate,
        ci_low=estimate.ci_low,
        ci_high=estimate.ci_high,
        n=_people(evaluation, finding, pair, side, linked),
        low=low,
        high=high,
        side=side,
        gap=gap,
        against=against,
        std_all=estimate.estimate / spread,
        std_low=estimate.ci_low / spread,
        std_high=estimate.ci_high / spread,
        standardiser="the standard deviation at the first wave",
        p_value=estimate.p_value,
        dof=estimate.dof,
        n_organisations=estimate.n_clusters,
        linked=linked,
        method=f"{estimate.estimator}: {estimate.method}",
        primary=outcome.primary,
    )


def answers_of(evaluation: Evaluation, outcome: Outcome) -> Answers:
    """Return the answers to the instrument of an outcome."""
    return next(one for one in evaluation.answers if one.instrument.id == outcome.instrument)


def _rows_of(evaluation: Evaluation, finding: Finding, side: str) -> pd.DataFrame:
    """Rows of an outcome that have a value, of one side or all."""
    frame = answers_of(evaluation, finding.outcome).frame
    rows = frame[frame[finding.outcome.name].notna()]
    return rows[rows["side"] == side] if side else rows


def _baseline_sd(evaluation: Evaluation, finding: Finding, wave: str, side: str) -> float:
    rows = _rows_of(evaluation, finding, side)
    spread = float(rows.loc[rows["wave"] == wave, finding.outcome.name].std(ddof=1))
    return spread if spread > 0 else float("nan")


def _people(evaluation: Evaluation, finding: Finding, pair: tuple[str, ...], side: str, linked: bool) -> int:
    """People behind an estimate: those at both waves, or everybody who answered at either."""
    rows = _rows_of(evaluation, finding, side)
    rows = rows[rows["wave"].isin(pair)]
    if "respondent" not in rows.columns:
        return len(rows)
    counts = rows.loc[rows["respondent"] != "", "respondent"].value_counts()
    return int((counts == 2).sum()) if linked else len(counts) + int((rows["respondent"] == "").sum())

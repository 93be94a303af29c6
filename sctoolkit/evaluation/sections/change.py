"""What changed: each side on its own and the gap, or all people together."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from sctoolkit.change.route.estimates import Estimate
from sctoolkit.change.route.told import Told
from sctoolkit.evaluation.answers import Answers
from sctoolkit.evaluation.evaluation import Evaluation, Finding
from sctoolkit.evaluation.outcome import Outcome
from sctoolkit.evaluation.sections.waves import wave_name
from sctoolkit.evaluation.steps.family import adjusted_p
from sctoolkit.evaluation.steps.told import told_of
from sctoolkit.evaluation.study import pair_of
from sctoolkit.report.document import Draft
from sctoolkit.report.sections.change import ScaleChange, change_section, no_change_section

AGAINST = "programme less comparison"


def change_drafts(evaluation: Evaluation) -> Iterator[Draft]:
    """Change of all outcomes, primary ones first; where none could be estimated, why; nothing of a single wave."""
    changes = [scale_change(evaluation, finding, one) for finding in evaluation.findings for one in told_of(finding)]
    caveats = [caveat for finding in evaluation.findings if finding.outcome.primary for caveat in finding.caveats]
    if changes:
        yield change_section(changes, level=evaluation.study.plan.analysis.ci_level, caveats=caveats)
    elif len(pair_of(evaluation.study, evaluation.answers[0].responses)) > 1:
        yield no_change_section(caveats)


def scale_change(evaluation: Evaluation, finding: Finding, one: Told, estimate: Estimate | None = None) -> ScaleChange:
    """Return a told change as a row of the report; or another ``estimate`` that answers the same."""
    outcome, value = finding.outcome, estimate or one.estimate
    pair = pair_of(evaluation.study, answers_of(evaluation, outcome).responses)
    low, high = outcome.range or (float("nan"), float("nan"))
    spread = _baseline_sd(evaluation, finding, pair[0], one.side)
    linked = "linked people" in value.estimand or "paired" in value.estimator
    return ScaleChange(
        scale=outcome.key,
        label=outcome.label,
        first=wave_name(pair[0]),
        last=wave_name(pair[1]),
        estimate=value.estimate,
        ci_low=value.ci_low,
        ci_high=value.ci_high,
        n=value.n_obs if one.about == "arm" else _people(evaluation, finding, pair, one.side, linked),
        low=low,
        high=high,
        side=one.side,
        group=one.group,
        gap=one.about == "gap",
        against=AGAINST if one.about == "groups" else value.estimand.partition("gap, ")[2],
        std_all=value.estimate / spread,
        std_low=value.ci_low / spread,
        std_high=value.ci_high / spread,
        standardiser="the standard deviation at the first wave",
        p_value=value.p_value,
        p_adjusted=adjusted_p(evaluation.families, outcome, one),
        dof=value.dof,
        n_organisations=value.n_clusters,
        linked=linked,
        method=f"{value.estimator}: {value.method}",
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

"""The main job in one file: read, audit, link, score, measure, estimate change, say what may be said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from sctoolkit.change.designs.dose import Dose
from sctoolkit.change.designs.staggered_did import StaggeredDid
from sctoolkit.change.doubts.attrition import Attrition, attrition
from sctoolkit.change.route.estimate_change import Change, estimate_change
from sctoolkit.change.route.router import Assignment
from sctoolkit.evaluation.gate import gated
from sctoolkit.evaluation.measure import Measurement, attempt, measure
from sctoolkit.evaluation.outcome import Outcome, outcome_frame, outcomes_of
from sctoolkit.evaluation.programme import Programme, by_dose, by_entry, programme_of
from sctoolkit.evaluation.study import Study, check_waves, pair_of, waves_of
from sctoolkit.evaluation.study_file import Analysis
from sctoolkit.instrument.model import Instrument
from sctoolkit.result import Caveat, Provenance, Result, jsonable, tidy_frame
from sctoolkit.scoring.describe import Description, describe
from sctoolkit.scoring.score import score
from sctoolkit.scoring.scores import Scores
from sctoolkit.survey.combine import combine
from sctoolkit.survey.link import link
from sctoolkit.survey.linkage import Linkage
from sctoolkit.survey.quality import Quality, check
from sctoolkit.survey.read import read
from sctoolkit.survey.responses import Responses

Say = Callable[[str], None]
N_DRAWS = 1999


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """One instrument's answers: audited, linked and scored."""

    instrument: Instrument
    responses: Responses
    quality: Quality
    linkage: Linkage | None
    scores: Scores
    frame: pd.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is known of one outcome: means, how well it was measured, what changed."""

    outcome: Outcome
    description: Description
    measurement: Measurement | None
    change: Change | None
    by_entry: StaggeredDid | None
    by_dose: Dose | None
    attrition: tuple[tuple[str, Attrition], ...]
    caveats: tuple[Caveat, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evaluation(Result):
    """All results of a study.

    Attributes
    ----------
    study : Study
        The plan.
    answers : tuple of Answers
        One an instrument.
    findings : tuple of Finding
        One an outcome, primary ones first.
    programme : Programme
        Rates of return, exposures and times of entry, where the study has roster and logs.
    """

    study: Study
    answers: tuple[Answers, ...]
    findings: tuple[Finding, ...]
    programme: Programme
    provenance: Provenance
    caveats: tuple[Caveat, ...] = ()

    def parts(self) -> dict[str, Result]:
        """Return every result under a name of its own."""
        named: dict[str, Result | None] = {"returns": self.programme.returns, "exposures": self.programme.exposures}
        for answers in self.answers:
            prefix = answers.instrument.id
            named |= {f"{prefix}.quality": answers.quality, f"{prefix}.linkage": answers.linkage}
        for finding in self.findings:
            prefix = f"{finding.outcome.instrument}.{finding.outcome.name}"
            named |= {
                f"{prefix}.description": finding.description,
                f"{prefix}.change": finding.change,
                f"{prefix}.by_entry": finding.by_entry,
                f"{prefix}.by_dose": finding.by_dose,
                **{f"{prefix}.attrition.{side or 'all'}": result for side, result in finding.attrition},
            }
            if finding.measurement is not None:
                named |= {f"{prefix}.{name}": part for name, part in finding.measurement.parts().items()}
        return {name: result for name, result in named.items() if result is not None}

    def tidy(self) -> pd.DataFrame:
        """Return the estimates of change of all outcomes, one row an estimate."""
        rows: list[dict[str, Any]] = []
        for finding in self.findings:
            if finding.change is not None:
                rows += [{**estimate.row(), "scale": finding.outcome.name} for estimate in finding.change.estimates]
        return tidy_frame(rows)

    def glance(self) -> pd.DataFrame:
        """Return one row: rows, respondents, outcomes and the lowest rung among primary outcomes."""
        rungs = [f.change.rung for f in self.findings if f.change is not None and f.outcome.primary]
        people = {name for answers in self.answers for name in answers.responses.roles.get("respondent", ()) if name}
        row = {"n_obs": self.provenance.n_used, "n_respondents": len(people), "n_outcomes": len(self.findings)}
        return pd.DataFrame([{**row, "rung": min(rungs, default=None)}])

    def to_dict(self) -> dict[str, Any]:
        """Return all results, JSON-safe and unrounded; not disclosure-controlled."""
        record = {name: part.to_dict() for name, part in self.parts().items()}
        return {"schema": 1, "study": self.study.title, "provenance": jsonable(self.provenance), "results": record}


def evaluate(study: Study, *, progress: Say | None = None) -> Evaluation:
    """Run a study from its files to its results.

    Parameters
    ----------
    study : Study
        What `load_study` returned.
    progress : function of str, optional
        Called with what is being done.

    Returns
    -------
    Evaluation
        Unrounded and not yet disclosure-controlled: `write_report` applies the study's preset to all that leaves.

    Raises
    ------
    SctoolkitError
        If a file cannot be read or answers are not in the instrument. An analysis that cannot be done for one outcome
        does not stop the others: its place holds a caveat that says why.

    Notes
    -----
    Rows are accounted for at each step: rows in the files = rows scored + rows not scored, with reasons.
    """
    say = progress or (lambda message: None)
    answers = tuple(_answers(study, instrument, say) for instrument in study.instruments)
    for one in answers:
        check_waves(study, one.responses)
    programme = programme_of(study, answers[0].frame, answers[0].responses)
    findings = [
        _finding(study, one, outcome, programme, say)
        for one in answers
        for outcome in outcomes_of(study, one.instrument, one.responses)
    ]
    findings.sort(key=lambda finding: not finding.outcome.primary)
    inputs = {name: digest for one in answers for name, digest in one.responses.provenance.inputs.items()}
    inputs |= study.log_inputs()
    return Evaluation(
        study=study,
        answers=answers,
        findings=tuple(findings),
        programme=programme,
        provenance=Provenance(
            analysis="evaluation",
            instrument=", ".join(study.plan.study.instrument),
            waves=waves_of(study, answers[0].responses),
            n_in=sum(one.responses.n for one in answers),
            n_used=sum(one.responses.n for one in answers),
            options=study.plan.model_dump(mode="json"),
            seed=study.plan.analysis.seed,
            inputs={study.origin: study.sha256, **inputs},
        ),
        caveats=programme.caveats,
    )


def _answers(study: Study, instrument: Instrument, say: Say) -> Answers:
    """Read, audit, link and score one instrument."""
    responses = combine(*(_read(study, instrument, index, say) for index in range(len(study.plan.file))))
    say("Auditing the answers")
    quality = check(responses)
    linkage = None
    if study.plan.linkage.tolerance and "respondent" in responses.roles and len(responses.waves()) > 1:
        say("Linking people over waves")
        linkage = link(responses, key="respondent", tolerance=study.plan.linkage.tolerance)
        responses = linkage.responses
    say("Scoring")
    scores = score(responses)
    assert len(scores.values) == responses.n, "every row must be scored or have a reason"
    frame = outcome_frame(scores, study.plan.analysis.items)
    return Answers(
        instrument=instrument, responses=responses, quality=quality, linkage=linkage, scores=scores, frame=frame
    )


def _read(study: Study, instrument: Instrument, index: int, say: Say) -> Responses:
    """Read one file of the plan."""
    plan, entry = study.plan, study.plan.file[index]
    say(f"Reading {entry.path}")
    items = {code: column for code, column in plan.columns.items.items() if code in instrument.by_code}
    asked = {code: columns for code, columns in plan.asked.items() if code in instrument.by_code}
    return read(
        study.path(entry.path),
        instrument,
        format=entry.format,
        sheet=entry.sheet,
        encoding=entry.encoding,
        delimiter=entry.delimiter,
        mapping=None if entry.mapping is None else study.path(entry.mapping),
        item_columns=entry.item_columns,
        wave=entry.wave,
        side=entry.side,
        columns={**plan.columns.roles(), **items},
        missing_codes=plan.missing_codes,
        answers=plan.answers,
        asked=asked,
        consent=plan.consent or None,
        multiple=plan.multiple or None,
        keep=plan.columns.keep,
    )


def _finding(study: Study, answers: Answers, outcome: Outcome, programme: Programme, say: Say) -> Finding:
    """Describe, measure and follow one outcome; what cannot be done becomes a caveat."""
    say(f"Measuring {outcome.label}")
    caveats: list[Caveat] = []
    description = describe(
        answers.scores if outcome.is_scale else answers.frame,
        outcome.name,
        **_design_columns(answers.frame),
        ci_level=study.plan.analysis.ci_level,
    )
    measurement = measure(study, answers.scores, outcome)
    say(f"Estimating change in {outcome.label}")
    return Finding(
        outcome=outcome,
        description=description,
        measurement=measurement,
        change=attempt(partial(_change, study, answers, outcome, measurement), "change", outcome, caveats),
        by_entry=attempt(
            partial(_by_entry, study, answers, outcome, programme), "comparison by entry", outcome, caveats
        ),
        by_dose=attempt(partial(_by_dose, study, answers, outcome, programme), "relation to dose", outcome, caveats),
        attrition=tuple(_attrition(study, answers, outcome, caveats)),
        caveats=tuple(caveats),
    )


def _by_entry(study: Study, answers: Answers, outcome: Outcome, programme: Programme) -> StaggeredDid | None:
    """Comparison by the time of entry, for primary outcomes of a study that says that entry was staggered."""
    if study.plan.analysis.assignment != "staggered" or programme.entry is None or not outcome.primary:
        return None
    return by_entry(study, answers.frame, answers.responses, programme.entry, outcome)


def _by_dose(study: Study, answers: Answers, outcome: Outcome, programme: Programme) -> Dose | None:
    """Relation to what the engagement log counts, for primary outcomes."""
    if programme.exposures is None or not outcome.primary:
        return None
    return by_dose(study, answers.frame, programme.exposures, outcome)


def _attrition(
    study: Study, answers: Answers, outcome: Outcome, caveats: list[Caveat]
) -> Iterator[tuple[str, Attrition]]:
    """Who was lost between the compared waves, side by side, for primary outcomes with people who can be followed."""
    frame, waves = answers.frame, pair_of(study, answers.responses)
    if not outcome.primary or len(waves) < 2 or "respondent" not in frame.columns:
        return
    rows = frame[frame["wave"].isin(waves)].rename(columns={outcome.name: outcome.label})
    sides = sorted(set(rows["side"]) - {""}) if "side" in rows.columns else [""]
    for side in sides:
        call = partial(
            attrition,
            rows[rows["side"] == side] if side else rows,
            outcome=outcome.label,
            unit="respondent",
            wave="wave",
            cluster="organisation" if "organisation" in frame.columns else None,
            scale_range=outcome.range,
            conf_level=study.plan.analysis.ci_level,
            seed=study.plan.analysis.seed,
        )
        found = attempt(call, "analysis of those lost", outcome, caveats)
        if found is not None:
            yield side, found


def _design_columns(frame: pd.DataFrame) -> dict[str, str]:
    return {role: role for role in ("weight", "stratum", "psu") if role in frame.columns}


def _change(study: Study, answers: Answers, outcome: Outcome, measurement: Measurement | None) -> Change:
    plan, frame = study.plan.analysis, answers.frame
    present = set(frame.columns)
    if plan.comparison in present:
        frame = frame[frame[plan.comparison] != ""]
    grouped = plan.comparison == "group"
    change = estimate_change(
        frame.rename(columns={outcome.name: outcome.label}),
        outcome=outcome.label,
        unit="respondent" if "respondent" in present else None,
        wave="wave",
        cluster="organisation" if "organisation" in present else None,
        group="group" if grouped else None,
        side="side" if plan.comparison == "side" and "side" in present else None,
        weight="weight" if "weight" in present else None,
        treated=plan.treated if grouped else None,
        assignment=_assignment(plan) if grouped else None,
        waves=pair_of(study, answers.responses),
        reliability=None if measurement is None else measurement.headline_reliability(),
        scale_range=outcome.range,
        conf_level=plan.ci_level,
        n_draws=N_DRAWS,
        false_match_rate=_false_links(answers.linkage),
        seed=plan.seed,
    )
    return gated(change, measurement)


def _false_links(linkage: Linkage | None) -> float:
    """Share of links that are expected to be wrong; 0 where people were linked by a key of the programme."""
    if linkage is None:
        return 0.0
    linked = sum(step.linked for step in linkage.steps)
    return min(0.99, sum(step.expected_false for step in linkage.steps) / linked) if linked else 0.0


def _assignment(plan: Analysis) -> Assignment | None:
    """How the groups came about, in the words of the router."""
    return plan.assignment if plan.assignment in ("randomised", "existing") else None

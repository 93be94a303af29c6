"""The main job in one file: read, audit, link, score, measure, estimate change, say what may be said."""

from __future__ import annotations

from functools import partial

import pandas as pd

from sctoolkit.evaluation.answers import Answers, Say, answers_to
from sctoolkit.evaluation.evaluation import Evaluation, Finding
from sctoolkit.evaluation.outcome import Outcome, outcomes_of
from sctoolkit.evaluation.programme import Programme, programme_of
from sctoolkit.evaluation.steps.attempt import attempt
from sctoolkit.evaluation.steps.beliefs import beliefs_of
from sctoolkit.evaluation.steps.change import changes_in
from sctoolkit.evaluation.steps.dimensions import Explored, explored
from sctoolkit.evaluation.steps.dose import by_dose
from sctoolkit.evaluation.steps.entry import by_entry
from sctoolkit.evaluation.steps.equity import changes_by_group
from sctoolkit.evaluation.steps.family import families
from sctoolkit.evaluation.steps.hidden_factor import hidden_factors
from sctoolkit.evaluation.steps.latent import latent_in
from sctoolkit.evaluation.steps.lost import lost_people
from sctoolkit.evaluation.steps.measure import measure
from sctoolkit.evaluation.steps.paths import paths_of
from sctoolkit.evaluation.steps.persons import persons_in
from sctoolkit.evaluation.steps.places import places_of
from sctoolkit.evaluation.steps.reciprocal import both_ways
from sctoolkit.evaluation.steps.size import sizes_of
from sctoolkit.evaluation.study import Study, check_waves, waves_of
from sctoolkit.result import Caveat, Provenance
from sctoolkit.scoring.describe import describe


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
    answers = tuple(answers_to(study, instrument, say) for instrument in study.instruments)
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
        families=tuple(families(findings)),
        programme=programme,
        beliefs=tuple(belief for one in answers for belief in beliefs_of(study, one)),
        dimensions=tuple(found for one in answers if (found := _explored(study, one, say)) is not None),
        paths=tuple(path for one in answers for path in paths_of(study, one, programme)),
        reciprocal=tuple(found for one in answers for found in both_ways(study, one)),
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
    changes = tuple(changes_in(study, answers, outcome, measurement, caveats))
    return Finding(
        outcome=outcome,
        description=description,
        measurement=measurement,
        changes=changes,
        sizes=tuple(sizes_of(changes, outcome, caveats)),
        hidden_factors=tuple(hidden_factors(study, answers, outcome, changes, caveats)),
        persons=tuple(persons_in(study, answers, outcome, measurement, caveats)),
        latent=tuple(latent_in(study, answers, outcome, caveats)),
        by_entry=tuple(by_entry(study, answers, outcome, programme, caveats)),
        by_dose=attempt(partial(by_dose, study, answers, outcome, programme), "relation to dose", outcome, caveats),
        attrition=tuple(lost_people(study, answers, outcome, caveats)),
        equity=tuple(changes_by_group(study, answers, outcome)),
        places=tuple(places_of(study, answers, outcome)),
        caveats=tuple(caveats),
    )


def _explored(study: Study, answers: Answers, say: Say) -> Explored | None:
    say(f"Counting the dimensions of {answers.instrument.name}")
    return explored(study, answers)


def _design_columns(frame: pd.DataFrame) -> dict[str, str]:
    return {role: role for role in ("weight", "stratum", "psu") if role in frame.columns}

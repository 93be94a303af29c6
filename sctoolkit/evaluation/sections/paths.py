"""Along the paths that the plan names, and which of two scales follows the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from sctoolkit.evaluation.answers import Answers
from sctoolkit.evaluation.evaluation import Evaluation
from sctoolkit.evaluation.sections.naming import in_words
from sctoolkit.evaluation.sections.waves import wave_name
from sctoolkit.evaluation.steps.dose import DOSES
from sctoolkit.evaluation.steps.paths import AlongPath
from sctoolkit.report.document import Draft
from sctoolkit.report.sections.paths import INDIRECT, PathStep, paths_section
from sctoolkit.report.sections.reciprocal import Lag, reciprocal_section
from sctoolkit.report.words import capital
from sctoolkit.result import Caveat

TERMS = {
    "a through": "to the second (a)",
    "b through": "from the second to the third (b)",
    "indirect through": INDIRECT,
    "direct": "past it",
    "total": "in all",
}
"""Term of the analysis -> the step in words."""


def paths_drafts(evaluation: Evaluation) -> Iterator[Draft]:
    """Yield the section on paths; nothing where the plan names none."""
    if not evaluation.paths:
        return
    steps = [step for one in evaluation.paths for step in _steps(evaluation, one)]
    told: dict[str, Caveat] = {}
    for one in evaluation.paths:
        for caveat in (*one.caveats, *(() if one.result is None else one.result.caveats)):
            if caveat.code != "rows_dropped":
                told.setdefault(caveat.sentence, caveat)
    level = evaluation.study.plan.analysis.ci_level
    yield paths_section(steps, level=level, caveats=[_in_words(evaluation, one) for one in told.values()])


def _steps(evaluation: Evaluation, one: AlongPath) -> Iterator[PathStep]:
    if one.result is None:
        return
    start, through, to = (_named(evaluation, one, name) for name in (one.plan.start, one.plan.through, one.plan.to))
    for path in one.result.paths:
        if path.term in TERMS:
            yield PathStep(
                path=f"{start}, {through}, {to}",
                what=TERMS[path.term],
                side=one.side,
                estimate=path.estimate,
                ci_low=path.ci_low,
                ci_high=path.ci_high,
                p_value=path.p_value,
                n=int(one.result.provenance.n_used or 0),
                n_organisations=one.result.n_clusters,
            )


def _named(evaluation: Evaluation, one: AlongPath, name: str) -> str:
    """Return what stands in a path in words, with the wave at which it was asked."""
    place = (one.plan.start, one.plan.through, one.plan.to).index(name)
    wave = wave_name(one.waves[place])
    if name == "dose":
        what, step = DOSES[evaluation.study.plan.logs.dose]
        return f"{step:g} {what} up to {wave_name(one.waves[1])}"
    if name == "group":
        return f"Taking part ({evaluation.study.plan.analysis.treated})"
    return f"{_label(_answers(evaluation, one.instrument), name)} at {wave}"


def reciprocal_drafts(evaluation: Evaluation) -> Iterator[Draft]:
    """Yield the section on two scales that may follow one another; nothing where the plan names none."""
    if not evaluation.reciprocal:
        return
    lags: list[Lag] = []
    told: dict[str, Caveat] = {}
    for one in evaluation.reciprocal:
        answers = _answers(evaluation, one.instrument)
        name = partial(_label, answers)
        caveats: tuple[Caveat, ...] = one.caveats if one.result is None else (*one.caveats, *one.result.caveats)
        told |= {caveat.sentence: caveat for caveat in caveats}
        for path in () if one.result is None else one.result.paths:
            words = path.term.replace(path.lhs, name(path.lhs)).replace(path.rhs, name(path.rhs))
            lags.append(
                Lag(
                    what=capital(words),
                    side=one.side,
                    estimate=path.estimate,
                    ci_low=path.ci_low,
                    ci_high=path.ci_high,
                    p_value=path.p_value,
                    std_all=path.std_all,
                    n=0 if one.result is None else one.result.n_repeated,
                    main=path.role == "primary",
                )
            )
    level = evaluation.study.plan.analysis.ci_level
    yield reciprocal_section(lags, level=level, caveats=[_in_words(evaluation, one) for one in told.values()])


def _in_words(evaluation: Evaluation, caveat: Caveat) -> Caveat:
    """Return a remark with labels in place of codes in backticks."""
    sentence = caveat.sentence
    for answers in evaluation.answers:
        sentence = in_words(sentence, answers.instrument)
    return replace(caveat, sentence=sentence)


def _answers(evaluation: Evaluation, instrument: str) -> Answers:
    return next(one for one in evaluation.answers if one.instrument.id == instrument)


def _label(answers: Answers, name: str) -> str:
    """Return the label of a scale or an item."""
    instrument = answers.instrument
    return instrument.scale[name].label if name in instrument.scale else capital(instrument.by_code[name].label)

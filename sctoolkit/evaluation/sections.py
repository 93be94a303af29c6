"""From results to the sections of a report: each function hands one section builder what it needs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from sctoolkit.change.estimates import Estimate
from sctoolkit.evaluation.evaluate import Answers, Evaluation, Finding, caveats_of
from sctoolkit.evaluation.outcome import Outcome
from sctoolkit.evaluation.study import pair_of, waves_of
from sctoolkit.measurement.cfa_result import CfaResult
from sctoolkit.measurement.invariance_result import Invariance
from sctoolkit.measurement.reliability_result import Coefficient, Reliability
from sctoolkit.report.document import Draft
from sctoolkit.report.sections.any_result import result_section
from sctoolkit.report.sections.change import ScaleChange, change_section
from sctoolkit.report.sections.data_quality import Flag, NotScored, data_quality
from sctoolkit.report.sections.provenance import Origin
from sctoolkit.report.sections.reliability import ScaleReliability, reliability_section
from sctoolkit.report.sections.score_distributions import ItemAnswers, ScoreSummary, score_distributions
from sctoolkit.report.sections.structure import ScaleInvariance, ScaleStructure, structure_section
from sctoolkit.report.sections.what_may_be_said import Claim, what_may_be_said
from sctoolkit.report.sections.who_answered import Followed, Returns, who_answered
from sctoolkit.scoring.scores import SCORE_REASONS, SCORED

MOST_ANSWERS = 7
NOT_A_WEAKNESS = frozenset({"rows_left_out", "people_by_side"})
FLAG_RULES: dict[str, str] = {
    "straight_lining": "one answer throughout a block that holds reversed items",
    "long_string": "a long run of one answer",
    "variability": "hardly any difference between answers",
    "even_odd": "answers to like items that do not go together",
    "distance": "a pattern far from all others",
    "alike": "nearly the same answers as somebody else",
    "unanswered": "many questions left open",
    "seconds_per_item": "answered faster than one can read",
    "share_of_median_duration": "much faster than others",
}
OWN_CHANGE: dict[str, tuple[str, ...]] = {
    "linked": ("own mean change, linked people",),
    "partly linked": ("own mean change, all records", "own mean change, waves compared"),
    "unlinked": ("own mean change, waves compared",),
}
"""Linkage -> the estimand that speaks for one side, best first."""


def drafts(evaluation: Evaluation) -> tuple[Draft, ...]:
    """Return the sections in reading order, before disclosure control."""
    return (
        _who(evaluation),
        _change(evaluation),
        *_by_entry(evaluation),
        _claim(evaluation),
        *_lost(evaluation),
        _scores(evaluation),
        _reliability(evaluation),
        _structure(evaluation),
        _quality(evaluation),
    )


def wave_name(wave: str) -> str:
    """Return how a wave is named in a report: its label, or "wave 2" where that is a short number.

    Examples
    --------
    >>> wave_name("2"), wave_name("2016"), wave_name("baseline")
    ('wave 2', '2016', 'baseline')
    """
    return f"wave {wave}" if wave.isdigit() and len(wave) <= 2 else wave


def _who(evaluation: Evaluation) -> Draft:
    main = evaluation.answers[0]
    waves = waves_of(evaluation.study, main.responses)
    invited = _invited(evaluation)
    return who_answered(_returns(main, waves, invited), _followed(main, waves), caveats=_notes(evaluation))


def _notes(evaluation: Evaluation) -> list[Any]:
    return [
        *evaluation.caveats,
        *(evaluation.programme.returns.caveats if evaluation.programme.returns is not None else ()),
    ]


def _invited(evaluation: Evaluation) -> dict[tuple[str, str, str], int]:
    """People on the roster by wave, side and organisation, with all sums; empty without a roster."""
    if evaluation.programme.returns is None:
        return {}
    counts = evaluation.programme.returns.frame()
    found: dict[tuple[str, str, str], int] = {}
    for row in counts.to_dict("records"):
        wave, side, organisation, n = str(row["wave"]), str(row["side"]), str(row["organisation"]), int(row["eligible"])
        for key in {(wave, "", ""), (wave, side, ""), (wave, side, organisation)}:
            found[key] = found.get(key, 0) + n
    return found


def _returns(main: Answers, waves: tuple[str, ...], invited: dict[tuple[str, str, str], int]) -> Iterator[Returns]:
    frame = main.frame
    for wave in waves:
        rows = frame[frame["wave"] == wave]
        yield Returns(wave=wave_name(wave), n=len(rows), invited=invited.get((wave, "", "")))
        if "side" in frame.columns:
            for side, part in rows.groupby("side", sort=True):
                yield Returns(
                    wave=wave_name(wave), n=len(part), side=str(side), invited=invited.get((wave, str(side), ""))
                )
    if "organisation" in frame.columns:
        keys = ["wave", *(["side"] if "side" in frame.columns else []), "organisation"]
        for key, part in frame.groupby(keys, sort=True):
            place = dict(zip(keys, map(str, key), strict=True))
            seen = (place["wave"], place.get("side", ""), place["organisation"])
            named = {**place, "wave": wave_name(place["wave"])}
            yield Returns(n=len(part), invited=invited.get(seen), **named)


def _followed(main: Answers, waves: tuple[str, ...]) -> Iterator[Followed]:
    frame = main.frame
    if "respondent" not in frame.columns:
        return
    sides = sorted(set(frame["side"]) - {""}) if "side" in frame.columns else []
    for side in ("", *sides):
        part = frame[frame["side"] == side] if side else frame
        for first, last in pairwise(waves):
            before, after = part[part["wave"] == first], part[part["wave"] == last]
            linked = len(set(before["respondent"]) & set(after["respondent"]) - {""})
            yield Followed(
                first=wave_name(first),
                last=wave_name(last),
                linked=linked,
                lost=len(before) - linked,
                new=len(after) - linked,
                side=side,
            )


def _change(evaluation: Evaluation) -> Draft:
    level = evaluation.study.plan.analysis.ci_level
    changes = [change for finding in evaluation.findings for change in _changes(evaluation, finding)]
    caveats = [caveat for finding in evaluation.findings if finding.outcome.primary for caveat in finding.caveats]
    return change_section(changes, level=level, caveats=caveats)


def _changes(evaluation: Evaluation, finding: Finding) -> Iterator[ScaleChange]:
    """The rows of one outcome: each side on its own and the gap, or all people together."""
    change = finding.change
    if change is None or (len(change.route.facts.sides) < 2 and change.primary is None):
        return
    pair = pair_of(evaluation.study, next(iter(_answers_of(evaluation, finding))).responses)
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
        yield _scale_change(evaluation, finding, change.primary, pair)


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
) -> ScaleChange:
    outcome = finding.outcome
    low, high = outcome.range or (float("nan"), float("nan"))
    spread = _baseline_sd(evaluation, finding, pair[0], side)
    linked = "linked people" in estimate.estimand or "paired" in estimate.estimator
    return ScaleChange(
        scale=outcome.name,
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


def _answers_of(evaluation: Evaluation, finding: Finding) -> Iterator[Answers]:
    return (one for one in evaluation.answers if one.instrument.id == finding.outcome.instrument)


def _rows_of(evaluation: Evaluation, finding: Finding, side: str) -> pd.DataFrame:
    """Rows of an outcome that have a value, of one side or all."""
    frame = next(_answers_of(evaluation, finding)).frame
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


def _by_entry(evaluation: Evaluation) -> Iterator[Draft]:
    """Comparison of organisations that entered with those that had not yet, one section a primary outcome."""
    for finding in evaluation.findings:
        if finding.by_entry is not None:
            name = finding.outcome.label
            yield result_section(
                finding.by_entry,
                id=f"by-entry-{finding.outcome.name}",
                heading=f"{name}: those who had entered and those who had not yet",
                lead=finding.by_entry.claim,
            )


def _lost(evaluation: Evaluation) -> Iterator[Draft]:
    """Who is missing and whether the result survives it, one section a primary outcome."""
    for finding in evaluation.findings:
        if finding.attrition is not None:
            yield result_section(
                finding.attrition,
                id=f"lost-{finding.outcome.name}",
                heading=f"{finding.outcome.label}: who is missing, and whether that matters",
                lead=finding.attrition.verdict,
            )


def _claim(evaluation: Evaluation) -> Draft:
    found = [finding for finding in evaluation.findings if finding.change is not None]
    primary = [finding for finding in found if finding.outcome.primary] or found
    routes = [finding.change.route for finding in primary if finding.change is not None]
    told = {caveat.sentence: caveat for f in primary if f.change is not None for caveat in f.change.caveats}
    caveats = [caveat for caveat in told.values() if caveat.code not in NOT_A_WEAKNESS]
    return what_may_be_said(
        Claim(
            rung=rung_of(evaluation),
            assumptions=tuple(dict.fromkeys(_sentence(route.assumption) for route in routes)),
            cannot=tuple(dict.fromkeys(_sentence(route.refused) for route in routes if route.refused)),
            linked=any(route.facts.linkage == "linked" for route in routes),
        ),
        caveats=caveats,
    )


def rung_of(evaluation: Evaluation) -> str:
    """Return the lowest rung among primary outcomes; L0 where nothing could be estimated."""
    rungs = [
        finding.change.rung for finding in evaluation.findings if finding.change is not None and finding.outcome.primary
    ]
    return min(rungs, default="L0")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def _scores(evaluation: Evaluation) -> Draft:
    primary = [finding for finding in evaluation.findings if finding.outcome.primary]
    items = [row for finding in primary for row in _item_answers(evaluation, finding)]
    summaries = [row for finding in evaluation.findings for row in _summaries(finding.outcome, finding)]
    labels = {finding.outcome.name: finding.outcome.label for finding in evaluation.findings}
    return score_distributions(items, summaries, labels=labels, caveats=list(caveats_of(evaluation)))


def _item_answers(evaluation: Evaluation, finding: Finding) -> Iterator[ItemAnswers]:
    """Answers to each item at the compared waves, side by side."""
    answers = next(_answers_of(evaluation, finding))
    responses, instrument = answers.responses, answers.instrument
    waves = pair_of(evaluation.study, responses)
    wave = responses.roles["wave"]
    side = responses.roles.get("side", np.full(responses.n, ""))
    for code in finding.outcome.items:
        options = instrument.response_of(code).codes
        if code not in responses.items or not 2 <= len(options) <= MOST_ANSWERS:
            continue
        given = responses.codes[:, responses.items.index(code)]
        ordered = sorted(options, key=lambda answer: (answer.score, answer.code))
        for name in sorted(set(side.tolist())):
            for at in waves:
                rows = given[(wave == at) & (side == name)]
                yield ItemAnswers(
                    item=code,
                    label=instrument.by_code[code].label,
                    scale=finding.outcome.name,
                    counts={answer.label or str(answer.code): int((rows == answer.code).sum()) for answer in ordered},
                    wave=wave_name(at),
                    side=str(name),
                    reverse_keyed=instrument.by_code[code].keying == -1,
                )


def _summaries(outcome: Outcome, finding: Finding) -> Iterator[ScoreSummary]:
    table = finding.description.tidy()
    table = table[table["method"] == table["method"].iloc[0]]
    place = [name for name in ("wave", "side") if name in table.columns]
    spread = table[table["term"] == "sd"]
    low, high = outcome.range or (float("nan"), float("nan"))
    for row in table[table["term"] == "mean"].to_dict("records"):
        same = spread
        for name in place:
            same = same[same[name] == row[name]]
        yield ScoreSummary(
            scale=outcome.name,
            label=outcome.label,
            n=int(row["n_obs"]),
            mean=float(row["estimate"]),
            sd=float(same["estimate"].iloc[0]) if len(same) else float("nan"),
            low=low,
            high=high,
            wave=wave_name(str(row.get("wave", ""))),
            side=str(row.get("side", "")),
            ci_low=float(row.get("ci_low", float("nan"))),
            ci_high=float(row.get("ci_high", float("nan"))),
            pomp=100.0 * (float(row["estimate"]) - low) / (high - low),
        )


def _reliability(evaluation: Evaluation) -> Draft:
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


def _structure(evaluation: Evaluation) -> Draft:
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


def _quality(evaluation: Evaluation) -> Draft:
    flags = [flag for answers in evaluation.answers for flag in _flags(evaluation, answers)]
    return data_quality(flags, [row for answers in evaluation.answers for row in _not_scored(evaluation, answers)])


def _flags(evaluation: Evaluation, answers: Answers) -> Iterator[Flag]:
    """How many rows each quality index flags, wave by wave; indices that flag nobody by rule are left out."""
    quality = answers.quality
    wave = answers.responses.roles["wave"]
    for place, name in enumerate(quality.names):
        if quality.flags[:, place].any():
            for at in waves_of(evaluation.study, answers.responses):
                count = int(quality.flags[wave == at, place].sum())
                yield Flag(name=name.replace("_", " "), rule=FLAG_RULES.get(name, ""), n=count, wave=wave_name(at))


def _not_scored(evaluation: Evaluation, answers: Answers) -> Iterator[NotScored]:
    scores = answers.scores
    wave = scores.roles["wave"]
    shown = {finding.outcome.name: finding.outcome.label for finding in evaluation.findings if finding.outcome.is_scale}
    for place, name in enumerate(scores.scales):
        if name not in shown:
            continue
        for at in waves_of(evaluation.study, answers.responses):
            reasons = scores.reasons[wave == at, place]
            for number, count in zip(*np.unique(reasons[reasons != SCORED], return_counts=True), strict=True):
                reason = SCORE_REASONS[int(number)].replace("_", " ")
                yield NotScored(scale=name, label=shown[name], reason=reason, n=int(count), wave=wave_name(at))


def origin(evaluation: Evaluation) -> Origin:
    """Return what the report was made from."""
    plan = evaluation.study.plan
    instruments = evaluation.study.instruments
    options = {
        "Waves compared": " and ".join(map(wave_name, pair_of(evaluation.study, evaluation.answers[0].responses))),
        "Items": "ordinal" if plan.analysis.ordered else "continuous",
        "Intervals": f"{plan.analysis.ci_level:.0%}",
        "Comparison": plan.analysis.comparison,
    }
    return Origin(
        inputs=dict(evaluation.provenance.inputs),
        instrument=", ".join(instrument.name for instrument in instruments),
        instrument_version=", ".join(instrument.version for instrument in instruments),
        instrument_status=", ".join(instrument.status for instrument in instruments),
        options=options,
        seed=plan.analysis.seed,
        citation="; ".join(source.citation for instrument in instruments for source in instrument.source[:1]),
    )

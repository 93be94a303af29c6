"""Answers item by item, and where the scores lie."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sctoolkit.evaluation.evaluate import Evaluation, Finding, caveats_of
from sctoolkit.evaluation.outcome import Outcome
from sctoolkit.evaluation.sections.change import answers_of
from sctoolkit.evaluation.sections.waves import wave_name
from sctoolkit.evaluation.study import pair_of
from sctoolkit.report.document import Draft
from sctoolkit.report.sections.score_distributions import ItemAnswers, ScoreSummary, score_distributions

MOST_ANSWERS = 7


def scores_draft(evaluation: Evaluation) -> Draft:
    """Return the section on answers and scores: items of primary scales, means of all."""
    primary = [finding for finding in evaluation.findings if finding.outcome.primary]
    items = [row for finding in primary for row in _item_answers(evaluation, finding)]
    summaries = [row for finding in evaluation.findings for row in _summaries(finding.outcome, finding)]
    labels = {finding.outcome.name: finding.outcome.label for finding in evaluation.findings}
    return score_distributions(items, summaries, labels=labels, caveats=list(caveats_of(evaluation)))


def _item_answers(evaluation: Evaluation, finding: Finding) -> Iterator[ItemAnswers]:
    """Answers to each item at the compared waves, side by side."""
    answers = answers_of(evaluation, finding.outcome)
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

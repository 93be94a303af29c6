"""Answers item by item, and where the scores lie."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sctoolkit.evaluation.evaluation import Evaluation, Finding
from sctoolkit.evaluation.outcome import Outcome
from sctoolkit.evaluation.sections.change import answers_of
from sctoolkit.evaluation.sections.naming import reading_caveats
from sctoolkit.evaluation.sections.waves import wave_name
from sctoolkit.evaluation.study import pair_of
from sctoolkit.report.document import Draft
from sctoolkit.report.sections.score_distributions import ItemAnswers, ScoreSummary, score_distributions

MOST_ANSWERS = 7
OWN_ANSWERS = "/"
"""Stands between scale and item where an item has other answers than the first one, hence a picture of its own."""


def scores_draft(evaluation: Evaluation) -> Draft:
    """Return the section on answers and scores: items of primary scales, means of all."""
    primary = [finding for finding in evaluation.findings if finding.outcome.primary]
    items = [row for finding in primary for row in _item_answers(evaluation, finding)]
    summaries = [row for finding in evaluation.findings for row in _summaries(finding.outcome, finding)]
    labels = {finding.outcome.key: finding.outcome.label for finding in evaluation.findings}
    labels |= {row.scale: _picture_name(row, labels) for row in items}
    return score_distributions(items, summaries, labels=labels, caveats=list(reading_caveats(evaluation)))


def _picture_name(row: ItemAnswers, labels: dict[str, str]) -> str:
    """Name of the picture that an item is in: its scale, and the item where that has answers of its own."""
    scale, _, item = row.scale.partition(OWN_ANSWERS)
    return f"{labels[scale]}, {row.label}" if item else labels[scale]


def _item_answers(evaluation: Evaluation, finding: Finding) -> Iterator[ItemAnswers]:
    """Answers to each item at the compared waves, side by side."""
    answers = answers_of(evaluation, finding.outcome)
    responses, instrument = answers.responses, answers.instrument
    waves = pair_of(evaluation.study, responses)
    wave = responses.roles["wave"]
    side = responses.roles.get("side", np.full(responses.n, ""))
    first: tuple[str, ...] = ()
    for code in finding.outcome.items:
        options = instrument.response_of(code).codes
        if code not in responses.items or not 2 <= len(options) <= MOST_ANSWERS:
            continue
        given = responses.codes[:, responses.items.index(code)]
        ordered = sorted(options, key=lambda answer: (answer.score, answer.code))
        texts = tuple(answer.label or str(answer.code) for answer in ordered)
        first = first or texts
        picture = finding.outcome.key if texts == first else f"{finding.outcome.key}{OWN_ANSWERS}{code}"
        for name in sorted(set(side.tolist())):
            for at in waves:
                rows = given[(wave == at) & (side == name)]
                yield ItemAnswers(
                    item=code,
                    label=instrument.by_code[code].label,
                    scale=picture,
                    counts={
                        text: int((rows == answer.code).sum()) for text, answer in zip(texts, ordered, strict=True)
                    },
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
            scale=outcome.key,
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

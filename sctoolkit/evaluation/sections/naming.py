"""Remarks as readers meet them: labels in place of codes, and the scale that a remark is about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from sctoolkit.evaluation.evaluation import Evaluation
from sctoolkit.evaluation.outcome import Outcome
from sctoolkit.instrument.model import Instrument
from sctoolkit.result import Caveat


def reading_caveats(evaluation: Evaluation) -> Iterator[Caveat]:
    """Yield what reading, scoring and linking remarked, each once; in a study of several instruments with its name."""
    several = len(evaluation.answers) > 1
    seen: set[str] = set()
    for answers in evaluation.answers:
        for caveat in (*answers.scores.caveats, *(answers.linkage.caveats if answers.linkage is not None else ())):
            sentence = in_words(caveat.sentence, answers.instrument)
            if several and answers.instrument.name not in sentence:
                sentence = f"{answers.instrument.name}: {sentence}"
            if sentence not in seen:
                seen.add(sentence)
                yield replace(caveat, sentence=sentence)


def in_words(sentence: str, instrument: Instrument) -> str:
    """Return a sentence with the codes in backticks replaced by labels of the instrument, its scales and items."""
    known = {item.code: f"“{item.label}”" for item in instrument.items}
    known |= {name: f"“{scale.label}”" for name, scale in instrument.scale.items()}
    known[instrument.id] = instrument.name
    return re.sub(r"`([^`]+)`", lambda found: known.get(found[1], found[0]), sentence)


def outcome_caveats(told: Iterable[tuple[Outcome, Iterable[Caveat]]]) -> list[Caveat]:
    """Return caveats of several outcomes: what is said of all alike once, the rest with the outcome's name."""
    groups = [(outcome, tuple(caveats)) for outcome, caveats in told]
    of: dict[str, list[tuple[Outcome, Caveat]]] = {}
    for outcome, caveats in groups:
        for caveat in caveats:
            of.setdefault(caveat.sentence, []).append((outcome, caveat))
    found = []
    for sentence, entries in of.items():
        if len({outcome.name for outcome, _ in entries}) == len(groups):
            found.append(entries[0][1])
            continue
        for outcome, caveat in entries:
            named = sentence if outcome.label in sentence else f"{outcome.label}: {sentence}"
            found.append(replace(caveat, sentence=named))
    return found

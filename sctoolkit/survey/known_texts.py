"""Texts under which questions and answers are known: wording that ships or is attached, in every language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sctoolkit.instrument.model import Instrument, NonAnswerKind
from sctoolkit.instrument.slots import slots_in
from sctoolkit.instrument.wording import wording_files
from sctoolkit.instrument.wording_file import WordingRow, parse_wording
from sctoolkit.survey.text import fold, fold_question


@dataclass(frozen=True, slots=True)
class KnownTexts:
    """Folded texts of all wordings of an instrument.

    ``questions``: item -> patterns of its text, where a slot stands for any words; ``answers``: response scale -> (text
    -> code); ``non_answers``: response scale -> (text -> kind). A text that means two codes in two languages is left
    out.
    """

    questions: Mapping[str, tuple[re.Pattern[str], ...]] = field(default_factory=dict)
    answers: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    non_answers: Mapping[str, Mapping[str, NonAnswerKind]] = field(default_factory=dict)


def known_texts(instrument: Instrument) -> KnownTexts:
    """Return the texts of every wording that ships with an instrument or is attached to it.

    Raises
    ------
    InstrumentError
        If an attached file no longer fits the instrument.
    """
    rows = [
        row
        for lang, file in wording_files(instrument).items()
        for row in parse_wording(file.read_bytes(), f"{instrument.id}/wording/{lang}.csv", instrument, lang)
    ]
    questions: dict[str, list[re.Pattern[str]]] = {}
    for row in rows:
        if row.part == "item":
            questions.setdefault(row.code, []).append(question_pattern(row.text))
    answers: dict[str, dict[str, set[float]]] = {}
    non_answers: dict[str, dict[str, set[NonAnswerKind]]] = {}
    for name, code, text in _answers(rows):
        response = instrument.response[name]
        for answer in response.codes:
            if str(answer.code) == code:
                answers.setdefault(name, {}).setdefault(text, set()).add(float(answer.code))
        for entry in response.missing:
            if str(entry.code) == code:
                non_answers.setdefault(name, {}).setdefault(text, set()).add(entry.kind)
    return KnownTexts(
        {code: tuple(patterns) for code, patterns in questions.items()},
        {name: {t: min(c) for t, c in words.items() if len(c) == 1} for name, words in answers.items()},
        {name: {t: min(k) for t, k in words.items() if len(k) == 1} for name, words in non_answers.items()},
    )


def question_pattern(text: str) -> re.Pattern[str]:
    """Return what a question's text looks like after folding, whatever its slots are filled with.

    Examples
    --------
    >>> pattern = question_pattern("I can rely on {broker}.")
    >>> [bool(pattern.fullmatch(fold_question(text))) for text in ("3. I can rely on the hub.", "Rely on the hub.")]
    [True, False]
    """
    pattern = re.escape(fold_question(text))
    for slot in dict.fromkeys(slots_in(text)):
        pattern = pattern.replace(re.escape("{" + slot.casefold() + "}"), ".+?")
    return re.compile(pattern)


def _answers(rows: list[WordingRow]) -> Iterator[tuple[str, str, str]]:
    """Yield response scale, code and folded text of every answer."""
    for row in rows:
        if row.part == "answer":
            name, code = row.code.split(":", 1)
            yield name, code, fold(row.text)

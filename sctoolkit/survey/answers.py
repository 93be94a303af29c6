"""The value model: a raw cell becomes an answer code, or a typed reason why there is none, or it is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.errors import ResponseCodeError, closest
from sctoolkit.instrument.model import Instrument, NonAnswerKind, ResponseScale
from sctoolkit.result import FloatArray
from sctoolkit.survey.responses import ANSWERED, REASONS
from sctoolkit.survey.text import as_number, as_text, fold

NON_ANSWER_WORDS: dict[str, NonAnswerKind] = {
    "don't know": "dont_know",
    "dont know": "dont_know",
    "do not know": "dont_know",
    "can't say": "dont_know",
    "prefer not to say": "refused",
    "prefer not to answer": "refused",
    "refused": "refused",
    "refusal": "refused",
    "not applicable": "not_applicable",
    "does not apply": "not_applicable",
    "n/a": "not_applicable",
    "no answer": "skipped",
    "not answered": "skipped",
    "skipped": "skipped",
    "not asked": "not_asked",
}
"""Words that mean the same in every English questionnaire; an instrument's own labels go before them."""

_CODE_FIRST = re.compile(r"^[(\[]?([+-]?\d+)(?:[)\]]|\s*[.:=](?=\s)|\s+-(?=\s))\s*([^\d\s].*)$")
_CODE_LAST = re.compile(r"^(.*[^\d\s])\s*[(\[]([+-]?\d+)[)\]]$")

Read = tuple[float, int]
_NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Cells of one item that are neither an answer nor a known non-answer."""

    item: str
    value: str
    count: int
    rows: tuple[int, ...]
    near: str | None


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """How the cells of one item are read."""

    response: ResponseScale
    codes: Mapping[float, float]
    labels: Mapping[str, float]
    missing: Mapping[str, NonAnswerKind]
    file_labels: Mapping[str, str] = field(default_factory=dict)

    def read(self, raw: object) -> Read | None:
        """Return (code, reason) of a cell, or None when it means nothing here."""
        reading = self._read(raw)
        if reading is None and as_text(raw) in self.file_labels:
            return self._read(self.file_labels[as_text(raw)])
        return reading

    def _read(self, raw: object) -> Read | None:
        if isinstance(raw, (bool, np.bool_)):
            raw = int(raw)
        text = as_text(raw)
        if not text:
            return _NAN, REASONS.index("skipped")
        number = as_number(text)
        folded = fold(text)
        kind = self.missing.get(_code_text(number) if number is not None else folded)
        if kind is not None:
            return _NAN, REASONS.index(kind)
        if folded in self.labels:
            return self.labels[folded], ANSWERED
        if number is not None:
            return self._number(number)
        code = self._labelled_code(folded)
        if code is not None:
            return code, ANSWERED
        words = NON_ANSWER_WORDS.get(folded)
        return None if words is None else (_NAN, REASONS.index(words))

    def _number(self, number: float) -> Read | None:
        if self.response.number is not None:
            low, high = self.response.number
            return (number, ANSWERED) if low <= number <= high else None
        return (self.codes[number], ANSWERED) if number in self.codes else None

    def _labelled_code(self, folded: str) -> float | None:
        """Return the code of "4 - agree" or "agree (4)", unless its label belongs to another code."""
        first, last = _CODE_FIRST.match(folded), _CODE_LAST.match(folded)
        if first is not None:
            digits, label = first.groups()
        elif last is not None:
            label, digits = last.groups()
        else:
            return None
        code = self.codes.get(float(digits))
        said = self.labels.get(fold(label))
        return code if said is None or said == code else None

    def known(self) -> list[str]:
        """Return the words and codes that this item knows."""
        coded = [answer.label or str(answer.code) for answer in self.response.codes]
        return [*coded, *(entry.label or str(entry.code) for entry in self.response.missing)]


def answer_key(
    instrument: Instrument,
    item: str,
    *,
    answers: Mapping[str, float] | None = None,
    missing_codes: Mapping[str, NonAnswerKind] | None = None,
    labels: Mapping[str, str] | None = None,
    wording: Mapping[str, float] | None = None,
) -> AnswerKey:
    """Return how the cells of ``item`` are read.

    ``answers`` and ``missing_codes`` are the caller's own; ``labels`` are those that the file gives to its codes;
    ``wording`` the folded texts of answers in all languages.

    Raises
    ------
    ResponseCodeError
        If the file's labels give an answer another code than the instrument does.
    """
    response = instrument.response_of(item)
    codes = {float(answer.code): float(answer.code) for answer in response.codes}
    words = {**(wording or {}), **{fold(a.label): float(a.code) for a in response.codes if a.label}}
    _check_labels(instrument, item, words, {t: w for t, w in (labels or {}).items() if t not in (answers or {})})
    missing: dict[str, NonAnswerKind] = {}
    for entry in response.missing:
        missing[_key_text(entry.code)] = entry.kind
        if entry.label and fold(entry.label) not in words:
            missing.setdefault(fold(entry.label), entry.kind)
    for text, code in (answers or {}).items():
        words[fold(text)] = float(code)
        missing.pop(_key_text(text), None)
    for text, kind in (missing_codes or {}).items():
        missing[_key_text(text)] = kind
        words.pop(fold(text), None)
    return AnswerKey(response, codes, words, missing, labels or {})


def _check_labels(instrument: Instrument, item: str, words: Mapping[str, float], labels: Mapping[str, str]) -> None:
    """Raise where a code means one answer in the file and another in the instrument."""
    codes = {float(answer.code) for answer in instrument.response_of(item).codes}
    clashes = [
        (text, label, words[fold(label)])
        for text, label in labels.items()
        if fold(label) in words and as_number(text) in codes and as_number(text) != words[fold(label)]
    ]
    if clashes:
        response = instrument.by_code[item].response
        told = ", ".join(f'"{text}": {code:g}' for text, _, code in clashes)
        raise ResponseCodeError(
            f"Item `{item}` must be coded as its instrument says, and the file's labels say otherwise.",
            where=[f'"{label}" is {text} in the file and {code:g} in the instrument.' for text, label, code in clashes],
            hint=(f"If the labels are right: `answers={{'{response}': {{{told}}}}}`.", "Or export labels, not codes."),
        )


def read_column(
    item: str, column: pd.Series[Any], key: AnswerKey, rows: npt.NDArray[np.int64]
) -> tuple[FloatArray, npt.NDArray[np.int8], list[Unmatched]]:
    """Return codes, reasons and what could not be read of one column; each distinct cell is read once."""
    places, distinct = pd.factorize(column, use_na_sentinel=True)
    readings = [key.read(cell) for cell in np.asarray(distinct, dtype=object)]
    strange = [place for place, reading in enumerate(readings) if reading is None]
    known = [(_NAN, REASONS.index("skipped")) if reading is None else reading for reading in readings]
    known.append((_NAN, REASONS.index("skipped")))
    codes = np.array([code for code, _ in known], dtype=np.float64)[places]
    reasons = np.array([reason for _, reason in known], dtype=np.int8)[places]
    unmatched = []
    for place in strange:
        where = np.flatnonzero(places == place)
        value = _short(as_text(distinct[place]))
        near = closest(fold(value), key.known()) if as_number(value) is None else None
        unmatched.append(Unmatched(item, value, len(where), tuple(rows[where[:5]].tolist()), near))
    return codes, reasons, unmatched


def _short(text: str) -> str:
    """Return a cell as messages show it: at most 60 characters of one line."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:57] + "..."


def _code_text(number: float) -> str:
    return str(int(number)) if number.is_integer() else repr(number)


def _key_text(code: object) -> str:
    """Return how a missing code is looked up: numbers without a point, words folded."""
    text = as_text(code)
    number = as_number(text)
    return fold(text) if number is None else _code_text(number)

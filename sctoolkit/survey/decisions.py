"""What the caller says about a file: which column is what, which codes are non-answers, which words are answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sctoolkit.errors import OptionError, did_you_mean
from sctoolkit.instrument.model import NON_ANSWERS, Instrument, NonAnswerKind
from sctoolkit.survey.text import as_number, as_text

Columns = Mapping[str, "str | Sequence[str] | None"]
MissingCodes = Mapping[Any, "NonAnswerKind | Mapping[Any, NonAnswerKind]"]
AnswerWords = Mapping[str, Mapping[str, float]]
Asked = Mapping[str, Mapping[str, Collection[Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """The caller's decisions, as `from_frame` and `read` take them and as a mapping file records them."""

    columns: Columns = field(default_factory=dict)
    missing_codes: MissingCodes = field(default_factory=dict)
    answers: AnswerWords = field(default_factory=dict)
    asked: Asked = field(default_factory=dict)
    multiple: Mapping[str, Sequence[str]] = field(default_factory=dict)
    consent: Mapping[str, Collection[Any]] = field(default_factory=dict)
    item_columns: str | None = None
    wave: object = None
    side: str | None = None
    keep: Sequence[str] = ()


def split_missing_codes(
    missing_codes: MissingCodes, instrument: Instrument
) -> tuple[dict[str, NonAnswerKind], dict[str, dict[str, NonAnswerKind]]]:
    """Return the missing codes of all items and those of single items, after checking every kind and name."""
    general: dict[str, NonAnswerKind] = {}
    own: dict[str, dict[str, NonAnswerKind]] = {}
    for code, kind in missing_codes.items():
        if isinstance(kind, Mapping):
            if code not in instrument.by_code:
                raise OptionError(
                    f"`missing_codes` must name items of `{instrument.id}`, not `{code}`.",
                    hint=did_you_mean(str(code), instrument.item_codes),
                )
            own[code] = {as_text(entry): _kind(word) for entry, word in kind.items()}
        else:
            general[as_text(code)] = _kind(kind)
    return general, own


def _kind(kind: Any) -> NonAnswerKind:
    for known in NON_ANSWERS:
        if kind == known:
            return known
    raise OptionError(
        f"A missing code must stand for a kind of non-answer, not for `{kind}`.",
        hint=did_you_mean(str(kind), NON_ANSWERS),
    )


def harmless_codes(
    general: Mapping[str, NonAnswerKind], instrument: Instrument, item: str
) -> Mapping[str, NonAnswerKind]:
    """Return the missing codes of all items, after checking that none is an answer to this one."""
    response = instrument.response_of(item)
    for text in general:
        number = as_number(text)
        if number is not None and any(answer.code == number for answer in response.codes):
            raise OptionError(
                f"A missing code for all items must be an answer to none; {text} is an answer to `{item}`.",
                hint=f"Name the items that use it: `missing_codes={{'item': {{{text}: '{general[text]}'}}}}`.",
            )
    return general


def check_answer_words(answers: AnswerWords, instrument: Instrument) -> None:
    """Raise unless every entry names an item or response scale and every word stands for a code that it has."""
    for name, words in answers.items():
        if name not in instrument.by_code and name not in instrument.response:
            raise OptionError(
                f"`answers` must name items or response scales of `{instrument.id}`, not `{name}`.",
                hint=did_you_mean(name, (*instrument.response, *instrument.item_codes)),
            )
        response = instrument.response[name] if name in instrument.response else instrument.response_of(name)
        codes = {float(answer.code) for answer in response.codes}
        for word, code in words.items():
            if codes and float(code) not in codes:
                raise OptionError(
                    f'`answers` for `{name}` must give codes of its scale; {code:g} for "{word}" is none.',
                    where=f"Its codes: {', '.join(f'{answer:g}' for answer in sorted(codes))}.",
                    hint="Give the code of this answer, or list the word under `missing_codes`.",
                )

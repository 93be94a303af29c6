"""A questionnaire as people meet it: title, blocks of questions, answers; what every form format is written from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from sctoolkit.errors import InstrumentError, OptionError, did_you_mean
from sctoolkit.instrument.model import Instrument, ResponseScale
from sctoolkit.instrument.wording import Wording, wording_of


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer that can be given: its stored code and its text. ``kind`` names a typed non-answer."""

    code: int
    text: str
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One question. ``number`` is set for an open number: its bounds."""

    code: str
    text: str
    response: str
    choices: tuple[Choice, ...]
    number: tuple[float, float] | None = None

    @property
    def answers(self) -> tuple[Choice, ...]:
        """The answers proper, without non-answers."""
        return tuple(choice for choice in self.choices if choice.kind is None)

    @property
    def non_answers(self) -> tuple[Choice, ...]:
        """Typed non-answers."""
        return tuple(choice for choice in self.choices if choice.kind is not None)


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive questions with the same answers; ``stem`` stands above them."""

    name: str
    stem: str
    questions: tuple[Question, ...]

    @property
    def choices(self) -> tuple[Choice, ...]:
        """Answers that all questions of the block share."""
        return self.questions[0].choices


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """A whole form in one language for one side."""

    instrument: str
    version: str
    title: str
    lang: str
    side: str | None
    length: str
    instruction: str
    blocks: tuple[Block, ...]
    attribution: str
    code_text: str = "Your code"

    @property
    def questions(self) -> tuple[Question, ...]:
        """All questions in their order."""
        return tuple(question for block in self.blocks for question in block.questions)

    @property
    def name(self) -> str:
        """Name of the form: instrument, side, length and language."""
        return "_".join(part for part in (self.instrument, self.side, self.length, self.lang) if part)


def build_questionnaire(
    instrument: Instrument,
    *,
    lang: str = "en",
    side: str | None = None,
    form: str = "full",
    slots: Mapping[str, str] | None = None,
    title: str | None = None,
    code_text: str = "Your code",
) -> Questionnaire:
    """Return what people are to fill in.

    Parameters
    ----------
    instrument : Instrument
        The questionnaire.
    lang : str
        Language tag of its wording.
    side : str, optional
        One of the instrument's sides, where it has any.
    form : str
        ``short`` or another of the instrument's forms.
    slots : mapping, optional
        Slot -> text, in place of the side's defaults.
    title : str, optional
        Shown at the top; the instrument's name without.
    code_text : str
        What stands beside the box for the respondent's code.

    Returns
    -------
    Questionnaire

    Raises
    ------
    InstrumentError
        If there is no wording in this language: the message says where it can be had. If a slot stays unfilled.
    OptionError
        If the instrument has no such side or form.
    """
    _check_choice("side", side, instrument.instrument.sides)
    _check_choice("form", form, instrument.instrument.forms)
    items = list(instrument.items_of_form(form))
    if not items:
        raise InstrumentError(
            f"A form needs items, and `{instrument.id}` is listed without any.",
            hint=(
                f"Its text: {instrument.instrument.access}",
                "With the text at hand write an instrument file of your own and name its path.",
            ),
        )
    wording = wording_of(instrument, lang, side=side, slots=slots)
    blocks: list[Block] = []
    for response, group in groupby(items, key=lambda item: item.response):
        scale = instrument.response[response]
        choices = tuple(_choices(scale, response, wording))
        questions = tuple(
            Question(item.code, wording.items[item.code], response, choices, number=scale.number) for item in group
        )
        blocks.append(Block(f"{response}_{len(blocks) + 1}", wording.stems.get(response, ""), questions))
    return Questionnaire(
        instrument=instrument.id,
        version=instrument.version,
        title=title or instrument.name,
        lang=lang,
        side=side,
        length="" if form == "full" else form,
        instruction=wording.instruction,
        blocks=tuple(blocks),
        attribution=instrument.licence.wording,
        code_text=code_text,
    )


def _check_choice(name: str, value: str | None, known: tuple[str, ...]) -> None:
    if (value is None and not known) or value in known:
        return
    if value is None:
        raise OptionError(
            f"`{name}` must be named for this instrument.", hint=f"One of {', '.join(f'`{entry}`' for entry in known)}."
        )
    if not known:
        raise OptionError(
            f"`{name}` must be left out for this instrument, not `{value}`.",
            hint=f"Leave `{name}` out: all people get the same questions.",
        )
    raise OptionError(
        f"`{name}` must be one of {', '.join(f'`{entry}`' for entry in known)}, not `{value}`.",
        hint=did_you_mean(value, known),
    )


def _choices(scale: ResponseScale, response: str, wording: Wording) -> Iterator[Choice]:
    texts = wording.answers.get(response, {})
    for answer in scale.codes:
        yield Choice(answer.code, texts.get(answer.code, answer.label))
    for entry in scale.missing:
        if isinstance(entry.code, int) and entry.kind in {"dont_know", "not_applicable", "refused"}:
            yield Choice(entry.code, texts.get(entry.code, entry.label), entry.kind)

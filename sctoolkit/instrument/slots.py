"""Gaps in a wording that the programme fills: `{own}`, `{other_side}` and the like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sctoolkit.errors import InstrumentError, OptionError, did_you_mean
from sctoolkit.instrument.model import Instrument

_SLOT = re.compile(r"\{([^{}]*)\}")
_SENTENCE_START = re.compile(r"(?:^|[.?!:]\s+)[\"'“‘(]*$")


def slot_values(
    instrument: Instrument, side: str | None = None, slots: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return what fills each slot of an instrument: the caller's text, else the default of the side.

    Parameters
    ----------
    instrument : Instrument
        The questionnaire.
    side : str, optional
        One of its sides.
    slots : mapping, optional
        Slot -> text, in place of the defaults.

    Raises
    ------
    OptionError
        If the instrument has no such slot or side.
    InstrumentError
        If a slot has neither a text nor a default for this side.

    Examples
    --------
    >>> from sctoolkit.instrument.library import load_instrument
    >>> slot_values(load_instrument("cscq"), "community", {"own": "our mosque"})["own"]
    'our mosque'
    """
    given = {name: text.strip() for name, text in (slots or {}).items()}
    for name in given:
        if name not in instrument.slot:
            raise OptionError(
                f"`slots` must name slots of `{instrument.id}`; `{name}` is none.",
                hint=did_you_mean(name, instrument.slot),
            )
    if side is not None and instrument.instrument.sides and side not in instrument.instrument.sides:
        raise OptionError(
            f"`side` must be a side of `{instrument.id}`, not `{side}`.",
            hint=did_you_mean(side, instrument.instrument.sides),
        )
    values = {
        name: given.get(name) or (slot.default.get(side, "") if side is not None else "")
        for name, slot in instrument.slot.items()
    }
    empty = [name for name, text in values.items() if not text]
    if empty:
        raise InstrumentError(
            f"Every slot of `{instrument.id}` must be filled; these are not: {_named(empty)}.",
            hint="Name a side, which has defaults, or give the texts: `slots={'own': 'our group'}`.",
        )
    braced = [name for name, text in values.items() if "{" in text or "}" in text]
    if braced:
        raise InstrumentError(
            f"The text of a slot must hold no braces; these do: {_named(braced)}.",
            hint="Write the words themselves, such as `our mosque`: a slot cannot stand inside another.",
        )
    return values


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return a text with its slots filled; a slot that begins a sentence is capitalised.

    Raises
    ------
    InstrumentError
        If the text has a slot without a value.

    Examples
    --------
    >>> fill("{own} helps {others}. {others} help back.", {"own": "my group", "others": "other groups"})
    'My group helps other groups. Other groups help back.'
    """
    unfilled = [name for name in slots_in(text) if not values.get(name)]
    if unfilled:
        raise InstrumentError(
            f"A form must leave no slot open; not filled: {_named(unfilled)}.",
            where=f"In: {text}",
            hint=f"Give the words: `slots={{{unfilled[0]!r}: '...'}}`.",
        )

    def put(match: re.Match[str]) -> str:
        value = values[match.group(1)]
        starts = _SENTENCE_START.search(text[: match.start()]) is not None
        return value[:1].upper() + value[1:] if starts else value

    return _SLOT.sub(put, text)


def slots_in(text: str) -> tuple[str, ...]:
    """Return the names of the slots of a text, in their order, each once.

    Examples
    --------
    >>> slots_in("{own} and {others}, {own}")
    ('own', 'others')
    """
    return tuple(dict.fromkeys(_SLOT.findall(text)))


def slot_faults(text: str, instrument: Instrument) -> Iterator[str]:
    """Yield what is wrong with the slots of a text: unknown names, braces without a partner."""
    for name in slots_in(text):
        if name not in instrument.slot:
            near = did_you_mean(name, instrument.slot) if instrument.slot else ("The instrument has no slots.",)
            yield f"`{{{name}}}` is not a slot. {' '.join(near)}"
    rest = _SLOT.sub("", text)
    if "{" in rest or "}" in rest:
        yield "a brace has no partner"


def _named(names: list[str]) -> str:
    return ", ".join(f"`{{{name}}}`" for name in names)

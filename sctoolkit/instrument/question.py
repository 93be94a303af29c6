"""Questions and their answers: allowed answers, typed non-answers, items."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

NonAnswerKind = Literal["dont_know", "refused", "not_applicable", "skipped", "not_asked"]
NON_ANSWERS: tuple[NonAnswerKind, ...] = ("dont_know", "refused", "not_applicable", "skipped", "not_asked")
Verified = bool | Literal["computed"]


class Part(BaseModel):
    """Base of all parts: frozen, and closed to unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))


def _as_answer(entry: Any) -> Any:
    return {"code": entry[0], "label": entry[1]} if isinstance(entry, (list, tuple)) and len(entry) == 2 else entry


def _as_non_answer(entry: Any) -> Any:
    if isinstance(entry, (list, tuple)) and len(entry) == 3:
        return {"code": entry[0], "kind": entry[1], "label": entry[2]}
    return entry


class Answer(Part):
    """An allowed answer: ``[code, label]`` or a table. ``value`` is the number it scores; without it, the code."""

    code: int
    label: str
    value: float | None = None

    @property
    def score(self) -> float:
        """The number this answer scores before keying."""
        return float(self.code) if self.value is None else self.value


class NonAnswer(Part):
    """A coded non-answer: ``[code, kind, label]`` or a table."""

    code: int | str
    kind: NonAnswerKind
    label: str = ""


class ResponseScale(Part):
    """The allowed answers to an item, or an open number between two bounds (``number = [low, high]``).

    Neither of the two, with ``verified = false`` and a note, says that nobody has read the codes: such items can be
    shown and are in no scale.
    """

    codes: tuple[
        Annotated[Answer, BeforeValidator(_as_answer, json_schema_input_type=Answer | tuple[int, str])], ...
    ] = ()
    number: tuple[float, float] | None = None
    missing: tuple[
        Annotated[
            NonAnswer,
            BeforeValidator(_as_non_answer, json_schema_input_type=NonAnswer | tuple[int | str, NonAnswerKind, str]),
        ],
        ...,
    ] = ()
    verified: Verified = True
    note: str = ""

    @property
    def known(self) -> bool:
        """Whether the codes have been read."""
        return bool(self.codes) or self.number is not None

    @property
    def entries(self) -> tuple[Answer | NonAnswer, ...]:
        """Answers, then coded non-answers."""
        return (*self.codes, *self.missing)

    @property
    def low(self) -> float:
        """Smallest score value."""
        return min(answer.score for answer in self.codes) if self.number is None else self.number[0]

    @property
    def high(self) -> float:
        """Largest score value."""
        return max(answer.score for answer in self.codes) if self.number is None else self.number[1]


def _as_keying(entry: Any) -> Any:
    return None if entry == "unknown" else entry


Keying = Annotated[
    Literal[1, -1] | None, BeforeValidator(_as_keying), WithJsonSchema({"enum": [1, -1, "unknown"], "default": 1})
]


class Item(Part):
    """One question. ``label`` is our short description, never the questionnaire's wording.

    ``keying`` is 1 or -1, or "unknown" (None here) where nobody knows the direction: the item is then not scored;
    ``target`` names the slot that the item asks about; ``form`` is the shortest form that carries it; ``aliases`` are
    column names under which surveys publish it.
    """

    code: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")
    label: str
    response: str
    keying: Keying = 1
    target: str | None = None
    form: str = "full"
    facet: str | None = None
    aliases: tuple[str, ...] = ()
    verified: Verified = True
    note: str = ""

    @property
    def keyed(self) -> bool:
        """Whether the direction of the item is known."""
        return self.keying is not None

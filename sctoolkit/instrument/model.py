"""The frozen model of a questionnaire. Every field of `instrument.toml` is named here and nowhere else."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

NonAnswerKind = Literal["dont_know", "refused", "not_applicable", "skipped", "not_asked"]
NON_ANSWERS: tuple[NonAnswerKind, ...] = ("dont_know", "refused", "not_applicable", "skipped", "not_asked")
Status = Literal["validated", "draft", "index", "listed"]
Construct = Literal["bonding", "bridging", "linking", "trust", "coproduction", "outcome", "power", "cohesion"]
Rule = Literal[
    "mean",
    "sum",
    "weighted",
    "count",
    "pairs",
    "table",
    "indicators",
    "position_max",
    "position_min",
    "position_range",
    "position_mean",
    "position_sum",
]
Level = Literal["individual", "household", "community", "organisation", "partnership", "project", "dyad"]
Verified = bool | Literal["computed"]


class Part(BaseModel):
    """Base of all parts: frozen, and closed to unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))


class Source(Part):
    """A publication or page, and what was taken from it."""

    citation: str
    doi: str | None = None
    url: str | None = None
    taken: str = ""
    verified: Verified = True


class Licence(Part):
    """Whose the wording is and where it can be had. ``free`` is None where nobody could say."""

    wording: str
    where: str = ""
    free: bool | None = None
    ships_wording: bool = False


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


class Cutoff(Part):
    """A published band of a score, closed at both ends. ``variant`` tells rival sets apart."""

    low: float
    high: float
    label: str
    variant: str = ""
    source: str
    verified: Verified = True


class Tags(Part):
    """The place of a scale in the framework."""

    constructs: tuple[Construct, ...] = ()
    kind: Literal["structural", "cognitive", "mixed"] | None = None
    level: Level = "individual"
    basis: str = ""


_VALUES = {"type": "array", "items": {"type": "number"}}
Counted = Annotated[
    dict[str, tuple[float, ...]],
    WithJsonSchema({"anyOf": [{"type": "object", "additionalProperties": _VALUES}, _VALUES], "default": {}}),
]


class Requirement(Part):
    """How many of some items of a scale must be answered, beside the scale's own minimum."""

    items: tuple[str, ...]
    minimum: int


class Scale(Part):
    """A scored construct.

    ``rule`` says how item values become a score; ``minimum`` is the number of answered items needed and
    ``minimum_source`` who published it (empty: nobody did, it is a convention of this project); ``form_minimum`` is the
    number for people who got a shorter form, whose further items were not asked; ``require`` adds minima for parts of
    the scale. ``counted`` lists, per item or for all alike, the values before keying that count 1 under ``count``, make
    a pair under ``pairs`` (both must count) or mean that a position is reached; ``table`` converts a complete sum (rule
    ``table``); ``weights`` belong to ``weighted`` and to the position rules; ``factor`` multiplies the result.
    ``keyed = false`` takes reverse-keyed items as answered. ``range`` is the range of the score before it is expressed
    as percent of maximum.
    """

    label: str
    items: tuple[str, ...]
    rule: Rule
    minimum: int | None = None
    minimum_source: str = ""
    form_minimum: dict[str, int] = {}
    require: tuple[Requirement, ...] = ()
    range: tuple[float, float] | None = None
    higher: str = ""
    keyed: bool = True
    tags: Tags = Tags()
    counted: Counted = {}
    weights: dict[str, float] = {}
    pairs: tuple[tuple[str, str], ...] = ()
    factor: float = 1.0
    table: tuple[tuple[float, float], ...] = ()
    cutoffs: tuple[Cutoff, ...] = ()
    primary: bool = True
    source: str = ""
    verified: Verified = True
    note: str = ""

    @model_validator(mode="before")
    @classmethod
    def _count_alike(cls, raw: Any) -> Any:
        """Spread ``counted = [1]`` over all items."""
        if isinstance(raw, dict) and isinstance(raw.get("counted"), list) and isinstance(raw.get("items"), list):
            return {**raw, "counted": {str(code): raw["counted"] for code in raw["items"]}}
        return raw

    @property
    def scored(self) -> bool:
        """Whether the scale yields one number a respondent."""
        return self.rule != "indicators"


class Psychometric(Part):
    """A published figure on how the instrument measured."""

    statistic: str
    value: float | str
    n: int | str | None = None
    sample: str = ""
    scale: str | None = None
    source: str
    verified: Verified = True


class Benchmark(Part):
    """A published mean, SD or distribution to compare with."""

    scale: str | None = None
    mean: float | None = None
    sd: float | None = None
    n: int | str | None = None
    sample: str = ""
    text: str = ""
    source: str
    verified: Verified = True


class Slot(Part):
    """A gap in the wording that the programme fills, with a default for each side."""

    plural: bool = True
    default: dict[str, str]


class Mirror(Part):
    """Two scales that ask for a belief about the other side and for the fact on that side."""

    belief: str
    fact: str
    label: str = ""


class FactorModel(Part):
    """A hypothesised structure in model syntax."""

    syntax: str
    note: str = ""
    source: str = ""


class Header(Part):
    """Section ``[instrument]``: what the questionnaire is.

    ``status``: ``validated`` (a source tested the measurement), ``index`` (questions or a composite by convention),
    ``draft`` (nobody has answered it yet), ``listed`` (known to exist; it cannot be scored from what was read).
    ``also`` are further ids under which it is found. ``level`` is whom one answer describes, ``levels`` what the
    answers are also aggregated to.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    also: tuple[str, ...] = ()
    version: str
    name: str
    year: int | None = None
    status: Status
    level: Level
    levels: tuple[Level, ...] = ()
    population: str = ""
    languages: tuple[str, ...] = ()
    constructs: tuple[Construct, ...] = ()
    n_items: int | None = None
    reference_period: str = ""
    sides: tuple[str, ...] = ()
    forms: tuple[str, ...] = ("full",)
    missing_rule: str = ""
    access: str = ""
    criticisms: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Instrument(Part):
    """A questionnaire as data."""

    instrument: Header
    source: tuple[Source, ...]
    licence: Licence
    response: dict[str, ResponseScale] = {}
    items: tuple[Item, ...] = ()
    scale: dict[str, Scale] = {}
    slot: dict[str, Slot] = {}
    mirror: dict[str, Mirror] = {}
    model: dict[str, FactorModel] = {}
    psychometrics: tuple[Psychometric, ...] = ()
    benchmark: tuple[Benchmark, ...] = ()

    @property
    def id(self) -> str:
        """Identifier in the library."""
        return self.instrument.id

    @property
    def version(self) -> str:
        """Version of the definition."""
        return self.instrument.version

    @property
    def name(self) -> str:
        """Full name."""
        return self.instrument.name

    @property
    def status(self) -> Status:
        """How far it is validated: ``validated``, ``draft``, ``index`` or ``listed``."""
        return self.instrument.status

    @cached_property
    def by_code(self) -> dict[str, Item]:
        """Items by their code."""
        return {item.code: item for item in self.items}

    @property
    def item_codes(self) -> tuple[str, ...]:
        """Codes of all items in their order."""
        return tuple(item.code for item in self.items)

    def response_of(self, code: str) -> ResponseScale:
        """Return the response scale of an item."""
        return self.response[self.by_code[code].response]

    def items_of_form(self, form: str) -> tuple[Item, ...]:
        """Return the items that a form carries: those of the form and of all shorter ones."""
        carried = self.instrument.forms[: self.instrument.forms.index(form) + 1]
        return tuple(item for item in self.items if item.form in carried)

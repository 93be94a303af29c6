"""The frozen model of a questionnaire: header, evidence, and the parts of `question.py` and `scale.py` together."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from pydantic import Field

from sctoolkit.instrument.question import (
    NON_ANSWERS,
    Answer,
    Item,
    NonAnswer,
    NonAnswerKind,
    Part,
    ResponseScale,
    Verified,
)
from sctoolkit.instrument.scale import Construct, Cutoff, Level, Requirement, Rule, Scale, Tags

__all__ = [
    "NON_ANSWERS",
    "Answer",
    "Benchmark",
    "Construct",
    "Cutoff",
    "FactorModel",
    "Header",
    "Instrument",
    "Item",
    "Level",
    "Licence",
    "Mirror",
    "NonAnswer",
    "NonAnswerKind",
    "Part",
    "Psychometric",
    "Requirement",
    "ResponseScale",
    "Rule",
    "Scale",
    "Slot",
    "Source",
    "Status",
    "Tags",
    "Verified",
]

Status = Literal["validated", "draft", "index", "listed"]


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
    response: dict[str, ResponseScale] = Field(default_factory=dict)
    items: tuple[Item, ...] = ()
    scale: dict[str, Scale] = Field(default_factory=dict)
    slot: dict[str, Slot] = Field(default_factory=dict)
    mirror: dict[str, Mirror] = Field(default_factory=dict)
    model: dict[str, FactorModel] = Field(default_factory=dict)
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

"""Scored constructs: which items, by which rule, with how many answers, placed where in the framework."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema, model_validator

from sctoolkit.instrument.question import Part, Verified

Construct = Literal["bonding", "bridging", "linking", "trust", "coproduction", "outcome", "power", "cohesion"]
Level = Literal["individual", "household", "community", "organisation", "partnership", "project", "dyad"]
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
    form_minimum: dict[str, int] = Field(default_factory=dict)
    require: tuple[Requirement, ...] = ()
    range: tuple[float, float] | None = None
    higher: str = ""
    keyed: bool = True
    tags: Tags = Tags()
    counted: Counted = Field(default_factory=dict)
    weights: dict[str, float] = Field(default_factory=dict)
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

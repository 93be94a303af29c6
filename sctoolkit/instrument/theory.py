"""The theory of coproduction as data: nodes, what measures them, and the arrows between them."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, Field

from sctoolkit.instrument.model import Construct

LOGS: tuple[str, ...] = ("roster", "engagement", "phases", "ties", "outcomes")
"""Names of the programme's tables, as a study file has them."""


class Part(BaseModel):
    """Base of all parts: frozen, and closed to unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Node(Part):
    """A part of the logic model, and what would measure it."""

    id: str
    name: str
    phase: int = Field(ge=0, le=2)
    level: str
    side: str | None = None
    both_sides: bool = False
    scales: tuple[str, ...] = ()
    constructs: tuple[Construct, ...] = ()
    proxies: tuple[str, ...] = ()
    proxy_constructs: tuple[Construct, ...] = ()
    proxy_note: str = ""
    logs: dict[str, str] = {}
    gap: str


class Arrow(Part):
    """A claim that one node leads to another; ``to`` may name an arrow (``D1->T2``) that the node moderates."""

    source: str = Field(alias="from")
    to: str
    sign: str
    path: str
    side: str | None = None
    waves: int = 2
    context: str = ""
    note: str = ""

    @property
    def ends(self) -> tuple[str, ...]:
        """The nodes that the arrow needs, its cause first."""
        return (self.source, *self.to.split("->"))


class Theory(Part):
    """The whole graph."""

    source: str
    bound: tuple[str, ...]
    node: tuple[Node, ...]
    arrow: tuple[Arrow, ...]

    @property
    def by_id(self) -> dict[str, Node]:
        """Nodes by their id."""
        return {node.id: node for node in self.node}


@lru_cache(maxsize=1)
def load_theory() -> Theory:
    """Return the theory that ships with the toolkit.

    Examples
    --------
    >>> load_theory().by_id["S1"].name
    'shared space: belonging, safety, voice'
    """
    text = (files("sctoolkit.instrument") / "theory.toml").read_text(encoding="utf-8")
    return Theory.model_validate(tomllib.loads(text))

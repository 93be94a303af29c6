"""Which parts of the theory a study can test with its instruments, waves, sides and logs, and which it cannot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from sctoolkit.errors import OptionError, did_you_mean
from sctoolkit.instrument.library import load_instrument
from sctoolkit.instrument.model import Instrument
from sctoolkit.instrument.theory import LOGS, Arrow, Node, Theory, load_theory

DATED = frozenset({"engagement", "phases", "outcomes"})
"""Logs that say when something was; ties are recorded wave by wave."""

NodeVerdict = Literal["measured", "by proxy", "not measured"]
ArrowVerdict = Literal["testable", "testable by proxy", "association only", "not testable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeCoverage:
    """What measures one node: scales (``instrument.scale``), logs, and why not where nothing does."""

    node: Node
    verdict: NodeVerdict
    scales: tuple[str, ...] = ()
    logs: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrowCoverage:
    """Whether one arrow can be tested, and why."""

    arrow: Arrow
    verdict: ArrowVerdict
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The theory, node by node and arrow by arrow."""

    instruments: tuple[str, ...]
    waves: int
    sides: tuple[str, ...]
    logs: tuple[str, ...]
    node: tuple[NodeCoverage, ...]
    arrow: tuple[ArrowCoverage, ...]

    def nodes(self) -> pd.DataFrame:
        """Return one row a node: ``id, node, phase, level, verdict, by, why``."""
        return pd.DataFrame(
            [
                {
                    "id": entry.node.id,
                    "node": entry.node.name,
                    "phase": entry.node.phase,
                    "level": entry.node.level,
                    "verdict": entry.verdict,
                    "by": ", ".join((*entry.scales, *(f"log {name}" for name in entry.logs))),
                    "why": entry.why,
                }
                for entry in self.node
            ]
        )

    def arrows(self) -> pd.DataFrame:
        """Return one row an arrow: ``from, to, sign, path, verdict, why``."""
        return pd.DataFrame(
            [
                {
                    "from": entry.arrow.source,
                    "to": entry.arrow.to,
                    "sign": entry.arrow.sign,
                    "path": entry.arrow.path,
                    "verdict": entry.verdict,
                    "why": entry.why,
                }
                for entry in self.arrow
            ]
        )


def theory_coverage(
    instruments: str | Instrument | Sequence[str | Instrument],
    *,
    waves: int = 1,
    sides: Sequence[str] = (),
    logs: Sequence[str] = (),
) -> Coverage:
    """Say which nodes and arrows of the coproduction theory a study can test, which not, and why.

    Parameters
    ----------
    instruments : id, Instrument or sequence of them
        What is asked.
    waves : int
        How often it is asked, at least 1.
    sides : sequence of str
        Which sides answer; none named: one group of respondents.
    logs : sequence of str
        Which tables the programme keeps: ``roster``, ``engagement``, ``phases``, ``ties``, ``outcomes``.

    Returns
    -------
    Coverage
        ``nodes()`` and ``arrows()`` are DataFrames.

    Raises
    ------
    OptionError
        If a log is not one of these, or there are no waves.

    Notes
    -----
    An arrow is testable where both ends are measured and the cause comes before the effect: two waves, or a cause that
    is logged with dates and an effect asked at two waves. Feedback needs three waves or a logged cause, because with
    feedback a cross-section cannot tell the directions apart. With one wave there is association only.

    Examples
    --------
    >>> cover = theory_coverage("cscq", waves=3, sides=["community", "statutory"], logs=["engagement"])
    >>> cover.arrows().query("`from` == 'T2' and to == 'S1'")["verdict"].item()
    'testable'
    """
    chosen = [instruments] if isinstance(instruments, (str, Instrument)) else list(instruments)
    loaded = [load_instrument(entry) if isinstance(entry, str) else entry for entry in chosen]
    for name in logs:
        if name not in LOGS:
            raise OptionError(f"`logs` must name tables of the programme, not `{name}`.", hint=did_you_mean(name, LOGS))
    if waves < 1:
        raise OptionError(
            f"`waves` must be at least 1, not {waves}.",
            hint="Give the number of times that people are asked: `waves=2` for before and after.",
        )
    theory = load_theory()
    nodes = tuple(_cover_node(node, loaded, theory, tuple(sides), tuple(logs)) for node in theory.node)
    covered = {entry.node.id: entry for entry in nodes}
    return Coverage(
        instruments=tuple(instrument.id for instrument in loaded),
        waves=waves,
        sides=tuple(sides),
        logs=tuple(logs),
        node=nodes,
        arrow=tuple(_cover_arrow(arrow, covered, waves, tuple(sides)) for arrow in theory.arrow),
    )


def _cover_node(
    node: Node, instruments: Sequence[Instrument], theory: Theory, sides: tuple[str, ...], logs: tuple[str, ...]
) -> NodeCoverage:
    kept = tuple(name for name in node.logs if name in logs)
    if node.side is not None and sides and node.side not in sides:
        return NodeCoverage(node=node, verdict="not measured", why=f"nobody of the {node.side} side is asked")
    measures = tuple(_measures(node, instruments, theory))
    lone = len(sides) == 1 and node.both_sides
    note = f"asked on the {sides[0]} side only, so no gap between the sides" if lone else ""
    if measures or kept:
        needs = "" if measures else "; ".join(f"the log must hold {node.logs[name]}" for name in kept)
        return NodeCoverage(node=node, verdict="measured", scales=measures, logs=kept, why=note or needs)
    near = tuple(_proxies(node, instruments, theory))
    if near:
        return NodeCoverage(node=node, verdict="by proxy", scales=near, why=node.proxy_note)
    listed = [instrument.id for instrument in instruments if instrument.status == "listed"]
    lacking = f"{', '.join(listed)} is listed only and cannot be scored; " if listed else ""
    return NodeCoverage(node=node, verdict="not measured", why=f"{lacking}{node.gap}")


def _measures(node: Node, instruments: Sequence[Instrument], theory: Theory) -> Iterator[str]:
    for instrument in instruments:
        for name, scale in instrument.scale.items():
            key = f"{instrument.id}.{name}"
            tagged = instrument.id not in theory.bound and bool(set(node.constructs) & set(scale.tags.constructs))
            if instrument.status != "listed" and (key in node.scales or tagged):
                yield key


def _proxies(node: Node, instruments: Sequence[Instrument], theory: Theory) -> Iterator[str]:
    wanted = set(node.proxy_constructs)
    for instrument in instruments:
        for name, scale in instrument.scale.items():
            key = f"{instrument.id}.{name}"
            tagged = instrument.id not in theory.bound and bool(wanted) and wanted <= set(scale.tags.constructs)
            if instrument.status != "listed" and (key in node.proxies or tagged):
                yield key


def _cover_arrow(arrow: Arrow, covered: dict[str, NodeCoverage], waves: int, sides: tuple[str, ...]) -> ArrowCoverage:
    ends = [covered[name] for name in arrow.ends]
    if arrow.context:
        return ArrowCoverage(arrow=arrow, verdict="not testable", why=arrow.context)
    if arrow.side is not None and sides and arrow.side not in sides:
        return ArrowCoverage(
            arrow=arrow, verdict="not testable", why=f"claimed for the {arrow.side} side, which is not asked"
        )
    absent = [entry.node for entry in ends if entry.verdict == "not measured"]
    if absent:
        names = " and ".join(f"{node.id} ({node.name})" for node in absent)
        return ArrowCoverage(arrow=arrow, verdict="not testable", why=f"{names}: not measured")
    cause, effect = ends[0], ends[-1]
    if not effect.logs and set(effect.scales) and set(effect.scales) <= set(cause.scales):
        shared = ", ".join(effect.scales)
        return ArrowCoverage(
            arrow=arrow, verdict="not testable", why=f"cause and effect rest on the same scale: {shared}"
        )
    why = [arrow.note.rstrip(".")] if arrow.note else []
    why += [f"{entry.node.id} by proxy: {entry.why}" for entry in ends if entry.verdict == "by proxy"]
    timing, ordered = _timing(arrow, ends, waves)
    why.insert(0, timing)
    if not ordered:
        return ArrowCoverage(arrow=arrow, verdict="association only", why="; ".join(why))
    why += _one_source(ends)
    near = any(entry.verdict == "by proxy" for entry in ends)
    verdict: ArrowVerdict = "testable by proxy" if near else "testable"
    return ArrowCoverage(arrow=arrow, verdict=verdict, why="; ".join(why))


def _timing(arrow: Arrow, ends: Sequence[NodeCoverage], waves: int) -> tuple[str, bool]:
    """Return what can be said of the order in time, and whether the cause comes before the effect."""
    cause, effect = (bool(DATED & set(entry.logs)) for entry in (ends[0], ends[-1]))
    if cause and effect:
        return "cause and effect are logged with dates", True
    if cause and waves >= 2:
        return f"cause logged with dates, effect asked at {waves} waves", True
    if cause:
        return "cause logged with dates, effect asked once: no change to explain", False
    if waves >= arrow.waves:
        return f"cause and effect asked at {waves} waves", True
    if waves == 1:
        return "one wave: cause and effect asked at the same time", False
    return f"feedback: {arrow.waves} waves or a logged cause are needed, and there are {waves} waves", False


def _one_source(ends: Sequence[NodeCoverage]) -> list[str]:
    """Return a warning where all ends come from the same questionnaire alone."""
    if any(entry.logs for entry in ends):
        return []
    sources = {key.split(".")[0] for entry in ends for key in entry.scales}
    return (
        [f"all from `{next(iter(sources))}`: answers of one sitting go together by habit"] if len(sources) == 1 else []
    )

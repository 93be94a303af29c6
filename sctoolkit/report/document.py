"""A report as a frozen value: sections of sentences, tables and pictures, made from protected tables only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from sctoolkit.disclosure.presets import DEFAULT_PRESET, Preset, get_preset
from sctoolkit.disclosure.protect import Log, protect
from sctoolkit.disclosure.table import Table
from sctoolkit.errors import DataError
from sctoolkit.report.numbers import with_minus
from sctoolkit.result import Caveat

Tone = Literal["plain", "lead", "caution", "quiet"]
FigureKind = Literal["likert", "change", "slope", "distribution", "forest", "scree", "loadings", "flow"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A picture of a table: everything that it shows stands in the table.

    Attributes
    ----------
    id, kind, caption : str
        Name in the report; which drawing; title above the picture.
    table : Table
        The numbers; shown below the picture as its twin.
    alt : str
        What the picture shows, in one sentence.
    description : str
        The same at length.
    settings : mapping
        What the drawing needs beyond the table (axis range, order of answers).
    rows : (first, last) or None
        The rows that this picture shows, where a long table is drawn in parts that fit a page; None for all.
    twin : str
        Id of a table elsewhere in the report that holds these numbers; empty where they are shown below the picture.
    """

    id: str
    kind: FigureKind
    caption: str
    table: Table
    alt: str
    description: str
    settings: Mapping[str, object] = field(default_factory=dict)
    rows: tuple[int, int] | None = None
    twin: str = ""

    @property
    def shown(self) -> Table:
        """The part of the table that the picture shows."""
        return self.table if self.rows is None else replace(self.table, rows=self.table.rows[slice(*self.rows)])


def in_parts(figure: Figure, key: str, most: int) -> tuple[Figure, ...]:
    """Return a figure in parts of at most ``most`` rows, which fit a page; rows of one ``key`` stay together.

    Examples
    --------
    >>> from sctoolkit.disclosure.table import Column, Row, make_table
    >>> table = make_table("t", "T", [Column("s", "S")], [Row({"s": name}) for name in "aabbc"])
    >>> figure = Figure(id="t", kind="change", caption="T", table=table, alt="", description="")
    >>> [part.rows for part in in_parts(figure, "s", 3)]
    [(0, 2), (2, 5)]
    """
    names = [cell.text for cell in figure.table.column(key)]
    starts = [place for place, name in enumerate(names) if place == 0 or name != names[place - 1]]
    ends = [*starts[1:], len(names)]
    parts: list[tuple[int, int]] = []
    for start, end in zip(starts, ends, strict=True):
        if parts and end - parts[-1][0] <= most:
            parts[-1] = (parts[-1][0], end)
        else:
            parts.append((start, end))
    if len(parts) < 2:
        return (figure,)
    return tuple(
        replace(figure, id=f"{figure.id}-{number}", caption=f"{figure.caption} ({number} of {len(parts)})", rows=rows)
        for number, rows in enumerate(parts, start=1)
    )


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence or more; ``lead`` opens a section, ``caution`` stands out, ``quiet`` is small print."""

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of sentences with an optional heading and tone."""

    items: tuple[str, ...]
    heading: str = ""
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Steps:
    """Steps in their order, of which the first ``reached`` are taken."""

    names: tuple[str, ...]
    reached: int
    heading: str = ""


Block = Paragraph | Bullets | Steps | Table | Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section: an anchor, a heading, blocks in reading order, and the part of the report in whose list it stands."""

    id: str
    heading: str
    blocks: tuple[Block, ...]
    part: str = ""

    def tables(self) -> tuple[Table, ...]:
        """Return its tables, those of its pictures included where these are not a part of another one."""
        found = (block.table if isinstance(block, Figure) and not block.twin else block for block in self.blocks)
        return tuple(block for block in found if isinstance(block, Table))


Composer = Callable[[Mapping[str, Table], tuple[Caveat, ...]], Section]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A section before disclosure control: raw tables, and the function that writes the section from safe ones.

    ``compose`` gets the protected tables by their id and the protected caveats; it sees nothing else. Where the rules
    decide how coarse tables are, ``tables_under`` makes them from the rules instead of ``tables``. ``part`` names the
    part of the report under which the contents list the section.
    """

    tables: tuple[Table, ...] = ()
    compose: Composer
    caveats: tuple[Caveat, ...] = ()
    tables_under: Callable[[Preset], tuple[Table, ...]] | None = None
    part: str = ""


@dataclass(frozen=True, slots=True)
class Headline:
    """What the summary box says of one scale: a sentence, or one a side."""

    scale: str
    sentences: tuple[str, ...]
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report that may leave.

    Attributes
    ----------
    title, subtitle : str
        Name of the study; one line below it.
    summary : tuple of Headline
        What changed, for each primary scale.
    claim : str
        What may be said, in one sentence, at the foot of the summary.
    sections : tuple of Section
        In reading order.
    log : Log
        What disclosure control hid.
    simulated : bool
        Whether the data are made up; then every page says so.
    language : str
        Language tag of the text.
    """

    title: str
    subtitle: str = ""
    summary: tuple[Headline, ...] = ()
    claim: str = ""
    sections: tuple[Section, ...]
    log: Log
    simulated: bool = False
    language: str = "en"

    def tables(self) -> tuple[Table, ...]:
        """Return all tables, those of pictures included, each once."""
        every = (table for section in self.sections for table in section.tables())
        return tuple({table.id: table for table in every}.values())

    def figures(self) -> tuple[Figure, ...]:
        """Return all pictures."""
        return tuple(block for section in self.sections for block in section.blocks if isinstance(block, Figure))


def build_report(
    drafts: Iterable[Draft],
    *,
    title: str,
    subtitle: str = "",
    preset: str = DEFAULT_PRESET,
    summary: Callable[[Mapping[str, Table]], tuple[Headline, ...]] | None = None,
    claim: str = "",
    simulated: bool = False,
    last: Callable[[Log], Section] | None = None,
) -> Report:
    """Return the report: disclosure control over all tables together, then the sections from what is left.

    Parameters
    ----------
    drafts : iterable of Draft
        Sections in reading order, as the builders of `sctoolkit.report.sections` return them.
    title, subtitle, claim : str
        Texts of the first screen.
    preset : str
        Disclosure rules by name.
    summary : function or None
        Protected tables by id to headlines; see `sctoolkit.report.sections.change.headlines`.
    simulated : bool
        Whether the data are made up.
    last : function or None
        The log of disclosure control to a closing section; see `sctoolkit.report.sections.provenance`.

    Raises
    ------
    DataError
        If two drafts bring a table of the same id.
    DisclosureError
        If two tables claim different numbers for the same people.
    """
    rules = get_preset(preset)
    listed = tuple(_settle(draft, rules) for draft in drafts)
    raw = [table for draft in listed for table in draft.tables]
    _check_unique(raw)
    caveats = [caveat for draft in listed for caveat in draft.caveats]
    safe = protect(raw, preset=preset, caveats=caveats)
    by_id = {table.id: table for table in safe.tables}
    remarks = iter([replace(caveat, sentence=with_minus(caveat.sentence)) for caveat in safe.caveats])
    sections = []
    for draft in listed:
        own = {table.id: by_id[table.id] for table in draft.tables}
        made = draft.compose(own, tuple(next(remarks) for _ in draft.caveats))
        sections.append(replace(made, part=draft.part))
    if last is not None:
        sections.append(replace(last(safe.log), part=listed[-1].part if listed else ""))
    return Report(
        title=title,
        subtitle=subtitle,
        summary=() if summary is None else summary(by_id),
        claim=claim,
        sections=tuple(sections),
        log=safe.log,
        simulated=simulated,
    )


def _settle(draft: Draft, rules: Preset) -> Draft:
    """Return a draft whose tables are made."""
    return draft if draft.tables_under is None else replace(draft, tables=draft.tables_under(rules))


def _check_unique(tables: Iterable[Table]) -> None:
    seen: set[str] = set()
    for table in tables:
        if table.id in seen:
            raise DataError(
                f"Every table of a report must have an id of its own, and `{table.id}` comes twice.",
                hint="Give one of the two section builders another `id`.",
            )
        seen.add(table.id)

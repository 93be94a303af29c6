"""Section "Answers and scores": the scores on the range of their scale, then item by item as diverging bars."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sctoolkit.disclosure.presets import Preset
from sctoolkit.disclosure.table import Cell, Column, Row, Table, Who, key_of, make_table, who
from sctoolkit.report.alt_text import describe_rows
from sctoolkit.report.document import Block, Draft, Figure, Paragraph, Section, in_parts
from sctoolkit.report.labels import row_name
from sctoolkit.report.sections.remarks import remarks
from sctoolkit.report.words import listed, phrase
from sctoolkit.result import Caveat

MOST_ROWS = 24
"""Rows of one picture, so that it fits a printed page."""
TURNED = " (turned)"
"""How items are marked in which the answers on the left score high."""
MUCH = 0.25
"""Share of hidden percentages from which answers are merged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAnswers:
    """How many people gave each answer to an item, at one wave and on one side.

    ``counts`` has one entry an answer, lowest code first, zeros included; all items of a scale share its labels.
    ``item`` is the code, ``label`` our short description or the wording.
    """

    item: str
    label: str
    scale: str
    counts: Mapping[str, int]
    wave: str = ""
    side: str = ""
    reverse_keyed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreSummary:
    """Mean and spread of a score at one wave and on one side, in points of the scale from ``low`` to ``high``."""

    scale: str
    label: str
    n: int
    mean: float
    sd: float
    low: float
    high: float
    wave: str = ""
    side: str = ""
    ci_low: float = float("nan")
    ci_high: float = float("nan")
    pomp: float = float("nan")
    n_not_scored: int | None = None


def score_distributions(
    items: Iterable[ItemAnswers],
    scores: Iterable[ScoreSummary],
    *,
    labels: Mapping[str, str] | None = None,
    caveats: Iterable[Caveat] = (),
) -> Draft:
    """Return the section on answers and scores.

    Where disclosure rules would hide much of a picture, the answers on either side of the middle are shown together.

    Parameters
    ----------
    items : iterable of ItemAnswers
        One record an item, wave and side.
    scores : iterable of ScoreSummary
        One record a scale, wave and side.
    labels : mapping
        Scale to the name that is shown; the scale's own name where absent.
    caveats : iterable of Caveat
        Remarks of scoring.
    """
    answers, summaries = tuple(items), tuple(scores)
    names = {**{entry.scale: entry.label for entry in summaries}, **(labels or {})}

    def tables_under(rules: Preset) -> tuple[Table, ...]:
        shown = _merge_where_few(answers, rules)
        by_scale: dict[str, list[ItemAnswers]] = {}
        for entry in shown:
            by_scale.setdefault(entry.scale, []).append(entry)
        tables = [_items_table(scale, names.get(scale, scale), own) for scale, own in by_scale.items()]
        return (*tables, _scores_table(summaries)) if summaries else tuple(tables)

    return Draft(tables_under=tables_under, compose=_compose, caveats=tuple(caveats))


def scored_key(scale: str, wave: str = "", side: str = "", **more: str) -> Who:
    """Return the key of the people who have a score on a scale."""
    return key_of({"wave": wave, "side": side, f"scored:{scale}": "yes", **more})


def _merge_where_few(answers: tuple[ItemAnswers, ...], rules: Preset) -> tuple[ItemAnswers, ...]:
    """Return the answers; those of scales of which much would be hidden are merged on either side of the middle."""
    found: list[ItemAnswers] = []
    for scale in dict.fromkeys(entry.scale for entry in answers):
        own = [entry for entry in answers if entry.scale == scale]
        counts = [count for entry in own for count in entry.counts.values()]
        few = sum(rules.too_few(count) for count in counts)
        found += [merged(entry) for entry in own] if few > MUCH * len(counts) else own
    return tuple(found)


def merged(entry: ItemAnswers) -> ItemAnswers:
    """Return an item with the answers below the middle counted together, and those above it.

    Examples
    --------
    >>> merged(ItemAnswers(item="a", label="A", scale="s", counts={"1": 3, "2": 9, "3": 12, "4": 8, "5": 4})).counts
    {'1 or 2': 12, '3': 12, '4 or 5': 12}
    """
    options, half = list(entry.counts), len(entry.counts) // 2
    groups = [options[:half], options[half : len(options) - half], options[len(options) - half :]]
    counts = {listed(group, last="or"): sum(entry.counts[option] for option in group) for group in groups if group}
    return replace(entry, counts=counts)


def _items_table(scale: str, name: str, answers: Sequence[ItemAnswers]) -> Table:
    options = list(dict.fromkeys(option for entry in answers for option in entry.counts))
    columns = (
        Column("item", "Item", row_header=True),
        Column("row", "Who and when"),
        Column("n", "People", "count"),
        *(Column(f"answer:{place}", option, "percent") for place, option in enumerate(options)),
    )
    codes = list(dict.fromkeys(entry.item for entry in answers))
    ordered = sorted(answers, key=lambda entry: codes.index(entry.item))
    rows = [_items_row(entry, options) for entry in ordered]
    return make_table(f"items-{_slug(scale)}", f"{name}: percent of people who gave each answer", columns, rows)


def _items_row(entry: ItemAnswers, options: Sequence[str]) -> Row:
    total = sum(entry.counts.values())
    line = f"{entry.item}|{entry.wave}|{entry.side}"
    values: dict[str, Cell | str | int | float | tuple[float, float] | None] = {
        "item": f"{entry.label}{TURNED if entry.reverse_keyed else ''}",
        "row": row_name(entry.wave, entry.side),
        "n": Cell(total, key_of({"wave": entry.wave, "side": entry.side, f"answered:{entry.item}": "yes"}), total),
    }
    for place, option in enumerate(options):
        count = entry.counts.get(option, 0)
        share = 100.0 * count / total if total else float("nan")
        values[f"answer:{place}"] = Cell(share, who(share_of=line, answer=place), count, base=total)
    return Row(values, who(share_of=line), total)


def _scores_table(summaries: Sequence[ScoreSummary]) -> Table:
    columns = (
        Column("scale", "Scale", row_header=True),
        Column("wave", "Wave", print_only_if_used=True),
        Column("row", "Side", print_only_if_used=True),
        Column("n", "People", "count"),
        Column("mean", "Mean", "score"),
        Column("interval", "95% interval of the mean", "interval", print_only_if_used=True),
        Column("sd", "SD", "score"),
        Column("pomp", "Percent of range", "score", digits=0, print_only_if_used=True),
        Column("not_scored", "Not scored", "count", print_only_if_used=True),
        Column("low", "Lowest possible", "plain"),
        Column("high", "Highest possible", "plain"),
    )
    names = list(dict.fromkeys(entry.scale for entry in summaries))
    sides = list(dict.fromkeys(entry.side for entry in summaries))
    ordered = sorted(summaries, key=lambda entry: (names.index(entry.scale), sides.index(entry.side)))
    table = make_table("scores", "Scores by scale, wave and side", columns, [_scores_row(entry) for entry in ordered])
    sums: Counter[Who] = Counter()
    for entry in summaries:
        if entry.side:
            sums[scored_key(entry.scale, entry.wave)] += entry.n
    whole = {scored_key(entry.scale, entry.wave) for entry in summaries if not entry.side}
    related = tuple(Cell(n, people, n) for people, n in sums.items() if people not in whole)
    return replace(table, related=related)


def _scores_row(entry: ScoreSummary) -> Row:
    interval = (entry.ci_low, entry.ci_high) if entry.ci_low == entry.ci_low else None
    values: dict[str, Cell | str | int | float | tuple[float, float] | None] = {
        "scale": entry.label,
        "wave": entry.wave,
        "row": entry.side,
        "n": entry.n,
        "mean": entry.mean,
        "sd": entry.sd,
        "interval": interval,
        "pomp": entry.pomp,
        "low": entry.low,
        "high": entry.high,
    }
    if entry.n_not_scored is not None:
        missing = key_of({"wave": entry.wave, "side": entry.side, f"scored:{entry.scale}": "no"})
        values["not_scored"] = Cell(entry.n_not_scored, missing, entry.n_not_scored)
    return Row(values, scored_key(entry.scale, entry.wave, entry.side), entry.n)


def _compose(tables: Mapping[str, Table], caveats: tuple[Caveat, ...]) -> Section:
    blocks: list[Block] = []
    if "scores" in tables:
        table = tables["scores"]
        if all(row["high"].number > row["low"].number for row in table.records()):
            blocks += [Paragraph(phrase("scores.scores"), "lead"), *in_parts(_scores_figure(table), "scale", MOST_ROWS)]
        else:
            blocks.append(table)
        if table.has("interval") and len({cell.text for cell in table.column("wave")}) > 1:
            blocks.append(_slope_figure(table))
    item_tables = [table for name, table in tables.items() if name.startswith("items-")]
    if item_tables:
        blocks.append(Paragraph(_items_lead(item_tables), "lead"))
    blocks += [part for table in item_tables for part in in_parts(_likert_figure(table), "item", MOST_ROWS)]
    blocks += remarks(caveats)
    return Section(id="answers", heading="Answers and scores", blocks=tuple(blocks))


def _items_lead(tables: Sequence[Table]) -> str:
    """Return how to read the bars, in the words of the answers that people could give."""
    ends = {_ends(table) for table in tables}
    (low, high), *others = ends
    parts = [phrase("scores.lead"), phrase("scores.mixed") if others else phrase("scores.ends", low=low, high=high)]
    if any(cell.text.endswith(TURNED) for table in tables for cell in table.column("item")):
        parts.append(phrase("scores.turned"))
    return " ".join(parts)


def _ends(table: Table) -> tuple[str, str]:
    """Return the answers at the ends of the bars of a table of items."""
    answers = [column.label for column in table.columns if column.key.startswith("answer:")]
    return answers[0], answers[-1]


def _scores_figure(table: Table) -> Figure:
    return Figure(
        id="scores",
        kind="distribution",
        caption="Where the scores lie",
        table=table,
        alt="Mean and spread of each score on the range of its scale, by wave and side.",
        description=describe_rows(table),
    )


def _replace(table: Table, *, columns: tuple[Column, ...], rows: tuple[tuple[Cell, ...], ...] | None = None) -> Table:
    return Table(
        id=table.id,
        caption=table.caption,
        columns=columns,
        rows=table.rows if rows is None else rows,
        notes=table.notes,
        withheld=table.withheld,
    )


def _slope_figure(table: Table) -> Figure:
    sided = table
    if not table.has("row"):
        columns = (*table.columns, Column("row", "Side"))
        sided = _replace(table, columns=columns, rows=tuple((*row, Cell("all")) for row in table.rows))
    return Figure(
        id="sides",
        kind="slope",
        caption="Means over the waves, with 95% intervals",
        table=sided,
        alt="Mean of each scale at each wave, one line a side, with intervals.",
        description=describe_rows(table),
        twin=table.id,
    )


def _likert_figure(table: Table) -> Figure:
    name, (low, high) = table.caption.rpartition(":")[0], _ends(table)
    return Figure(
        id=table.id,
        kind="likert",
        caption=f"{name}: answers{' item by item' if len({cell.text for cell in table.column('item')}) > 1 else ''}",
        table=table,
        alt=f"Stacked bars of the answers to the items of {name}, from “{low}” on the left to “{high}” on the right.",
        description=describe_rows(table),
    )


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:40] or "scale"

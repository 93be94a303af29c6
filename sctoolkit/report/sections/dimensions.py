"""Section "How many things the items measure": eigenvalues beside random data, and loadings item by item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sctoolkit.disclosure.table import Column, Row, Table, Value, key_of, make_table
from sctoolkit.report.alt_text import describe_rows
from sctoolkit.report.document import Block, Draft, Figure, Paragraph, Section
from sctoolkit.report.sections.remarks import remarks
from sctoolkit.report.words import listed, phrase
from sctoolkit.result import Caveat


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimensions:
    """What a factor analysis of ``n`` people found.

    Attributes
    ----------
    observed, random : sequence of float
        Eigenvalues of these answers, largest first, and of random data of the same size (95th percentile or mean).
    advice : mapping
        Rule (parallel analysis, MAP, ...) to its number of factors.
    items : sequence of str
        Labels of the items.
    scales : sequence of str
        The scale that each item is meant for; none where that is not known.
    loadings : sequence of sequences of float
        One row an item, one column a factor; nan where not estimated.
    factors : sequence of str
        Names of the factors.
    wave : str
        Name of the wave at which the people answered.
    """

    n: int
    observed: Sequence[float] = ()
    random: Sequence[float] = ()
    advice: Mapping[str, int] | None = None
    items: Sequence[str] = ()
    scales: Sequence[str] = ()
    loadings: Sequence[Sequence[float]] = ()
    factors: Sequence[str] = ()
    wave: str = ""


def dimensions_section(
    found: Dimensions, *, ordered: bool, id: str = "dimensions", caveats: Iterable[Caveat] = ()
) -> Draft:
    """Return the section on dimensions; its first sentence says how items were treated.

    Parameters
    ----------
    found : Dimensions
        Eigenvalues, advice and loadings; parts that are empty are left out.
    ordered : bool
        Whether items were treated as ordinal.
    id : str
        Name of the section, unique in the report.
    caveats : iterable of Caveat
        Remarks of the analysis.
    """
    made = [_eigenvalues(found, id), _advice(found, id), _loadings(found, id)]
    how = phrase("reliability.lead_ordinal" if ordered else "reliability.lead_continuous")
    how = f"{how} {phrase('dimensions.wave', wave=found.wave)}" if found.wave else how

    def compose(tables: Mapping[str, Table], kept: tuple[Caveat, ...]) -> Section:
        told = agreement(tables[f"{id}-loadings"]) if f"{id}-loadings" in tables else ""
        blocks: list[Block] = [Paragraph(told, "lead"), Paragraph(how)] if told else [Paragraph(how, "lead")]
        if f"{id}-eigenvalues" in tables and not _empty(tables[f"{id}-eigenvalues"]):
            blocks += [Paragraph(phrase("dimensions.scree")), _scree(tables[f"{id}-eigenvalues"])]
        if f"{id}-advice" in tables:
            blocks.append(tables[f"{id}-advice"])
        if f"{id}-loadings" in tables and not _empty(tables[f"{id}-loadings"]):
            blocks += [Paragraph(phrase("dimensions.loadings")), _heatmap(tables[f"{id}-loadings"])]
        blocks += remarks(kept)
        return Section(id=id, heading="How many things the items measure", blocks=tuple(blocks))

    return Draft(tables=tuple(table for table in made if table), compose=compose, caveats=tuple(caveats))


def _eigenvalues(found: Dimensions, id: str) -> Table | None:
    if not found.observed:
        return None
    columns = (
        Column("factor", "Factor", row_header=True),
        Column("observed", "These answers", "number"),
        Column("random", "Random data", "number"),
    )
    people = key_of({id: "factored"})
    rows = [
        Row({"factor": str(number), "observed": own, "random": chance}, people, found.n)
        for number, (own, chance) in enumerate(zip(found.observed, found.random, strict=True), start=1)
    ]
    return make_table(f"{id}-eigenvalues", "Eigenvalues", columns, rows)


def _advice(found: Dimensions, id: str) -> Table | None:
    if not found.advice:
        return None
    columns = (Column("rule", "Rule", row_header=True), Column("factors", "Factors", "plain"))
    rows = [Row({"rule": rule, "factors": number}) for rule, number in found.advice.items()]
    return make_table(f"{id}-advice", "Number of factors that each rule advises", columns, rows)


def _loadings(found: Dimensions, id: str) -> Table | None:
    if not found.loadings:
        return None
    names = found.factors or [f"Factor {number + 1}" for number in range(len(found.loadings[0]))]
    columns = (
        Column("scale", "Meant for", print_only_if_used=True),
        Column("item", "Item", row_header=True),
        *(Column(f"factor:{place}", name, "proportion") for place, name in enumerate(names)),
    )
    rows = []
    scales = found.scales or [""] * len(found.items)
    for item, scale, row in zip(found.items, scales, found.loadings, strict=True):
        values: dict[str, Value] = {f"factor:{place}": value for place, value in enumerate(row)}
        rows.append(Row({"scale": scale, "item": item, **values}, key_of({id: "factored"}), found.n))
    return make_table(f"{id}-loadings", "Loadings", columns, rows)


def _empty(table: Table) -> bool:
    """Whether no figure of a table may be shown; then there is no picture of it."""
    figures = [place for place, column in enumerate(table.columns) if column.kind not in ("text", "plain")]
    return all(row[place].hidden for row in table.rows for place in figures)


def agreement(table: Table) -> str:
    """Return how many items go most strongly with the factor of their own scale, and which do not.

    The factor of a scale is the one that most of its items go with; a scale whose factor is also another's counts.
    """
    if not table.has("scale") or _empty(table):
        return ""
    keys = [column.key for column in table.columns if column.key.startswith("factor:")]
    own: dict[str, list[tuple[str, str]]] = {}
    for row in table.records():
        strongest = max(keys, key=lambda key: abs(row[key].number))
        own.setdefault(row["scale"].text, []).append((row["item"].text, strongest))
    usual = {name: Counter(key for _, key in rows).most_common(1)[0][0] for name, rows in own.items()}
    strays = [f"“{item}” ({name})" for name, rows in own.items() for item, key in rows if key != usual[name]]
    fields = {"n": len(table.rows) - len(strays), "total": len(table.rows), "scales": len(own)}
    fields["factors"] = len(set(usual.values()))
    said = phrase("dimensions.agreement", **fields)
    return f"{said} {phrase('dimensions.strays', items=listed(strays))}" if strays else said


def _scree(table: Table) -> Figure:
    return Figure(
        id=table.id,
        kind="scree",
        caption="Eigenvalues beside those of random data",
        table=table,
        alt="Two falling lines: eigenvalues of these answers and of random data.",
        description=describe_rows(table),
    )


def _heatmap(table: Table) -> Figure:
    return Figure(
        id=table.id,
        kind="loadings",
        caption="Loadings of the items on the factors",
        table=table,
        alt="A grid of loadings, one row an item and one column a factor; darker means larger.",
        description=describe_rows(table),
    )

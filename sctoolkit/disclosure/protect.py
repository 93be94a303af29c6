"""The one place through which every shareable output passes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sctoolkit.disclosure.presets import DEFAULT_PRESET, Preset, get_preset
from sctoolkit.disclosure.suppression import Unknown, of_process, suppress
from sctoolkit.disclosure.table import FREE, Cell, Column, Table, Who
from sctoolkit.errors import DisclosureError
from sctoolkit.result import Caveat

HIDDEN_CAVEAT = "A remark about a small number of people is hidden to protect them."


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """What was hidden, in counts only.

    Attributes
    ----------
    preset : str
        Name of the rules.
    n_small : int
        Counts of people hidden because they are too few.
    n_derived : int
        Further counts hidden so that no hidden one can be derived.
    n_at_least : int
        Counts shown as a lower bound.
    n_statistics : int
        Means, spreads, percentages, intervals and other figures hidden.
    n_remarks : int
        Caveats hidden.
    n_tables : int
        Tables withheld whole.
    """

    preset: str
    n_small: int = 0
    n_derived: int = 0
    n_at_least: int = 0
    n_statistics: int = 0
    n_remarks: int = 0
    n_tables: int = 0

    @property
    def n_hidden(self) -> int:
        """Cells hidden in all."""
        return self.n_small + self.n_derived + self.n_statistics


@dataclass(frozen=True, slots=True, kw_only=True)
class Protected:
    """Tables and caveats that may leave, in the order in which they came, and the log."""

    tables: tuple[Table, ...]
    caveats: tuple[Caveat, ...]
    log: Log


def protect(tables: Iterable[Table], *, preset: str = DEFAULT_PRESET, caveats: Iterable[Caveat] = ()) -> Protected:
    """Return the tables of one release with everything hidden that the rules hide.

    All tables that leave together must be given together: what one shows can undo what another hides.

    Parameters
    ----------
    tables : iterable of Table
        Unrounded tables.
    preset : str
        Name of the rules; see `sctoolkit.disclosure.presets`.
    caveats : iterable of Caveat
        Sentences that travel with them; one about few people (``n_people``) becomes a general sentence.

    Returns
    -------
    Protected
        Tables whose cells are hidden, bounded or rounded; caveats; and a log of counts.

    Raises
    ------
    DisclosureError
        If two figures claim different numbers for the same people.
    OptionError
        If there is no such preset.

    Examples
    --------
    >>> from sctoolkit.disclosure.table import Column, Row, make_table, who
    >>> answers = make_table("n", "People", [Column("side", "Side"), Column("n", "People", "count")],
    ...     [Row({"side": "community", "n": 31}, who(side="community"), 31),
    ...      Row({"side": "statutory", "n": 4}, who(side="statutory"), 4)])
    >>> [cell.state for cell in protect([answers]).tables[0].column("n")]
    ['shown', 'hidden']
    """
    given = tuple(tables)
    rules = get_preset(preset)
    notes = tuple(caveats)
    if rules.hide_below == 0 and rules.statistics_from == 0:
        return Protected(tables=given, caveats=notes, log=Log(preset=preset))
    counts = people_behind(given)
    unknown = suppress(counts, rules, _same(given), _latent(given))
    done = tuple(_protect_table(table, unknown, rules) for table in given)
    kept = tuple(_protect_caveat(caveat, rules) for caveat in notes)
    return Protected(tables=done, caveats=kept, log=_log(given, done, notes, kept, rules))


def people_behind(tables: Sequence[Table]) -> dict[Who, int]:
    """Return how many people each group of these tables has.

    Raises
    ------
    DisclosureError
        If two figures claim different numbers for the same people.
    """
    counts: dict[Who, int] = {}
    origin: dict[Who, str] = {}
    for table in tables:
        for cell in (*(cell for row in table.rows for cell in row), *table.related):
            if cell.who is None or cell.n is None:
                continue
            if cell.also is not None:
                counts[cell.also] = cell.n
            before = counts.setdefault(cell.who, cell.n)
            first = origin.setdefault(cell.who, table.id)
            if before != cell.n:
                people = ", ".join(f"{name} {value}" for name, value in cell.who) or "everybody"
                raise DisclosureError(
                    f"All tables of a release must agree on how many people there are; for `{people}` one says "
                    f"{before} and another {cell.n}.",
                    where=f"tables `{first}` and `{table.id}`",
                    hint="Give figures about different people different attributes.",
                )
    return counts


def _same(tables: Sequence[Table]) -> list[tuple[Who, Who]]:
    """Return the pairs of names that mean the same people."""
    cells = (cell for table in tables for row in table.rows for cell in row)
    pairs = {(cell.who, cell.also) for cell in cells if cell.who is not None and cell.also is not None}
    return sorted(pairs)


def _latent(tables: Sequence[Table]) -> frozenset[Who]:
    """Return the groups that no table prints."""
    printed = {cell.who for table in tables for row in table.rows for cell in row}
    return frozenset(cell.who for table in tables for cell in table.related if cell.who and cell.who not in printed)


def _protect_table(table: Table, unknown: Unknown, rules: Preset) -> Table:
    """Return one table with its cells protected."""
    if rules.redact_table and _has_small_count(table, rules):
        rows = tuple(
            tuple(cell if column.kind in FREE else _hide(cell) for cell, column in zip(row, table.columns, strict=True))
            for row in table.rows
        )
        return replace(table, rows=rows, related=(), withheld=True)
    rows = tuple(_protect_row(row, table.columns, unknown, rules) for row in table.rows)
    return replace(table, rows=rows, related=())


def _has_small_count(table: Table, rules: Preset) -> bool:
    return any(
        cell.n is not None and rules.too_few(cell.n)
        for row in table.rows
        for cell, column in zip(row, table.columns, strict=True)
        if column.kind in ("count", "percent")
    )


def _protect_row(
    row: tuple[Cell, ...], columns: tuple[Column, ...], unknown: Unknown, rules: Preset
) -> tuple[Cell, ...]:
    """Return one row with its cells protected; a model with too few degrees of freedom is hidden whole."""
    dof = [cell.number for cell, column in zip(row, columns, strict=True) if column.kind == "dof"]
    few_dof = any(value < rules.dof_from for value in dof if not math.isnan(value))
    return tuple(
        _protect_cell(cell, column, unknown, rules, few_dof) for cell, column in zip(row, columns, strict=True)
    )


def _protect_cell(cell: Cell, column: Column, unknown: Unknown, rules: Preset, few_dof: bool) -> Cell:
    if column.kind in FREE or (cell.value is None and cell.n is None):
        return cell
    bound = None if cell.who is None else unknown.get(cell.who)
    if column.kind == "count":
        return _protect_count(cell, bound, rules)
    if bound == 0 or (cell.n is not None and cell.n < rules.statistics_from) or few_dof:
        return _hide(cell)
    if column.kind == "percent" and bound:
        return _hide(cell)
    if column.kind == "percent":
        if cell.base is not None and cell.base < rules.statistics_from:
            return _hide(cell)
        return _round_percent(cell, rules)
    if column.kind == "dof" and bound:
        return _hide(cell)
    return cell


def _protect_count(cell: Cell, bound: int | None, rules: Preset) -> Cell:
    if cell.value is None:
        return cell
    count = int(cell.number) if not math.isnan(cell.number) else 0
    empty_process = count == 0 and bound is None and cell.who is not None and of_process(cell.who)
    if bound == 0 or (rules.too_few(count) and not empty_process):
        return _hide(cell)
    if bound:
        return replace(cell, value=bound, n=bound, state="at_least")
    if rules.round_to > 1:
        rounded = _nearest(count, rules.round_to)
        return replace(cell, value=rounded, n=rounded, state="rounded")
    return replace(cell, value=count)


def _round_percent(cell: Cell, rules: Preset) -> Cell:
    """Return a percentage made from rounded counts where counts are rounded."""
    if rules.round_to == 1 or cell.n is None or not cell.base:
        return cell
    share = 100.0 * _nearest(cell.n, rules.round_to) / max(_nearest(cell.base, rules.round_to), 1)
    return replace(cell, value=share, state="rounded")


def _nearest(count: int, step: int) -> int:
    """Return the nearest multiple; halves go up."""
    return (2 * count + step) // (2 * step) * step


def _hide(cell: Cell) -> Cell:
    """Return a hidden cell; nothing of the figure is left in it."""
    return cell if cell.value is None and cell.n is None else Cell(None, state="hidden")


def _protect_caveat(caveat: Caveat, rules: Preset) -> Caveat:
    if caveat.n_people is None or not rules.too_few(caveat.n_people):
        return caveat
    return Caveat(code=caveat.code, sentence=HIDDEN_CAVEAT)


def _log(
    before: Sequence[Table], after: Sequence[Table], notes: Sequence[Caveat], kept: Sequence[Caveat], rules: Preset
) -> Log:
    """Count what was hidden."""
    small = derived = bounded = statistics = 0
    for old, new in zip(before, after, strict=True):
        for old_row, new_row in zip(old.rows, new.rows, strict=True):
            for cell, shown, column in zip(old_row, new_row, old.columns, strict=True):
                if shown.state == "at_least":
                    bounded += 1
                if not shown.hidden or cell.hidden:
                    continue
                if column.kind != "count":
                    statistics += 1
                elif rules.too_few(cell.n or 0):
                    small += 1
                else:
                    derived += 1
    return Log(
        preset=rules.id,
        n_small=small,
        n_derived=derived,
        n_at_least=bounded,
        n_statistics=statistics,
        n_remarks=sum(one is not other for one, other in zip(notes, kept, strict=True)),
        n_tables=sum(table.withheld for table in after),
    )

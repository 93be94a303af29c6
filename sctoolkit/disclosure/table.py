"""A table before it is written out: unrounded cells that know which people they are about."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

Who = tuple[tuple[str, str], ...]
"""The people whom a figure is about, as sorted (attribute, value) pairs: cells with the same pairs are about the same
people, and one that has further pairs is about a part of them."""

Value = str | float | int | tuple[float, float] | None
Kind = Literal[
    "text",
    "count",
    "percent",
    "score",
    "number",
    "proportion",
    "p_value",
    "dof",
    "interval",
    "proportion_interval",
    "plain",
]
"""``text`` and ``plain`` (numbers that are not about people, such as a number of items) are never hidden."""
State = Literal["shown", "hidden", "at_least", "rounded"]

INTERVALS: frozenset[Kind] = frozenset({"interval", "proportion_interval"})
FREE: frozenset[Kind] = frozenset({"text", "plain"})


def who(**attributes: object) -> Who:
    """Return the key of the people with these attributes; attributes that are None or empty say nothing.

    Examples
    --------
    >>> who(wave=1, side="community", organisation=None)
    (('side', 'community'), ('wave', '1'))
    """
    return key_of(attributes)


def key_of(attributes: Mapping[str, object]) -> Who:
    """Return the key of the people with these attributes, given as a mapping.

    Examples
    --------
    >>> key_of({"wave": 2, "scored:bonding": "yes"})
    (('scored:bonding', 'yes'), ('wave', '2'))
    """
    return tuple(sorted((name, str(value)) for name, value in attributes.items() if value not in (None, "")))


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure.

    Attributes
    ----------
    value : str, number, (low, high) pair or None
        Unrounded; None and nan mean that there is none.
    who : tuple or None
        The people whom it is about; None when it is not about people.
    n : int or None
        How many they are; for a count that is the count itself, for a percentage the people counted in it.
    base : int or None
        For a percentage: the people of whom it is a share.
    also : tuple or None
        Another name of the same people, where they are a part of two wholes (linked people are a part of the
        earlier wave and of the later one).
    state : str
        ``shown``; ``hidden``; ``at_least`` (the value is a lower bound); ``rounded``.
    """

    value: Value
    who: Who | None = None
    n: int | None = None
    base: int | None = None
    also: Who | None = None
    state: State = "shown"

    @property
    def hidden(self) -> bool:
        """Whether the value may not be seen."""
        return self.state == "hidden"

    @property
    def number(self) -> float:
        """The value as a float; nan where it is hidden, absent or text."""
        if self.hidden or self.value is None or isinstance(self.value, (str, tuple)):
            return math.nan
        return float(self.value)

    @property
    def bounds(self) -> tuple[float, float]:
        """The value as an interval; nan where it is hidden or none."""
        return self.value if isinstance(self.value, tuple) and not self.hidden else (math.nan, math.nan)

    @property
    def text(self) -> str:
        """The value as a label; empty where there is none."""
        return self.value if isinstance(self.value, str) else "" if self.value is None else str(self.value)


HIDDEN = Cell(None, state="hidden")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key, its heading, what kind of figure it holds and how it is written."""

    key: str
    label: str
    kind: Kind = "text"
    digits: int | None = None
    row_header: bool = False
    print_only_if_used: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row to be: values by column key, and the people whom all its figures are about."""

    values: Mapping[str, Value | Cell]
    who: Who | None = None
    n: int | None = None
    also: Who | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table: caption, columns, rows of cells, notes. Nothing in it is rounded.

    ``related`` lists sums of printed cells that are not printed themselves, but that bind tables together: disclosure
    control sees to it that nothing can be derived through them.
    """

    id: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    related: tuple[Cell, ...] = field(default=())
    withheld: bool = False

    def place(self, key: str) -> int:
        """Return the place of a column."""
        return next(place for place, column in enumerate(self.columns) if column.key == key)

    def has(self, key: str) -> bool:
        """Whether there is such a column."""
        return any(column.key == key for column in self.columns)

    def column(self, key: str) -> tuple[Cell, ...]:
        """Return the cells of a column."""
        place = self.place(key)
        return tuple(row[place] for row in self.rows)

    def records(self) -> tuple[dict[str, Cell], ...]:
        """Return the rows as mappings from column key to cell."""
        return tuple({column.key: cell for column, cell in zip(self.columns, row, strict=True)} for row in self.rows)

    def with_notes(self, *notes: str) -> Table:
        """Return the table with further notes."""
        return replace(self, notes=(*self.notes, *(note for note in notes if note not in self.notes)))


def make_table(
    id: str, caption: str, columns: Iterable[Column], rows: Iterable[Row], *, notes: Iterable[str] = ()
) -> Table:
    """Return a table; values become cells that know the people of their row.

    Columns with ``print_only_if_used`` fall away when no row has a value for them.

    Examples
    --------
    >>> table = make_table("who", "Answers", [Column("wave", "Wave"), Column("n", "People", "count")],
    ...                    [Row({"wave": "1", "n": 58}, who(wave=1), 58)])
    >>> table.column("n")[0].n
    58
    """
    listed = tuple(rows)
    used = {key for row in listed for key, value in row.values.items() if _has_value(value)}
    kept = tuple(column for column in columns if column.key in used or not column.print_only_if_used)
    body = tuple(tuple(_cell(row, column) for column in kept) for row in listed)
    return Table(id=id, caption=caption, columns=kept, rows=body, notes=tuple(notes))


def _has_value(value: Value | Cell) -> bool:
    bare = value.value if isinstance(value, Cell) else value
    return bare not in (None, "") and not (isinstance(bare, float) and math.isnan(bare))


def _cell(row: Row, column: Column) -> Cell:
    value = row.values.get(column.key)
    if isinstance(value, Cell):
        return value
    if column.kind in FREE:
        return Cell(value)
    if column.kind == "count" and row.n is None and isinstance(value, (int, float)) and not math.isnan(value):
        return Cell(int(value), row.who, int(value), also=row.also)
    return Cell(value, row.who, row.n, also=row.also)

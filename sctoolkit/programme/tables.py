"""Reading a programme table: every cell is checked, and all faults are told at once with their rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sctoolkit.errors import DataError, MatchError, ReadError, closest, near_file
from sctoolkit.programme.cells import Column, bare_cell, date_precision, near_word, parse_cell

SIDES: tuple[str, ...] = ("community", "statutory", "broker")
MAX_FAULTS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class TableSchema:
    """One of the programme's tables: its columns and the columns that together name a row."""

    name: str
    purpose: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    def column(self, name: str) -> Column:
        """Return the column called ``name``."""
        return next(column for column in self.columns if column.name == name)


@dataclass(frozen=True, slots=True)
class Fault:
    """One cell or row that does not hold what it must."""

    place: str
    problem: str

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}"


RowCheck = Callable[[pd.DataFrame, Sequence[str]], Iterable[Fault]]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ProgrammeTable:
    """A checked table of the programme; `frame` gives a fresh copy each time.

    Dates are timestamps, numbers floats, text stripped and empty cells None.
    """

    schema: TableSchema
    _frame: pd.DataFrame

    def frame(self) -> pd.DataFrame:
        """Return the rows as a new frame."""
        return self._frame.copy()

    def __len__(self) -> int:
        return len(self._frame)

    def __repr__(self) -> str:
        return f"ProgrammeTable({self.schema.name}: {len(self)} rows)"


def read_table(
    source: pd.DataFrame | str | Path | ProgrammeTable,
    schema: TableSchema,
    *,
    organisations: Iterable[str] | None = None,
    checks: Sequence[RowCheck] = (),
) -> ProgrammeTable:
    """Read and check a table.

    Parameters
    ----------
    source : DataFrame, path of a CSV file, or a table read before
        Columns are matched by name, in any order and case; further columns are kept as text.
    schema : TableSchema
        What the table must hold.
    organisations : iterable of str, optional
        Known organisations; a name outside is a fault, with the nearest known name.
    checks : sequence of functions
        Further row checks, called with the checked frame and the place of each row.

    Returns
    -------
    ProgrammeTable
        Rows in their order.

    Raises
    ------
    ReadError
        If the file cannot be read as CSV.
    MatchError
        If a column is missing.
    DataError
        If cells do not hold what they must; all of them are listed, at most 20 in full.
    """
    if isinstance(source, ProgrammeTable):
        return source
    raw, places, label = _raw_cells(source)
    raw = _match_columns(raw, schema, label)
    faults: list[Fault] = []
    checked = pd.DataFrame(index=raw.index)
    for column in schema.columns:
        if column.name in raw:
            checked[column.name] = _check_column(raw[column.name], column, places, faults)
            if column.keeps_precision:
                checked[f"{column.name}_precision"] = raw[column.name].map(date_precision)
        else:
            checked[column.name] = _empty(column, raw.index)
    for name in raw.columns.difference([column.name for column in schema.columns], sort=False):
        checked[name] = raw[name]
    faults += _unknown_organisations(checked, organisations, places)
    faults += _doubled_keys(checked, schema, places)
    for check in checks:
        faults += list(check(checked, places))
    if faults:
        _raise_faults(faults, schema, label)
    return ProgrammeTable(schema, checked.reset_index(drop=True))


def _raw_cells(source: pd.DataFrame | str | Path) -> tuple[pd.DataFrame, list[str], str]:
    """Return cells as stripped text (None when empty), the place of each row, and the table's label."""
    if isinstance(source, pd.DataFrame):
        frame = source.copy()
        places = [f"row {label}" for label in frame.index]
        name = "the frame"
    else:
        path = Path(source)
        try:
            frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig", skip_blank_lines=False)
        except FileNotFoundError:
            raise ReadError(
                f"No file `{path.name}` is there.",
                where=f"looked for {path}",
                hint=near_file(path),
            ) from None
        except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
            raise ReadError(
                f"`{path.name}` must be a CSV file in UTF-8 with one header line.",
                where=_what_failed(error),
                hint="Save it as `CSV UTF-8` from the spreadsheet.",
            ) from None
        places = [f"line {line}" for line in range(2, len(frame) + 2)]
        name = path.name
    frame = frame.reset_index(drop=True).astype(object).map(bare_cell)
    filled = frame.notna().any(axis=1)
    return frame[filled].reset_index(drop=True), [p for p, keep in zip(places, filled, strict=True) if keep], name


def _what_failed(error: Exception) -> str:
    """Return in words why a file is no table."""
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start + 1} is not UTF-8 text"
    return str(error).strip().splitlines()[0]


def _match_columns(raw: pd.DataFrame, schema: TableSchema, label: str) -> pd.DataFrame:
    """Return the frame with column names as the schema spells them."""
    spelling = {str(name).strip().casefold().replace(" ", "_"): name for name in raw.columns}
    found = {spelling[c.name]: c.name for c in schema.columns if c.name in spelling}
    raw = raw.rename(columns=found)
    missing = [c for c in schema.columns if c.name not in raw and not c.absent]
    if missing:
        others = [str(name) for name in raw.columns if name not in found.values()]
        hints = [f"Is the column `{near}` meant for `{c.name}`?" for c in missing if (near := closest(c.name, others))]
        raise MatchError(
            f"Table `{schema.name}` must have the column{'s' * (len(missing) > 1)} "
            + ", ".join(f"`{c.name}`" for c in missing)
            + ".",
            where=[f"{label} has: {', '.join(str(name) for name in raw.columns) or 'no columns'}"],
            hint=[*hints, *(f"`{c.name}`: {c.meaning}" for c in missing)],
        )
    return raw


def _empty(column: Column, index: pd.Index) -> pd.Series[Any]:
    """Return an absent column as empty cells of its kind."""
    if column.kind in {"date", "month"}:
        return pd.Series(pd.NaT, index=index, dtype="datetime64[ns]")
    if column.kind in {"number", "count"}:
        return pd.Series(np.nan, index=index, dtype=float)
    return pd.Series(None, index=index, dtype=object)


def _check_column(cells: pd.Series[Any], column: Column, places: Sequence[str], faults: list[Fault]) -> pd.Series[Any]:
    """Return the parsed column; write its faults to ``faults``."""
    values = _empty(column, cells.index)
    for position, (place, cell) in enumerate(zip(places, cells, strict=True)):
        if pd.isna(cell):
            if not column.blank:
                faults.append(Fault(f"{place}, `{column.name}`", "must not be empty"))
            continue
        try:
            values.iloc[position] = parse_cell(cell, column)
        except ValueError as error:
            faults.append(Fault(f"{place}, `{column.name}`", str(error)))
    return values


def _unknown_organisations(
    frame: pd.DataFrame, organisations: Iterable[str] | None, places: Sequence[str]
) -> list[Fault]:
    """Return a fault for each organisation that is not among the known ones."""
    if organisations is None or "organisation" not in frame:
        return []
    known = [str(name) for name in organisations]
    return [
        Fault(f"{place}, `organisation`", " ".join([f"`{name}` is not on the roster", *near_word(str(name), known)]))
        for place, name in zip(places, frame["organisation"], strict=True)
        if not pd.isna(name) and str(name) not in known
    ]


def _doubled_keys(frame: pd.DataFrame, schema: TableSchema, places: Sequence[str]) -> list[Fault]:
    """Return a fault for each row whose key stands in an earlier row."""
    if not schema.key:
        return []
    faults = []
    needed = [not schema.column(name).blank for name in schema.key]
    first: dict[tuple[Any, ...], str] = {}
    for place, values in zip(places, frame[list(schema.key)].itertuples(index=False, name=None), strict=True):
        if any(pd.isna(value) and must for value, must in zip(values, needed, strict=True)):
            continue
        key = tuple(None if pd.isna(value) else value for value in values)
        if key in first:
            shown = ", ".join(
                f"{name} {value:%Y-%m}" if isinstance(value, pd.Timestamp) else f"{name} {value}"
                for name, value in zip(schema.key, key, strict=True)
                if value is not None
            )
            faults.append(Fault(place, f"{shown} stands already in {first[key]}"))
        first.setdefault(key, place)
    return faults


def _raise_faults(faults: Sequence[Fault], schema: TableSchema, label: str) -> None:
    """Raise one error that lists the faults."""
    rows = len({fault.place.split(",")[0] for fault in faults})
    more = len(faults) - MAX_FAULTS_SHOWN
    raise DataError(
        f"Table `{schema.name}` must hold what its columns say, and {len(faults)} "
        f"fault{'s were' if len(faults) > 1 else ' was'} found.",
        where=[
            f"in {label}, {rows} row{'s' * (rows > 1)}",
            *(str(fault) for fault in faults[:MAX_FAULTS_SHOWN]),
            *([f"and {more} more"] if more > 0 else []),
        ],
        hint=["Correct the table and read it again; nothing was used.", schema.purpose],
    )

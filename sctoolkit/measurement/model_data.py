"""From a frame to what a model is fitted to: rows in use, groups, categories, weights, clusters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.errors import DataError, did_you_mean
from sctoolkit.numerics.implied_moments import FloatArray, IntArray

CodeArray = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelData:
    """Rows in use, one entry a group.

    Attributes
    ----------
    items : tuple of str
    groups : tuple of str
        Labels in sorted order; one empty label without groups.
    values : tuple of (n_g, p) float arrays
        As given; nan where missing.
    codes : tuple of (n_g, p) int8 arrays
        Categories from 0, -1 where missing; empty for continuous items.
    categories : dict
        Original codes of each ordered item's categories, lowest first.
    rows : tuple of (n_g,) int arrays
        Positions in the caller's frame.
    weights : tuple of (n_g,) float arrays, or None
        Sampling weights, rescaled to a mean of 1 in each group.
    clusters : tuple of (n_g,) int arrays, or None
    n_rows : int
        Rows of the caller's frame.
    n_dropped : int
        Rows left out: missing answers, or no group, weight or cluster.
    missing : str
    collapsed : tuple of str
        What was collapsed on request, in words.
    """

    items: tuple[str, ...]
    groups: tuple[str, ...]
    values: tuple[FloatArray, ...]
    codes: tuple[CodeArray, ...]
    categories: dict[str, tuple[float, ...]]
    rows: tuple[IntArray, ...]
    weights: tuple[FloatArray, ...] | None
    clusters: tuple[IntArray, ...] | None
    n_rows: int
    n_dropped: int
    missing: str
    collapsed: tuple[str, ...] = ()

    @property
    def n(self) -> tuple[int, ...]:
        """Return the rows in use of every group."""
        return tuple(rows.size for rows in self.rows)


def model_data(
    frame: pd.DataFrame,
    items: Sequence[str],
    *,
    ordered: Sequence[str],
    group: str | None,
    weights: str | None,
    cluster: str | None,
    missing: str,
    empty_categories: str,
    same_item: Mapping[str, str] | None = None,
) -> ModelData:
    """Return the data of a model, or an error that names what is wrong with them.

    Parameters
    ----------
    frame : DataFrame
        Items and the columns named by the other arguments.
    items : sequence of str
    ordered : sequence of str
        Items to be coded by category.
    group, weights, cluster : str or None
        Columns of ``frame``.
    missing : {"listwise", "pairwise", "fiml"}
    empty_categories : {"refuse", "collapse"}
        What to do when a group or wave lacks a category that another one has.
    same_item : mapping, optional
        Item of each column in models over waves; categories are then common to its columns.
    """
    _check_columns(frame, [*items, *(name for name in (group, weights, cluster) if name is not None)])
    table = frame[list(items)].to_numpy(dtype=np.float64, na_value=np.nan)
    _check_values(table, items)
    keep = _rows_in_use(frame, table, group, weights, cluster, missing)
    labels, members = _members(frame, group, keep)
    values = tuple(table[rows] for rows in members)
    _check_enough(values, items, labels)
    categories, collapsed = _categories(values, items, ordered, labels, empty_categories, same_item or {})
    codes = tuple(_coded(part, items, ordered, categories) for part in values) if ordered else ()
    shown = {name: tuple(sorted(set(mapping.values()))) for name, mapping in categories.items()}
    return ModelData(
        items=tuple(items),
        groups=labels,
        values=values,
        codes=codes,
        categories=shown,
        rows=members,
        weights=_weights(frame, weights, members),
        clusters=_clusters(frame, cluster, members),
        n_rows=len(frame),
        n_dropped=len(frame) - sum(rows.size for rows in members),
        missing=missing,
        collapsed=collapsed,
    )


def _check_columns(frame: pd.DataFrame, names: Sequence[str]) -> None:
    """Raise for a name that is not a column."""
    columns = [str(name) for name in frame.columns]
    for name in names:
        if name not in columns:
            raise DataError(
                f"The data must have a column `{name}`, and there is none.",
                where=f"{len(columns)} columns.",
                hint=did_you_mean(name, columns),
            )


def _check_values(table: FloatArray, items: Sequence[str]) -> None:
    """Raise for infinite values."""
    bad = np.isinf(table)
    if bad.any():
        name = items[int(np.flatnonzero(bad.any(axis=0))[0])]
        rows = np.flatnonzero(bad.any(axis=1))
        raise DataError(
            f"Items must be finite, and `{name}` holds infinity.",
            where=f"{rows.size} of {len(table)} rows, first at row {rows[0]} (counted from 0).",
        )


def _rows_in_use(
    frame: pd.DataFrame,
    table: FloatArray,
    group: str | None,
    weights: str | None,
    cluster: str | None,
    missing: str,
) -> npt.NDArray[np.bool_]:
    """Return which rows count."""
    seen = ~np.isnan(table)
    keep = np.asarray(seen.all(axis=1) if missing == "listwise" else seen.any(axis=1))
    for name in (group, cluster):
        if name is not None:
            keep &= (frame[name].notna() & (frame[name] != "")).to_numpy(dtype=bool)
    if weights is not None:
        column = frame[weights].to_numpy(dtype=np.float64, na_value=np.nan)
        if bool(np.any(column < 0.0)) or bool(np.isinf(column).any()):
            raise DataError(f"Weights must be finite and at least 0, and `{weights}` holds others.")
        keep &= column > 0.0
    if not keep.any():
        raise DataError(
            f"At least one row must be usable, and none of {len(frame)} is.",
            where="Every row misses an answer, a group, a weight or a cluster.",
            hint='Use `missing="pairwise"` (ordered) or `missing="fiml"` (continuous).'
            if missing == "listwise"
            else (),
        )
    return keep


def _members(
    frame: pd.DataFrame, group: str | None, keep: npt.NDArray[np.bool_]
) -> tuple[tuple[str, ...], tuple[IntArray, ...]]:
    """Return labels of groups and their rows."""
    if group is None:
        return ("",), (np.flatnonzero(keep),)
    column = frame[group]
    labels = sorted(column[keep].unique().tolist(), key=_sort_key)
    if len(labels) < 2:
        raise DataError(f"`{group}` must name at least two groups, and it names only `{labels[0]}`.")
    members = tuple(np.flatnonzero(keep & (column == label).to_numpy(dtype=bool)) for label in labels)
    return tuple(_label(label) for label in labels), members


def _sort_key(label: Any) -> tuple[int, float, str]:
    """Return numbers before text, each in its order."""
    return (0, float(label), "") if isinstance(label, (int, float)) else (1, 0.0, str(label))


def _label(label: Any) -> str:
    """Return whole numbers without a decimal point."""
    return str(int(label)) if isinstance(label, float) and label.is_integer() else str(label)


def _check_enough(values: Sequence[FloatArray], items: Sequence[str], labels: Sequence[str]) -> None:
    """Raise where a group is too small, an item constant or two items identical."""
    for part, label in zip(values, labels, strict=True):
        where = f"Group `{label}`." if label else ()
        if part.shape[0] < 3:
            raise DataError(
                f"A model must have more than two people to learn from, and there are {part.shape[0]}.", where=where
            )
        low, high = np.fmin.reduce(part, axis=0), np.fmax.reduce(part, axis=0)
        for name, least, most in zip(items, low, high, strict=True):
            if not most > least:
                what = "nobody answered it" if not np.isfinite(least) else f"everybody answered {least:g}"
                raise DataError(f"Items must vary, and `{name}` does not: {what}.", where=where, hint="Leave it out.")
        pair = _identical(part)
        if pair is not None:
            raise DataError(
                f"Items must differ, and `{items[pair[0]]}` and `{items[pair[1]]}` hold the same answers in every row.",
                where=where,
                hint="Leave one of them out.",
            )


def _identical(part: FloatArray) -> tuple[int, int] | None:
    """Return two columns with the same answers; a random sum of each column rules the other pairs out."""
    key = np.random.default_rng(1).random(part.shape[0]) @ np.where(np.isnan(part), -0.5, part)
    order = np.argsort(key, kind="stable")
    for first, second in pairwise(order.tolist()):
        close = abs(key[first] - key[second]) <= 1e-9 * (1.0 + abs(key[first]))
        if close and np.array_equal(part[:, first], part[:, second], equal_nan=True):
            return min(first, second), max(first, second)
    return None


def _codes_in_use(column: FloatArray) -> FloatArray:
    """Return the distinct answers, lowest first; by counting where they are small whole numbers."""
    seen = column[~np.isnan(column)]
    whole = seen.astype(np.int64)
    if whole.size and np.array_equal(whole, seen) and whole.min() > -1000 and whole.max() < 1000:
        low = int(whole.min())
        return np.asarray(np.flatnonzero(np.bincount(whole - low)) + float(low))
    return np.unique(seen)


def _categories(
    values: Sequence[FloatArray],
    items: Sequence[str],
    ordered: Sequence[str],
    labels: Sequence[str],
    empty_categories: str,
    same_item: Mapping[str, str],
) -> tuple[dict[str, dict[float, float]], tuple[str, ...]]:
    """Return the category of every code of every ordered item, and what was collapsed."""
    mappings: dict[str, dict[float, float]] = {}
    notes: list[str] = []
    families: dict[str, list[int]] = {}
    for index, name in enumerate(items):
        if name in ordered:
            families.setdefault(same_item.get(name, name), []).append(index)
    for family, columns in families.items():
        cells = [
            (_codes_in_use(part[:, column]), items[column], label)
            for part, label in zip(values, labels, strict=True)
            for column in columns
        ]
        codes = np.unique(np.concatenate([cell[0] for cell in cells])).tolist()
        if len(codes) > 30:
            raise DataError(
                f"Ordered items must have at most 30 categories, and `{family}` has {len(codes)}.",
                hint="Use `ordered=False` for continuous items.",
            )
        mapping = {code: code for code in codes}
        for present, name, label in cells:
            absent = [code for code in codes if code not in present]
            if absent and empty_categories == "refuse":
                _refuse(name, label, absent)
        if empty_categories == "collapse":
            mapping = _collapsed(codes, [cell[0] for cell in cells])
            merged = {code: to for code, to in mapping.items() if code != to}
            notes.extend(f"`{family}`: {code:g} joined to {to:g}" for code, to in merged.items())
        mappings.update({items[column]: mapping for column in columns})
    return mappings, tuple(notes)


def _refuse(name: str, label: str, absent: Sequence[float]) -> None:
    """Raise for a category that nobody in a group or wave chose."""
    listed = ", ".join(f"{code:g}" for code in absent)
    where = f"group `{label}`" if label else "this wave"
    raise DataError(
        f"Every category must be used in every group and wave, and nobody in {where} answered {listed} on `{name}`.",
        where="A threshold between an unused category and its neighbour is not determined there.",
        hint='Use `empty_categories="collapse"` to join it to its neighbour in all groups; the report says so.',
    )


def _collapsed(codes: Sequence[float], present: Sequence[FloatArray]) -> dict[float, float]:
    """Return a common mapping under which every cell uses every category."""
    mapping = {code: code for code in codes}
    for _ in range(len(codes)):
        kept = sorted(set(mapping.values()))
        used = [{mapping[code] for code in cell.tolist()} for cell in present]
        lacking = [code for code in kept if any(code not in cell for cell in used)]
        if not lacking:
            break
        code = lacking[0]
        place = kept.index(code)
        neighbour = kept[place + 1] if place < len(kept) / 2 and place + 1 < len(kept) else kept[place - 1]
        mapping = {key: neighbour if value == code else value for key, value in mapping.items()}
    return mapping


def _coded(
    part: FloatArray, items: Sequence[str], ordered: Sequence[str], categories: Mapping[str, Mapping[float, float]]
) -> CodeArray:
    """Return category numbers from 0, -1 where missing."""
    codes = np.full(part.shape, -1, dtype=np.int8)
    for index, name in enumerate(items):
        if name not in ordered:
            continue
        mapping = categories[name]
        known = np.array(sorted(mapping))
        kept = sorted(set(mapping.values()))
        number = np.array([kept.index(mapping[code]) for code in known], dtype=np.int8)
        column = part[:, index]
        seen = ~np.isnan(column)
        steps = (column - known[0]) / (known[1] - known[0])
        if np.array_equal(number, np.arange(known.size)) and np.allclose(np.diff(known), known[1] - known[0]):
            codes[:, index] = np.where(seen, np.rint(np.where(seen, steps, -1.0)), -1.0)
        else:
            codes[seen, index] = number[np.searchsorted(known, column[seen])]
    return codes


def _weights(frame: pd.DataFrame, name: str | None, members: Sequence[IntArray]) -> tuple[FloatArray, ...] | None:
    """Return weights with mean 1 in each group."""
    if name is None:
        return None
    column = frame[name].to_numpy(dtype=np.float64, na_value=np.nan)
    return tuple(column[rows] * (rows.size / column[rows].sum()) for rows in members)


def _clusters(frame: pd.DataFrame, name: str | None, members: Sequence[IntArray]) -> tuple[IntArray, ...] | None:
    """Return cluster numbers, common to all groups."""
    if name is None:
        return None
    numbers, _ = pd.factorize(frame[name])
    return tuple(numbers[rows].astype(np.intp) for rows in members)
